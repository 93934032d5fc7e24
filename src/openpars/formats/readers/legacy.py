"""Reading the tab-delimited templates of earlier years, which have no header row and one activity date."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any, Final

from openpars.formats.keeping import keep
from openpars.formats.layouts.legacy import IN_KIND, LETTERED, PRE_2011, SUPPORTER, YEAR, LegacyLayout
from openpars.formats.readers.delimited import Numbered
from openpars.formats.rows import ISSUES, Column, Layout, Row, letters
from openpars.rulebook.findings import Where
from openpars.rulebook.kinds import dates, numbers
from openpars.rulebook.kinds.trouble import Trouble, visible
from openpars.rulebook.rules import finding
from openpars.rulebook.vocabularies import VOCABULARIES, folded

_LETTER: Final = re.compile(r"\s*(?:template\s*)?([A-Z])\s*", re.IGNORECASE)
_YEAR: Final = re.compile(r"\s*(20\d\d)\s*")
_AT_ONCE: Final = frozenset({"C", "MR", "TIW"})
"""The formats whose one date is the day they ended as well; the others went on to the end of the year."""
_day = dates.day("1900-01-01", "9999-12-31")


def layout_of(cells: Sequence[str]) -> LegacyLayout | None:
    """Return the layout that a row is of, by its letter and by where its year, date and type stand, or None.

    A row that lacks some columns, or has some too many, still shows what it was meant to be.
    """
    layout = LETTERED.get(_letter_of(cells[0]) if cells else None, PRE_2011)
    if len(cells) <= len(layout.columns) // 2:
        return None
    at = {path or heading: index for index, (heading, path) in enumerate(layout.columns)}
    if not (_YEAR.fullmatch(cells[at[YEAR]]) and _date_of(cells[at["start_date"]])):
        return None
    return layout if VOCABULARIES["formats"].match(cells[at["format"]]) else None


def read_rows(
    rows: Iterator[Numbered], layout: LegacyLayout, *, width: int, total: int
) -> tuple[Layout, Iterator[Row]]:
    """Return how the file is laid out, and the rows; headings and titles above the first one are left out.

    `width` is how many columns the widest of the first rows has, `total` how many rows there are.
    """
    groups = _groups_in(width, layout)
    return Layout(name=layout.name, columns=_columns(layout, groups), total=total), _Rows(layout).read(rows)


def _columns(layout: LegacyLayout, groups: int) -> tuple[Column, ...]:
    places = [
        *((heading, path or f"legacy.{heading}") for heading, path in layout.columns),
        *((heading, path) for group in range(groups) for heading, path in _supporter(group)),
    ]
    return tuple(Column(index, heading, path) for index, (heading, path) in enumerate(places))


def _supporter(group: int) -> Iterator[tuple[str, str]]:
    """Give the heading and the path of each column of a group of columns about one supporter."""
    source, amount, *kinds = _supporter_headings(group)
    yield source, f"support.{group}.source"
    yield amount, f"support.{group}.amount"
    yield from ((kind, f"legacy.{kind}") for kind in kinds)


@lru_cache(maxsize=500)
def _supporter_headings(group: int) -> tuple[str, ...]:
    source, amount, *_ = SUPPORTER
    kinds = (f"In Kind Support {group + 1}: {kind}" for kind in IN_KIND)
    return (f"{source} {group + 1}", f"{amount} {group + 1}", *kinds)


def _groups_in(width: int, layout: LegacyLayout) -> int:
    return max(0, -(-(width - len(layout.columns)) // len(SUPPORTER)))


@dataclass(slots=True)
class _Rows:
    """Reads the rows of one file; remembers what has been told of it already."""

    layout: LegacyLayout
    told: set[str] = field(default_factory=set)
    year: int = field(init=False)
    places: dict[str, int] = field(init=False)

    def __post_init__(self) -> None:
        self.year = self.layout.columns.index((YEAR, None))
        self.places = {path: index for index, (_, path) in enumerate(self.layout.columns) if path}
        self.places["end_date"] = self.places["start_date"]

    def read(self, rows: Iterator[Numbered]) -> Iterator[Row]:
        begun, width = False, None
        for number, cells in rows:
            begun = begun or self._is_row(cells)
            if begun:
                yield self._row(number, cells[:width])
            else:
                # A file that was checked comes back with its findings in a last column, under a heading.
                issues = (index for index, cell in enumerate(cells) if folded(cell) == folded(ISSUES))
                width = next(issues, width)

    def _is_row(self, cells: list[str]) -> bool:
        """Say whether this is a row of the list, however damaged, rather than what stands above it."""
        if self.layout.letter is not None and _letter_of(cells[0]) == self.layout.letter:
            return True
        year, start = (cells[at : at + 1] for at in (self.year, self.places["start_date"]))
        return any(map(_YEAR.fullmatch, year)) or any(map(_date_of, start))

    def _row(self, number: int, cells: list[str]) -> Row:
        row = Row(number, {})
        expected = len(self.layout.columns)
        letter = _letter_of(cells[0])
        if len(cells) < expected:
            row.findings.append(
                finding(
                    "file.row.columns",
                    where=Where(row=number),
                    count=f"{len(cells):,}",
                    expected=f"{expected:,}",
                )
            )
        elif self.layout.letter not in (None, letter):
            row.findings.append(
                finding(
                    "file.row.template",
                    value=cells[0],
                    where=self._at(row, 0),
                    expected=self.layout.letter or "",
                )
            )
        else:
            self._fill(row, cells)
        return row

    def _fill(self, row: Row, cells: list[str]) -> None:
        kept: dict[int, str] = {}
        for index, (_, path) in enumerate(self.layout.columns):
            text = cells[index].strip()
            if not text or path == "template":
                continue
            if path is None:
                kept[index] = text
            elif path == "activity_id":
                row.activity_id = text
            else:
                row.answers[path] = text
        self._assume_end(row, year=cells[self.year])
        self._add_support(row, cells, kept)
        self._keep(row, kept)

    def _keep(self, row: Row, kept: Mapping[int, str]) -> None:
        legacy = {self._heading(index): visible("\n".join(text.splitlines())) for index, text in kept.items()}
        keep(row, legacy=legacy)
        for index, heading in zip(kept, legacy, strict=True):
            # Once for a column: what is said of ten thousand rows is read by nobody.
            if heading not in self.told:
                self.told.add(heading)
                row.findings.append(finding("file.legacy.kept", value=heading, where=self._at(row, index)))

    def _heading(self, index: int) -> str:
        if index < len(self.layout.columns):
            return self.layout.columns[index][0]
        group, place = divmod(index - len(self.layout.columns), len(SUPPORTER))
        return _supporter_headings(group)[place]

    def _at(self, row: Row, index: int) -> Where:
        return Where(row=row.number, column=self._heading(index), cell=f"{letters(index)}{row.number}")

    def _assume_end(self, row: Row, *, year: str) -> None:
        start = row.answers.get("start_date")
        if start is None:
            return
        begun = _date_of(start)
        end = begun
        match = VOCABULARIES["formats"].match(row.answers.get("format", ""))
        if match is None or match.code not in _AT_ONCE:
            known = _YEAR.fullmatch(year)
            end = date(int(known[1]), 12, 31) if known else begun and date(begun.year, 12, 31)
        if end is None:
            # Both come from one cell, so whatever is wrong with it is wrong with both.
            row.answers["end_date"] = start
            return
        row.answers["end_date"] = end.isoformat()
        where = self._at(row, self.places["start_date"])
        row.findings.append(
            finding("file.end_date.assumed", path="end_date", value=dates.spoken(end), where=where)
        )

    def _add_support(self, row: Row, cells: list[str], kept: dict[int, str]) -> None:
        entries: list[dict[str, Any]] = []
        places: dict[str, int] = {}

        def add(at: int, **entry: str) -> None:
            path = f"support.{len(entries)}"
            places.update({f"{path}.source": at, f"{path}.amount": at + 1})
            entries.append({name: text for name, text in entry.items() if text})

        first = len(self.layout.columns)
        for group in range(_groups_in(len(cells), self.layout)):
            at = first + group * len(SUPPORTER)
            texts = [text.strip() for text in cells[at : at + len(SUPPORTER)]]
            source, amount, *kinds = texts + [""] * (len(SUPPORTER) - len(texts))
            in_kind = any(map(_says_yes, kinds))
            kept.update((at + place, text) for place, text in enumerate(kinds, start=2) if text)
            # Beside goods, no dollars are no support in money.
            monetary = amount and not (in_kind and not amount.strip("$0., "))
            if monetary:
                add(at, kind="monetary", source=source, amount=amount)
            if in_kind:
                add(at, kind="in-kind", source=source)
            if source and not monetary and not in_kind:
                add(at, source=source)
        row.places = {**self.places, **places} if entries else self.places
        if entries:
            row.answers["support"] = entries


def _letter_of(cell: str) -> str | None:
    match = _LETTER.fullmatch(cell)
    return match[1].upper() if match else None


def _date_of(text: str) -> date | None:
    try:
        return dates.as_date(_day(text))
    except Trouble:
        return None


def _says_yes(text: str) -> bool:
    try:
        return numbers.yes_or_no(text) is True
    except Trouble:
        # The column for other kinds may name the kind.
        return True
