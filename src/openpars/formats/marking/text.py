"""Marking text: a last column *Issues*, which says at each row what was found there and how to mend it."""

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from openpars.formats.columns import stamped
from openpars.formats.guards import guarded
from openpars.formats.marking.work import Work, more_than_listed
from openpars.formats.readers.delimited import DELIMITERS, records
from openpars.formats.readers.text import encoding_of
from openpars.formats.rows import ISSUES, Layout
from openpars.rulebook.findings import Finding
from openpars.rulebook.vocabularies import folded

_BETWEEN: Final = " / "


def mark_text(work: Work) -> None:
    """Write a text file once more with the column *Issues*; one from an earlier marking is replaced.

    A file without headings gets them: without, a further column would not be told from the others. What was
    found in the headings themselves stands at the first row below.
    """
    source, layout = Path(work.source), work.layout
    encoding = encoding_of(source)
    issues = _issues(work)
    with (
        source.open(encoding=encoding, newline="") as given,
        # Words of ours that an old encoding cannot write become question marks; the file's own stay.
        Path(work.out).open("w", encoding=encoding, errors="replace", newline="") as out,
    ):
        delimiter = _delimiter(source, encoding, layout)
        writer = csv.writer(out, delimiter=delimiter, lineterminator="\r\n")
        width, old = len(layout.columns), None
        if layout.header_row is None:
            writer.writerow([*(column.heading for column in layout.columns), ISSUES])
        for number, record in enumerate(records(given, delimiter), 1):
            cells = record
            if number == layout.header_row:
                old = next((place for place, cell in enumerate(cells) if _is_issues(cell)), None)
                width = len(cells) - (old is not None)
            if old is not None:
                # Where a row has cells too many, what was said of it stands behind them.
                place = old + max(len(cells) - width - 1, 0)
                cells = [*cells[:place], *cells[place + 1 :]]
            if number < (layout.header_row or 0) or not any(map(str.strip, cells)):
                writer.writerow(cells)
                continue
            said = ISSUES if number == layout.header_row else guarded(_BETWEEN.join(issues.pop(number, ())))
            writer.writerow([*cells, *[""] * (width - len(cells)), said])


def _issues(work: Work) -> dict[int, list[str]]:
    """Return what is said at each row."""
    issues: dict[int, list[str]] = {}
    first = (work.layout.header_row or 0) + 1
    for found in work.each_finding():
        row = found.where.row if found.where and found.where.row else first
        issues.setdefault(max(row, first), []).append(_said(found))
    if work.more:
        issues.setdefault(first, []).append(more_than_listed(work.more))
    return issues


def _said(found: Finding) -> str:
    column = f"{found.where.column}: " if found.where and found.where.column else ""
    return " ".join(f"{column}{found.message} {found.mend} ({found.rule})".split())


def _is_issues(heading: str) -> bool:
    return folded(heading) == folded(ISSUES)


def _delimiter(path: Path, encoding: str, layout: Layout) -> str:
    """Return the delimiter with which the file was read: the one that gives the columns it was found to have."""
    return next(
        (delimiter for delimiter in DELIMITERS if _gives(path, encoding, delimiter, layout)), DELIMITERS[0]
    )


def _gives(path: Path, encoding: str, delimiter: str, layout: Layout) -> bool:
    with path.open(encoding=encoding, newline="") as file:
        for number, cells in enumerate(records(file, delimiter), 1):
            if layout.header_row is None:
                if cells and delimiter not in cells[0] and stamped(cells[0]):
                    return len(cells) == len(layout.columns)
            elif number == layout.header_row:
                return all(_heading(cells, column.index) == column.heading for column in layout.columns)
    return False


def _heading(cells: Sequence[str], index: int) -> str:
    return " ".join(cells[index].split()) if index < len(cells) else ""
