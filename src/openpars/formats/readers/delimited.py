"""Delimited text: from lines to records of cells, one after the other."""

import csv
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Final, TextIO

from openpars.formats.rows import Limits, Unreadable
from openpars.rulebook.rules import finding

DELIMITERS: Final = ("\t", ",", ";")
LONGEST_LINE: Final = 1 << 22
"""No line of a list is longer, in characters: 4,000 columns of a thousand."""

_PATIENCE: Final = 100
_CHUNK: Final = 1 << 20


Numbered = tuple[int, list[str]]
"""A record and its number."""


def records(file: TextIO, delimiter: str) -> Iterator[list[str]]:
    """Give the records of delimited text; a blank line gives an empty one.

    Cells are quoted as spreadsheets do it. A record that cannot be read so was written by a program that
    knows no quotation marks: its first line is one record, and they are letters like others. Raises
    Unreadable where a line or a cell is too long to be one.
    """
    taken: list[str] = []
    lines = _lines(file, taken)
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    unquoted = before = 0
    while True:
        try:
            for record in reader:
                taken.clear()
                yield record
            return
        except csv.Error:
            before += reader.line_num - len(taken) + 1
            first, *rest = taken
            taken.clear()
            yield _unquoted(first, delimiter, number=before)
            lines = _again(rest, lines, taken)
            unquoted += 1
            # Each try can read far ahead, so that after some of them nothing is tried any more.
            if unquoted < _PATIENCE:
                reader = csv.reader(lines, delimiter=delimiter, strict=True)
            else:
                reader = csv.reader(lines, delimiter=delimiter, quoting=csv.QUOTE_NONE)


def numbered(file: TextIO, delimiter: str) -> Iterator[Numbered]:
    """Give the records that are not blank, each with its number as a spreadsheet counts, from 1."""
    for number, cells in enumerate(records(file, delimiter), start=1):
        if any(map(str.strip, cells)):
            yield number, cells


def count(path: Path, encoding: str) -> int:
    """Return how many records a file has, blank ones included, by its line ends outside of quotation marks.

    It takes a fraction of the time of reading them; where quotation marks are not paired it is a guess.
    """
    ends = {"\n": 0, "\r": 0}
    last = ""
    quoted = False
    with path.open(encoding=encoding, newline="") as file:
        while chunk := file.read(_CHUNK):
            for position, part in enumerate(chunk.split('"')):
                quoted ^= position > 0
                if not quoted:
                    for end in ends:
                        ends[end] += part.count(end)
            last = chunk[-1]
    return max(ends.values()) + (last not in ends and last != "")


def limited(rows: Iterator[Numbered], limits: Limits) -> Iterator[Numbered]:
    """Give the rows; raises Unreadable where there are more columns or rows than are read."""
    for count, row in enumerate(rows, start=1):
        if count > limits.rows:
            raise Unreadable(finding("file.too_many_rows", limit=f"{limits.rows:,}"))
        refuse_too_wide(len(row[1]), limits)
        yield row


def refuse_too_wide(width: int, limits: Limits) -> None:
    """Raise Unreadable where there are more columns than are read."""
    if width > limits.columns:
        raise Unreadable(finding("file.too_many_columns", count=f"{width:,}", limit=f"{limits.columns:,}"))


def _lines(file: TextIO, taken: list[str]) -> Iterator[str]:
    """Give the lines of a file, and note in `taken` those of the record that is being read."""
    for line in iter(partial(file.readline, LONGEST_LINE), ""):
        if len(line) == LONGEST_LINE:
            raise _damaged(f"a line is longer than {LONGEST_LINE:,} characters")
        taken.append(line)
        yield line


def _again(back: list[str], lines: Iterator[str], taken: list[str]) -> Iterator[str]:
    for line in back:
        taken.append(line)
        yield line
    yield from lines


def _unquoted(line: str, delimiter: str, *, number: int) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=delimiter, quoting=csv.QUOTE_NONE))
    except csv.Error:
        raise _damaged(
            f"line {number:,} has a cell of more than {csv.field_size_limit():,} characters"
        ) from None


def _damaged(problem: str) -> Unreadable:
    return Unreadable(finding("file.damaged", problem=problem))
