"""Invitations: how a person becomes a contact. The link holds a token; the database only its hash."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta

from django.db import transaction

from openpars import clock
from openpars.accounts import audit, words
from openpars.accounts.actors import Actor, actor_of
from openpars.accounts.models import Accreditor, Contact, Invitation, Person, Provider
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
from openpars.accounts.verbs.contacts import audit_place, current, lock_organization, one_organization
from openpars.accounts.verbs.people import create_person, has_verified

LIFE = timedelta(days=14)
"""How long the link of an invitation works."""


@transaction.atomic
def invite(
    *,
    email: str,
    role: Role,
    actor: Actor,
    provider: Provider | None = None,
    accreditor: Accreditor | None = None,
) -> tuple[Invitation, str]:
    """Invite an address to become a contact; return the invitation and the token for its link.

    Raises Refused when the address is a contact's already or has an invitation that still works. One that
    has expired is renewed, with the role given now.
    """
    organization = one_organization(provider, accreditor)
    address = words.email(email)
    lock_organization(organization)
    if current(organization).filter(person__email=address).exists():
        raise Refused(
            f"{address} is a contact already. Change the role in the list of contacts.", field="email"
        )
    now = clock.now()
    token, token_hash = _new_token()
    place = audit_place(organization)
    invitation = Invitation.objects.filter(
        **place, email=address, claimed_at=None, revoked_at=None
    ).first() or Invitation(**place, email=address)
    if invitation.pk is not None and not invitation.has_expired(now=now):
        raise Refused(
            f"{address} has an open invitation already. Send it again from the list of open invitations.",
            field="email",
        )
    invitation.role = role
    invitation.token_hash = token_hash
    invitation.invited_by_id = actor.person_id
    invitation.created_at = now
    invitation.expires_at = now + LIFE
    invitation.save()
    audit.record(
        audit.CONTACT_INVITED,
        actor=actor,
        provider=provider,
        accreditor=accreditor,
        subject=address,
        changes={"role": (None, role.value)},
    )
    return invitation, token


@transaction.atomic
def resend_invitation(invitation: Invitation, *, actor: Actor) -> tuple[Invitation, str]:
    """Give an open invitation a new token and 14 more days. The link sent before stops working."""
    stored = _locked(pk=invitation.pk)
    _refuse_settled(stored)
    token, stored.token_hash = _new_token()
    stored.expires_at = clock.now() + LIFE
    stored.save(update_fields=["token_hash", "expires_at"])
    audit.record(
        audit.INVITATION_RESENT,
        actor=actor,
        provider=stored.provider,
        accreditor=stored.accreditor,
        subject=stored.email,
    )
    return stored, token


@transaction.atomic
def revoke_invitation(invitation: Invitation, *, actor: Actor) -> Invitation:
    """Take an open invitation back: its link stops working."""
    stored = _locked(pk=invitation.pk)
    _refuse_settled(stored)
    stored.revoked_at = clock.now()
    stored.save(update_fields=["revoked_at"])
    audit.record(
        audit.INVITATION_REVOKED,
        actor=actor,
        provider=stored.provider,
        accreditor=stored.accreditor,
        subject=stored.email,
    )
    return stored


def find_invitation(token: str) -> Invitation:
    """Return the invitation of a link that still works.

    Raises InvitationNotFound, InvitationUsed, InvitationRevoked or InvitationExpired.
    """
    invitation = (
        Invitation.objects.select_related("provider", "accreditor", "invited_by")
        .filter(token_hash=_hash(token))
        .first()
    )
    if invitation is None:
        raise InvitationNotFound(
            "This link does not work. If an invitation was sent again, use the newest link."
        )
    _refuse_unusable(invitation)
    return invitation


@transaction.atomic
def claim(*, token: str, person: Person) -> Contact:
    """Make a signed-in person the contact they were invited to be.

    Raises WrongPerson unless the invited address is proven to be theirs, and what `find_invitation` raises.
    """
    invitation = _usable(token)
    if not has_verified(person, invitation.email):
        raise WrongPerson(
            f"This invitation was sent to {invitation.email}, and you are signed in as {person.email}."
        )
    return _settle(invitation, person)


@transaction.atomic
def claim_as_new_person(*, token: str, name: str, password: str) -> tuple[Person, Contact]:
    """Make a sign-in for the invited address, proven by the token, and the contact.

    Raises KnownPerson when the address has a sign-in, and what `find_invitation` and `create_person` raise.
    """
    invitation = _usable(token)
    if Person.objects.filter(email=invitation.email).exists():
        raise KnownPerson(f"{invitation.email} has a sign-in already. Sign in to accept the invitation.")
    person = create_person(email=invitation.email, name=name, password=password)
    return person, _settle(invitation, person)


def _settle(invitation: Invitation, person: Person) -> Contact:
    now = clock.now()
    invitation.claimed_at = now
    invitation.save(update_fields=["claimed_at"])
    place = audit_place(invitation.organization)
    contact = current(invitation.organization).filter(person=person).first()
    if contact is None:
        contact = Contact.objects.create(person=person, role=invitation.role, since=now, **place)
    audit.record(
        audit.CONTACT_CLAIMED,
        actor=actor_of(person),
        provider=invitation.provider,
        accreditor=invitation.accreditor,
        subject=person.email,
        changes={"role": (None, contact.role)},
    )
    return contact


def _usable(token: str) -> Invitation:
    found = find_invitation(token)
    lock_organization(found.organization)
    stored = _locked(pk=found.pk)
    _refuse_unusable(stored)
    return stored


def _locked(*, pk: int) -> Invitation:
    return (
        Invitation.objects.select_related("provider", "accreditor").select_for_update(of=("self",)).get(pk=pk)
    )


def _refuse_settled(invitation: Invitation) -> None:
    if invitation.claimed_at is not None:
        raise InvitationUsed("This invitation has been accepted already.")
    if invitation.revoked_at is not None:
        raise InvitationRevoked("This invitation has been taken back.")


def _refuse_unusable(invitation: Invitation) -> None:
    _refuse_settled(invitation)
    if invitation.has_expired(now=clock.now()):
        raise InvitationExpired(f"This invitation expired; it could be accepted for {LIFE.days} days.")


def _new_token() -> tuple[str, str]:
    token = secrets.token_urlsafe(32)
    return token, _hash(token)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
