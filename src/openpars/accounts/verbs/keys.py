"""API keys: made by an administrator for a program, shown once, revoked when they are no longer needed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db import IntegrityError, transaction

from openpars import clock
from openpars.accounts import audit, keys, words
from openpars.accounts.actors import Actor
from openpars.accounts.models import ApiKey, Provider
from openpars.accounts.refusals import Refused
from openpars.accounts.verbs import sandboxes
from openpars.accounts.verbs.contacts import lock_organization

LONGEST_LIFE = timedelta(days=3653)
"""A key may be made for ten years at most, so that a slip of the year is seen."""

_TRIES = 5


@transaction.atomic
def create_key(
    *,
    provider: Provider,
    name: str,
    scopes: Iterable[str],
    actor: Actor,
    kind: str = ApiKey.Kind.LIVE,
    last_day: date | None = None,
) -> tuple[ApiKey, str]:
    """Make a key and return it with its text, which nobody can be shown again.

    The first test key makes the provider's sandbox. The key works through `last_day`, in the accreditor's time
    zone. Raises Refused for a name, scope, kind or day that cannot be, and for a sandbox.
    """
    if provider.sandbox_of_id is not None:
        raise Refused("A sandbox has no keys of its own. Make a test key of the provider instead.")
    clean = words.line(name, field="name", label="a name for the key", limit=100)
    allowed = _scopes(scopes)
    if kind not in ApiKey.Kind.values:
        raise Refused("Choose whether the key is live or for tests.", field="kind")
    lock_organization(provider)
    now = clock.now()
    key = ApiKey(
        provider=provider,
        name=clean,
        kind=kind,
        scopes=allowed,
        created_at=now,
        created_by_id=actor.person_id,
        expires_at=_end_of(last_day, provider.accreditor.time_zone, now=now),
    )
    if key.is_test:
        sandboxes.of(provider, actor=actor)
    text = _store(key)
    audit.record(
        audit.KEY_CREATED,
        actor=actor,
        provider=provider,
        subject=str(key),
        changes={
            "kind": (None, ApiKey.Kind(kind).label),
            "scopes": (None, allowed),
            "expires": (None, last_day.isoformat() if last_day else "revoked"),
        },
    )
    return key, text


@transaction.atomic
def revoke_key(key: ApiKey, *, actor: Actor) -> ApiKey:
    """Take a key back: from now on it lets nobody in. Revoking it again changes nothing."""
    stored = ApiKey.objects.select_for_update(of=("self",)).select_related("provider").get(pk=key.pk)
    if stored.revoked_at is None:
        stored.revoked_at = clock.now()
        stored.save(update_fields=["revoked_at"])
        audit.record(audit.KEY_REVOKED, actor=actor, provider=stored.provider, subject=str(stored))
    return stored


def _scopes(given: Iterable[str]) -> list[str]:
    asked = {one.strip() for one in given}
    unknown = sorted(asked - set(keys.SCOPES))
    if unknown:
        known = ", ".join(keys.SCOPES)
        raise Refused(f"There is no scope “{unknown[0][:40]}”. Choose from {known}.", field="scopes")
    return [scope for scope in keys.SCOPES if scope == "read" or scope in asked]


def _end_of(last_day: date | None, zone: str, *, now: datetime) -> datetime | None:
    if last_day is None:
        return None
    today = now.astimezone(ZoneInfo(zone)).date()
    if last_day < today:
        raise Refused("Choose today or a later day, on which the key still works.", field="last_day")
    if last_day > today + LONGEST_LIFE:
        raise Refused("Choose a day within the next ten years, or leave it blank.", field="last_day")
    return datetime.combine(last_day + timedelta(days=1), time(), tzinfo=ZoneInfo(zone))


def _store(key: ApiKey) -> str:
    """Store the key under a prefix that no other key has, and return its text."""
    for _ in range(_TRIES):
        text, key.prefix = keys.new_text(key.kind)
        key.digest = keys.digest_of(text)
        try:
            with transaction.atomic():
                key.save()
        except IntegrityError:
            continue
        return text
    message = f"no free prefix in {_TRIES} tries"
    raise RuntimeError(message)
