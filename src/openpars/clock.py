"""The only place that asks what time it is, so that a test can stop the clock and a demo can choose its day."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time
from time import monotonic
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

_started = monotonic()
_frozen: datetime | None = None


def now() -> datetime:
    """This moment, aware, in UTC. With `--demo`, OPENPARS_TODAY (YYYY-MM-DD) says which day it is."""
    if _frozen is not None:
        return _frozen
    chosen = os.environ.get("OPENPARS_TODAY") if settings.DEMO else None
    if chosen:
        noon = _noon(chosen)
        return datetime.fromtimestamp(noon.timestamp() + monotonic() - _started, UTC)
    return datetime.now(UTC)


def _noon(day: str) -> datetime:
    try:
        chosen = date.fromisoformat(day)
    except ValueError:
        chosen = date.min
    # Demo data reach years back, and copies a year ahead.
    if not 2020 <= chosen.year <= 2090:
        message = f"OPENPARS_TODAY must be a day from 2020 to 2090, such as 2026-03-10, not {day!r}."
        raise ImproperlyConfigured(message)
    return datetime.combine(chosen, time(12), tzinfo=UTC)


def today(zone: str) -> date:
    """The calendar day it is now in `zone`, an IANA name such as America/Chicago."""
    return now().astimezone(ZoneInfo(zone)).date()


@contextmanager
def frozen(moment: datetime) -> Iterator[None]:
    """Stop the clock of this process at `moment` (aware) for the length of the block."""
    global _frozen  # noqa: PLW0603 - one process has one clock
    before, _frozen = _frozen, moment.astimezone(UTC)
    try:
        yield
    finally:
        _frozen = before
