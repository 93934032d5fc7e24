"""Every rule has its words, can be provoked, and says what it should."""

import string
from collections.abc import Iterator
from typing import Any

import pytest

from openpars.rulebook.fields import ALL_FIELDS
from openpars.rulebook.findings import Finding, Stage, Where
from openpars.rulebook.judging import judge
from openpars.rulebook.reading import read
from openpars.rulebook.rules import PROBLEMS, RULES, finding, problems_of, rule_for
from openpars.rulebook.steps import files, services, stored_records
from openpars.rulebook.vocabularies import VOCABULARIES

from .examples import TODAY, complete, draft, instance, moc, rems

STORED = {rule.id for rule in (*stored_records.RULES, *files.RULES, *services.RULES)} | {
    "activity.counts.falling"
}

# Answers, as they come in by any door, that break the rule. Everything else about them may be as it likes.
PROVOKED: dict[str, dict[str, Any]] = {
    "activity.title.required": {},
    "activity.format.required": {},
    "activity.format.unknown": {"format": "Webinar"},
    "activity.start_date.required": {},
    "activity.end_date.required": {},
    "activity.end_date.before_start": draft(end_date="2026-03-03"),
    "activity.end_date.over_12_months": draft(end_date="2028-03-04"),
    "activity.end_date.over_3_years": draft(format="EM", end_date="2030-03-04"),
    "activity.delivery_methods.required": draft(format="RSS"),
    "activity.delivery_methods.unknown": {"delivery_methods": "Fax"},
    "activity.delivery_methods.not_offered": draft(format="JN", delivery_methods="In-Person"),
    "activity.city.required": draft(format="C", delivery_methods="In-Person"),
    "activity.state.required": draft(format="C", delivery_methods="In-Person", country="USA"),
    "activity.state.unknown": {"state": "Bavaria", "country": "USA"},
    "activity.state.differs": {"state": "CA", "country": "PRI"},
    "activity.country.required": draft(format="C", delivery_methods="In-Person"),
    "activity.country.unknown": {"country": "Illinois"},
    **{
        f"activity.instances.{name}.required": complete(repeated=True, instances=[instance(**{name: None})])
        for name in ("start_date", "end_date", "delivery_methods", "city", "state", "country")
    },
    "activity.instances.end_date.before_start": complete(
        repeated=True, instances=[instance(end_date="2026-01-01")]
    ),
    "activity.instances.end_date.over_12_months": complete(
        repeated=True, instances=[instance(end_date="2028-01-01")]
    ),
    "activity.instances.internal_id.repeated": complete(repeated=True, instances=[instance(), instance()]),
    "activity.credits.required": draft(),
    "activity.credits.not_a_number": {"credits": "ten"},
    "activity.credits.step": {"credits": "10.1"},
    "activity.credits.too_small": {"credits": "0"},
    "activity.credits.too_large": {"credits": "1025000"},
    "activity.on_passport.required": draft(),
    "activity.description.required": draft(),
    "activity.description.too_long": {"description": "x" * 2501},
    "activity.registration.required": draft(on_passport=True),
    "activity.registration.required_for_collaboration": draft(collaborations=[moc()]),
    "activity.fee.required": draft(on_passport=True),
    "activity.fee.required_for_collaboration": draft(collaborations=[rems()]),
    "activity.url.required": draft(on_passport=True),
    "activity.url.required_for_collaboration": draft(collaborations=[moc()]),
    "activity.url.not_a_web_address": {"url": "see our website"},
    "activity.collaborations.kind.required": draft(collaborations=[{"board": "ABIM"}]),
    **{
        f"activity.collaborations.{name}.required": draft(collaborations=[{"kind": "moc"}])
        for name in (
            "board",
            "practice_areas",
            "credit_types",
            "points",
            "credit_claim_date",
            "attested",
            "attested_by",
        )
    },
    **{
        f"activity.collaborations.{name}.required": draft(collaborations=[{"kind": "rems"}])
        for name in ("rems_type", "rpc_id")
    },
    "activity.collaborations.board.unknown": {"collaborations": [{"board": "ABXYZ"}]},
    "activity.collaborations.board.not_yet": draft(
        start_date="2024-03-04", collaborations=[moc(board="ABPMR")]
    ),
    "activity.collaborations.board.repeated": draft(collaborations=[moc(), moc()]),
    "activity.collaborations.kind.repeated": draft(collaborations=[{"kind": "mips"}] * 2),
    "activity.collaborations.points.not_a_number": {"collaborations": [{"points": "five"}]},
    "activity.collaborations.points.step": {"collaborations": [{"points": "5.1"}]},
    "activity.collaborations.points.too_small": {"collaborations": [{"points": "0"}]},
    "activity.collaborations.points.too_large": {"collaborations": [{"points": "1025000"}]},
    "activity.collaborations.not_on_passport": draft(on_passport="No", collaborations=[moc()]),
    "activity.internal_id.invisible_characters": {"internal_id": "A\u200b"},
    "activity.providership.required": draft(),
    "activity.joint_providers.required": draft(providership="Joint"),
    "activity.outcomes.required": draft(),
    "activity.outcomes.outcome.required": {"outcomes": [{"measurement_types": "Objective"}]},
    "activity.outcomes.outcome.repeated": {"outcomes": [{"outcome": "Knowledge"}] * 2},
    "activity.outcomes.measurement_types.required": {"outcomes": [{"outcome": "Knowledge"}]},
    "activity.support_received.required": draft(),
    "activity.support.required": draft(support_received="Yes"),
    "activity.support.not_expected": draft(support_received="No", support=[{"source": "Demo"}]),
    "activity.support.kind.required": draft(support_received="Yes", support=[{"source": "Demo"}]),
    "activity.support.source.required": draft(support_received="Yes", support=[{"kind": "in-kind"}]),
    "activity.support.amount.required": draft(support_received="Yes", support=[{"kind": "monetary"}]),
    "activity.support.amount.not_a_number": {"support": [{"amount": "12.5k"}]},
    "activity.support.amount.not_whole": {"support": [{"amount": "$12,500.75"}]},
    "activity.support.amount.too_small": {"support": [{"amount": "0"}]},
    "activity.support.amount.too_large": {"support": [{"amount": "12500000000"}]},
    "activity.physicians.required": draft(),
    "activity.other_learners.required": draft(),
    "activity.counts_as_of.in_the_future": {"counts_as_of": "2026-03-11"},
    "activity.text.not_text": {"title": ["A"]},
    "activity.text.too_long": {"title": "x" * 501},
    "activity.text.control_characters": {"title": "\x00"},
    "activity.choice.unknown": {"registration": "Members"},
    "activity.list.not_a_list": {"support": True},
    "activity.list.not_an_entry": {"support": ["Demo"]},
    "activity.list.too_many": {"joint_providers": ["Demo"] * 201},
    "activity.list.repeated": {"commendation_criteria": "C23; C23"},
    "activity.date.not_a_date": {"start_date": "spring"},
    "activity.date.no_such_day": {"start_date": "2/30/2026"},
    "activity.date.too_early": {"start_date": "3/4/1926"},
    "activity.date.too_late": {"start_date": "3/4/3026"},
    "activity.number.not_a_number": {"physicians": "about 40"},
    "activity.number.not_whole": {"physicians": "12.5"},
    "activity.number.too_small": {"physicians": "-3"},
    "activity.number.too_large": {"sessions": "1000"},
    "activity.yes_no.not_yes_no": {"on_passport": "maybe"},
}


def findings_of(raw: dict[str, Any], rejected: dict[str, str] | None = None) -> list[Finding]:
    result = read(raw, today=TODAY)
    return [
        *result.findings,
        *judge(result.answers, rejected=rejected or result.rejected, today=TODAY),
    ]


def test_the_table_holds_every_rule_that_answers_can_break() -> None:
    assert set(PROVOKED) | {"activity.answer.kept"} | STORED == set(RULES)


@pytest.mark.parametrize("rule", PROVOKED)
def test_a_rule_can_be_provoked_and_names_the_field_it_speaks_of(rule: str) -> None:
    found = [one for one in findings_of(PROVOKED[rule]) if one.rule == rule]
    assert found
    paths = {".".join(part for part in one.path.split(".") if not part.isdecimal()) for one in found}
    assert paths <= set(RULES[rule].fields)
    assert {one.stage for one in found} == {RULES[rule].stage}


def test_complete_answers_provoke_nothing() -> None:
    assert findings_of(complete(repeated=True, instances=[instance()])) == []


def test_an_answer_that_fits_again_is_said_to_wait() -> None:
    found = judge(draft(), rejected={"end_date": "3/5/2026"}, today=TODAY)
    assert "activity.answer.kept" in [one.rule for one in found]


def gaps(template: str) -> Iterator[str]:
    return (name for _, name, _, _ in string.Formatter().parse(template) if name)


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES.keys())
def test_a_rule_has_words_that_a_person_can_read(rule: Any) -> None:
    assert rule.id.startswith(("activity.", "file.", "request."))
    assert set(gaps(rule.message)) | set(gaps(rule.mend)) == set(dict(rule.sample))
    for words in (rule.message, rule.mend):
        assert words.format_map(dict(rule.sample))[-1] in ".?!"
    assert rule.example
    assert set(rule.fields) <= set(ALL_FIELDS)


def test_every_problem_of_every_field_has_a_rule_that_names_the_field() -> None:
    for path, field in ALL_FIELDS.items():
        for problem in problems_of(field):
            assert path in RULES[rule_for(path, problem)].fields, (path, problem)
        for need in field.needs:
            rule = RULES[f"activity.{path}.{need.rule}"]
            assert (path in rule.fields, rule.stage) == (True, need.stage)
    assert set(PROBLEMS.values()) <= set(RULES)


def test_a_finding_fills_in_what_it_knows() -> None:
    assert finding("activity.support.amount.required", path="support.1.amount") == Finding(
        rule="activity.support.amount.required",
        stage=Stage.CLOSE,
        path="support.1.amount",
        value=None,
        message="The amount of monetary source 2 is missing.",
        mend="Enter the amount in whole US dollars.",
    )


def test_a_finding_as_json() -> None:
    where = Where(sheet="Activities", row=3, column="Credits", cell="K3")
    found = finding("activity.credits.step", path="credits", value="10.1", where=where)
    assert found.as_json() == {
        "rule": "activity.credits.step",
        "stage": "valid",
        "blocks": True,
        "path": "credits",
        "value": "10.1",
        "message": "Credits go in quarters, and 10.1 lies between two of them.",
        "mend": "Round to the nearest quarter: .25, .5, .75 or a whole number.",
        "pointer": "/credits",
        "where": {"sheet": "Activities", "row": 3, "column": "Credits", "cell": "K3"},
    }
    missing = finding("activity.support.source.required", path="support.0.source").as_json()
    assert (missing["pointer"], missing["blocks"], missing["where"]) == ("/support/0/source", False, None)
    assert finding("activity.delete.closed").pointer == ""


def test_a_finding_shows_no_more_of_an_answer_than_fits() -> None:
    found = finding("activity.credits.not_a_number", path="credits", value="ten {or} so\n" * 1000)
    assert found.message.startswith("“ten {or} so ten {or} so")
    assert (len(found.value or ""), found.value and found.value[-1]) == (200, "…")


def test_words_that_are_missing_are_not_passed_over() -> None:
    with pytest.raises(KeyError):
        finding("activity.reopen.year_locked")


def test_every_vocabulary_belongs_to_a_field() -> None:
    used = {field.vocabulary for field in ALL_FIELDS.values()} - {None}
    assert used == set(VOCABULARIES)
