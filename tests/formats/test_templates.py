"""Templates say what to enter, offer what can be chosen, and are read again when they are filled in."""

import io
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from openpyxl.workbook import Workbook

from openpars.formats.checking import check_rows
from openpars.formats.columns import DEFAULT_GROUPS, columns_for, words_of
from openpars.formats.recognise import open_file
from openpars.formats.rows import Kind, Row
from openpars.formats.templates import Form, template
from openpars.formats.to_cells import groups_of, kept_of
from openpars.rulebook import VERSION
from openpars.rulebook.fields import FIELDS
from openpars.rulebook.findings import Finding, Stage
from openpars.rulebook.reading import Reading, read
from tests.formats.records import records
from tests.rulebook.examples import TODAY, complete

KINDS = {Kind.ACTIVITIES: "Activities", Kind.LEARNER_COUNTS: "Learner counts"}


def made(path: Path, kind: Kind, form: Form, *given: dict[str, Any]) -> Path:
    groups: dict[str, int] = {}
    for record in given:
        groups = {name: max(groups.get(name, 0), needed) for name, needed in groups_of(record).items()}
    kept = [one for record in given for one in kept_of(record)]
    with path.open("wb") as stream:
        template(kind, form, stream, given, groups=groups, kept=kept)
    return path


def workbook(kind: Kind, *given: dict[str, Any]) -> Workbook:
    stream = io.BytesIO()
    template(kind, Form.XLSX, stream, given)
    return openpyxl.load_workbook(stream)


def checked(path: Path) -> tuple[list[dict[str, Any]], list[Finding]]:
    rows = list(check_rows(open_file(path), today=TODAY))
    return [row.answers for row in rows], [found for row in rows for found in row.findings]


@pytest.mark.parametrize("kind", Kind)
def test_a_workbook_says_in_every_heading_what_to_enter(kind: Kind) -> None:
    book = workbook(kind)
    columns = columns_for(kind)
    sheet = book[KINDS[kind]]
    assert [(one.title, one.sheet_state) for one in book] == [
        (KINDS[kind], "visible"),
        ("Instructions", "visible"),
        ("Lists", "hidden"),
    ]
    assert (sheet.freeze_panes, sheet.max_row) == ("A2", 1)
    assert [cell.value for cell in sheet[1]] == [column.heading for column in columns]
    notes = {
        column.path: cell.comment.text for column, cell in zip(columns, sheet[1], strict=True) if cell.comment
    }
    assert (list(notes), all(notes.values())) == ([column.path for column in columns], True)
    expected = "As learners will see it on your announcement and on their certificate.\n"
    expected += "Required. Needed to be saved.\nAt most 500 characters."
    if kind is Kind.LEARNER_COUNTS:
        expected = "So that you see which activity it is. It is not read."
    assert notes["title"] == expected
    told = {row[0].value: row[1].value for row in book["Instructions"] if row[0].value}
    assert {column.heading for column in columns} <= told.keys()
    assert (f"Rulebook {VERSION}" in told, "Blank and (clear)" in told) == (True, True)
    assert book.properties.description == f"Made by OpenPARS, rulebook {VERSION}."


def test_what_is_needed_is_told_by_color_and_in_words() -> None:
    sheet = workbook(Kind.ACTIVITIES)["Activities"]
    by_color: dict[str, set[str]] = {}
    for column, cell in zip(columns_for(), sheet[1], strict=True):
        by_color.setdefault(str(cell.fill.fgColor.rgb), set()).add(column.path)
        assert cell.comment is not None
        words = {"FF1B4F87": "Required.", "FFBDD7EE": "Needed for Active."}.get(
            str(cell.fill.fgColor.rgb), ""
        )
        assert words in cell.comment.text
        assert ("Required." in cell.comment.text) == (words == "Required.")
    always = {
        stage: {
            field.name
            for field in FIELDS.values()
            if not field.applies and any(need.stage is stage and not need.when for need in field.needs)
        }
        for stage in (Stage.DRAFT, Stage.ACTIVE)
    }
    assert (by_color["FF1B4F87"], by_color["FFBDD7EE"]) == (always[Stage.DRAFT], always[Stage.ACTIVE])


@pytest.mark.parametrize("kind", Kind)
def test_drop_downs_offer_what_the_rulebook_knows(kind: Kind) -> None:
    book = workbook(kind, {"activity_id": 100000012, **complete()})
    sheet = book[KINDS[kind]]
    offered: dict[str, tuple[list[Any], bool]] = {}
    for rule in sheet.data_validations.dataValidation:
        (area,) = rule.sqref.ranges
        assert (area.min_row, area.max_row) == (2, 1048576)
        heading = sheet.cell(1, area.min_col).value
        if rule.type == "list":
            ((_, cells),) = book.defined_names[rule.formula1].destinations
            entries = [row[0].value for row in book["Lists"][cells.replace("$", "")]]
            offered[str(heading)] = (entries, bool(rule.showErrorMessage))
        else:
            assert rule.errorStyle == "warning"
    expected: dict[str, tuple[list[Any], bool]] = {"Close Activity": (["Yes", "No"], True)}
    if kind is Kind.ACTIVITIES:
        expected["Record Action"] = (["Add", "Update", "Delete"], True)
    for column in columns_for(kind):
        if column.field and (words := words_of(column.field)):
            free = column.field.multiple or column.field.kind == "text"
            clear = [] if column.path == "format" else ["(clear)"]
            expected[column.heading] = ([*words, *clear], not free)
    assert offered == expected


def test_a_template_filled_in_has_no_findings(tmp_path: Path) -> None:
    """As a coordinator would: choosing from the lists, typing dates as dates and an internal ID of digits."""
    path = made(tmp_path / "template.xlsx", Kind.ACTIVITIES, Form.XLSX)
    book = openpyxl.load_workbook(path)
    sheet = book["Activities"]
    places = {str(cell.value): cell.column or 0 for cell in sheet[1]}
    typed: dict[str, str | float | date] = {
        "Internal ID": "007",
        "Activity Title": "Sepsis",
        "Activity Format": "Live Course",
        "Start Date": date(2026, 3, 4),
        "End Date": "3/5/2026",
        "Delivery Method": "In-Person; Live-Streamed",
        "City": "Chicago",
        "State": "IL",
        "Country": "United States",
        "AMA PRA Category 1 Credits": 10.5,
        "Include in CME Passport": "No",
        "Description": "Line one\nline two",
        "Providership": "Direct",
        "Outcome: Patient Health": "Objective; Subjective",
        "Commercial Support Received?": "Yes",
        "Support 2 Kind": "Monetary",
        "Support 2 Source": "Demo Devices Company",
        "Support 2 Amount": 12500,
        "Total Physician Learners": 37,
        "Total Other Learners": 0,
    }
    for heading, value in typed.items():
        sheet.cell(2, places[heading], value)
    book.save(path)
    answers, findings = checked(path)
    assert (findings, answers) == (
        [],
        [
            {
                "internal_id": "007",
                "title": "Sepsis",
                "format": "C",
                "start_date": "2026-03-04",
                "end_date": "2026-03-05",
                "delivery_methods": ["In-Person", "Live-Streamed"],
                "city": "Chicago",
                "state": "IL",
                "country": "USA",
                "credits": "10.5",
                "on_passport": False,
                "description": "Line one\nline two",
                "providership": "Direct",
                "outcomes": [{"outcome": "Patient Health", "measurement_types": ["Objective", "Subjective"]}],
                "support_received": True,
                "support": [{"kind": "monetary", "source": "Demo Devices Company", "amount": 12500}],
                "physicians": 37,
                "other_learners": 0,
            }
        ],
    )


@settings(max_examples=40)
@given(records())
def test_a_filled_template_is_read_as_it_was_written(
    tmp_path_factory: pytest.TempPathFactory, record: dict[str, Any]
) -> None:
    path = made(tmp_path_factory.getbasetemp() / "filled.xlsx", Kind.ACTIVITIES, Form.XLSX, record)
    reading = open_file(path)
    (row,) = reading.rows
    expected = {name: value for name, value in record.items() if name in FIELDS}
    assert read(row.answers, today=TODAY) == Reading(expected, {}, (), ())
    assert row.kept == {name: record[name] for name in ("legacy", "extra") if name in record}


def test_a_filled_template_has_room_for_more(tmp_path: Path) -> None:
    path = made(
        tmp_path / "filled.xlsx", Kind.ACTIVITIES, Form.XLSX, {"activity_id": 100000012, "title": "Sepsis"}
    )
    columns = columns_for(groups=DEFAULT_GROUPS)
    assert [column.path for column in open_file(path).layout.columns] == [column.path for column in columns]


@pytest.mark.parametrize("form", Form)
def test_learner_counts_change_nothing_but_the_counts(tmp_path: Path, form: Form) -> None:
    record = {"activity_id": 100000012, **complete()}
    reading = open_file(made(tmp_path / "counts", Kind.LEARNER_COUNTS, form, record))
    rows: list[Row] = list(reading.rows)
    assert [(row.activity_id, read(row.answers, today=TODAY).answers) for row in rows] == [
        (
            "100000012",
            {"internal_id": "SEPSIS-26", "title": record["title"], "physicians": 37, "other_learners": 0},
        )
    ]


def test_xml_without_records_shows_by_an_example_how_it_is_written(tmp_path: Path) -> None:
    answers, findings = checked(made(tmp_path / "template.xml", Kind.ACTIVITIES, Form.XML))
    assert ([one["title"] for one in answers], findings) == (
        ["Example: Recognizing Sepsis in the First Hour"],
        [],
    )
    counts, findings = checked(made(tmp_path / "counts.xml", Kind.LEARNER_COUNTS, Form.XML))
    assert [one["physicians"] for one in counts] == [37]


def test_tab_delimited_templates_are_the_headings(tmp_path: Path) -> None:
    for kind in Kind:
        path = made(tmp_path / "template.txt", kind, Form.TAB)
        headings = "\t".join(column.heading for column in columns_for(kind))
        assert path.read_text(encoding="utf-8-sig") == f"{headings}\n"
