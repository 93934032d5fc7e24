"""From the cells of a row to its answers."""

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

from openpars.formats.cell_text import BLANK, MAY_BE_ODD
from openpars.formats.cell_values import shown, value_of
from openpars.formats.columns import IN_KIND, WORDS
from openpars.formats.keeping import keep
from openpars.formats.repeated import Group, Shape, Texts, answer_in, remembering
from openpars.formats.rows import Column, Row
from openpars.rulebook.fields import FIELDS

_YES: Final = "legacy, unless it says No"
_IN_KIND_WORDS: Final = re.compile(r".*\bin.?kind(?:\s+support)?(?:\s+received)?[\s:\u2013-]*", re.IGNORECASE)


def row_reader(columns: Iterable[Column], *, first: int = 0) -> Callable[[int, Sequence[Any]], Row]:
    """Return a function that makes a `Row` of a row's number and its cells.

    `first` is the index of the column that the first cell stands in. Cells are what a workbook or a text file
    gives: text, numbers, booleans, dates, None; each row has a cell for every column.
    """
    words: list[tuple[int, str]] = []
    kept: list[tuple[int, str, str]] = []
    scalars: list[tuple[int, str, str]] = []
    repeated: dict[str, Texts | Group] = {}
    always: dict[str, int] = {}
    for column in columns:
        path, index = column.path or "", column.index - first
        name, _, rest = path.partition(".")
        if path in WORDS:
            words.append((index, path))
            always[path] = column.index
        elif name in ("legacy", "extra"):
            kept.append((index, name, rest))
        elif path:
            field = FIELDS[name]
            always.setdefault(name, column.index)
            if field.kind == "texts":
                repeated.setdefault(name, Texts(name)).add(rest, index, column.index)
            elif field.kind == "group":
                repeated.setdefault(name, Group(field)).add(rest, index, column.index)
                if (kind := _kind_of_help(column)) is not None:
                    kept.append((index, _YES, kind))
            else:
                scalars.append((index, name, field.kind))
    lists = tuple(map(remembering, repeated.values()))
    shapes: dict[Shape, dict[str, int]] = {}

    def read(number: int, cells: Sequence[Any]) -> Row:
        answers: dict[str, Any] = {}
        for index, name, kind in scalars:
            value = cells[index]
            # Most cells are plain text; they are read here rather than in `value_of`, for they are many.
            if type(value) is str:
                if not value:
                    continue
                if value[0] in MAY_BE_ODD or (kind == "choices" and '"' in value):
                    value = value_of(value, kind)
                    if value is BLANK:
                        continue
            elif value is None:
                continue
            else:
                value = shown(value, kind)
            answers[name] = value
        shape: Shape = ()
        for one in lists:
            shape += one(cells, answers)
        places = shapes.get(shape)
        if places is None:
            places = shapes[shape] = {**always, **_places(repeated, shape)}
        row = Row(number, answers, places=places)
        for index, word in words:
            _add_word(row, word, cells[index])
        if kept:
            _keep(row, kept, cells)
        return row

    return read


def is_blank(row: Row) -> bool:
    """Say whether a row says nothing at all, but for the stamp that our own templates carry."""
    return not (row.answers or row.activity_id or row.action or row.close is not None or row.kept)


def _places(repeated: dict[str, Texts | Group], shape: Shape) -> dict[str, int]:
    """Return where the answers in the entries of a row stand, given which entries are filled in."""
    places: dict[str, int] = {}
    counts: dict[str, int] = {}
    for name, order in shape:
        counts[name] = counts.get(name, -1) + 1
        for part, index in repeated[name].places(order).items():
            places[f"{name}.{counts[name]}.{part}".rstrip(".")] = index
    return places


def _kind_of_help(column: Column) -> str | None:
    """Return under which name the kind of a supporter's help is kept, where the heading names one."""
    name, _, rest = (column.path or "").partition(".")
    position, _, part = rest.partition(".")
    kind = _IN_KIND_WORDS.sub("", column.heading).strip()
    return (
        f"In Kind Support {int(position) + 1}: {kind}"
        if part == IN_KIND and name == "support" and kind
        else None
    )


def _keep(row: Row, columns: Iterable[tuple[int, str, str]], cells: Sequence[Any]) -> None:
    said: dict[str, dict[str, str | None]] = {"legacy": {}, "extra": {}}
    for index, bucket, name in columns:
        value = value_of(cells[index], "")
        if value is not BLANK and not (bucket == _YES and answer_in(value) is False):
            said["legacy" if bucket == _YES else bucket][name] = None if value is None else str(value)
    keep(row, **said)


def _add_word(row: Row, word: str, cell: Any) -> None:
    value = value_of(cell, "yes-no" if word == "close" else "")
    if value is BLANK or value is None:
        return
    if word == "close":
        row.close = value
    elif word != "template":
        setattr(row, word, str(value).strip())
