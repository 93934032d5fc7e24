"""Conditions: what holds when, and the same as JSON for the browser."""

from typing import Any

import pytest

from openpars.rulebook.conditions import All, Condition, Not, When, as_json, holds
from openpars.rulebook.conditions import Any as AnyOf
from openpars.rulebook.fields import ALL_FIELDS, FIELDS

LIVE = When("format", ("C", "RSS"))
IN_PERSON = When("delivery_methods", ("In-Person",))
YES = When("on_passport", (True,))
BOARD = When("collaborations.kind", ("moc",))

HOLDS: list[tuple[Condition | None, dict[str, Any], bool]] = [
    (None, {}, True),
    (LIVE, {"format": "RSS"}, True),
    (LIVE, {"format": "EM"}, False),
    (LIVE, {"format": None}, False),
    (LIVE, {}, False),
    (LIVE, {"format": {"C": 1}}, False),
    (IN_PERSON, {"delivery_methods": ["Online", "In-Person"]}, True),
    (IN_PERSON, {"delivery_methods": []}, False),
    (IN_PERSON, {"delivery_methods": [None, ["In-Person"]]}, False),
    (YES, {"on_passport": True}, True),
    (YES, {"on_passport": 1}, False),
    (YES, {"on_passport": "true"}, False),
    (When("on_passport", (False,)), {"on_passport": False}, True),
    (When("on_passport", (False,)), {}, False),
    (BOARD, {"collaborations": [{"kind": "rems"}, {"kind": "moc"}]}, True),
    (BOARD, {"collaborations": [{"kind": "rems"}, None, "moc"]}, False),
    (BOARD, {"collaborations": "moc"}, False),
    (All(LIVE, IN_PERSON), {"format": "C", "delivery_methods": ["In-Person"]}, True),
    (All(LIVE, IN_PERSON), {"format": "C"}, False),
    (
        All(LIVE, IN_PERSON, YES),
        {"format": "C", "delivery_methods": ["In-Person"], "on_passport": True},
        True,
    ),
    (All(), {}, True),
    (AnyOf(LIVE, YES), {"on_passport": True}, True),
    (AnyOf(LIVE, YES), {}, False),
    (Not(LIVE), {}, True),
]


@pytest.mark.parametrize(("condition", "answers", "expected"), HOLDS)
def test_a_condition_holds(condition: Condition | None, answers: dict[str, Any], expected: bool) -> None:
    assert holds(condition, answers) is expected


def test_inside_an_entry_names_are_its_own_unless_they_begin_with_a_slash() -> None:
    item, activity = {"kind": "monetary"}, {"kind": "x", "format": "C"}
    assert holds(When("kind", ("monetary",)), item, top=activity)
    assert holds(When("/format", ("C",)), item, top=activity)
    assert not holds(When("format", ("C",)), item, top=activity)


def test_a_condition_as_json() -> None:
    assert as_json(All(LIVE, AnyOf(YES, Not(BOARD)))) == {
        "all": [
            {"field": "format", "in": ["C", "RSS"]},
            {
                "any": [
                    {"field": "on_passport", "in": [True]},
                    {"not": {"field": "collaborations.kind", "in": ["moc"]}},
                ]
            },
        ]
    }


def names_in(condition: dict[str, Any]) -> list[str]:
    if "field" in condition:
        return [condition["field"]]
    inner = condition.get("all") or condition.get("any") or [condition["not"]]
    return [name for part in inner for name in names_in(part)]


def test_every_condition_of_the_table_speaks_of_fields_there_are() -> None:
    for path, field in ALL_FIELDS.items():
        group = path.rpartition(".")[0]
        for condition in (field.applies, *(need.when for need in field.needs)):
            for name in names_in(as_json(condition)) if condition else ():
                inside = f"{group}.{name}" if group and name[0] != "/" else name.lstrip("/")
                assert inside in ALL_FIELDS, (path, name)
    assert [name for name, field in FIELDS.items() if field.applies] == [
        "delivery_methods",
        "city",
        "state",
        "country",
        "sessions",
        "repeated",
        "instances",
        "joint_providers",
        "support",
        "commendation_criteria",
        "counts_as_of",
    ]
