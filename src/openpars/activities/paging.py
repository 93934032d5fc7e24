"""A provider's activities portion by portion, for programs: each goes on where the last one ended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q

from openpars.accounts.scopes import Scope
from openpars.activities import queries, trigrams
from openpars.activities.records import Held
from openpars.activities.summary import SummaryFilter, narrowed
from openpars.rulebook.lifecycle import Phase


@dataclass(frozen=True, slots=True)
class Place:
    """Where a portion ended: the last activity of it."""

    created_at: datetime
    activity_id: int


def portion(
    scope: Scope,
    chosen: SummaryFilter,
    *,
    phase: Phase | None,
    after: Place | None,
    most: int,
    now: datetime,
    today: date,
) -> tuple[list[Held], Place | None]:
    """Return at most so many activities of a provider, in the order they were entered, and where they end.

    The place is None when nothing follows. Two queries, however many activities there are, or three behind a place;
    all but the last read an index alone. A search asks one more before.
    """
    named = trigrams.candidates(chosen.words, provider_id=scope.provider_id)
    found = narrowed(queries.of(scope) if named is None else queries.among(scope, named), chosen, now=now)
    if phase is not None:
        found = found.filter(queries.has_phase(phase, today=today))
    places: list[tuple[datetime, int]] = []
    for part in _behind(after):
        if len(places) <= most:
            ordered = found.filter(part).order_by("created_at", "activity_id").values_list("created_at", "pk")
            places += ordered[: most + 1 - len(places)]
    ids = [activity_id for _, activity_id in places[:most]]
    held = queries.held(ids, provider_id=scope.provider_id or 0)
    end = Place(*places[most - 1]) if len(places) > most else None
    return [held[activity_id] for activity_id in ids if activity_id in held], end


def _behind(place: Place | None) -> tuple[Q, ...]:
    """Return the conditions for what comes after a place, one after the other, each of which an index leads to.

    All of a file are entered at the same instant. In one condition for both, SQLite would go through all that comes
    before, or through all of that instant.
    """
    if place is None:
        return (Q(),)
    return Q(created_at=place.created_at, pk__gt=place.activity_id), Q(created_at__gt=place.created_at)
