"""Workbooks that are written are read back as they were, and nothing in them is a formula."""

import io
import zipfile
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings

from openpars.formats.columns import columns_for
from openpars.formats.readers import xlsx as reader
from openpars.formats.rows import Kind, Layout, Limits, Row, Unreadable
from openpars.formats.sheet_style import fits
from openpars.formats.to_cells import groups_of, kept_of
from openpars.formats.writers.xlsx import write
from openpars.rulebook.fields import FIELDS
from openpars.rulebook.reading import Reading, read
from tests.formats.records import records
from tests.rulebook.examples import TODAY, complete

FULL = {"activity_id": 100000012, **complete(), "status": "Closed", "phase": "ended", "revision": 3}

ROOM = 4000 - len(columns_for(Kind.ACTIVITIES, groups={}))


def written(path: Path, given: Sequence[dict[str, Any]], kind: Kind = Kind.ACTIVITIES) -> Path:
    kept = dict.fromkeys(path for record in given for path in kept_of(record))
    groups: dict[str, int] = {}
    for record in given:
        groups = {name: max(groups.get(name, 0), needed) for name, needed in groups_of(record).items()}
    with path.open("wb") as stream:
        write(stream, iter(given), kind=kind, groups=groups, kept=kept)
    return path


def again(path: Path) -> tuple[Layout, list[Row]]:
    reading = reader.read(path, limits=Limits())
    return reading.layout, list(reading.rows)


@settings(max_examples=150)
@given(records())
def test_any_activity_is_read_as_it_was_written(
    tmp_path_factory: pytest.TempPathFactory, record: dict[str, Any]
) -> None:
    layout, (row,) = again(written(tmp_path_factory.getbasetemp() / "one.xlsx", [record]))
    assert (layout.sheet, layout.kind, layout.findings) == ("Activities", Kind.ACTIVITIES, ())
    assert read(row.answers, today=TODAY) == Reading(
        {name: value for name, value in record.items() if name in FIELDS}, {}, (), ()
    )
    assert row.kept == {name: record[name] for name in ("legacy", "extra") if name in record}
    assert (row.activity_id, row.action, row.findings) == (str(record["activity_id"]), None, [])
    assert row.close == ("Yes" if record["status"] == "Closed" else None)


def test_cells_are_what_people_expect_there(tmp_path: Path) -> None:
    formula = "=cmd|'/c calc'!A1"
    path = written(tmp_path / "list.xlsx", [{**FULL, "internal_id": "007", "title": formula}, complete()])
    sheet = openpyxl.load_workbook(path)["Activities"]
    cells = {sheet.cell(1, cell.column).value: cell for cell in sheet[2] if cell.value is not None}
    expected = {
        "Activity ID": ("n", 100000012, "General"),
        "Internal ID": ("s", "007", "@"),
        "Activity Title": ("s", formula, "@"),
        "Start Date": ("d", datetime(2026, 3, 4), "mm/dd/yyyy"),  # noqa: DTZ001 - so it is read
        "AMA PRA Category 1 Credits": ("n", 10.5, "0.00"),
        "Include in CME Passport": ("s", "Yes", "General"),
        "Support 1 Amount": ("n", 12500, "#,##0"),
        "Total Other Learners": ("n", 0, "0"),
        "Close Activity": ("s", "Yes", "General"),
    }
    assert {
        name: (cells[name].data_type, cells[name].value, cells[name].number_format) for name in expected
    } == expected
    assert sheet.freeze_panes == "A2"
    with zipfile.ZipFile(path) as archive:
        assert b"<f>" not in archive.read("xl/worksheets/sheet1.xml")
        assert [name for name in archive.namelist() if "hyperlink" in name] == []


def test_learner_counts_say_what_the_counts_are_of(tmp_path: Path) -> None:
    layout, rows = again(written(tmp_path / "counts.xlsx", [FULL], Kind.LEARNER_COUNTS))
    assert (layout.kind, layout.sheet, [column.path for column in layout.columns]) == (
        Kind.LEARNER_COUNTS,
        "Learner counts",
        [
            *("template", "activity_id", "internal_id", "title"),
            *("physicians", "other_learners", "counts_as_of", "close"),
        ],
    )
    assert [(row.activity_id, row.answers["physicians"], row.answers["other_learners"]) for row in rows] == [
        ("100000012", 37, 0)
    ]


def test_without_a_record_there_are_the_headings(tmp_path: Path) -> None:
    with pytest.raises(Unreadable) as refused:
        again(written(tmp_path / "empty.xlsx", []))
    assert refused.value.finding.rule == "file.no_rows"


@pytest.mark.parametrize(
    ("given", "left_out"),
    [
        ({"specialties": [f"{number:03} {'x' * 195}" for number in range(200)]}, {"specialties"}),
        ({"collaborations": [{"practice_areas": [f"{n:03} {'x' * 195}" for n in range(200)]}, {"kind": "mips"}]},
         {"collaborations"}),
        ({"legacy": {"Long": "x" * 32_768, "Short": "x" * 32_767, "Wide": "😀" * 16_384}}, {"Long", "Wide"}),
        ({"extra": {"x" * 50_000: "1", "Short": "2"}}, {"x" * 50_000}),
        ({"extra": {f"Tag {number}": "x" for number in range(5000)}}, {f"Tag {n}" for n in range(ROOM, 5000)}),
    ],
)  # fmt: skip
def test_what_no_cell_can_hold_is_left_blank_so_that_it_stays_as_it_is(
    tmp_path: Path, given: dict[str, Any], left_out: set[str]
) -> None:
    base = {"activity_id": 100000012, "title": "Sepsis", "format": "C"}
    _, (row,) = again(written(tmp_path / "long.xlsx", [{**base, **given}]))
    back = {**read(row.answers, today=TODAY).answers, **row.kept}
    ((name, value),) = given.items()
    if isinstance(value, dict):
        assert set(value) - set(back[name]) == left_out
        assert back[name].items() <= value.items()
    else:
        assert (name in back, left_out) == (False, {name})


def test_a_text_fits_by_what_excel_counts() -> None:
    texts = ["x" * 32_767, "x" * 32_768, "😀" * 16_383, "😀" * 16_384]
    assert [fits(text) for text in texts] == [True, False, True, False]


def test_any_stream_that_can_be_written_will_do() -> None:
    stream = io.BytesIO()
    write(stream, [FULL])
    assert zipfile.ZipFile(stream).testzip() is None
