"""The one function that changes the life of activities: closed, reopened, deleted, restored."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from openpars.accounts.actors import Actor
from openpars.accounts.scopes import Scope
from openpars.activities import locks, writer
from openpars.activities.doors import Door
from openpars.activities.models import Activity
from openpars.activities.outcomes import Outcome
from openpars.activities.records import answers_of
from openpars.activities.revising import revise
from openpars.activities.writer import Deed, Written
from openpars.rulebook.findings import Finding

#: Says what stands against a step of one activity (empty: nothing), or that it was taken already (None).
Guard = Callable[[Activity, locks.Home], list[Finding] | None]


def transition(
    ids: Collection[int],
    *,
    verb: str,
    guard: Guard,
    life: Mapping[str, Any],
    scope: Scope,
    actor: Actor,
    door: Door,
    now: datetime,
    reason: str = "",
) -> list[Outcome]:
    """Lead each activity (deleted ones included) one step on: set the columns of `life` where `guard` agrees.

    In one transaction, under locks; what stands against one activity does not hold up the others.
    Raises NoSuchActivity when one is outside the scope.
    """
    outcomes: dict[int, Outcome] = {}
    with transaction.atomic():
        homes = locks.homes(locks.home_of(ids, scope), now=now, lock="deleted_at" in life)
        found = locks.activities(ids, scope)
        written: list[Written] = []
        for activity_id, activity in found.items():
            home = homes[activity.provider_id]
            against = guard(activity, home)
            if against:
                outcomes[activity_id] = Outcome(activity, tuple(against))
                continue
            changed: tuple[str, ...] = ()
            if against is not None:
                before = answers_of(activity)
                row = revise(
                    activity,
                    before,
                    activity.rejected,
                    verb=verb,
                    before=before,
                    home=home,
                    now=now,
                    life=life,
                )
                written.append(row)
                changed = tuple(row.new)
            outcomes[activity_id] = Outcome(activity, changed=changed, done=True)
        writer.write(written, Deed(actor=actor, door=door, at=now, reason=reason))
    return [outcomes[activity_id] for activity_id in ids]
