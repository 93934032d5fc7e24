"""Workers as processes of their own, on the test's own database."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from openpars.jobs import queue
from openpars.jobs.models import Job
from tests.jobs import obedient

ROOT = Path(__file__).parents[2]


def until(true: Callable[[], Any], *, seconds: float = 30) -> None:
    """Wait until it holds."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "this did not come true"
        time.sleep(0.01)


def alive(pid: int) -> bool:
    """Whether a process is there and is not merely waiting to be buried."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


@dataclass
class Yard:
    """A folder for what jobs write and wait for, and the workers that do them."""

    folder: Path
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def ask(self, kind: str, **args: Any) -> Job:
        return queue.enqueue(kind, {"folder": str(self.folder), **args})

    def worker(self, *, lease: float = 600, **variables: str) -> subprocess.Popen[bytes]:
        """Start a worker; one that holds a lease of so many seconds, with these variables in its environment."""
        environment = {name: value for name, value in os.environ.items() if not name.startswith("OPENPARS_")}
        environment |= {
            "DJANGO_SETTINGS_MODULE": "tests.jobs.site",
            "PYTHONPATH": f"{ROOT}:{ROOT / 'src'}",
            "OPENPARS_DATA": str(self.folder / "data"),
            "OPENPARS_SECRET_KEY": "a key for tests only",
            "OPENPARS_LOG_LEVEL": "INFO",
            "TEST_DATABASE_NAME": str(connection.settings_dict["NAME"]),
            "TEST_LEASE": str(lease),
            **variables,
        }
        words = (sys.executable, "-m", "openpars.config.cli", "worker", "--beside", str(os.getpid()))
        with (self.folder / "log").open("a") as log:
            self.workers.append(subprocess.Popen(words, env=environment, stdout=log, stderr=log))
        return self.workers[-1]

    def go(self, word: str) -> None:
        (self.folder / word).touch()

    def diary(self) -> list[str]:
        """What the jobs have done."""
        return [line.split()[0] for line in self._lines()]

    def pids(self) -> list[int]:
        """The processes that did it."""
        return [int(line.split()[1]) for line in self._lines()]

    def _lines(self) -> list[str]:
        path = self.folder / "diary"
        return path.read_text().splitlines() if path.exists() else []

    def until(self, true: Callable[[], Any]) -> None:
        try:
            until(true)
        except AssertionError:
            raise AssertionError((self.folder / "log").read_text(), self.diary()) from None


@pytest.fixture
def yard(tmp_path: Path) -> Iterator[Yard]:
    yard = Yard(tmp_path)
    obedient.register()
    try:
        yield yard
    finally:
        for worker in yard.workers:
            worker.send_signal(signal.SIGCONT)
            worker.kill()
            worker.wait()
        # The jobs' processes go with their workers; the database can be emptied when they are gone.
        until(lambda: not any(alive(pid) for pid in yard.pids()))
