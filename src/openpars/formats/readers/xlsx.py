"""Reading workbooks (.xlsx): the sheet that holds the list, its headings wherever they stand, and its rows."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Final

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from openpars.formats.from_cells import is_blank, row_reader
from openpars.formats.headings import HEADER_IN_FIRST_ROWS, Matched, find_header, kind_of, match
from openpars.formats.readers.sheet_scan import Scan, scan
from openpars.formats.readers.workbook_parts import damaged, parts_of
from openpars.formats.rows import ISSUES, Column, Kind, Layout, Limits, Reading, Row, Unreadable, letters
from openpars.rulebook.findings import Finding, Where
from openpars.rulebook.rules import finding
from openpars.rulebook.vocabularies import folded

ACTIVITIES: Final = "Activities"
LEARNER_COUNTS: Final = "Learner counts"
_NAMED: Final = {folded(ACTIVITIES): Kind.ACTIVITIES, folded(LEARNER_COUNTS): Kind.LEARNER_COUNTS}
_NOT_READ: Final = frozenset(map(folded, (ISSUES, "Instructions", "Lists")))
_SAMPLES: Final = 5
_SAMPLED_ROWS: Final = 200
_MOST_MERGED: Final = 500_000
"""In more rows than these merged cells are not filled."""

Cells = list[Any]


def read(path: Path, *, mapping: Mapping[str, str] | None = None, limits: Limits) -> Reading:
    """Return what a workbook holds, the rows read as they are asked for.

    The list is looked for in the sheets *Activities* and *Learner counts*, then in the others that can be seen,
    in order; the first with headings that are known is taken. `mapping` leads from the folded headings that
    nobody knows to the paths a person chose for them. Raises Unreadable where there is no list, or where the
    workbook is damaged, protected, or larger than is read.
    """
    parts = parts_of(path, limits)
    try:
        workbook = CalamineWorkbook.from_path(path)
        best: _Sheet | None = None
        for name in _candidates(workbook):
            found = scan(path, parts.sheets.get(name, ""), limits=limits, recalculates=parts.recalculates)
            sheet = _sheet(workbook.get_sheet_by_name(name), found, mapping) if found.filled else None
            if sheet and sheet.is_known:
                best = sheet
                break
            best = best or sheet
    except PasswordError:
        raise Unreadable(finding("file.password_protected")) from None
    except CalamineError:
        raise damaged() from None
    if best is None:
        raise Unreadable(finding("file.no_header", limit=str(HEADER_IN_FIRST_ROWS)))
    if best.scan.last_filled <= best.header_row:
        raise Unreadable(finding("file.no_rows"))
    return Reading(_layout(best), _rows(best))


@dataclass(frozen=True, slots=True)
class _Sheet:
    """A sheet with a list: its values and what else was found in it, and its headings."""

    values: CalamineSheet
    scan: Scan
    header_row: int
    first: int
    matched: Matched

    @property
    def is_known(self) -> bool:
        return any(column.path for column in self.matched.columns)


def _candidates(workbook: CalamineWorkbook) -> list[str]:
    """Return the names of the sheets that may hold the list, the likeliest first."""
    names = [
        sheet.name
        for sheet in workbook.sheets_metadata
        if sheet.visible == SheetVisibleEnum.Visible
        and sheet.typ == SheetTypeEnum.WorkSheet
        and folded(sheet.name) not in _NOT_READ
    ]
    return sorted(names, key=lambda name: folded(name) not in _NAMED)


def _sheet(values: CalamineSheet, found: Scan, mapping: Mapping[str, str] | None) -> _Sheet | None:
    """Return a sheet with the row that holds its headings, or None where it has none."""
    head = list(islice(values.iter_rows(), HEADER_IN_FIRST_ROWS))
    position = find_header(head, mapping)
    if position is None or values.start is None:
        return None
    first = values.start[1]
    headings = [*[""] * first, *head[position]]
    headings = ["" if folded(str(heading)) == folded(ISSUES) else heading for heading in headings]
    matched = match(headings, mapping=mapping, sheet=values.name, row=position + 1)
    return _Sheet(values, found, position + 1, first, matched)


def _layout(sheet: _Sheet) -> Layout:
    columns = sheet.matched.columns
    unknown = [column.index for column in columns if column.path is None]
    some = list(islice(sheet.values.iter_rows(), sheet.header_row, sheet.header_row + _SAMPLED_ROWS))
    return Layout(
        name="xlsx",
        kind=_NAMED.get(folded(sheet.values.name), kind_of(columns)),
        sheet=sheet.values.name,
        header_row=sheet.header_row,
        columns=columns,
        total=sheet.scan.last_filled - sheet.header_row,
        samples={index: _samples(some, index - sheet.first) for index in unknown},
        findings=sheet.matched.findings,
    )


def _samples(rows: Sequence[Cells], cell: int) -> tuple[str, ...]:
    given = (str(cells[cell]).strip() for cells in rows)
    return tuple(islice(dict.fromkeys(filter(None, given)), _SAMPLES))


def _rows(sheet: _Sheet) -> Iterator[Row]:
    """Yield the rows below the headings that say something, and what is to be said about their cells."""
    make = row_reader(sheet.matched.columns, first=sheet.first)
    known = {column.index: column for column in sheet.matched.columns if column.path is not None}
    found = sheet.scan
    merged = _Merged(sheet)
    troubled = found.hidden | found.errors.keys() | found.not_calculated.keys()
    below = islice(enumerate(sheet.values.iter_rows(), 1), sheet.header_row, None)
    for number, cells in below:
        if merged.rows:
            merged.fill(number, cells)
        for index in found.not_calculated.get(number, ()):
            # Some programs write a zero there, which nobody meant.
            if 0 <= index - sheet.first < len(cells):
                cells[index - sheet.first] = ""
        row = make(number, cells)
        if number in troubled:
            row.findings.extend(_about_cells(sheet, row, known))
        if row.findings or not is_blank(row):
            if number in found.hidden:
                place = Where(sheet=sheet.values.name, row=number)
                row.findings.append(finding("file.row.hidden", where=place))
            yield row


def _about_cells(sheet: _Sheet, row: Row, known: Mapping[int, Column]) -> Iterator[Finding]:
    """Yield what is wrong with cells that have no value, in columns that are read."""
    paths = {index: path for path, index in row.places.items()}
    for index in sorted(sheet.scan.not_calculated.get(row.number, ())):
        if index in known:
            place = _place(sheet, row.number, known[index])
            yield finding("file.cell.not_calculated", path=paths.get(index, ""), where=place)
    for index, shown in sorted(sheet.scan.errors.get(row.number, {}).items()):
        if index in known:
            place = _place(sheet, row.number, known[index])
            yield finding("file.cell.error", path=paths.get(index, ""), value=shown, where=place)


def _place(sheet: _Sheet, number: int, column: Column) -> Where:
    return Where(sheet.values.name, number, column.heading, f"{letters(column.index)}{number}")


class _Merged:
    """Cells merged over several rows: what the uppermost says holds for all of them."""

    def __init__(self, sheet: _Sheet) -> None:
        self.rows: dict[int, list[tuple[int, int]]] = {}
        self._values: dict[tuple[int, int], Any] = {}
        left_to_fill = _MOST_MERGED
        for (top, left), (bottom, _) in sheet.values.merged_cell_ranges or ():
            last = min(bottom + 1, sheet.scan.last_filled, top + left_to_fill)
            for number in range(max(top + 1, sheet.header_row + 1), last + 1 if bottom > top else 0):
                self.rows.setdefault(number, []).append((top + 1, left - sheet.first))
                left_to_fill -= 1

    def fill(self, number: int, cells: Cells) -> None:
        """Put the value of the uppermost cell into the cells of a row that are merged with it."""
        for top, cell in self.rows.get(number, ()):
            if 0 <= cell < len(cells):
                if number == top:
                    self._values[top, cell] = cells[cell]
                else:
                    cells[cell] = self._values.get((top, cell), "")
