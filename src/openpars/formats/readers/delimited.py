"""Delimited text: from lines to records of cells, one after the other."""

import csv
from collections import deque
from collections.abc import Iterator
from typing import Final, TextIO

from openpars.formats.rows import Limits, Unreadable
from openpars.rulebook.rules import finding

DELIMITERS: Final = ("\t", ",", ";")
LONGEST_LINE: Final = 1 << 22
"""No line of a list is longer, in characters: 4,000 columns of a thousand."""

_PATIENCE: Final = 100


def records(file: TextIO, delimiter: str) -> Iterator[list[str]]:
    """Give the records of delimited text; a blank line gives an empty one.

    Cells are quoted as spreadsheets do it. A record that cannot be read so was written by a program that
    knows no quotation marks: its first line is one record, and they are letters like others. Raises
    Unreadable where a line or a cell is too long to be one.
    """
    lines = _Lines(file)
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    unquoted = 0
    while True:
        try:
            record = next(reader)
        except StopIteration:
            return
        except csv.Error:
            first, *rest = lines.taken
            record = _unquoted(first, delimiter, lines.number - len(rest))
            lines.put_back(rest)
            unquoted += 1
            # Each try can read far ahead, so that after some of them nothing is tried any more.
            if unquoted < _PATIENCE:
                reader = csv.reader(lines, delimiter=delimiter, strict=True)
            else:
                reader = csv.reader(lines, delimiter=delimiter, quoting=csv.QUOTE_NONE)
        lines.taken.clear()
        yield record


def numbered(file: TextIO, delimiter: str, limits: Limits) -> Iterator[tuple[int, list[str]]]:
    """Give the records that are not blank, each with its number as a spreadsheet counts, from 1.

    Raises Unreadable as `records` does, and where there are more columns or rows than are read.
    """
    count = 0
    for number, cells in enumerate(records(file, delimiter), start=1):
        if not any(map(str.strip, cells)):
            continue
        count += 1
        if count > limits.rows:
            raise Unreadable(finding("file.too_many_rows", limit=f"{limits.rows:,}"))
        if len(cells) > limits.columns:
            raise Unreadable(
                finding("file.too_many_columns", count=f"{len(cells):,}", limit=f"{limits.columns:,}")
            )
        yield number, cells


class _Lines:
    """The lines of a file; what is taken for one record can be put back."""

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self._back: deque[str] = deque()
        self.taken: list[str] = []
        self.number = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._back.popleft() if self._back else self._file.readline(LONGEST_LINE)
        if not line:
            raise StopIteration
        self.number += 1
        if len(line) == LONGEST_LINE:
            raise _damaged(f"line {self.number:,} is longer than {LONGEST_LINE:,} characters")
        self.taken.append(line)
        return line

    def put_back(self, lines: list[str]) -> None:
        self._back.extendleft(reversed(lines))
        self.number -= len(lines)


def _unquoted(line: str, delimiter: str, number: int) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=delimiter, quoting=csv.QUOTE_NONE))
    except csv.Error:
        raise _damaged(
            f"line {number:,} has a cell of more than {csv.field_size_limit():,} characters"
        ) from None


def _damaged(problem: str) -> Unreadable:
    return Unreadable(finding("file.damaged", problem=problem))
