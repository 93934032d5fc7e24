"""Reporting years: until when providers report, and when nothing of a year can be reopened any more."""

from __future__ import annotations

from datetime import date

from django.db import transaction

from openpars import clock
from openpars.accounts import audit
from openpars.accounts.actors import Actor
from openpars.accounts.models import Accreditor, ReportingYear
from openpars.accounts.refusals import Refused

FIRST_YEAR = 2005
LAST_YEAR = 2100


@transaction.atomic
def set_deadline(accreditor: Accreditor, *, year: int, deadline: date | None, actor: Actor) -> ReportingYear:
    """Set the day until which providers report on a year; the year begins to be listed with it."""
    stored = _year(accreditor, year)
    if stored.deadline != deadline:
        old, stored.deadline = stored.deadline, deadline
        stored.save(update_fields=["deadline"])
        audit.record(
            audit.YEAR_DEADLINE_CHANGED,
            actor=actor,
            accreditor=accreditor,
            subject=str(year),
            changes={
                "deadline": (old.isoformat() if old else None, deadline.isoformat() if deadline else None)
            },
        )
    return stored


@transaction.atomic
def lock_year(accreditor: Accreditor, *, year: int, actor: Actor) -> ReportingYear:
    """Lock a year: from now on only the accreditor reopens its closed activities."""
    stored = _year(accreditor, year)
    if stored.locked_at is None:
        stored.locked_at = clock.now()
        stored.save(update_fields=["locked_at"])
        audit.record(audit.YEAR_LOCKED, actor=actor, accreditor=accreditor, subject=str(year))
    return stored


@transaction.atomic
def unlock_year(accreditor: Accreditor, *, year: int, actor: Actor) -> ReportingYear:
    """Unlock a year: providers can reopen its closed activities again."""
    stored = _year(accreditor, year)
    if stored.locked_at is not None:
        stored.locked_at = None
        stored.save(update_fields=["locked_at"])
        audit.record(audit.YEAR_UNLOCKED, actor=actor, accreditor=accreditor, subject=str(year))
    return stored


def _year(accreditor: Accreditor, year: int) -> ReportingYear:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise Refused(f"Enter a year from {FIRST_YEAR} to {LAST_YEAR}.", field="year")
    ReportingYear.objects.get_or_create(accreditor=accreditor, year=year)
    return ReportingYear.objects.select_for_update().get(accreditor=accreditor, year=year)
