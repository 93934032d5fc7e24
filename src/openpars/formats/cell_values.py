"""What one cell says, whatever a workbook or a text file makes of it."""

from datetime import date, datetime
from typing import Any, Final

from openpars.formats.cell_text import BLANK, MAY_BE_ODD, said_by, split

_MOST_EXACT: Final = 1e15
"""From here on a spreadsheet does not keep every digit of a number."""


def value_of(cell: Any, kind: str) -> Any:
    """Return what a cell says for a field of this kind: text, number or list, None for `(clear)`, BLANK for nothing."""
    if type(cell) is str:
        if not cell or (cell[0] in MAY_BE_ODD and (cell := said_by(cell)) is BLANK):
            return BLANK
        # The rulebook parts a list at its semicolons; it knows nothing of quotation marks.
        return split(cell) if kind in ("choices", "texts") and type(cell) is str and '"' in cell else cell
    return BLANK if cell is None else shown(cell, kind)


def shown(value: Any, kind: str) -> Any:
    """Return a number, a yes or no, or a date of a workbook as the number or text that it shows."""
    if isinstance(value, bool):
        return value if kind == "yes-no" else str(value).upper()
    if isinstance(value, float):
        if value.is_integer() and abs(value) < _MOST_EXACT:
            return int(value)
        return float(f"{value:.15g}")
    if isinstance(value, date):
        day = value.date() if isinstance(value, datetime) else value
        return day.isoformat() if kind == "date" else f"{day.month}/{day.day}/{day.year}"
    return value if isinstance(value, int) else str(value)
