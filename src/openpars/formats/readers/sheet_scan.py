"""What the library that reads workbooks does not tell: hidden rows, errors, formulas never calculated, and how far
a worksheet reaches.

The worksheet's XML goes by once, row by row, in little memory. In a worksheet no `<` stands for anything but a tag,
so tags are found without parsing the rest.
"""

import re
import zipfile
import zlib
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from typing import Final

from openpars.formats.readers.workbook_parts import damaged
from openpars.formats.rows import Limits, Unreadable
from openpars.rulebook.rules import finding

_CHUNK: Final = 4 * 1024**2
_LONGEST_ROW: Final = 64 * 1024**2
_MOST_TITLE_ROWS: Final = 50
_MOST_ROWS: Final = 1_048_576
"""As many rows as a worksheet can have, those without anything in them counted."""
_ROOT: Final = re.compile(rb"<(\w+:)?worksheet\b")
_NUMBER: Final = re.compile(rb"""\br\s*=\s*["'](\d{1,7})["']""")
_HIDDEN: Final = re.compile(rb"""\bhidden\s*=\s*["'](?:1|true)["']""")
_CELL: Final = re.compile(rb"""\br\s*=\s*["']([A-Z]{1,3})\d{1,7}["']""")
_OF_TEXT: Final = re.compile(rb"""\bt\s*=\s*["']str["']""")


@dataclass(slots=True)
class Scan:
    """What was found in a worksheet, by the number of the row and the index of the column.

    `rows` counts the rows, `filled` those that hold anything, `last_filled` is the last of them, `width` how many
    columns are used; `errors` hold the error each cell shows, `not_calculated` the cells whose formula has no value.
    """

    rows: int = 0
    filled: int = 0
    last_filled: int = 0
    width: int = 0
    hidden: set[int] = field(default_factory=set)
    errors: dict[int, dict[int, str]] = field(default_factory=dict)
    not_calculated: dict[int, set[int]] = field(default_factory=dict)


def scan(path: Path, part: str, *, limits: Limits, recalculates: bool) -> Scan:
    """Return what a worksheet holds besides its values.

    With `recalculates` a formula whose value is zero counts as never calculated: so it is written by programs
    that leave calculating to Excel. Raises Unreadable where the sheet reaches further than is read.
    """
    scanner: _Scanner | None = None
    try:
        with zipfile.ZipFile(path) as archive, archive.open(part) as source:
            rest = b""
            while chunk := source.read(_CHUNK):
                buffer = rest + chunk
                scanner = scanner or _Scanner(buffer, recalculates=recalculates)
                rest = buffer[scanner.take(buffer) :]
                _refuse_too_much(scanner.found, limits)
                if len(rest) > _LONGEST_ROW:
                    raise Unreadable(finding("file.too_much"))
    except (zipfile.BadZipFile, OSError, EOFError, KeyError, NotImplementedError, zlib.error):
        raise damaged() from None
    return scanner.found if scanner else Scan()


def _refuse_too_much(found: Scan, limits: Limits) -> None:
    if found.filled > limits.rows + _MOST_TITLE_ROWS:
        raise Unreadable(finding("file.too_many_rows", limit=f"{limits.rows:,}"))
    if found.width > limits.columns:
        raise Unreadable(
            finding("file.too_many_columns", count=f"{found.width:,}", limit=f"{limits.columns:,}")
        )
    if found.rows > _MOST_ROWS or found.last_filled * found.width > limits.cells:
        raise Unreadable(finding("file.too_much"))


class _Scanner:
    """Takes a worksheet piece by piece, its tags spelled with the prefix that its root has."""

    def __init__(self, start: bytes, *, recalculates: bool) -> None:
        root = _ROOT.search(start)
        p = (root[1] or b"") if root else b""
        self.found = Scan()
        self._number = 0
        self._row, self._row_end = b"<" + p + b"row", b"</" + p + b"row>"
        self._cell, self._formula = b"<" + p + b"c", b"<" + p + b"f"
        # Every search goes through all of it, so quotation marks are looked for in the one way they are written.
        self._error_word = b"'e'" if b"<" + p + b"row r='" in start else b'"e"'
        self._value, self._text = b"<" + p + b"v", b"<" + p + b"is"
        formula = rb"<" + p + rb"f\b[^>]*(?:/>|>[^<]*</" + p + rb"f>)\s*"
        empty = rb"</" + p + rb"c>|<" + p + rb"v\s*/>|<" + p + rb"v></"
        if recalculates:
            empty += rb"|<" + p + rb"v>0</"
        cell = rb"<" + p + rb"c\b"
        self._error = re.compile(
            cell + rb"([^>]*\bt\s*=\s*[\"']e[\"'][^>]*)>(?:" + formula + rb")?<" + p + rb"v>([^<]*)<"
        )
        self._not_calculated = re.compile(cell + rb"([^>]*)>" + formula + rb"(?:" + empty + rb")")

    def take(self, buffer: bytes) -> int:
        """Note what stands in the rows that the buffer holds whole; return where the rest of it begins."""
        errors = self._error_word in buffer
        formulas = self._formula in buffer
        start = 0
        while (end := buffer.find(self._row_end, start)) >= 0:
            opened = buffer.rfind(self._row, start, end)
            if opened >= 0:
                closed = buffer.find(b">", opened, end)
                self._take_row(buffer, opened, closed, end)
                if errors:
                    self._take_errors(buffer, closed, end)
                if formulas:
                    self._take_formulas(buffer, closed, end)
            start = end + len(self._row_end)
        return start

    def _take_row(self, buffer: bytes, opened: int, closed: int, end: int) -> None:
        found, attributes = self.found, buffer[opened:closed]
        found.rows += 1
        stated = _NUMBER.search(attributes)
        self._number = number = int(stated[1]) if stated else self._number + 1
        last = max(buffer.rfind(self._value, closed, end), buffer.rfind(self._text, closed, end))
        if last < 0:
            return
        found.filled += 1
        found.last_filled = max(found.last_filled, number)
        found.width = max(found.width, self._column(buffer, closed, last) + 1)
        if b"hidden" in attributes and _HIDDEN.search(attributes):
            found.hidden.add(number)

    def _take_errors(self, buffer: bytes, closed: int, end: int) -> None:
        for match in self._error.finditer(buffer, closed, end):
            shown = unescape(match[2].decode("utf-8", errors="replace"))
            column = self._column(buffer, closed, match.start(1))
            self.found.errors.setdefault(self._number, {})[column] = shown

    def _take_formulas(self, buffer: bytes, closed: int, end: int) -> None:
        for match in self._not_calculated.finditer(buffer, closed, end):
            # A formula may well give a text of no letters.
            if not _OF_TEXT.search(match[1]) or not match[0].endswith(b"></"):
                column = self._column(buffer, closed, match.start(1))
                self.found.not_calculated.setdefault(self._number, set()).add(column)

    def _column(self, buffer: bytes, start: int, inside: int) -> int:
        """Return the index of the column of the last cell that begins before `inside`."""
        opened = buffer.rfind(self._cell, start, inside)
        stated = _CELL.search(buffer, opened, buffer.find(b">", opened)) if opened >= 0 else None
        return _index(stated[1]) if stated else max(buffer.count(self._cell, start, inside) - 1, 0)


def _index(name: bytes) -> int:
    """Return the index of a column by its letters: A is 0, AA is 26."""
    index = 0
    for letter in name:
        index = index * 26 + letter - 64
    return index - 1
