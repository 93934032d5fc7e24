"""Workbooks: how they come in from offices, and what is told or refused."""

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from openpars.formats.readers import xlsx
from openpars.formats.rows import Column, Kind, Layout, Limits, Row, Unreadable
from openpars.rulebook.findings import Finding, Where
from openpars.rulebook.rules import finding

from .generators.workbooks import (
    DRAFT,
    HEADINGS,
    Raw,
    Sheet,
    bare,
    bomb,
    broken_inside,
    cut_off,
    far_corner,
    of_rows,
    two_corners,
    workbook,
)

ANSWERS = {
    "title": "Sepsis",
    "format": "PI",
    "start_date": "3/4/2026",
    "end_date": "3/4/2026",
    "internal_id": "S-1",
}


def read(folder: Path, data: bytes, **more: Any) -> tuple[Layout, list[Row]]:
    path = folder / "list.xlsx"
    path.write_bytes(data)
    reading = xlsx.read(path, limits=more.pop("limits", Limits()), **more)
    return reading.layout, list(reading.rows)


def said(rows: Sequence[Row]) -> list[tuple[int, dict[str, Any]]]:
    assert [found for row in rows for found in row.findings] == []
    return [(row.number, row.answers) for row in rows]


def refused(folder: Path, data: bytes, **more: Any) -> Finding:
    with pytest.raises(Unreadable) as refusal:
        read(folder, data, **more)
    return refusal.value.finding


def test_a_list_is_read_with_its_places(tmp_path: Path) -> None:
    layout, (row,) = read(tmp_path, of_rows(HEADINGS, DRAFT))
    assert layout == Layout(
        name="xlsx",
        sheet="Activities",
        header_row=1,
        columns=tuple(
            Column(index, heading, path)
            for index, (heading, path) in enumerate(zip(HEADINGS, ANSWERS, strict=True))
        ),
        total=1,
    )
    assert row == Row(2, ANSWERS, places={path: index for index, path in enumerate(ANSWERS)})


def test_titles_above_the_headings_and_blank_rows_and_columns_are_passed_over(tmp_path: Path) -> None:
    rows = [
        (),
        ("", "", "Activities of 2026"),
        ("", "", "as of", date(2026, 3, 10)),
        (),
        ("", "", *HEADINGS),
        (),
        ("", "", *DRAFT),
        ("", "", "  ", "\n"),
        ("", "", *DRAFT),
        (),
        ("", "", Raw("", 's="1"')),
    ]
    layout, read_rows = read(tmp_path, of_rows(*rows))
    assert (layout.header_row, layout.total) == (5, 4)
    assert said(read_rows) == [(7, ANSWERS), (9, ANSWERS)]
    assert read_rows[0].places["title"] == 2


@pytest.mark.parametrize(
    ("heading", "given", "answer"),
    [
        ("Start Date", date(2026, 3, 4), "2026-03-04"),
        ("Start Date", "March 4, 2026", "March 4, 2026"),
        ("Start Date", 46085, 46085),
        ("Internal ID", 12, 12),
        ("Internal ID", 12.0, 12),
        ("Internal ID", "0012", "0012"),
        ("Internal ID", 123456789012, 123456789012),
        ("Internal ID", date(2026, 3, 26), "3/26/2026"),
        ("Internal ID", True, "TRUE"),
        ("Credits", 10.25, 10.25),
        ("Credits", 0.1 + 0.2, 0.3),
        ("Credits", "10.25", "10.25"),
        ("CME Passport", True, True),
        ("CME Passport", 1, 1),
        ("CME Passport", "Y", "Y"),
        ("Title", Raw("<v>Sepsis</v>", 't="str"'), "Sepsis"),
        ("Title", Raw("<f>A1&amp;B1</f><v>Sepsis 2026</v>", 't="str"'), "Sepsis 2026"),
        ("Title", Raw("<is><r><t>Sep</t></r><r><t>sis</t></r></is>", 't="inlineStr"'), "Sepsis"),
        ("Title", "=cmd|'/c calc'!A1", "=cmd|'/c calc'!A1"),
        ("Title", "<script>alert(1)</script>", "<script>alert(1)</script>"),
        ("Title", "(clear)", None),
        ("Title", " (CLEAR) ", None),
        ("Title", "'(clear)", "(clear)"),
        ("Specialties", 'A; "B; C"', ["A", "B; C"]),
        ("Physicians", 12.5, 12.5),
    ],
)
def test_a_cell_says_what_it_shows(tmp_path: Path, heading: str, given: Any, answer: Any) -> None:
    _, rows = read(tmp_path, of_rows(("Record Action", heading), ("Add", given)))
    ((path, value),) = rows[0].answers.items()
    assert (path in rows[0].places, value, type(value)) == (True, answer, type(answer))


def test_a_workbook_of_another_program_is_read_alike(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.create_sheet("Courses", 0)
    sheet.append(["Title", "Start Date", "End Date", "Physicians", "Include in CME Passport"])
    sheet.append(["Sepsis", date(2026, 3, 4), datetime.fromisoformat("2026-03-05T18:30"), 40, True])
    book.save(tmp_path / "book.xlsx")
    answers = {
        "title": "Sepsis",
        "start_date": "2026-03-04",
        "end_date": "2026-03-05",
        "physicians": 40,
        "on_passport": True,
    }
    assert said(read(tmp_path, (tmp_path / "book.xlsx").read_bytes())[1]) == [(2, answers)]


def test_the_list_is_found_among_other_sheets(tmp_path: Path) -> None:
    other = [("Instructions for everybody",), ("Title", "Start Date"), ("Nonsense", "1/1/2026")]
    sheets = {
        "Instructions": Sheet(other),
        "Hidden": Sheet(other, state="hidden"),
        "Very hidden": Sheet(other, state="veryHidden"),
        "Empty": Sheet(),
        "Notes": Sheet([("Who", "When"), ("me", "today")]),
        "Courses 2026": Sheet([HEADINGS, DRAFT]),
        "Issues": Sheet(other),
    }
    layout, rows = read(tmp_path, workbook(sheets))
    assert (layout.sheet, said(rows)) == ("Courses 2026", [(2, ANSWERS)])
    layout, _ = read(tmp_path, workbook({**sheets, " ACTIVITIES": Sheet([HEADINGS, DRAFT])}))
    assert layout.sheet == " ACTIVITIES"


@pytest.mark.parametrize(
    ("sheet", "headings", "kind"),
    [
        ("Learner counts", ("Activity ID", "Activity Title", "Physicians"), Kind.LEARNER_COUNTS),
        ("Sheet1", ("Internal ID", "Activity Title", "# of Physicians", "As Of Date"), Kind.LEARNER_COUNTS),
        ("Sheet1", ("Internal ID", "Activity Title", "Start Date", "Physicians"), Kind.ACTIVITIES),
        ("Sheet1", ("Internal ID", "Activity Title"), Kind.ACTIVITIES),
    ],
)
def test_what_the_list_is_about(tmp_path: Path, sheet: str, headings: Sequence[str], kind: Kind) -> None:
    assert read(tmp_path, workbook({sheet: Sheet([headings, ["7"] * 4])}))[0].kind is kind


@pytest.mark.parametrize(("prefix", "quote"), [("", '"'), ("x", '"'), ("", "'")])
def test_hidden_rows_errors_and_formulas_never_calculated_are_told(
    tmp_path: Path, prefix: str, quote: str
) -> None:
    rows = [
        ("Title", "City", "Remarks", "Credits"),
        ("Sepsis", Raw("<v>#N/A</v>", 't="e"'), Raw("<v>#REF!</v>", 't="e"'), 1),
        (Raw("<f>A2</f>"), Raw("<f>B2</f><v></v>"), Raw("<f>C2</f>"), Raw("<f>1-1</f><v>0</v>")),
        ("Asthma", Raw("<f>B2</f><v></v>", 't="str"'), "", Raw("<f>1/0</f><v>#DIV/0!</v>", 't="e"')),
        ("", "", "only a remark", ""),
    ]
    attributes = {2: 'hidden="1"', 3: 'ht="15" hidden="true"', 4: 'hidden="0"', 5: 'hidden="1"'}
    sheet = Sheet(rows, attributes=attributes, prefix=prefix, quote=quote)
    _, read_rows = read(tmp_path, workbook({"Activities": sheet}))

    def at(rule: str, cell: str, path: str, heading: str, value: str | None = None) -> Finding:
        return finding(rule, path=path, value=value, where=Where("Activities", int(cell[1:]), heading, cell))

    hidden = [finding("file.row.hidden", where=Where("Activities", number)) for number in (2, 3)]
    assert [(row.number, row.answers, row.findings) for row in read_rows] == [
        (
            2,
            {"title": "Sepsis", "credits": 1},
            [at("file.cell.error", "B2", "city", "City", "#N/A"), hidden[0]],
        ),
        (
            3,
            {"credits": 0},
            [
                at("file.cell.not_calculated", "A3", "title", "Title"),
                at("file.cell.not_calculated", "B3", "city", "City"),
                hidden[1],
            ],
        ),
        (4, {"title": "Asthma"}, [at("file.cell.error", "D4", "credits", "Credits", "#DIV/0!")]),
    ]


def test_a_program_that_leaves_calculating_to_excel_writes_zeros(tmp_path: Path) -> None:
    rows = [
        ("Title", "Credits", "Physicians"),
        ("Sepsis", Raw("<f>1+1</f><v>0</v>"), Raw("<f>A1</f><v>7</v>")),
    ]
    data = workbook({"Activities": Sheet(rows)}, calculation='fullCalcOnLoad="1"')
    (row,) = read(tmp_path, data)[1]
    assert (row.answers, [found.rule for found in row.findings]) == (
        {"title": "Sepsis", "physicians": 7},
        ["file.cell.not_calculated"],
    )


def test_what_cells_merged_over_rows_say_holds_for_all_of_them(tmp_path: Path) -> None:
    rows = [
        ("Activities", "", ""),
        ("Title", "City", "Credits"),
        ("Sepsis", "Chicago", 1),
        ("", "Boston", 2),
        ("", "Miami", 3),
        ("Asthma", "", 4),
    ]
    merged = ["A1:C1", "A3:A5", "A6:B6", "C6:C90"]
    _, read_rows = read(tmp_path, of_rows(*rows, merged=merged))
    assert said(read_rows) == [
        (3, {"title": "Sepsis", "city": "Chicago", "credits": 1}),
        (4, {"title": "Sepsis", "city": "Boston", "credits": 2}),
        (5, {"title": "Sepsis", "city": "Miami", "credits": 3}),
        (6, {"title": "Asthma", "credits": 4}),
    ]


def test_blank_cells_merged_beside_the_list_say_nothing(tmp_path: Path) -> None:
    rows = [("", "Title", "City"), ("", "Sepsis", "Chicago"), ("", "Asthma", "Boston")]
    _, read_rows = read(tmp_path, of_rows(*rows, merged=["A2:A3", "Z2:Z3"]))
    assert said(read_rows) == [
        (2, {"title": "Sepsis", "city": "Chicago"}),
        (3, {"title": "Asthma", "city": "Boston"}),
    ]


def test_headings_that_nobody_knows_are_told_with_samples(tmp_path: Path) -> None:
    rows = [
        ("Activity Title", "Remarks", "Title"),
        *(("Sepsis", f"no. {number % 7}", "") for number in range(20)),
    ]
    layout, _ = read(tmp_path, of_rows(*rows))
    assert layout.findings == (
        finding("file.column.unknown", value="Remarks", where=Where("Activities", 1, "Remarks", "B1")),
        finding(
            "file.column.repeated",
            path="title",
            value="Title",
            where=Where("Activities", 1, "Title", "C1"),
            label="Activity Title",
            first="Activity Title",
        ),
    )
    assert layout.samples == {1: tuple(f"no. {number}" for number in range(5)), 2: ()}
    layout, read_rows = read(tmp_path, of_rows(*rows[:2]), mapping={"remarks": "city", "title": ""})
    assert (layout.findings, said(read_rows)) == ((), [(2, {"title": "Sepsis", "city": "no. 0"})])


def test_a_list_with_strange_headings_only_waits_for_a_person(tmp_path: Path) -> None:
    layout, rows = read(tmp_path, of_rows(("Demo Hospital",), ("What", "Wann"), ("Sepsis", date(2026, 3, 4))))
    assert (layout.header_row, [column.path for column in layout.columns], rows) == (2, [None, None], [])
    assert layout.samples == {0: ("Sepsis",), 1: ("2026-03-04",)}


GOOD = of_rows(HEADINGS, DRAFT)
NOT_UNPACKED = finding("file.damaged", problem="a part of the workbook cannot be unpacked")
TOO_WIDE = finding("file.too_many_columns", count="16,384", limit="4,000")
NO_HEADER = finding("file.no_header", limit="50")
MANY_PARTS = {f"xl/media/{number}.png": b"" for number in range(10_001)}


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (of_rows(HEADINGS), finding("file.no_rows")),
        (of_rows(HEADINGS, (), ("", Raw(""))), finding("file.no_rows")),
        (of_rows(DRAFT, DRAFT), NO_HEADER),
        (of_rows(), NO_HEADER),
        (of_rows(*[()] * 50, HEADINGS, DRAFT), NO_HEADER),
        (two_corners(), TOO_WIDE),
        (far_corner(), finding("file.too_much")),
        (of_rows([f"Heading {number}" for number in range(16_384)]), TOO_WIDE),
        (bomb(3_000_000), finding("file.too_much")),
        (workbook({"Activities": Sheet([HEADINGS, DRAFT])}, parts=MANY_PARTS), finding("file.too_much")),
        (cut_off(GOOD), NOT_UNPACKED),
        (broken_inside(GOOD), NOT_UNPACKED),
        (bare('<row r="1"><c r="A1" t="s"><v>7</v></c></row>'), NOT_UNPACKED),
        (bare('<row r="1"><c r="A1"><v>7</v></c></wrong></row>'), NOT_UNPACKED),
    ],
)
def test_what_cannot_be_read_is_refused(tmp_path: Path, data: bytes, found: Finding) -> None:
    assert refused(tmp_path, data, limits=Limits(unpacked=2_000_000)) == found


def test_more_rows_than_are_read_are_refused(tmp_path: Path) -> None:
    rows = "".join(f'<row><c t="inlineStr"><is><t>{number}</t></is></c></row>' for number in range(200))
    assert refused(tmp_path, bare(rows), limits=Limits(rows=100)) == finding(
        "file.too_many_rows", limit="100"
    )


def test_cells_and_rows_without_their_names_are_counted(tmp_path: Path) -> None:
    text = '<c t="inlineStr"><is><t>{}</t></is></c>'.format
    data = bare(
        f"<row>{text('Title')}{text('City')}</row>"
        f'<row hidden="1">{text("Sepsis")}<c t="e"><v>#N/A</v></c></row>'
    )
    (row,) = read(tmp_path, data)[1]
    assert [(found.rule, found.where) for found in row.findings] == [
        ("file.cell.error", Where("Activities", 2, "City", "B2")),
        ("file.row.hidden", Where("Activities", 2)),
    ]
