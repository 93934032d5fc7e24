"""The only way to subscriptions and deliveries: those of one provider, for its administrators.

A sandbox that was emptied is nobody's any more: what subscribed to it hears nothing and is not listed.
"""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

from django.db.models import QuerySet

from openpars.accounts.scopes import Scope
from openpars.webhooks.models import Delivery, Subscription


class NoSuchWebhook(Exception):
    """There is no such subscription or delivery, as far as the one who asks may know."""


def of(scope: Scope) -> QuerySet[Subscription]:
    """Return the subscriptions of the scope's provider, oldest first."""
    if not scope.may_administer or scope.provider_id is None:
        return Subscription.objects.none()
    return standing().filter(provider=scope.provider_id).order_by("created_at", "id")


def one(scope: Scope, webhook_id: UUID) -> Subscription:
    """Return a subscription; raises NoSuchWebhook where there is none in the scope."""
    found = of(scope).filter(pk=webhook_id).first()
    if found is None:
        raise NoSuchWebhook(webhook_id)
    return found


def locked(scope: Scope, webhook_id: UUID) -> Subscription:
    """Return a subscription and hold its row, inside a transaction. Raises NoSuchWebhook."""
    found = of(scope).select_for_update(of=("self",)).filter(pk=webhook_id).first()
    if found is None:
        raise NoSuchWebhook(webhook_id)
    return found


def log(subscription: Subscription, *, before: UUID | None = None) -> QuerySet[Delivery]:
    """Return the deliveries of a subscription, the newest first; those older than one, when it is given."""
    found = Delivery.objects.filter(subscription=subscription).order_by("-id")
    return found if before is None else found.filter(id__lt=before)


def delivery(subscription: Subscription, delivery_id: UUID) -> Delivery:
    """Return one delivery of a subscription; raises NoSuchWebhook."""
    found: Delivery | None = Delivery.objects.filter(subscription=subscription, pk=delivery_id).first()
    if found is None:
        raise NoSuchWebhook(delivery_id)
    return found


def active() -> Iterator[Subscription]:
    """Give all subscriptions that are not paused, whoever's: for the follower, who works for nobody."""
    yield from standing().filter(paused_at=None).select_related("provider").order_by("id")


def standing() -> QuerySet[Subscription]:
    """Return the subscriptions of every provider, but not of emptied sandboxes."""
    found: QuerySet[Subscription] = Subscription.objects.filter(provider__retired_at=None)
    return found
