"""The job that reads a file, checks it and plans what it would do. No activity is written."""

from __future__ import annotations

import gc
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, replace
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction

from openpars import clock
from openpars.accounts.models import Provider
from openpars.accounts.scopes import Scope
from openpars.activities import staging, tables
from openpars.activities.tables import Table
from openpars.activities.verbs.plan import Planned, Planning
from openpars.formats.checking import Checked
from openpars.formats.child import check_in_child
from openpars.formats.columns import said
from openpars.formats.rows import Kind, Layout, Limits, Unreadable, where
from openpars.jobs.running import Cancelled, Running
from openpars.rulebook import VERSION
from openpars.rulebook.fields import field_at
from openpars.rulebook.findings import Finding
from openpars.rulebook.paths import entry_at
from openpars.uploads import mapping, plan_keys, queries, telling
from openpars.uploads.by_rule import ByRule
from openpars.uploads.models import Upload, UploadFinding, UploadFix, UploadRow
from openpars.uploads.states import READABLE, Result, State

#: Findings of one rule that are listed one by one; all of them are counted.
MOST_LISTED = 100_000
READING = "Reading and checking"
_ROWS = Table(UploadRow, without=["id"])
_FINDINGS = Table(UploadFinding, without=["id"])


def check(job: Running) -> None:
    """Read, check and plan the upload that the job names; the upload says what came of it."""
    upload_id = UUID(job.args["upload"])
    upload = _begin(upload_id, job.id)
    # A killed attempt may have finished its plan, and somebody may be applying that by now.
    in_use = Upload.objects.values_list("plan", flat=True).get(pk=upload_id)
    plan_keys.discard_before(job.id, job.attempt, but=in_use)
    if upload is None:
        return
    home = Provider.objects.select_related("accreditor").get(pk=upload.provider_id)
    scope = Scope("system", provider_id=upload.provider_id)
    now = clock.now()
    plan = plan_keys.of_attempt(job.id, job.attempt)
    reading = _Reading(upload, Planning(plan, scope=scope, now=now, adopt=upload.adopt))
    try:
        with _local_copy(upload) as path:
            reading.run(path, job, today=clock.today(home.accreditor.time_zone))
    except Unreadable as unreadable:
        staging.discard(plan)
        with _held(upload, job) as held:
            held.state = State.UNREADABLE
            held.unreadable = unreadable.finding.as_json()
            held.save(update_fields=["state", "unreadable"])
            telling.finished(held)
    except BaseException:
        staging.discard(plan)
        raise
    telling.when_long(upload.pk)


def _begin(upload_id: UUID, job: UUID) -> Upload | None:
    """Take an upload up, and throw away what was found in it before; None when it waits no longer."""
    with transaction.atomic():
        upload = queries.locked(upload_id)
        if upload.state not in READABLE or upload.job != job:
            return None
        upload.state = State.READING
        upload.unreadable = None
        before, upload.plan = upload.plan, None
        upload.save(update_fields=["state", "unreadable", "plan"])
    if before is not None:
        staging.discard(before)
    for model in (UploadFinding, UploadRow):
        while ids := list(model.objects.filter(upload=upload).values_list("pk", flat=True)[:5_000]):
            model.objects.filter(pk__in=ids).delete()
    return upload


@contextmanager
def _held(upload: Upload, job: Running) -> Iterator[Upload]:
    """Hold the upload to say what came of it; the job's lease is kept until that is stored."""
    with transaction.atomic():
        job.hold_lease()
        held = queries.locked(upload.pk)
        if held.state == State.READING:
            yield held
        else:
            raise Cancelled


@contextmanager
def _local_copy(upload: Upload) -> Iterator[Path]:
    """Give the file as a file of this machine, wherever it is stored, while it is read."""
    with tempfile.TemporaryDirectory(prefix="openpars-") as folder:
        path = Path(folder) / "file"
        with upload.file.open("rb") as source, path.open("wb") as target:
            shutil.copyfileobj(source, target, 1024 * 1024)
        yield path


@contextmanager
def _without_collecting() -> Iterator[None]:
    """Leave Python's search for cycles aside: a batch makes very many objects and no cycle.

    It took a third of the time.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


class _Reading:
    """One reading of a file: its rows go to the plan batch by batch, and what is found is written down."""

    def __init__(self, upload: Upload, planning: Planning) -> None:
        self.upload = upload
        self.planning = planning
        self.counts: Counter[str] = Counter()
        self.by_rule = ByRule()
        self.listed: Counter[str] = Counter()
        self.found: list[dict[str, Any]] = []
        #: What a row says that says nothing else.
        self.otherwise = {"upload_id": upload.pk, "ticked": True, "differences": [], "rejected": {}}

    def run(self, path: Path, job: Running, *, today: date) -> None:
        """Read the file to its end, and say what came of it."""
        upload = self.upload
        meanings = mapping.remembered(upload.provider_id, upload.kind) | upload.mapping
        fixes: dict[int, dict[str, str]] = {}
        for row, at, text in UploadFix.objects.filter(upload=upload).values_list("row", "path", "text"):
            fixes.setdefault(row, {})[at] = text
        with check_in_child(
            path,
            kind=Kind(upload.kind),
            mapping=meanings,
            fixes=fixes,
            today=today,
            limits=Limits(size=settings.UPLOAD_BYTES),
        ) as checking:
            layout = checking.layout
            if mapping.asks(layout, meanings):
                self._ask(layout, job)
                return
            for found in layout.findings:
                self._find(None, found)
            self._list_findings()
            done = 0
            with _without_collecting():
                for batch in checking:
                    if job.cancelled():
                        raise Cancelled
                    self._plan(layout, batch)
                    done += len(batch)
                    job.progress(done, layout.total, READING)
            self._finish(layout, job, today=today)

    def _ask(self, layout: Layout, job: Running) -> None:
        """Let a person say what the headings mean."""
        staging.discard(self.planning.plan.key)
        with _held(self.upload, job) as held:
            held.state = State.MAPPING
            held.layout = layout_json(layout)
            held.save(update_fields=["state", "layout"])

    def _plan(self, layout: Layout, batch: Sequence[Checked]) -> None:
        planned = self.planning.add(batch)
        rows = [self._row(layout, checked, one) for checked, one in zip(batch, planned, strict=True)]
        with transaction.atomic():
            tables.insert(_ROWS, map(_ROWS.maker(self.otherwise), rows))
            self._list_findings()

    def _row(self, layout: Layout, checked: Checked, one: Planned) -> dict[str, Any]:
        """Return what is kept of a row, and write down what was found in it."""
        for found in (*one.findings, *one.not_closed):
            placed = found if found.where else replace(found, where=where(layout, checked, found.path))
            self._find(checked.number, placed)
        self.counts["rows"] += 1
        self.counts[one.result.value] += 1
        self.counts["closes"] += one.closes
        self.counts["not_closed"] += bool(one.not_closed)
        self.counts["looks_like"] += one.looks_like is not None or one.looks_like_row is not None
        row: dict[str, Any] = {
            "number": checked.number,
            "result": one.result.value,
            "activity_id": one.activity_id,
            "title": one.title,
            "internal_id": one.internal_id[:100],
            "closes": one.closes,
            "not_closed": bool(one.not_closed),
            "looks_like": one.looks_like,
            "looks_like_row": one.looks_like_row,
        }
        if one.result == Result.CHANGED:
            row["differences"] = differences(one)
        elif one.result == Result.BLOCKED:
            row["rejected"] = texts_to_mend(checked)
        return row

    def _finish(self, layout: Layout, job: Running, *, today: date) -> None:
        """Say that the plan stands, and what it holds."""
        with _held(self.upload, job) as held:
            held.state = State.PLANNED
            held.layout = layout_json(layout)
            held.plan = self.planning.plan.key
            held.rulebook_version = VERSION
            held.planned_for = today
            held.planned_at = clock.now()
            held.counts = dict(self.counts)
            held.by_rule = self.by_rule.as_json()
            held.save()

    def _find(self, row: int | None, found: Finding) -> None:
        """Count a finding, and keep it for the list as far as its rule may be listed."""
        self.by_rule.add(found, row=row)
        self.counts["findings"] += 1
        self.listed[found.rule] += 1
        if self.listed[found.rule] <= MOST_LISTED:
            self.found.append(_stored(self.upload, found, row))

    def _list_findings(self) -> None:
        with transaction.atomic():
            tables.insert(_FINDINGS, _FINDINGS.rows(self.found))
        self.found.clear()


def texts_to_mend(checked: Checked) -> dict[str, str]:
    """Return the text of every answer of a row that has to be put right, by path.

    Of several answers in one cell those that are good stand in it, too: what is typed takes the place of all.
    """
    texts = dict(checked.rejected)
    for path, text in texts.items():
        field = field_at(path)
        if field is not None and field.kind == "choices":
            good = entry_at(path, checked.answers).get(path.rpartition(".")[2]) or ()
            texts[path] = "; ".join((*(said(field, one) for one in good), text))
    return texts


def differences(planned: Planned) -> list[list[Any]]:
    """Return what a row would change: field, old and new value, as plain JSON."""
    return [[name, planned.old.get(name), new] for name, new in planned.new.items()]


def layout_json(layout: Layout) -> dict[str, Any]:
    """Return how a file is laid out as plain JSON."""
    return {
        "name": layout.name,
        "kind": layout.kind.value,
        "sheet": layout.sheet,
        "header_row": layout.header_row,
        "columns": [asdict(column) for column in layout.columns],
        "samples": {str(index): list(values) for index, values in layout.samples.items()},
    }


def _stored(upload: Upload, found: Finding, row: int | None) -> dict[str, Any]:
    place = found.where
    return {
        "upload_id": upload.pk,
        "row": row,
        "rule": found.rule,
        "stage": found.stage.value,
        "path": found.path[:100],
        "column": (place.column if place else None) or "",
        "cell": (place.cell if place else None) or "",
        "value": found.value,
        "message": found.message,
        "mend": found.mend,
    }
