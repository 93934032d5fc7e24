"""Reopen: a closed activity has to be corrected after all."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.core.exceptions import PermissionDenied

from openpars.accounts.actors import Actor
from openpars.accounts.models import ReportingYear
from openpars.accounts.scopes import Scope
from openpars.activities.doors import Door
from openpars.activities.locks import Home
from openpars.activities.models import Activity
from openpars.activities.outcomes import Outcome
from openpars.activities.queries import NoSuchActivity
from openpars.activities.verbs.transition import transition
from openpars.rulebook.findings import Finding
from openpars.rulebook.kinds.trouble import visible
from openpars.rulebook.rules import finding
from openpars.rulebook.steps.stored_records import REASON_LENGTH

NOT_CLOSED = "activity.reopen.not_closed"
REASON_REQUIRED = "activity.reopen.reason_required"
REASON_TOO_LONG = "activity.reopen.reason_too_long"
YEAR_LOCKED = "activity.reopen.year_locked"


def reopen(
    ids: Collection[int], *, reason: str, scope: Scope, actor: Actor, door: Door, now: datetime
) -> list[Outcome]:
    """Reopen closed activities, for a reason that their history keeps.

    After the lock of the reporting year (the one an activity ends in) only the accreditor may.
    Raises NoSuchActivity, PermissionDenied.
    """
    if not (scope.may_write or scope.may_reopen_locked):
        raise PermissionDenied
    reason = visible(reason).strip()
    locked: dict[int, set[int]] = {}

    def guard(activity: Activity, home: Home) -> list[Finding] | None:
        if activity.deleted_at is not None:
            raise NoSuchActivity(activity.activity_id)
        if activity.closed_at is None:
            return [finding(NOT_CLOSED)]
        against: list[Finding] = []
        if not reason:
            against.append(finding(REASON_REQUIRED, path="reason"))
        elif len(reason) > REASON_LENGTH:
            against.append(finding(REASON_TOO_LONG, path="reason", limit=f"{REASON_LENGTH:,}"))
        if not scope.may_reopen_locked:
            if home.accreditor_id not in locked:
                locked[home.accreditor_id] = locked_years(home.accreditor_id, now=now)
            against += year_locked(activity.end_date.year, locked[home.accreditor_id])
        return against

    return transition(
        ids,
        verb="reopen",
        guard=guard,
        life={"closed_at": None},
        scope=scope,
        actor=actor,
        door=door,
        now=now,
        reason=reason,
    )


def locked_years(accreditor_id: int, *, now: datetime) -> set[int]:
    """Return the reporting years that an accreditor has locked."""
    years = ReportingYear.objects.filter(accreditor=accreditor_id, locked_at__lte=now)
    return set(years.values_list("year", flat=True))


def year_locked(year: int, locked: Collection[int]) -> list[Finding]:
    """Return a finding when the reporting year (the one an activity ends in) is locked."""
    return [finding(YEAR_LOCKED, path="end_date", year=str(year))] if year in locked else []
