"""Reading JSON: the plain form and the dialect's twin, whole or broken, and never in one piece."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openpars.formats.readers import json as reader
from openpars.formats.recognise import open_file
from openpars.formats.rows import Limits, Row, Unreadable
from openpars.formats.writers import json as writer

from ..rulebook.examples import complete, draft


def file_of(folder: Path, content: str | bytes) -> Path:
    path = folder / "activities.json"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def rows_of(folder: Path, content: Any, limits: Limits | None = None) -> list[Row]:
    text = content if isinstance(content, str | bytes) else json.dumps(content)
    return list(open_file(file_of(folder, text), limits=limits).rows)


def refused(folder: Path, content: str | bytes, limits: Limits | None = None) -> str:
    with pytest.raises(Unreadable) as caught:
        rows_of(folder, content, limits)
    return f"{caught.value.finding.rule}: {caught.value.finding.message}"


def told(row: Row) -> list[tuple[str, str | None]]:
    return [(found.rule, found.value) for found in row.findings]


ONE, TWO = {"title": "A"}, {"title": "B"}
TWIN = {"Lom": {"general": {"title": "A"}}}


@pytest.mark.parametrize(
    ("content", "layout", "titles"),
    [
        (json.dumps([ONE, TWO]), "json", ["A", "B"]),
        (json.dumps({"activities": [ONE, TWO]}), "json", ["A", "B"]),
        (json.dumps({"version": {"a": [1]}, "Activities": [ONE, TWO], "after": []}), "json", ["A", "B"]),
        ('{"title": "A"}\n{"title": "B"}\n\n', "json", ["A", "B"]),
        ('\ufeff [ {"title" : "A"} ] \r\n', "json", ["A"]),
        (json.dumps(ONE), "json", ["A"]),
        (json.dumps(ONE).encode("utf-16"), "json", ["A"]),
        (
            json.dumps({"ACCMEActivities": {"MedicalEducationMetrics": [TWIN, TWIN]}}),
            "dialect-json",
            ["A", "A"],
        ),
        (json.dumps({"accmeactivities ": {"medicalEducationMetrics": TWIN}}), "dialect-json", ["A"]),
        (json.dumps({"ACCMEActivities": [{"MedicalEducationMetrics": TWIN}]}), "dialect-json", ["A"]),
        (json.dumps({"MedicalEducationMetrics": [TWIN]}), "dialect-json", ["A"]),
        (json.dumps([TWIN]), "dialect-json", ["A"]),
        (json.dumps(TWIN), "dialect-json", ["A"]),
    ],
)
def test_activities_are_found_however_they_are_wrapped(
    tmp_path: Path, content: str | bytes, layout: str, titles: list[str]
) -> None:
    path = file_of(tmp_path, content)
    reading = open_file(path)
    assert reading.layout.name == layout
    assert [(row.number, row.answers) for row in reading.rows] == [
        (number, {"title": title}) for number, title in enumerate(titles, start=1)
    ]


def test_in_plain_json_null_clears_and_blank_says_nothing(tmp_path: Path) -> None:
    given = {
        "activity_id": 100000012,
        "Start Date": "3/4/2026",
        "title": " ",
        "description": None,
        "specialties": [],
        "credits": 10.5,
        "on_passport": False,
        "support": [{"kind": "monetary", "amount": None}],
        "action": "Update",
        "close": True,
        "status": "Closed",
        "phase": "ended",
        "revision": 7,
        "yearly_counts": [{"as_of": "2025-12-31"}],
        "legacy": {"Hours of Instruction": "2", "Old": None},
        "extra": {"Tag": {"Topic": ["Pain", "  "]}, "Blank": " "},
        "Room": {"Seats": 12},
        "TITLE": "twice",
    }
    (row,) = rows_of(tmp_path, [given])
    assert row.answers == {
        "start_date": "3/4/2026",
        "description": None,
        "specialties": [],
        "credits": 10.5,
        "on_passport": False,
        "support": [{"kind": "monetary", "amount": None}],
        "title": "twice",
    }
    assert (row.activity_id, row.action, row.close) == ("100000012", "Update", True)
    assert row.kept == {
        "legacy": {"Hours of Instruction": "2", "Old": None},
        "extra": {"Blank": " ", "Tag.Topic.0": "Pain", "Room.Seats": "12"},
    }
    assert told(row) == [("file.element.unknown", "Room")]


def test_the_twin_is_read_with_the_known_defects(tmp_path: Path) -> None:
    given = {
        "Lom": {
            "general": {"identifier": {"catalog": "ACCME Activity ID", "entry": 201577374}, "title": ["A"]}
        },
        "ActivityDescription": {
            "commercialSupportAmount": {
                "currency": "USD",
                "supportSource": "Demo Devices Company",
                "value": 5,
            }
        },
        "healthcareMetadata": {
            "healthcareEducation": {
                "credits": {"activityCertification": "AMA PRA Category 1", "numberOfCredits": 10.5},
                "targetAudience": {"profession": ["Physician", "Nurse"], "specialty": None},
                "startDateTime": "2026-03-04T00:00:00Z",
                "commercialSupport": True,
                "activityLocation": {"city": "Chicago", "state": "IL"},
            }
        },
        "participationMetrics": {
            "participantsByCategory": [
                {"category": "physician", "numberOfParticipants": 37},
                {"category": "non-physician", "numberOfParticipants": 0},
            ]
        },
        "XtensibleInfo": {
            "isInterprofessional ": False,
            "DeliveryMethods": ["In-Person"],
            "MeasuredOutcomes": {"MeasuredOutcome": "Patient Health", "MeasurementType": "Objective"},
            "REMS": {"REMSType": "Mycophenolate"},
            "closeActivityRecord": True,
        },
        "schemaVersion": 0.1,
    }
    (row,) = rows_of(tmp_path, {"ACCMEActivities": {"MedicalEducationMetrics": given}})
    assert row.answers == {
        "title": "A",
        "support": [{"kind": "monetary", "source": "Demo Devices Company", "amount": 5}],
        "credits": 10.5,
        "specialties": [],
        "start_date": "2026-03-04",
        "support_received": True,
        "city": "Chicago",
        "state": "IL",
        "physicians": 37,
        "other_learners": 0,
        "delivery_methods": ["In-Person"],
        "outcomes": [{"outcome": "Patient Health", "measurement_types": ["Objective"]}],
        "collaborations": [{"kind": "rems", "rems_type": "Mycophenolate"}],
    }
    assert (row.activity_id, row.close) == ("201577374", True)
    assert row.kept == {
        "extra": {
            "schemaVersion": "0.1",
            "profession.0": "Physician",
            "profession.1": "Nurse",
            "isInterprofessional": "false",
        }
    }
    assert told(row) == [("file.element.unknown", "schemaVersion")]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ('[{"title": }]', "line 1, column 12: a value is missing, or one that is no JSON stands there"),
        ('[\n {"title": "A"},\n]', "line 3, column 1: after the last entry stands no comma"),
        (
            '[{"title": "A",}]',
            "line 1, column 16: a name in double quotes is missing; after the last entry stands no comma",
        ),
        (
            '[{"title": "A"',
            "line 1, column 15: the file ends too early; a comma is missing, or a bracket is not closed",
        ),
        ('[{"title": "A"}\n', "line 2, column 1: the file ends, and , is missing"),
        (
            '[{"title": "A\n"}]',
            "line 1, column 14: a line break or another control character inside a text is written \\n",
        ),
        ('[{"title": "A"} {"title": "B"}]', "line 1, column 17: , is missing"),
        ("[1]", "line 1, column 2: an activity stands in braces"),
        ('[{"title": "A"}] x', "line 1, column 18: something stands after the end of the list"),
        ('[{}, {"a": 1, "b": 2, "a": 3}]', "line 1, column 6: the name “a” stands twice in one object"),
        ('{"a": 1, "b": 2, "a": 3}', "line 1, column 21: the name “a” stands twice in one object"),
        ('[{"a": NaN}]', "line 1, column 2: NaN is no number in JSON"),
        ('[{"a": -Infinity}]', "line 1, column 2: -Infinity is no number in JSON"),
        (f'[{{"a": {"9" * 5000}}}]', "line 1, column 2: a number has too many digits"),
        (f'[{{"a": {"[" * 100_000}', "line 1, column 2: its lists and objects stand too deep in one another"),
        ("{title: 1}", "line 1, column 2: a name in double quotes is missing"),
    ],
)
def test_what_is_no_json_is_told_with_its_place(tmp_path: Path, content: str, problem: str) -> None:
    assert refused(tmp_path, content) == f"file.not_json: The JSON cannot be read: {problem}."


@pytest.mark.parametrize("content", ["[]", "{}", '{"activities": []}', '{"ACCMEActivities": {}}'])
def test_a_file_without_activities_is_refused(tmp_path: Path, content: str) -> None:
    assert refused(tmp_path, content).startswith("file.no_activities")


def test_too_many_activities_are_refused(tmp_path: Path) -> None:
    assert len(rows_of(tmp_path, "[{},{},{}]", Limits(rows=3))) == 3
    assert refused(tmp_path, "[{},{},{}]", Limits(rows=2)).startswith("file.too_many_rows")


def test_an_activity_without_end_is_refused_before_it_is_held_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reader, "LARGEST", 10_000)
    monkeypatch.setattr(reader, "CHUNK", 1000)
    assert refused(tmp_path, '[\n{"title": "' + "x" * 100_000) == (
        "file.not_json: The JSON cannot be read: line 2, column 1: what begins here is longer than 10,000 characters, "
        "or is never closed."
    )


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**12), 10**12) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)


@given(st.lists(VALUES, min_size=1, max_size=6), st.integers(1, 9), st.sampled_from([None, 1]))
def test_where_the_text_is_cut_makes_no_difference(
    tmp_path_factory: pytest.TempPathFactory, values: list[Any], chunk: int, indent: int | None
) -> None:
    folder = tmp_path_factory.getbasetemp()
    activities = [{"number": value, "title": "x"} for value in values]
    path = file_of(
        folder, json.dumps({"a": 12, "activities": activities, "b": 3.5}, indent=indent, ensure_ascii=False)
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reader, "CHUNK", chunk)
        assert list(reader.activities_in(path)) == activities


def test_no_memory_is_held_on_to(tmp_path: Path) -> None:
    statm = Path("/proc/self/statm")
    if not statm.exists():
        pytest.skip("the memory of a process is only told on Linux")

    def pages() -> int:
        return int(statm.read_text().split()[1])

    stream = io.BytesIO()
    writer.write_dialect(stream, [complete(description="x" * 2500)] * 6000)
    path = file_of(tmp_path, stream.getvalue())
    del stream
    rows = open_file(path).rows
    next(rows)
    before = pages()
    assert sum(1 for _ in rows) == 5999
    assert (pages() - before) * 4096 < 12_000_000


def test_lists_are_written_one_activity_on_a_line(tmp_path: Path) -> None:
    stream = io.BytesIO()
    writer.write(stream, iter([draft(), draft(title="B")]))
    lines = stream.getvalue().decode().splitlines()
    assert (lines[0], lines[-1], len(lines)) == ("[", "]", 4)
    assert json.loads(stream.getvalue()) == [draft(), draft(title="B")]


def test_nothing_to_write_is_an_empty_list() -> None:
    plain, dialect = io.BytesIO(), io.BytesIO()
    writer.write(plain, [])
    writer.write_dialect(dialect, [])
    assert json.loads(plain.getvalue()) == []
    assert json.loads(dialect.getvalue()) == {"ACCMEActivities": {"MedicalEducationMetrics": []}}
