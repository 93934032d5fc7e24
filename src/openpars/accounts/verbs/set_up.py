"""The first visit: one accreditor, one provider and the first contact."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import IntegrityError, transaction

from openpars import clock
from openpars.accounts import audit
from openpars.accounts.actors import actor_of
from openpars.accounts.models import Accreditor, Installation, Person, Provider
from openpars.accounts.refusals import AlreadySetUp
from openpars.accounts.roles import Role
from openpars.accounts.verbs.accreditors import create_accreditor
from openpars.accounts.verbs.contacts import add_contact
from openpars.accounts.verbs.people import create_person
from openpars.accounts.verbs.providers import create_provider


@dataclass(frozen=True, slots=True)
class SetUp:
    """What the first visit made."""

    accreditor: Accreditor
    provider: Provider
    person: Person


def is_set_up() -> bool:
    """Say whether an accreditor exists, so that the first visit is over."""
    return Accreditor.objects.exists()


@transaction.atomic
def set_up(
    *,
    accreditor_name: str,
    time_zone: str,
    provider_name: str,
    provider_number: str,
    name: str,
    email: str,
    password: str,
) -> SetUp:
    """Make the first accreditor, provider and contact, who administers both.

    Raises AlreadySetUp when there is an accreditor (of two at once, one wins), and Refused for an answer
    that cannot be stored.
    """
    refusal = AlreadySetUp("This site has been set up already.")
    if is_set_up():
        raise refusal
    try:
        with transaction.atomic():
            Installation.objects.create(set_up_at=clock.now())
    except IntegrityError:
        raise refusal from None
    person = create_person(email=email, name=name, password=password)
    actor = actor_of(person)
    accreditor = create_accreditor(name=accreditor_name, time_zone=time_zone)
    audit.record(audit.SET_UP, actor=actor, accreditor=accreditor, subject=accreditor.name)
    provider = create_provider(accreditor=accreditor, number=provider_number, name=provider_name, actor=actor)
    add_contact(person=person, role=Role.ADMINISTRATOR, accreditor=accreditor, actor=actor)
    add_contact(person=person, role=Role.ADMINISTRATOR, provider=provider, actor=actor)
    return SetUp(accreditor, provider, person)
