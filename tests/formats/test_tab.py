"""Tab-delimited text and CSV: what is found in them, what is refused, and that what is written is read again."""

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openpars.formats.columns import columns_for, stamped
from openpars.formats.readers import tab
from openpars.formats.readers.delimited import LONGEST_LINE, count
from openpars.formats.rows import Kind, Layout, Limits, Row, Unreadable, where
from openpars.formats.to_cells import groups_of, kept_of
from openpars.formats.writers.tab import write
from openpars.rulebook.reading import read
from tests.rulebook.examples import TODAY, complete, instance

HEADINGS = "Activity Title\tStart Date\tCity\n"


def read_text(
    folder: Path,
    text: str,
    *,
    mapping: Mapping[str, str] | None = None,
    limits: Limits | None = None,
) -> tuple[Layout, list[Row]]:
    path = folder / "list.txt"
    path.write_text(text, encoding="utf-8", newline="")
    reading = tab.read(path, mapping=mapping, limits=limits or Limits())
    return reading.layout, list(reading.rows)


def said(rows: Sequence[Row]) -> list[tuple[int, dict[str, Any]]]:
    assert [finding for row in rows for finding in row.findings] == []
    return [(row.number, row.answers) for row in rows]


def told(rows: Sequence[Row]) -> list[tuple[int, dict[str, Any], list[str]]]:
    return [(row.number, row.answers, [finding.message for finding in row.findings]) for row in rows]


def refusal(folder: Path, text: str, **more: Any) -> tuple[str, str]:
    with pytest.raises(Unreadable) as refused:
        read_text(folder, text, **more)
    return refused.value.finding.rule, refused.value.finding.message


@pytest.mark.parametrize("delimiter", ["\t", ",", ";"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_the_delimiter_is_found(tmp_path: Path, delimiter: str, end: str) -> None:
    lines = [
        "Start Date,Activity Title,Delivery Method",
        '3/4/2026,"Sepsis, in the ""first"" hour;\tand\nlater","Online;Print/Other"',
        ",,",
        "",
        "2026-03-05,Demo,",
    ]
    # Commas are replaced outside of quotation marks only.
    parts = "".join(f"{line}\n" for line in lines).split('"')
    text = '"'.join(
        part.replace(",", delimiter).replace("\n", end) if place % 2 == 0 else part
        for place, part in enumerate(parts)
    )
    layout, rows = read_text(tmp_path, text)
    assert (layout.name, layout.kind, layout.header_row, layout.findings) == ("tab", Kind.ACTIVITIES, 1, ())
    assert said(rows) == [
        (
            2,
            {
                "start_date": "3/4/2026",
                "title": 'Sepsis, in the "first" hour;\tand\nlater',
                "delivery_methods": "Online;Print/Other",
            },
        ),
        (5, {"start_date": "2026-03-05", "title": "Demo"}),
    ]


def test_titles_above_the_headings_are_passed_over(tmp_path: Path) -> None:
    text = "Activities of 2026\n\nprinted on 3/4/2026\tpage 1\n" + HEADINGS + "Demo\t3/4/2026\tChicago\n"
    layout, rows = read_text(tmp_path, text)
    assert layout.header_row == 4
    assert said(rows) == [(5, {"title": "Demo", "start_date": "3/4/2026", "city": "Chicago"})]
    assert where(layout, rows[0], "city").as_json() == {
        "sheet": None,
        "row": 5,
        "column": "City",
        "cell": "C5",
    }


def test_headings_that_nobody_knows_are_told_sampled_and_mapped(tmp_path: Path) -> None:
    text = "Activity Title\tStart Date\tWhere\tRemarks\n" + "".join(
        f"Demo {number}\t3/4/2026\tChicago\tremark {number}\n" for number in range(7)
    )
    layout, rows = read_text(tmp_path, text, mapping={"where": "city"})
    assert rows[6].answers == {"title": "Demo 6", "start_date": "3/4/2026", "city": "Chicago"}
    assert [(finding.rule, finding.value) for finding in layout.findings] == [
        ("file.column.unknown", "Remarks")
    ]
    assert layout.samples == {3: tuple(f"remark {number}" for number in range(5))}


def test_the_findings_that_came_back_with_a_file_are_no_answers(tmp_path: Path) -> None:
    layout, rows = read_text(
        tmp_path, HEADINGS.strip() + "\tIssues\nDemo\t3/4/2026\t\tThe city is missing.\n"
    )
    assert (said(rows), layout.findings, layout.samples) == (
        [(2, {"title": "Demo", "start_date": "3/4/2026"})],
        (),
        {},
    )


def test_guards_are_taken_away(tmp_path: Path) -> None:
    text = "Activity Title\tCity\tState\n" + "\n".join(
        [
            "'=1+1\t'+1\t'-1",
            "''s Hertogenbosch\t'@home\t'",
            "(clear)\t'(clear)\t''(clear)",
            "it's\to'\tO'Fallon",
        ]
    )
    assert [answers for _, answers in said(read_text(tmp_path, text)[1])] == [
        {"title": "=1+1", "city": "+1", "state": "-1"},
        {"title": "'s Hertogenbosch", "city": "@home"},
        {"title": None, "city": "(clear)", "state": "'(clear)"},
        {"title": "it's", "city": "o'", "state": "O'Fallon"},
    ]


def test_a_row_that_has_too_many_cells_is_told_and_not_read(tmp_path: Path) -> None:
    text = (
        HEADINGS + "Demo\t3/4/2026\n" + "Sepsis\tin the first hour\t3/4/2026\tChicago\nDemo\t3/4/2026\t\t\t\n"
    )
    assert told(read_text(tmp_path, text)[1]) == [
        (2, {"title": "Demo", "start_date": "3/4/2026"}, []),
        (3, {}, ["This row has 4 columns where the layout has 3."]),
        (4, {"title": "Demo", "start_date": "3/4/2026"}, []),
    ]


def test_programs_that_know_no_quotation_marks_lose_no_row(tmp_path: Path) -> None:
    rows = ['"Hot topics" in sepsis', '"Stop the bleed', '5" needles', '"quoted"', 'an open end "', '"']
    text = HEADINGS + "".join(f"{title}\t3/4/2026\tChicago\n" for title in rows)
    _, found = read_text(tmp_path, text)
    assert [(row.number, row.answers["title"]) for row in found] == [
        (2, '"Hot topics" in sepsis'),
        (3, '"Stop the bleed'),
        (4, '5" needles'),
        (5, "quoted"),
        (6, 'an open end "'),
        (7, '"'),
    ]


def test_many_open_quotation_marks_take_no_time(tmp_path: Path) -> None:
    text = HEADINGS + '"Demo\t3/4/2026\tChicago\n' * 20_000
    _, rows = read_text(tmp_path, text)
    assert [row.number for row in rows] == list(range(2, 20_002))
    assert {str(row.answers) for row in rows} == {
        "{'title': '\"Demo', 'start_date': '3/4/2026', 'city': 'Chicago'}"
    }


@pytest.mark.parametrize(
    ("text", "refused"),
    [
        ("", "file.empty"),
        (" \n\t\n", "file.empty"),
        ("Demo\t3/4/2026\tChicago\n", "file.no_header"),
        ("once upon a time\nthere was a list\n", "file.no_header"),
        ("\n".join(f"{number}." for number in range(60)) + "\n" + HEADINGS, "file.no_header"),
        (HEADINGS, "file.no_rows"),
        (HEADINGS + "\t\t\n\n", "file.no_rows"),
    ],
)
def test_what_is_no_list_is_refused(tmp_path: Path, text: str, refused: str) -> None:
    assert refusal(tmp_path, text)[0] == refused


def test_what_is_too_much_is_refused(tmp_path: Path) -> None:
    limits = Limits(rows=3, columns=3)
    row = "Demo\t3/4/2026\tChicago\n"
    assert len(read_text(tmp_path, HEADINGS + row * 2 + "\n\n", limits=limits)[1]) == 2
    assert [
        refusal(tmp_path, HEADINGS + row * 3, limits=limits),
        refusal(tmp_path, HEADINGS.strip() + "\tState\n" + row, limits=limits),
        refusal(tmp_path, HEADINGS + "x" * 200_000 + "\n"),
        refusal(tmp_path, HEADINGS + "x" * LONGEST_LINE + "\n"),
    ] == [
        ("file.too_many_rows", "The file has more than 3 rows."),
        ("file.too_many_columns", "The file has 4 columns; 3 can be read."),
        (
            "file.damaged",
            "The file is damaged and cannot be read: line 2 has a cell of more than 131,072 characters.",
        ),
        (
            "file.damaged",
            "The file is damaged and cannot be read: a line is longer than 4,194,304 characters.",
        ),
    ]


def written(
    records: Sequence[Mapping[str, Any]], *, kind: Kind = Kind.ACTIVITIES, headings: bool = True
) -> str:
    stream = io.BytesIO()
    widths: dict[str, int] = {}
    for record in records:
        for name, width in groups_of(record).items():
            widths[name] = max(width, widths.get(name, 0))
    kept = dict.fromkeys(path for record in records for path in kept_of(record))
    write(stream, records, kind=kind, groups=widths, kept=kept)
    text = stream.getvalue().decode("utf-8-sig")
    return text if headings else text.partition("\r\n")[2]


def again(folder: Path, record: Mapping[str, Any], *, headings: bool = True) -> dict[str, Any]:
    """Write a record, read the file and what it says, and return it as a record."""
    layout, (row,) = read_text(folder, written([record], headings=headings))
    reading = read(row.answers, today=TODAY)
    assert (layout.findings, row.findings, reading.findings, reading.unknown) == ((), [], (), ())
    return {"activity_id": row.activity_id, **reading.answers, **row.kept}


FULL = {
    "activity_id": "100000012",
    **complete(repeated=True, instances=[instance(), instance(internal_id="SEPSIS-26-2", state=None)]),
    "legacy": {"Hours of Instruction": "10", "Sub-category: Other; more": "=1"},
    "extra": {"PharmacyTopic": "'99-Additional\tTopic\nAreas"},
}


@pytest.mark.parametrize("headings", [True, False], ids=["headings", "no headings"])
def test_what_is_written_is_read_again(tmp_path: Path, headings: bool) -> None:
    assert again(tmp_path, FULL, headings=headings) == FULL


def test_a_file_starts_no_formula() -> None:
    record = complete(title="=cmd|' /C calc'!A0", city="@home", description="-1", internal_id="+1")
    text = written([{**record, "extra": {"a": "\t=1", "b": "\r=1"}}])
    _, row = csv.reader(io.StringIO(text, newline=""), delimiter="\t")
    assert [cell for cell in row if cell.startswith(("=", "+", "-", "@", "\t", "\r"))] == []
    assert {"'=cmd|' /C calc'!A0", "'@home", "'-1", "'+1", "'\t=1", "'\r=1"} < set(row)


def test_an_empty_template_holds_headings_alone(tmp_path: Path) -> None:
    text = written([])
    headings, end, rest = text.partition("\r\n")
    assert (headings.split("\t"), end, rest) == (
        [column.heading for column in columns_for(groups={})],
        "\r\n",
        "",
    )
    assert refusal(tmp_path, text)[0] == "file.no_rows"


def test_learner_counts_are_written_and_read(tmp_path: Path) -> None:
    record = {"activity_id": "100000012", "internal_id": "0012", "title": "Demo", "physicians": 0}
    for headings in (True, False):
        layout, (row,) = read_text(tmp_path, written([record], kind=Kind.LEARNER_COUNTS, headings=headings))
        assert (layout.kind, row.activity_id, row.answers) == (
            Kind.LEARNER_COUNTS,
            "100000012",
            {"internal_id": "0012", "title": "Demo", "physicians": "0"},
        )


def test_rows_without_headings_have_to_fit_their_stamp(tmp_path: Path) -> None:
    one = written([FULL], headings=False)
    other = written([complete(internal_id="B")], headings=False)
    short = one.rpartition("\t")[0] + "\r\n"
    layout, rows = read_text(tmp_path, one + other + short + "\t" + one.partition("\t")[2])
    width = len(layout.columns)
    expected = one.partition("\t")[0]
    assert [(row.number, bool(row.answers), [f.message for f in row.findings]) for row in rows] == [
        (1, True, []),
        (2, False, [f"This row has {other.count(chr(9)) + 1} columns where the layout has {width}."]),
        (3, False, [f"This row has {width - 1} columns where the layout has {width}."]),
        (4, True, []),
    ]
    assert expected.startswith("OpenPARS ")


@pytest.mark.parametrize(
    "record",
    [
        {"outcomes": [{"outcome": "Patient Health"}] * 2, "support": [{"kind": "in-kind"}]},
        {"specialties": ["=", "Template"], "legacy": {"Title, City": "Title; City"}},
        {"title": "Demo", "legacy": {"Title": "Demo"}},
    ],
)
@pytest.mark.parametrize("delimiter", ["\t", ",", ";"])
def test_a_row_with_our_stamp_is_never_taken_for_headings(
    tmp_path: Path, record: dict[str, Any], delimiter: str
) -> None:
    cells = csv.reader(io.StringIO(written([record], headings=False), newline=""), delimiter="\t")
    saved = io.StringIO()
    csv.writer(saved, delimiter=delimiter).writerows(cells)
    layout, (row,) = read_text(tmp_path, saved.getvalue())
    assert (layout.header_row, {**read(row.answers, today=TODAY).answers, **row.kept}) == (None, record)


def test_the_columns_that_a_stamp_stands_for_never_change() -> None:
    """Files without headings lie in drawers: whoever adds a field gives the stamp its next version."""
    found = stamped("OpenPARS E1 instances=1 collaborations=1 joint_providers=2 support=1 legacy.A%20b")
    assert found is not None
    assert [column.path for column in found[1]] == E1


E1 = [
    *("template", "action", "activity_id", "internal_id", "title", "format", "start_date", "end_date"),
    *("delivery_methods", "city", "state", "country", "sessions", "repeated"),
    *("instances.0.start_date", "instances.0.end_date", "instances.0.delivery_methods"),
    *("instances.0.city", "instances.0.state", "instances.0.country", "instances.0.internal_id"),
    *("credits", "on_passport", "description", "specialties", "registration", "fee", "url"),
    *("collaborations.0.kind", "collaborations.0.board", "collaborations.0.practice_areas"),
    *("collaborations.0.credit_types", "collaborations.0.points", "collaborations.0.credit_claim_date"),
    *("collaborations.0.content_outline", "collaborations.0.board_activity_id"),
    *("collaborations.0.attested", "collaborations.0.attested_by"),
    *("collaborations.0.rems_type", "collaborations.0.rpc_id"),
    *("providership", "joint_providers.0", "joint_providers.1"),
    *("outcomes.Learner Knowledge", "outcomes.Learner Competence", "outcomes.Learner Performance"),
    *("outcomes.Patient Health", "outcomes.Community Health"),
    *("support_received", "support.0.kind", "support.0.source", "support.0.amount"),
    *("commendation", "commendation_criteria", "physicians", "other_learners", "counts_as_of"),
    *("legacy.A b", "close"),
]

TRICKY = (
    *("=", "+", "-", "@", "'", '"', ";", ",", "\t", "\n", "\r\n", "\r", " ", "(", ")", ":", "."),
    *(
        "(clear)",
        "'(CLEAR)",
        "Yes",
        "no",
        "12",
        "0.5",
        "é",
        "e\u0301",
        "日本",
        "\u2028",
        "\xa0",
        "Template",
        "B",
    ),
)
texts = st.one_of(st.lists(st.sampled_from(TRICKY), max_size=6).map("".join), st.text(max_size=6))
several = st.lists(texts, max_size=3)
raw_records = st.fixed_dictionaries(
    {"format": st.sampled_from(("C", "EM"))},
    optional={
        "title": texts,
        "description": texts,
        "city": texts,
        "country": st.sampled_from(("USA", "CAN")),
        "state": texts,
        "internal_id": texts,
        "url": texts.map(lambda text: f"https://example.org/{text}"),
        "specialties": several,
        "joint_providers": several,
        "credits": st.sampled_from(("0.25", "10", "9999.75")),
        "on_passport": st.booleans(),
        "start_date": st.dates().map(str),
        "outcomes": st.lists(
            st.fixed_dictionaries(
                {},
                optional={
                    "outcome": st.sampled_from(("Learner Knowledge", "Patient Health")),
                    "measurement_types": st.lists(st.sampled_from(("Objective", "Subjective"))),
                },
            ),
            max_size=3,
        ),
        "support": st.lists(
            st.fixed_dictionaries(
                {},
                optional={
                    "kind": st.sampled_from(("monetary", "in-kind")),
                    "source": texts,
                    "amount": st.integers(min_value=1, max_value=999_999_999),
                },
            ),
            max_size=3,
        ),
        "collaborations": st.lists(
            st.fixed_dictionaries(
                {},
                optional={
                    "kind": st.sampled_from(("moc", "rems", "mips")),
                    "practice_areas": several,
                    "content_outline": texts,
                    "attested": st.booleans(),
                    "rpc_id": texts,
                },
            ),
            max_size=3,
        ),
        "physicians": st.integers(min_value=0, max_value=10_000),
    },
)


@given(raw=raw_records, headings=st.booleans())
def test_any_activity_is_read_as_it_was_written(
    tmp_path_factory: pytest.TempPathFactory, raw: dict[str, Any], headings: bool
) -> None:
    reading = read(raw, today=TODAY)
    refused = {path.partition(".")[0] for path in reading.rejected}
    record = {
        "activity_id": "100000012",
        **{
            name: value
            for name, value in reading.answers.items()
            if value is not None and name not in refused
        },
    }
    assert again(tmp_path_factory.getbasetemp(), record, headings=headings) == record


@pytest.mark.parametrize(
    ("text", "records"),
    [
        ("", 0),
        ("a\tb\nc\td", 2),
        ("a\nb\n", 2),
        ("a\r\nb\r\n", 2),
        ("a\rb\r", 2),
        ('a\t"x\ny"\nb\n', 2),
    ],
)
def test_records_are_counted_before_they_are_read(tmp_path: Path, text: str, records: int) -> None:
    path = tmp_path / "list.txt"
    path.write_bytes(text.encode())
    assert count(path, "utf-8") == records
