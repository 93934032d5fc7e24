"""Small makers of the things tests need. Each gives a whole, valid thing; name only what the test is about."""

from collections.abc import Mapping
from itertools import count
from typing import Any, Final

from openpars import clock
from openpars.accounts.actors import Actor
from openpars.accounts.models import Accreditor, ApiKey, Contact, Person, Provider
from openpars.accounts.scopes import Scope
from openpars.accounts.verbs.keys import create_key
from openpars.activities.doors import Door
from openpars.activities.models import Activity
from openpars.activities.verbs.save import Edit, save_one

_numbers = count(1)
PASSWORD = "correct horse battery staple"

Answers = dict[str, Any]


def accreditor(**over: Any) -> Accreditor:
    """An accreditor in Chicago's time zone."""
    named = {"name": f"Test Accreditor {next(_numbers)}", "time_zone": "America/Chicago"}
    return Accreditor.objects.create(**named | over)


def provider(**over: Any) -> Provider:
    """A provider with a number of its own, of a new accreditor unless one is given."""
    number = next(_numbers)
    if "accreditor" not in over:
        over["accreditor"] = accreditor()
    return Provider.objects.create(**{"name": f"Test Provider {number}", "number": f"{number:07d}"} | over)


def person(email: str = "", **over: Any) -> Person:
    """A person who can sign in with PASSWORD."""
    email = email or f"person-{next(_numbers)}@test.example"
    return Person.objects.create_user(email=email, password=PASSWORD, **{"name": "Test Person"} | over)


def contact(of: Provider | Accreditor, *, role: str = "editor", **over: Any) -> Contact:
    """A person as contact of a provider, or as staff of an accreditor; `.person` is who signs in."""
    whose = {"provider": of} if isinstance(of, Provider) else {"accreditor": of}
    if "person" not in over:
        over["person"] = person()
    return Contact.objects.create(**whose, role=role, **over)


def scope(of: Provider | Accreditor, role: str = "editor") -> Scope:
    """What somebody of that role may see and do."""
    if isinstance(of, Provider):
        return Scope(kind="provider", provider_id=of.pk, accreditor_id=of.accreditor_id, role=role)  # type: ignore[arg-type]
    return Scope(kind="accreditor", provider_id=None, accreditor_id=of.pk, role=role)  # type: ignore[arg-type]


def actor(name: str = "Test Person", person_id: int | None = None) -> Actor:
    """Who did it."""
    return Actor(person_id=person_id, name=name)


#: A registration for a certifying board that lacks nothing.
MOC: Final[Answers] = {
    "kind": "moc",
    "board": "ABIM",
    "practice_areas": ["Internal Medicine"],
    "credit_types": ["Medical Knowledge"],
    "points": "5.25",
    "credit_claim_date": "2026-12-31",
    "content_outline": "Infectious Disease",
    "attested": True,
    "attested_by": "Somebody",
}


def answers(**over: Any) -> Answers:
    """Answers that reach as far as closing; the activity ended on 6 March 2026."""
    return {
        "title": "Sepsis in the Emergency Department",
        "format": "C",
        "start_date": "2026-03-05",
        "end_date": "2026-03-06",
        "delivery_methods": ["In-Person"],
        "city": "Chicago",
        "state": "IL",
        "country": "USA",
        "credits": "7.5",
        "on_passport": True,
        "description": "How to recognise sepsis early, and what to do in the first hour.",
        "registration": "Open to all",
        "fee": "Yes",
        "url": "https://cme.test.example/sepsis",
        "providership": "Direct",
        "outcomes": [{"outcome": "Learner Knowledge", "measurement_types": ["Objective"]}],
        "support_received": False,
        "commendation": False,
        "physicians": 40,
        "other_learners": 12,
    } | over


def draft(**over: Any) -> Answers:
    """No more than a draft needs."""
    kept = ("title", "format", "start_date", "end_date")
    return {name: value for name, value in answers().items() if name in kept} | over


def activity(of: Provider, *, over: Mapping[str, Any] | None = None, **answered: Any) -> Activity:
    """A stored activity: `answers(**answered)`, or exactly `over`, saved through the form's door."""
    outcome = save_one(
        Edit(answers=answers(**answered) if over is None else over),
        scope=scope(of),
        actor=actor(),
        door=Door.FORM,
        now=clock.now(),
        confirmed=("activity.looks_like_another",),
    )
    assert outcome.activity is not None, outcome.findings
    return outcome.activity


def key(of: Provider, *scopes: str, kind: str = "live", **over: Any) -> tuple[ApiKey, str]:
    """A key of the provider, with every right unless some are named, and its text."""
    return create_key(
        provider=of,
        name=over.pop("name", "Learning system"),
        scopes=scopes or ("read", "write", "close"),
        kind=kind,
        actor=actor(),
        **over,
    )
