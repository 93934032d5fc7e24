"""The activities that everybody may see, read in great numbers: for the index, which is made of all of them."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any, NamedTuple

from openpars.activities import queries
from openpars.activities.folding import signed_hash
from openpars.passport.visible import visible

#: Activities read at once.
PORTION = 2_000
#: Marks read at once: what an index holds of so many activities is compared in one go.
MARKS = 5_000


class Named(NamedTuple):
    """A provider, as far as the index is about it."""

    number: str
    name: str


class Listed(NamedTuple):
    """An activity that everybody may see, with the public answers that are searched and what they hang on."""

    activity_id: int
    revision: int
    title: str
    format: str
    start_date: date
    end_date: date
    delivery_methods: list[str]
    city: str
    state: str
    country: str
    credits: Decimal | None
    description: str
    specialties: list[str]
    registration: str
    fee: str
    collaborations: list[dict[str, Any]]
    providership: str
    joint_providers: list[str]
    rejected: dict[str, str]
    ends_at: datetime
    created_at: datetime
    updated_at: datetime
    provider: Named


class Mark(NamedTuple):
    """Which document of an activity an index should hold."""

    activity_id: int
    stamp: int


_COLUMNS = (*Listed._fields[:-1], "provider__number", "provider__name")


def everything(*, now: datetime) -> Iterator[Listed]:
    """Give all activities that everybody may see at the instant `now`, by their IDs.

    They are read in portions, so that nothing is held up and memory does not grow. What changes meanwhile may be seen
    as it was or as it is.
    """
    last = 0
    while True:
        found = visible(now=now).filter(pk__gt=last).order_by("pk").values_list(*_COLUMNS)[:PORTION]
        rows = [_listed(row) for row in found]
        yield from rows
        if len(rows) < PORTION:
            return
        last = rows[-1].activity_id


def those_of(activity_ids: Collection[int], *, now: datetime) -> Iterator[Listed]:
    """Give those of these activities that everybody may see at the instant `now`."""
    for part in queries.chunks(sorted(activity_ids)):
        for row in visible(now=now).filter(pk__in=part).values_list(*_COLUMNS):
            yield _listed(row)


def marks(*, after: int, now: datetime) -> list[Mark]:
    """Return the marks of the next activities behind this ID that everybody may see, at most `MARKS` of them."""
    columns = ("pk", "updated_at", "revision", "ends_at", "provider__number", "provider__name")
    found = visible(now=now).filter(pk__gt=after).order_by("pk").values_list(*columns)[:MARKS]
    return [Mark(activity_id, stamp(*rest)) for activity_id, *rest in found]


def stamp(updated_at: datetime, revision: int, ends_at: datetime, number: str, name: str) -> int:
    """Return what is another number when a document has to be made anew, whatever the history says.

    An instant moves with an accreditor's time zone and a provider is renamed without a change of any activity; and
    after a backup has been restored, revisions are given a second time.
    """
    return signed_hash(f"{updated_at.timestamp()} {revision} {ends_at.timestamp()} {number} {name}")


def _listed(row: tuple[Any, ...]) -> Listed:
    *answers, number, name = row
    return Listed._make((*answers, _named(number, name)))


@lru_cache(maxsize=4096)
def _named(number: str, name: str) -> Named:
    return Named(number, name)
