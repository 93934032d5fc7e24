"""The rows of a file in words: what each would do or has done, what changes from what to what, and why not."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from openpars.activities import history, queries
from openpars.activities.models import Change
from openpars.rulebook.findings import Stage
from openpars.uploads import queries as upload_queries
from openpars.uploads.models import Upload, UploadFinding, UploadRow
from openpars.uploads.states import WRITTEN, Result, State
from openpars.web.access import Visit
from openpars.web.views.uploads.standing import RESULTS, Badge


@dataclass(frozen=True, slots=True)
class ShownRow:
    """A row with all that its line says.

    `changes` are label, old and new value in words. `because` are the findings that keep the row from being
    written, `open_because` those that keep its activity from being closed. `is_there` says whether there is an
    activity `activity_id` to look at.
    """

    row: UploadRow
    badge: Badge
    activity_id: int | None
    is_there: bool
    looks_like: int | None
    changes: list[history.Row]
    because: list[UploadFinding] = field(default_factory=list)
    open_because: list[UploadFinding] = field(default_factory=list)
    may_be_left_out: bool = False


def shown_rows(came: Visit, upload: Upload, rows: Sequence[UploadRow]) -> list[ShownRow]:
    """Return these rows of an upload with their words, in their order. At most three queries."""
    numbers = [row.number for row in rows]
    was_applied = upload.state in (State.APPLIED, State.UNDOING, State.UNDONE)
    because = _because(upload, [row.number for row in rows if row.result == Result.BLOCKED or row.not_closed])
    made = upload_queries.written_by(upload, numbers) if was_applied else {}
    named = {row.activity_id for row in rows if row.activity_id} | {row.looks_like for row in rows}
    there = _there(came, {*named, *made.values()})
    shown = []
    for row in rows:
        result = Result(row.result)
        badge, told = RESULTS[result]
        left_out = was_applied and not row.ticked and result in WRITTEN
        activity_id = made.get(row.number, row.activity_id)
        found = because.get(row.number, [])
        shown.append(
            ShownRow(
                row=row,
                badge=LEFT_OUT
                if left_out
                else Badge(told if was_applied else badge.words, badge.icon, badge.tone),
                activity_id=activity_id,
                is_there=activity_id in there,
                looks_like=row.looks_like if row.looks_like in there else None,
                changes=_changes(row),
                because=[one for one in found if one.stage in (Stage.VALID, Stage.DRAFT)],
                open_because=found if row.not_closed else [],
                may_be_left_out=upload.state == State.PLANNED and result in WRITTEN,
            )
        )
    return shown


def _there(came: Visit, activity_ids: set[int | None]) -> set[int]:
    """Return those of these activities that there are to look at."""
    wanted = sorted(one for one in activity_ids if one is not None)
    return set(queries.of(came.scope).filter(activity_id__in=wanted).values_list("activity_id", flat=True))


LEFT_OUT = Badge("Left out", "remove", "draft")


def _because(upload: Upload, numbers: Iterable[int]) -> dict[int, list[UploadFinding]]:
    """Return what was found in these rows, without what a person may let stand."""
    wanted = list(numbers)
    if not wanted:
        return {}
    found: dict[int, list[UploadFinding]] = {}
    for one in upload_queries.findings(upload).filter(row__in=wanted).exclude(stage=Stage.CONFIRM):
        if one.row is not None:
            found.setdefault(one.row, []).append(one)
    return found


def _changes(row: UploadRow) -> list[history.Row]:
    old = {name: before for name, before, _ in row.differences}
    new = {name: after for name, _, after in row.differences}
    return history.describe(Change(old=old, new=new))
