"""Texts for places that know no markup: the names of events, of pages in a browser's tab, of links that are shared."""

from __future__ import annotations

import re
from typing import Final

#: Signs that turn the direction of what follows: a page keeps them to their own text, nothing else does.
_TURNING: Final = re.compile("[\u202a-\u202e\u2066-\u2069]")
_CONTROLS: Final = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


def one_line(text: str) -> str:
    """Return the text on one line, without control characters and without signs that turn its direction."""
    return " ".join(_CONTROLS.sub(" ", _TURNING.sub("", text)).split())


def lines(text: str) -> str:
    """Return the text with its lines, each of them as `one_line` gives it."""
    return "\n".join(one_line(line) for line in text.splitlines())
