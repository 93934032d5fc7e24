"""Restore: a deleted activity comes back as it was."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.core.exceptions import PermissionDenied

from openpars.accounts.actors import Actor
from openpars.accounts.scopes import Scope
from openpars.activities import queries
from openpars.activities.doors import Door
from openpars.activities.locks import Home
from openpars.activities.models import Activity
from openpars.activities.outcomes import Outcome
from openpars.activities.verbs.transition import transition
from openpars.rulebook.findings import Finding
from openpars.rulebook.rules import finding

NOT_DELETED = "activity.restore.not_deleted"
WINDOW_PASSED = "activity.restore.window_passed"
INTERNAL_ID_TAKEN = "activity.restore.internal_id_taken"


def restore(ids: Collection[int], *, scope: Scope, actor: Actor, door: Door, now: datetime) -> list[Outcome]:
    """Restore activities deleted within the last 30 days whose internal IDs are still free.

    Raises NoSuchActivity, PermissionDenied.
    """
    if not scope.may_write:
        raise PermissionDenied
    given: set[tuple[int, str]] = set()

    def guard(activity: Activity, _: Home) -> list[Finding] | None:
        if activity.deleted_at is None:
            return [finding(NOT_DELETED)]
        if activity.deleted_at <= now - queries.RESTORABLE:
            return [finding(WINDOW_PASSED, days=str(queries.RESTORABLE.days))]
        internal_id = activity.internal_id
        if not internal_id:
            return []
        place = (activity.provider_id, internal_id)
        if place in given or any(queries.internal_ids(activity.provider_id, [internal_id])):
            return [finding(INTERNAL_ID_TAKEN, path="internal_id", value=internal_id)]
        given.add(place)
        return []

    return transition(
        ids,
        verb="restore",
        guard=guard,
        life={"deleted_at": None},
        scope=scope,
        actor=actor,
        door=door,
        now=now,
    )
