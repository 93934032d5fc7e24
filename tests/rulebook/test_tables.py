"""The field table, the vocabularies and the catalogue drawn from them."""

import json
from dataclasses import replace
from datetime import date

import pytest

from openpars.rulebook import VERSION, catalogue
from openpars.rulebook.fields import ALL_FIELDS, FIELDS, STEPS, field_at, fields_of
from openpars.rulebook.findings import Stage
from openpars.rulebook.judging import judge
from openpars.rulebook.merging import merge
from openpars.rulebook.questions import QUESTIONS
from openpars.rulebook.rules import RULES, in_force
from openpars.rulebook.vocabularies import VOCABULARIES, folded, label, terms

from .examples import TODAY, draft

# Every field: what it is, and the first stage it is needed for.
TABLE = {
    "title": ("basic-information", "text", Stage.DRAFT),
    "format": ("basic-information", "choice", Stage.DRAFT),
    "start_date": ("basic-information", "date", Stage.DRAFT),
    "end_date": ("basic-information", "date", Stage.DRAFT),
    "delivery_methods": ("basic-information", "choices", Stage.ACTIVE),
    "city": ("basic-information", "text", Stage.ACTIVE),
    "state": ("basic-information", "text", Stage.ACTIVE),
    "country": ("basic-information", "choice", Stage.ACTIVE),
    "sessions": ("basic-information", "whole-number", None),
    "repeated": ("basic-information", "yes-no", None),
    "instances": ("basic-information", "group", None),
    "credits": ("information-for-learners", "credits", Stage.ACTIVE),
    "on_passport": ("information-for-learners", "yes-no", Stage.ACTIVE),
    "description": ("information-for-learners", "long-text", Stage.ACTIVE),
    "specialties": ("information-for-learners", "choices", None),
    "registration": ("registration-details", "choice", Stage.ACTIVE),
    "fee": ("registration-details", "choice", Stage.ACTIVE),
    "url": ("registration-details", "url", Stage.ACTIVE),
    "collaborations": ("registration-details", "group", None),
    "internal_id": ("accreditation-details", "text", None),
    "providership": ("accreditation-details", "choice", Stage.ACTIVE),
    "joint_providers": ("accreditation-details", "texts", Stage.CLOSE),
    "outcomes": ("accreditation-details", "group", Stage.CLOSE),
    "support_received": ("accreditation-details", "yes-no", Stage.CLOSE),
    "support": ("accreditation-details", "group", Stage.CLOSE),
    "commendation": ("accreditation-details", "yes-no", None),
    "commendation_criteria": ("accreditation-details", "choices", None),
    "physicians": (None, "whole-number", Stage.CLOSE),
    "other_learners": (None, "whole-number", Stage.CLOSE),
    "counts_as_of": (None, "date", None),
}


def test_the_field_table() -> None:
    declared = {
        name: (one.step, one.kind, next((need.stage for need in one.needs), None))
        for name, one in FIELDS.items()
    }
    assert declared == TABLE
    assert list(FIELDS) == list(TABLE)
    assert [name for step in STEPS for name in (one.name for one in fields_of(step.slug))] == [
        name for name, (step, _, _) in TABLE.items() if step
    ]


def test_what_is_never_public_and_what_is_never_copied() -> None:
    hidden = {
        "internal_id",
        "commendation",
        "commendation_criteria",
        "physicians",
        "other_learners",
        "support.amount",
    }
    assert not any(ALL_FIELDS[name].public for name in hidden)
    assert {path for path, field in ALL_FIELDS.items() if not field.copied} == {
        "repeated",
        "instances",
        "instances.internal_id",
        "collaborations.board_activity_id",
        "collaborations.attested",
        "collaborations.attested_by",
        "collaborations.rpc_id",
        "internal_id",
        "support_received",
        "support",
        "physicians",
        "other_learners",
        "counts_as_of",
    }


def test_a_field_is_found_by_its_path() -> None:
    found = field_at("support.12.amount")
    assert found is not None
    assert (found.path, found.step, found.label) == ("support.amount", "accreditation-details", "Amount")
    assert field_at("support.12.colour") is None


def test_people_find_questions_beside_the_fields_they_ask_about() -> None:
    assert all(len(FIELDS[name].questions) >= 2 for name in FIELDS if name in QUESTIONS)
    kinds = {f"collaborations.{term.code}" for term in terms("collaboration_kinds")}
    assert set(QUESTIONS) <= set(ALL_FIELDS) | kinds


def test_a_header_means_one_field() -> None:
    headers: dict[str, str] = {}
    for name, field in FIELDS.items():
        if not field.item:
            for header in field.columns:
                assert headers.setdefault(folded(header), name) == name, header


def test_the_vocabularies() -> None:
    assert {name: (len(one.entries), one.open) for name, one in VOCABULARIES.items()} == {
        "formats": (11, False),
        "delivery_methods": (4, False),
        "countries": (243, False),
        "states": (57, False),
        "registration": (2, False),
        "fee": (3, False),
        "providership": (2, False),
        "outcomes": (5, False),
        "measurement_types": (2, False),
        "commendation_criteria": (16, False),
        "boards": (9, False),
        "credit_types": (10, True),
        "practice_areas": (89, True),
        "rems_types": (2, False),
        "specialties": (49, True),
        "supporters": (1, True),
        "support_kinds": (2, False),
        "collaboration_kinds": (3, False),
    }
    for vocabulary in VOCABULARIES.values():
        for term in vocabulary.entries:
            # Nothing in a list may be parted by what parts the entries of a list in one cell.
            assert ";" not in term.code + term.label
            match = vocabulary.match(term.label.upper())
            assert match is not None
            assert match.code == term.code
            assert set(term.of) <= set(VOCABULARIES["boards"].by_code) | set(VOCABULARIES["formats"].by_code)


def test_terms_by_day_and_by_board() -> None:
    assert [term.code for term in terms("boards", on=date(2024, 12, 31))][-1] == "ABTS"
    assert [term.code for term in terms("boards", on=date(2025, 1, 1))][-1] == "ABPMR"
    assert [term.code for term in terms("credit_types", of="ABIM")] == [
        "Medical Knowledge",
        "Practice Assessment",
        "Patient Safety",
    ]
    assert [term.code for term in terms("delivery_methods", of="EM")] == ["Online", "Print/Other"]
    assert {term.group for term in terms("commendation_criteria")} == {
        "Promotes Team-Based Education",
        "Addresses Public Health Priorities",
        "Enhances Skills",
        "Demonstrates Educational Leadership",
        "Achieves Outcomes",
    }
    assert (label("countries", "USA"), label("specialties", "Demo")) == ("United States", "Demo")


def test_a_rule_counts_from_its_first_to_its_last_day(monkeypatch: pytest.MonkeyPatch) -> None:
    dated = replace(RULES["activity.credits.required"], since=date(2026, 3, 4), until=date(2026, 3, 5))
    monkeypatch.setitem(RULES, dated.id, dated)
    days = {day: in_force(dated.id, date(2026, 3, day)) for day in (3, 4, 5, 6)}
    assert days == {3: False, 4: True, 5: True, 6: False}
    assert in_force(dated.id, None)
    for day, counts in days.items():
        answers = draft(start_date=f"2026-03-0{day}", end_date="2026-03-09")
        assert (dated.id in [found.rule for found in judge(answers, today=TODAY)]) is counts


def test_merging_clears_replaces_and_leaves() -> None:
    stored = {
        "title": "A",
        "city": "Chicago",
        "support": [{"source": "One"}, {"source": "Two"}],
        "sessions": None,
    }
    patch = {"title": "B", "city": None, "support": [{"source": "Two"}]}
    assert merge(stored, patch) == {"title": "B", "support": [{"source": "Two"}]}
    assert stored["title"] == "A"


def test_the_catalogue_as_json_holds_everything() -> None:
    book = json.loads(json.dumps(catalogue.as_json()))
    assert book["version"] == VERSION
    assert [field["name"] for field in book["fields"]] == list(FIELDS)
    assert {rule["id"]: sorted(rule) for rule in book["rules"]} == {
        name: ["example", "fields", "id", "mend", "message", "since", "stage", "until"] for name in RULES
    }
    assert {"name", "label", "kind", "step", "help"} <= set(book["fields"][0])
    assert set(book["vocabularies"]) == set(VOCABULARIES)


def test_the_catalogue_as_markdown_tells_every_field_and_every_rule_once() -> None:
    text = catalogue.as_markdown()
    assert all(text.count(f"| `{name}` |") == 1 for name in RULES)
    assert all(f"`{field.name}`" in text for field in ALL_FIELDS.values())
    assert "{" not in text.replace('{"kind": "monetary"}', "")
