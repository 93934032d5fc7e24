"""A list of findings as tab-delimited text."""

import csv
import io
from collections.abc import Iterable, Iterator
from typing import BinaryIO, Final

from openpars.formats.guards import guarded
from openpars.formats.marking.work import kind_of
from openpars.formats.writers.tab import ENCODING
from openpars.rulebook.findings import Finding, Where

HEADINGS: Final = (
    *("Cell", "Row", "Column", "Value", "What is wrong", "How to mend it", "How serious", "Rule"),
)


def cells_of(found: Finding) -> tuple[str, ...]:
    """Return a finding as the cells of a row below the headings."""
    where = found.where or Where()
    return (
        where.cell or "",
        "" if where.row is None else str(where.row),
        where.column or found.path,
        found.value or "",
        found.message,
        found.mend,
        kind_of(found),
        found.rule,
    )


def write_list(stream: BinaryIO, findings: Iterable[Finding]) -> None:
    """Write findings as they come, one on each row."""
    text = io.TextIOWrapper(stream, encoding=ENCODING, newline="", write_through=True)
    out = csv.writer(text, delimiter="\t", lineterminator="\r\n")
    out.writerow(HEADINGS)
    out.writerows(_guarded(findings))
    # The stream is the caller's to close.
    text.detach()


def _guarded(findings: Iterable[Finding]) -> Iterator[list[object]]:
    for found in findings:
        yield [guarded(cell) for cell in cells_of(found)]
