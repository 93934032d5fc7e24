"""The only place that asks what time it is, so that a test can stop the clock and a demo can choose its day."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from django.conf import settings

_started = time.monotonic()
_frozen: datetime | None = None


def now() -> datetime:
    """This moment, aware, in UTC. With `--demo`, OPENPARS_TODAY (YYYY-MM-DD) says which day it is."""
    if _frozen is not None:
        return _frozen
    chosen = os.environ.get("OPENPARS_TODAY") if settings.DEMO else None
    if chosen:
        noon = datetime.fromisoformat(chosen).replace(hour=12, tzinfo=UTC)
        return datetime.fromtimestamp(noon.timestamp() + time.monotonic() - _started, UTC)
    return datetime.now(UTC)


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
