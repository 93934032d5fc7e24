"""Sandboxes: a provider's place for trying things out, which test keys work on.

A sandbox is a provider of its own, with `sandbox_of`. Its history cannot be emptied, so a reset retires it and
puts a new, empty one in its place.
"""

from __future__ import annotations

from django.db import IntegrityError, transaction
from django.db.models import Max, QuerySet

from openpars import clock
from openpars.accounts import audit
from openpars.accounts.actors import SYSTEM, Actor
from openpars.accounts.models import PROVIDER_NUMBER_LENGTH, Accreditor, Provider
from openpars.accounts.refusals import Refused
from openpars.accounts.verbs.contacts import lock_organization

_LETTER = "S"
_TRIES = 20


def current(provider: Provider) -> Provider | None:
    """Return the provider's sandbox, None as long as it has none."""
    return Provider.objects.select_related("accreditor").filter(sandbox_of=provider, retired_at=None).first()


def standing(accreditor: Accreditor) -> QuerySet[Provider]:
    """Return the sandboxes in use of the accreditor's providers."""
    return Provider.objects.filter(accreditor=accreditor, sandbox_of__isnull=False, retired_at=None)


@transaction.atomic
def of(provider: Provider, *, actor: Actor = SYSTEM) -> Provider:
    """Return the provider's sandbox; the first call makes it. Raises Refused for a sandbox."""
    _refuse_sandbox(provider)
    lock_organization(provider)
    found = current(provider)
    if found is None:
        found = _make(provider)
        audit.record(audit.SANDBOX_MADE, actor=actor, provider=provider, subject=found.number)
    return found


@transaction.atomic
def reset(provider: Provider, *, actor: Actor) -> Provider:
    """Give the provider a new, empty sandbox instead of the one it has. Raises Refused when it has none."""
    _refuse_sandbox(provider)
    lock_organization(provider)
    old = current(provider)
    if old is None:
        raise Refused("There is no sandbox yet. The first test key makes one.")
    old.retired_at = clock.now()
    old.save(update_fields=["retired_at"])
    new = _make(provider)
    audit.record(
        audit.SANDBOX_RESET, actor=actor, provider=provider, changes={"number": (old.number, new.number)}
    )
    return new


def follow(provider: Provider) -> None:
    """Give the provider's sandbox the provider's data, in the transaction that changed them."""
    Provider.objects.filter(sandbox_of=provider, retired_at=None).update(**_data(provider))


def _refuse_sandbox(provider: Provider) -> None:
    if provider.sandbox_of_id is not None:
        raise Refused("A sandbox has no sandbox of its own.")


def _make(provider: Provider) -> Provider:
    """Store a sandbox under the next free number.

    A letter leads the number: so it is seen for what it is wherever it stands, and is nobody's real provider ID.
    """
    for _ in range(_TRIES):
        last = Provider.objects.filter(number__startswith=_LETTER).aggregate(last=Max("number"))["last"]
        following = int(last.removeprefix(_LETTER)) + 1 if last else 1
        sandbox = Provider(
            accreditor=provider.accreditor,
            number=f"{_LETTER}{following:0{PROVIDER_NUMBER_LENGTH - 1}d}",
            sandbox_of=provider,
            **_data(provider),
        )
        try:
            with transaction.atomic():
                sandbox.save()
        except IntegrityError:
            # Another provider's sandbox was made at the same moment.
            continue
        return sandbox
    message = f"no free sandbox number in {_TRIES} tries"
    raise RuntimeError(message)


def _data(provider: Provider) -> dict[str, str | bool]:
    return {
        "name": provider.name,
        "learner_contact": provider.learner_contact,
        "jointly_accredited": provider.jointly_accredited,
    }
