"""Roles and endings of contacts, and who may see which provider."""

import threading

import pytest
from django.db import connection

from openpars.accounts import verbs
from openpars.accounts.models import AuditEntry, Contact
from openpars.accounts.refusals import LastAdministrator, Refused
from openpars.accounts.roles import Role
from openpars.accounts.scopes import (
    PUBLIC,
    SYSTEM_SCOPE,
    NoSuchAccreditor,
    NoSuchProvider,
    accreditor_scope_for,
    accreditors_of,
    providers_of,
    scope_for,
)
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]

ACTOR = factories.actor()


def test_the_last_administrator_stays() -> None:
    provider = factories.provider()
    last = factories.contact(provider, role="administrator")
    factories.contact(provider, role="editor")
    factories.contact(factories.provider(accreditor=provider.accreditor), role="administrator")
    with pytest.raises(LastAdministrator):
        verbs.end_contact(last, actor=ACTOR)
    with pytest.raises(LastAdministrator):
        verbs.change_role(last, role=Role.VIEWER, actor=ACTOR)
    factories.contact(provider, role="administrator")
    verbs.end_contact(last, actor=ACTOR)
    with pytest.raises(Refused, match="no longer a contact"):
        verbs.end_contact(last, actor=ACTOR)


def test_changes_are_written_to_the_trail() -> None:
    contact = factories.contact(factories.provider())
    verbs.change_role(contact, role=Role.VIEWER, actor=ACTOR)
    verbs.change_role(contact, role=Role.VIEWER, actor=ACTOR)
    verbs.end_contact(contact, actor=ACTOR)
    trail = AuditEntry.objects.filter(provider=contact.provider).order_by("pk")
    assert [(one.action, one.subject, one.details) for one in trail] == [
        ("contact.role-changed", contact.person.email, {"role": {"old": "editor", "new": "viewer"}}),
        ("contact.ended", contact.person.email, {"role": {"old": "viewer", "new": None}}),
    ]


def test_the_trail_is_only_added_to() -> None:
    verbs.end_contact(factories.contact(factories.provider()), actor=ACTOR)
    entry = AuditEntry.objects.get()
    with pytest.raises(TypeError):
        entry.save()
    with pytest.raises(TypeError):
        entry.delete()


@pytest.mark.parametrize(
    ("kind", "role", "writes", "administers", "reopens_locked"),
    [
        ("provider", "administrator", True, True, False),
        ("provider", "editor", True, False, False),
        ("provider", "viewer", False, False, False),
        ("accreditor", "administrator", False, True, True),
        ("accreditor", "editor", False, False, True),
        ("accreditor", "viewer", False, False, False),
    ],
)
def test_what_each_role_may_do(
    kind: str, role: str, writes: bool, administers: bool, reopens_locked: bool
) -> None:
    provider = factories.provider()
    contact = factories.contact(provider if kind == "provider" else provider.accreditor, role=role)
    found, scope = scope_for(contact.person, provider_number=provider.number)
    assert (found, scope.provider_id, scope.accreditor_id) == (provider, provider.pk, provider.accreditor_id)
    assert (scope.kind, scope.may_write, scope.may_administer, scope.may_reopen_locked) == (
        kind,
        writes,
        administers,
        reopens_locked,
    )


def test_a_contact_who_is_staff_as_well_writes_and_reopens() -> None:
    provider = factories.provider()
    contact = factories.contact(provider)
    factories.contact(provider.accreditor, role="editor", person=contact.person)
    _, scope = scope_for(contact.person, provider_number=provider.number)
    assert (scope.kind, scope.may_write, scope.may_reopen_locked) == ("provider", True, True)


def test_the_public_may_nothing_and_the_system_everything() -> None:
    rights = [
        (scope.may_write, scope.may_administer, scope.may_reopen_locked) for scope in (PUBLIC, SYSTEM_SCOPE)
    ]
    assert rights == [(False, False, False), (True, True, True)]


def test_strangers_find_nothing() -> None:
    provider = factories.provider()
    other = factories.accreditor(name="Other Accreditor")
    ended = factories.contact(provider)
    verbs.end_contact(ended, actor=ACTOR)
    strangers = [
        ended.person,
        factories.person(),
        factories.contact(factories.provider(accreditor=provider.accreditor)).person,
        factories.contact(other, role="administrator").person,
    ]
    for person in strangers:
        with pytest.raises(NoSuchProvider):
            scope_for(person, provider_number=provider.number)
        with pytest.raises(NoSuchAccreditor):
            accreditor_scope_for(person, accreditor_id=provider.accreditor_id)
    for number in ("9999999", "", "x", "1\x00", "٣٣٣٣٣٣٣"):
        with pytest.raises(NoSuchProvider):
            scope_for(factories.person(), provider_number=number)


def test_the_switcher_lists_what_has_not_ended() -> None:
    accreditor = factories.accreditor()
    beta, alpha, gone = (
        factories.provider(accreditor=accreditor, name=name) for name in ("Beta", "Alpha", "Gone")
    )
    person = factories.person()
    for provider in (beta, alpha, gone):
        factories.contact(provider, person=person)
    verbs.end_contact(Contact.objects.get(provider=gone), actor=ACTOR)
    factories.contact(accreditor, person=person)
    assert (providers_of(person), accreditors_of(person)) == ([alpha, beta], [accreditor])


@pytest.mark.django_db(transaction=True)
def test_two_administrators_who_end_each_other_leave_one() -> None:
    provider = factories.provider()
    contacts = [factories.contact(provider, role="administrator") for _ in range(2)]
    outcomes: list[str] = []
    start = threading.Barrier(2)

    def run(contact: Contact) -> None:
        start.wait()
        try:
            verbs.end_contact(contact, actor=ACTOR)
            outcomes.append("ended")
        except LastAdministrator:
            outcomes.append("last")
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(contact,)) for contact in contacts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["ended", "last"]
