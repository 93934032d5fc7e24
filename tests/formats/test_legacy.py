"""Layouts of earlier years: what each column is read as, and that nothing in it is lost."""

import csv
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from openpars.formats.layouts.legacy import LETTERED, PRE_2011, LegacyLayout
from openpars.formats.readers import tab
from openpars.formats.readers.legacy import layout_of, read_rows
from openpars.formats.rows import Limits, Row, where
from openpars.rulebook.reading import read

B, C, D = (LETTERED[letter] for letter in "BCD")

SAID = {
    "activity_id": "201577374",
    "internal_id": "0012",
    "Reporting Year": "2014",
    "title": "Sepsis in\r\nthe First Hour",
    "start_date": "03/04/2014",
    "city": "Chicago",
    "state": "IL",
    "country": "USA",
    "providership": "Joint",
    "format": "C",
    "Hours of Instruction": "10",
    "physicians": "37",
    "other_learners": "0",
    "support_received": "Yes",
    "joint_providers": "Demo County Heart Association; Demo Clinic",
    "credits": "10.5",
    "description": "For residents.\r\nAnd others.",
}


def cells_of(layout: LegacyLayout, *supporters: Sequence[str], **over: str) -> list[str]:
    said = {**SAID, "template": layout.letter or "", **over}
    cells = [said.get(path or heading, "") for heading, path in layout.columns]
    return [*cells, *(cell for supporter in supporters for cell in supporter)]


def rows_of(layout: LegacyLayout, *lists: list[str]) -> list[Row]:
    _, rows = read_rows(iter(enumerate(lists, start=1)), layout, width=max(map(len, lists)), total=0)
    return list(rows)


def only(layout: LegacyLayout, *supporters: Sequence[str], **over: str) -> Row:
    (row,) = rows_of(layout, cells_of(layout, *supporters, **over))
    return row


def answers_of(row: Row) -> dict[str, Any]:
    reading = read(row.answers, today=date(2026, 3, 10))
    assert (reading.findings, reading.unknown) == ((), ())
    return reading.answers


def test_the_columns_stand_where_the_templates_had_them() -> None:
    counted_from_1 = {
        layout.name: [place for place, (_, path) in enumerate(layout.columns, 1) if path]
        for layout in (PRE_2011, B, C, D)
    }
    common = [1, 2, 3, 5, 6, 7, 8, 9, 10, 11, 13, 14, 15]
    assert counted_from_1 == {
        "legacy-pre-2011": [2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 13, 14, 30, 31, 32],
        "legacy-b": [*common, 37, 38, 39],
        "legacy-c": [*common, 37, 38, 39],
        "legacy-d": [*common, 29, 30, 31],
    }
    assert [len(layout.columns) for layout in (PRE_2011, B, C, D)] == [35, 42, 58, 47]


@pytest.mark.parametrize("layout", [PRE_2011, B, C, D], ids=lambda layout: layout.name)
def test_a_row_of_each_layout_is_read(layout: LegacyLayout) -> None:
    row = only(layout, ["Demo Devices Company", "$12,500", "No", "No", "No", "No", "No", "No"])
    assert layout_of(cells_of(layout)) is layout
    assert (row.number, row.activity_id, row.action, row.close) == (1, "201577374", None, None)
    assert answers_of(row) == {
        "internal_id": "0012",
        "title": "Sepsis in the First Hour",
        "start_date": "2014-03-04",
        "end_date": "2014-03-04",
        "city": "Chicago",
        "state": "IL",
        "country": "USA",
        "providership": "Joint",
        "format": "C",
        "physicians": 37,
        "other_learners": 0,
        "support_received": True,
        "joint_providers": ["Demo County Heart Association", "Demo Clinic"],
        "credits": "10.5",
        "description": "For residents.\nAnd others.",
        "support": [{"kind": "monetary", "source": "Demo Devices Company", "amount": 12500}],
    }


def test_what_is_not_asked_any_more_is_kept_and_told_once_for_a_column() -> None:
    first, second = rows_of(
        D,
        cells_of(D, **{"Sub-category: Lecture": "Yes"}),
        cells_of(D, **{"Competency: Other": "Listening\tand\r\nwaiting\x07"}),
    )
    assert first.kept == {
        "legacy": {"Reporting Year": "2014", "Hours of Instruction": "10", "Sub-category: Lecture": "Yes"}
    }
    assert second.kept == {
        "legacy": {
            "Reporting Year": "2014",
            "Hours of Instruction": "10",
            "Competency: Other": "Listening\tand\nwaiting␇",
        }
    }
    told = [
        [(one.value, one.where and one.where.cell) for one in row.findings if one.rule == "file.legacy.kept"]
        for row in (first, second)
    ]
    assert told == [
        [("Reporting Year", "D1"), ("Hours of Instruction", "L1"), ("Sub-category: Lecture", "W1")],
        [("Competency: Other", "AU2")],
    ]


@pytest.mark.parametrize(
    ("code", "year", "end"),
    [
        ("C", "2015", "2014-03-04"),
        ("IL", "2015", "2014-03-04"),
        ("MR", "2015", "2014-03-04"),
        ("TIW", "2015", "2014-03-04"),
        ("Internet Live Course", "2015", "2014-03-04"),
        ("RSS", "2014", "2014-12-31"),
        ("IEM", "2015", "2015-12-31"),
        ("EM", "", "2014-12-31"),
    ],
)
def test_the_end_is_assumed_and_told(code: str, year: str, end: str) -> None:
    row = only(D, format=code, **{"Reporting Year": year})
    (told,) = [one for one in row.findings if one.rule == "file.end_date.assumed"]
    spoken = {"2014-03-04": "March 4, 2014"}.get(end, f"December 31, {end[:4]}")
    assert (answers_of(row)["end_date"], told.path, told.value) == (end, "end_date", spoken)
    assert told.where is not None
    assert (told.where.row, told.where.column, told.where.cell) == (1, "Activity Date", "F1")


def test_no_end_is_assumed_where_there_is_no_start() -> None:
    row = only(D, start_date="", format="EM")
    assert ("end_date" in row.answers, row.findings[-1].rule) == (False, "file.legacy.kept")


def test_a_date_that_is_none_is_told_at_its_cell() -> None:
    layout, rows = read_rows(iter([(7, cells_of(D, start_date="13/45/2014"))]), D, width=47, total=0)
    (row,) = rows
    findings = read(row.answers, today=date(2026, 3, 10)).findings
    assert [(one.rule, one.path, where(layout, row, one.path).cell) for one in findings] == [
        ("activity.date.no_such_day", "start_date", "F7"),
        ("activity.date.no_such_day", "end_date", "F7"),
    ]


NOTHING = ["", "", "", "", "", "", "", ""]


@pytest.mark.parametrize(
    ("supporters", "entries"),
    [
        (
            [["Demo Devices Company", "500", "Yes", "", "", "", "", ""]],
            [
                {"kind": "monetary", "source": "Demo Devices Company", "amount": 500},
                {"kind": "in-kind", "source": "Demo Devices Company"},
            ],
        ),
        (
            [["A", "$0.00", "No", "No", "No", "No", "No", "Catering"]],
            [{"kind": "in-kind", "source": "A"}],
        ),
        (
            [NOTHING, ["A", "1", "", "", "", "", "", ""], NOTHING, ["B", "", "", "Y", "", "", "", ""]],
            [{"kind": "monetary", "source": "A", "amount": 1}, {"kind": "in-kind", "source": "B"}],
        ),
        ([["A", "", "No", "No", "No", "No", "No", "No"]], [{"source": "A"}]),
        ([["A", "7"]], [{"kind": "monetary", "source": "A", "amount": 7}]),
        (
            [[f"Company {number}", str(number), *NOTHING[2:]] for number in range(1, 31)],
            [
                {"kind": "monetary", "source": f"Company {number}", "amount": number}
                for number in range(1, 31)
            ],
        ),
        ([NOTHING], None),
    ],
)
def test_supporter_groups_are_support(supporters: list[list[str]], entries: Any) -> None:
    assert answers_of(only(C, *supporters)).get("support") == entries


def test_the_kinds_of_goods_are_kept() -> None:
    row = only(D, NOTHING, ["A", "", "No", "Yes", "", "", "", "Catering"], **{"Reporting Year": "2016"})
    assert row.kept == {
        "legacy": {
            "Reporting Year": "2016",
            "Hours of Instruction": "10",
            "In Kind Support 2: Durable Equipment": "No",
            "In Kind Support 2: Facilities / Space": "Yes",
            "In Kind Support 2: Other": "Catering",
        }
    }


def test_a_finding_about_support_points_to_its_cell() -> None:
    cells = cells_of(D, NOTHING, ["A", "much", "Yes", "", "", "", "", ""])
    layout, rows = read_rows(iter([(3, cells)]), D, width=len(cells), total=0)
    (row,) = rows
    (told,) = read(row.answers, today=date(2026, 3, 10)).findings
    place = where(layout, row, told.path)
    assert (told.path, place.column, place.cell) == (
        "support.0.amount",
        "Monetary Amount Received 2",
        "BE3",
    )


def test_headings_that_were_not_deleted_are_no_row() -> None:
    for layout in (PRE_2011, B, C, D):
        headings = [heading for heading, _ in layout.columns]
        rows = rows_of(layout, ["Activities of 2014"], headings, cells_of(layout), cells_of(layout))
        assert [row.number for row in rows] == [3, 4]


def test_the_findings_that_came_back_with_a_file_are_no_supporter() -> None:
    headings = [*(heading for heading, _ in D.columns), "Issues"]
    (row,) = rows_of(D, headings, [*cells_of(D), "The end date was assumed."])
    assert "support" not in row.answers


@pytest.mark.parametrize("layout", [PRE_2011, B, C, D], ids=lambda layout: layout.name)
def test_a_text_file_of_each_layout_is_recognised(tmp_path: Path, layout: LegacyLayout) -> None:
    path = tmp_path / "upload.txt"
    with path.open("w", encoding="cp1252", newline="") as file:
        out = csv.writer(file, delimiter="\t")
        out.writerow(cells_of(layout, NOTHING, title="Café “Sepsis”", format="EM"))
        out.writerow(cells_of(layout, title="", start_date="01/31/2014", format="EM"))
    reading = tab.read(path, limits=Limits())
    rows = list(reading.rows)
    assert (reading.layout.name, reading.layout.header_row) == (layout.name, None)
    assert [(row.number, row.answers.get("title"), row.answers["end_date"]) for row in rows] == [
        (1, "Café “Sepsis”", "2014-12-31"),
        (2, None, "2014-12-31"),
    ]


def test_rows_that_do_not_fit_the_layout_are_told_and_not_read() -> None:
    cells = cells_of(D)
    broken = [cells[:20], cells[20:], [*cells_of(B), *NOTHING]]
    rows = rows_of(D, cells, *broken)
    told = [(row.number, row.answers, [(one.rule, one.message) for one in row.findings]) for row in rows[1:]]
    short = "This row has {} columns where the layout has 47."
    assert told == [
        (2, {}, [("file.row.columns", short.format(20))]),
        (3, {}, [("file.row.columns", short.format(27))]),
        (
            4,
            {},
            [
                (
                    "file.row.template",
                    "The first column of this row says “B”; in the rows above it says “D”.",
                )
            ],
        ),
    ]


def test_a_first_row_with_a_mistake_is_not_taken_for_headings() -> None:
    rows = rows_of(D, cells_of(D, start_date="soon", **{"Reporting Year": "?"}), cells_of(D, template=""))
    assert [row.number for row in rows] == [1, 2]


@pytest.mark.parametrize(
    "cells",
    [
        [],
        ["C", "Sepsis", "03/04/2014"],
        ["Template", *[""] * 46],
        ["C", *[""] * 46],
        ["D", "", "", "2014", "Sepsis", "soon", *[""] * 4, "C", *[""] * 36],
        ["2010", "1", "", "Sepsis", "03/04/2010", *[""] * 4, "a course", *[""] * 25],
    ],
)
def test_other_lists_are_not_taken_for_layouts_of_earlier_years(cells: list[str]) -> None:
    assert layout_of(cells) is None
