"""Save: one activity from the form, or all of a file."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction

from openpars.accounts.actors import Actor
from openpars.accounts.scopes import Scope
from openpars.activities import cautions, clashes, counts, locks, queries, writer
from openpars.activities.derived import LIKENESS, likeness
from openpars.activities.doors import Door
from openpars.activities.drafting import Drafted, Typed, draft, root, typed
from openpars.activities.models import Activity, Change
from openpars.activities.outcomes import Outcome
from openpars.activities.records import Answers, answers_of, status_of
from openpars.activities.revising import new_activity, revise
from openpars.activities.writer import Deed, Written
from openpars.rulebook.fields import DRAFT_FIELDS
from openpars.rulebook.findings import Finding
from openpars.rulebook.lifecycle import Reach, reach
from openpars.rulebook.rules import finding

INTERNAL_ID_TAKEN = "activity.internal_id.taken"
EDIT_CLOSED = "activity.edit.closed"
REVISION_STALE = "activity.revision.stale"


@dataclass(frozen=True, slots=True)
class Edit:
    """What somebody wants an activity to say.

    - `answers`: raw answers by field, texts or plain JSON; fields that are absent stay as they are;
    - `activity_id`: which activity; none makes a new one;
    - `base_revision`: the revision the form was drawn from; fields changed since then may clash;
    - `exact_revision`: refuse when the activity has any other revision;
    - `entry`: the form entry a new activity comes from: the same entry again is a save on that activity;
    - `keep_invalid`: keep an invalid answer beside the record and save the rest (a form), or refuse the
      whole edit (a file, a service).
    """

    answers: Mapping[str, Any]
    activity_id: int | None = None
    base_revision: int | None = None
    exact_revision: int | None = None
    entry: UUID | None = None
    keep_invalid: bool = True


def save_one(
    edit: Edit, *, scope: Scope, actor: Actor, door: Door, now: datetime, confirmed: Collection[str] = ()
) -> Outcome:
    """Save one edit; see `save`."""
    return save([edit], scope=scope, actor=actor, door=door, now=now, confirmed=confirmed)[0]


def save(
    edits: Sequence[Edit],
    *,
    scope: Scope,
    actor: Actor,
    door: Door,
    now: datetime,
    confirmed: Collection[str] = (),
) -> list[Outcome]:
    """Save edits in one transaction and return an outcome for each, in their order.

    An edit that cannot be saved is not written at all, and does not keep the others from being written; a
    caller that wants all or none wraps the call in a transaction of its own. `confirmed` holds the ids of
    `confirm` rules (`cautions.HOLDING`) that the person let stand.

    Raises NoSuchActivity when an edit names an activity outside the scope, PermissionDenied when the scope
    may not write.
    """
    if not scope.may_write:
        raise PermissionDenied
    with transaction.atomic():
        saving = _Saving(edits, scope=scope, now=now, confirmed=confirmed)
        outcomes, written = saving.run()
        writer.write(written, Deed(actor=actor, door=door, at=now))
    return outcomes


@dataclass(slots=True)
class _Work:
    """One edit on its way: the activity it is about, if there is one, and the record as it would stand."""

    edit: Edit
    said: Typed
    activity: Activity | None
    home: locks.Home
    before: Answers
    drafted: Drafted
    reached: Reach | None = None

    @property
    def rejected_before(self) -> dict[str, str]:
        return self.activity.rejected if self.activity is not None else {}

    def says(self, said: Typed) -> None:
        """Draw the record again, from these words."""
        self.said = said
        self.drafted = draft(
            said,
            stored=self.before,
            stored_rejected=self.rejected_before,
            exists=self.activity is not None,
            today=self.home.today,
        )

    def not_done(self, *findings: Finding) -> Outcome:
        """Return the outcome of an edit that is not written."""
        # Of an answer to a question that is not asked, only its reading says what is wrong.
        unasked = [found for found in self.said.findings if found not in self.drafted.findings]
        return Outcome(self.activity, (*findings, *self.drafted.findings, *unasked))


class _Saving:
    """One call of `save`, inside its transaction: what it needs is locked and read once for all edits."""

    def __init__(
        self, edits: Sequence[Edit], *, scope: Scope, now: datetime, confirmed: Collection[str]
    ) -> None:
        self.edits = edits
        self.now = now
        self.confirmed = confirmed
        self.provider_id = scope.provider_id
        named = [edit.activity_id for edit in edits if edit.activity_id is not None]
        entries = [edit.entry for edit in edits if edit.activity_id is None and edit.entry is not None]
        if len({*named}) < len(named) or len({*entries}) < len(entries):
            raise ValueError("Two edits of one call concern the same activity.")
        makes = len(named) < len(edits)
        if makes and scope.provider_id is None:
            raise ValueError("A new activity needs a scope that says which provider's it is.")
        renames = makes or any("internal_id" in edit.answers for edit in edits)
        self.homes = locks.homes(locks.home_of(named, scope), now=now, lock=renames)
        self.entered = dict(_entered(entries, scope))
        self.stored = locks.activities([*named, *self.entered.values()], scope)
        for activity in self.stored.values():
            if activity.deleted_at is not None:
                raise queries.NoSuchActivity(activity.activity_id)
        self.since = _changes_since(edits, self.stored)

    def run(self) -> tuple[list[Outcome], list[Written]]:
        """Return an outcome for every edit, and the rows to write."""
        outcomes: dict[int, Outcome] = {}
        works: dict[int, _Work] = {}
        for place, edit in enumerate(self.edits):
            met = self._meet(edit)
            if isinstance(met, Outcome):
                outcomes[place] = met
            else:
                works[place] = met
        internal_ids = _InternalIds(works.values())
        lookalikes = _Lookalikes(works.values())
        accepted: dict[int, _Work] = {}
        for place, work in works.items():
            refused = self._judge(work, internal_ids, lookalikes)
            if refused is not None:
                outcomes[place] = refused
            else:
                accepted[place] = work
        fresh = iter(writer.numbers(sum(work.activity is None for work in accepted.values())))
        written: list[Written] = []
        for place, work in accepted.items():
            outcomes[place] = self._apply(work, fresh, written)
        return [outcomes[place] for place in range(len(self.edits))], written

    def _meet(self, edit: Edit) -> Outcome | _Work:
        """Read an edit and let it meet the stored record and what others changed in it."""
        activity = None
        activity_id = edit.activity_id
        if activity_id is None and edit.entry is not None:
            activity_id = self.entered.get(edit.entry)
        if activity_id is not None:
            activity = self.stored[activity_id]
        provider_id = self.provider_id if activity is None else activity.provider_id
        home = self.homes[provider_id or 0]
        said = typed(edit.answers, today=home.today)
        before = answers_of(activity) if activity is not None else {}
        work = _Work(edit, said, activity, home, before, Drafted({}, {}, ()))
        if activity is not None:
            if edit.exact_revision is not None and edit.exact_revision != activity.revision:
                return work.not_done(finding(REVISION_STALE))
            changes = self.since.get(activity.activity_id, ())
            met = clashes.meet(said, changes, stored=before, stored_rejected=activity.rejected)
            if met.conflicts:
                return Outcome(activity, conflicts=met.conflicts)
            said = met.edit
        work.says(said)
        return work

    def _judge(self, work: _Work, internal_ids: _InternalIds, lookalikes: _Lookalikes) -> Outcome | None:
        """Return why a work is not to be written, or None."""
        if _blocked(work):
            return work.not_done()
        if work.activity is not None and not self._differs(work):
            return None
        if work.activity is not None and work.activity.closed_at is not None:
            return work.not_done(finding(EDIT_CLOSED))
        taken = internal_ids.taken(work)
        if taken is not None:
            if not work.edit.keep_invalid:
                return work.not_done(taken)
            text = work.drafted.answers["internal_id"]
            kept = work.said.without(["internal_id"])
            work.says(replace(kept, rejected=kept.rejected | {"internal_id": text}))
            work.drafted = replace(work.drafted, findings=(taken, *work.drafted.findings))
        held = [
            caution
            for caution in [*self._backwards(work), *lookalikes.of(work)]
            if caution.rule not in self.confirmed
        ]
        if held:
            return work.not_done(*held)
        internal_ids.claim(work)
        lookalikes.claim(work)
        return None

    def _differs(self, work: _Work) -> bool:
        """Say whether the record would stand otherwise than it does."""
        return work.drafted.answers != work.before or work.drafted.rejected != work.rejected_before

    def _backwards(self, work: _Work) -> list[Finding]:
        if work.activity is None:
            return []
        today = work.home.today
        work.reached = reach(work.drafted.answers, work.drafted.rejected, today)
        return [
            *cautions.backwards(
                work.before,
                work.rejected_before,
                work.drafted.answers,
                reached=work.reached,
                status=status_of(work.activity, now=self.now),
                today=today,
            ),
            *cautions.falling(work.before, work.drafted.answers, today=today),
        ]

    def _apply(self, work: _Work, fresh: Iterator[int], written: list[Written]) -> Outcome:
        """Bring the activity to where it shall stand, and list what to write."""
        created = work.activity is None
        if not created and not self._differs(work):
            return Outcome(work.activity, work.drafted.findings, done=True)
        answers = work.drafted.answers
        if yearly := counts.yearly(answers, today=work.home.today):
            answers = {**answers, "yearly_counts": yearly}
        activity = work.activity
        if activity is None:
            activity = new_activity(
                next(fresh), provider_id=work.home.provider_id, now=self.now, entry=work.edit.entry
            )
        row = revise(
            activity,
            answers,
            work.drafted.rejected,
            verb="add" if created else "save",
            before=work.before,
            home=work.home,
            now=self.now,
            reached=work.reached,
        )
        written.append(row)
        changed = tuple(name for name in row.new if name != "rejected")
        return Outcome(activity, work.drafted.findings, changed=changed, created=created, done=True)


def _entered(entries: Sequence[UUID], scope: Scope) -> Iterator[tuple[UUID, int]]:
    """Give each form entry that became an activity already, and that activity's ID."""
    for part in queries.chunks(entries):
        for activity_id, entry in queries.of(scope).filter(entry__in=part).values_list("pk", "entry"):
            if entry is not None:
                yield entry, activity_id


def _changes_since(edits: Iterable[Edit], stored: Mapping[int, Activity]) -> dict[int, list[Change]]:
    """Return, for each activity that moved on since its edit was drawn, its changes since then."""
    drawn_from = {
        edit.activity_id: edit.base_revision
        for edit in edits
        if edit.activity_id is not None
        and edit.base_revision is not None
        and edit.base_revision < stored[edit.activity_id].revision
    }
    found: dict[int, list[Change]] = defaultdict(list)
    for part in queries.chunks(sorted(drawn_from)):
        for change in queries.changes(part):
            if change.revision > drawn_from[change.activity_id]:
                found[change.activity_id].append(change)
    return found


def _blocked(work: _Work) -> bool:
    """Say whether the rulebook forbids to write this edit at all."""
    findings = [found for found in work.drafted.findings if found.blocks]
    if not work.edit.keep_invalid:
        named = {*work.said.fields}
        return bool(work.said.rejected) or any(
            root(found.path) in named or work.activity is None for found in findings
        )
    return work.activity is None and any(found.path in DRAFT_FIELDS for found in findings)


class _InternalIds:
    """Who holds which internal ID, while the edits of one call give and take them in their order."""

    def __init__(self, works: Iterable[_Work]) -> None:
        self._holders: dict[tuple[int, str], int | None] = {}
        wanted: dict[int, set[str]] = defaultdict(set)
        for work in works:
            internal_id = work.drafted.answers.get("internal_id")
            if internal_id and internal_id != work.before.get("internal_id"):
                wanted[work.home.provider_id].add(internal_id)
        for provider_id, internal_ids in wanted.items():
            for internal_id, holder in queries.internal_ids(provider_id, sorted(internal_ids)):
                self._holders[provider_id, internal_id] = holder

    def taken(self, work: _Work) -> Finding | None:
        """Return a finding when another activity has the internal ID that this one would get."""
        internal_id = work.drafted.answers.get("internal_id")
        if not internal_id or internal_id == work.before.get("internal_id"):
            return None
        if (work.home.provider_id, internal_id) in self._holders:
            return finding(INTERNAL_ID_TAKEN, path="internal_id", value=internal_id)
        return None

    def claim(self, work: _Work) -> None:
        """Note that this work will be written: what it gives up is free, what it takes is taken."""
        before = work.before.get("internal_id")
        after = work.drafted.answers.get("internal_id")
        if before != after:
            self._holders.pop((work.home.provider_id, before or ""), None)
            if after:
                self._holders[work.home.provider_id, after] = None


class _Lookalikes:
    """Which activities have the title, format, dates and city that an edit would give to another one."""

    def __init__(self, works: Iterable[_Work]) -> None:
        self._alike: dict[tuple[int, int], set[tuple[int | None, UUID | None]]] = defaultdict(set)
        wanted: dict[int, set[int]] = defaultdict(set)
        for work in works:
            hashed = self._hash(work)
            if hashed is not None:
                wanted[work.home.provider_id].add(hashed)
        for provider_id, hashes in wanted.items():
            for hashed, activity_id, group in queries.alike(provider_id, sorted(hashes)):
                self._alike[provider_id, hashed].add((activity_id, group))

    def of(self, work: _Work) -> list[Finding]:
        """Return a finding when the edit would make the activity look like one outside its repeat group."""
        hashed = self._hash(work)
        if hashed is None:
            return []
        mine = work.activity
        for activity_id, group in self._alike.get((work.home.provider_id, hashed), ()):
            if mine is None or (
                activity_id != mine.activity_id and (group is None or group != mine.repeat_group)
            ):
                return [finding(cautions.LOOKS_LIKE_ANOTHER, value=str(activity_id or ""))]
        return []

    def claim(self, work: _Work) -> None:
        """Note that this work will be written, for the edits that come after it."""
        hashed = self._hash(work)
        if hashed is not None:
            mine = work.activity
            self._alike[work.home.provider_id, hashed].add(
                (mine.activity_id, mine.repeat_group) if mine is not None else (None, None)
            )

    @staticmethod
    def _hash(work: _Work) -> int | None:
        """Return the likeness the record would have, or None when it stays as it is or has none yet."""
        if work.activity is not None and LIKENESS.isdisjoint(work.said.answers):
            return None
        answers = work.drafted.answers
        if any(name not in answers for name in DRAFT_FIELDS):
            return None
        hashed = likeness(answers)
        return None if work.activity is not None and hashed == work.activity.likeness else hashed
