"""Contacts: who belongs to an organization, and in which role."""

from __future__ import annotations

from django.db import transaction
from django.db.models import QuerySet

from openpars import clock
from openpars.accounts import audit
from openpars.accounts.actors import SYSTEM, Actor
from openpars.accounts.models import Accreditor, Contact, Person, Provider
from openpars.accounts.refusals import LastAdministrator, Refused
from openpars.accounts.roles import Role


def lock_organization(organization: Provider | Accreditor) -> None:
    """Hold the organization's row until the transaction ends, so that its contacts change one at a time."""
    type(organization)._default_manager.select_for_update(of=("self",)).get(pk=organization.pk)


def audit_place(organization: Provider | Accreditor) -> dict[str, Provider | Accreditor]:
    """Return the keyword that names the organization in models and in the trail."""
    return {"provider" if isinstance(organization, Provider) else "accreditor": organization}


@transaction.atomic
def add_contact(
    *,
    person: Person,
    role: Role,
    provider: Provider | None = None,
    accreditor: Accreditor | None = None,
    actor: Actor = SYSTEM,
) -> Contact:
    """Make a person a contact of one organization without an invitation: for set-up and the command line."""
    organization = one_organization(provider, accreditor)
    lock_organization(organization)
    if current(organization).filter(person=person).exists():
        raise Refused(f"{person.name} is a contact already.", field="email")
    contact = Contact.objects.create(
        person=person, provider=provider, accreditor=accreditor, role=role, since=clock.now()
    )
    audit.record(
        audit.CONTACT_ADDED,
        actor=actor,
        provider=provider,
        accreditor=accreditor,
        subject=person.email,
        changes={"role": (None, role.value)},
    )
    return contact


@transaction.atomic
def change_role(contact: Contact, *, role: Role, actor: Actor) -> Contact:
    """Give a contact another role. Raises LastAdministrator when nobody else could administer."""
    stored = _current_contact(contact)
    old = Role(stored.role)
    if old == role:
        return stored
    if old == Role.ADMINISTRATOR:
        _spare_last_administrator(
            stored, f"{stored.person.name} is the only administrator. Make somebody else administrator first."
        )
    stored.role = role
    stored.save(update_fields=["role"])
    audit.record(
        audit.CONTACT_ROLE_CHANGED,
        actor=actor,
        provider=stored.provider,
        accreditor=stored.accreditor,
        subject=stored.person.email,
        changes={"role": (old.value, role.value)},
    )
    return stored


@transaction.atomic
def end_contact(contact: Contact, *, actor: Actor) -> Contact:
    """End a contact: they see nothing of the organization from now on. Their deeds stay in the history.

    Raises LastAdministrator when nobody else could administer.
    """
    stored = _current_contact(contact)
    if stored.role == Role.ADMINISTRATOR:
        _spare_last_administrator(
            stored,
            f"{stored.person.name} is the only administrator and cannot be ended. "
            "Make somebody else administrator first.",
        )
    stored.ended_at = clock.now()
    stored.save(update_fields=["ended_at"])
    audit.record(
        audit.CONTACT_ENDED,
        actor=actor,
        provider=stored.provider,
        accreditor=stored.accreditor,
        subject=stored.person.email,
        changes={"role": (stored.role, None)},
    )
    return stored


def current(organization: Provider | Accreditor) -> QuerySet[Contact]:
    """Return the contacts of the organization that have not ended."""
    return Contact.objects.filter(**audit_place(organization), ended_at=None)


def one_organization(provider: Provider | None, accreditor: Accreditor | None) -> Provider | Accreditor:
    """Return the one of the two that is given."""
    organization = provider or accreditor
    if organization is None or (provider and accreditor):
        raise TypeError("name one provider or one accreditor")
    return organization


def _current_contact(contact: Contact) -> Contact:
    lock_organization(contact.organization)
    stored = Contact.objects.select_related("person", "provider", "accreditor").get(pk=contact.pk)
    if stored.ended_at is not None:
        raise Refused(f"{stored.person.name} is no longer a contact.")
    return stored


def _spare_last_administrator(contact: Contact, message: str) -> None:
    others = current(contact.organization).filter(role=Role.ADMINISTRATOR).exclude(pk=contact.pk)
    if not others.exists():
        raise LastAdministrator(message, field="role")
