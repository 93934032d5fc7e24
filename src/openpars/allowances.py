"""How often somebody may ask in a minute, and the counts of those of whom the database keeps none."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from typing import Final

#: Of so many askers a process keeps the count; a hundred bytes or two for each.
_MOST_COUNTED: Final = 20_000


@dataclass(frozen=True, slots=True)
class Spent:
    """How many calls somebody has made in this minute, how many are allowed, and the seconds until the next one."""

    calls: int
    limit: int
    seconds: int

    @property
    def is_over(self) -> bool:
        """Whether this call is one too many."""
        return self.calls > self.limit

    @property
    def headers(self) -> dict[str, str]:
        """What an answer says about it."""
        return {
            "RateLimit-Limit": str(self.limit),
            "RateLimit-Remaining": str(max(0, self.limit - self.calls)),
            "RateLimit-Reset": str(self.seconds),
        }


class Allowances:
    """Counts of many askers, in the memory of this process alone.

    Where there are more of them than are counted, those who asked longest ago begin anew: memory is bounded, and
    nobody is refused for what others do.
    """

    def __init__(self, *, most: int = _MOST_COUNTED) -> None:
        self._most = most
        self._minute = 0
        self._calls: dict[str, int] = {}
        self._lock = Lock()

    def spend(self, asker: str, *, limit: int, now: datetime) -> Spent:
        """Count one call of somebody who may make `limit` of them in a minute."""
        minute, second = divmod(int(now.timestamp()), 60)
        with self._lock:
            if minute != self._minute:
                self._minute = minute
                self._calls.clear()
            # Taken out and put in again: the last in the order is who asked last.
            calls = self._calls.pop(asker, 0) + 1
            self._calls[asker] = calls
            if len(self._calls) > self._most:
                del self._calls[next(iter(self._calls))]
        return Spent(calls, limit, 60 - second)
