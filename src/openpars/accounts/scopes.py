"""Who may see and do what: the scope that every query of activities asks for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from openpars.accounts.models import Accreditor, Contact, Person, Provider
from openpars.accounts.roles import Role

Kind = Literal["provider", "accreditor", "public", "system"]

_WRITERS = (Role.ADMINISTRATOR, Role.EDITOR)


class NoSuchProvider(Exception):
    """There is no such provider, as far as this person may know."""


class NoSuchAccreditor(Exception):
    """There is no such accreditor, as far as this person may know."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What one request, file or call may see, and with which right.

    - `provider`: a contact of the provider `provider_id`, in `role`;
    - `accreditor`: staff of the accreditor `accreditor_id`, in `role`; with `provider_id` they look at that
      provider alone, without it at every provider of the accreditor;
    - `public` and `system`: everybody, and OpenPARS itself.

    `oversight` is the role at the accreditor that a contact of the provider may have besides.
    """

    kind: Kind
    provider_id: int | None = None
    accreditor_id: int | None = None
    role: Role | None = None
    oversight: Role | None = None

    @property
    def may_write(self) -> bool:
        """Whether activities may be entered and changed."""
        return self.kind == "system" or (self.kind == "provider" and self.role in _WRITERS)

    @property
    def may_administer(self) -> bool:
        """Whether contacts, invitations and the organization's own data may be changed."""
        if self.kind == "system":
            return True
        return self.kind in ("provider", "accreditor") and self.role == Role.ADMINISTRATOR

    @property
    def may_reopen_locked(self) -> bool:
        """Whether a closed activity of a locked reporting year may be reopened: the accreditor alone."""
        if self.kind == "system":
            return True
        return (self.role if self.kind == "accreditor" else self.oversight) in _WRITERS


PUBLIC = Scope("public")
SYSTEM_SCOPE = Scope("system")


def scope_for(person: Person, *, provider_number: str) -> tuple[Provider, Scope]:
    """Return the provider with this number and what the person may do there.

    A contact gets a provider scope, staff of its accreditor an accreditor scope. A sandbox is for the contacts of
    its provider alone, and there is nothing to administer in it.
    Raises NoSuchProvider for everybody else, whether the provider exists or not. Two queries.
    """
    possible = provider_number.isascii() and provider_number.isalnum()
    standing = Provider.objects.select_related("accreditor", "sandbox_of").filter(retired_at=None)
    provider = standing.filter(number=provider_number).first() if possible else None
    if provider is None:
        raise NoSuchProvider(provider_number)
    role: Role | None = None
    oversight: Role | None = None
    current = Contact.objects.filter(person_id=person.pk, ended_at=None)
    if provider.sandbox_of_id is not None:
        contact = current.filter(provider=provider.sandbox_of_id).first()
        if contact is None:
            raise NoSuchProvider(provider_number)
        role = Role.VIEWER if contact.role == Role.VIEWER else Role.EDITOR
        return provider, Scope("provider", provider.pk, provider.accreditor_id, role)
    mine = current.filter(provider=provider) | current.filter(accreditor_id=provider.accreditor_id)
    for contact in mine:
        if contact.provider_id is not None:
            role = Role(contact.role)
        else:
            oversight = Role(contact.role)
    if role is not None:
        return provider, Scope("provider", provider.pk, provider.accreditor_id, role, oversight)
    if oversight is not None:
        # Staff look and reopen, and their administrators help a provider whose own administrator left.
        return provider, Scope("accreditor", provider.pk, provider.accreditor_id, oversight, oversight)
    raise NoSuchProvider(provider_number)


def accreditor_scope_for(person: Person, *, accreditor_id: int) -> tuple[Accreditor, Scope]:
    """Return the accreditor and what the person may do there; raises NoSuchAccreditor for strangers."""
    # Compared here, not in the database, because an address may hold a number that no column can.
    mine = Contact.objects.select_related("accreditor").filter(
        person_id=person.pk, ended_at=None, accreditor__isnull=False
    )
    contact = next((one for one in mine if one.accreditor_id == accreditor_id), None)
    if contact is None or contact.accreditor is None:
        raise NoSuchAccreditor(accreditor_id)
    role = Role(contact.role)
    return contact.accreditor, Scope("accreditor", None, accreditor_id, role, role)


def providers_of(person: Person) -> list[Provider]:
    """Return the providers the person is a contact of, by name."""
    return list(
        Provider.objects.filter(contacts__person_id=person.pk, contacts__ended_at=None)
        .select_related("accreditor")
        .order_by("name", "number")
    )


def accreditors_of(person: Person) -> list[Accreditor]:
    """Return the accreditors the person works for, by name."""
    return list(
        Accreditor.objects.filter(contacts__person_id=person.pk, contacts__ended_at=None).order_by("name")
    )
