"""What the text of a cell says: nothing, that an answer is emptied, one answer, or several.

A blank cell says nothing; `(clear)` empties an answer, and a text that reads just so is written `'(clear)`.
Several answers in one cell are separated by semicolons; one that holds a semicolon or begins with a quotation
mark stands in quotation marks, doubled inside it.
"""

import re
from collections.abc import Iterable
from typing import Any, Final

BLANK: Final = object()
"""What a cell says that says nothing."""
MAY_BE_ODD: Final = frozenset(" \t\r\n\x0b\x0c\xa0\ufeff('")
"""A text that begins otherwise says itself."""
_CLEAR: Final = re.compile(r"('*)\(clear\)", re.IGNORECASE)
_QUOTED: Final = re.compile(r'\s*"((?:[^"]|"")*)"[^\S\r\n]*(?:[;\r\n]|$)')
_PLAIN: Final = re.compile(r"[^;\r\n]*(?:[;\r\n]|$)")


def said_by(text: str) -> Any:
    """Return what a text says: itself, None for `(clear)`, nothing at all where there are only spaces (BLANK)."""
    bare = text.strip()
    if not bare or bare == "\ufeff":
        return BLANK
    if match := _CLEAR.fullmatch(bare):
        return bare[1:] if match[1] else None
    return text


def guarded(text: str | None) -> str | None:
    """Return a text so that it is not taken for the word that empties an answer."""
    if text is None or text == "":
        return None
    return f"'{text}" if _CLEAR.fullmatch(text.strip()) else text


def joined(entries: Iterable[str]) -> str:
    """Return several answers as the text of one cell."""
    return "; ".join(
        '"' + entry.replace('"', '""') + '"' if ";" in entry or entry.startswith('"') else entry
        for entry in entries
    )


def split(text: str) -> str | list[str]:
    """Return the answers in one cell; a text without quoted entries as it is, for the rulebook to part."""
    entries: list[str] = []
    quoted = False
    start = 0
    while start < len(text):
        if match := _QUOTED.match(text, start):
            entries.append(match[1].replace('""', '"'))
            quoted = True
            start = match.end()
        else:
            end = _PLAIN.match(text, start).end()  # type: ignore[union-attr]  # it matches nothing at all too
            entries.append(text[start:end].strip("; \t\r\n"))
            start = end
    return entries if quoted else text
