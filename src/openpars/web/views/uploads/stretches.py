"""Pages of long lists in their order: each begins behind a place, so that the last is as quick as the first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Model, Q, QuerySet
from django.http import QueryDict

PAGE_SIZE = 100

#: A place in the order of a list: the values of its columns.
Place = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Stretch:
    """A page of a list: its entries, and the queries that lead to its neighbours, empty where there is none."""

    entries: list[Any]
    first: str
    previous: str
    following: str

    @property
    def is_whole(self) -> bool:
        """Say whether the list has no other page."""
        return not (self.first or self.following)


def stretch(
    entries: QuerySet[Any], order: Sequence[str], asked: QueryDict, *, size: int = PAGE_SIZE
) -> Stretch:
    """Return the page that the address asks for by `after` or `before`, else the first.

    `order` names the columns, whole numbers, in which the list is ordered; the last is different for each
    entry, or for each entry with the same values before. One query.
    """
    after, before = _place(asked.get("after"), order), _place(asked.get("before"), order)
    if before is not None and after is None:
        backwards = entries.filter(_beyond(order, before, "lt")).order_by(*(f"-{name}" for name in order))
        found = list(backwards[: size + 1])
        has_previous, shown, has_next = len(found) > size, found[:size][::-1], True
        if not shown:
            return stretch(entries, order, _without_place(asked), size=size)
    else:
        onwards = entries if after is None else entries.filter(_beyond(order, after, "gt"))
        found = list(onwards.order_by(*order)[: size + 1])
        has_previous, shown, has_next = after is not None, found[:size], len(found) > size
    link = _linking(asked)
    at = _places_in(order)
    return Stretch(
        entries=shown,
        first=link({}) if has_previous else "",
        previous=link({"before": at(shown[0])}) if has_previous and shown else "",
        following=link({"after": at(shown[-1])}) if has_next else "",
    )


def _beyond(order: Sequence[str], place: Place, which: str) -> Q:
    """Return the condition for what lies beyond a place, so that an index can begin there."""
    first, *rest = order
    if not rest:
        return Q(**{f"{first}__{which}": place[0]})
    inner = _beyond(rest, place[1:], which)
    return Q(**{f"{first}__{which}e": place[0]}) & (~Q(**{first: place[0]}) | inner)


def _place(text: str | None, order: Sequence[str]) -> Place | None:
    parts = (text or "").split("-")
    if len(parts) != len(order) or not all(
        part.isascii() and part.isdigit() and len(part) < 19 for part in parts
    ):
        return None
    return tuple(int(part) for part in parts)


def _places_in(order: Sequence[str]) -> Callable[[Model], str]:
    return lambda entry: "-".join(str(getattr(entry, name)) for name in order)


def _without_place(asked: QueryDict) -> QueryDict:
    query = asked.copy()
    for name in ("after", "before"):
        query.pop(name, None)
    return query


def _linking(asked: QueryDict) -> Callable[[dict[str, str]], str]:
    def link(place: dict[str, str]) -> str:
        query = _without_place(asked)
        query.update(place)
        return f"?{query.urlencode()}"

    return link
