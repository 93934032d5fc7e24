"""Plan: what the rows of a file would do, row by row, and nothing done yet.

A file of any size is planned in batches. What a row means can depend on rows before it (an internal ID that one
gives up, another takes; two rows about one activity), so what they would write is staged in the database, and asked
there. `apply` writes it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction

from openpars.accounts.scopes import Scope
from openpars.activities import locks, queries, staging, writer
from openpars.activities.cautions import LOOKS_LIKE_ANOTHER
from openpars.activities.clashes import same
from openpars.activities.derived import derive
from openpars.activities.drafting import Drafted, Typed
from openpars.activities.lookalikes import Lookalikes
from openpars.activities.proposing import EDIT_CLOSED, NOTHING_DRAFTED, Proposal
from openpars.activities.records import Answers, Held, exported, is_missing
from openpars.activities.revising import difference
from openpars.activities.verbs.close import NOT_ENDED, NOT_READY
from openpars.activities.verbs.delete import CLOSED as DELETE_CLOSED
from openpars.activities.writer import names_in
from openpars.formats.checking import Checked, not_asked
from openpars.rulebook.findings import Finding, Stage
from openpars.rulebook.judging import stops
from openpars.rulebook.lifecycle import Reach, ends_at
from openpars.rulebook.paths import root
from openpars.rulebook.rules import finding

ADD, UPDATE, DELETE = "Add", "Update", "Delete"
UNKNOWN = "activity.unknown"
ADD_KNOWN = "activity.add.known"
IDS_DIFFER = "activity.ids.differ"
NOT_FREE = "activity.activity_id.not_free"
UNNAMED = "activity.update.unnamed"
REPEATED = "activity.repeated_in_file"
DOES_NOT_APPLY = "activity.answer.does_not_apply"


class Result(StrEnum):
    """What would become of a row."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    DELETED = "deleted"
    BLOCKED = "blocked"


WRITTEN = (Result.NEW, Result.CHANGED, Result.DELETED)


@dataclass(slots=True)
class Planned:
    """What a row would do.

    - `activity_id`: the activity it is about; of a new one only where the row brings its ID along;
    - `title`, `internal_id`: what the activity would be called;
    - `old`, `new`: the fields that would change, as plain JSON; of a new activity all that it says is new;
    - `findings`: all of them: what blocks the row, what is missing for the next status, what a person should
      look at before applying (`confirm`). Those that planning itself makes have no place in the file yet;
    - `closes`: it would be closed, too (a row that does nothing else counts as changed);
    - `not_closed`: the row asks for that, and this is why it would be saved and not closed;
    - `looks_like`, `looks_like_row`: the activity, or the earlier row, of the same title, format, dates, city.
    """

    number: int
    result: Result
    activity_id: int | None = None
    title: str = ""
    internal_id: str = ""
    old: Answers = field(default_factory=dict)
    new: Answers = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    closes: bool = False
    not_closed: tuple[Finding, ...] = ()
    looks_like: int | None = None
    looks_like_row: int | None = None


class Planning:
    """Plans the rows of one file, batch by batch.

    Rows mean what they mean in their order: an internal ID that one row gives up, a later one can give to
    another activity. `plan` is the key of the plan, by which it is applied or discarded later. A plan that was
    begun before is begun anew. With `adopt`, unknown activity IDs are taken over (Bring over from PARS). The
    scope is a provider's. Nobody waits for a planning: each batch is a short transaction of its own.

    Raises PermissionDenied when the scope may not write.
    """

    def __init__(self, plan: UUID, *, scope: Scope, now: datetime, adopt: bool = False) -> None:
        if not scope.may_write or scope.provider_id is None:
            raise PermissionDenied
        self.scope = scope
        self.now = now
        self.adopt = adopt
        self.home = locks.homes([scope.provider_id], now=now, lock=False)[scope.provider_id]
        self.plan = staging.begin(plan, home=self.home)

    @property
    def today(self) -> date:
        """The day at the provider's accreditor: what rows are to be read and judged by."""
        return self.home.today

    def add(self, rows: Sequence[Checked]) -> list[Planned]:
        """Plan these rows, whose numbers rise from batch to batch, and return what each would do, in their order."""
        with queries.by_index():
            planned, staged = _Batch(self, rows).run()
        with transaction.atomic():
            writer.stage(staged)
        return planned


@dataclass(slots=True)
class _Work:
    """A row on its way: what it is about, and what would be written.

    `read` are the findings that came with it, `findings` those that planning adds; `columns` are the record's
    as they would stand.
    """

    row: Checked
    activity: Held | None
    activity_id: int | None
    findings: list[Finding]
    read: Sequence[Finding]
    result: Result = Result.BLOCKED
    proposal: Proposal | None = None
    columns: dict[str, Any] = field(default_factory=dict)
    old: Answers = field(default_factory=dict)
    new: Answers = field(default_factory=dict)
    closes: bool = False
    not_closed: tuple[Finding, ...] = ()


class _Batch:
    """The rows of one batch, and all that they have to know about the database and about rows before them."""

    def __init__(self, planning: Planning, rows: Sequence[Checked]) -> None:
        self.planning = planning
        self.home = planning.home
        self.rows = rows
        provider_id = self.home.provider_id
        named = {row.activity_id for row in rows if row.activity_id is not None}
        internal_ids = {name for row in rows if (name := row.answers.get("internal_id"))}
        #: Who has each internal ID, rows of the file left aside.
        self.holders = dict(queries.internal_ids(provider_id, [*internal_ids]))
        self.stored = queries.held({*named, *self.holders.values()}, provider_id=provider_id)
        strangers = named - self.stored.keys()
        self.in_use = queries.in_use(strangers) if planning.adopt else set()
        plan = planning.plan
        #: By activity: the row that writes it, and an earlier one that is about it and writes nothing.
        self.row_writing: dict[int, int] = {}
        self.row_about: dict[int, int] = {}
        for activity_id, place, verb in staging.about(plan, {*self.stored, *strangers}):
            (self.row_writing if verb else self.row_about)[activity_id] = place
        #: By internal ID: the row whose activity has it afterwards, and an earlier one that is blocked and names it.
        self.row_giving: dict[str, int] = {}
        self.row_naming: dict[str, int] = {}
        for internal_id, place, verb in staging.naming(plan, internal_ids):
            (self.row_giving if verb else self.row_naming)[internal_id] = place
        self.given_up = staging.given_up(plan, internal_ids)

    def run(self) -> tuple[list[Planned], list[dict[str, Any]]]:
        """Return what each row would do, and the rows to stage."""
        works = []
        for row in self.rows:
            work = self._meet(row)
            self._note(work)
            works.append(work)
        alike = self._alike(works)
        planned: list[Planned] = []
        staged: list[dict[str, Any]] = []
        plan_id = self.planning.plan.pk
        for work in works:
            found, row_alike = alike.get(work.row.number, (None, None))
            if found is not None:
                work.findings.append(found)
            planned.append(_told(work, found, row_alike))
            staged.append(_staged(work, plan_id))
        return planned, staged

    def _meet(self, row: Checked) -> _Work:
        """Find what a row is about, and what would become of that."""
        activity, against = self._target(row)
        activity_id = row.activity_id if activity is None else activity.activity_id
        work = _Work(row, activity, activity_id, against, row.findings)
        if activity is not None and row.judged:
            # It is no new activity, so what it would lack as one is of no account.
            work.read = [found for found in row.findings if found.stage in (Stage.VALID, Stage.CONFIRM)]
        if against or "activity_id" in row.rejected:
            return work
        if row.action == DELETE:
            if activity is not None and activity.closed_at is not None:
                against.append(finding(DELETE_CLOSED))
            elif not any(found.blocks for found in row.findings):
                work.result = Result.DELETED
            return work
        if activity is None:
            self._make(work)
        else:
            self._change(work, activity)
        if work.result is Result.BLOCKED:
            return work
        if work.result is not Result.UNCHANGED:
            self._record(work)
        if row.close and (activity is None or activity.closed_at is None):
            work.not_closed = self._keeps_open(work)
            work.closes = not work.not_closed
        return work

    def _make(self, work: _Work) -> None:
        """See whether a row makes a new activity."""
        row = work.row
        said = Typed({**row.answers, **_kept(row, {})} if row.kept else row.answers, row.rejected)
        proposal = Proposal(said, None, self.home, {}, NOTHING_DRAFTED, keep_invalid=False)
        work.proposal = proposal
        if row.judged:
            answers = {name: value for name, value in said.answers.items() if value or not is_missing(value)}
            proposal.drafted = Drafted(answers, said.rejected, row.findings, _reach_of(row.findings))
        else:
            proposal.says(said)
            work.findings += _untold(proposal, work.read)
            work.findings += not_asked(proposal.drafted.answers, (*work.read, *work.findings))
        if not proposal.is_blocked and not any(found.blocks for found in work.read):
            work.result = Result.NEW

    def _change(self, work: _Work, activity: Held) -> None:
        """See what a row changes of a stored activity."""
        row = work.row
        said = _news(row, activity)
        proposal = Proposal(said, activity, self.home, activity.answers, NOTHING_DRAFTED, keep_invalid=False)
        work.proposal = proposal
        if said.answers or said.rejected:
            proposal.says(said)
            work.findings += _untold(proposal, work.read)
        else:
            proposal.drafted = Drafted(activity.answers, activity.rejected, (), Reach.NOTHING)
        answers = proposal.drafted.answers
        # What is asked for depends on the stored answers, too.
        work.read = [found for found in work.read if found.rule != DOES_NOT_APPLY]
        unasked = not_asked(answers, (*work.read, *work.findings))
        work.findings += [found for found in unasked if root(found.path) in said.answers]
        if proposal.is_blocked or any(found.blocks for found in work.read):
            return
        if not proposal.differs:
            work.result = Result.UNCHANGED
        elif activity.closed_at is not None:
            work.findings.insert(0, finding(EDIT_CLOSED))
        else:
            work.result = Result.CHANGED
            work.findings += proposal.taken_back(now=self.planning.now)

    def _record(self, work: _Work) -> None:
        """Work out the record's columns as they would stand, and how they differ."""
        proposal, activity = work.proposal, work.activity
        if proposal is None:
            return
        drafted = proposal.drafted
        answers = proposal.answers_to_store()
        work.columns = answers | derive(
            answers,
            drafted.rejected,
            activity_id=work.activity_id,
            zone=self.home.zone,
            today=self.home.today,
            reached=drafted.reached,
        )
        if drafted.rejected:
            work.columns["rejected"] = drafted.rejected
        work.old, work.new = difference(
            answers,
            drafted.rejected,
            before=proposal.before,
            rejected_before=None if activity is None else activity.rejected,
        )

    def _target(self, row: Checked) -> tuple[Held | None, list[Finding]]:
        """Return the stored activity a row is about, if there is one, and what is wrong with how it is named."""
        internal_id: str = row.answers.get("internal_id") or ""
        if row.activity_id is None:
            activity, against = self._by_internal_id(row, internal_id)
        else:
            activity, against = self._by_activity_id(row, row.activity_id, internal_id)
        path, shown = (
            ("internal_id", internal_id) if row.activity_id is None else ("activity_id", str(row.activity_id))
        )
        earlier = self._earlier(row, activity, internal_id)
        if earlier is not None:
            return activity, [finding(REPEATED, path=path, value=shown, row=str(earlier))]
        if activity is not None and row.action == ADD:
            against.append(finding(ADD_KNOWN, path=path, value=shown))
        return activity, against

    def _earlier(self, row: Checked, activity: Held | None, internal_id: str) -> int | None:
        """Return the row that is about the same activity as this one, if there is one."""
        activity_id = row.activity_id if activity is None else activity.activity_id
        if activity_id is not None:
            writes, other = self.row_writing.get(activity_id), self.row_about.get(activity_id)
        else:
            writes, other = self.row_giving.get(internal_id), self.row_naming.get(internal_id)
        return other if writes is None else writes

    def _by_internal_id(self, row: Checked, internal_id: str) -> tuple[Held | None, list[Finding]]:
        holder = self._holder(internal_id)
        if holder is not None:
            return self.stored[holder], []
        if row.action not in (UPDATE, DELETE) or "activity_id" in row.rejected:
            return None, []
        if not internal_id:
            return None, [finding(UNNAMED, action=row.action.lower())]
        return None, [finding(UNKNOWN, path="internal_id", value=internal_id)]

    def _by_activity_id(
        self, row: Checked, activity_id: int, internal_id: str
    ) -> tuple[Held | None, list[Finding]]:
        activity = self.stored.get(activity_id)
        against: list[Finding] = []
        if activity is None:
            if not self.planning.adopt or row.action in (UPDATE, DELETE):
                against.append(finding(UNKNOWN, path="activity_id", value=str(activity_id)))
            elif activity_id in self.in_use:
                against.append(finding(NOT_FREE, path="activity_id", value=str(activity_id)))
        if self._holder(internal_id) not in (None, activity_id) or internal_id in self.row_giving:
            against.append(
                finding(IDS_DIFFER, path="internal_id", value=internal_id, activity_id=str(activity_id))
            )
        return activity, against

    def _holder(self, internal_id: str) -> int | None:
        """Return the stored activity that has this internal ID and keeps it, as far as the file was read."""
        if not internal_id or internal_id in self.given_up or internal_id in self.row_giving:
            return None
        return self.holders.get(internal_id)

    def _keeps_open(self, work: _Work) -> tuple[Finding, ...]:
        """Return what keeps the record from being closed, as `close` says it."""
        if work.proposal is None:
            return ()
        drafted = work.proposal.drafted
        against: list[Finding] = []
        if drafted.reached != Reach.CLOSE:
            missing = stops(
                drafted.answers, rejected=drafted.rejected, today=self.home.today, goal=Stage.CLOSE
            )
            if missing:
                against += [finding(NOT_READY), *missing]
        if ends_at(date.fromisoformat(drafted.answers["end_date"]), self.home.zone) > self.planning.now:
            against.append(finding(NOT_ENDED, path="end_date"))
        return tuple(against)

    def _note(self, work: _Work) -> None:
        """Note what the row means for those after it."""
        number, activity = work.row.number, work.activity
        before = "" if activity is None else activity.internal_id
        if work.activity_id is not None:
            writes = work.result in WRITTEN or work.closes
            (self.row_writing if writes else self.row_about).setdefault(work.activity_id, number)
        elif work.result is Result.BLOCKED and (internal_id := work.row.answers.get("internal_id")):
            self.row_naming.setdefault(internal_id, number)
        if work.columns:
            if after := work.columns.get("internal_id"):
                self.row_giving[after] = number
            if before and before != after:
                self.given_up.add(before)
        elif work.result is Result.DELETED and before:
            self.given_up.add(before)

    def _alike(self, works: Sequence[_Work]) -> dict[int, tuple[Finding, int | None]]:
        """Return, by row, what is told of those that look like an activity or an earlier row, and which row."""
        new = [
            (work, likeness)
            for work in works
            if (likeness := work.columns.get("likeness")) is not None
            and (work.activity is None or work.activity.likeness != likeness)
        ]
        if not new:
            return {}
        provider_id = self.home.provider_id
        lookalikes = Lookalikes((provider_id, likeness) for _, likeness in new)
        rows = dict(staging.alike(self.planning.plan, {likeness for _, likeness in new}))
        told: dict[int, tuple[Finding, int | None]] = {}
        for work, likeness in new:
            number = work.row.number
            cautions = lookalikes.cautions(work.activity, provider_id=provider_id, likeness=likeness)
            earlier = rows.setdefault(likeness, number)
            if cautions:
                told[number] = cautions[0], None
            elif earlier != number:
                told[number] = finding(LOOKS_LIKE_ANOTHER), earlier
        return told


def _told(work: _Work, alike: Finding | None, row_alike: int | None) -> Planned:
    """Return what is told of a row."""
    said = work.row.answers
    stored: Answers = {} if work.activity is None else work.activity.answers
    return Planned(
        work.row.number,
        Result.CHANGED if work.closes and work.result is Result.UNCHANGED else work.result,
        work.activity_id,
        title=said.get("title") or stored.get("title", ""),
        internal_id=said.get("internal_id") or stored.get("internal_id", ""),
        old=work.old,
        new=work.new,
        findings=(*work.read, *work.findings),
        closes=work.closes,
        not_closed=work.not_closed,
        looks_like=int(alike.value) if alike is not None and alike.value else None,
        looks_like_row=row_alike,
    )


def _staged(work: _Work, plan_id: int) -> dict[str, Any]:
    """Return a row's columns in the staging table."""
    activity = work.activity
    columns = work.columns
    columns["plan_id"] = plan_id
    columns["place"] = work.row.number
    columns["activity_id"] = work.activity_id
    if activity is not None:
        columns["base_revision"] = activity.revision
    if work.result in (Result.NEW, Result.CHANGED):
        known = {*names_in(work.old)}
        columns["verb"] = "add" if activity is None else "save"
        columns["is_whole"] = True
        if work.old:
            columns["old"] = work.old
        columns["new"] = work.new
        if names := [name for name in names_in(work.new) if name not in known]:
            columns["names"] = names
        if activity is not None and activity.internal_id != columns.get("internal_id", ""):
            columns["gives_up"] = activity.internal_id
    elif work.result is Result.DELETED and activity is not None:
        columns |= {"verb": "delete", "deletes": True, "gives_up": activity.internal_id}
    elif work.result is Result.BLOCKED and work.activity_id is None:
        # Whoever names the same one after it is told of it.
        columns["internal_id"] = work.row.answers.get("internal_id") or ""
    if work.closes:
        columns["closes"] = True
        columns.setdefault("verb", "close")
    return columns


def _kept(row: Checked, stored: Answers) -> Answers:
    """Return what is kept beside the answers, with what the row brings; None takes something away."""
    return {
        name: {key: value for key, value in {**stored.get(name, {}), **kept}.items() if value is not None}
        for name, kept in row.kept.items()
        if kept
    }


def _news(row: Checked, activity: Held) -> Typed:
    """Return what a row says of a stored activity, without what an export of it says already."""
    rejected = activity.rejected
    known = exported(activity.answers, rejected) if rejected else activity.answers
    keeps_text = {root(path) for path in rejected}
    refused = {root(path) for path in row.rejected}
    answers = {
        name: value
        for name, value in {**row.answers, **_kept(row, activity.answers)}.items()
        if name in refused
        # Saying nothing where a text waits to be mended takes that away.
        or (name in keeps_text and is_missing(value))
        or not same(value, known.get(name))
    }
    return Typed(answers, {**row.rejected})


def _reach_of(findings: Iterable[Finding]) -> Reach:
    """Return how far answers reach of which these are all the findings, none of them blocking."""
    stages = {found.stage for found in findings}
    if Stage.ACTIVE in stages:
        return Reach.DRAFT
    return Reach.ACTIVE if Stage.CLOSE in stages else Reach.CLOSE


def _untold(proposal: Proposal, read: Iterable[Finding]) -> list[Finding]:
    """Return what judging the whole record found that the row does not tell yet."""
    told = {(found.rule, found.path) for found in read}
    named = {*proposal.said.fields}
    return [
        found
        for found in proposal.drafted.findings
        if (found.rule, found.path) not in told
        # Of answers that the row leaves alone, only what is missing is told.
        and not (found.blocks and proposal.activity is not None and root(found.path) not in named)
    ]
