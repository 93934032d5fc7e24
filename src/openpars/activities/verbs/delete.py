"""Delete: the activity leaves every list, and can be restored for a while."""

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
from openpars.activities.verbs.transition import transition
from openpars.rulebook.findings import Finding
from openpars.rulebook.rules import finding

CLOSED = "activity.delete.closed"


def delete(ids: Collection[int], *, scope: Scope, actor: Actor, door: Door, now: datetime) -> list[Outcome]:
    """Delete activities that are not closed; one that is deleted already stays so.

    Raises NoSuchActivity, PermissionDenied.
    """
    if not scope.may_write:
        raise PermissionDenied

    def guard(activity: Activity, _: Home) -> list[Finding] | None:
        if activity.deleted_at is not None:
            return None
        return [finding(CLOSED)] if activity.closed_at is not None else []

    return transition(
        ids,
        verb="delete",
        guard=guard,
        # The form entry is set free: who comes back to that form page and saves makes a new activity.
        life={"deleted_at": now, "entry": None},
        scope=scope,
        actor=actor,
        door=door,
        now=now,
    )
