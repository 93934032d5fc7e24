"""Answers that everything in these tests starts from."""

from datetime import date
from typing import Any

TODAY = date(2026, 3, 10)


def complete(**over: Any) -> dict[str, Any]:
    """Return canonical answers that closing needs nothing more of, with the given ones put in."""
    answers: dict[str, Any] = {
        "title": "Sepsis in the First Hour",
        "format": "C",
        "start_date": "2026-03-04",
        "end_date": "2026-03-05",
        "delivery_methods": ["In-Person", "Live-Streamed"],
        "city": "Chicago",
        "state": "IL",
        "country": "USA",
        "repeated": False,
        "credits": "10.5",
        "on_passport": True,
        "description": "After this course you will recognize sepsis early.\nAnd treat it.",
        "specialties": ["Emergency Medicine", "Night Medicine"],
        "registration": "Open to all",
        "fee": "No, it's free",
        "url": "https://cme.example.org/sepsis",
        "collaborations": [moc(), rems(), {"kind": "mips"}],
        "internal_id": "SEPSIS-26",
        "providership": "Joint",
        "joint_providers": ["Demo County Heart Association"],
        "outcomes": [{"outcome": "Learner Knowledge", "measurement_types": ["Objective", "Subjective"]}],
        "support_received": True,
        "support": [
            {"kind": "monetary", "source": "Demo Devices Company", "amount": 12500},
            {"kind": "in-kind", "source": "Demo Devices Company"},
        ],
        "commendation": True,
        "commendation_criteria": ["C23", "C38"],
        "physicians": 37,
        "other_learners": 0,
    }
    return {name: value for name, value in {**answers, **over}.items() if value is not None}


def moc(**over: Any) -> dict[str, Any]:
    """Return a complete registration for a board."""
    entry: dict[str, Any] = {
        "kind": "moc",
        "board": "ABIM",
        "practice_areas": ["Internal Medicine"],
        "credit_types": ["Medical Knowledge"],
        "points": "10.25",
        "credit_claim_date": "2026-12-31",
        "attested": True,
        "attested_by": "Demo Medical Director",
    }
    return {name: value for name, value in {**entry, **over}.items() if value is not None}


def rems(**over: Any) -> dict[str, Any]:
    """Return a complete REMS registration."""
    entry = {"kind": "rems", "rems_type": "Opioid Analgesic", "rpc_id": "EG-123456-001", **over}
    return {name: value for name, value in entry.items() if value is not None}


def instance(**over: Any) -> dict[str, Any]:
    """Return a complete further instance."""
    entry: dict[str, Any] = {
        "start_date": "2026-03-18",
        "end_date": "2026-03-18",
        "delivery_methods": ["In-Person"],
        "city": "Springfield",
        "state": "IL",
        "country": "USA",
        "internal_id": "SEPSIS-26-1",
        **over,
    }
    return {name: value for name, value in entry.items() if value is not None}


def draft(**over: Any) -> dict[str, Any]:
    """Return the answers a draft needs and no more, with the given ones put in."""
    answers = {"title": "Demo", "format": "PI", "start_date": "2026-03-04", "end_date": "2026-03-04", **over}
    return {name: value for name, value in answers.items() if value is not None}
