"""What one step of the form shows: the answers, what is wrong with them, and how far each step has come."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Literal

from openpars.activities import queries
from openpars.activities.internal_ids import TAKEN as INTERNAL_ID_TAKEN
from openpars.activities.models import Activity
from openpars.activities.records import answers_of
from openpars.rulebook.declaring import Field, Step
from openpars.rulebook.fields import FIELDS, STEPS
from openpars.rulebook.findings import BLOCKING, Finding, Stage
from openpars.rulebook.judging import judge
from openpars.rulebook.lifecycle import Status
from openpars.rulebook.merging import merge
from openpars.rulebook.ordering import in_form_order
from openpars.rulebook.reading import read
from openpars.rulebook.rules import finding

#: What stands in red when somebody opens an activity that has this status, besides what is invalid.
MISSING_TOLD: Mapping[Status, frozenset[Stage]] = {
    Status.DRAFT: frozenset({Stage.ACTIVE}),
    Status.ACTIVE: frozenset({Stage.ACTIVE}),
    Status.READY: frozenset({Stage.ACTIVE, Stage.CLOSE}),
}
#: What a step still has to do, by the status of the activity: as far as the next status asks.
ASKED_NEXT: Mapping[Status, frozenset[Stage]] = {
    Status.DRAFT: BLOCKING | {Stage.ACTIVE},
    Status.ACTIVE: BLOCKING | {Stage.ACTIVE, Stage.CLOSE},
    Status.READY: BLOCKING | {Stage.ACTIVE, Stage.CLOSE},
}

Progress = Literal["not started", "in progress", "complete", "needs a mend"]
_ICONS: Mapping[Progress, str] = {
    "not started": "radio_button_unchecked",
    "in progress": "edit",
    "complete": "check_circle",
    "needs a mend": "error",
}


@dataclass(frozen=True, slots=True)
class Sheet:
    """All answers as the form shows them, with the texts that could not be read and every finding."""

    answers: dict[str, Any]
    rejected: dict[str, str]
    findings: tuple[Finding, ...]

    def findings_in(self, step: Step, stages: Iterable[Stage]) -> tuple[Finding, ...]:
        """Return the findings of one step at these stages, in the order of the form."""
        wanted = frozenset(stages)
        return tuple(
            finding
            for finding in self.findings
            if finding.stage in wanted and step_of(finding.path) == step.slug
        )

    def can_leave(self, step: Step) -> bool:
        """Say whether the step holds nothing invalid and everything a draft needs."""
        return not self.findings_in(step, BLOCKING)


@dataclass(frozen=True, slots=True)
class StepState:
    """One entry of the step navigation."""

    step: Step
    number: int
    progress: Progress
    count: int
    """How many answers need a mend or are still asked for; 0 when complete or not started."""
    is_current: bool

    @property
    def look(self) -> str:
        """What the style sheet adds to the entry."""
        return {"complete": " op-step--done", "needs a mend": " op-step--attention"}.get(self.progress, "")

    @property
    def icon(self) -> str:
        """The sign of the state."""
        return _ICONS[self.progress]

    @property
    def words(self) -> str:
        """The state as people read it."""
        match self.progress:
            case "needs a mend":
                return f"Needs a mend: {self.count}"
            case "in progress":
                return f"In progress, {self.count} to go"
            case _:
                return self.progress.capitalize()


def sheet(activity: Activity | None, *, typed: Mapping[str, Any] | None = None, today: date) -> Sheet:
    """Return the stored answers with the raw answers laid over them that were typed and not saved, judged."""
    answers = answers_of(activity) if activity else {}
    rejected: dict[str, str] = dict(activity.rejected) if activity else {}
    if typed is not None:
        reading = read(typed, today=today)
        answers = merge(answers, reading.answers)
        rejected = {path: text for path, text in rejected.items() if top_of(path) not in reading.answers}
        rejected |= reading.rejected
    return Sheet(answers, rejected, judge(answers, rejected=rejected, today=today))


def with_taken(shown: Sheet, activity: Activity | None, *, provider_id: int) -> Sheet:
    """Add the finding that another activity has the internal ID, which the answers alone cannot tell.

    Asks the database only where the internal ID was refused or is new.
    """
    wanted = shown.rejected.get("internal_id") or shown.answers.get("internal_id")
    if not wanted or (activity is not None and wanted == activity.internal_id):
        return shown
    mine = activity.activity_id if activity else None
    if all(holder == mine for _, holder in queries.internal_ids(provider_id, [wanted])):
        return shown
    others = (one for one in shown.findings if one.path != "internal_id")
    taken = finding(INTERNAL_ID_TAKEN, path="internal_id", value=wanted)
    return replace(shown, findings=in_form_order([taken, *others]))


def step_states(
    shown: Sheet, *, current: Step | None, status: Status, begun: bool, adding: bool
) -> list[StepState]:
    """Return how far each step has come towards what the next status asks.

    `begun` says that something was sent already. While `adding`, steps further on are not started, even
    where nothing is needed in them.
    """
    reached = STEPS.index(current) if current and adding else len(STEPS)
    states: list[StepState] = []
    for place, step in enumerate(STEPS):
        progress, count = _progress(shown, step, status=status, begun=begun, seen=place < reached)
        states.append(StepState(step, place + 1, progress, count, step is current))
    return states


def _progress(shown: Sheet, step: Step, *, status: Status, begun: bool, seen: bool) -> tuple[Progress, int]:
    # A box that a draft needs and that is empty needs a mend once something was sent, not before.
    to_mend = shown.findings_in(step, BLOCKING if begun else {Stage.VALID})
    if to_mend:
        return "needs a mend", len(to_mend)
    missing = shown.findings_in(step, ASKED_NEXT.get(status, frozenset()))
    touched = any(shown.answers.get(field.name) not in (None, []) for field in step.fields)
    if not touched and (missing or not seen):
        return "not started", 0
    return ("in progress", len(missing)) if missing else ("complete", 0)


def first_unfinished(states: Iterable[StepState]) -> Step:
    """Return the first step that is not complete, the first of all when every one is."""
    return next((state.step for state in states if state.progress != "complete"), STEPS[0])


def step_named(slug: str) -> Step | None:
    """Return the step with this slug."""
    return next((step for step in STEPS if step.slug == slug), None)


def step_after(step: Step) -> Step | None:
    """Return the step that follows, None after the last."""
    position = STEPS.index(step) + 1
    return STEPS[position] if position < len(STEPS) else None


def step_before(step: Step) -> Step | None:
    """Return the step before, None before the first."""
    position = STEPS.index(step)
    return STEPS[position - 1] if position else None


def top_of(path: str) -> str:
    """Return the name of the answer a path leads into."""
    return path.split(".", 1)[0]


def step_of(path: str) -> str | None:
    """Return the slug of the step that asks for the answer at a path; None for counts and the whole."""
    field: Field | None = FIELDS.get(top_of(path))
    return field.step if field else None
