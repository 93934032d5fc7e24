"""Activities that were sent are planned and applied as the rows of a file: each has its own result."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final
from uuid import UUID, uuid4

from django.db import transaction

from openpars.activities import queries, staging
from openpars.activities.doors import Door
from openpars.activities.verbs.apply import Applied, apply
from openpars.activities.verbs.plan import Planned, Planning
from openpars.activities.verbs.plan import Result as Becomes
from openpars.api.calls import Call
from openpars.api.problems import Problem
from openpars.formats.checking import Checked
from openpars.formats.results import Became, Result
from openpars.formats.rows import Layout, where
from openpars.rulebook.findings import Finding
from openpars.uploads.exporting import record_of

_BECAME: Final[dict[Becomes, Became]] = {
    Becomes.NEW: "created",
    Becomes.CHANGED: "updated",
    Becomes.UNCHANGED: "unchanged",
    Becomes.DELETED: "deleted",
    Becomes.BLOCKED: "refused",
}
#: How often a plan is made again when others have written meanwhile.
_TRIES: Final = 5


@dataclass(frozen=True, slots=True)
class Saved:
    """What became of one activity: `record` is how it stands now, None where there is none.

    `activity_id` is None as long as a new one has none. The findings have their places in the body.
    """

    position: int
    became: Became
    activity_id: int | None
    internal_id: str
    record: Mapping[str, Any] | None
    findings: tuple[Finding, ...]
    not_closed: tuple[Finding, ...]

    def as_result(self) -> Result:
        """Return it by the names of the dialect."""
        result = Result(Position=self.position, Result=self.became)
        if self.activity_id is not None:
            result["ActivityID"] = str(self.activity_id)
        if self.internal_id:
            result["ProviderActivityID"] = self.internal_id
        if self.record is not None:
            result["Status"] = self.record["status"]
            result["Phase"] = self.record["phase"]
            result["Revision"] = self.record["revision"]
        if self.findings:
            result["Finding"] = [found.as_json() for found in self.findings]
        if self.not_closed:
            result["NotClosed"] = [found.as_json() for found in self.not_closed]
        return result


def save(rows: Sequence[Checked], layout: Layout, *, call: Call) -> list[Saved]:
    """Do what these activities ask for, and return what became of each, in their order.

    Those that are refused do not keep the others from being written. All of it is one transaction; a plan that
    does not hold any more, because others write at the same time, is made again. Raises Problem 503 when that
    goes on and on.
    """
    with transaction.atomic():
        for _ in range(_TRIES):
            plan = uuid4()
            planned = Planning(plan, scope=call.scope, now=call.now).add(rows)
            applied = apply(
                plan, upload=plan, scope=call.scope, actor=call.actor, door=Door.SERVICE, now=call.now
            )
            staging.discard(plan)
            if isinstance(applied, Applied):
                return _told(rows, planned, _added(plan, call), layout, call=call)
        detail = "Others are writing the same activities just now. Nothing was written; send it again."
        raise Problem(503, None, detail, headers={"Retry-After": "1"})


def _added(plan: UUID, call: Call) -> dict[int, int]:
    """Return the IDs of the activities that a plan made, by the numbers of their rows."""
    pages = queries.changes_by(plan, scope=call.scope, verbs=["add"])
    return {change.upload_row or 0: change.activity_id for page in pages for change in page}


def _told(
    rows: Sequence[Checked],
    planned: Sequence[Planned],
    added: Mapping[int, int],
    layout: Layout,
    *,
    call: Call,
) -> list[Saved]:
    ids = [added.get(one.number, one.activity_id) for one in planned]
    held = queries.held({one for one in ids if one is not None}, provider_id=call.provider.pk)
    told: list[Saved] = []
    for row, one, activity_id in zip(rows, planned, ids, strict=True):
        activity = held.get(activity_id or 0)
        # The ID that a new activity would have goes to another, when nothing stays of this one.
        would_be = call.validate_only and one.result is Becomes.NEW
        told.append(
            Saved(
                position=one.number,
                became=_BECAME[one.result],
                activity_id=None if would_be else activity_id,
                internal_id=one.internal_id,
                record=None if activity is None else record_of(activity, now=call.now, today=call.today),
                findings=_placed(one.findings, row, layout),
                not_closed=_placed(one.not_closed, row, layout),
            )
        )
    return told


def _placed(found: Sequence[Finding], row: Checked, layout: Layout) -> tuple[Finding, ...]:
    return tuple(one if one.where else replace(one, where=where(layout, row, one.path)) for one in found)
