"""Marking a workbook: tints and notes on its cells, and the sheet *Issues*; all else stays as it is."""

import tempfile
import zipfile
from pathlib import Path
from typing import Final

from openpars.formats.marking.issues import Looks, place_issues, write_issues
from openpars.formats.marking.notes import MOST_NOTES, Cell, write_notes
from openpars.formats.marking.package import Package
from openpars.formats.marking.sheet import Sheet
from openpars.formats.marking.styles import EMPTY, Styles
from openpars.formats.marking.work import Severity, Work, severity_of
from openpars.formats.readers.workbook_parts import parts_of
from openpars.formats.rows import column_index
from openpars.rulebook.findings import Finding

_FAST: Final = 4
"""How hard what is written is compressed, of 9: from here on it takes longer and hardly gets smaller."""


def mark_workbook(work: Work) -> None:
    """Write a workbook once more with its findings in it; raises Unreadable where it cannot be taken to pieces."""
    source = Path(work.source)
    parts = parts_of(source, work.limits)
    with zipfile.ZipFile(source) as archive:
        package = Package(archive)
        sheet = parts.sheets[work.layout.sheet or ""]
        marks, texts = _marks(work)
        key = write_notes(package, sheet, texts)
        issues = place_issues(package)
        styles_part = next(iter(package.targets(package.workbook, "styles").values()), None)
        if styles_part is None:
            styles_part = package.add("xl/styles{}.xml", "styles", EMPTY, first="")
            package.relate(package.workbook, "styles", styles_part)
        styles = Styles(package.xml(styles_part))
        folder = Path(work.out).parent
        with (
            tempfile.TemporaryFile(dir=folder) as painted,
            tempfile.TemporaryFile(dir=folder) as listed,
            zipfile.ZipFile(work.out, "w", zipfile.ZIP_DEFLATED, compresslevel=_FAST) as out,
        ):
            with package.open(sheet) as given:
                notes = None if key is None else (package.relations, key)
                Sheet(given).write(painted, marks, styles, notes=notes)
            looks = Looks.of(styles)
            write_issues(listed, work, looks, main=package.main, first_column=_first_column(work))
            painted.seek(0)
            listed.seek(0)
            package.write(out, {sheet: painted, issues: listed})


def _first_column(work: Work) -> int:
    return min((column.index for column in work.layout.columns), default=0)


def _marks(work: Work) -> tuple[dict[int, dict[int, Severity]], dict[Cell, str]]:
    """Return how serious what was found in each cell is, and the texts of the notes.

    What is about all of a row marks its first cell.
    """
    first = _first_column(work)
    marks: dict[int, dict[int, Severity]] = {}
    texts: dict[Cell, list[str]] = {}
    for found in work.each_finding():
        if found.where is None or found.where.row is None:
            continue
        row, column = found.where.row, _column_of(found, first)
        cells = marks.setdefault(row, {})
        cells[column] = max(severity_of(found), cells.get(column, Severity.LATER))
        if (row, column) in texts or len(texts) < MOST_NOTES:
            texts.setdefault((row, column), []).append(f"{found.message}\n{found.mend}\n({found.rule})")
    return marks, {cell: "\n\n".join(said) for cell, said in texts.items()}


def _column_of(found: Finding, first: int) -> int:
    cell = found.where.cell if found.where else None
    return column_index(cell.rstrip("0123456789")) if cell else first
