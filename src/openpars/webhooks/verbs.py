"""What administrators do with subscriptions. Each is one transaction and writes the audit trail.

All raise PermissionDenied for others than administrators, and NoSuchWebhook for what is not their provider's.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction

from openpars import clock
from openpars.accounts import audit, words
from openpars.accounts.actors import Actor
from openpars.accounts.models import Provider
from openpars.accounts.refusals import Refused
from openpars.accounts.scopes import Scope
from openpars.activities import feed
from openpars.webhooks import addresses, messages, queries, signing, tries
from openpars.webhooks.events import TEST, Event
from openpars.webhooks.models import Delivery, State, Subscription
from openpars.webhooks.tries import LAST_TRY

#: So long the secret before signs as well, so that a receiver can take its time to learn the new one.
BOTH_SECRETS = timedelta(hours=24)
#: More than anybody needs; each costs work at every change.
MOST = 20


@transaction.atomic
def add(
    provider: Provider,
    *,
    name: str,
    address: str,
    events: Collection[str],
    page: str,
    scope: Scope,
    actor: Actor,
) -> Subscription:
    """Subscribe an address to what happens from now on, and return it with its secret.

    `page` is the address of the page about it, with `{id}` where its id belongs. Raises Refused.
    """
    _ask(scope, provider)
    Provider.objects.select_for_update(of=("self",)).get(pk=provider.pk)
    if queries.of(scope).count() >= MOST:
        raise Refused(f"A provider has {MOST} webhooks at most. Remove one that is not needed any more.")
    subscription = Subscription(
        provider=provider,
        **_given(name, address, events),
        secret=signing.new_secret(),
        cursor=feed.end(scope),
        created_at=clock.now(),
        created_by=actor.name,
    )
    subscription.page = page.format(id=subscription.pk)
    subscription.save(force_insert=True)
    _record(audit.WEBHOOK_ADDED, subscription, actor)
    return subscription


@transaction.atomic
def change(
    webhook_id: UUID, *, name: str, address: str, events: Collection[str], scope: Scope, actor: Actor
) -> Subscription:
    """Change what a subscription is called, where it leads, or what it hears of. Raises Refused."""
    held = _held(webhook_id, scope)
    given = _given(name, address, events)
    changes = {field: (getattr(held, field), new) for field, new in given.items()}
    changes = {field: pair for field, pair in changes.items() if pair[0] != pair[1]}
    if changes:
        for field, (_, new) in changes.items():
            setattr(held, field, new)
        held.save(update_fields=[*changes])
        _record(audit.WEBHOOK_CHANGED, held, actor, changes)
    return held


@transaction.atomic
def rotate(webhook_id: UUID, *, scope: Scope, actor: Actor) -> Subscription:
    """Give a subscription a new secret; the one before signs as well for a day."""
    held = _held(webhook_id, scope)
    held.former_secret, held.secret = held.secret, signing.new_secret()
    held.former_until = clock.now() + BOTH_SECRETS
    held.save(update_fields=["former_secret", "former_until", "secret"])
    _record(audit.WEBHOOK_SECRET, held, actor)
    return held


@transaction.atomic
def pause(webhook_id: UUID, *, scope: Scope, actor: Actor) -> Subscription:
    """Send nothing until somebody says to go on; what happens meanwhile waits."""
    held = _held(webhook_id, scope)
    if held.paused_at is None:
        held.paused_at, held.paused_because = clock.now(), ""
        held.save(update_fields=["paused_at", "paused_because"])
        _record(audit.WEBHOOK_PAUSED, held, actor)
    return held


@transaction.atomic
def go_on(webhook_id: UUID, *, leave_out: bool, scope: Scope, actor: Actor) -> Subscription:
    """Send again: what has happened since the pause began, or, with `leave_out`, only what happens from now on."""
    held = _held(webhook_id, scope)
    if held.paused_at is None:
        return held
    held.paused_at, held.paused_because = None, ""
    waiting = Delivery.objects.filter(subscription=held).exclude(state=State.DELIVERED)
    if leave_out:
        held.cursor = feed.end(scope)
        waiting.filter(state=State.WAITING).update(state=State.FAILED, next_try_at=None, problem=_LEFT_OUT)
    else:
        waiting.filter(created_at__gt=clock.now() - _TRIED_AGAIN).exclude(event=TEST).update(
            state=State.WAITING, attempts=0, next_try_at=tries.at_once()
        )
    held.save(update_fields=["paused_at", "paused_because", "cursor"])
    _record(audit.WEBHOOK_RESUMED, held, actor)
    return held


_LEFT_OUT = "It was left out when the webhook was switched on again."
#: Failed deliveries of so long ago are tried again when a webhook is switched on; the log goes back further.
_TRIED_AGAIN = timedelta(days=14)


@transaction.atomic
def remove(webhook_id: UUID, *, scope: Scope, actor: Actor) -> None:
    """Remove a subscription with its log."""
    held = _held(webhook_id, scope)
    _record(audit.WEBHOOK_REMOVED, held, actor)
    held.delete()


@transaction.atomic
def send_test(webhook_id: UUID, *, scope: Scope, actor: Actor) -> Delivery:
    """Send a test message, at once and once, even while the subscription is paused."""
    held = _held(webhook_id, scope)
    return messages.post(
        held, TEST, [{"event": TEST, "at": clock.now().isoformat(), "sent_by": actor.name}], by_hand=True
    )


@transaction.atomic
def resend(webhook_id: UUID, delivery_id: UUID, *, scope: Scope, actor: Actor) -> Delivery:  # noqa: ARG001 - as every verb is called
    """Try a delivery at once, whatever came of it before; the same message with the same id."""
    held = _held(webhook_id, scope)
    found = queries.delivery(held, delivery_id)
    found.state, found.by_hand, found.next_try_at = State.WAITING, True, tries.at_once()
    found.attempts = min(found.attempts, LAST_TRY - 1)
    found.save(update_fields=["state", "by_hand", "next_try_at", "attempts"])
    return found


def _ask(scope: Scope, provider: Provider) -> None:
    if not scope.may_administer or scope.provider_id != provider.pk:
        raise PermissionDenied


def _held(webhook_id: UUID, scope: Scope) -> Subscription:
    if not scope.may_administer:
        raise PermissionDenied
    return queries.locked(scope, webhook_id)


def _given(name: str, address: str, events: Collection[str]) -> dict[str, object]:
    if not events or not {*events} <= {*Event.values}:
        raise Refused("Choose at least one event.", field="events")
    return {
        "name": words.line(name, field="name", label="a name", limit=100),
        "address": addresses.checked(address),
        "events": [event for event in Event.values if event in events],
    }


def _record(
    action: str,
    subscription: Subscription,
    actor: Actor,
    changes: dict[str, tuple[object, object]] | None = None,
) -> None:
    audit.record(
        action, actor=actor, provider=subscription.provider, subject=subscription.name, changes=changes
    )
