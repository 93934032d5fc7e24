"""The template as a workbook: the list with drop-downs and notes, the instructions, and the lists behind it all."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, BinaryIO, Final

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from openpars.formats.columns import TemplateColumn
from openpars.formats.rows import Kind, letters
from openpars.formats.sheet_style import (
    HEADING_COLOR,
    HEADING_HEIGHT,
    HEADING_TEXT,
    SHEETS,
    number_format,
    width,
)
from openpars.formats.templates.describing import (
    as_told,
    limits_of,
    needed_for,
    note_on,
    when_needed,
)
from openpars.formats.templates.instructions import TOPICS, VERSION_LINE
from openpars.formats.templates.lists import lists_of, validation_of
from openpars.formats.to_cells import Cell
from openpars.formats.writers.xlsx import columns_that_fit, fitting_row_writer
from openpars.rulebook import VERSION
from openpars.rulebook.findings import Stage

_LAST_ROW: Final = 1_048_575
_COLORS: Final = {
    Stage.DRAFT: {"bg_color": "#1B4F87", "font_color": "#FFFFFF"},
    Stage.ACTIVE: {"bg_color": "#BDD7EE", "font_color": HEADING_TEXT},
}
_PLAIN: Final = {"bg_color": "#E7E6E6", "font_color": HEADING_TEXT}
_NOTE_WIDTH: Final = 300
_NOTE_LINE: Final = 18
_LETTERS_IN_LINE: Final = 42
_OPTIONS: Final = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
}


def write(
    stream: BinaryIO,
    records: Iterable[Mapping[str, Any]],
    *,
    kind: Kind,
    groups: Mapping[str, int],
    kept: Iterable[str] = (),
) -> None:
    """Write a template as a workbook; the arguments are those of `writers.xlsx.write`."""
    columns = columns_that_fit(kind, groups=groups, kept=kept)
    with Workbook(stream, _OPTIONS) as book:
        title = f"OpenPARS template: {SHEETS[kind]}"
        book.set_properties({"title": title, "comments": f"Made by OpenPARS, {VERSION_LINE.lower()}."})
        book.set_custom_property("OpenPARS rulebook", VERSION)
        _write_list(book, records, columns, kind)
        _write_instructions(book, as_told(columns, kind), TOPICS[kind], title)
        _write_lists(book, lists_of(columns))


def _write_list(
    book: Workbook, records: Iterable[Mapping[str, Any]], columns: Sequence[TemplateColumn], kind: Kind
) -> None:
    sheet = book.add_worksheet(SHEETS[kind])
    sheet.freeze_panes(1, 0)
    formats = _column_formats(book, columns)
    for index, column in enumerate(columns):
        sheet.set_column(index, index, width(column), formats[index])
    _write_headings(book, sheet, as_told(columns, kind))
    cells_of = fitting_row_writer(columns, kind)
    for row, record in enumerate(records, 1):
        for index, cell in enumerate(cells_of(record)):
            _write_cell(sheet, row, index, cell, formats[index])


def _write_headings(book: Workbook, sheet: Worksheet, columns: Sequence[TemplateColumn]) -> None:
    """Write each heading in the color of its need, with its note, and the rule for the cells below it."""
    common = {"bold": True, "text_wrap": True, "valign": "top", "border": 1}
    plain = book.add_format({**common, **_PLAIN})
    colored = {stage: book.add_format({**common, **color}) for stage, color in _COLORS.items()}
    sheet.set_row(0, HEADING_HEIGHT)
    for index, column in enumerate(columns):
        stage = needed_for(column)
        sheet.write_string(0, index, column.heading, colored.get(stage, plain) if stage else plain)
        note = note_on(column)
        lines = sum(1 + len(line) // _LETTERS_IN_LINE for line in note.split("\n"))
        size = {"width": _NOTE_WIDTH, "height": _NOTE_LINE * (lines + 1)}
        sheet.write_comment(0, index, note, {**size, "author": "OpenPARS"})
        if rule := validation_of(column):
            sheet.data_validation(1, index, _LAST_ROW, index, rule)


def _column_formats(book: Workbook, columns: Sequence[TemplateColumn]) -> list[Format]:
    """Return the format of each column; columns that show alike share one."""
    shared = {
        shown: book.add_format({"num_format": shown, "valign": "top"})
        for shown in dict.fromkeys(map(number_format, columns))
    }
    return [shared[number_format(column)] for column in columns]


def _write_cell(sheet: Worksheet, row: int, index: int, cell: Cell, form: Format) -> None:
    match cell:
        case None:
            pass
        case str():
            sheet.write_string(row, index, cell, form)
        case date():
            sheet.write_datetime(row, index, cell, form)
        case _:
            sheet.write_number(row, index, cell, form)


def _write_instructions(
    book: Workbook, columns: Sequence[TemplateColumn], topics: Iterable[tuple[str, str]], title: str
) -> None:
    sheet = book.add_worksheet("Instructions")
    for index, characters in enumerate((32, 80, 34, 44)):
        sheet.set_column(index, index, characters)
    large = book.add_format({"bold": True, "font_size": 16})
    name = book.add_format({"bold": True, "valign": "top", "text_wrap": True})
    text = book.add_format({"valign": "top", "text_wrap": True})
    head = book.add_format({"bold": True, "bg_color": HEADING_COLOR, "font_color": HEADING_TEXT})
    sheet.write_string(0, 0, title, large)
    sheet.write_string(1, 0, VERSION_LINE)
    row = 3
    for topic, explanation in topics:
        sheet.write_string(row, 0, topic, name)
        sheet.write_string(row, 1, explanation, text)
        row += 1
    row += 1
    for index, heading in enumerate(("Column", "What to enter", "When it is needed", "Limits")):
        sheet.write_string(row, index, heading, head)
    for column in columns:
        row += 1
        sheet.write_string(row, 0, column.heading, name)
        said = (column.note, when_needed(column), limits_of(column))
        for index, words in enumerate(said, 1):
            sheet.write_string(row, index, words, text)


def _write_lists(book: Workbook, lists: Mapping[str, Sequence[str]]) -> None:
    """Write the lists side by side on a hidden sheet, each with a name: in a cell's own rule they would not fit."""
    sheet = book.add_worksheet("Lists")
    sheet.hide()
    for index, (name, entries) in enumerate(lists.items()):
        sheet.write_string(0, index, name)
        column = f"${letters(index)}"
        book.define_name(name, f"=Lists!{column}$2:{column}${len(entries) + 1}")
    for row in range(max(map(len, lists.values()), default=0)):
        for index, entries in enumerate(lists.values()):
            if row < len(entries):
                sheet.write_string(row + 1, index, entries[row])
