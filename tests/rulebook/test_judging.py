"""What is missing, what does not fit together, and how far the answers reach."""

from collections.abc import Collection
from typing import Any

import pytest

from openpars.rulebook.findings import Finding, Stage
from openpars.rulebook.judging import is_asked, judge, stops
from openpars.rulebook.lifecycle import Reach, reach

from .examples import TODAY, complete, draft, instance, moc, rems


def ids(
    answers: dict[str, Any], rejected: dict[str, str] | None = None, touched: Collection[str] | None = None
) -> list[tuple[str, str]]:
    return [pair(found) for found in judge(answers, rejected=rejected or {}, today=TODAY, touched=touched)]


def pair(found: Finding) -> tuple[str, str]:
    return found.path, found.rule.removeprefix("activity.")


def test_complete_answers_have_no_findings_and_reach_closing() -> None:
    assert ids(complete()) == []
    assert ids(complete(repeated=True, instances=[instance()])) == []
    assert reach(complete(), {}, TODAY) is Reach.CLOSE


def test_nothing_at_all_misses_everything_in_form_order() -> None:
    assert ids({}) == [
        ("title", "title.required"),
        ("format", "format.required"),
        ("start_date", "start_date.required"),
        ("end_date", "end_date.required"),
        ("credits", "credits.required"),
        ("on_passport", "on_passport.required"),
        ("description", "description.required"),
        ("providership", "providership.required"),
        ("outcomes", "outcomes.required"),
        ("support_received", "support_received.required"),
        ("physicians", "physicians.required"),
        ("other_learners", "other_learners.required"),
    ]
    assert reach({}, {}, TODAY) is Reach.NOTHING


@pytest.mark.parametrize("name", ["title", "format", "start_date", "end_date"])
def test_a_draft_needs_its_four_answers(name: str) -> None:
    assert reach(draft(), {}, TODAY) is Reach.DRAFT
    assert reach(draft(**{name: None}), {}, TODAY) is Reach.NOTHING


# What is left out of complete answers, what stops the goal then, and how far they still reach.
MISSING: list[tuple[dict[str, Any], list[tuple[str, str]], Reach]] = [
    ({"delivery_methods": None}, [("delivery_methods", "delivery_methods.required")], Reach.DRAFT),
    ({"delivery_methods": []}, [("delivery_methods", "delivery_methods.required")], Reach.DRAFT),
    ({"format": "PI", "delivery_methods": None}, [], Reach.CLOSE),
    ({"city": None}, [("city", "city.required")], Reach.DRAFT),
    ({"city": ""}, [("city", "city.required")], Reach.DRAFT),
    ({"state": None}, [("state", "state.required")], Reach.DRAFT),
    ({"state": None, "country": "CAN"}, [], Reach.CLOSE),
    ({"country": None, "state": None}, [("country", "country.required")], Reach.DRAFT),
    ({"city": None, "country": None, "state": None, "delivery_methods": ["Live-Streamed"]}, [], Reach.CLOSE),
    ({"city": None, "format": "OTH"}, [("city", "city.required")], Reach.DRAFT),
    ({"city": None, "format": "PI"}, [], Reach.CLOSE),
    ({"credits": None}, [("credits", "credits.required")], Reach.DRAFT),
    ({"description": None}, [("description", "description.required")], Reach.DRAFT),
    ({"specialties": None, "internal_id": None, "commendation": None}, [], Reach.CLOSE),
    ({"registration": None}, [("registration", "registration.required")], Reach.DRAFT),
    ({"fee": None}, [("fee", "fee.required")], Reach.DRAFT),
    ({"url": None}, [("url", "url.required")], Reach.DRAFT),
    (
        {"on_passport": False, "registration": None, "fee": None, "url": None},
        [
            ("registration", "registration.required_for_collaboration"),
            ("fee", "fee.required_for_collaboration"),
            ("url", "url.required_for_collaboration"),
        ],
        Reach.ACTIVE,
    ),
    (
        {
            "on_passport": False,
            "registration": None,
            "fee": None,
            "url": None,
            "collaborations": [{"kind": "mips"}],
        },
        [],
        Reach.CLOSE,
    ),
    ({"providership": None}, [("providership", "providership.required")], Reach.DRAFT),
    ({"joint_providers": None}, [("joint_providers", "joint_providers.required")], Reach.ACTIVE),
    ({"joint_providers": None, "providership": "Direct"}, [], Reach.CLOSE),
    ({"outcomes": None}, [("outcomes", "outcomes.required")], Reach.ACTIVE),
    (
        {"outcomes": [{"measurement_types": ["Objective"]}, {"outcome": "Patient Health"}]},
        [
            ("outcomes.0.outcome", "outcomes.outcome.required"),
            ("outcomes.1.measurement_types", "outcomes.measurement_types.required"),
        ],
        Reach.ACTIVE,
    ),
    ({"support_received": None}, [("support_received", "support_received.required")], Reach.ACTIVE),
    ({"support": None}, [("support", "support.required")], Reach.ACTIVE),
    ({"support": None, "support_received": False}, [], Reach.CLOSE),
    ({"support_received": False}, [("support_received", "support.not_expected")], Reach.ACTIVE),
    (
        {"support": [{"kind": "monetary", "source": "Demo"}, {"kind": "in-kind"}, {"source": "Demo"}]},
        [
            ("support.0.amount", "support.amount.required"),
            ("support.1.source", "support.source.required"),
            ("support.2.kind", "support.kind.required"),
        ],
        Reach.ACTIVE,
    ),
    ({"physicians": None}, [("physicians", "physicians.required")], Reach.ACTIVE),
    ({"physicians": 0}, [], Reach.CLOSE),
    ({"other_learners": None}, [("other_learners", "other_learners.required")], Reach.ACTIVE),
    (
        {"collaborations": [{"kind": "moc"}]},
        [
            ("collaborations.0.board", "collaborations.board.required"),
            ("collaborations.0.practice_areas", "collaborations.practice_areas.required"),
            ("collaborations.0.credit_types", "collaborations.credit_types.required"),
            ("collaborations.0.points", "collaborations.points.required"),
            ("collaborations.0.credit_claim_date", "collaborations.credit_claim_date.required"),
            ("collaborations.0.attested", "collaborations.attested.required"),
            ("collaborations.0.attested_by", "collaborations.attested_by.required"),
        ],
        Reach.ACTIVE,
    ),
    (
        {"collaborations": [moc(attested=False)]},
        [("collaborations.0.attested", "collaborations.attested.required")],
        Reach.ACTIVE,
    ),
    (
        {"collaborations": [{"kind": "rems"}, {"board": "ABP"}]},
        [
            ("collaborations.0.rems_type", "collaborations.rems_type.required"),
            ("collaborations.0.rpc_id", "collaborations.rpc_id.required"),
            ("collaborations.1.kind", "collaborations.kind.required"),
        ],
        Reach.ACTIVE,
    ),
    (
        {
            "repeated": True,
            "instances": [instance(), {"delivery_methods": ["In-Person"], "country": "USA"}, {}],
        },
        [
            ("instances.1.start_date", "instances.start_date.required"),
            ("instances.1.end_date", "instances.end_date.required"),
            ("instances.1.city", "instances.city.required"),
            ("instances.1.state", "instances.state.required"),
            ("instances.2.start_date", "instances.start_date.required"),
            ("instances.2.end_date", "instances.end_date.required"),
            ("instances.2.delivery_methods", "instances.delivery_methods.required"),
        ],
        Reach.DRAFT,
    ),
    ({"repeated": False, "instances": [{}]}, [], Reach.CLOSE),
    ({"repeated": True, "format": "RSS", "instances": [{}]}, [], Reach.CLOSE),
]


@pytest.mark.parametrize(("over", "expected", "reached"), MISSING)
def test_what_is_missing_stops_just_what_it_is_needed_for(
    over: dict[str, Any], expected: list[tuple[str, str]], reached: Reach
) -> None:
    answers = {**complete(), **over}
    assert [pair(found) for found in stops(answers, today=TODAY, goal=Stage.CLOSE)] == expected
    assert reach(answers, {}, TODAY) is reached
    assert [bool(stops(answers, today=TODAY, goal=goal)) for goal in (Stage.ACTIVE, Stage.CLOSE)] == [
        reached < Reach.ACTIVE,
        reached < Reach.CLOSE,
    ]


# Answers that do not fit together: what is changed, and what is found.
MISFITS: list[tuple[dict[str, Any], list[tuple[str, str]]]] = [
    ({"end_date": "2026-03-03"}, [("end_date", "end_date.before_start")]),
    ({"end_date": "2027-03-04"}, []),
    ({"end_date": "2027-03-05"}, [("end_date", "end_date.over_12_months")]),
    ({"start_date": "2024-02-29", "end_date": "2025-02-28"}, []),
    ({"start_date": "2024-02-29", "end_date": "2025-03-01"}, [("end_date", "end_date.over_12_months")]),
    ({"start_date": "2023-02-28", "end_date": "2024-02-28"}, []),
    ({"start_date": "2023-02-28", "end_date": "2024-02-29"}, [("end_date", "end_date.over_12_months")]),
    ({"format": "EM", "delivery_methods": ["Online"], "end_date": "2029-03-04"}, []),
    (
        {"format": "EM", "delivery_methods": ["Online"], "end_date": "2029-03-05"},
        [("end_date", "end_date.over_3_years")],
    ),
    ({"format": "EM"}, [("delivery_methods", "delivery_methods.not_offered")] * 2),
    ({"format": "OTH", "delivery_methods": ["In-Person", "Live-Streamed", "Online", "Print/Other"]}, []),
    (
        {"delivery_methods": ["Live-Streamed", "Online"]},
        [("delivery_methods", "delivery_methods.not_offered")],
    ),
    ({"format": "MR", "delivery_methods": ["Online"]}, []),
    ({"state": "Ontario"}, [("state", "state.unknown")]),
    ({"state": "Ontario", "country": "CAN"}, []),
    ({"state": "Ontario", "delivery_methods": ["Live-Streamed"]}, []),
    (
        {"collaborations": [moc(), moc(), {"kind": "mips"}, {"kind": "mips"}, rems(), rems(rpc_id="EG-2")]},
        [
            ("collaborations.1.board", "collaborations.board.repeated"),
            ("collaborations.3.kind", "collaborations.kind.repeated"),
        ],
    ),
    ({"collaborations": [rems(), rems()]}, [("collaborations.1.kind", "collaborations.kind.repeated")]),
    (
        {
            "collaborations": [moc(board="ABPMR")],
            "start_date": "2024-12-31",
            "end_date": "2025-01-01",
        },
        [("collaborations.0.board", "collaborations.board.not_yet")],
    ),
    ({"collaborations": [moc(board="ABPMR")], "start_date": "2025-01-01", "end_date": "2025-01-01"}, []),
    ({"on_passport": False}, [("on_passport", "collaborations.not_on_passport")]),
    ({"on_passport": False, "collaborations": [rems()]}, []),
    (
        {"outcomes": [{"outcome": "Patient Health", "measurement_types": ["Objective"]}] * 2},
        [("outcomes.1.outcome", "outcomes.outcome.repeated")],
    ),
    (
        {"repeated": True, "instances": [instance(end_date="2026-03-17")]},
        [("instances.0.end_date", "instances.end_date.before_start")],
    ),
    (
        {"repeated": True, "instances": [instance(end_date="2027-03-19")]},
        [("instances.0.end_date", "instances.end_date.over_12_months")],
    ),
    (
        {"repeated": True, "instances": [instance(delivery_methods=["Online"])]},
        [("instances.0.delivery_methods", "delivery_methods.not_offered")],
    ),
    (
        {"repeated": True, "instances": [instance(state="Ontario")]},
        [("instances.0.state", "state.unknown")],
    ),
    (
        {"repeated": True, "instances": [instance(internal_id="SEPSIS-26"), instance(), instance()]},
        [
            ("instances.0.internal_id", "instances.internal_id.repeated"),
            ("instances.2.internal_id", "instances.internal_id.repeated"),
        ],
    ),
]


@pytest.mark.parametrize(("over", "expected"), MISFITS)
def test_answers_that_do_not_fit_together(over: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    assert ids({**complete(), **over}) == expected


def test_only_touched_answers_are_judged_for_fit_but_presence_always() -> None:
    old = complete(start_date="2026-03-06", city=None)
    assert ids(old, touched=["title"]) == [("city", "city.required")]
    assert ids(old, touched=[]) == [("city", "city.required")]
    assert ids(old, touched=["start_date"]) == [
        ("end_date", "end_date.before_start"),
        ("city", "city.required"),
    ]


def test_a_warning_stops_nothing() -> None:
    answers = complete(on_passport=False)
    assert ids(answers) == [("on_passport", "collaborations.not_on_passport")]
    assert stops(answers, today=TODAY, goal=Stage.CLOSE) == ()


def test_a_refused_answer_says_again_what_is_wrong_and_counts_as_missing() -> None:
    answers = complete(credits=None)
    assert ids(answers, {"credits": "10.1"}) == [("credits", "credits.step")]
    assert reach(answers, {"credits": "10.1"}, TODAY) is Reach.DRAFT
    (stop,) = stops(answers, rejected={"credits": "10.1"}, today=TODAY, goal=Stage.ACTIVE)
    assert (stop.rule, stop.value) == ("activity.credits.step", "10.1")


def test_a_refused_answer_counts_as_missing_though_a_value_stands_beside_it() -> None:
    assert reach(complete(), {"city": "a\u2400b"}, TODAY) is Reach.DRAFT
    assert ids(complete(), {"city": "a\u2400b"}) == [("city", "text.control_characters")]


def test_a_refused_answer_nobody_needs_stops_nothing() -> None:
    answers = complete(format="RSS")
    assert ids(answers, {"sessions": "many"}) == [("sessions", "number.not_a_number")]
    assert reach(answers, {"sessions": "many"}, TODAY) is Reach.CLOSE


def test_a_refused_answer_that_is_not_asked_is_not_judged() -> None:
    assert ids(complete(), {"sessions": "many"}) == []
    answers = complete(support=[{"kind": "in-kind", "source": "Demo", "amount": None}])
    assert ids(answers, {"support.0.amount": "many"}) == []


def test_refused_answers_inside_lists() -> None:
    answers = complete(
        support=[{"kind": "monetary", "source": "Demo", "amount": None}], joint_providers=["One", None]
    )
    rejected = {"support.0.amount": "lots", "joint_providers.1": "x" * 201}
    assert ids(answers, rejected) == [
        ("joint_providers.1", "text.too_long"),
        ("support.0.amount", "support.amount.not_a_number"),
    ]
    assert [found.path for found in stops(answers, rejected=rejected, today=TODAY, goal=Stage.CLOSE)] == [
        "support.0.amount"
    ]
    nobody = complete(joint_providers=[None])
    assert ids(nobody, {"joint_providers.0": "x" * 201}) == [("joint_providers.0", "text.too_long")]
    assert reach(nobody, {"joint_providers.0": "x" * 201}, TODAY) is Reach.ACTIVE


def test_a_draft_answer_cleared_or_spoilt_keeps_the_record_a_draft() -> None:
    assert ids(complete(), {"title": ""}) == [("title", "title.required")]
    assert ids(complete(), {"start_date": "2/30/2026"}) == [("start_date", "date.no_such_day")]
    for rejected in ({"title": ""}, {"start_date": "2/30/2026"}):
        assert reach(complete(), rejected, TODAY) is Reach.DRAFT
    assert reach(complete(title=None), {"title": ""}, TODAY) is Reach.NOTHING


def test_an_answer_refused_because_of_another_one_says_so_until_the_other_is_mended() -> None:
    rejected = {"end_date": "3/2/2026"}
    assert ids(complete(), rejected) == [("end_date", "end_date.before_start")]
    assert ids(complete(start_date="2026-03-01"), rejected) == [("end_date", "answer.kept")]
    ontario = complete(state=None)
    assert ids(ontario, {"state": "Ontario"}) == [("state", "state.unknown")]
    assert ids({**ontario, "country": "CAN"}, {"state": "Ontario"}) == [("state", "answer.kept")]
    assert ids(complete(), {"start_date": "3/9/2026"}) == [("start_date", "end_date.before_start")]
    canadian = complete(state="Ontario", country="CAN")
    assert ids(canadian, {"country": "USA"}) == [("country", "state.unknown")]
    taken = complete(repeated=True, instances=[instance()], internal_id=None)
    assert ids(taken, {"internal_id": "SEPSIS-26-1"}) == [("internal_id", "instances.internal_id.repeated")]
    twice = complete(repeated=True, instances=[instance(internal_id=None)])
    assert ids(twice, {"instances.0.internal_id": "SEPSIS-26"}) == [
        ("instances.0.internal_id", "instances.internal_id.repeated")
    ]


def test_true_consequences_are_not_told() -> None:
    assert ids(complete(start_date="2026-03-06"), {"start_date": "soon"}) == [
        ("start_date", "date.not_a_date")
    ]
    assert ids(complete(on_passport=False), {"on_passport": "maybe"}) == [
        ("on_passport", "yes_no.not_yes_no")
    ]


def test_what_is_asked() -> None:
    answers = complete(format="EM")
    assert [
        name for name in ("delivery_methods", "sessions", "counts_as_of", "title") if is_asked(name, answers)
    ] == [
        "delivery_methods",
        "counts_as_of",
        "title",
    ]
    assert is_asked("support.0.amount", answers)
    assert not is_asked("support.1.amount", answers)
    assert not is_asked("support.0.amount", {**answers, "support_received": False})
