"""Bringing a row to where it shall stand: its columns, its revision, and what its history will say."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from openpars.activities.derived import derive
from openpars.activities.locks import Home
from openpars.activities.models import Activity
from openpars.activities.records import STORED, Answers, columns_of
from openpars.activities.writer import Written
from openpars.rulebook.lifecycle import Reach

#: The columns of an activity's life that its history tells of.
TOLD = ("closed_at", "deleted_at", "repeat_group")


def new_activity(
    activity_id: int,
    *,
    provider_id: int,
    now: datetime,
    entry: UUID | None = None,
    repeat_group: UUID | None = None,
) -> Activity:
    """Return an activity that nothing is known of yet."""
    return Activity(
        activity_id=activity_id,
        provider_id=provider_id,
        entry=entry,
        repeat_group=repeat_group,
        revision=0,
        created_at=now,
    )


def revise(
    activity: Activity,
    answers: Answers,
    rejected: Mapping[str, str],
    *,
    verb: str,
    before: Answers,
    home: Home,
    now: datetime,
    life: Mapping[str, Any] | None = None,
    reached: Reach | None = None,
) -> Written:
    """Give the activity these answers and rejected texts, its next revision, and what follows from them.

    `before` are its answers until now; `life` are further columns to set; `reached` is as
    in `derive`.
    """
    created = activity.revision == 0
    columns: dict[str, Any] = {
        **record_columns(answers, rejected, activity_id=activity.activity_id, home=home, reached=reached),
        "revision": activity.revision + 1,
        "updated_at": now,
    }
    old, new = difference(
        answers, rejected, before=before, rejected_before=None if created else activity.rejected
    )
    for name, value in (life or {}).items():
        columns[name] = value
        if name in TOLD:
            new[name] = plain(value)
            if not created:
                old[name] = plain(getattr(activity, name))
    changed = tuple(name for name, value in columns.items() if created or getattr(activity, name) != value)
    for name in changed:
        setattr(activity, name, columns[name])
    return Written(verb, activity, changed, created=created, old=old, new=new)


def record_columns(
    answers: Answers,
    rejected: Mapping[str, str],
    *,
    activity_id: int | None,
    home: Home,
    reached: Reach | None = None,
) -> dict[str, Any]:
    """Return the columns of what a record says and of what follows from that; the arguments are `derive`'s."""
    return {
        **columns_of(answers),
        **derive(
            answers, rejected, activity_id=activity_id, zone=home.zone, today=home.today, reached=reached
        ),
        "rejected": dict(rejected),
    }


def difference(
    answers: Answers,
    rejected: Mapping[str, str],
    *,
    before: Answers,
    rejected_before: Mapping[str, str] | None,
) -> tuple[Answers, Answers]:
    """Return what the history tells: the fields that changed, as they were and as they are.

    `rejected_before` is None for a new record, of which nothing is told as it was.
    """
    if rejected_before is None:
        new = {name: answers[name] for name in STORED if name in answers and answers[name] is not None}
        return {}, new | {"rejected": dict(rejected)} if rejected else new
    fields = [name for name in STORED if before.get(name) != answers.get(name)]
    old = {name: before.get(name) for name in fields}
    new = {name: answers.get(name) for name in fields}
    if rejected != rejected_before:
        old["rejected"] = rejected_before
        new["rejected"] = dict(rejected)
    return old, new


def plain(value: Any) -> Any:
    """Return a value of a life's column as plain JSON."""
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value) if isinstance(value, UUID) else value
