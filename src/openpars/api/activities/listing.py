"""The list of activities, filtered as on the activity summary, page by page."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Final

from django.http import HttpResponse

from openpars.activities import paging
from openpars.activities.paging import Place
from openpars.activities.summary import SummaryFilter
from openpars.api.activities import telling
from openpars.api.calls import Call
from openpars.api.parameters import Parameters, with_next
from openpars.api.problems import Problem
from openpars.api.routing import Routes
from openpars.rulebook.lifecycle import Phase, Status
from openpars.rulebook.vocabularies import VOCABULARIES

routes = Routes()

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_CURSOR: Final = re.compile(r"([0-9a-f]{1,14})-([0-9a-f]{1,8})", re.ASCII)
_LONGEST_SEARCH: Final = 200


@routes.get("activities", name="api-activities")
def activities(call: Call) -> HttpResponse:
    """Tell the provider's activities in the order they were entered."""
    given = Parameters(call)
    status, phase = given.one_of("status", Status), given.one_of("phase", Phase)
    chosen = SummaryFilter(
        q=(given.text("search") or "").replace("\0", "").strip()[:_LONGEST_SEARCH],
        status=Status(status) if status else None,
        format=given.one_of("format", VOCABULARIES["formats"].by_code),
        year=given.number("year"),
        criterion=given.one_of("criterion", VOCABULARIES["commendation_criteria"].by_code),
        attention=given.one_of("attention", ("true", "false")) == "true",
    )
    most, cursor = given.limit(), given.text("cursor")
    given.done()
    found, end = paging.portion(
        call.scope,
        chosen,
        phase=Phase(phase) if phase else None,
        after=_place(cursor) if cursor else None,
        most=most,
        now=call.now,
        today=call.today,
    )
    return with_next(call, "activities", [telling.record(call, one) for one in found], cursor_of(end))


def cursor_of(end: Place | None) -> str | None:
    """Return the cursor that leads to what follows this place; None when nothing does."""
    if end is None:
        return None
    return f"{(end.created_at - _EPOCH) // timedelta(microseconds=1):x}-{end.activity_id:x}"


def _place(cursor: str) -> Place:
    match = _CURSOR.fullmatch(cursor)
    if match is not None:
        micros, activity_id = (int(part, 16) for part in match.groups())
        try:
            return Place(_EPOCH + timedelta(microseconds=micros), activity_id)
        except OverflowError:
            pass
    raise Problem(
        400, None, "This cursor is none of ours. Take it as it stands in “next”, or begin without one."
    )
