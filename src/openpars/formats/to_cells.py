"""From the answers of an activity to the cells of a row."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Final

from openpars.formats.cell_text import guarded, joined
from openpars.formats.columns import TemplateColumn, said, stamp
from openpars.formats.rows import Kind
from openpars.rulebook.declaring import Field
from openpars.rulebook.fields import FIELDS
from openpars.rulebook.kinds.dates import as_date
from openpars.rulebook.paths import position_of

Cell = str | int | float | date | None
"""What is written into a cell."""
Maker = Callable[[Mapping[str, Any]], Cell]

_NAMED: Final = "outcomes by name"


def row_writer(columns: Sequence[TemplateColumn], kind: Kind) -> Callable[[Mapping[str, Any]], list[Cell]]:
    """Return a function that makes the cells of an activity, in the order of the columns.

    It takes the plain JSON of an activity (the answers, `activity_id`, `status`, and what is kept under
    `legacy` and `extra`). Dates are dates, credits, amounts and counts are numbers, everything else is text.
    """
    mark = stamp(kind, groups=_widths(column.path for column in columns), kept=_kept_paths(columns))
    makers = [_maker(column, mark) for column in columns]

    def write(record: Mapping[str, Any]) -> list[Cell]:
        named, further = _outcomes(record)
        prepared = {**record, "outcomes": further, _NAMED: named}
        return [maker(prepared) for maker in makers]

    return write


def groups_of(record: Mapping[str, Any]) -> dict[str, int]:
    """Return how many numbered columns, or groups of columns, an activity needs for its repeated answers."""
    widths = {
        name: len(record.get(name) or ())
        for name, field in FIELDS.items()
        if field.kind in ("texts", "group") and field.ordered_by is None
    }
    return {**widths, "outcomes": len(_outcomes(record)[1])}


def kept_of(record: Mapping[str, Any]) -> list[str]:
    """Return the paths of what is kept beside an activity's answers."""
    return [f"{bucket}.{name}" for bucket in ("legacy", "extra") for name in record.get(bucket) or ()]


def _maker(column: TemplateColumn, mark: str) -> Maker:
    """Return what makes the cell of a column from a prepared record."""
    field = column.field
    name, _, rest = column.path.partition(".")
    if field is None:
        return _beside(name, rest, mark)
    if not rest:
        return lambda record: cell_of(field, record.get(name))
    position, _, part = rest.partition(".")
    number = position_of(position)
    if number is None:
        return lambda record: record[_NAMED].get(rest)
    return _numbered(field, name, number, part)


def _beside(name: str, rest: str, mark: str) -> Maker:
    """Return what makes the cell of a word about the row, or of what is kept beside the answers."""
    if rest:
        return lambda record: guarded((record.get(name) or {}).get(rest))
    if name == "template":
        return lambda _: mark
    if name == "close":
        return lambda record: "Yes" if record.get("status") == "Closed" else None
    return lambda record: record.get(name)


def _numbered(field: Field, name: str, number: int, part: str) -> Maker:
    def make(record: Mapping[str, Any]) -> Cell:
        entries = record.get(name) or ()
        if number >= len(entries):
            return None
        entry = entries[number]
        return cell_of(field, entry.get(part)) if part else guarded(entry)

    return make


def cell_of(field: Field, value: Any) -> Cell:
    """Return an answer of a field as its cell says it."""
    if value is None or value == []:
        return None
    maker = _BY_KIND.get(field.kind)
    return (
        maker(value)
        if maker
        else guarded(joined(said(field, one) for one in value) if field.multiple else said(field, value))
    )


_BY_KIND: Final[dict[str, Callable[[Any], Cell]]] = {
    "yes-no": lambda value: "Yes" if value else "No",
    "date": lambda value: as_date(value) or str(value),
    "credits": float,
    "points": float,
    "money": int,
    "whole-number": int,
}


def _outcomes(record: Mapping[str, Any]) -> tuple[dict[str, str], list[Mapping[str, Any]]]:
    """Return what stands in the columns of the outcomes, and the entries that do not fit there.

    An outcome without a measure says Yes; a second entry for an outcome, or one without, has no such column.
    """
    by, other = FIELDS["outcomes"].item
    named: dict[str, str] = {}
    further: list[Mapping[str, Any]] = []
    for entry in record.get("outcomes") or ():
        outcome = entry.get(by.name)
        if outcome is None or outcome in named:
            further.append(entry)
        else:
            types = entry.get(other.name)
            named[outcome] = joined(said(other, one) for one in types) if types else "Yes"
    return named, further


def _widths(paths: Iterable[str]) -> dict[str, int]:
    widths: dict[str, int] = {}
    for path in paths:
        name, _, rest = path.partition(".")
        number = position_of(rest.partition(".")[0])
        if number is not None and name in FIELDS:
            widths[name] = max(widths.get(name, 0), number + 1)
    return widths


def _kept_paths(columns: Iterable[TemplateColumn]) -> list[str]:
    return [column.path for column in columns if column.path.startswith(("legacy.", "extra."))]
