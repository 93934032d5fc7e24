"""Who calls a web service: from the key in a request to the provider, the scope and the name in the history."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import OperationalError, transaction
from django.db.models import FilteredRelation, Q

from openpars.accounts import keys
from openpars.accounts.actors import Actor
from openpars.accounts.models import ApiKey, Provider
from openpars.accounts.roles import Role
from openpars.accounts.scopes import Scope

_SEEN_EVERY = timedelta(hours=1)
"""How often a key in use is written down as used."""

_NOBODY = keys.digest_of("")
"""What a key is compared with whose prefix nobody has, so that the answer takes as long."""

_SANDBOX = "standing_sandbox"

MISSING = (
    "This address asks for an API key. Send it with the request as the header “Authorization: Bearer KEY”."
)
GARBLED = (
    "The header Authorization holds no API key. It looks like “Authorization: Bearer openpars_live_...”, with the "
    "whole key in one piece and nothing after it."
)
UNKNOWN = (
    "This API key lets nobody in. Look whether the whole key was copied, or ask an administrator of the provider "
    "for a new one."
)
REVOKED = "This API key was revoked. Ask an administrator of the provider for a new one."
EXPIRED = "This API key has expired. Ask an administrator of the provider for a new one."


class NotSignedIn(Exception):
    """Nobody is let in; the reason is one of the sentences above, for the one who called.

    Whether a key was revoked or has expired is told to those alone who have the whole key.
    """


@dataclass(frozen=True, slots=True)
class Caller:
    """A program at one provider. For a test key `provider` is the sandbox; its accreditor is at hand."""

    key: ApiKey
    provider: Provider
    scope: Scope
    actor: Actor
    scopes: frozenset[str]


def caller_of(authorization: str | None, *, now: datetime) -> Caller:
    """Return who calls, by the header Authorization of the request.

    Raises NotSignedIn. One query, and one more once an hour, when the key is written down as used.
    """
    text = _bearer(authorization)
    prefix = keys.prefix_of(text)
    if prefix is None:
        raise NotSignedIn(GARBLED)
    key = _found(prefix)
    if not hmac.compare_digest(keys.digest_of(text), key.digest if key else _NOBODY) or key is None:
        raise NotSignedIn(UNKNOWN)
    if key.revoked_at is not None:
        raise NotSignedIn(REVOKED)
    if key.has_expired(now=now):
        raise NotSignedIn(EXPIRED)
    _note_use(key, now=now)
    return _caller(key)


def _bearer(authorization: str | None) -> str:
    if authorization is None or not authorization.strip():
        raise NotSignedIn(MISSING)
    scheme, _, rest = authorization.strip(" ").partition(" ")
    if scheme.lower() != "bearer":
        raise NotSignedIn(GARBLED)
    return rest.strip(" ")


def _found(prefix: str) -> ApiKey | None:
    """Return the key with this prefix, its provider, and the sandbox it may work on, in one query."""
    standing = FilteredRelation("provider__sandboxes", condition=Q(provider__sandboxes__retired_at=None))
    found = ApiKey.objects.annotate(**{_SANDBOX: standing}).filter(prefix=prefix)
    return found.select_related("provider__accreditor", _SANDBOX).first()


def _note_use(key: ApiKey, *, now: datetime) -> None:
    """Write down that the key is in use, unless that was done within the last hour.

    Nobody is sent away because the database is busy just then: the next request writes it.
    """
    before = now - _SEEN_EVERY
    if key.last_used_at is not None and key.last_used_at > before:
        return
    stale = Q(last_used_at=None) | Q(last_used_at__lte=before)
    try:
        with transaction.atomic():
            ApiKey.objects.filter(stale, pk=key.pk).update(last_used_at=now)
    except OperationalError:
        return
    key.last_used_at = now


def _caller(key: ApiKey) -> Caller:
    provider = _works_on(key)
    scopes = frozenset(key.scopes)
    role = Role.EDITOR if scopes & {"write", "close"} else Role.VIEWER
    return Caller(
        key=key,
        provider=provider,
        scope=Scope("provider", provider.pk, provider.accreditor_id, role),
        actor=Actor(person_id=None, name=f"{key.name} (key)"),
        scopes=scopes,
    )


def _works_on(key: ApiKey) -> Provider:
    """Return the provider of a live key, and of a test key the sandbox that `_found` read along."""
    if not key.is_test:
        return key.provider
    sandbox: Provider = getattr(key, _SANDBOX)
    sandbox.accreditor = key.provider.accreditor
    return sandbox
