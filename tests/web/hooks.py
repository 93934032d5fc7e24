"""Webhooks and deliveries for tests of their pages."""

from typing import Any

from openpars import clock
from openpars.accounts.models import Provider
from openpars.webhooks import verbs
from openpars.webhooks.events import Event
from openpars.webhooks.models import Delivery, State, Subscription
from tests import factories


def webhook(provider: Provider, **over: Any) -> Subscription:
    """A webhook of a provider, as an administrator adds it."""
    given: dict[str, Any] = {
        "name": "Learning system",
        "address": "https://hooks.test.example/openpars",
        "events": Event.values,
    } | over
    return verbs.add(
        provider,
        **given,
        page="https://openpars.test.example/{id}/",
        scope=factories.scope(provider, "administrator"),
        actor=factories.actor(),
    )


def delivery(of: Subscription, **over: Any) -> Delivery:
    """A delivery that was taken."""
    given: dict[str, Any] = {
        "event": Event.CREATED,
        "body": '{"events": []}',
        "created_at": clock.now(),
        "state": State.DELIVERED,
        "attempts": 1,
        "tried_at": clock.now(),
        "status": 200,
        "answer": "Thank you.",
    } | over
    made: Delivery = Delivery.objects.create(subscription=of, **given)
    return made
