"""JSON that can be read in one way only, without names that stand twice and NaN; and words for what is none."""

import json
from typing import Any, Final, NoReturn

from openpars.rulebook.kinds.trouble import visible

_PROBLEMS: Final = (
    ("Expecting value", "a value is missing, or one that is no JSON stands there"),
    ("Expecting property name", "a name in double quotes is missing; after the last entry stands no comma"),
    ("Illegal trailing comma", "after the last entry stands no comma"),
    ("Expecting ':'", "a colon is missing after the name"),
    ("Expecting ','", "a comma is missing, or a bracket is not closed"),
    ("Extra data", "something stands after the end"),
    ("Unterminated string", "a text begins and is never closed by a double quote"),
    ("Invalid control character", "a line break or another control character inside a text is written \\n"),
    ("Invalid \\", "a backslash inside a text is written twice"),
)


class Refused(ValueError):
    """Something that JSON does not allow, or that could be read in two ways."""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        met: set[str] = set()
        for name, _ in pairs:
            if name in met:
                raise Refused(f"the name “{visible(name)[:80]}” stands twice in one object")
            met.add(name)
    return made


def _constant(name: str) -> NoReturn:
    raise Refused(f"{name} is no number in JSON")


DECODER: Final = json.JSONDecoder(object_pairs_hook=_object, parse_constant=_constant)
"""Reads JSON; raises JSONDecodeError, Refused, RecursionError, and ValueError for a number of too many digits."""


def problem_of(error: ValueError | RecursionError) -> str:
    """Return in words what was wrong with text that `DECODER` could not read."""
    if isinstance(error, json.JSONDecodeError):
        return next((words for start, words in _PROBLEMS if error.msg.startswith(start)), error.msg)
    if isinstance(error, Refused):
        return str(error)
    if isinstance(error, RecursionError):
        return "its lists and objects stand too deep in one another"
    return "a number has too many digits"
