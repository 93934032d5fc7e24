"""Providers and their data."""

from __future__ import annotations

from typing import Any

from django.db import IntegrityError, transaction

from openpars.accounts import audit, words
from openpars.accounts.actors import SYSTEM, Actor
from openpars.accounts.models import Accreditor, Provider
from openpars.accounts.refusals import Refused
from openpars.accounts.verbs import sandboxes


@transaction.atomic
def create_provider(
    *,
    accreditor: Accreditor,
    number: str,
    name: str,
    learner_contact: str = "",
    jointly_accredited: bool = False,
    actor: Actor = SYSTEM,
) -> Provider:
    """Add a provider to an accreditor. Raises Refused for a number that is taken or not 7 digits."""
    provider = Provider(
        accreditor=accreditor,
        number=words.provider_number(number),
        jointly_accredited=jointly_accredited,
        **_texts(name=name, learner_contact=learner_contact),
    )
    _save(provider)
    audit.record(
        audit.PROVIDER_ADDED,
        actor=actor,
        provider=provider,
        accreditor=accreditor,
        subject=f"{provider.number} {provider.name}"[:254],
    )
    return provider


@transaction.atomic
def update_provider(
    provider: Provider,
    *,
    name: str,
    number: str,
    learner_contact: str,
    jointly_accredited: bool,
    actor: Actor,
) -> Provider:
    """Change a provider's data. Writes nothing when nothing changed."""
    stored = Provider.objects.select_for_update(of=("self",)).get(pk=provider.pk)
    given: dict[str, Any] = {
        "number": words.provider_number(number),
        "jointly_accredited": jointly_accredited,
        **_texts(name=name, learner_contact=learner_contact),
    }
    changes = {field: (getattr(stored, field), new) for field, new in given.items()}
    changes = {field: pair for field, pair in changes.items() if pair[0] != pair[1]}
    if not changes:
        return stored
    for field, (_, new) in changes.items():
        setattr(stored, field, new)
    _save(stored)
    sandboxes.follow(stored)
    audit.record(audit.PROVIDER_CHANGED, actor=actor, provider=stored, subject=stored.name, changes=changes)
    return stored


def _texts(*, name: str, learner_contact: str) -> dict[str, str]:
    return {
        "name": words.line(name, field="name", label="the provider’s name"),
        "learner_contact": words.line(
            learner_contact,
            field="learner_contact",
            label="the contact address for learners",
            limit=300,
            required=False,
        ),
    }


def _save(provider: Provider) -> None:
    try:
        with transaction.atomic():
            provider.save()
    except IntegrityError:
        raise Refused(
            f"The provider ID {provider.number} belongs to another provider.", field="number"
        ) from None
