"""A record as an edit would have it: what forbids that, what it would take back, and what it comes to.

`save` writes what is proposed at once; `plan` keeps it until somebody applies the file it came in.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from openpars.activities import cautions, counts
from openpars.activities.derived import LIKENESS, likeness
from openpars.activities.drafting import Drafted, Typed, draft
from openpars.activities.locks import Home
from openpars.activities.records import Answers, Stored, status_of
from openpars.rulebook.fields import DRAFT_FIELDS
from openpars.rulebook.findings import Finding
from openpars.rulebook.lifecycle import Reach
from openpars.rulebook.paths import root

EDIT_CLOSED = "activity.edit.closed"
NOTHING_DRAFTED = Drafted({}, {}, (), Reach.NOTHING)


@dataclass(slots=True)
class Proposal:
    """What an edit says, the activity it is about, if there is one, and the record as it would stand.

    `keep_invalid` says whether invalid answers are kept beside the record or keep it from being written.
    """

    said: Typed
    activity: Stored | None
    home: Home
    before: Answers
    drafted: Drafted
    keep_invalid: bool

    @property
    def rejected_before(self) -> dict[str, str]:
        """The texts that are kept beside the stored record."""
        return self.activity.rejected if self.activity is not None else {}

    @property
    def wanted_internal_id(self) -> str | None:
        """The internal ID that the activity would get and does not have yet."""
        internal_id: str | None = self.drafted.answers.get("internal_id")
        return internal_id if internal_id != self.before.get("internal_id") else None

    @property
    def new_likeness(self) -> int | None:
        """The likeness that the activity would get; None when it keeps its own, or has none yet."""
        if self.activity is not None and LIKENESS.isdisjoint(self.said.answers):
            return None
        answers = self.drafted.answers
        if any(name not in answers for name in DRAFT_FIELDS):
            return None
        found = likeness(answers)
        return None if self.activity is not None and found == self.activity.likeness else found

    @property
    def differs(self) -> bool:
        """Whether the record would stand otherwise than it does."""
        return self.drafted.answers != self.before or self.drafted.rejected != self.rejected_before

    @property
    def is_blocked(self) -> bool:
        """Whether the rulebook forbids to write this at all."""
        findings = [found for found in self.drafted.findings if found.blocks]
        if not self.keep_invalid:
            if not findings:
                return bool(self.said.rejected)
            named = {*self.said.fields}
            return bool(self.said.rejected) or any(
                root(found.path) in named or self.activity is None for found in findings
            )
        return self.activity is None and any(found.path in DRAFT_FIELDS for found in findings)

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

    def taken_back(self, *, now: datetime) -> list[Finding]:
        """Return what this would take back of a stored activity."""
        if self.activity is None:
            return []
        today = self.home.today
        return [
            *cautions.backwards(
                self.before,
                self.rejected_before,
                self.drafted.answers,
                reached=self.drafted.reached,
                status=status_of(self.activity, now=now),
                today=today,
            ),
            *cautions.falling(self.before, self.drafted.answers, today=today),
        ]

    def answers_to_store(self) -> Answers:
        """Return the answers as they are to be stored, with what is counted of each year."""
        answers = self.drafted.answers
        if yearly := counts.yearly(answers, today=self.home.today):
            answers = {**answers, "yearly_counts": yearly}
        return answers
