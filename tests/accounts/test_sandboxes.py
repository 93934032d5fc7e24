"""Sandboxes: made once, emptied by a new one, and seen by nobody but the provider's own."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, transaction

from openpars import clock
from openpars.accounts import verbs
from openpars.accounts.models import AuditEntry, Provider
from openpars.accounts.refusals import Refused
from openpars.accounts.roles import Role
from openpars.accounts.scopes import PUBLIC, NoSuchProvider, Scope, providers_of, scope_for
from openpars.accounts.verbs import sandboxes
from openpars.activities import queries
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]


def numbers() -> list[str]:
    return sorted(Provider.objects.filter(sandbox_of__isnull=False).values_list("number", flat=True))


def test_a_provider_has_one_sandbox_like_itself() -> None:
    provider = factories.provider(jointly_accredited=True, learner_contact="learners@test.example")
    first, second = sandboxes.of(provider), sandboxes.of(provider)
    assert (first, first.number) == (second, "S000001")
    same = ("accreditor_id", "name", "learner_contact", "jointly_accredited")
    assert [getattr(first, name) for name in same] == [getattr(provider, name) for name in same]
    assert sandboxes.of(factories.provider()).number == "S000002"
    assert sandboxes.current(provider) == first
    assert sandboxes.current(factories.provider()) is None


def test_the_sandbox_follows_the_providers_data() -> None:
    provider = factories.provider()
    sandbox = sandboxes.of(provider)
    data: dict[str, Any] = {
        "name": "New Name",
        "learner_contact": "new@test.example",
        "jointly_accredited": True,
    }
    verbs.update_provider(provider, number=provider.number, actor=factories.actor(), **data)
    sandbox.refresh_from_db()
    assert {name: getattr(sandbox, name) for name in data} == data


def test_a_reset_puts_an_empty_sandbox_in_its_place_and_loses_no_history() -> None:
    provider = factories.provider()
    old = sandboxes.of(provider)
    pushed = factories.activity(old)
    real = factories.activity(provider)
    new = sandboxes.reset(provider, actor=factories.actor("Ada"))
    assert (old.number, new.number, sandboxes.current(provider)) == ("S000001", "S000002", new)
    seen = [list(queries.of(factories.scope(one))) for one in (new, old, provider)]
    assert seen == [[], [pushed], [real]]
    old.refresh_from_db()
    assert old.retired_at == clock.now()
    last = AuditEntry.objects.filter(provider=provider).first()
    assert last
    facts = (last.actor_name, last.action, last.details)
    assert facts == ("Ada", "sandbox.reset", {"number": {"old": "S000001", "new": "S000002"}})


def test_what_has_no_sandbox_cannot_be_reset_and_sandboxes_have_none_and_no_keys() -> None:
    provider = factories.provider()
    with pytest.raises(Refused, match="There is no sandbox yet"):
        sandboxes.reset(provider, actor=factories.actor())
    sandbox = sandboxes.of(provider)
    for verb in (sandboxes.of, sandboxes.reset):
        with pytest.raises(Refused, match="no sandbox of its own"):
            verb(sandbox, actor=factories.actor())
    with pytest.raises(Refused, match="no keys of its own"):
        verbs.create_key(provider=sandbox, name="x", scopes=[], actor=factories.actor())
    assert numbers() == ["S000001"]


@pytest.mark.parametrize("over", [{"sandbox_of": True}, {"retired_at": True}])
def test_the_database_holds_one_sandbox_and_retires_no_provider(over: dict[str, Any]) -> None:
    provider = factories.provider()
    sandboxes.of(provider)
    given = {"sandbox_of": provider} if "sandbox_of" in over else {"retired_at": clock.now()}
    with pytest.raises(IntegrityError), transaction.atomic():
        factories.provider(**given)


@pytest.mark.parametrize(
    ("role", "there"),
    [("administrator", Role.EDITOR), ("editor", Role.EDITOR), ("viewer", Role.VIEWER)],
)
def test_contacts_of_the_provider_look_into_its_sandbox(role: str, there: Role) -> None:
    provider = factories.provider()
    sandbox = sandboxes.of(provider)
    person = factories.contact(provider, role=role).person
    found, scope = scope_for(person, provider_number=sandbox.number)
    assert (found, scope) == (sandbox, Scope("provider", sandbox.pk, provider.accreditor_id, there))
    assert not scope.may_administer
    assert providers_of(person) == [provider]


def test_nobody_else_looks_into_it_and_nobody_into_a_retired_one() -> None:
    provider = factories.provider()
    sandbox = sandboxes.of(provider)
    mine = factories.contact(provider, role="administrator").person
    staff = factories.contact(provider.accreditor, role="administrator").person
    stranger = factories.contact(factories.provider(accreditor=provider.accreditor)).person
    ended = factories.contact(provider, ended_at=clock.now()).person
    for person in (staff, stranger, ended):
        with pytest.raises(NoSuchProvider):
            scope_for(person, provider_number=sandbox.number)
    sandboxes.reset(provider, actor=factories.actor())
    with pytest.raises(NoSuchProvider):
        scope_for(mine, provider_number=sandbox.number)


def test_what_lies_in_a_sandbox_is_neither_public_nor_the_accreditors() -> None:
    provider = factories.provider()
    real, tried = factories.activity(provider), factories.activity(sandboxes.of(provider))
    accreditor = factories.scope(provider.accreditor)
    for scope in (PUBLIC, accreditor):
        assert list(queries.of(scope)) == [real]
        assert queries.among(scope, [real.pk, tried.pk]).get() == real
        assert [one.pk for one in queries.locked(scope, [real.pk, tried.pk])] == [real.pk]
