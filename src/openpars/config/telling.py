"""What came of a file, told on the command line: as text for people, as JSON for programs."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import IO, Any

from openpars.config.importing import Outcome
from openpars.formats.rows import letters
from openpars.rulebook.findings import Finding, Stage, Where
from openpars.rulebook.kinds.trouble import visible
from openpars.uploads import queries
from openpars.uploads.models import Upload, UploadFinding, UploadRow
from openpars.uploads.states import Result

#: Rows read from the database at once.
_AT_ONCE = 2_000
#: Ranges of cells named for one rule; the others are counted.
_RANGES = 12

#: What a row would do, and what it has done.
_RESULTS = {
    Result.NEW: ("would be added", "added"),
    Result.CHANGED: ("would be changed", "changed"),
    Result.DELETED: ("would be deleted", "deleted"),
    Result.UNCHANGED: ("unchanged", "unchanged"),
    Result.BLOCKED: ("blocked", "blocked: not written"),
}
_BESIDE = {
    "closes": ("of them would be closed", "of them closed"),
    "not_closed": ("would be saved, and not closed", "saved, and not closed"),
    "looks_like": ("look like an activity that is there already", "look like another activity"),
}
_COUNTS = (*_RESULTS, *_BESIDE, "findings")
#: What is told first comes first.
_WEIGHTS = {
    Stage.VALID: "Blocked",
    Stage.DRAFT: "Blocked",
    Stage.CONFIRM: "Please check",
    Stage.ACTIVE: "Needed for Active",
    Stage.CLOSE: "Needed for Closed",
}
_LAST = {
    Outcome.READY: "Nothing is written: this was a dry run.",
    Outcome.UNCHANGED: "Nothing to change: everything stands as the file says.",
    Outcome.BLOCKED: "Nothing is written. Mend the rows that are blocked and import the file again; "
    "with --good-rows-only the others are written without them.",
    Outcome.UNREADABLE: "Nothing is written.",
}


def as_text(upload: Upload, outcome: Outcome, stream: IO[str]) -> None:
    """Write how many rows do what, and what was found, by rule with the cells."""

    def line(text: str) -> None:
        stream.write(visible(text) + "\n")

    if outcome is Outcome.UNREADABLE and upload.unreadable:
        line(f"{upload.file_name}: {upload.unreadable['message']}")
        line(f"    {upload.unreadable['mend']} ({upload.unreadable['rule']})")
    if upload.counts:
        rows = upload.counts["rows"]
        line(f"{upload.file_name}: {rows:,} row{'' if rows == 1 else 's'}")
        for words, count in _counted(upload, done=outcome is Outcome.APPLIED):
            line(f"  {count:,} {words}")
        for entry in sorted(upload.by_rule, key=_weight):
            for text in _by_rule(entry, upload.layout["columns"]):
                line(text)
    line(_last(upload, outcome))


def _counted(upload: Upload, *, done: bool) -> Iterator[tuple[str, int]]:
    for name, words in (_RESULTS | _BESIDE).items():
        if count := upload.counts.get(name):
            yield words[done], count


def _last(upload: Upload, outcome: Outcome) -> str:
    """Return the sentence that says what is written now."""
    if outcome is Outcome.APPLIED:
        return f"It is applied. Receipt {upload.pk} on the tab Uploads shows every row, and can undo it."
    if outcome is Outcome.UNMAPPED:
        strange = [column["heading"] for column in upload.layout["columns"] if column["path"] is None]
        headings = ", ".join(f"“{heading}”" for heading in strange if heading)
        return (
            f"{upload.file_name}: nobody knows these headings: {headings}. Nothing is written. Use those of a "
            "template, or send the file once on the page Uploads: it asks what the columns hold, and remembers it."
        )
    if outcome is Outcome.FAILED:
        return upload.problem or (
            "Nothing is written: somebody else changes the same activities, or has given the upload up. "
            "Please try again."
        )
    return _LAST[outcome]


def _weight(entry: dict[str, Any]) -> int:
    return [*_WEIGHTS].index(Stage(entry["stage"]))


def _by_rule(entry: dict[str, Any], columns: Sequence[dict[str, Any]]) -> Iterator[str]:
    """Give the lines about one rule: what is wrong, how to mend it, where."""
    weight = _WEIGHTS[Stage(entry["stage"])]
    at = f"{entry['column']}: " if entry["column"] else ""
    yield f"{weight}: {at}{entry['message']} ({entry['rule']})"
    yield f"    {entry['mend']}"
    if entry["ranges"]:
        indexes = [column["index"] for column in columns if column["heading"] == entry["column"]]
        column = letters(indexes[0]) if len(indexes) == 1 else ""
        shown = [_range(column, first, last) for first, last in entry["ranges"][:_RANGES]]
        told = sum(last - first + 1 for first, last in entry["ranges"][:_RANGES])
        if entry["rows"] > told:
            shown.append(f"and {entry['rows'] - told:,} more")
        rows = "" if column else "row " if entry["rows"] == 1 else "rows "
        yield f"    {rows}{', '.join(shown)}"


def _range(column: str, first: int, last: int) -> str:
    return f"{column}{first}" if first == last else f"{column}{first}-{column}{last}"


def as_json(upload: Upload, outcome: Outcome, stream: IO[str]) -> None:
    """Write everything as one JSON object, rows and findings as they come from the database."""
    layout: dict[str, Any] = upload.layout
    head = {
        "file": upload.file_name,
        "sha256": upload.sha256,
        "kind": upload.kind,
        "layout": layout.get("name"),
        "outcome": outcome.value,
        "upload": str(upload.pk) if outcome is Outcome.APPLIED else None,
        "problem": _last(upload, outcome) if outcome in (Outcome.FAILED, Outcome.UNMAPPED) else None,
        "rows": upload.counts.get("rows", 0),
        "counts": {name: upload.counts.get(name, 0) for name in _COUNTS},
    }
    stream.write(json.dumps(head, ensure_ascii=False).removesuffix("}"))
    _write_list(stream, "plan", _rows(upload))
    _write_list(stream, "findings", _findings(upload))
    stream.write("}\n")


def _write_list(stream: IO[str], name: str, entries: Iterator[dict[str, Any]]) -> None:
    stream.write(f', "{name}": [')
    for number, entry in enumerate(entries):
        stream.write((",\n" if number else "\n") + json.dumps(entry, ensure_ascii=False))
    stream.write("]")


def _rows(upload: Upload) -> Iterator[dict[str, Any]]:
    last = 0
    while batch := list(queries.rows(upload).filter(number__gt=last)[:_AT_ONCE]):
        written = queries.written_by(upload, [row.number for row in batch])
        for row in batch:
            yield _row(row, written.get(row.number, row.activity_id))
        last = batch[-1].number


def _row(row: UploadRow, activity_id: int | None) -> dict[str, Any]:
    return {
        "row": row.number,
        "result": row.result,
        "activity_id": activity_id,
        "internal_id": row.internal_id,
        "title": row.title,
        "closes": row.closes,
        "not_closed": row.not_closed,
        "looks_like": row.looks_like,
        "changes": [{"field": field, "old": old, "new": new} for field, old, new in row.differences],
    }


def _findings(upload: Upload) -> Iterator[dict[str, Any]]:
    if upload.unreadable:
        yield upload.unreadable
    sheet = upload.layout.get("sheet")
    for found in queries.findings(upload).iterator(chunk_size=_AT_ONCE):
        yield _finding(found, sheet).as_json()


def _finding(found: UploadFinding, sheet: str | None) -> Finding:
    at = None if found.row is None else Where(sheet, found.row, found.column or None, found.cell or None)
    return Finding(found.rule, Stage(found.stage), found.path, found.value, found.message, found.mend, at)
