"""Paths of answers: `title`, `support.0.amount`; positions count from 0."""

from collections.abc import Collection, Mapping
from functools import lru_cache
from typing import Any

_LONGEST_POSITION = 9


def position_of(part: str) -> int | None:
    """Return the position that a part of a path stands for, or None where it is a name."""
    return int(part) if part.isascii() and part.isdecimal() and len(part) <= _LONGEST_POSITION else None


def root(path: str) -> str:
    """Return the field of the activity that a path belongs to: `support` of `support.0.amount`."""
    return path.partition(".")[0]


@lru_cache(maxsize=4096)
def generic_path(path: str) -> str:
    """Return a path without its positions: `support.0.amount` becomes `support.amount`."""
    if "." not in path:
        return path
    return ".".join(part for part in path.split(".") if position_of(part) is None)


def positions_in(path: str) -> tuple[int, ...]:
    """Return the positions in a path, in order."""
    if "." not in path:
        return ()
    return tuple(found for part in path.split(".") if (found := position_of(part)) is not None)


def entry_at(path: str, answers: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the entry of a list in which the path's answer stands; the activity itself for a plain path."""
    name, dot, rest = path.partition(".")
    if not dot:
        return answers
    position = position_of(rest.partition(".")[0])
    entries = answers.get(name)
    if position is None or not isinstance(entries, list) or position >= len(entries):
        return {}
    entry = entries[position]
    return entry if isinstance(entry, Mapping) else {}


def is_within(path: str, others: Collection[str]) -> bool:
    """Say whether a path is one of the others, or leads into one: `support.0.amount` is within `support`."""
    return path in others or any(path.startswith(f"{one}.") for one in others)
