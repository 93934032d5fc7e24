"""Answers as people read them, one line per entry of a list."""

from __future__ import annotations

import re
from typing import Any

from openpars.activities.history import words
from openpars.activities.records import is_missing
from openpars.rulebook.fields import FIELDS

_ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
NO_ANSWER = "no answer"
#: Kinds whose answers are texts: any text can stand for one of them.
_TEXTUAL = frozenset({"text", "long-text", "choice", "credits", "points", "url"})


def told(name: str, value: Any) -> str:
    """Return the answer to a field in words; a text that could not be read as an answer stands for itself."""
    field = FIELDS[name]
    if is_missing(value):
        return NO_ANSWER
    if isinstance(value, list):
        return "\n".join(words([entry], field) for entry in value if entry is not None)
    if isinstance(value, str) and field.kind not in _TEXTUAL:
        return words(value, field) if field.kind == "date" and _ISO_DATE.fullmatch(value) else value
    return words(value, field)
