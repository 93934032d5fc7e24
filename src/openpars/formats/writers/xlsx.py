"""Writing workbooks (.xlsx) that are read back as they were: text stays text, dates are dates, numbers are numbers.

Each row goes out as it comes in, so memory does not grow with the list. No text is ever taken for a formula or a link.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, BinaryIO, Final

from rustpy_xlsxwriter import Format, write_worksheet

from openpars.formats.columns import DEFAULT_GROUPS, TemplateColumn, columns_for
from openpars.formats.rows import Kind
from openpars.formats.sheet_style import (
    HEADING_COLOR,
    HEADING_HEIGHT,
    HEADING_TEXT,
    MOST_COLUMNS,
    SHEETS,
    fits,
    number_format,
    width,
)
from openpars.formats.to_cells import Cell, row_writer
from openpars.rulebook.fields import FIELDS

_SURELY_FITS: Final = 10_000


def write(
    stream: BinaryIO,
    records: Iterable[Mapping[str, Any]],
    *,
    kind: Kind = Kind.ACTIVITIES,
    groups: Mapping[str, int] = DEFAULT_GROUPS,
    kept: Iterable[str] = (),
) -> None:
    """Write records as a workbook with one sheet.

    A record is an activity as plain JSON. `groups` says how many numbered groups of columns the widest of
    them needs, `kept` the paths of what is kept beside their answers (`legacy.Hours of Instruction`).
    """
    columns = columns_that_fit(kind, groups=groups, kept=kept)
    cells_of = fitting_row_writer(columns, kind)
    headings = [column.heading for column in columns]
    heading = Format().set_bold().set_text_wrap().set_align("top")
    write_worksheet(
        _named(map(cells_of, records), headings),
        stream,
        sheet_name=SHEETS[kind],
        freeze_row=1,
        column_widths=[float(width(column)) for column in columns],
        column_formats=[Format().set_num_format(number_format(column)) for column in columns],
        header_format=heading.set_background_color(HEADING_COLOR).set_font_color(HEADING_TEXT),
        row_heights={0: float(HEADING_HEIGHT)},
    )


def columns_that_fit(
    kind: Kind, *, groups: Mapping[str, int], kept: Iterable[str] = ()
) -> list[TemplateColumn]:
    """Return the columns of a workbook: of what is kept beside answers, as many as it can hold."""
    room = MOST_COLUMNS - len(columns_for(kind, groups=groups))
    fitting = [path for path in kept if len(path) < _SURELY_FITS][: max(room, 0)]
    return columns_for(kind, groups=groups, kept=fitting)


def fitting_row_writer(
    columns: Sequence[TemplateColumn], kind: Kind
) -> Callable[[Mapping[str, Any]], list[Cell]]:
    """Return a function that makes the cells of a record, each of which a workbook can hold.

    A text too long for a cell leaves it blank, and so does a group of answers with such a text in it: a blank
    cell leaves what is stored as it is when the workbook comes back, half a text would replace it.
    """
    cells_of = row_writer(columns, kind)
    answers = [_answer_of(column.path) for column in columns]

    def write_row(record: Mapping[str, Any]) -> list[Cell]:
        cells = cells_of(record)
        too_long = {
            answers[index]
            for index, cell in enumerate(cells)
            if type(cell) is str and len(cell) > _SURELY_FITS and not fits(cell)
        }
        if too_long:
            return [None if answers[index] in too_long else cell for index, cell in enumerate(cells)]
        return cells

    return write_row


def _answer_of(path: str) -> str:
    """Return the answer that a column is part of."""
    name = path.partition(".")[0]
    return name if name in FIELDS else path


def _named(rows: Iterator[list[Cell]], headings: Sequence[str]) -> Iterator[dict[str, Cell]]:
    first = next(rows, None)
    # The headings come from the first row, so that without any there is a blank one.
    yield dict.fromkeys(headings) if first is None else dict(zip(headings, first, strict=True))
    for cells in rows:
        yield dict(zip(headings, cells, strict=True))
