"""Working the derived columns out again, after the rulebook or an accreditor's time zone changed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.db import transaction

from openpars.accounts.scopes import SYSTEM_SCOPE, Scope
from openpars.activities import locks, queries, writer
from openpars.activities.derived import derive
from openpars.activities.records import answers_of
from openpars.rulebook import VERSION

BATCH = 1_000


def rederive(*, now: datetime, everything: bool = False, scope: Scope = SYSTEM_SCOPE) -> Iterator[int]:
    """Derive again every record of the scope that an earlier rulebook derived (or every one), batch by batch.

    Gives the number of records looked at so far, after each batch. Each batch is a transaction of its own, so
    that nobody waits long, and a run that was stopped goes on where it was when it is started again. No
    answer changes, so no history is written.
    """
    done, last = 0, 0
    while True:
        found = queries.everything(scope).filter(activity_id__gt=last)
        if not everything:
            found = found.exclude(rulebook_version=VERSION)
        ids = list(found.order_by("activity_id").values_list("pk", flat=True)[:BATCH])
        if not ids:
            return
        _batch(ids, now=now)
        done, last = done + len(ids), ids[-1]
        yield done


def _batch(ids: list[int], *, now: datetime) -> None:
    with transaction.atomic():
        homes = locks.homes(locks.home_of(ids, SYSTEM_SCOPE), now=now, lock=False)
        activities = list(locks.activities(ids, SYSTEM_SCOPE).values())
        for activity in activities:
            home = homes[activity.provider_id]
            columns = derive(
                answers_of(activity),
                activity.rejected,
                activity_id=activity.activity_id,
                zone=home.zone,
                today=home.today,
            )
            for name, value in columns.items():
                setattr(activity, name, value)
        writer.update_derived(activities, list(columns))
