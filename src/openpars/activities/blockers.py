"""What is stopping me? The points between an activity and its next status, and when the clock changes it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from openpars.activities.models import Activity
from openpars.activities.records import answers_of, phase_of, status_of
from openpars.rulebook.findings import Finding, Stage
from openpars.rulebook.judging import stops
from openpars.rulebook.kinds.dates import spoken
from openpars.rulebook.lifecycle import Phase, Status


@dataclass(frozen=True, slots=True)
class Blockers:
    """Where an activity stands, what is missing for its next status, and both in a sentence or two."""

    status: Status
    findings: tuple[Finding, ...]
    text: str


def blockers(activity: Activity, *, now: datetime, today: date) -> Blockers:
    """Return what stops an activity at the instant `now`, on the day `today` of its accreditor."""
    status = status_of(activity, now=now)
    if status is Status.CLOSED:
        return Blockers(status, (), "It is closed. To change an answer, reopen it.")
    goal = Stage.CLOSE if status is Status.READY else Stage.ACTIVE
    missing = stops(answers_of(activity), rejected=activity.rejected, today=today, goal=goal)
    count = "One answer is" if len(missing) == 1 else f"{len(missing)} answers are"
    if status is Status.DRAFT:
        ended = phase_of(activity, today=today) is Phase.ENDED
        following = Status.READY if ended else Status.ACTIVE
        text = f"{count} missing for it to become {following}." if missing else "Save it once more."
        return Blockers(status, missing, text)
    if status is Status.READY:
        text = f"{count} missing before it can be closed."
        return Blockers(status, missing, text if missing else "Nothing is missing: it can be closed now.")
    after = spoken(activity.end_date + timedelta(days=1))
    text = (
        f"Nothing is missing. It becomes Ready to Close on {after}, the day after it ends; "
        "then it can be closed."
    )
    return Blockers(status, (), text)
