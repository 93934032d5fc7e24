"""Which activities a GET asks for, by the names that the dialect has for what it looks for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlencode

from django.http import HttpRequest

from openpars.activities import queries
from openpars.activities.queries import LAST_ID, ActivityQuerySet
from openpars.activities.records import Held
from openpars.api.calls import Call
from openpars.api.problems import Problem
from openpars.formats.dialect import day_of
from openpars.rulebook.reading import read

PAGE: Final = 100
"""How many activities one answer holds."""
_FIELDS: Final = {
    "providerActivityId": "internal_id",
    "activityStartDate": "start_date",
    "activityTypeName": "format",
}
_CURSOR: Final = "cursor"
_NAMES: Final = {name.lower(): name for name in (*_FIELDS, _CURSOR)}


@dataclass(frozen=True, slots=True)
class Looked:
    """What was found: the activities by their IDs, and the address of the next page, if there is one."""

    activities: list[Held] = field(default_factory=list)
    next: str | None = None


def look(call: Call) -> Looked:
    """Return the activities that a request asks for, a page of them at a time.

    The time of day in a date is not looked at; a format is known by its code and by every name it has. Raises
    Problem 400 for a parameter that is not known, 422 for a value that is none.
    """
    given = _given(call.request)
    found = queries.of(call.scope)
    after = given.pop(_CURSOR, None)
    if after is not None:
        found = found.filter(activity_id__gt=_position(after))
    found = _narrowed(found, given, call=call)
    ids = list(found.order_by("activity_id").values_list("activity_id", flat=True)[: PAGE + 1])
    held = queries.held(ids[:PAGE], provider_id=call.provider.pk)
    activities = [held[one] for one in ids[:PAGE] if one in held]
    if len(ids) <= PAGE:
        return Looked(activities)
    following = urlencode({**given, _CURSOR: ids[PAGE - 1]})
    return Looked(activities, call.request.build_absolute_uri(f"{call.request.path}?{following}"))


def _given(request: HttpRequest) -> dict[str, str]:
    """Return the parameters that say something, under the names of the dialect."""
    given: dict[str, str] = {}
    for word, values in request.GET.lists():
        name = _NAMES.get(word.lower())
        if name is None or name in given or len(values) > 1:
            detail = f"Activities are looked for by {', '.join(_FIELDS)}, each given once at most."
            raise Problem(400, None, detail)
        if values[0].strip():
            given[name] = values[0]
    return given


def _position(cursor: str) -> int:
    if cursor.isascii() and cursor.isdigit() and len(cursor) <= len(str(LAST_ID)) and int(cursor) <= LAST_ID:
        return int(cursor)
    raise Problem(400, None, "The cursor is the one of the address that the last page names as the next.")


def _narrowed(found: ActivityQuerySet, given: Mapping[str, str], *, call: Call) -> ActivityQuerySet:
    raw: dict[str, Any] = {_FIELDS[name]: text for name, text in given.items()}
    if "start_date" in raw:
        raw["start_date"] = day_of(raw["start_date"])
    result = read(raw, today=call.today)
    if result.rejected:
        raise Problem(422, None, "What is looked for cannot be read.", result.findings)
    answers = dict(result.answers)
    # An old name of a format says how it was delivered, too.
    methods = answers.pop("delivery_methods", None)
    found = found.filter(**answers)
    if methods:
        found = found.filter(delivery_methods=methods)
    return found
