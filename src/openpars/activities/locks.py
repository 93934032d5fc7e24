"""What a verb holds while it works. Always in this order: providers, then activities by their IDs.

On SQLite the transaction itself is the lock (BEGIN IMMEDIATE); on PostgreSQL these are row locks.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from openpars.accounts.scopes import Scope
from openpars.activities import queries
from openpars.activities.models import Activity


@dataclass(frozen=True, slots=True)
class Home:
    """A provider as the verbs need it: whose it is, and what day it is there."""

    provider_id: int
    accreditor_id: int
    zone: str
    today: date


def homes(provider_ids: Collection[int], *, now: datetime, lock: bool) -> dict[int, Home]:
    """Return these providers by id; locked, nobody else gives or takes an internal ID there meanwhile."""
    return {
        provider_id: Home(provider_id, accreditor_id, zone, now.astimezone(ZoneInfo(zone)).date())
        for provider_id, accreditor_id, zone in queries.zones(provider_ids, lock=lock)
    }


def home_of(activities: Collection[int], scope: Scope) -> set[int]:
    """Return the ids of the providers that a verb on these activities concerns."""
    if scope.provider_id is not None:
        return {scope.provider_id}
    found: set[int] = set()
    for part in queries.chunks(list(activities)):
        asked = queries.everything(scope).filter(activity_id__in=part)
        found.update(asked.values_list("provider_id", flat=True).distinct())
    return found


def activities(ids: Collection[int], scope: Scope) -> dict[int, Activity]:
    """Return these activities by their IDs, locked, deleted ones included.

    Raises NoSuchActivity when one is outside the scope.
    """
    wanted = sorted(set(ids))
    found = {activity.activity_id: activity for activity in queries.locked(scope, wanted)}
    for activity_id in wanted:
        if activity_id not in found:
            raise queries.NoSuchActivity(activity_id)
    return found
