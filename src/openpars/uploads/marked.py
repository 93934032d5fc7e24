"""The file of an upload once more, with what was found in it where it was found."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path, PurePath
from typing import Any, BinaryIO

from django.conf import settings

from openpars.activities.queries import one_moment
from openpars.formats import marking
from openpars.formats.rows import Column, Kind, Layout, Limits
from openpars.rulebook.findings import Finding, Stage, Where
from openpars.uploads import queries
from openpars.uploads.models import Upload
from openpars.uploads.states import State

#: Files of more bytes, or with more findings, take longer to mark than somebody waits.
LARGE = 1024 * 1024
MANY = 5_000
#: Where what was found in a file is not known, because it is being read.
_READ_NOW = frozenset({State.WAITING, State.READING})


class BeingRead(Exception):
    """The file is being read just now: what is wrong with it is not known yet."""


def takes_long(upload: Upload) -> bool:
    """Say whether marking takes too long for somebody to wait for it."""
    return upload.size > LARGE or upload.counts.get("findings", 0) > MANY


def marked(upload: Upload) -> BinaryIO:
    """Return the marked file, open at its beginning; it is gone when it is closed.

    Raises BeingRead, FileNotFoundError when the file is not kept any more, and what `formats.marking.mark` does.
    """
    if upload.state in _READ_NOW:
        raise BeingRead
    with tempfile.TemporaryDirectory(prefix="openpars-") as folder:
        source, out = Path(folder, "file"), Path(folder, "marked")
        with upload.file.open("rb") as kept, source.open("wb") as copy:
            shutil.copyfileobj(kept, copy, 1024 * 1024)
        layout = _layout(upload.layout)
        marking.mark(
            source, out, _findings(upload, layout), layout, limits=Limits(size=settings.UPLOAD_BYTES)
        )
        # Open files outlive their names.
        return out.open("rb")


def marked_name(upload: Upload) -> str:
    """Return what the marked file is called: as the one that was sent, so that nobody takes it for another."""
    return f"{PurePath(upload.file_name).stem}-marked.{marking.ending(_layout(upload.layout))}"


def _layout(told: dict[str, Any]) -> Layout:
    """Return how the file is laid out, from what `planning.layout_json` kept of it."""
    return Layout(
        name=told["name"],
        kind=Kind(told["kind"]),
        sheet=told["sheet"],
        header_row=told["header_row"],
        columns=tuple(Column(**column) for column in told["columns"]),
    )


def _findings(upload: Upload, layout: Layout) -> Iterator[Finding]:
    with one_moment():
        for one in queries.findings(upload).iterator():
            place = Where(layout.sheet, one.row, one.column or None, one.cell or None)
            yield Finding(one.rule, Stage(one.stage), one.path, one.value, one.message, one.mend, place)
