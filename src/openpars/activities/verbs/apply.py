"""Apply: what was planned for a file is done, all of it or nothing."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction

from openpars.accounts.actors import Actor
from openpars.accounts.scopes import Scope
from openpars.activities import locks, staging, writer
from openpars.activities.doors import Door
from openpars.activities.writer import Deed, HasMoved


@dataclass(frozen=True, slots=True)
class Applied:
    """What applying did: how many activities it made, changed (closing counts), deleted and closed."""

    added: int
    changed: int
    deleted: int
    closed: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Moved:
    """Nothing was written: the plan does not hold any more, and has to be made again.

    `rows` are those whose activities have changed since, or whose IDs are taken by now. There is none where
    the day, the time zone or the rules have changed.
    """

    rows: tuple[int, ...] = ()


def apply(
    plan: UUID,
    *,
    upload: UUID,
    scope: Scope,
    actor: Actor,
    door: Door,
    now: datetime,
    skip: Collection[int] = (),
    before_commit: Callable[[Applied], None] | None = None,
) -> Applied | Moved:
    """Do what a plan says, but for the rows to `skip`, in one short transaction.

    Every change tells its upload and its row in the file, which is where the activity ID of a new row stands
    afterwards. `before_commit` is called inside the transaction when everything else is written; what it
    raises takes everything back. The plan stays, and is the caller's to discard.

    Raises NoSuchPlan, also when it has been applied already, and PermissionDenied.
    """
    if not scope.may_write or scope.provider_id is None:
        raise PermissionDenied
    found = staging.plan_of(plan, scope)
    staging.skip(found, skip)
    tally = writer.tally(found)
    try:
        with transaction.atomic():
            home = locks.homes([found.provider_id], now=now, lock=True)[found.provider_id]
            if not staging.stands(found, home):
                return Moved()
            staging.mark_applied(found, at=now)
            writer.move_in(found, Deed(actor=actor, door=door, at=now), upload=upload, tally=tally)
            applied = Applied(
                tally.new + tally.adopted, tally.rewritten + tally.others, tally.deleted, tally.closed, now
            )
            if before_commit is not None:
                before_commit(applied)
    except HasMoved:
        return Moved(tuple(staging.moved(found)))
    return applied
