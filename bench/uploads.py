"""A file of activities, from its first byte to its last row in the database, against the least that could take.

One file has 70 % new, 20 % changed, 7 % unchanged and 3 % bad activities in 54 columns (`activity_files`). It is
read, checked, planned and applied by the jobs of `openpars.uploads`; the floor is the bare read of the file and
the bare write of every row that is left afterwards (`bare`).

OPENPARS_BENCH_ROWS says how many rows the files have.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Final

from django.core.files import File
from tests import factories

from bench import activity_files, bare, rival
from bench.report import Report
from openpars import clock
from openpars.accounts.models import Provider
from openpars.activities.doors import Door
from openpars.activities.summary import SummaryFilter
from openpars.config.starting import collect_static_files
from openpars.formats.rows import Kind
from openpars.jobs import inline
from openpars.uploads import applying, exporting, marked, receiving
from openpars.uploads.exporting import Format
from openpars.uploads.models import Upload
from openpars.uploads.states import State

ROWS: Final = int(os.environ.get("OPENPARS_BENCH_ROWS", "100000"))
LIMIT: Final = 3.0
FINDINGS_LIMIT: Final = 12.0
MARKING_LIMIT: Final = 10.0
EXPORT_LIMITS: Final = {"xlsx": 12.0, "tab-delimited": 15.0, "XML": 12.0}


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
        workbook = _against_bare(report, folder)
        _as_it_grows(report, folder)
        _with_findings(report, folder)
        _exported(report, folder)
        _against_rival(report, folder, workbook)
        _memory(report, folder)
        _others_wait(report, folder)


def _against_bare(report: Report, folder: Path) -> float:
    """Hold each format against its floor; return what a row of the workbook takes, in seconds."""
    per_row = {}
    for form in activity_files.WRITERS:
        path = activity_files.file_of(form, activity_files.sent(ROWS), folder / "file")
        taken = through(path, ROWS, folder)
        read, written = bare.read(form, path), bare.write(taken.upload.pk)
        per_row[form] = taken.whole / ROWS
        report.ratio(
            f"upload, {form}, against bare read and write",
            taken.whole,
            read + written,
            limit=LIMIT,
            note=f"{taken.planned:.1f} + {taken.applied:.1f} / {read:.1f} + {written:.1f} s, {ROWS:,} rows",
        )
    return per_row["xlsx"]


def _as_it_grows(report: Report, folder: Path) -> None:
    """Hold what a row costs in a file of twice the size against one of half of it."""
    costs = []
    for rows in (ROWS * 2, ROWS // 2):
        path = activity_files.file_of("xlsx", activity_files.sent(rows), folder / "file")
        costs.append(through(path, rows, folder).whole / rows)
    report.ratio(
        f"upload, xlsx, a row of {ROWS * 2:,} against one of {ROWS // 2:,}",
        *costs,
        limit=1.25,
        note=f"{costs[0] * 1e6:.0f} / {costs[1] * 1e6:.0f} microseconds",
    )


def _with_findings(report: Report, folder: Path) -> None:
    """Hold planning a file in which every row has a finding against the bare read, and the write of what is left."""
    path = activity_files.file_of("xlsx", activity_files.spoilt(ROWS), folder / "file")
    taken = plan(factories.provider(), path)
    assert taken.upload.counts["findings"] == ROWS, taken.upload.counts
    read, written = bare.read("xlsx", path), bare.write(taken.upload.pk, bare.PLANNED)
    report.ratio(
        "upload, xlsx, every row with a finding",
        taken.planned,
        read + written,
        limit=FINDINGS_LIMIT,
        note=f"{taken.planned:.1f} / {read:.1f} + {written:.1f} s, {ROWS:,} findings",
    )
    start = perf_counter()
    marked.marked(taken.upload).close()
    marking, rewritten = perf_counter() - start, bare.rewrite("xlsx", path)
    report.ratio(
        "marking, xlsx, a cell of every row, against bare write",
        marking,
        rewritten,
        limit=MARKING_LIMIT,
        note=f"{marking:.1f} / {rewritten:.1f} s, {ROWS:,} rows",
    )


def _exported(report: Report, folder: Path) -> None:
    """Hold exports of everything against the bare write of the same workbook, text or document."""
    provider = factories.provider()
    apply(
        plan(
            provider, activity_files.file_of("tab-delimited", activity_files.clean(ROWS), folder / "file")
        ).upload
    )
    now = clock.now()
    today = clock.today(provider.accreditor.time_zone)
    for form, name in (("xlsx", Format.XLSX), ("tab-delimited", Format.TAB), ("XML", Format.XML)):
        path = folder / "export"
        start = perf_counter()
        with (
            exporting.export(factories.scope(provider), SummaryFilter(), name, now=now, today=today) as file,
            path.open("wb") as target,
        ):
            shutil.copyfileobj(file, target)
        taken = perf_counter() - start
        written = bare.rewrite(form, path)
        report.ratio(
            f"export, {form}, against bare write",
            taken,
            written,
            limit=EXPORT_LIMITS[form],
            note=f"{taken:.1f} / {written:.1f} s, {ROWS:,} rows",
        )


def _against_rival(report: Report, folder: Path, ours: float) -> None:
    """Hold a row against the same by django-import-export."""
    path = activity_files.file_of("xlsx", activity_files.sent(ROWS), folder / "file")
    rows = ROWS // 10
    theirs = rival.seconds(path, rows) / rows
    report.ratio(
        "upload, xlsx, a row against django-import-export",
        ours,
        theirs,
        limit=1 / 15,
        note=f"{theirs / ours:.0f} times faster: {ours * 1e6:.0f} / {theirs * 1e6:.0f} microseconds",
    )


def _memory(report: Report, folder: Path) -> None:
    """Hold the memory that a worker and a site take at most, above what they take when idle, against 100 MB."""
    collect_static_files()
    for rows in (ROWS // 10, ROWS):
        path = activity_files.file_of("xlsx", activity_files.sent(rows), folder / "file")
        for role in ("worker", "site"):
            contact = factories.contact(factories.provider())
            done = subprocess.run(
                [sys.executable, "-m", "bench.upload_memory", role, str(contact.pk), path],
                stdout=subprocess.PIPE,
                text=True,
                check=True,
            )
            above = float(done.stdout)
            report.ratio(
                f"memory of the {role} above idle, {rows:,} rows",
                above,
                100,
                limit=1,
                note=f"{above:.0f} of 100 MB",
            )


def _others_wait(report: Report, folder: Path) -> None:
    """Hold how long somebody who saves has to wait while a file is applied against five seconds."""
    provider = factories.provider()
    path = activity_files.file_of("tab-delimited", activity_files.clean(ROWS), folder / "file")
    planned = plan(provider, path)
    with subprocess.Popen(
        [sys.executable, "-m", "bench.saver", str(factories.provider().pk)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as saver:
        assert saver.stdout is not None
        saver.stdout.readline()
        taken = apply(planned.upload)
        told, _ = saver.communicate("")
    found = json.loads(told)
    report.ratio(
        "longest wait of another saver while it is applied",
        found["longest"],
        5,
        limit=1,
        note=f"{found['longest']:.2f} s of {taken:.1f} s; {found['saved']} saved, {found['failed']} failed",
    )
    assert not found["failed"], found


def through(path: Path, rows: int, folder: Path) -> Taken:
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
    upload = receive(provider, path)
    taken = worked(upload)
    assert upload.state == State.PLANNED, (upload.state, upload.unreadable, upload.problem)
    return Taken(upload, taken, 0)


def receive(provider: Provider, path: Path) -> Upload:
    """Send a file."""
    with path.open("rb") as stream:
        return receiving.receive(
            File(stream),
            name=path.name,
            kind=Kind.ACTIVITIES,
            adopt=False,
            scope=factories.scope(provider),
            actor=factories.actor(),
            door=Door.FILE,
            now=clock.now(),
        )


def apply(upload: Upload) -> float:
    """Apply what was planned; return how long it took, in seconds."""
    applying.apply_plan(
        upload, good_rows_only=True, scope=factories.scope(upload.provider), actor=factories.actor()
    )
    upload.refresh_from_db()
    taken = worked(upload)
    assert upload.state == State.APPLIED, (upload.state, upload.moved, upload.problem)
    return taken


def worked(upload: Upload) -> float:
    """Do the upload's job in this process, as a worker does it in one of its own; return the seconds it took."""
    assert upload.job is not None
    start = perf_counter()
    inline.run(upload.job)
    taken = perf_counter() - start
    upload.refresh_from_db()
    return taken
