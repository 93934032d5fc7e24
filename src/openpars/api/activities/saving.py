"""Entering and changing activities: POST makes one, PATCH changes one, PUT by internal ID does either."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from django.http import HttpResponse

from openpars.activities import cautions
from openpars.activities.doors import Door
from openpars.activities.internal_ids import TAKEN
from openpars.activities.outcomes import Outcome
from openpars.activities.records import Held
from openpars.activities.verbs.save import Edit, save_one
from openpars.api.activities import telling
from openpars.api.addressing import INTERNAL, activity_id_of, by_internal_id, internal_id_of
from openpars.api.calls import Call
from openpars.api.problems import Problem
from openpars.api.routing import Routes
from openpars.rulebook.fields import FIELDS
from openpars.rulebook.findings import Finding
from openpars.rulebook.kinds.trouble import text_of
from openpars.rulebook.lifecycle import Status
from openpars.rulebook.reading import strangers
from openpars.rulebook.rules import finding
from openpars.rulebook.steps import learner_counts

routes = Routes()

UNKNOWN: Final = "request.field.unknown"
TOLD: Final = "request.field.told"
DIFFERS: Final = "request.internal_id.differs"

COUNTS: Final = tuple(field.name for field in learner_counts.FIELDS)
#: What an activity tells besides its answers. It may be sent back as it was read.
READ_ONLY: Final = (
    "activity_id",
    "status",
    "phase",
    "revision",
    "yearly_counts",
    "legacy",
    "extra",
    "findings",
)
#: The clock alone leads from the one to the other.
_RUNNING: Final = (Status.ACTIVE.value, Status.READY.value)
_MOST_NAMED: Final = 20
_LONGEST: Final = 100
_TRIES: Final = 3


@routes.post("activities", name="api-activities")
def create(call: Call) -> HttpResponse:
    """Make an activity of the answers that are sent."""
    return telling.told(call, _saved(call, sent(call, None)))


@routes.patch("activities/<target:target>", name="api-activity")
def change(call: Call, target: str) -> HttpResponse:
    """Change the answers that are sent: null clears one, what is absent stays, a list replaces a list."""
    activity_id = activity_id_of(call, target)
    with telling.as_it_was_read(call, activity_id):
        return telling.told(call, _saved(call, sent(call, activity_id)))


@routes.put("activities/<target:target>", name="api-activity")
def put(call: Call, target: str) -> HttpResponse:
    """Make or change the activity with an internal ID; what is not sent stays, as in a row of a file."""
    if not target.startswith(INTERNAL):
        detail = "PUT takes an internal ID, as /activities/internal:ID. To change an activity by its ID, use PATCH."
        raise Problem(405, None, detail, headers={"Allow": "DELETE, GET, HEAD, PATCH"})
    internal_id = internal_id_of(call, target)
    for _ in range(_TRIES):
        activity_id = by_internal_id(call, internal_id)
        if activity_id is None and "If-Match" in call.request.headers:
            raise Problem(
                412, None, "There is no activity with this internal ID, so it has no revision to match."
            )
        edit = _named(sent(call, activity_id), internal_id)
        if activity_id is not None:
            with telling.as_it_was_read(call, activity_id):
                return telling.told(call, _saved(call, edit))
        outcome = _saved(call, edit)
        if not any(found.rule == TAKEN for found in outcome.findings):
            break
        # Somebody made it between our look and our save: then it is changed.
    return telling.told(call, outcome)


@routes.post("activities/<target:target>/learner-counts", name="api-learner-counts")
@routes.put("activities/<target:target>/learner-counts", name="api-learner-counts")
def count(call: Call, target: str) -> HttpResponse:
    """Enter learner counts; those that are not sent stay."""
    activity_id = activity_id_of(call, target)
    against = tuple(unknown([name for name in call.body if name not in COUNTS], COUNTS))
    answers = {name: value for name, value in call.body.items() if name in COUNTS}
    edit = Edit(answers, activity_id=activity_id, keep_invalid=False, against=against)
    with telling.as_it_was_read(call, activity_id):
        return telling.told(call, _saved(call, edit))


def sent(call: Call, activity_id: int | None) -> Edit:
    """Return what a body asks of an activity, or of a new one, with all that is against it as a request.

    The revision in the body is the one the change was made from: what others changed since may clash with it.
    Raises NoSuchActivity.
    """
    body = dict(call.body)
    told = {name: value for name in READ_ONLY if (value := body.pop(name, None)) is not None}
    against = list(unknown(list(strangers(body)), FIELDS))
    base: int | None = None
    if told:
        stored = None if activity_id is None else telling.read(call, activity_id)
        facts = {} if stored is None else _facts(call, stored)
        for name, value in told.items():
            if not _may_stand(name, value, facts):
                against.append(finding(TOLD, path=name, value=name))
        if stored is not None and type(told.get("revision")) is int:
            base = told["revision"]
    return Edit(body, activity_id=activity_id, base_revision=base, keep_invalid=False, against=tuple(against))


def _facts(call: Call, stored: Held) -> dict[str, Any]:
    return telling.record(call, stored) | {"revision": range(1, stored.revision + 1)}


def _may_stand(name: str, value: Any, facts: Mapping[str, Any]) -> bool:
    """Say whether a member that cannot be set may be in a body: as it was read, or as the clock has changed it."""
    if name in ("phase", "findings"):
        return bool(facts)
    if name == "revision":
        return type(value) is int and value in facts.get(name, ())
    if name == "status" and value in _RUNNING and facts.get(name) in _RUNNING:
        return True
    return name in facts and value == facts[name]


def _named(edit: Edit, internal_id: str) -> Edit:
    """Return an edit with the internal ID of its address, which its body may repeat."""
    given = edit.answers.get("internal_id")
    against = tuple(edit.against)
    if given is not None and text_of(given).strip() != internal_id:
        against += (finding(DIFFERS, path="internal_id", value=text_of(given), named=internal_id),)
    return replace(edit, answers={**edit.answers, "internal_id": internal_id}, against=against)


def unknown(paths: Collection[str], known: Collection[str]) -> Iterator[Finding]:
    """Give a finding for each of the first names that are no fields, and what may be meant."""
    for path in list(paths)[:_MOST_NAMED]:
        near = difflib.get_close_matches(path[:_LONGEST], known, n=1)
        meant = f" Did you mean “{near[0]}”?" if near else ""
        shown = text_of(path)[:_LONGEST]
        yield finding(UNKNOWN, path=shown, value=shown, meant=meant)


def _saved(call: Call, edit: Edit) -> Outcome:
    return save_one(
        edit, scope=call.scope, actor=call.actor, door=Door.SERVICE, now=call.now, confirmed=_confirmed(call)
    )


def _confirmed(call: Call) -> tuple[str, ...]:
    """Return the ids of the rules that the call lets stand; raises Problem 400 for others."""
    given = tuple(part for said in call.request.GET.getlist("confirm") for part in said.split(",") if part)
    if strange := [rule for rule in given if rule not in cautions.HOLDING]:
        detail = f"“{text_of(strange[0])[:_LONGEST]}” cannot be confirmed. These can: {', '.join(cautions.HOLDING)}."
        raise Problem(400, None, detail)
    return given
