"""The worker: takes jobs one after the other, has each done by a process of its own, and watches over it.

The worker itself stays small and answers at once: it renews the lease, writes down how far the job is, passes
on that somebody asked to cancel, and notices when the job's process dies. A job's memory comes back with the
end of its process, and what kills that process leaves the worker alive. The job's process dies with the worker.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
import socket
from collections.abc import Callable
from contextlib import closing
from multiprocessing.context import ForkProcess
from time import monotonic
from types import FrameType
from typing import TYPE_CHECKING, Any, NoReturn

from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection

from openpars.jobs import attempts, handlers, leases
from openpars.jobs.attempts import Outcome
from openpars.jobs.companions import Companions
from openpars.jobs.leases import Claim, LeaseLost, Progress
from openpars.jobs.processes import end_with_parent
from openpars.jobs.stopping import Stop, listening

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

    _Pipe = Connection[Any, Any]

log = logging.getLogger(__name__)

#: Seconds between two looks at a running job: how often its progress is written down.
TICK = 0.5
#: Seconds a job's process gets to clean up when the worker ends, and seconds for writing down what became of it.
#: Together they are less than what a service manager, and `openpars serve`, wait.
GRACE = 1.5
#: Seconds the worker waits for others to write on SQLite; it has to go on listening.
_LOCK_WAIT = 1
#: Seconds an idle worker waits when the database did not answer, and for a connection to a server.
_OUTAGE = 2
_CONNECTING = 5
#: Seconds between two times of clearing away.
_CLEARING = 3600

_AWAY = (DatabaseError, InterfaceError)


def run(*, parent: int | None = None) -> None:
    """Do jobs until SIGTERM, Ctrl-C, or the end of the process `parent` that started this one.

    A job that is under way then is given back, and done anew by the next worker.
    """
    name = f"{socket.gethostname()}:{os.getpid()}"
    patience = _share_nothing()
    cleared = -float(_CLEARING)
    beside = Companions(parent=os.getpid(), patience=patience)
    with listening(parent) as stop, closing(beside):
        log.info("Worker %s starts", name)
        while not stop.asked:
            beside.keep()
            try:
                if monotonic() - cleared >= _CLEARING:
                    _clear_away()
                    cleared = monotonic()
                claim = leases.claim(name) if leases.waiting() else None
            except _AWAY as problem:
                _note(problem)
                stop.wait(_OUTAGE)
                continue
            if claim is None:
                stop.wait(settings.JOB_POLL)
            else:
                _see_to(claim, stop, patience)
    # Nothing of it goes on: what its companions say stands before this.
    log.info("Worker %s ends", name)


def accompany(*, parent: int | None = None) -> None:
    """Do no jobs, but keep the companions that are wanted everywhere, until what ends `run`, too."""
    patience = _share_nothing()
    beside = Companions(parent=os.getpid(), patience=patience, without_worker=True)
    with listening(parent) as stop, closing(beside):
        while not stop.asked:
            beside.keep()
            stop.wait(settings.JOB_POLL)


def _clear_away() -> None:
    """Remove jobs that ended long ago, and let the rooms above remove what they need no longer."""
    leases.clear()
    for chore in handlers.chores():
        try:
            chore()
        except _AWAY:
            raise
        except Exception:
            log.exception("A chore could not be done; it is tried again in an hour")


def _share_nothing() -> Any:
    """Give this process one short-tempered connection instead of a pool, whose threads no fork would survive.

    Answers how long a job's own connection waits for SQLite's lock.
    """
    connection.close()
    if hasattr(connection, "close_pool"):
        connection.close_pool()
    options = connection.settings_dict["OPTIONS"] = {**connection.settings_dict["OPTIONS"]}
    if connection.vendor == "postgresql":
        options.pop("pool", None)
        options["connect_timeout"] = _CONNECTING
        return None
    before = options.get("timeout")
    options["timeout"] = _LOCK_WAIT
    return before


def _note(problem: Exception) -> None:
    """Log that the database did not answer, and begin with a new connection the next time."""
    # That somebody else writes for a second is daily life on SQLite.
    level = logging.INFO if str(problem) == "database is locked" else logging.WARNING
    log.log(level, "The database does not answer the worker: %s", str(problem).strip())
    connection.close()


def _see_to(claim: Claim, stop: Stop, patience: Any) -> None:
    """Have a job done, and see to it that its row tells the truth."""
    log.info("Job %s (%s) begins, attempt %s", claim.job, claim.kind, claim.attempt)
    fork = multiprocessing.get_context("fork")
    ours, theirs = fork.Pipe()
    connection.close()  # the job's process opens its own
    process = fork.Process(target=_do, args=(claim, ours, theirs, os.getpid(), patience))
    process.start()
    theirs.close()
    try:
        _watch(_Watched(claim, process, ours), stop)
    except LeaseLost:
        log.warning("Job %s (%s) may be another worker's by now; it is ended here", claim.job, claim.kind)
    finally:
        process.kill()
        process.join()
        ours.close()


class _Watched:
    """A job's process, and what it has told."""

    def __init__(self, claim: Claim, process: ForkProcess, line: _Pipe) -> None:
        self.claim = claim
        self.process = process
        self.line = line
        self.progress = Progress()
        self.outcome: Outcome | None = None
        self.over = False
        self._cancelled = False

    def listen(self) -> None:
        """Take in what it has told, and whether it has ended."""
        alive = self.process.is_alive()  # asked first: what it told before it ended is still there to be read
        try:
            while self.line.poll():
                match self.line.recv():
                    case Progress() as progress:
                        self.progress = progress.after(self.progress)
                    case Outcome() as outcome:
                        self.outcome, self.over = outcome, True
        except (EOFError, ConnectionError):
            self.over = True
        self.over = self.over or not alive

    def cancel(self) -> None:
        """Pass on, once, that somebody asked to cancel."""
        if self._cancelled:
            return
        self._cancelled = True
        try:
            self.line.send(None)
        except ConnectionError:
            self.over = True


def _watch(job: _Watched, stop: Stop) -> None:
    """Stay with a job until it has ended, in whatever way. Raises LeaseLost."""
    lease = settings.JOB_LEASE.total_seconds()
    seen = renewed = looked = monotonic()
    written = Progress()
    while not job.over and not stop.asked:
        stop.wait(max(0.0, looked + TICK - monotonic()), job.line)
        job.listen()
        if job.over or monotonic() - looked < TICK:
            continue
        looked = monotonic()
        try:
            if leases.look(job.claim):
                job.cancel()
        except _AWAY as problem:
            _note(problem)
            if looked - seen >= lease:  # somebody else may have it by now
                raise LeaseLost from problem
            continue
        seen = looked
        if job.progress != written or looked - renewed >= lease / 4:
            try:
                if leases.renew(job.claim, job.progress):
                    written, renewed = job.progress, looked
            except _AWAY as problem:
                _note(problem)
    if not job.over:
        job.process.terminate()
        job.process.join(GRACE)
        job.listen()
    _write_down(lambda: _end(job, stopped=stop.asked), stop)


def _end(job: _Watched, *, stopped: bool) -> None:
    claim = job.claim
    if job.outcome is not None:
        attempts.settle(claim, job.outcome, job.progress)
        log.info("Job %s (%s) is %s", claim.job, claim.kind, job.outcome.state)
    elif stopped:
        leases.give_back(claim, counted=False)
        log.info("Job %s (%s) is given back: the worker ends", claim.job, claim.kind)
    else:
        job.process.join(GRACE)
        if job.process.exitcode == 0:
            return
        log.error("Job %s (%s): its process ended with %s", claim.job, claim.kind, job.process.exitcode)
        leases.give_back(claim, counted=True)


def _write_down(deed: Callable[[], None], stop: Stop) -> None:
    """Try until it is written; when the lease, or our time, runs out before, the lease alone decides."""
    begun = monotonic()
    while True:
        try:
            deed()
        except _AWAY as problem:
            _note(problem)
            patience = GRACE if stop.asked else settings.JOB_LEASE.total_seconds()
            if monotonic() - begun >= patience:
                return
            stop.wait(TICK)
        else:
            return


class _Ended(BaseException):
    """The worker ends; raised out of whatever a handler is doing, so that it cleans up."""


def _raise(_number: int, _frame: FrameType | None) -> NoReturn:
    raise _Ended


def _do(claim: Claim, theirs: _Pipe, ours: _Pipe, parent: int, patience: Any) -> None:
    """Do a job: what happens in its own process."""
    theirs.close()
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C comes to every process; the worker says what to do
    signal.signal(signal.SIGTERM, _raise)
    end_with_parent(signal.SIGKILL, parent=parent)
    if patience is not None:
        connection.settings_dict["OPTIONS"]["timeout"] = patience
    line = _ToWorker(ours)
    try:
        outcome = attempts.attempt(claim, line)
        if outcome is not None:
            line.end(outcome)
    except (_Ended, LeaseLost):
        raise SystemExit(1) from None


class _ToWorker:
    """A handler's line to the worker that watches over it."""

    #: Seconds between two messages about the same stage; the last one always goes out.
    OFTEN = 0.1

    def __init__(self, line: _Pipe) -> None:
        self._line = line
        self._latest = self._told = Progress()
        self._told_at = -self.OFTEN
        self._cancelled = False

    def tell(self, progress: Progress) -> None:
        """Say how far the job is; raises LeaseLost when the worker is gone."""
        self._latest = progress
        if progress.stage != self._told.stage or monotonic() - self._told_at >= self.OFTEN:
            self._send(progress)
            self._told, self._told_at = progress, monotonic()

    def cancelled(self) -> bool:
        """Say whether the worker has passed on that somebody asked to stop."""
        try:
            if not self._cancelled and self._line.poll():
                self._line.recv()
                self._cancelled = True
        except (EOFError, ConnectionError) as problem:
            raise LeaseLost from problem
        return self._cancelled

    def end(self, outcome: Outcome) -> None:
        """Say what came of it."""
        if self._latest != self._told:
            self._send(self._latest)
        self._send(outcome)

    def _send(self, message: Progress | Outcome) -> None:
        try:
            self._line.send(message)
        except ConnectionError as problem:
            raise LeaseLost from problem
