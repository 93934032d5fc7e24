"""The life of an invitation, through each of its endings."""

from datetime import datetime, timedelta

import pytest

from openpars import clock
from openpars.accounts import verbs
from openpars.accounts.actors import Actor, actor_of
from openpars.accounts.models import AuditEntry, Contact, Invitation, Person, Provider
from openpars.accounts.refusals import (
    InvitationExpired,
    InvitationNotFound,
    InvitationRevoked,
    InvitationUsed,
    KnownPerson,
    Refused,
    WrongPerson,
)
from openpars.accounts.roles import Role
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]

EMAIL = "new.editor@test.example"


@pytest.fixture
def provider() -> Provider:
    return factories.provider()


@pytest.fixture
def actor(provider: Provider) -> Actor:
    return actor_of(factories.contact(provider, role="administrator").person)


def invite(provider: Provider, actor: Actor, email: str = EMAIL, role: Role = Role.EDITOR) -> str:
    _, token = verbs.invite(email=email, role=role, provider=provider, actor=actor)
    return token


def known(email: str = EMAIL) -> Person:
    return verbs.create_person(email=email, name="Known Person", password=factories.PASSWORD)


def test_a_new_person_claims(provider: Provider, actor: Actor) -> None:
    token = invite(provider, actor, email=" New.Editor@TEST.example ")
    person, contact = verbs.claim_as_new_person(token=token, name="New Editor", password=factories.PASSWORD)
    assert (person.email, contact.provider, contact.role, contact.since) == (
        EMAIL,
        provider,
        "editor",
        clock.now(),
    )
    trail = AuditEntry.objects.filter(provider=provider).order_by("pk")
    assert [(one.action, one.actor_id, one.subject, one.details) for one in trail] == [
        ("contact.invited", actor.person_id, EMAIL, {"role": {"old": None, "new": "editor"}}),
        ("contact.claimed", person.pk, EMAIL, {"role": {"old": None, "new": "editor"}}),
    ]


def test_a_known_person_signs_in_and_claims(provider: Provider, actor: Actor) -> None:
    person, token = known(), invite(provider, actor, role=Role.VIEWER)
    with pytest.raises(KnownPerson):
        verbs.claim_as_new_person(token=token, name="Somebody Else", password=factories.PASSWORD)
    assert verbs.claim(token=token, person=person).role == "viewer"


def test_the_token_is_stored_as_a_hash_only(provider: Provider, actor: Actor) -> None:
    token = invite(provider, actor)
    assert token not in str(Invitation.objects.values_list().get())


def test_only_the_owner_of_the_address_claims(provider: Provider, actor: Actor) -> None:
    token = invite(provider, actor)
    with pytest.raises(WrongPerson):
        verbs.claim(token=token, person=known("other@test.example"))
    unverified = factories.person(EMAIL)
    with pytest.raises(WrongPerson):
        verbs.claim(token=token, person=unverified)


def test_it_works_once(provider: Provider, actor: Actor) -> None:
    person, token = known(), invite(provider, actor)
    verbs.claim(token=token, person=person)
    with pytest.raises(InvitationUsed):
        verbs.claim(token=token, person=person)
    with pytest.raises(InvitationUsed):
        verbs.revoke_invitation(Invitation.objects.get(), actor=actor)
    assert Contact.objects.filter(person=person).count() == 1


def test_it_can_be_taken_back(provider: Provider, actor: Actor) -> None:
    token = invite(provider, actor)
    verbs.revoke_invitation(Invitation.objects.get(), actor=actor)
    with pytest.raises(InvitationRevoked):
        verbs.find_invitation(token)
    assert AuditEntry.objects.filter(action="invitation.revoked", subject=EMAIL).count() == 1


def test_it_expires_after_14_days(provider: Provider, actor: Actor, frozen: datetime) -> None:
    token = invite(provider, actor)
    with clock.frozen(frozen + timedelta(days=14) - timedelta(seconds=1)):
        assert verbs.find_invitation(token).email == EMAIL
    with clock.frozen(frozen + timedelta(days=14)), pytest.raises(InvitationExpired):
        verbs.find_invitation(token)


def test_sending_again_gives_a_new_link_and_new_time(
    provider: Provider, actor: Actor, frozen: datetime
) -> None:
    old = invite(provider, actor)
    with clock.frozen(frozen + timedelta(days=20)):
        _, new = verbs.resend_invitation(Invitation.objects.get(), actor=actor)
        assert verbs.find_invitation(new).email == EMAIL
        with pytest.raises(InvitationNotFound):
            verbs.find_invitation(old)
    assert AuditEntry.objects.filter(action="invitation.resent").count() == 1


def test_nobody_is_invited_twice(provider: Provider, actor: Actor, frozen: datetime) -> None:
    invite(provider, actor)
    with pytest.raises(Refused, match="open invitation already"):
        invite(provider, actor)
    with clock.frozen(frozen + timedelta(days=15)):
        token = invite(provider, actor, role=Role.VIEWER)
        verbs.claim_as_new_person(token=token, name="New Viewer", password=factories.PASSWORD)
        with pytest.raises(Refused, match="contact already"):
            invite(provider, actor)
    assert Invitation.objects.get().role == "viewer"


def test_an_ended_contact_comes_back_by_invitation(provider: Provider, actor: Actor) -> None:
    person = known()
    verbs.end_contact(verbs.claim(token=invite(provider, actor), person=person), actor=actor)
    verbs.claim(token=invite(provider, actor), person=person)
    assert Contact.objects.filter(person=person, ended_at=None).count() == 1


@pytest.mark.parametrize(
    "email", ["", "no at sign", "a@b", "x\x00y@test.example", f"{'a' * 250}@test.example"]
)
def test_a_malformed_address_is_refused(provider: Provider, actor: Actor, email: str) -> None:
    with pytest.raises(Refused) as refused:
        invite(provider, actor, email=email)
    assert refused.value.field == "email"


def test_a_weak_password_is_refused_and_claims_nothing(provider: Provider, actor: Actor) -> None:
    token = invite(provider, actor)
    with pytest.raises(Refused) as refused:
        verbs.claim_as_new_person(token=token, name="New Editor", password="password12")
    assert refused.value.field == "password"
    assert verbs.find_invitation(token).claimed_at is None
