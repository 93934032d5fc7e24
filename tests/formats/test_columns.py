"""The columns of a table: their headings, what other headings mean, and what stands in the cells below."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from openpars.formats.columns import (
    DEFAULT_GROUPS,
    WORDS,
    columns_for,
    label_of,
    stamp,
    stamped,
    words_of,
)
from openpars.formats.from_cells import is_blank, row_reader
from openpars.formats.headings import find_header, is_path, kind_of, match, suggest
from openpars.formats.rows import Column, Kind, Row
from openpars.rulebook.fields import ALL_FIELDS, FIELDS
from openpars.rulebook.findings import Where
from openpars.rulebook.reading import read
from openpars.rulebook.rules import finding

from ..rulebook.examples import TODAY


def paths(*headings: str, **more: Any) -> list[str | None]:
    return [column.path for column in match(headings, **more).columns]


def row(*cells: tuple[str, Any]) -> Row:
    """Return what is read from cells below these headings."""
    columns = match([heading for heading, _ in cells]).columns
    return row_reader(columns)(2, [cell for _, cell in cells])


def test_the_stamp_of_this_version_stands_for_these_columns() -> None:
    # Whoever changes the columns gives the stamp a new number: files without headings are read by it.
    once = dict.fromkeys((*DEFAULT_GROUPS, "outcomes"), 1)
    assert stamp(Kind.ACTIVITIES, groups=once) == (
        "OpenPARS E1 instances=1 collaborations=1 joint_providers=1 outcomes=1 support=1"
    )
    assert [column.heading for column in columns_for(groups=once)] == [
        "Template",
        "Record Action",
        "Activity ID",
        "Internal ID",
        "Activity Title",
        "Activity Format",
        "Start Date",
        "End Date",
        "Delivery Method",
        "City",
        "State",
        "Country",
        "Number of Sessions",
        "Repeated",
        "Instance 1 Start Date",
        "Instance 1 End Date",
        "Instance 1 Delivery Method",
        "Instance 1 City",
        "Instance 1 State",
        "Instance 1 Country",
        "Instance 1 Internal ID",
        "AMA PRA Category 1 Credits",
        "Include in CME Passport",
        "Description",
        "Specialties",
        "Registration",
        "Fee to Participate",
        "Activity URL",
        "Collaboration 1 Kind",
        "Collaboration 1 Board",
        "Collaboration 1 Practice Areas",
        "Collaboration 1 Credit Types",
        "Collaboration 1 Points",
        "Collaboration 1 Credit Claim Date",
        "Collaboration 1 Content Outline",
        "Collaboration 1 Board Activity ID",
        "Collaboration 1 Attested",
        "Collaboration 1 Attested By",
        "Collaboration 1 REMS Type",
        "Collaboration 1 RPC ID",
        "Providership",
        "Joint Provider 1",
        "Outcome: Learner Knowledge",
        "Outcome: Learner Competence",
        "Outcome: Learner Performance",
        "Outcome: Patient Health",
        "Outcome: Community Health",
        "Outcome 1 Name",
        "Outcome 1 Measurement Types",
        "Commercial Support Received?",
        "Support 1 Kind",
        "Support 1 Source",
        "Support 1 Amount",
        "Commendation",
        "Commendation Criteria",
        "Total Physician Learners",
        "Total Other Learners",
        "Counts As Of",
        "Close Activity",
    ]
    assert [column.heading for column in columns_for(Kind.LEARNER_COUNTS)] == [
        "Template",
        "Activity ID",
        "Internal ID",
        "Activity Title",
        "Total Physician Learners",
        "Total Other Learners",
        "Counts As Of",
        "Close Activity",
    ]


@pytest.mark.parametrize("kind", Kind)
def test_every_heading_of_ours_means_its_own_column_and_the_stamp_stands_for_all(kind: Kind) -> None:
    kept = ["legacy.Hours = of; Instruction", "extra.a.b"]
    groups = dict.fromkeys((*DEFAULT_GROUPS, "outcomes"), 12)
    columns = columns_for(kind, groups=groups, kept=kept)
    found = match([column.heading for column in columns])
    assert ([one.path for one in found.columns], found.findings) == ([one.path for one in columns], ())
    assert [label_of(column.path) for column in columns] == [column.heading for column in columns]
    assert all(is_path(column.path) for column in columns)
    assert all(column.note for column in columns)
    if kind is Kind.ACTIVITIES:
        assert stamped(stamp(kind, groups=groups, kept=kept)) == (kind, columns)


def test_every_field_has_its_columns() -> None:
    once = dict.fromkeys((*DEFAULT_GROUPS, "outcomes"), 1)
    covered = {column.path.replace(".0", "") for column in columns_for(groups=once)}
    groups = {name for name, field in FIELDS.items() if field.item}
    assert set(ALL_FIELDS) - groups <= covered


@pytest.mark.parametrize(
    "text",
    [
        "",
        "B",
        "OpenPARS",
        "OpenPARS Z9",
        "OpenPARS E1 what=1",
        "OpenPARS E1 support=201",
        "OpenPARS E1 title",
    ],
)
def test_what_is_no_stamp_of_ours(text: str) -> None:
    assert stamped(text) is None


@pytest.mark.parametrize(
    ("heading", "path"),
    [
        *((name, field.name) for field in FIELDS.values() if not field.item for name in field.columns),
        *((name, word) for word, names in WORDS.items() for name in names),
        (" activity  TITLE* ", "title"),
        ("# of physicians", "physicians"),
        ("closeActivityRecord", "close"),
        ("Joint Provider(s)", "joint_providers"),
        ("Joint Provider #2", "joint_providers.1"),
        ("2nd Joint Provider", "joint_providers.1"),
        ("Commercial Support Source", "support.0.source"),
        ("2nd Commercial Support Source", "support.1.source"),
        ("Commercial Support Source 12", "support.11.source"),
        ("Commercial Support Source (3)", "support.2.source"),
        ("Supporter 3 Amount", None),
        ("Support Amount 3", "support.2.amount"),
        ("1st Monetary Amount Received", "support.0.amount"),
        ("In Kind: Durable equipment", "support.0.in_kind"),
        ("2nd In-Kind Support Received - Other", "support.1.in_kind"),
        (
            "In Kind Support Received (Activity): Facilities / Space",
            "legacy.In Kind Support Received: Facilities / Space",
        ),
        ("hours of instruction", "legacy.Hours of Instruction"),
        ("Other Income (Activity)", "legacy.Other Income"),
        ("MOC Board", "collaborations.0.board"),
        ("MOC Points 2", "collaborations.1.points"),
        ("Kind", None),
        ("Source", "support.0.source"),
        ("Points", "collaborations.0.points"),
        ("Learner Knowledge", "outcomes.Learner Knowledge"),
        ("outcome: patient health", "outcomes.Patient Health"),
        ("Measured Outcomes", "outcomes"),
        ("Outcome 2 Name", "outcomes.1.outcome"),
        ("Legacy: Hours of Instruction", "legacy.Hours of Instruction"),
        ("EXTRA: a.b", "extra.a.b"),
        ("Support 0 Source", None),
        ("Support 201 Source", None),
        ("Support 999999 Source", None),
        ("Remarks", None),
    ],
)
def test_what_a_heading_means(heading: str, path: str | None) -> None:
    assert paths(heading) == [path]


def test_parts_of_groups_without_a_number_follow_one_another() -> None:
    headings = (
        "Supporter",
        "Amount",
        "In Kind: Facilities",
        "In Kind: Other",
        "Supporter",
        "Amount",
        "In Kind: Facilities",
        "In Kind: Other",
    )
    assert paths(*headings) == [
        f"support.{entry}.{part}" for entry in (0, 1) for part in ("source", "amount", "in_kind", "in_kind")
    ]


def test_help_in_kind_of_the_activity_is_told_apart_from_a_supporters() -> None:
    help_in_kind = "In Kind Support Received: Other"
    headings = (
        help_in_kind,
        "Commercial Support Source",
        help_in_kind,
        "2nd Commercial Support Source",
        help_in_kind,
    )
    assert paths(*headings) == [
        f"legacy.{help_in_kind}",
        "support.0.source",
        "support.0.in_kind",
        "support.1.source",
        "support.1.in_kind",
    ]


def test_unknown_and_repeated_headings_are_told_and_a_person_can_say_what_they_mean() -> None:
    headings = ["Title", "", "Remarks", "Activity Title", None, "Ort"]
    found = match(headings, sheet="Courses", row=4)
    assert found.columns == (
        Column(0, "Title", "title"),
        Column(2, "Remarks", None),
        Column(3, "Activity Title", None),
        Column(5, "Ort", None),
    )
    assert found.findings == (
        finding("file.column.unknown", value="Remarks", where=Where("Courses", 4, "Remarks", "C4")),
        finding(
            "file.column.repeated",
            path="title",
            value="Activity Title",
            where=Where("Courses", 4, "Activity Title", "D4"),
            label="Activity Title",
            first="Title",
        ),
        finding("file.column.unknown", value="Ort", where=Where("Courses", 4, "Ort", "F4")),
    )
    mapping = {"remarks": "", "activitytitle": "legacy.Old title", "ort": "city", "title": "no.such.path"}
    mended = match(headings, mapping=mapping)
    assert ([one.path for one in mended.columns], mended.findings) == (
        ["title", None, "legacy.Old title", "city"],
        (),
    )


@pytest.mark.parametrize(
    ("path", "known"),
    [
        ("title", True),
        ("close", True),
        ("joint_providers", True),
        ("joint_providers.199", True),
        ("joint_providers.200", False),
        ("support.3.amount", True),
        ("support.3.in_kind", True),
        ("support.3.colour", False),
        ("support", False),
        ("outcomes", True),
        ("outcomes.Patient Health", True),
        ("outcomes.Wealth", False),
        ("legacy.Anything", True),
        ("legacy.", False),
        ("", False),
    ],
)
def test_what_a_column_can_hold(path: str, known: bool) -> None:
    assert is_path(path) is known


@pytest.mark.parametrize(
    ("rows", "position"),
    [
        ([("Title", "City")], 0),
        ([("Title",), ("My list", ""), ("Title", "City")], 2),
        ([("Title", "City"), ("Title", "City", "State")], 1),
        ([("Demo Hospital",), ("Was", "Wann"), ("Sepsis", "3/4/2026")], 1),
        ([("Sepsis", "3/4/2026"), ("Asthma", "3/5/2026")], None),
        ([("Sepsis", "Live Course"), ("Asthma", "Live Course")], None),
        ([("Sepsis", 12.0)], None),
        ([("Sepsis", "Yes"), ("Sepsis", "https://example.org/")], None),
        ([("Same", "same")], None),
        ([("Was", "x" * 151)], None),
        ([], None),
    ],
)
def test_where_the_headings_stand(rows: Sequence[Sequence[Any]], position: int | None) -> None:
    assert find_header(rows) == position


def test_a_mapping_makes_headings_known() -> None:
    assert (
        find_header(
            [("Title", "City"), ("Was", "Wann", "Wo")], {"was": "title", "wann": "start_date", "wo": "city"}
        )
        == 1
    )


@pytest.mark.parametrize(
    ("headings", "kind"),
    [
        (("Activity ID", "Physicians"), Kind.LEARNER_COUNTS),
        (("Activity ID", "Title", "Other Learners", "Counts As Of", "Close Activity"), Kind.LEARNER_COUNTS),
        (("Activity ID", "Title"), Kind.ACTIVITIES),
        (("Activity ID", "Physicians", "City"), Kind.ACTIVITIES),
    ],
)
def test_what_a_table_is_about(headings: Sequence[str], kind: Kind) -> None:
    assert kind_of(match(headings).columns) is kind


@pytest.mark.parametrize(
    ("heading", "samples", "first"),
    [
        ("Course begins", ["3/4/2026"], "start_date"),
        ("Ends on", ["3/4/2026"], "end_date"),
        ("When", ["3/4/2026", "March 5, 2026"], "start_date"),
        ("Type of activity", ["Live Course", "RSS"], "format"),
        ("What it is", ["Live Course", "RSS"], "format"),
        ("CME Credits", ["1.5"], "credits"),
        ("Name of course", ["Sepsis"], "title"),
        ("Land", ["Germany", "USA"], "country"),
        ("Our code", ["Z-1"], "internal_id"),
        ("Doctors", ["12"], "physicians"),
        ("Remarks", ["ok"], None),
        ("Objectives", ["a"], None),
        ("Qwxzk", ["Sepsis"], None),
    ],
)
def test_suggestions_for_a_heading(heading: str, samples: Sequence[str], first: str | None) -> None:
    assert next(iter(suggest(heading, samples)), None) == first


def test_a_suggestion_can_hold_the_samples() -> None:
    assert "start_date" not in suggest("Start Date of it", ["soon"])


def test_absent_blank_and_clear_are_three_things() -> None:
    found = row(("Title", ""), ("City", "  "), ("State", None), ("Country", "(clear)"), ("Fee", "'(clear)"))
    assert found.answers == {"country": None, "fee": "(clear)"}
    assert (row(("Title", "''(Clear)")).answers, is_blank(row(("Title", " "), ("Template", "E")))) == (
        {"title": "'(Clear)"},
        True,
    )


@pytest.mark.parametrize(
    ("cells", "answers"),
    [
        # One cell, several cells, and both.
        ([("Joint Provider(s)", "A; B")], {"joint_providers": "A; B"}),
        ([("Joint Provider(s)", '"A; B"; C')], {"joint_providers": ["A; B", "C"]}),
        ([("Joint Provider 2", "B"), ("Joint Provider 1", "A")], {"joint_providers": ["A", "B"]}),
        ([("Joint Provider", "A; B"), ("Joint Provider 2", "C")], {"joint_providers": ["A", "B", "C"]}),
        ([("Joint Provider 1", "(clear)"), ("Joint Provider 2", "")], {"joint_providers": None}),
        ([("Joint Provider 1", "(clear)"), ("Joint Provider 2", "B")], {"joint_providers": ["B"]}),
        ([("Joint Provider 1", 3.0)], {"joint_providers": ["3"]}),
        ([("Specialties", '"A ""B"""; C "D"')], {"specialties": ['A "B"', 'C "D"']}),
        ([("Specialties", 'C "D"; E')], {"specialties": 'C "D"; E'}),
        ([("Specialties", '"A')], {"specialties": '"A'}),
        # Support: blank groups are left out, a source with an amount is monetary.
        (
            [("Support 1 Source", ""), ("Support 2 Kind", "In-kind"), ("Support 2 Source", "B")],
            {"support": [{"kind": "In-kind", "source": "B"}]},
        ),
        (
            [("Supporter", "A"), ("Amount", 500.0)],
            {"support": [{"kind": "monetary", "source": "A", "amount": 500}]},
        ),
        ([("Supporter", "A"), ("Amount", "")], {"support": [{"source": "A"}]}),
        (
            [("Support 1 Kind", ""), ("Support 1 Source", "A"), ("Support 1 Amount", 5)],
            {"support": [{"source": "A", "amount": 5}]},
        ),
        (
            [("Supporter", "A"), ("Amount", "500"), ("In Kind: Other", "Yes"), ("In Kind: Space", "No")],
            {
                "support": [
                    {"kind": "monetary", "source": "A", "amount": "500"},
                    {"kind": "in-kind", "source": "A"},
                ]
            },
        ),
        (
            [("Supporter", "A"), ("Amount", "$0.00"), ("In Kind: Space", "Y"), ("In Kind: Other", "")],
            {"support": [{"kind": "in-kind", "source": "A"}]},
        ),
        ([("In-kind support", "A")], {"support": [{"kind": "in-kind", "source": "A"}]}),
        ([("Support 1 Source", "(clear)"), ("Support 2 Source", "")], {"support": None}),
        # Collaborations without a column that says what they are.
        (
            [("MOC Board", "ABIM"), ("MOC Attestation", "No"), ("REMS Type", "Opioid")],
            {
                "collaborations": [
                    {"kind": "moc", "board": "ABIM", "attested": "No"},
                    {"kind": "rems", "rems_type": "Opioid"},
                ]
            },
        ),
        ([("Collaboration 1 Kind", ""), ("Collaboration 1 Attested", "No")], {"collaborations": None}),
        (
            [("Collaboration 1 Kind", ""), ("Collaboration 1 Board", "ABIM")],
            {"collaborations": [{"board": "ABIM"}]},
        ),
        # Outcomes in columns of their own, in one cell, and numbered.
        (
            [
                ("Patient Health", "Yes"),
                ("Learner Knowledge", "Objective, Subjective"),
                ("Community Health", "No"),
            ],
            {
                "outcomes": [
                    {"outcome": "Learner Knowledge", "measurement_types": "Objective, Subjective"},
                    {"outcome": "Patient Health"},
                ]
            },
        ),
        ([("Patient Health", "No"), ("Learner Knowledge", "no")], {"outcomes": None}),
        (
            [("Outcome Measures", "Patient Health; Learner Knowledge: Objective\nCompetence (Subjective)")],
            {
                "outcomes": [
                    {"outcome": "Learner Knowledge", "measurement_types": "Objective"},
                    {"outcome": "Competence", "measurement_types": "Subjective"},
                    {"outcome": "Patient Health"},
                ]
            },
        ),
        (
            [("Patient Health", "Objective"), ("Outcome 1 Name", "Knowledge"), ("Outcome 2 Name", "Wealth")],
            {
                "outcomes": [
                    {"outcome": "Knowledge"},
                    {"outcome": "Patient Health", "measurement_types": "Objective"},
                    {"outcome": "Wealth"},
                ]
            },
        ),
    ],
)
def test_what_repeated_answers_say(cells: Sequence[tuple[str, Any]], answers: Mapping[str, Any]) -> None:
    assert row(*cells).answers == answers


def test_what_a_row_says_of_itself_and_what_is_kept() -> None:
    found = row(
        ("Template", "OpenPARS E1"),
        ("Action", " Update "),
        ("Activity ID", 100000012.0),
        ("Close Activity", True),
        ("Legacy: Hours", 1.5),
        ("Legacy: Other", ""),
        ("Extra: a.b", "(clear)"),
    )
    assert (found.action, found.activity_id, found.close, found.kept) == (
        "Update",
        "100000012",
        True,
        {"legacy": {"Hours": "1.5"}, "extra": {"a.b": None}},
    )


def test_what_is_not_asked_any_more_is_kept() -> None:
    found = match(["Title", "Hours of Instruction", "Legacy: Expenses"], row=1)
    place = Where(None, 1, "Hours of Instruction", "B1")
    assert found.findings == (finding("file.legacy.kept", value="Hours of Instruction", where=place),)
    given = row(
        ("Hours of Instruction", 12.0),
        ("Commercial Support Source", "A"),
        ("In Kind: Durable equipment", "Yes"),
        ("In Kind: Facilities / Space", "No"),
        ("Legacy: In Kind Support 3: Other", "No"),
        ("2nd In-Kind Support Received - Other", "B"),
    )
    assert given.answers == {
        "support": [{"kind": "in-kind", "source": "A"}, {"kind": "in-kind", "source": "B"}]
    }
    assert given.kept == {
        "legacy": {
            "Hours of Instruction": "12",
            "In Kind Support 1: Durable equipment": "Yes",
            "In Kind Support 2: Other": "B",
            "In Kind Support 3: Other": "No",
        }
    }


def test_places_lead_to_the_cells_of_the_entries_as_the_rulebook_counts_them() -> None:
    found = row(
        ("Patient Health", "Yes"),
        ("Learner Knowledge", "Objective"),
        ("Support 1 Source", ""),
        ("Support 1 Amount", ""),
        ("Support 2 Source", "A"),
        ("Support 2 Amount", "12.5k"),
        ("Joint Provider 1", ""),
        ("Joint Provider 2", "B" * 201),
        ("City", ""),
        ("Activity ID", "7"),
    )
    assert found.places == {
        "outcomes": 0,
        "outcomes.0": 1,
        "outcomes.0.outcome": 1,
        "outcomes.0.measurement_types": 1,
        "outcomes.1": 0,
        "outcomes.1.outcome": 0,
        "outcomes.1.measurement_types": 0,
        "support": 2,
        "support.0": 4,
        "support.0.source": 4,
        "support.0.amount": 5,
        "joint_providers": 6,
        "joint_providers.0": 7,
        "city": 8,
        "activity_id": 9,
    }
    rejected = read(found.answers, today=TODAY).rejected
    assert rejected.keys() <= found.places.keys()
    assert rejected.keys() == {"support.0.amount", "joint_providers.0"}


def test_the_words_of_drop_downs_are_read_as_the_answers_they_stand_for() -> None:
    for name, field in FIELDS.items():
        for word in words_of(field):
            assert read({name: word}, today=TODAY).rejected == {}, (name, word)
    assert words_of(FIELDS["on_passport"]) == ("Yes", "No")
    assert words_of(FIELDS["title"]) == ()
    assert words_of(FIELDS["format"])[:2] == ("Live Course", "Regularly Scheduled Series")
