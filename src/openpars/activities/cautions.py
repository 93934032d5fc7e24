"""What a person is asked before a save: findings they may let stand by saying so."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from openpars.activities.counts import fallen
from openpars.activities.records import Answers
from openpars.rulebook.findings import Finding
from openpars.rulebook.lifecycle import Reach, Status, reach
from openpars.rulebook.rules import finding

GOES_BACKWARDS = "activity.goes_backwards"
OFF_PASSPORT = "activity.off_passport"
LOOKS_LIKE_ANOTHER = "activity.looks_like_another"
COUNTS_FALLING = "activity.counts.falling"

#: The rules whose findings hold a save until they are confirmed.
HOLDING = (GOES_BACKWARDS, OFF_PASSPORT, LOOKS_LIKE_ANOTHER, COUNTS_FALLING)


def backwards(
    before: Answers,
    before_rejected: Mapping[str, str],
    after: Answers,
    *,
    reached: Reach,
    status: Status,
    today: date,
) -> list[Finding]:
    """Return what the edit would take back: an Active activity to Draft, a listed one off CME Passport."""
    falls = reached < Reach.ACTIVE
    leaves = before.get("on_passport") is True and (falls or after.get("on_passport") is not True)
    # Asked last: it judges the whole record again, because the rules may have changed since it was stored.
    if not (leaves or falls) or reach(before, before_rejected, today) < Reach.ACTIVE:
        return []
    found: list[Finding] = []
    if falls:
        found.append(finding(GOES_BACKWARDS, status=status.value))
    if leaves:
        found.append(finding(OFF_PASSPORT, path="on_passport"))
    return found


def falling(before: Answers, after: Answers, *, today: date) -> list[Finding]:
    """Return a finding when a cumulative total of learners is lower than it was."""
    name = fallen(before, after, today=today)
    return [] if name is None else [finding(COUNTS_FALLING, path=name, value=str(after[name]))]
