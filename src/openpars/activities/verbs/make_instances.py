"""Make the further instances of a repeat activity into activities of their own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from uuid_utils.compat import uuid7

from openpars.accounts.actors import Actor
from openpars.accounts.scopes import Scope
from openpars.activities import locks, queries, writer
from openpars.activities.doors import Door
from openpars.activities.internal_ids import TAKEN as INTERNAL_ID_TAKEN
from openpars.activities.models import Activity
from openpars.activities.outcomes import Outcome
from openpars.activities.proposing import EDIT_CLOSED
from openpars.activities.queries import NoSuchActivity
from openpars.activities.records import Answers, answers_of, is_missing
from openpars.activities.revising import new_activity, revise
from openpars.activities.verbs.copy import copied
from openpars.activities.writer import Deed, Written
from openpars.rulebook.fields import FIELDS
from openpars.rulebook.findings import Finding
from openpars.rulebook.judging import is_asked, judge
from openpars.rulebook.rules import finding

INCOMPLETE = "activity.instances.incomplete"
#: How and where: an instance that says any of these says all of them.
PLACE = ("delivery_methods", "city", "state", "country")


def make_instances(
    activity_id: int, *, scope: Scope, actor: Actor, door: Door, now: datetime
) -> list[Outcome]:
    """Make one activity of each pending instance, and clear the list of them; each outcome holds a new one.

    The new activities say what the first one says, but for its support, counts, attestations and internal
    ID; all are tied as one repeat group. Where the first has an internal ID, an instance without one of its
    own gets that with -1, -2, ... Nothing pending makes nothing, so a double click is harmless. When an
    instance cannot be made, none is: the one outcome holds the first activity and says why.

    Raises NoSuchActivity, PermissionDenied.
    """
    if not scope.may_write:
        raise PermissionDenied
    with transaction.atomic():
        homes = locks.homes(locks.home_of([activity_id], scope), now=now, lock=True)
        first = locks.activities([activity_id], scope)[activity_id]
        if first.deleted_at is not None:
            raise NoSuchActivity(activity_id)
        home = homes[first.provider_id]
        answers = answers_of(first)
        instances: Sequence[Mapping[str, Any]] = answers.get("instances") or ()
        if not instances or not is_asked("instances", answers):
            return []
        if first.closed_at is not None:
            return [Outcome(first, (finding(EDIT_CLOSED),))]
        internal_ids, against = _internal_ids(first, instances)
        against = [*_unfinished(first, answers, instances, home), *against]
        if against:
            return [Outcome(first, tuple(against))]
        group = first.repeat_group or uuid7()
        written = [_cleared(first, answers, group, home=home, now=now)]
        for number, instance, internal_id in zip(
            writer.numbers(len(instances)), instances, internal_ids, strict=True
        ):
            made = new_activity(number, provider_id=first.provider_id, now=now)
            says = instance_answers(answers, instance, internal_id=internal_id)
            life = {"repeat_group": group}
            written.append(revise(made, says, {}, verb="add", before={}, home=home, now=now, life=life))
        reason = f"Further instances of {activity_id}"
        writer.write(written, Deed(actor=actor, door=door, at=now, reason=reason))
    return [Outcome(row.activity, changed=tuple(row.new), created=True, done=True) for row in written[1:]]


def instance_answers(first: Answers, instance: Mapping[str, Any], *, internal_id: str | None) -> Answers:
    """Return what an instance says as an activity of its own."""
    own = {name: value for name, value in instance.items() if not is_missing(value)}
    says = {**copied(first), "repeated": True}
    if any(name in own for name in PLACE):
        says = {name: value for name, value in says.items() if name not in PLACE}
    says |= own
    says.pop("internal_id", None)
    if internal_id:
        says["internal_id"] = internal_id
    return {name: says[name] for name in FIELDS if name in says}


def _cleared(first: Activity, answers: Answers, group: UUID, *, home: locks.Home, now: datetime) -> Written:
    says = {name: value for name, value in answers.items() if name != "instances"}
    life = {"repeat_group": group} if first.repeat_group is None else {}
    return revise(first, says, first.rejected, verb="save", before=answers, home=home, now=now, life=life)


def _unfinished(
    first: Activity, answers: Answers, instances: Sequence[Mapping[str, Any]], home: locks.Home
) -> list[Finding]:
    """Return what keeps instances from being activities: no dates, or answers to be mended."""
    found: list[Finding] = []
    for position, instance in enumerate(instances):
        if is_missing(instance.get("start_date")) or is_missing(instance.get("end_date")):
            found.append(finding(INCOMPLETE, path=f"instances.{position}"))
    judged = judge(answers, rejected=first.rejected, today=home.today)
    return [*found, *(one for one in judged if one.blocks and one.path.startswith("instances."))]


def _internal_ids(
    first: Activity, instances: Sequence[Mapping[str, Any]]
) -> tuple[list[str | None], list[Finding]]:
    """Return the internal ID of each instance, its own or a suggested one, and findings on those taken."""
    own = [str(instance.get("internal_id") or "") for instance in instances]
    longest = FIELDS["internal_id"].max_length or 0
    suggested = [
        text
        for number in range(1, 10 * len(instances) + 100)
        if first.internal_id and len(text := f"{first.internal_id}-{number}") <= longest
    ]
    wanted = sorted({*own, *suggested} - {""})
    taken = {internal_id for internal_id, _ in queries.internal_ids(first.provider_id, wanted)}
    against: list[Finding] = []
    for position, internal_id in enumerate(own):
        if internal_id and (internal_id in taken or internal_id in own[:position]):
            path = f"instances.{position}.internal_id"
            against.append(finding(INTERNAL_ID_TAKEN, path=path, value=internal_id))
    free = iter([text for text in suggested if text not in taken and text not in own])
    return [internal_id or next(free, None) for internal_id in own], against
