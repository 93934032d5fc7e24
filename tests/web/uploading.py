"""Makers of uploads for tests of pages: what a worker would have left behind, without a worker."""

from collections.abc import Mapping, Sequence
from datetime import date
from hashlib import sha256
from typing import Any

from django.core.files.base import ContentFile

from openpars import clock
from openpars.accounts.models import Provider
from openpars.rulebook.findings import Where
from openpars.rulebook.rules import finding
from openpars.uploads.by_rule import ByRule
from openpars.uploads.models import Download, Upload, UploadFinding, UploadRow
from openpars.uploads.preparing import KEPT, What
from openpars.uploads.states import DownloadState, Result, State

CONTENT = b"Activity Title\tStart Date\nSepsis\t2026-03-05\n"


def upload(of: Provider, state: State = State.PLANNED, **over: Any) -> Upload:
    """An upload in this state; planned and applied ones have no rows unless they are made."""
    now = clock.now()
    named: dict[str, Any] = {
        "provider": of,
        "actor_name": "Test Person",
        "door": "file",
        "state": state,
        "file_name": "activities.txt",
        "size": len(CONTENT),
        "sha256": sha256(CONTENT).hexdigest(),
        "kind": "activities",
        "created_at": now,
        "asked_at": now,
    }
    if state in (State.PLANNED, State.APPLIED, State.UNDONE):
        named |= {"rulebook_version": "2026.1", "planned_for": date(2026, 3, 10), "planned_at": now}
    if state in (State.APPLIED, State.UNDONE):
        named |= {"applied_at": now, "applied_by": "Test Person"}
    made = Upload(**named | over)
    made.file.save(str(made.pk), ContentFile(CONTENT), save=False)
    made.save(force_insert=True)
    return made


def download(of: Provider, state: DownloadState = DownloadState.READY, **over: Any) -> Download:
    """A prepared file in this state."""
    now = clock.now()
    named: dict[str, Any] = {
        "provider": of,
        "actor_name": "Test Person",
        "what": What.LIST,
        "form": "tsv",
        "kind": "activities",
        "state": state,
        "file_name": "activities.txt",
        "media_type": "text/plain",
        "created_at": now,
        "kept_until": now + KEPT,
    }
    made = Download(**named | over)
    if state == DownloadState.READY:
        made.file.save(f"downloads/{of.pk}/{made.pk}-1", ContentFile(CONTENT), save=False)
        made.size = len(CONTENT)
    made.save(force_insert=True)
    return made


def row(of: Upload, number: int, result: Result = Result.NEW, **over: Any) -> UploadRow:
    """A row of an upload, counted."""
    named = {"title": f"Title of row {number}", "internal_id": f"ID-{number}"}
    made = UploadRow.objects.create(upload=of, number=number, result=result.value, **named | over)
    for name in ("rows", result.value, *(name for name in ("closes", "not_closed") if over.get(name))):
        of.counts[name] = of.counts.get(name, 0) + 1
    of.save(update_fields=["counts"])
    return made


def found(
    of: Upload,
    rule: str,
    rows: Sequence[int | None],
    *,
    path: str = "",
    value: str | None = None,
    column: str = "",
    **words: str,
) -> None:
    """What a rule found in rows of an upload, all alike; call it once for each rule."""
    counted = ByRule()
    for number in rows:
        one = finding(
            rule, path=path, value=value, where=Where(row=number, column=column, cell=f"B{number}"), **words
        )
        counted.add(one, row=number)
        UploadFinding.objects.create(
            upload=of,
            row=number,
            rule=rule,
            stage=one.stage.value,
            path=path,
            column=column,
            cell=f"B{number}" if number else "",
            value=value,
            message=one.message,
            mend=one.mend,
        )
    of.by_rule = [*of.by_rule, *counted.as_json()]
    of.counts["findings"] = of.counts.get("findings", 0) + len(rows)
    of.save(update_fields=["by_rule", "counts"])


def layout(
    columns: Mapping[str, str | None], samples: Mapping[int, Sequence[str]] | None = None
) -> dict[str, Any]:
    """How a workbook with these headings is laid out; each leads to its path, or to None."""
    return {
        "name": "xlsx",
        "kind": "activities",
        "sheet": "Activities",
        "header_row": 1,
        "columns": [
            {"index": index, "heading": heading, "path": path}
            for index, (heading, path) in enumerate(columns.items())
        ],
        "samples": {str(index): list(values) for index, values in (samples or {}).items()},
    }
