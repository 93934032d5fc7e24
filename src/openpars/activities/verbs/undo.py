"""Undo: what a file did is taken back, as long as nobody has touched it since."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any
from uuid import UUID, uuid4

from django.core.exceptions import PermissionDenied
from django.db import transaction

from openpars.accounts.actors import Actor
from openpars.accounts.scopes import Scope
from openpars.activities import locks, queries, staging, writer
from openpars.activities.doors import Door
from openpars.activities.internal_ids import TAKEN as INTERNAL_ID_TAKEN
from openpars.activities.models import Change, Plan
from openpars.activities.records import Answers, Held
from openpars.activities.revising import difference, plain, record_columns
from openpars.activities.verbs.reopen import locked_years, year_locked
from openpars.activities.writer import Deed, HasMoved
from openpars.rulebook.findings import Finding
from openpars.rulebook.rules import finding

CHANGED_SINCE = "activity.undo.changed_since"
#: What a file does.
DONE_BY_FILES = ("add", "save", "close", "delete")


@dataclass(frozen=True, slots=True)
class Undone:
    """What undoing did: how many activities it deleted, because the file had made them, and put back."""

    deleted: int
    put_back: int
    at: datetime


@dataclass(frozen=True, slots=True)
class InTheWay:
    """An activity that keeps a file from being undone: the row of the file about it, and why."""

    row: int
    activity_id: int
    title: str
    finding: Finding


def undo(
    upload: UUID,
    *,
    scope: Scope,
    actor: Actor,
    door: Door,
    now: datetime,
    staged_as: UUID | None = None,
    before_commit: Callable[[Undone], None] | None = None,
) -> Undone | tuple[InTheWay, ...]:
    """Take back all that an upload did: every field as it was, what it closed open, what it made deleted.

    In one short transaction, or not at all: then the activities that stand in the way come back instead.
    Those that have been touched since do, those closed by the file whose reporting year is locked by now
    (unless the scope may reopen them), and those whose internal ID another one has got.
    `before_commit` is called inside the transaction when everything else is written. An upload that did
    nothing, or another provider's, is undone without anything being done. `staged_as` is the key of the plan
    by which it is done; it is gone afterwards, unless the process is killed: then whoever knows the key discards it.

    Raises PermissionDenied.
    """
    if not scope.may_write or scope.provider_id is None:
        raise PermissionDenied
    home = locks.homes([scope.provider_id], now=now, lock=False)[scope.provider_id]
    plan = staging.begin(staged_as or uuid4(), home=home)
    try:
        undoing = _Undoing(plan, home=home, scope=scope, now=now)
        in_the_way: list[InTheWay] = []
        for changes in queries.changes_by(upload, scope=scope, verbs=DONE_BY_FILES):
            in_the_way += undoing.stage(changes)
        in_the_way = in_the_way or _taken(plan, scope)
        if in_the_way:
            return tuple(in_the_way)
        tally = writer.tally(plan)
        try:
            with transaction.atomic():
                locks.homes([scope.provider_id], now=now, lock=True)
                writer.move_in(plan, Deed(actor=actor, door=door, at=now), upload=upload, tally=tally)
                undone = Undone(tally.deleted, tally.rewritten + tally.others, now)
                if before_commit is not None:
                    before_commit(undone)
        except HasMoved:
            return tuple(_taken(plan, scope))
        return undone
    finally:
        staging.discard(plan.key)


class _Undoing:
    """One undoing: row by row, how each activity stood before."""

    def __init__(self, plan: Plan, *, home: locks.Home, scope: Scope, now: datetime) -> None:
        self.plan = plan
        self.home = home
        self.scope = scope
        self.now = now
        self.locked = set() if scope.may_reopen_locked else locked_years(home.accreditor_id, now=now)

    def stage(self, changes: Sequence[Change]) -> list[InTheWay]:
        """Stage how the activities of these changes stood before them, unless some stand in the way."""
        activities = _held({change.activity_id for change in changes}, self.scope)
        in_the_way: list[InTheWay] = []
        staged: list[dict[str, Any]] = []
        for row, of_row in _by_row(changes):
            activity = activities[of_row[0].activity_id]
            against = self._against(activity, of_row)
            in_the_way += [
                InTheWay(row, activity.activity_id, activity.answers["title"], one) for one in against
            ]
            if not against:
                staged.append(self._before(row, activity, of_row))
        if not in_the_way:
            with transaction.atomic():
                writer.stage(staged)
        return in_the_way

    def _against(self, activity: Held, changes: Sequence[Change]) -> list[Finding]:
        if activity.revision != changes[-1].revision:
            return [finding(CHANGED_SINCE)]
        if changes[-1].verb == "close":
            return year_locked(int(activity.answers["end_date"][:4]), self.locked)
        return []

    def _before(self, row: int, activity: Held, changes: Sequence[Change]) -> dict[str, Any]:
        """Return the staged row that leads an activity back before these changes."""
        verbs = [change.verb for change in changes]
        columns: dict[str, Any] = {
            "plan_id": self.plan.pk,
            "place": row,
            "verb": "undo",
            "activity_id": activity.activity_id,
            "base_revision": activity.revision,
            "closes": False if "close" in verbs else None,
        }
        old: Answers = {}
        new: Answers = {}
        if "save" in verbs:
            whole, old, new = self._record(activity, changes[0].old)
            columns |= whole
        life: dict[str, datetime | None] = {}
        if "add" in verbs:
            columns["deletes"] = True
            life["deleted_at"] = self.now
        elif "delete" in verbs:
            columns |= {"deletes": False, "internal_id": activity.internal_id}
            life["deleted_at"] = None
        if "close" in verbs:
            life["closed_at"] = None
        old |= {name: plain(getattr(activity, name)) for name in life}
        new |= {name: plain(value) for name, value in life.items()}
        return columns | {"old": old, "new": new}

    def _record(self, activity: Held, past: Mapping[str, Any]) -> tuple[Answers, Answers, Answers]:
        """Return the columns of the record as it was, and what the history tells of that."""
        now = activity.answers
        was = {name: value for name, value in (now | {**past}).items() if value is not None}
        rejected = was.pop("rejected", activity.rejected)
        old, new = difference(was, rejected, before=now, rejected_before=activity.rejected)
        columns = record_columns(was, rejected, activity_id=activity.activity_id, home=self.home)
        gives_up = activity.internal_id
        if gives_up == columns["internal_id"]:
            gives_up = ""
        return columns | {"is_whole": True, "gives_up": gives_up}, old, new


def _held(activity_ids: Collection[int], scope: Scope) -> dict[int, Held]:
    return queries.held(activity_ids, provider_id=scope.provider_id or 0, deleted_too=True)


def _by_row(changes: Sequence[Change]) -> Iterator[tuple[int, list[Change]]]:
    for row, of_row in groupby(changes, key=lambda change: change.upload_row):
        yield row or 0, list(of_row)


def _taken(plan: Plan, scope: Scope) -> list[InTheWay]:
    """Return the activities that cannot be led back, by what the database says now."""
    moved = staging.moved(plan)
    rows = staging.rows(plan, moved)
    activities = _held({activity_id for activity_id, _ in rows.values()}, scope)
    found: list[InTheWay] = []
    for row, reason in moved.items():
        activity_id, wanted = rows[row]
        activity = activities[activity_id]
        against = finding(CHANGED_SINCE)
        if reason == "internal_id":
            against = finding(INTERNAL_ID_TAKEN, path="internal_id", value=wanted)
        found.append(InTheWay(row, activity.activity_id, activity.answers["title"], against))
    return found
