"""Which activities everybody may see at an instant: the only way of the public to activities.

Visible is what its provider chose to show, what is complete, what has not ended, and what is neither deleted nor in
a sandbox. All of it is asked of the database, whatever an index says.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from openpars.accounts.scopes import PUBLIC
from openpars.activities import queries
from openpars.activities.models import Activity
from openpars.activities.queries import ActivityQuerySet


def visible(*, now: datetime) -> ActivityQuerySet:
    """Return the activities that everybody may see at the instant `now`."""
    return queries.of(PUBLIC).filter(ends_at__gt=now)


def those_of(activity_ids: Sequence[int], *, now: datetime) -> list[Activity]:
    """Return those of these activities that everybody may see, with their providers, in the order they were given.

    One query.
    """
    found = visible(now=now).filter(pk__in=activity_ids).select_related("provider", "provider__accreditor")
    by_id = {activity.activity_id: activity for activity in found}
    return [by_id[one] for one in activity_ids if one in by_id]


def get(activity_id: int, *, now: datetime) -> Activity:
    """Return one activity with its provider; raises NoSuchActivity where the public may not see it."""
    found = those_of([activity_id], now=now) if 0 < activity_id <= queries.LAST_ID else []
    if not found:
        raise queries.NoSuchActivity(activity_id)
    return found[0]
