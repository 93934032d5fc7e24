"""Lists of activities as offices keep them: a row of headings, and a row for each activity."""

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any

from tests.formats.generators.workbooks import Sheet, workbook

GOOD: dict[str, Any] = {
    "Internal ID": "A-1",
    "Activity Title": "Committee on Sepsis",
    "Activity Format": "Committee Learning",
    "Start Date": "3/4/2026",
    "End Date": "3/5/2026",
    "AMA PRA Category 1 Credits": "2",
    "Include in CME Passport": "No",
    "Description": "What the committee learned.",
    "Providership": "Direct",
    "Outcome: Learner Knowledge": "Objective",
    "Commercial Support Received?": "No",
    "Total Physician Learners": "12",
    "Total Other Learners": "0",
}
"""One activity of which nothing is missing and nothing wrong: columns A to M."""

Row = Sequence[Any]


def headings(*rows: Mapping[str, Any]) -> list[str]:
    """Return the headings of a list of these rows: those of GOOD, then what the rows add."""
    return list(dict.fromkeys((*GOOD, *(name for row in rows for name in row))))


def table(*rows: Mapping[str, Any]) -> list[Row]:
    """Return headings and rows; each row is GOOD with these cells put in, its internal ID counted on."""
    names = headings(*rows)
    full = [{**GOOD, "Internal ID": f"A-{number}", **row} for number, row in enumerate(rows, 1)]
    return [names, *([row.get(name, "") for name in names] for row in full)]


def delimited(rows: Sequence[Row], *, delimiter: str = "\t", end: str = "\r\n") -> str:
    """Return rows as text that a spreadsheet would save."""
    stream = io.StringIO()
    csv.writer(stream, delimiter=delimiter, lineterminator=end).writerows(rows)
    return stream.getvalue()


def tab(*rows: Mapping[str, Any], **how: Any) -> bytes:
    """Return a list as text, tab-delimited unless something else is asked for."""
    return delimited(table(*rows), **how).encode()


def xlsx(*rows: Mapping[str, Any], **sheet: Any) -> bytes:
    """Return a list as a workbook whose only sheet is *Activities*."""
    return sheet_of(table(*rows), **sheet)


def sheet_of(rows: Sequence[Row], *, name: str = "Activities", **sheet: Any) -> bytes:
    """Return rows as a workbook with one sheet."""
    return workbook({name: Sheet(rows, **sheet)})
