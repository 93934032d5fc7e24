"""The worker that `openpars serve` keeps beside itself."""

import logging
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic

log = logging.getLogger(__name__)

#: Seconds the worker gets to give its job back before it is killed.
PATIENCE = 4
#: Seconds to wait before a worker that died is started anew: longer each time, while it dies young.
_FIRST, _LONGEST, _YOUNG = 0.5, 30.0, 60.0


class _Beside:
    """A worker's process, and the thread that starts it anew when it dies."""

    def __init__(self, *options: str) -> None:
        self._options = options
        self._ending = threading.Event()
        self._lock = threading.Lock()
        self._process = self._start()
        self._keeper = threading.Thread(target=self._keep, name="worker-keeper", daemon=True)
        self._keeper.start()

    def _start(self) -> subprocess.Popen[bytes]:
        words = (
            sys.executable,
            "-m",
            "openpars.config.cli",
            "worker",
            "--beside",
            str(os.getpid()),
            *self._options,
        )
        return subprocess.Popen(words, stdin=subprocess.DEVNULL)  # noqa: S603 - our own command

    def _keep(self) -> None:
        pause, begun = _FIRST, monotonic()
        while True:
            code = self._process.wait()
            if monotonic() - begun >= _YOUNG:
                pause = _FIRST
            if not self._ending.is_set():
                log.error("The worker ended with %s; another one starts in %s s", code, pause)
            if self._ending.wait(pause):
                return
            pause = min(2 * pause, _LONGEST)
            with self._lock:
                if self._ending.is_set():
                    return
                self._process, begun = self._start(), monotonic()

    def end(self) -> None:
        """End the worker, and wait until it has ended."""
        with self._lock:
            self._ending.set()
            self._process.terminate()
        try:
            self._process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
        self._keeper.join()


@contextmanager
def a_worker(*, jobs: bool) -> Iterator[None]:
    """Keep a worker running; it has ended when the block has.

    Without `jobs` it only does what every machine that answers pages needs.
    """
    beside = _Beside(*(() if jobs else ("--no-jobs",)))
    try:
        yield
    finally:
        beside.end()
