"""When a delivery is tried again: at once, then ever more slowly, for a little more than three days."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import uniform

from openpars import clock

_PAUSES = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
#: The clocks of a site and its workers differ by less than this.
_CLOCKS = timedelta(minutes=2)
#: The attempt after which nothing more is tried.
LAST_TRY = len(_PAUSES) + 1


def pause_after(attempts: int) -> timedelta | None:
    """Return how long to wait after so many attempts, None after the last.

    A little by chance, so that what failed together is not tried together.
    """
    if attempts >= LAST_TRY:
        return None
    return _PAUSES[attempts - 1] * uniform(1.0, 1.1)  # noqa: S311 - nothing secret hangs on it


def at_once() -> datetime:
    """Return a moment that has come for every worker, even one whose clock is a little behind ours."""
    return clock.now() - _CLOCKS
