"""The activity that stands as an example where a template cannot do without one."""

from typing import Any, Final

EXAMPLE: Final[dict[str, Any]] = {
    "title": "Example: Recognizing Sepsis in the First Hour",
    "format": "C",
    "start_date": "2026-03-04",
    "end_date": "2026-03-05",
    "delivery_methods": ["In-Person", "Live-Streamed"],
    "city": "Chicago",
    "state": "IL",
    "country": "USA",
    "credits": "10.5",
    "on_passport": True,
    "description": "After this course you will recognize sepsis early, and treat it.",
    "specialties": ["Emergency Medicine", "Internal Medicine"],
    "registration": "Open to all",
    "fee": "No, it's free",
    "url": "https://www.example.org/sepsis",
    "internal_id": "EXAMPLE-1",
    "providership": "Joint",
    "joint_providers": ["Example Heart Association"],
    "outcomes": [
        {"outcome": "Learner Knowledge", "measurement_types": ["Objective", "Subjective"]},
        {"outcome": "Learner Performance", "measurement_types": ["Subjective"]},
    ],
    "support_received": True,
    "support": [
        {"kind": "monetary", "source": "Example Devices Company", "amount": 12500},
        {"kind": "in-kind", "source": "Example Instruments Company"},
    ],
    "physicians": 37,
    "other_learners": 12,
}
EXAMPLE_COUNTS: Final[dict[str, Any]] = {
    name: EXAMPLE[name] for name in ("internal_id", "title", "physicians", "other_learners")
}
