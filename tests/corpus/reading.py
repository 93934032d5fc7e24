"""Checking a file just as `openpars check` does: in the child, with what the file alone proves about its rows.

Starting Python for each of two hundred files would take longer than all the rest, so most of them are checked in a
child that is forked from this very process: the same code, the same limits, the same pipe.
"""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from types import SimpleNamespace
from typing import IO, Any
from unittest import mock

from openpars.formats import child, child_process
from openpars.formats.checking import Checked, without_plan
from openpars.formats.rows import Layout, Limits, Unreadable
from openpars.rulebook.findings import Finding
from tests.rulebook.examples import TODAY

from .telling import Found, told


@dataclass(frozen=True)
class Said:
    """What a file says, and what is told of it; of a file that cannot be read there is no layout."""

    layout: Layout | None
    rows: tuple[Checked, ...]
    told: tuple[Found, ...]
    blocks: bool


def check(path: Path, limits: Limits) -> Said:
    """Check a file as the command line does."""
    layout: Layout | None = None
    rows: list[Checked] = []
    findings: list[Finding] = []
    try:
        with child.check_in_child(path, today=TODAY, limits=limits) as checking:
            layout = checking.layout
            findings += layout.findings
            for row in without_plan(chain.from_iterable(checking), layout):
                rows.append(row)
                findings += row.findings
    except Unreadable as refused:
        findings.append(refused.finding)
    return Said(layout, tuple(rows), tuple(map(told, findings)), any(one.blocks for one in findings))


@dataclass
class Used:
    """What a forked child has taken: seconds of its processor, bytes of memory."""

    seconds: float = 0.0
    memory: int = 0


@contextmanager
def forked() -> Iterator[Used]:
    """Let children be forked from this process, and tell what the last one took."""
    used = Used()

    class Forked(_Forked):
        def __init__(self, *_: Any, **__: Any) -> None:
            super().__init__(used)

    names = ("PIPE", "DEVNULL", "TimeoutExpired")
    module = SimpleNamespace(Popen=Forked, **{name: getattr(subprocess, name) for name in names})
    with mock.patch.object(child, "subprocess", module):
        yield used


class _Forked:
    """As much of `subprocess.Popen` as the parent of the child has a use for."""

    def __init__(self, used: Used) -> None:
        self._used = used
        self._status: int | None = None
        theirs_in, ours_in = os.pipe()
        ours_out, theirs_out = os.pipe()
        self.pid = os.fork()
        if not self.pid:
            self._be_child(theirs_in, theirs_out)
        os.close(theirs_in)
        os.close(theirs_out)
        self.stdin: IO[bytes] = os.fdopen(ours_in, "wb")
        self.stdout: IO[bytes] = os.fdopen(ours_out, "rb", buffering=0)

    def _be_child(self, given: int, answer: int) -> None:
        code = 1
        try:
            os.setsid()
            os.dup2(given, 0)
            os.dup2(answer, 1)
            os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
            # The request ends where nobody can write to the pipe any more, so no other end may stay open.
            os.closerange(3, 1024)
            sys.stdin, sys.stdout = os.fdopen(0), os.fdopen(1, "w")
            child_process.main()
            code = 0
        finally:
            os._exit(code)

    def poll(self) -> int | None:
        return self._waited(os.WNOHANG)

    def wait(self, timeout: float | None = None) -> int | None:
        end = None if timeout is None else time.monotonic() + timeout
        while end is not None and self.poll() is None and time.monotonic() < end:
            time.sleep(0.005)
        return self._waited(os.WNOHANG if end else 0)

    def _waited(self, how: int) -> int | None:
        if self._status is None:
            pid, status, usage = os.wait4(self.pid, how)
            if pid:
                self._status = os.waitstatus_to_exitcode(status)
                self._used.seconds = usage.ru_utime + usage.ru_stime
                self._used.memory = usage.ru_maxrss * 1024
        return self._status
