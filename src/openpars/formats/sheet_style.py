"""How the columns of a workbook look: how wide they are, and how what is typed there is shown."""

from typing import Final

from openpars.formats.columns import TemplateColumn
from openpars.formats.readers.xlsx import ACTIVITIES, LEARNER_COUNTS
from openpars.formats.rows import Kind

SHEETS: Final = {Kind.ACTIVITIES: ACTIVITIES, Kind.LEARNER_COUNTS: LEARNER_COUNTS}
"""What the sheet with the list is called."""
LONGEST_TEXT: Final = 32_767
"""How many characters a cell can hold, as Excel counts: one beyond the basic plane is two."""
MOST_COLUMNS: Final = 4_000
"""How many columns a list is given: as many as are read again."""

HEADING_HEIGHT: Final = 48
HEADING_COLOR: Final = "#DCE6F1"
HEADING_TEXT: Final = "#1B1B1B"

_SHOWN: Final = {
    "date": "mm/dd/yyyy",
    "credits": "0.00",
    "points": "0.00",
    "money": "#,##0",
    "whole-number": "0",
    # Typed digits stay text there, so that a number of the provider's own keeps its leading zeros.
    "text": "@",
}
_WIDTHS: Final = {
    "date": 13,
    "yes-no": 14,
    "credits": 12,
    "points": 10,
    "money": 12,
    "whole-number": 12,
    "long-text": 60,
    "url": 40,
    "texts": 30,
    "choices": 30,
}
_NARROW: Final = {"template": 10, "action": 10, "activity_id": 12, "close": 10, "title": 50}


def number_format(column: TemplateColumn) -> str:
    """Return how Excel shows what stands in a column."""
    return _SHOWN.get(column.field.kind, "General") if column.field else "General"


def width(column: TemplateColumn) -> int:
    """Return the width of a column, in characters."""
    if column.path in _NARROW:
        return _NARROW[column.path]
    return _WIDTHS.get(column.field.kind, 22) if column.field else 22


def fits(text: str) -> bool:
    """Say whether a cell can hold a text."""
    return len(text) * 2 <= LONGEST_TEXT or len(text.encode("utf-16-le")) <= LONGEST_TEXT * 2
