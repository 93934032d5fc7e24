"""What every test may use."""

import os
from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, settings

from openpars import clock

settings.register_profile(
    "fixed",
    derandomize=True,
    deadline=None,
    max_examples=100,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "fixed"))

#: The day tests happen on: a Tuesday noon in the accreditor's zone.
NOON = datetime(2026, 3, 10, 12, 0, tzinfo=ZoneInfo("America/Chicago"))


@pytest.fixture
def frozen() -> Iterator[datetime]:
    """The clock stands at noon of 10 March 2026 in Chicago."""
    with clock.frozen(NOON):
        yield NOON
