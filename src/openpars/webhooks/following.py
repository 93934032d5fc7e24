"""The follower: goes round the subscriptions, makes messages of what they have not read, and has them delivered.

It is the companion of every worker. Messages are posted by threads, which know nothing of the database; everything
else is done between them, in short transactions.
"""

from __future__ import annotations

import logging
from collections import Counter
from concurrent.futures import Future, ThreadPoolExecutor
from time import monotonic
from uuid import UUID

from openpars.webhooks import delivering, messages, queries
from openpars.webhooks.models import Delivery
from openpars.webhooks.posting import Answer

log = logging.getLogger(__name__)

#: Deliveries under way at once.
THREADS = 16
#: Seconds until the next look, when nothing is under way and when something is.
_IDLE, _BUSY = 1.0, 0.05
#: Seconds between two looks at the feed, and between two times of clearing away.
_FEED = 1.0
_CLEARING = 600.0


class Follower:
    """One follower; calling it is one turn."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="webhook")
        self._under_way: dict[Future[Answer], Delivery] = {}
        self._fed = self._cleared = -_CLEARING

    def __call__(self) -> float:
        """Do what there is to do without waiting for any receiver; answers after how many seconds to look again."""
        self._note()
        more = self._read()
        if self._cleared + _CLEARING <= monotonic():
            self._cleared = monotonic()
            delivering.clear()
        if len(self._under_way) < THREADS and delivering.due():
            self._send()
        return _BUSY if self._under_way or more else _IDLE

    def _note(self) -> None:
        """Write down what has come back."""
        for future in [one for one in self._under_way if one.done()]:
            if problem := future.exception():
                # It is tried again when its time has passed.
                log.error("Delivery %s could not be made", self._under_way[future].pk, exc_info=problem)
            else:
                delivering.note(self._under_way[future], future.result())
            del self._under_way[future]

    def _read(self) -> bool:
        """Read the feed, a portion for each subscription; answers whether some have more to read."""
        if monotonic() - self._fed < _FEED:
            return False
        more = [messages.read_feed(one) for one in queries.active() if messages.has_news(one)]
        if not any(more):
            self._fed = monotonic()
        return any(more)

    def _send(self) -> None:
        under_way: Counter[UUID] = Counter(one.subscription_id for one in self._under_way.values())
        for delivery in delivering.take(THREADS - len(self._under_way), under_way=under_way):
            self._under_way[self._pool.submit(delivering.attempt, delivery)] = delivery
