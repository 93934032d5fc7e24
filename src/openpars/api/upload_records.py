"""Uploads, their rows and findings as plain JSON."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from openpars.formats.rows import Kind
from openpars.jobs.models import Job
from openpars.rulebook.findings import Finding, Stage, Where
from openpars.uploads import queries
from openpars.uploads.models import Upload, UploadFinding, UploadRow
from openpars.uploads.states import UNDER_WAY, Result, State

#: How many rows of each result there are, and of what else is counted.
COUNTED: Final = (
    "rows",
    *(result.value for result in Result),
    "closes",
    "not_closed",
    "looks_like",
    "findings",
)
_BY_RULE: Final = (
    "rule",
    "column",
    "stage",
    "blocks",
    "message",
    "mend",
    "count",
    "rows",
    "ranges",
    "beyond",
)


def upload_record(upload: Upload, *, with_progress: bool = True) -> dict[str, Any]:
    """Return an upload as plain JSON. One query more while a worker is at it, unless it is not asked for."""
    return {
        "upload_id": upload.pk,
        "state": upload.state,
        "kind": upload.kind,
        "bring_over": upload.adopt,
        "file": {"name": upload.file_name, "size": upload.size, "sha256": upload.sha256},
        "sent_at": upload.created_at,
        "sent_by": upload.actor_name,
        "progress": _progress(upload) if with_progress else None,
        "unreadable": upload.unreadable,
        "problem": upload.problem or None,
        "unknown_columns": unknown_columns(upload),
        "rulebook_version": upload.rulebook_version or None,
        "planned_for": upload.planned_for,
        "planned_at": upload.planned_at,
        "counts": {name: upload.counts.get(name, 0) for name in COUNTED},
        "by_rule": [{name: entry[name] for name in _BY_RULE} for entry in upload.by_rule],
        "moved": upload.moved or None,
        "good_rows_only": upload.good_rows_only,
        "applied_at": upload.applied_at,
        "applied_by": upload.applied_by or None,
        "in_the_way": upload.in_the_way or None,
        "undone_at": upload.undone_at,
        "undone_by": upload.undone_by or None,
    }


def unknown_columns(upload: Upload) -> list[dict[str, Any]]:
    """Return the headings that stand for nothing, with a few values below each."""
    samples = upload.layout.get("samples", {})
    return [
        {"heading": column["heading"], "samples": samples.get(str(column["index"]), [])}
        for column in upload.layout.get("columns", ())
        if not column["path"] and column["heading"]
    ]


def _progress(upload: Upload) -> dict[str, Any] | None:
    if State(upload.state) not in UNDER_WAY:
        return None
    job = Job.objects.filter(pk=upload.job).first()
    if job is None:
        return {"stage": None, "done": 0, "total": None}
    return {"stage": job.stage or None, "done": job.done, "total": job.total}


def row_records(upload: Upload, rows: Iterable[UploadRow]) -> list[dict[str, Any]]:
    """Return rows as plain JSON; once the upload was applied, with the activities that were written. One query."""
    listed = list(rows)
    written: Mapping[int, int] = {}
    if upload.applied_at is not None:
        written = queries.written_by(upload, [row.number for row in listed])
    return [
        {
            "row": row.number,
            "result": row.result,
            "activity_id": written.get(row.number, row.activity_id),
            "internal_id": row.internal_id or None,
            "title": row.title,
            "left_out": not row.ticked,
            "closes": row.closes,
            "not_closed": row.not_closed,
            "looks_like": row.looks_like,
            "changes": [{"field": field, "old": old, "new": new} for field, old, new in row.differences],
        }
        for row in listed
    ]


def finding_record(upload: Upload, found: UploadFinding) -> dict[str, Any]:
    """Return a finding of an upload in the one shape that findings have."""
    sheet: str | None = upload.layout.get("sheet")
    where = Where(sheet=sheet, row=found.row, column=found.column or None, cell=found.cell or None)
    return Finding(
        rule=found.rule,
        stage=Stage(found.stage),
        path=found.path,
        value=found.value,
        message=found.message,
        mend=found.mend,
        where=where,
    ).as_json()


KINDS: Final = tuple(kind.value for kind in Kind)
