"""What a reader raises when an answer cannot be stored as given."""

import json
from collections.abc import Callable
from typing import Any

Parse = Callable[[Any], Any]
"""Reads one answer: returns it in canonical form, None when it is blank, or raises `Trouble`."""


class Trouble(Exception):
    """An answer that cannot be stored: the problem's slug, and the words its rule asks for."""

    def __init__(self, problem: str, **words: str) -> None:
        super().__init__(problem)
        self.problem = problem
        self.words = words


def text_of(raw: Any) -> str:
    """Return what came in as text that can be kept and shown again, whatever it is."""
    if isinstance(raw, str):
        return visible(raw)
    if raw is None or isinstance(raw, bool):
        return {None: "", True: "true", False: "false"}[raw]
    if isinstance(raw, int):
        # Decimal text of an enormous number takes quadratic time, and Python refuses it.
        return str(raw) if raw.bit_length() < 1024 else hex(raw)
    if isinstance(raw, float):
        return repr(raw)
    try:
        return visible(json.dumps(raw, ensure_ascii=False, default=str))
    except (RecursionError, TypeError, ValueError):
        return f"({type(raw).__name__})"


def visible(text: str) -> str:
    """Return the text with every character that cannot be stored replaced by a sign that can be seen."""
    return text if text.isprintable() else text.translate(_SIGNS)


_SIGNS = {
    **{code: 0x2400 + code for code in range(0x20) if chr(code) not in "\t\n\x0b\x0c\r"},
    0x7F: 0x2421,
    **dict.fromkeys(range(0x80, 0xA0), 0xFFFD),
    **dict.fromkeys(range(0xD800, 0xE000), 0xFFFD),
    **dict.fromkeys((0xFFFE, 0xFFFF), 0xFFFD),
}
