"""How a worker hears that it shall end."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection, wait
from types import FrameType
from typing import Any


class Stop:
    """Asked for by SIGTERM or Ctrl-C, or because the process that this one belongs to is gone."""

    def __init__(self, bell: int, parent: int | None) -> None:
        self._bell = bell
        self._parent = parent
        self._signalled = False

    @property
    def asked(self) -> bool:
        """Whether it is time to end."""
        return self._signalled or (self._parent is not None and os.getppid() != self._parent)

    def wait(self, seconds: float, *lines: Connection[Any, Any]) -> None:
        """Wait so long, or until a signal, or something on one of the lines, comes."""
        if self._bell in wait([self._bell, *lines], timeout=seconds):
            os.read(self._bell, 512)

    def _hear(self, _number: int, _frame: FrameType | None) -> None:
        self._signalled = True


@contextmanager
def listening(parent: int | None = None) -> Iterator[Stop]:
    """Listen for what asks to end, in place of dying of it; `parent` is the process this one belongs to."""
    bell, rope = os.pipe()
    os.set_blocking(rope, False)
    stop = Stop(bell, parent)
    before = {number: signal.signal(number, stop._hear) for number in (signal.SIGTERM, signal.SIGINT)}
    signal.set_wakeup_fd(rope, warn_on_full_buffer=False)
    try:
        yield stop
    finally:
        signal.set_wakeup_fd(-1)
        for number, handler in before.items():
            signal.signal(number, handler)
        os.close(bell)
        os.close(rope)
