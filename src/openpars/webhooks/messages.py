"""Messages are made: one for an event of its own, and a few for all that has happened to activities meanwhile."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.db import transaction

from openpars import clock
from openpars.accounts.scopes import Scope
from openpars.activities import feed
from openpars.activities.feed import NoSuchCursor
from openpars.webhooks import queries, tries
from openpars.webhooks.events import Event
from openpars.webhooks.models import Delivery, State, Subscription

log = logging.getLogger(__name__)

#: One message tells of so many events at most, and has about so many bytes.
EVENTS = 100
BYTES = 256 * 1024
#: So many changes are read at once, so that every subscription gets its turn.
READ = 500
#: While so many messages of a subscription wait, no more are made: the rest waits in the feed.
WAITING = 100


def post(
    subscription: Subscription, event: str, events: Sequence[Mapping[str, Any]], *, by_hand: bool = False
) -> Delivery:
    """Let a message be delivered, within the caller's transaction."""
    return _put(subscription, event, [_text(one) for one in events], by_hand=by_hand)


def upload_finished(provider_id: int, upload: Mapping[str, Any]) -> None:
    """Tell the provider's subscribers of a file that is finished, in the transaction that says so.

    `upload` is plain JSON. One who is paused hears of it when sending goes on.
    """
    for subscription in queries.standing().filter(provider=provider_id).select_related("provider"):
        if Event.UPLOAD in subscription.events and _waiting(subscription) < WAITING:
            post(subscription, Event.UPLOAD, [{"event": Event.UPLOAD, **upload}])


def has_news(subscription: Subscription) -> bool:
    """Say whether something has happened that the subscription has not read."""
    try:
        return bool(feed.since(_scope(subscription), subscription.cursor, limit=1).changes)
    except NoSuchCursor:
        return True


def read_feed(subscription: Subscription) -> bool:
    """Make messages of the next changes in the feed; answers whether there may be more to read at once.

    The messages and the place in the feed are one transaction, so that nothing is left out or told twice.
    """
    with transaction.atomic():
        held = (
            queries.standing()
            .select_for_update(skip_locked=True, of=("self",))
            .select_related("provider")
            .filter(pk=subscription.pk, paused_at=None)
            .first()
        )
        if held is None or _waiting(held) >= WAITING:
            return False
        try:
            page = feed.since(_scope(held), held.cursor, limit=READ)
        except NoSuchCursor:
            log.warning("Webhook %s: the feed is another one; it goes on from its end", held.pk)
            held.cursor = feed.end(_scope(held))
            held.save(update_fields=["cursor"])
            return False
        events = (
            {"event": f"activity.{feed.event_of(change)}", **feed.as_json(change)} for change in page.changes
        )
        for kinds, texts in _portions(one for one in events if one["event"] in held.events):
            _put(held, kinds.pop() if len(kinds) == 1 else "activity", texts)
        held.cursor = page.cursor
        held.save(update_fields=["cursor"])
        return page.more


def _scope(subscription: Subscription) -> Scope:
    return Scope("system", provider_id=subscription.provider_id)


def _waiting(subscription: Subscription) -> int:
    return Delivery.objects.filter(subscription=subscription, state=State.WAITING)[:WAITING].count()


def _portions(events: Iterator[Mapping[str, Any]]) -> Iterator[tuple[set[str], list[str]]]:
    """Give the events as one message can hold them, with the kinds they are of."""
    kinds: set[str] = set()
    texts: list[str] = []
    size = 0
    for event in events:
        text = _text(event)
        if texts and (len(texts) == EVENTS or size + len(text) > BYTES):
            yield kinds, texts
            kinds, texts, size = set(), [], 0
        kinds.add(event["event"])
        texts.append(text)
        size += len(text)
    if texts:
        yield kinds, texts


def _put(subscription: Subscription, event: str, texts: Sequence[str], *, by_hand: bool = False) -> Delivery:
    now = clock.now()
    head = _text({"provider": subscription.provider.number, "created_at": now.isoformat()})
    delivery: Delivery = Delivery.objects.create(
        subscription=subscription,
        event=event,
        count=len(texts),
        body=f'{head[:-1]}, "events": [{", ".join(texts)}]}}',
        created_at=now,
        next_try_at=tries.at_once(),
        by_hand=by_hand,
    )
    return delivery


def _text(value: Mapping[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=True)
