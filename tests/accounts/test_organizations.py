"""Providers, accreditors and reporting years."""

from datetime import date

import pytest

from openpars.accounts import verbs
from openpars.accounts.models import Accreditor, AuditEntry, Provider, ReportingYear
from openpars.accounts.refusals import Refused
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]

ACTOR = factories.actor()


def update(provider: Provider, **over: object) -> Provider:
    given = {
        "name": provider.name,
        "number": provider.number,
        "learner_contact": provider.learner_contact,
        "jointly_accredited": provider.jointly_accredited,
    }
    return verbs.update_provider(provider, actor=ACTOR, **{**given, **over})  # type: ignore[arg-type]


def test_a_changed_provider_leaves_a_trail_and_an_unchanged_one_none() -> None:
    provider = factories.provider(name="Old Name")
    update(provider)
    assert AuditEntry.objects.count() == 0
    update(provider, name=" New Name ", jointly_accredited=True)
    assert AuditEntry.objects.get().details == {
        "name": {"old": "Old Name", "new": "New Name"},
        "jointly_accredited": {"old": False, "new": True},
    }


def test_a_provider_id_has_7_digits_and_one_owner() -> None:
    provider = factories.provider()
    other = factories.provider(accreditor=provider.accreditor)
    for number in ("", "123", "12345678", "123456a", "١٢٣٤٥٦٧", other.number):
        with pytest.raises(Refused) as refused:
            update(provider, number=number)
        assert refused.value.field == "number"
    created = verbs.create_provider(accreditor=provider.accreditor, number="0000042", name="New")
    assert (created.number, created.accreditor) == ("0000042", provider.accreditor)


@pytest.mark.parametrize("name", ["", "  ", "x" * 201, "a\nb", "a\x00b", "a" + "\u0301\u0327" * 50_000])
def test_a_name_is_one_line(name: str) -> None:
    with pytest.raises(Refused) as refused:
        update(factories.provider(), name=name)
    assert refused.value.field == "name"


def test_an_accreditor_changes_what_is_given() -> None:
    accreditor = factories.accreditor()
    verbs.update_accreditor(
        accreditor,
        actor=ACTOR,
        email="Office@Test.example",
        website="https://test.example",
        vocabulary_additions={"supporters": ["Acme Pharma", "", "acme pharma ", "Beta Devices"]},
    )
    verbs.update_accreditor(accreditor, actor=ACTOR, email="office@test.example")
    stored = Accreditor.objects.get()
    assert (stored.email, stored.website, stored.vocabulary_additions) == (
        "office@test.example",
        "https://test.example",
        {"supporters": ["Acme Pharma", "Beta Devices"]},
    )
    assert [one.details["supporters"] for one in AuditEntry.objects.all()] == [
        {"old": [], "new": ["Acme Pharma", "Beta Devices"]}
    ]


@pytest.mark.parametrize(
    "given",
    [
        {"time_zone": "Mars/Olympus"},
        {"website": "javascript:alert(1)"},
        {"email": "office"},
        {"name": ""},
        {"vocabulary_additions": {"boards": ["X"]}},
        {"vocabulary_additions": {"specialties": ["x" * 201]}},
    ],
)
def test_what_an_accreditor_cannot_be_given(given: dict[str, object]) -> None:
    with pytest.raises(Refused):
        verbs.update_accreditor(factories.accreditor(), actor=ACTOR, **given)  # type: ignore[arg-type]


def test_a_year_gets_a_deadline_a_lock_and_is_unlocked() -> None:
    accreditor = factories.accreditor()
    verbs.set_deadline(accreditor, year=2025, deadline=date(2026, 3, 31), actor=ACTOR)
    locked = verbs.lock_year(accreditor, year=2025, actor=ACTOR)
    verbs.lock_year(accreditor, year=2025, actor=ACTOR)
    assert (locked.deadline, locked.locked_at is not None) == (date(2026, 3, 31), True)
    verbs.unlock_year(accreditor, year=2025, actor=ACTOR)
    assert ReportingYear.objects.get().locked_at is None
    trail = AuditEntry.objects.filter(accreditor=accreditor).order_by("pk")
    assert [(one.action, one.subject) for one in trail] == [
        ("year.deadline-changed", "2025"),
        ("year.locked", "2025"),
        ("year.unlocked", "2025"),
    ]
    with pytest.raises(Refused):
        verbs.lock_year(accreditor, year=99999, actor=ACTOR)
