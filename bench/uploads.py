"""A file of activities, from its first byte to its last row in the database, against the least that could take.

One file has 70 % new, 20 % changed, 7 % unchanged and 3 % bad activities in 54 columns (`activity_files`). It is
read, checked, planned and applied by the jobs of `openpars.uploads`; the floor is the bare read of the file and
the bare write of every row that is left afterwards (`bare`).

OPENPARS_BENCH_ROWS says how many rows the files have.
"""

import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Final

from django.core.files import File
from tests import factories

from bench import activity_files, bare
from bench.report import Report
from openpars import clock
from openpars.accounts.models import Provider
from openpars.activities.doors import Door
from openpars.formats.rows import Kind
from openpars.jobs import inline
from openpars.uploads import applying, receiving
from openpars.uploads.models import Upload
from openpars.uploads.states import State

ROWS: Final = int(os.environ.get("OPENPARS_BENCH_ROWS", "100000"))
LIMIT: Final = 3.0


@dataclass(frozen=True, slots=True)
class Taken:
    """An upload, and how many seconds it took to plan and to apply it."""

    upload: Upload
    planned: float
    applied: float

    @property
    def whole(self) -> float:
        return self.planned + self.applied


def run(report: Report) -> None:
    """Measure it."""
    with tempfile.TemporaryDirectory(prefix="openpars-bench-") as name:
        folder = Path(name)
        for form in activity_files.WRITERS:
            path = activity_files.file_of(form, activity_files.sent(ROWS), folder / "file")
            taken = through(form, path, ROWS, folder)
            read, written = bare.read(form, path), bare.write(taken.upload.pk)
            report.ratio(
                f"upload, {form}, against bare read and write",
                taken.whole,
                read + written,
                limit=LIMIT,
                note=f"{taken.planned:.1f} + {taken.applied:.1f} / {read:.1f} + {written:.1f} s, {ROWS:,} rows",
            )


def through(form: str, path: Path, rows: int, folder: Path) -> Taken:
    """Send a file of so many rows for a provider who has what it changes, and see it applied."""
    provider = factories.provider()
    before = activity_files.file_of("tab-delimited", activity_files.stored_before(rows), folder / "before")
    apply(plan(provider, before).upload)
    taken = plan(provider, path)
    counts = {name: taken.upload.counts.get(name, 0) for name in activity_files.SHARES}
    assert counts == activity_files.counted(rows), counts
    return Taken(taken.upload, taken.planned, apply(taken.upload))


def plan(provider: Provider, path: Path) -> Taken:
    """Send a file, and have it read, checked and planned."""
    with path.open("rb") as stream:
        upload = receiving.receive(
            File(stream),
            name=path.name,
            kind=Kind.ACTIVITIES,
            adopt=False,
            scope=factories.scope(provider),
            actor=factories.actor(),
            door=Door.FILE,
            now=clock.now(),
        )
    taken = _worked(upload)
    assert upload.state == State.PLANNED, (upload.state, upload.unreadable, upload.problem)
    return Taken(upload, taken, 0)


def apply(upload: Upload) -> float:
    """Apply what was planned; return how long it took, in seconds."""
    applying.apply_plan(
        upload, good_rows_only=True, scope=factories.scope(upload.provider), actor=factories.actor()
    )
    upload.refresh_from_db()
    taken = _worked(upload)
    assert upload.state == State.APPLIED, (upload.state, upload.moved, upload.problem)
    return taken


def _worked(upload: Upload) -> float:
    """Do the upload's job in this process, as a worker does it in one of its own."""
    assert upload.job is not None
    start = perf_counter()
    inline.run(upload.job)
    taken = perf_counter() - start
    upload.refresh_from_db()
    return taken
