"""The life of an activity: how far its answers reach, its status, and its phase."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from enum import IntEnum, StrEnum
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from openpars.rulebook import judging


class Reach(IntEnum):
    """How far an activity's answers are complete."""

    NOTHING = 0
    DRAFT = 1
    ACTIVE = 2
    CLOSE = 3


class Status(StrEnum):
    """Where an activity stands, in the words people see."""

    DRAFT = "Draft"
    ACTIVE = "Active"
    READY = "Ready to Close"
    CLOSED = "Closed"


class Phase(StrEnum):
    """Where an activity stands in time, whatever its status."""

    UPCOMING = "upcoming"
    IN_PROGRESS = "in progress"
    ENDED = "ended"


def reach(answers: Mapping[str, Any], rejected: Mapping[str, str], today: date) -> Reach:
    """Return how far these answers reach; a rejected answer counts as missing."""
    return Reach(judging.completeness(answers, rejected=rejected, today=today))


@lru_cache(maxsize=4096)
def ends_at(end_date: date, zone: str) -> datetime:
    """Return the instant, in UTC, at which the end date has passed: the midnight after it in `zone`."""
    midnight = datetime.combine(end_date + timedelta(days=1), time.min, tzinfo=ZoneInfo(zone))
    return midnight.astimezone(UTC)


def status(
    *, complete_for: int, ends_at: datetime | None, closed_at: datetime | None, now: datetime
) -> Status:
    """Return the status that these stored facts give at the instant `now`."""
    if closed_at is not None:
        return Status.CLOSED
    if complete_for < Reach.ACTIVE:
        return Status.DRAFT
    return Status.READY if ends_at is not None and ends_at <= now else Status.ACTIVE


def phase(*, start_date: date, end_date: date, today: date) -> Phase:
    """Return whether the activity is still to come, under way or over on the day `today`."""
    if today < start_date:
        return Phase.UPCOMING
    return Phase.ENDED if today > end_date else Phase.IN_PROGRESS
