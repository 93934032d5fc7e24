"""What a reader makes of a file: how it is laid out, and one row after the other."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final, Protocol

from openpars.rulebook.findings import Finding, Where

ISSUES: Final = "Issues"
"""What the sheet or the column is called in which a file that was checked carries its findings; it is not read."""


class Kind(StrEnum):
    """What the rows of a file are about."""

    ACTIVITIES = "activities"
    LEARNER_COUNTS = "learner-counts"


class Action(StrEnum):
    """What a row asks for. A row that does not say adds what is unknown and updates what is known."""

    ADD = "Add"
    UPDATE = "Update"
    DELETE = "Delete"


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of a file is read: what goes beyond is refused as `file.too_large`, `file.too_much` and so on.

    `size` and `unpacked` are bytes (of the file, and of what its archive unpacks to), `rows` and `columns` what
    a list may have, `cells` what a worksheet may span from A1 to its last cell. `memory` (bytes) and `seconds`
    bound the child process that reads.
    """

    size: int = 1000 * 1024**2
    unpacked: int = 2 * 1024**3
    rows: int = 250_000
    columns: int = 4_000
    cells: int = 40_000_000
    memory: int = 2 * 1024**3
    seconds: int = 600


class Unreadable(Exception):
    """A file that cannot be read at all; `finding` says why, and how to mend it."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.message)
        self.finding = finding


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a file.

    `index` counts from 0, `heading` is what the file calls it, `path` the answer it holds with its position
    (`support.0.amount`), or one of the words about the row itself (`activity_id`, `action`, `close`,
    `template`), or None where nobody knows it.
    """

    index: int
    heading: str
    path: str | None


@dataclass(frozen=True, slots=True)
class Layout:
    """How a file is laid out.

    `name` is `xlsx`, `tab`, `legacy-b`, `legacy-c`, `legacy-d`, `legacy-pre-2011`, `xml`, `json` or
    `dialect-json`; `sheet` is the worksheet read, `header_row` where its headings stand (as the spreadsheet
    counts), `total` the number of rows where it is known beforehand. `samples` holds a few values for each
    column that is not known, by its index.
    """

    name: str
    kind: Kind = Kind.ACTIVITIES
    sheet: str | None = None
    header_row: int | None = None
    columns: tuple[Column, ...] = ()
    total: int | None = None
    samples: dict[int, tuple[str, ...]] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()


class Placed(Protocol):
    """A row whose answers stand somewhere in a file."""

    @property
    def number(self) -> int:
        """The row as the spreadsheet counts."""

    @property
    def places(self) -> Mapping[str, int]:
        """For the path of each answer the index of its column."""


@dataclass(slots=True)
class Row:
    """One row of a file: what it says, and where each answer stands.

    - `number`: the row as the spreadsheet counts, header included; in XML and JSON the position from 1;
    - `answers`: raw answers by field for `rulebook.reading.read`. A blank cell and an absent column are not
      in it; `(clear)` is None;
    - `places`: for the path of each answer, given or blank, the index of its column; in XML and JSON there are
      none. Rows of the same shape share one, so it is never changed;
    - `findings`: what the reader itself has to say about cells of this row;
    - `kept`: what has no field here and is kept beside the answers: under `legacy` answers that are not asked
      any more, under `extra` elements of other systems, each by its name; None empties it.
    """

    number: int
    answers: dict[str, Any]
    activity_id: str | None = None
    action: str | None = None
    close: Any = None
    places: Mapping[str, int] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    kept: dict[str, dict[str, str | None]] = field(default_factory=dict)


@dataclass(slots=True)
class Reading:
    """A file that is being read: its layout, known before the first row, and the rows, read as they are asked for.

    Iterating raises Unreadable where the file turns out to be damaged further down.
    """

    layout: Layout
    rows: Iterator[Row]


def letters(index: int) -> str:
    """Return the letters of a column by its index from 0: 0 is A, 26 is AA."""
    name = ""
    number = index + 1
    while number:
        number, rest = divmod(number - 1, 26)
        name = chr(ord("A") + rest) + name
    return name


def column_index(name: str) -> int:
    """Return the index from 0 of a column by its letters: A is 0, AA is 26."""
    number = 0
    for letter in name:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1


def where(layout: Layout, row: Placed, path: str) -> Where:
    """Return the place of an answer in the file: its own cell, else the row."""
    index = row.places.get(path)
    probe = path
    while index is None and "." in probe:
        probe = probe.rpartition(".")[0]
        index = row.places.get(probe)
    if index is None:
        return Where(sheet=layout.sheet, row=row.number)
    heading = next((column.heading for column in layout.columns if column.index == index), None)
    return Where(layout.sheet, row.number, heading or None, f"{letters(index)}{row.number}")
