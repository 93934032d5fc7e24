"""Deliveries are taken, and what comes of them is written down.

Whoever takes one puts its next attempt off for as long as its own can take: what is killed meanwhile is tried again
by somebody else. So a message can come twice; its id is the same then.
"""

from __future__ import annotations

import logging
from collections import Counter
from datetime import timedelta
from smtplib import SMTPException
from uuid import UUID

from django.core.mail import send_mail
from django.db import transaction
from django.db.models import Q, QuerySet

from openpars import __version__, clock
from openpars.accounts import audit
from openpars.accounts.actors import SYSTEM
from openpars.accounts.models import Contact
from openpars.accounts.roles import Role
from openpars.jobs.models import plain
from openpars.webhooks import posting, signing
from openpars.webhooks.events import TEST
from openpars.webhooks.models import Delivery, State, Subscription
from openpars.webhooks.posting import Answer
from openpars.webhooks.tries import pause_after

log = logging.getLogger(__name__)

#: So many deliveries of one subscription are under way at once, so that a slow receiver leaves room for others.
EACH = 2
#: For so long a delivery is nobody else's once it is taken.
_TAKEN = timedelta(seconds=4 * posting.PATIENCE)
#: So many that are due are looked at.
_LOOKED_AT = 200
#: For so long the log goes back.
KEPT = timedelta(days=30)
_CLEARED_AT_ONCE = 1_000


def due() -> bool:
    """Say whether a delivery may be due; one plain read."""
    return _due().exists()


def take(room: int, *, under_way: Counter[UUID]) -> list[Delivery]:
    """Take deliveries that are due, at most `room`; `under_way` counts those of each subscription that are."""
    taken: list[Delivery] = []
    of_each = Counter(under_way)
    full = [key for key, number in under_way.items() if number >= EACH]
    with transaction.atomic():
        found = (
            _due()
            .select_for_update(skip_locked=True, of=("self",))
            .select_related("subscription")
            .exclude(subscription__in=full)
            .order_by("next_try_at", "id")[:_LOOKED_AT]
        )
        for delivery in found:
            if len(taken) < room and of_each[delivery.subscription_id] < EACH:
                of_each[delivery.subscription_id] += 1
                delivery.attempts += 1
                delivery.next_try_at = clock.now() + _TAKEN
                delivery.save(update_fields=["attempts", "next_try_at"])
                taken.append(delivery)
    return taken


def attempt(delivery: Delivery) -> Answer:
    """Post a delivery. Asks nothing of the database, so that it can be done by a thread."""
    subscription, now = delivery.subscription, clock.now()
    keys = [subscription.secret]
    if subscription.former_until is not None and now < subscription.former_until:
        keys.append(subscription.former_secret)
    body = delivery.body.encode()
    headers = {
        "content-type": "application/json",
        "user-agent": f"OpenPARS/{__version__}",
        **signing.headers(str(delivery.pk), body, at=int(now.timestamp()), keys=keys),
    }
    return posting.post(subscription.address, body, headers)


def note(delivery: Delivery, answer: Answer) -> None:
    """Write down what came of an attempt, and when the next one is; the last that fails pauses the subscription."""
    now = clock.now()
    pause = None if delivery.event == TEST else pause_after(delivery.attempts)
    if answer.taken:
        state, next_try_at = State.DELIVERED, None
    elif pause is not None:
        state, next_try_at = State.WAITING, now + pause
    else:
        state, next_try_at = State.FAILED, None
    told: Subscription | None = None
    with transaction.atomic():
        # The subscription is held first, as the verbs do it.
        last = state == State.FAILED and not delivery.by_hand
        held = _held(delivery) if last else None
        # Only while it is as we took it: it may have been taken anew, or sent again by hand.
        ours = Delivery.objects.filter(
            pk=delivery.pk, attempts=delivery.attempts, next_try_at=delivery.next_try_at
        )
        if not ours.update(
            state=state,
            next_try_at=next_try_at,
            by_hand=False,
            tried_at=now,
            status=answer.status,
            answer=plain(answer.text),
            problem=answer.problem,
        ):
            return
        if held is not None and held.paused_at is None:
            _pause(held)
            told = held
    if told is not None:
        _tell_administrators(told, answer)


def clear() -> None:
    """Remove a portion of the log of long ago, and what subscribed to sandboxes that were emptied before."""
    before = clock.now() - KEPT
    Subscription.objects.filter(provider__retired_at__lt=before).delete()
    old = Delivery.objects.filter(created_at__lt=before).exclude(state=State.WAITING)
    Delivery.objects.filter(pk__in=list(old.values_list("pk", flat=True)[:_CLEARED_AT_ONCE])).delete()


def _due() -> QuerySet[Delivery]:
    found: QuerySet[Delivery] = Delivery.objects.filter(
        Q(subscription__paused_at=None) | Q(by_hand=True),
        state=State.WAITING,
        next_try_at__lte=clock.now(),
        subscription__provider__retired_at=None,
    )
    return found


def _held(delivery: Delivery) -> Subscription | None:
    found: Subscription | None = (
        Subscription.objects.select_for_update(of=("self",))
        .select_related("provider")
        .filter(pk=delivery.subscription_id)
        .first()
    )
    return found


def _pause(held: Subscription) -> None:
    held.paused_at = clock.now()
    held.paused_because = "A delivery failed again and again for more than three days."
    held.save(update_fields=["paused_at", "paused_because"])
    audit.record(audit.WEBHOOK_PAUSED, actor=SYSTEM, provider=held.provider, subject=held.name)


def _tell_administrators(subscription: Subscription, answer: Answer) -> None:
    last = answer.problem or f"The last answer had the status {answer.status}."
    try:
        send_mail(
            subject=f"The webhook {subscription.name} is paused",
            message=(
                f"OpenPARS could not deliver to the webhook {subscription.name} of {subscription.provider.name} "
                f"for more than three days, and has paused it.\n\n{last}\n\n"
                "Nothing is lost: what happens meanwhile waits. When the receiver works again, switch the webhook "
                f"on; it then gets all of it.\n\n{subscription.page}\n"
            ),
            from_email=None,
            recipient_list=_administrators(subscription),
        )
    except (SMTPException, OSError):
        log.exception("Nobody could be told that webhook %s is paused", subscription.pk)


def _administrators(subscription: Subscription) -> list[str]:
    current = Contact.objects.filter(
        provider=subscription.provider_id, role=Role.ADMINISTRATOR, ended_at=None
    )
    return list(current.order_by("pk").values_list("person__email", flat=True))
