"""What is told of a file, short enough to be written down in a table."""

from typing import NamedTuple

from openpars.rulebook.findings import Finding, Where


class Found(NamedTuple):
    """A finding: its rule, its place as `place_of` words it, and the value it shows."""

    rule: str
    place: str = ""
    value: str | None = None


def told(found: Finding) -> Found:
    """Return a finding as the tables have it."""
    return Found(found.rule, place_of(found.where), found.value)


def place_of(where: Where | None) -> str:
    """Return a place: `Activities!F2 Credits` in a workbook, `F2 Credits` in text, `row 2` for a whole row."""
    if where is None:
        return ""
    spot = where.cell or (f"row {where.row}" if where.row is not None else "")
    sheet = f"{where.sheet}!" if where.sheet else ""
    return f"{sheet}{spot} {where.column or ''}".strip()
