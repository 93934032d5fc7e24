"""Reading tab-delimited text and CSV: by headings, by our stamp without them, or in a layout of earlier years."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, takewhile
from pathlib import Path
from typing import Final

from openpars.formats.columns import TemplateColumn, stamped
from openpars.formats.from_cells import is_blank, row_reader
from openpars.formats.guards import unguarded
from openpars.formats.headings import HEADER_IN_FIRST_ROWS, Matched, find_header, kind_of, match
from openpars.formats.readers import legacy
from openpars.formats.readers.delimited import DELIMITERS, Numbered, count, limited, numbered, refuse_too_wide
from openpars.formats.readers.text import encoding_of
from openpars.formats.rows import ISSUES, Column, Kind, Layout, Limits, Reading, Row, Unreadable
from openpars.rulebook.findings import Where
from openpars.rulebook.rules import finding
from openpars.rulebook.vocabularies import folded

_SAMPLES: Final = 5


def read(path: Path, *, mapping: Mapping[str, str] | None = None, limits: Limits) -> Reading:
    """Return what a text file holds, the rows read as they are asked for.

    `mapping` leads from the folded headings that nobody knows to the paths a person chose for them. Raises
    Unreadable where the file is no list.
    """
    encoding = encoding_of(path)
    texts = _parted(path, encoding)
    if not texts[0].head:
        raise Unreadable(finding("file.empty"))
    # Our stamp is told apart whatever the texts beside it look like.
    texts = [text for text in texts if _stamp(text)] or texts
    for text in texts:
        if old := next(filter(None, map(legacy.layout_of, text.cells)), None):
            rows = text.rows(limits)
            return Reading(*legacy.read_rows(rows, old, width=text.width, total=text.total(after=0)))
    headed = [(text, found) for text in texts if (found := _header(text, mapping))]
    text, header = max(headed, key=_how_well, default=(texts[0], None))
    if header is None or not header.known:
        for other in texts:
            if stamp := _stamp(other):
                return _reading_by_stamp(other, stamp, limits)
    if header is None:
        raise Unreadable(finding("file.no_header", limit=f"{HEADER_IN_FIRST_ROWS:,}"))
    refuse_too_wide(header.width, limits)
    return _reading_by_headings(text, header, limits)


@dataclass(frozen=True, slots=True)
class _Text:
    """A text file parted by one delimiter: how it begins, and all its rows."""

    path: Path
    encoding: str
    delimiter: str
    head: tuple[Numbered, ...]

    @classmethod
    def of(cls, path: Path, encoding: str, delimiter: str) -> "_Text":
        with path.open(encoding=encoding, newline="") as file:
            head = islice(numbered(file, delimiter), HEADER_IN_FIRST_ROWS + 1)
            return cls(path, encoding, delimiter, tuple(head))

    @property
    def cells(self) -> list[list[str]]:
        return [cells for _, cells in self.head]

    @property
    def width(self) -> int:
        return max(map(len, self.cells))

    def total(self, *, after: int) -> int:
        """Return how many rows there are below the row `after`, blank ones included."""
        return max(count(self.path, self.encoding) - after, 0)

    def rows(self, limits: Limits, *, after: int = 0) -> Iterator[Numbered]:
        """Give the rows that are not blank, below the row `after`; raises Unreadable as `limited` does."""
        with self.path.open(encoding=self.encoding, newline="") as file:
            for row in limited(numbered(file, self.delimiter), limits):
                if row[0] > after:
                    yield row


def _parted(path: Path, encoding: str) -> list[_Text]:
    """Return the text parted by each delimiter; by a wrong one a long line may be a cell longer than any."""
    texts: list[_Text] = []
    refusal: Unreadable | None = None
    for delimiter in DELIMITERS:
        try:
            texts.append(_Text.of(path, encoding, delimiter))
        except Unreadable as refused:
            refusal = refusal or refused
    if refusal is not None and not texts:
        raise refusal
    return texts


@dataclass(frozen=True, slots=True)
class _Header:
    """The row with the headings: its number, its width, and what the headings mean."""

    number: int
    width: int
    matched: Matched

    @property
    def known(self) -> int:
        return sum(column.path is not None for column in self.matched.columns)


def _header(text: _Text, mapping: Mapping[str, str] | None) -> _Header | None:
    above = list(takewhile(lambda cells: not _stamped(cells[0]), text.cells))
    position = find_header(above, mapping)
    if position is None:
        return None
    number, cells = text.head[position]
    headings = ["" if _carries_issues(cell, mapping) else cell for cell in cells]
    return _Header(number, len(cells), match(headings, mapping=mapping, row=number))


def _how_well(found: tuple[_Text, _Header]) -> tuple[int, int]:
    """Say how well a delimiter parts a text: by the headings that are known, then by how many there are."""
    _, header = found
    return header.known, header.width


def _carries_issues(heading: str, mapping: Mapping[str, str] | None) -> bool:
    return folded(heading) == folded(ISSUES) and folded(heading) not in (mapping or {})


@dataclass(frozen=True, slots=True)
class _Stamp:
    """Our stamp in the first column: the row that first has it, its text, and what it stands for."""

    number: int
    text: str
    kind: Kind
    columns: tuple[Column, ...]


def _stamped(cell: str) -> tuple[Kind, list[TemplateColumn]] | None:
    # With the wrong delimiter the cells behind it look like parts of the stamp.
    return None if any(delimiter in cell for delimiter in DELIMITERS) else stamped(cell)


def _stamp(text: _Text) -> _Stamp | None:
    for number, cells in text.head:
        if found := _stamped(cells[0]):
            kind, columns = found
            placed = (Column(index, column.heading, column.path) for index, column in enumerate(columns))
            return _Stamp(number, cells[0], kind, tuple(placed))
    return None


def _reading_by_stamp(text: _Text, stamp: _Stamp, limits: Limits) -> Reading:
    rows = text.rows(limits, after=stamp.number - 1)
    total = text.total(after=stamp.number - 1)
    layout = Layout(name="tab", kind=stamp.kind, columns=stamp.columns, total=total)
    return Reading(layout, _rows(rows, stamp.columns, width=len(stamp.columns), stamp=stamp.text))


def _reading_by_headings(text: _Text, header: _Header, limits: Limits) -> Reading:
    columns = header.matched.columns
    below = [cells for number, cells in text.head if number > header.number]
    if not below:
        raise Unreadable(finding("file.no_rows"))
    layout = Layout(
        name="tab",
        kind=kind_of(columns),
        header_row=header.number,
        columns=columns,
        total=text.total(after=header.number),
        samples={column.index: _samples(below, column.index) for column in columns if column.path is None},
        findings=header.matched.findings,
    )
    return Reading(layout, _rows(text.rows(limits, after=header.number), columns, width=header.width))


def _samples(rows: Sequence[Sequence[str]], index: int) -> tuple[str, ...]:
    given = (cells[index].strip() for cells in rows if index < len(cells))
    return tuple(islice(dict.fromkeys(filter(None, given)), _SAMPLES))


def _rows(
    rows: Iterator[Numbered], columns: Sequence[Column], *, width: int, stamp: str | None = None
) -> Iterator[Row]:
    """Give the rows that say something; with a stamp, those that fit its columns exactly."""
    make = row_reader(columns)
    for number, cells in rows:
        if len(cells) != width:
            if any(cells[width:]) or (stamp and len(cells) < width):
                yield _misfit(number, "file.row.columns", count=f"{len(cells):,}", expected=f"{width:,}")
                continue
            cells = [*cells[:width], *[""] * (width - len(cells))]  # noqa: PLW2901 - the same row, in its width
        if stamp and cells[0] not in ("", stamp):
            yield _misfit(number, "file.row.template", value=cells[0], expected=stamp)
            continue
        row = make(number, unguarded(cells))
        if not is_blank(row):
            yield row


def _misfit(number: int, rule: str, *, value: str | None = None, **words: str) -> Row:
    where = Where(row=number, cell=f"A{number}" if value else None)
    return Row(number, {}, findings=[finding(rule, value=value, where=where, **words)])
