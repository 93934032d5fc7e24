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
from openpars.activities import clashes, locks, queries, writer
from openpars.activities.doors import Door
from openpars.activities.drafting import typed
from openpars.activities.internal_ids import TAKEN as INTERNAL_ID_TAKEN
from openpars.activities.internal_ids import InternalIds
from openpars.activities.lookalikes import Lookalikes
from openpars.activities.models import Activity, Change
from openpars.activities.outcomes import Outcome
from openpars.activities.proposing import EDIT_CLOSED, NOTHING_DRAFTED, Proposal
from openpars.activities.records import answers_of
from openpars.activities.revising import new_activity, revise
from openpars.activities.writer import Deed, Written
from openpars.rulebook.findings import Finding
from openpars.rulebook.paths import is_within
from openpars.rulebook.rules import finding

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
      whole edit (a file, a service);
    - `against`: what the door has against the edit already: it is told with all the rest, and nothing is written.
    """

    answers: Mapping[str, Any]
    activity_id: int | None = None
    base_revision: int | None = None
    exact_revision: int | None = None
    entry: UUID | None = None
    keep_invalid: bool = True
    against: Sequence[Finding] = ()


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
    """One edit on its way, with the activity it is about."""

    edit: Edit
    activity: Activity | None
    proposal: Proposal

    def not_done(self, *findings: Finding) -> Outcome:
        """Return the outcome of an edit that is not written."""
        said, drafted = self.proposal.said, self.proposal.drafted
        # Of what was refused its reading says what is wrong; its text, read again, would only say so in other words.
        refused = {found.path for found in said.findings if found.blocks}
        judged = [
            found
            for found in drafted.findings
            if found in said.findings or not is_within(found.path, refused)
        ]
        # Of an answer to a question that is not asked, only its reading says it.
        unasked = [found for found in said.findings if found not in judged]
        return Outcome(self.activity, (*findings, *judged, *unasked))


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
        proposals = [work.proposal for work in works.values()]
        internal_ids = InternalIds(
            (proposal.home.provider_id, wanted)
            for proposal in proposals
            if (wanted := proposal.wanted_internal_id)
        )
        lookalikes = Lookalikes(
            (proposal.home.provider_id, new_likeness)
            for proposal in proposals
            if (new_likeness := proposal.new_likeness) is not None
        )
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
        proposal = Proposal(said, activity, home, before, NOTHING_DRAFTED, edit.keep_invalid)
        work = _Work(edit, activity, proposal)
        if activity is not None:
            if edit.exact_revision is not None and edit.exact_revision != activity.revision:
                return work.not_done(finding(REVISION_STALE))
            changes = self.since.get(activity.activity_id, ())
            met = clashes.meet(said, changes, stored=before, stored_rejected=activity.rejected)
            if met.conflicts:
                return Outcome(activity, conflicts=met.conflicts)
            said = met.edit
        proposal.says(said)
        return work

    def _judge(self, work: _Work, internal_ids: InternalIds, lookalikes: Lookalikes) -> Outcome | None:
        """Return why a work is not to be written, or None."""
        proposal = work.proposal
        if proposal.is_blocked or work.edit.against:
            return work.not_done(*work.edit.against)
        if proposal.activity is not None and not proposal.differs:
            return None
        if proposal.activity is not None and proposal.activity.closed_at is not None:
            return work.not_done(finding(EDIT_CLOSED))
        provider_id = proposal.home.provider_id
        wanted = proposal.wanted_internal_id
        if wanted and internal_ids.is_taken(provider_id, wanted):
            taken = finding(INTERNAL_ID_TAKEN, path="internal_id", value=wanted)
            if not proposal.keep_invalid:
                return work.not_done(taken)
            kept = proposal.said.without(["internal_id"])
            proposal.says(replace(kept, rejected=kept.rejected | {"internal_id": wanted}))
            proposal.drafted = replace(proposal.drafted, findings=(taken, *proposal.drafted.findings))
        asked = proposal.taken_back(now=self.now)
        new_likeness = proposal.new_likeness
        if new_likeness is not None:
            asked += lookalikes.cautions(proposal.activity, provider_id=provider_id, likeness=new_likeness)
        unanswered = [caution for caution in asked if caution.rule not in self.confirmed]
        if unanswered:
            return work.not_done(*unanswered)
        internal_ids.change(
            provider_id,
            before=proposal.before.get("internal_id"),
            after=proposal.drafted.answers.get("internal_id"),
        )
        if new_likeness is not None:
            lookalikes.add(proposal.activity, provider_id=provider_id, likeness=new_likeness)
        return None

    def _apply(self, work: _Work, fresh: Iterator[int], written: list[Written]) -> Outcome:
        """Bring the activity to where it shall stand, and list what to write."""
        proposal = work.proposal
        activity = work.activity
        created = activity is None
        if not created and not proposal.differs:
            return Outcome(activity, proposal.drafted.findings, done=True)
        if activity is None:
            activity = new_activity(
                next(fresh), provider_id=proposal.home.provider_id, now=self.now, entry=work.edit.entry
            )
        row = revise(
            activity,
            proposal.answers_to_store(),
            proposal.drafted.rejected,
            verb="add" if created else "save",
            before=proposal.before,
            home=proposal.home,
            now=self.now,
            reached=proposal.drafted.reached,
        )
        written.append(row)
        changed = tuple(name for name in row.new if name != "rejected")
        return Outcome(activity, proposal.drafted.findings, changed=changed, created=created, done=True)


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
