"""Cells of text files that a spreadsheet would take for formulas: an apostrophe guards them.

It is put before what begins like a formula, and before what begins with an apostrophe itself, so that taking one
away gives the text as it was. A text that reads like the word which empties an answer is left alone here: what
its apostrophes mean is said in `cell_text`, for workbooks too.
"""

from collections.abc import Sequence
from typing import Final

from openpars.formats import cell_text
from openpars.formats.to_cells import Cell

_GUARDED: Final = frozenset("=+-@\t\r'")


def guarded(cell: Cell) -> Cell:
    """Return a cell as it is written to a text file."""
    if isinstance(cell, str) and cell[:1] in _GUARDED and not _reads_like_clear(cell):
        return f"'{cell}"
    return cell


def unguarded(cells: Sequence[str]) -> Sequence[str]:
    """Return the cells of a text file's row without their guards."""
    # One look at them all: hardly a row has any.
    together = "\0".join(cells)
    if "\0'" not in together and together[:1] != "'":
        return cells
    return [cell[1:] if cell[:1] == "'" and not _reads_like_clear(cell) else cell for cell in cells]


def _reads_like_clear(cell: str) -> bool:
    return cell_text.guarded(cell) != cell
