"""A provider's activities portion by portion, for programs: each goes on where the last one ended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import F
from django.db.models.fields.tuple_lookups import Tuple, TupleGreaterThan

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

    The place is None when nothing follows. Two queries, however many activities there are; the first reads an
    index alone. A search asks one more before.
    """
    named = trigrams.candidates(chosen.words, provider_id=scope.provider_id)
    found = narrowed(queries.of(scope) if named is None else queries.among(scope, named), chosen, now=now)
    if phase is not None:
        found = found.filter(queries.has_phase(phase, today=today))
    if after is not None:
        # As one comparison of both, which leads to the place in the index.
        ends = (after.created_at, after.activity_id)
        found = found.filter(TupleGreaterThan(Tuple(F("created_at"), F("activity_id")), ends))
    places = list(found.order_by("created_at", "activity_id").values_list("created_at", "pk")[: most + 1])
    ids = [activity_id for _, activity_id in places[:most]]
    held = queries.held(ids, provider_id=scope.provider_id or 0)
    end = Place(*places[most - 1]) if len(places) > most else None
    return [held[activity_id] for activity_id in ids if activity_id in held], end
