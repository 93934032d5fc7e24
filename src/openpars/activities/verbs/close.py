"""Close: the person says that the activity is done and reported."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.core.exceptions import PermissionDenied

from openpars.accounts.actors import Actor
from openpars.accounts.scopes import Scope
from openpars.activities.doors import Door
from openpars.activities.locks import Home
from openpars.activities.models import Activity
from openpars.activities.outcomes import Outcome
from openpars.activities.queries import NoSuchActivity
from openpars.activities.records import answers_of
from openpars.activities.verbs.transition import transition
from openpars.rulebook.findings import Finding, Stage
from openpars.rulebook.judging import stops
from openpars.rulebook.lifecycle import ends_at
from openpars.rulebook.rules import finding

NOT_READY = "activity.close.not_ready"
NOT_ENDED = "activity.close.not_ended"


def close(ids: Collection[int], *, scope: Scope, actor: Actor, door: Door, now: datetime) -> list[Outcome]:
    """Close the activities that are Ready to Close with nothing missing; the others' findings say why not.

    An activity that is closed already stays as it is. Raises NoSuchActivity, PermissionDenied.
    """
    if not scope.may_write:
        raise PermissionDenied

    def guard(activity: Activity, home: Home) -> list[Finding] | None:
        if activity.deleted_at is not None:
            raise NoSuchActivity(activity.activity_id)
        if activity.closed_at is not None:
            return None
        against: list[Finding] = []
        # Judged anew, not read from `complete_for`: the rules may have changed since it was stored.
        missing = stops(answers_of(activity), rejected=activity.rejected, today=home.today, goal=Stage.CLOSE)
        if missing:
            against += [finding(NOT_READY), *missing]
        if ends_at(activity.end_date, home.zone) > now:
            against.append(finding(NOT_ENDED, path="end_date"))
        return against

    return transition(
        ids,
        verb="close",
        guard=guard,
        life={"closed_at": now},
        scope=scope,
        actor=actor,
        door=door,
        now=now,
    )
