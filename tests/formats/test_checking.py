"""Rows of a file, read and judged: what is found, where, and what waits for the stored record."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from openpars.formats.checking import Checked, check_rows, without_plan
from openpars.formats.from_cells import row_reader
from openpars.formats.headings import match
from openpars.formats.rows import Action, Kind, Layout, Reading, Row
from openpars.rulebook.findings import Stage, Where
from openpars.rulebook.rules import finding

from ..rulebook.examples import TODAY, complete

HEADINGS = ("Internal ID", "Title", "Format", "Start Date", "End Date")
DRAFT = ("S-1", "Sepsis", "PI", "3/4/2026", "3/4/2026")
Cells = Sequence[Any]


def reading(*rows: Cells, kind: Kind = Kind.ACTIVITIES, name: str = "xlsx") -> Reading:
    """Return a reading of rows below the headings in the first of them."""
    columns = match(rows[0]).columns
    make = row_reader(columns)
    layout = Layout(name, kind, "Activities", 1, columns)
    return Reading(layout, (make(number, cells) for number, cells in enumerate(rows[1:], 2)))


def checked(*rows: Cells, fixes: Mapping[int, Mapping[str, str]] | None = None, **more: Any) -> list[Checked]:
    return list(check_rows(reading(*rows, **more), today=TODAY, fixes=fixes))


def told(
    rows: Sequence[Checked], *, stages: str = "valid draft confirm"
) -> list[tuple[str, str, str | None]]:
    """Return rule, path and cell of the findings of these stages."""
    return [
        (found.rule, found.path, found.where.cell if found.where else None)
        for row in rows
        for found in row.findings
        if found.stage.value in stages
    ]


def test_a_row_that_is_right_has_its_answers_and_no_finding() -> None:
    record = complete()
    row = Row(7, record, activity_id=None)
    layout = Layout("json")
    assert list(check_rows(Reading(layout, iter([row])), today=TODAY)) == [
        Checked(7, record, {}, (), judged=True)
    ]


def test_every_finding_has_its_cell_or_its_row() -> None:
    support = [f"Support {number} {part}" for number in (1, 2) for part in ("Kind", "Source", "Amount")]
    headings = (*HEADINGS, "Credits", *support)
    cells = ("S-1", "", "Webinar", "2/30/2026", "3/4/2026", 10.1, "", "", "", "Money", "A", "12.5k")
    (row,) = checked(headings, cells)

    def at(letter: str | None, heading: str | None) -> Where:
        return Where("Activities", 2, heading, letter and f"{letter}2")

    assert row.findings[:6] == (
        finding("activity.format.unknown", path="format", value="Webinar", where=at("C", "Format")),
        finding(
            "activity.date.no_such_day", path="start_date", value="2/30/2026", where=at("D", "Start Date")
        ),
        finding("activity.credits.step", path="credits", value="10.1", where=at("F", "Credits")),
        finding(
            "activity.support.amount.not_a_number",
            path="support.0.amount",
            value="12.5k",
            where=at("L", "Support 2 Amount"),
        ),
        finding("activity.title.required", path="title", where=at("B", "Title")),
        finding("activity.on_passport.required", path="on_passport", where=at(None, None)),
    )
    assert row.rejected == {
        "format": "Webinar",
        "start_date": "2/30/2026",
        "credits": "10.1",
        "support.0.amount": "12.5k",
    }


def test_what_is_missing_is_told_of_new_rows_only() -> None:
    headings = ("Record Action", "Activity ID", *HEADINGS)
    rows = checked(
        headings,
        ("", "", "S-1", "Sepsis", "", "", ""),
        ("Add", "", "S-2", "Sepsis", "", "", ""),
        ("update", "", "S-3", "Sepsis", "", "", ""),
        ("", "100000012", "", "Sepsis", "", "", ""),
        ("", "12", "", "Sepsis", "", "", ""),
        (" DELETE ", "", "S-6", "Sepsis", "Webinar", "soon", ""),
        ("Update", "", "S-7", "", "", "3/4/2026", "3/3/2026"),
    )
    assert [(row.judged, row.action, row.activity_id, len(row.findings) > 3) for row in rows] == [
        (True, None, None, True),
        (True, Action.ADD, None, True),
        (False, Action.UPDATE, None, False),
        (False, None, 100000012, False),
        (False, None, None, False),
        (False, Action.DELETE, None, False),
        (False, Action.UPDATE, None, False),
    ]
    assert told(rows[2:]) == [
        ("activity.activity_id.not_an_id", "activity_id", "B6"),
        ("activity.end_date.before_start", "end_date", "G8"),
    ]
    assert rows[5].answers == {"internal_id": "S-6"}


def test_what_a_row_asks_for() -> None:
    headings = ("Record Action", "Activity ID", "Close Activity", *HEADINGS)
    rows = checked(
        headings,
        ("add", " 100000012 ", "y", *DRAFT),
        ("Change", 100000012.0, True, *DRAFT),
        ("", "SEPSIS-26", "later", *DRAFT),
        ("", "１００００００１２", "", *DRAFT),
        ("", "1000000121", "No", *DRAFT),
    )
    assert [(row.action, row.activity_id, row.close, row.rejected) for row in rows] == [
        (Action.ADD, 100000012, True, {}),
        (None, 100000012, True, {"action": "Change"}),
        (None, None, None, {"activity_id": "SEPSIS-26", "close": "later"}),
        (None, None, None, {"activity_id": "１００００００１２"}),
        (None, None, False, {"activity_id": "1000000121"}),
    ]
    assert told(rows) == [
        ("activity.action.unknown", "action", "A3"),
        ("activity.activity_id.not_an_id", "activity_id", "B4"),
        ("activity.close.not_yes_no", "close", "C4"),
        ("activity.activity_id.not_an_id", "activity_id", "B5"),
        ("activity.activity_id.not_an_id", "activity_id", "B6"),
    ]


def test_text_files_need_an_internal_id_for_what_is_new() -> None:
    headings = ("Activity ID", *HEADINGS)
    rows = [("", *DRAFT), ("", "", *DRAFT[1:]), ("100000012", "", *DRAFT[1:]), ("", "A\u200b", *DRAFT[1:])]
    needed = [("activity.internal_id.needed", "internal_id", "B3")]
    invisible = [("activity.internal_id.invisible_characters", "internal_id", "B5")]
    for name in ("tab", "legacy-d"):
        assert told(checked(headings, *rows, name=name)) == needed + invisible
    assert told(checked(headings, *rows)) == invisible


def test_what_the_reader_found_is_not_told_again_as_missing() -> None:
    readings = reading(HEADINGS, ("S-1", "", "PI", "3/4/2026", "3/4/2026"))
    error = finding(
        "file.cell.error", path="title", value="#REF!", where=Where("Activities", 2, "Title", "B2")
    )
    misfit = finding("file.row.columns", where=Where(row=3), count="9", expected="5")
    rows = list(readings.rows)
    rows[0].findings.append(error)
    rows.append(Row(3, {}, findings=[misfit]))
    found = list(check_rows(Reading(readings.layout, iter(rows)), today=TODAY))
    assert told(found) == [("file.cell.error", "title", "B2"), ("file.row.columns", "", None)]
    assert found[1].findings == (misfit,)


@pytest.mark.parametrize(
    ("answers", "unasked"),
    [
        ({"city": "Chicago"}, ["city"]),
        ({"sessions": "3", "format": "RSS", "delivery_methods": "Live-Streamed"}, []),
        ({"sessions": "3"}, ["sessions"]),
        ({"repeated": "No"}, []),
        ({"repeated": "Yes"}, ["repeated"]),
        ({"providership": "Direct", "joint_providers": "A"}, ["joint_providers"]),
        ({"joint_providers": "A"}, []),  # The providership is missing, which is told.
        ({"format": "C", "city": "Chicago"}, []),  # So is the delivery method.
        ({"format": "Webinar", "city": "Chicago", "sessions": "3"}, []),
        ({"commendation_criteria": "C23"}, ["commendation_criteria"]),
        (
            {"support_received": "No", "support": [{"kind": "in-kind", "source": "A"}]},
            [],
        ),  # Told by its own rule.
        (
            {"support_received": "Yes", "support": [{"kind": "in-kind", "source": "A", "amount": 5}]},
            ["support.0.amount"],
        ),
        ({"collaborations": [{"kind": "mips", "points": 5}, {"points": 5}]}, ["collaborations.0.points"]),
        ({"counts_as_of": "2026-03-01"}, ["counts_as_of"]),
        ({"city": None}, []),
    ],
)
def test_answers_to_questions_that_are_not_asked_are_told(
    answers: dict[str, Any], unasked: list[str]
) -> None:
    raw = {"title": "Sepsis", "format": "PI", "start_date": "2026-03-04", "end_date": "2026-03-04", **answers}
    (row,) = check_rows(Reading(Layout("json"), iter([Row(1, raw)])), today=TODAY)
    assert [one.path for one in row.findings if one.rule == "activity.answer.does_not_apply"] == unasked
    assert {one.stage for one in row.findings if one.path in unasked} <= {Stage.CONFIRM}


@pytest.mark.parametrize(
    ("answers", "shown"),
    [
        ({"commendation_criteria": ["C23", "C24"]}, "Engages Teams; Engages Patients/Public"),
        ({"providership": "Direct", "joint_providers": ["A; B", "C"]}, '"A; B"; C'),
        ({"repeated": "Yes"}, "Yes"),
        ({"counts_as_of": "2026-03-01"}, "3/1/2026"),
        ({"collaborations": [{"kind": "mips", "points": 5}, {"points": 5}]}, "5"),
    ],
)
def test_an_answer_that_is_not_asked_for_is_shown_as_people_write_it(
    answers: dict[str, Any], shown: str
) -> None:
    raw = {"title": "Sepsis", "format": "PI", "start_date": "2026-03-04", "end_date": "2026-03-04", **answers}
    (row,) = check_rows(Reading(Layout("json"), iter([Row(1, raw)])), today=TODAY)
    values = [one.value for one in row.findings if one.rule == "activity.answer.does_not_apply"]
    assert values == [shown]


def test_a_file_of_learner_counts_is_read_for_its_counts_alone() -> None:
    headings = (
        "Activity ID",
        "Internal ID",
        "Title",
        "Start Date",
        "Physicians",
        "Counts As Of",
        "Close Activity",
    )
    rows = checked(
        headings,
        ("100000012", "", "Not read", "nor this", "12", "3/9/2026", "Yes"),
        ("", "S-1", "", "", "some", "3/11/2026", ""),
        kind=Kind.LEARNER_COUNTS,
    )
    assert [(row.action, row.answers, row.judged) for row in rows] == [
        (Action.UPDATE, {"physicians": 12, "counts_as_of": "2026-03-09"}, False),
        (Action.UPDATE, {"internal_id": "S-1", "physicians": None, "counts_as_of": None}, False),
    ]
    assert told(rows) == [
        ("activity.number.not_a_number", "physicians", "E3"),
        ("activity.counts_as_of.in_the_future", "counts_as_of", "F3"),
    ]


def test_answers_that_a_person_gave_stand_in_the_place_of_those_in_the_file() -> None:
    headings = (
        "Activity ID",
        "Record Action",
        *HEADINGS,
        "Support 1 Source",
        "Support 1 Amount",
        "Joint Provider 1",
    )
    cells = ("SEPSIS", "Change", *DRAFT[:2], "Webinar", "soon", "3/4/2026", "A", "12.5k", "")
    fixes = {
        2: {
            "activity_id": " ",
            "action": "Add",
            "format": "Live Course",
            "start_date": "3/4/2026",
            "title": "",
            "support.0.amount": "12500",
            "support.1.source": "B",
            "joint_providers.0": "C",
        },
        9: {"title": "No such row"},
    }
    (row,) = checked(headings, cells, fixes=fixes)
    assert (row.action, row.rejected, row.answers) == (
        Action.ADD,
        {},
        {
            "internal_id": "S-1",
            "format": "C",
            "start_date": "2026-03-04",
            "end_date": "2026-03-04",
            "support": [{"kind": "monetary", "source": "A", "amount": 12500}, {"source": "B"}],
            "joint_providers": ["C"],
        },
    )
    assert told([row]) == [("activity.title.required", "title", "D2")]


def test_one_of_several_answers_in_a_cell_is_mended() -> None:
    headings = (*HEADINGS, "Joint Provider(s)")
    long = "B" * 201
    (row,) = checked(headings, (*DRAFT, f"A; ;{long}\nC"))
    assert row.rejected == {"joint_providers.1": long}
    (row,) = checked(headings, (*DRAFT, f"A; ;{long}\nC"), fixes={2: {"joint_providers.1": "B"}})
    assert row.answers["joint_providers"] == ["A", "B", "C"]


def test_a_fix_settles_what_the_reader_had_to_say_of_the_cell() -> None:
    readings = reading(HEADINGS, DRAFT)
    rows = list(readings.rows)
    rows[0].answers.pop("title")
    rows[0].findings.append(finding("file.cell.not_calculated", path="title"))
    (row,) = check_rows(Reading(readings.layout, iter(rows)), today=TODAY, fixes={2: {"title": "Sepsis"}})
    assert (row.answers["title"], told([row])) == ("Sepsis", [])


def test_without_a_plan_the_file_alone_proves_what_it_can() -> None:
    headings = ("Record Action", "Activity ID", *HEADINGS)
    readings = reading(
        headings,
        ("", "", *DRAFT),
        ("", "", *DRAFT),
        ("", "100000012", "S-1", "", "", "", ""),
        ("", "100000012", "S-2", "", "", "", ""),
        ("Delete", "100000012", "", "", "", "", ""),
        ("Delete", "", "S-1", "", "", "", ""),
        ("Delete", "", "", "Sepsis", "", "", ""),
        ("Update", "", "", "Sepsis", "", "", ""),
        ("Update", "12", "", "Sepsis", "", "", ""),
    )
    rows = list(without_plan(check_rows(readings, today=TODAY), readings.layout))
    found = [
        (row.number, one.rule, one.message, one.where) for row in rows for one in row.findings if one.blocks
    ]

    def at(row: int, heading: str | None = None, cell: str | None = None) -> Where:
        return Where("Activities", row, heading, cell)

    assert found == [
        (
            3,
            "activity.repeated_in_file",
            "Row 2 is about the same activity, “S-1”.",
            at(3, "Internal ID", "C3"),
        ),
        (
            5,
            "activity.repeated_in_file",
            "Row 4 is about the same activity, “100000012”.",
            at(5, "Activity ID", "B5"),
        ),
        (8, "activity.update.unnamed", "The row asks to delete an activity and does not say which.", at(8)),
        (9, "activity.update.unnamed", "The row asks to update an activity and does not say which.", at(9)),
        (10, "activity.activity_id.not_an_id", "“12” is no activity ID.", at(10, "Activity ID", "B10")),
    ]
