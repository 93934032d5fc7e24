"""What everybody may know of an activity: all that is public, and not a word more."""

import json
from datetime import datetime, timedelta
from typing import Any

import pytest

from openpars import clock
from openpars.activities.models import Activity
from openpars.passport.public_record import public_answers, public_record
from openpars.rulebook.fields import FIELDS
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]

MOC = factories.MOC | {"board_activity_id": "SECRET-BOARD-ID", "attested_by": "SECRET ATTESTER"}
REMS = {"kind": "rems", "rems_type": "Opioid Analgesic", "rpc_id": "EG-123456-001"}

EVERYTHING = {
    "start_date": "2026-04-08",
    "end_date": "2026-04-09",
    "delivery_methods": ["In-Person", "Live-Streamed"],
    "specialties": ["Emergency Medicine"],
    "collaborations": [MOC, {"kind": "moc", "board": "ABP"}, REMS, {"kind": "mips"}],
    "internal_id": "SECRET-1",
    "providership": "Joint",
    "joint_providers": ["Demo County Heart Association"],
    "support_received": True,
    "support": [
        {"kind": "monetary", "source": "Demo Devices", "amount": 87654},
        {"kind": "in-kind", "source": "Demo Devices"},
        {"kind": "monetary", "source": "Demo Pharma"},
    ],
    "commendation": True,
    "commendation_criteria": ["C23"],
    "physicians": 98765,
    "other_learners": 91234,
}


def told(**answers: Any) -> dict[str, Any]:
    """The public record of a new activity."""
    return public_record(stored(**answers), now=clock.now())


def stored(**answers: Any) -> Activity:
    """A new activity of a provider with an address for learners."""
    return factories.activity(factories.provider(learner_contact="credits@test.example"), **answers)


def test_all_that_is_public_is_told_and_nothing_else() -> None:
    activity = stored(**EVERYTHING)
    record = public_record(activity, now=clock.now())
    assert record == {
        "activity_id": activity.activity_id,
        "title": "Sepsis in the Emergency Department",
        "status": "Active",
        "phase": "upcoming",
        "provider": {
            "number": activity.provider.number,
            "name": activity.provider.name,
            "learner_contact": "credits@test.example",
        },
        "format": "C",
        "format_name": "Live Course",
        "start_date": "2026-04-08",
        "end_date": "2026-04-09",
        "delivery_methods": ["In-Person", "Live-Streamed"],
        "city": "Chicago",
        "state": "IL",
        "country": "USA",
        "place": "Chicago, IL, United States",
        "credits": "7.5",
        "description": "How to recognise sepsis early, and what to do in the first hour.",
        "specialties": ["Emergency Medicine"],
        "registration": "Open to all",
        "fee": "Yes",
        "url": "https://cme.test.example/sepsis",
        "collaborations": [
            {
                "kind": "moc",
                "board": "ABIM",
                "practice_areas": ["Internal Medicine"],
                "credit_types": ["Medical Knowledge"],
                "points": "5.25",
                "content_outline": "Infectious Disease",
            },
            {"kind": "rems", "rems_type": "Opioid Analgesic"},
            {"kind": "mips"},
        ],
        "providership": "Joint",
        "joint_providers": ["Demo County Heart Association"],
        "outcomes": [{"outcome": "Learner Knowledge", "measurement_types": ["Objective"]}],
        "commercial_support": {"received": True, "sources": ["Demo Devices", "Demo Pharma"]},
    }
    assert json.loads(json.dumps(record)) == record


def test_what_is_not_answered_yet_is_none_and_what_nobody_has_to_answer_is_empty() -> None:
    record = told(providership="Joint", outcomes=None, support_received=None)
    named = ("joint_providers", "outcomes", "commercial_support", "specialties", "collaborations")
    assert {name: record[name] for name in named} == {
        "joint_providers": None,
        "outcomes": None,
        "commercial_support": {"received": None, "sources": None},
        "specialties": [],
        "collaborations": [],
    }
    assert told(support_received=True)["commercial_support"] == {"received": True, "sources": None}
    assert told(support_received=False)["commercial_support"] == {"received": False, "sources": []}


def test_answers_that_do_not_apply_are_not_told() -> None:
    record = told(
        format="EM", delivery_methods=["Online"], providership="Direct", joint_providers=["Kept, not told"]
    )
    named = ("delivery_methods", "city", "state", "country", "place", "joint_providers")
    assert {name: record[name] for name in named} == {
        "delivery_methods": ["Online"],
        "city": None,
        "state": None,
        "country": None,
        "place": None,
        "joint_providers": [],
    }
    assert told(format="PI")["delivery_methods"] == []


@pytest.mark.parametrize(
    "lack",
    [
        {"attested": False},
        {"attested_by": ""},
        {"credit_claim_date": ""},
        {"points": "five"},
        {"practice_areas": []},
        {"credit_types": []},
        {"board": ""},
        {"board": "ABPMR", "start_date": "2024-05-01"},
    ],
)
def test_a_registration_that_lacks_anything_is_not_told(lack: dict[str, Any]) -> None:
    start = lack.pop("start_date", "2026-04-08")
    record = told(start_date=start, end_date=start, collaborations=[MOC | lack, {"kind": "mips"}])
    assert record["collaborations"] == [{"kind": "mips"}]


def test_a_text_that_is_no_answer_is_not_told() -> None:
    outcomes = [
        {"outcome": "SECRET outcome", "measurement_types": ["Objective"]},
        {"outcome": "Learner Competence", "measurement_types": ["Subjective"]},
    ]
    activity = stored(specialties=["Surgery"], outcomes=outcomes, physicians="SECRET many")
    assert set(activity.rejected) == {"outcomes.1.outcome", "physicians"}
    record = public_record(activity, now=clock.now())
    assert record["outcomes"] == outcomes[1:]
    assert "SECRET" not in json.dumps(record)


def test_only_fields_that_are_declared_public_are_told() -> None:
    activity = stored(**EVERYTHING)
    said = public_answers(activity, today=clock.today("America/Chicago"))
    assert list(said) == [name for name, field in FIELDS.items() if field.public]
    hidden = {
        "internal_id",
        "commendation",
        "commendation_criteria",
        "physicians",
        "other_learners",
        "on_passport",
    }
    assert hidden.isdisjoint(said)
    text = json.dumps(said) + json.dumps(public_record(activity, now=clock.now()))
    for secret in ("SECRET", "87654", "98765", "91234", "C23", "EG-123456", "monetary"):
        assert secret not in text


def test_the_phase_goes_by_the_day_at_the_accreditor(frozen: datetime) -> None:
    activity = stored(start_date="2026-03-11", end_date="2026-03-11")
    phases = [
        public_record(activity, now=frozen + timedelta(hours=hours))["phase"] for hours in (0, 11, 13, 37)
    ]
    assert phases == ["upcoming", "upcoming", "in progress", "ended"]
