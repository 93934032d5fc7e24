"""Status, phase, and the instant at which an end date has passed."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openpars.rulebook.lifecycle import Phase, Reach, Status, ends_at, phase, status

ZONES = (
    "America/Chicago",
    "UTC",
    "Pacific/Kiritimati",
    "Pacific/Pago_Pago",
    "America/Sao_Paulo",
    "Asia/Beirut",
)
MOMENTS = st.datetimes(datetime(2005, 1, 1), datetime(2099, 12, 30), timezones=st.just(UTC))  # noqa: DTZ001


def test_an_end_date_has_passed_at_the_midnight_after_it() -> None:
    assert ends_at(date(2026, 3, 7), "America/Chicago") == datetime(2026, 3, 8, 6, tzinfo=UTC)
    assert ends_at(date(2026, 3, 8), "America/Chicago") == datetime(2026, 3, 9, 5, tzinfo=UTC)
    # A midnight that the clocks skip.
    assert ends_at(date(2018, 11, 3), "America/Sao_Paulo") == datetime(2018, 11, 4, 3, tzinfo=UTC)


@given(MOMENTS, st.integers(-2, 2), st.sampled_from(ZONES))
def test_an_end_date_has_not_passed_on_that_day_itself(now: datetime, days: int, zone: str) -> None:
    today = now.astimezone(ZoneInfo(zone)).date()
    end = today + timedelta(days=days)
    assert (ends_at(end, zone) <= now) == (end < today)


NOW = datetime(2026, 3, 10, 17, tzinfo=UTC)


@pytest.mark.parametrize(
    ("complete_for", "ends", "closed", "expected"),
    [
        (Reach.NOTHING, NOW, None, Status.DRAFT),
        (Reach.DRAFT, NOW, None, Status.DRAFT),
        (Reach.ACTIVE, NOW + timedelta(seconds=1), None, Status.ACTIVE),
        (Reach.ACTIVE, NOW, None, Status.READY),
        (Reach.CLOSE, NOW, None, Status.READY),
        (Reach.CLOSE, NOW + timedelta(seconds=1), None, Status.ACTIVE),
        (Reach.CLOSE, NOW, NOW, Status.CLOSED),
        (Reach.DRAFT, NOW, NOW, Status.CLOSED),
        (Reach.ACTIVE, None, None, Status.ACTIVE),
    ],
)
def test_status(complete_for: int, ends: datetime | None, closed: datetime | None, expected: Status) -> None:
    assert status(complete_for=complete_for, ends_at=ends, closed_at=closed, now=NOW) is expected


@pytest.mark.parametrize(
    ("today", "expected"),
    [
        (date(2026, 3, 3), Phase.UPCOMING),
        (date(2026, 3, 4), Phase.IN_PROGRESS),
        (date(2026, 3, 6), Phase.IN_PROGRESS),
        (date(2026, 3, 7), Phase.ENDED),
    ],
)
def test_phase(today: date, expected: Phase) -> None:
    assert phase(start_date=date(2026, 3, 4), end_date=date(2026, 3, 6), today=today) is expected
