"""Jobs that do what a test tells them, by files in a folder.

Each writes what it does into `diary`, and waits for the file that the test makes when it may go on.
"""

import os
import signal
import time
from pathlib import Path

from django.conf import settings
from django.db import transaction

from openpars.accounts.models import Accreditor
from openpars.jobs import handlers
from openpars.jobs.running import Cancelled, Running


def register() -> None:
    handlers.register("test.steps", steps)
    handlers.register("test.commit", commit)
    handlers.register("test.deaf", deaf)
    handlers.register("test.add", add)


def chore() -> None:
    """Leave a sign of having been called, and break."""
    settings.DATA.mkdir(exist_ok=True)
    (settings.DATA / "chore").touch()
    raise RuntimeError("broken")


def write(folder: Path, word: str) -> None:
    with (folder / "diary").open("a") as diary:
        diary.write(f"{word} {os.getpid()}\n")


def wait_for(path: Path) -> None:
    while not path.exists():
        time.sleep(0.01)


def steps(job: Running) -> None:
    """Three steps, each when the test says so."""
    folder = Path(job.args["folder"])
    write(folder, f"attempt-{job.attempt}")
    try:
        for step in range(3):
            job.progress(step, 3, "Steps")
            while not (folder / f"go-{step}").exists():
                time.sleep(0.01)
                if job.cancelled():
                    raise Cancelled
        job.progress(3, 3, "Steps")
    finally:
        write(folder, "cleaned-up")


def commit(job: Running) -> None:
    """Write a row in a transaction that takes long, and only while the job is ours."""
    folder = Path(job.args["folder"])
    with transaction.atomic():
        Accreditor.objects.create(name=f"By attempt {job.attempt}")
        write(folder, f"attempt-{job.attempt}")
        wait_for(folder / f"go-{job.attempt}")
        job.hold_lease()
        write(folder, f"commits-{job.attempt}")


def deaf(job: Running) -> None:
    """Does not hear that it shall end."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    folder = Path(job.args["folder"])
    write(folder, "deaf")
    wait_for(folder / "go")


def add(job: Running) -> None:
    """A short job."""
    write(Path(job.args["folder"]), f"job-{job.args['number']}")
