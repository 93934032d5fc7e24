"""What goes on all the time beside the jobs: each companion has a process of its own at every worker.

Some are wanted on every machine that answers pages, whether it has a worker or not.

A companion's turns are short, and it may be killed between any two instructions: what it has not committed is done
by its next process, or by that of another worker. So a job that takes long holds no companion up, and the other way
round.
"""

from __future__ import annotations

import logging
import multiprocessing
import signal
from collections.abc import Callable
from multiprocessing.context import ForkProcess
from time import monotonic, sleep
from typing import Any, NoReturn

from django.db import DatabaseError, InterfaceError, connection

from openpars.jobs.processes import end_with_parent

log = logging.getLogger(__name__)

#: Does what there is to do just now, and answers in how many seconds it wants to look again.
Turn = Callable[[], float]

#: Seconds before a companion whose process ended is begun anew, and before a turn that failed is tried again.
_BEGUN_ANEW = 5.0
_AFTER_TROUBLE = 2.0

_companions: dict[str, Callable[[], Turn]] = {}
_everywhere: set[str] = set()


def register(name: str, begin: Callable[[], Turn], *, everywhere: bool = False) -> None:
    """Let every worker have this companion: `begin` is called in its process, and answers with its turns.

    One that is wanted `everywhere` also stands beside pages that are answered without a worker.
    """
    _companions[name] = begin
    if everywhere:
        _everywhere.add(name)


class Companions:
    """The companions of one worker; or, where there is no worker, those that are wanted everywhere."""

    def __init__(self, *, parent: int, patience: Any, without_worker: bool = False) -> None:
        self._parent = parent
        self._patience = patience
        self._wanted = {
            name: begin for name, begin in _companions.items() if name in _everywhere or not without_worker
        }
        self._begun: dict[str, tuple[ForkProcess, float]] = {}

    def keep(self) -> None:
        """Begin each that is not there."""
        for name, begin in self._wanted.items():
            process, at = self._begun.get(name, (None, -_BEGUN_ANEW))
            if (process is not None and process.is_alive()) or monotonic() - at < _BEGUN_ANEW:
                continue
            if process is not None:
                log.error("The companion %s ended with %s and is begun anew", name, process.exitcode)
                process.join()
            connection.close()  # the process opens its own
            process = multiprocessing.get_context("fork").Process(
                target=_go_on, args=(name, begin, self._parent, self._patience)
            )
            process.start()
            self._begun[name] = process, monotonic()

    def close(self) -> None:
        """End them all; nothing of theirs needs to be waited for."""
        for process, _ in self._begun.values():
            process.kill()
            process.join()


def _go_on(name: str, begin: Callable[[], Turn], parent: int, patience: Any) -> NoReturn:
    """Take turn after turn until the worker ends it."""
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C comes to every process; the worker says what to do
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    end_with_parent(signal.SIGKILL, parent=parent)
    if patience is not None:
        connection.settings_dict["OPTIONS"]["timeout"] = patience
    turn = begin()
    while True:
        try:
            rest = turn()
        except (DatabaseError, InterfaceError) as problem:
            log.warning("The database does not answer the companion %s: %s", name, str(problem).strip())
            connection.close()
            rest = _AFTER_TROUBLE
        except Exception:
            log.exception("The companion %s met something unforeseen", name)
            rest = _AFTER_TROUBLE
        sleep(rest)
