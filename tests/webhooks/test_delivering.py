"""What happens reaches its subscribers, signed, at least once, however they answer."""

import hmac
import json
from base64 import b64decode, b64encode
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from hashlib import sha256
from time import sleep
from typing import Any
from uuid import UUID

import pytest
from django.core import mail
from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from openpars import clock
from openpars.accounts.models import AuditEntry, Provider
from openpars.accounts.refusals import Refused
from openpars.accounts.verbs import sandboxes
from openpars.activities import feed
from openpars.activities.verbs.close import close
from openpars.activities.verbs.save import Edit, save
from openpars.webhooks import delivering, messages, queries, verbs
from openpars.webhooks.events import Event
from openpars.webhooks.following import Follower
from openpars.webhooks.models import Delivery, State, Subscription
from openpars.webhooks.posting import Answer
from openpars.webhooks.queries import NoSuchWebhook
from openpars.webhooks.tries import LAST_TRY, pause_after
from tests import factories
from tests.activities.doing import common, edit
from tests.conftest import NOON
from tests.webhooks.conftest import Message, Receiver

# Threads post, and what is not committed is not in the feed.
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _noon(frozen: datetime) -> Iterator[None]:
    yield


def as_administrator(provider: Provider) -> dict[str, Any]:
    return {"scope": factories.scope(provider, "administrator"), "actor": factories.actor("Admin")}


def subscribed(receiver: Receiver, provider: Provider, events: list[str] | None = None) -> Subscription:
    return verbs.add(
        provider,
        name="Learning system",
        address=receiver.address,
        events=Event.values if events is None else events,
        page="https://openpars.test.example/webhooks/{id}/",
        **as_administrator(provider),
    )


def go_round(follower: Follower | None = None) -> None:
    """Let a follower work until there is nothing more to do just now."""
    follower = follower or Follower()
    while follower() < 1:
        sleep(0.005)
    follower._pool.shutdown()


def events_of(message: Message) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(message.body)["events"]
    return found


def log_of(subscription: Subscription) -> list[tuple[str, int, int | None]]:
    return [(one.state, one.attempts, one.status) for one in queries.log(subscription)]


def is_signed(message: Message, secret: str, place: int = 0) -> bool:
    """Check a signature as receivers do, by the published scheme."""
    headers = message.headers
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + message.body
    wanted = hmac.new(b64decode(secret.removeprefix("whsec_")), signed, sha256).digest()
    return headers["webhook-signature"].split(" ")[place] == f"v1,{b64encode(wanted).decode()}"


def test_what_happens_is_told_once_in_order_and_signed(receiver: Receiver) -> None:
    provider, other = factories.provider(), factories.provider()
    factories.activity(provider)  # before anybody subscribed
    subscription = subscribed(receiver, provider)
    activity = factories.activity(provider)
    edit(activity, {"title": "Sepsis, the First Hour"})
    close([activity.pk], **common(provider))
    factories.activity(other)
    go_round()
    go_round()
    (message,) = receiver.messages
    told = feed.since(factories.scope(provider), subscription.cursor, limit=9).changes
    assert json.loads(message.body) == {
        "provider": provider.number,
        "created_at": "2026-03-10T17:00:00+00:00",
        "events": [
            {"event": f"activity.{event}", **feed.as_json(change)}
            for event, change in zip(["created", "changed", "closed"], told, strict=True)
        ],
    }
    assert is_signed(message, subscription.secret)
    (delivery,) = queries.log(subscription)
    assert message.headers["webhook-id"] == str(delivery.pk)
    assert message.headers["webhook-timestamp"] == str(int(NOON.timestamp()))
    assert message.headers["content-type"] == "application/json"
    assert (delivery.event, delivery.count, delivery.state) == ("activity", 3, State.DELIVERED)


def test_only_what_was_asked_for_is_told(receiver: Receiver) -> None:
    provider = factories.provider()
    subscription = subscribed(receiver, provider, [Event.CLOSED])
    activity = factories.activity(provider)
    close([activity.pk], **common(provider))
    go_round()
    assert [one["event"] for one in events_of(receiver.messages[0])] == ["activity.closed"]
    assert [one.event for one in queries.log(subscription)] == ["activity.closed"]
    edit(factories.activity(provider), {"title": "Nobody asked"})
    go_round()
    assert len(receiver.messages) == 1


def test_very_many_changes_make_few_messages_in_small_steps(receiver: Receiver) -> None:
    provider = factories.provider()
    subscription = subscribed(receiver, provider)
    edits = [Edit(factories.draft(title=f"Activity {n}")) for n in range(messages.READ + 30)]
    outcomes = save(edits, confirmed=("activity.looks_like_another",), **common(provider))
    assert messages.read_feed(subscription) is True
    assert Delivery.objects.count() == messages.READ // messages.EVENTS
    go_round()
    told = [event["activity_id"] for message in receiver.messages for event in events_of(message)]
    assert Counter(told) == Counter(one.activity.pk for one in outcomes if one.activity)
    assert len(receiver.messages) == 6


def test_a_message_is_not_larger_than_it_may_be(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(messages, "BYTES", 4_000)
    provider = factories.provider()
    subscribed(receiver, provider)
    for number in range(4):
        factories.activity(provider, description="x" * 1500, title=f"Activity {number}")
    go_round()
    assert [len(events_of(message)) for message in receiver.messages] == [1] * 4


def test_who_does_not_take_them_has_the_rest_wait_in_the_feed(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(messages, "WAITING", 2)
    receiver.answer(503)
    provider = factories.provider()
    subscription = subscribed(receiver, provider)
    for _ in range(4):
        factories.activity(provider)
        go_round()
    assert log_of(subscription) == [(State.WAITING, 1, 503)] * 2
    receiver.behave = None
    with clock.frozen(NOON + timedelta(minutes=1)):
        go_round()
        go_round()  # as there is room again
    assert [one.state for one in queries.log(subscription)] == [State.DELIVERED] * 3
    taken = [event["activity_id"] for message in receiver.messages[2:] for event in events_of(message)]
    assert len(taken) == len(set(taken)) == 4


def test_the_tries_last_a_little_more_than_three_days() -> None:
    pauses = [pause_after(number) for number in range(1, LAST_TRY + 1)]
    assert pauses[-1] is None
    whole = sum((pause for pause in pauses if pause), timedelta())
    assert timedelta(days=3) < whole < timedelta(days=3.6)
    assert pauses[0] is not None and pauses[0] < timedelta(seconds=6)


def test_who_never_takes_it_is_paused_and_administrators_are_told(receiver: Receiver) -> None:
    receiver.answer(500, "Out of <order>")
    provider = factories.provider()
    administrator = factories.contact(provider, role="administrator").person
    factories.contact(provider, role="editor")
    factories.contact(provider, role="administrator", ended_at=NOON)
    subscription = subscribed(receiver, provider, [Event.CREATED])
    factories.activity(provider)
    moment = NOON
    for _ in range(LAST_TRY):
        with clock.frozen(moment):
            go_round()
        moment += timedelta(days=1, hours=3)
    assert len(receiver.messages) == LAST_TRY
    assert len({message.headers["webhook-id"] for message in receiver.messages}) == 1
    assert len({message.body for message in receiver.messages}) == 1
    (delivery,) = queries.log(subscription)
    assert (delivery.state, delivery.status, delivery.answer) == (State.FAILED, 500, "Out of <order>")
    subscription.refresh_from_db()
    assert subscription.paused_at is not None
    (letter,) = mail.outbox
    assert letter.to == [administrator.email]
    assert subscription.page in letter.body
    assert [entry.action for entry in AuditEntry.objects.all()] == ["webhook.paused", "webhook.added"]
    factories.activity(provider)
    receiver.behave = None
    with clock.frozen(moment):
        go_round()
        assert len(receiver.messages) == LAST_TRY
        verbs.go_on(subscription.pk, leave_out=False, **as_administrator(provider))
        go_round()
    assert log_of(subscription) == [(State.DELIVERED, 1, 204), (State.DELIVERED, 1, 204)]


def test_what_happened_while_it_was_paused_can_be_left_out(receiver: Receiver) -> None:
    provider = factories.provider()
    subscription = subscribed(receiver, provider)
    how = as_administrator(provider)
    verbs.pause(subscription.pk, **how)
    factories.activity(provider)
    messages.upload_finished(provider.pk, {"upload": "1"})
    go_round()
    assert receiver.messages == []
    verbs.go_on(subscription.pk, leave_out=True, **how)
    go_round()
    assert receiver.messages == []
    later = factories.activity(provider)
    go_round()
    assert [one["activity_id"] for one in events_of(receiver.messages[0])] == [later.pk]


def test_a_finished_upload_is_told_with_what_says_so_or_not_at_all(receiver: Receiver) -> None:
    provider = factories.provider()
    subscription = subscribed(receiver, provider, [Event.UPLOAD])
    subscribed(receiver, provider, [Event.CREATED])
    subscribed(receiver, factories.provider())
    with transaction.atomic():
        messages.upload_finished(provider.pk, {"upload": "gone"})
        transaction.set_rollback(True)
    messages.upload_finished(provider.pk, {"upload": "019c", "state": "applied"})
    go_round()
    assert [events_of(message) for message in receiver.messages] == [
        [{"event": "upload.finished", "upload": "019c", "state": "applied"}]
    ]
    assert log_of(subscription) == [(State.DELIVERED, 1, 204)]


def test_a_test_is_sent_at_once_and_once_even_while_paused(receiver: Receiver) -> None:
    receiver.answer(500)
    provider = factories.provider()
    subscription = subscribed(receiver, provider)
    how = as_administrator(provider)
    verbs.pause(subscription.pk, **how)
    delivery = verbs.send_test(subscription.pk, **how)
    go_round()
    assert events_of(receiver.messages[0])[0]["event"] == "test"
    delivery.refresh_from_db()
    assert (delivery.state, delivery.status, delivery.attempts) == (State.FAILED, 500, 1)
    assert mail.outbox == []


def test_what_failed_or_was_taken_is_sent_again_by_hand_as_it_was(receiver: Receiver) -> None:
    provider = factories.provider()
    subscription = subscribed(receiver, provider)
    factories.activity(provider)
    go_round()
    how = as_administrator(provider)
    (delivery,) = queries.log(subscription)
    verbs.resend(subscription.pk, delivery.pk, **how)
    go_round()
    first, second = receiver.messages
    assert (first.headers["webhook-id"], first.body) == (second.headers["webhook-id"], second.body)
    # Sent again by hand when all tries are over, it fails without pausing anything.
    Delivery.objects.update(state=State.FAILED, attempts=LAST_TRY)
    receiver.answer(500)
    verbs.resend(subscription.pk, delivery.pk, **how)
    go_round()
    assert log_of(subscription) == [(State.FAILED, LAST_TRY, 500)]
    subscription.refresh_from_db()
    assert subscription.paused_at is None


def test_a_new_secret_signs_at_once_and_the_old_one_for_a_day(receiver: Receiver) -> None:
    provider = factories.provider()
    old = subscribed(receiver, provider)
    new = verbs.rotate(old.pk, **as_administrator(provider))
    assert new.secret != old.secret
    factories.activity(provider)
    go_round()
    assert is_signed(receiver.messages[0], new.secret)
    assert is_signed(receiver.messages[0], old.secret, 1)
    with clock.frozen(NOON + timedelta(days=1)):
        factories.activity(provider)
        go_round()
    assert is_signed(receiver.messages[1], new.secret)
    assert " " not in receiver.messages[1].headers["webhook-signature"]


def test_a_slow_receiver_leaves_room_for_the_others(receiver: Receiver) -> None:
    provider = factories.provider()
    slow = subscribed(receiver, provider, [Event.UPLOAD])
    fast = subscribed(receiver, provider, [Event.UPLOAD])
    for number in range(4):
        messages.upload_finished(provider.pk, {"upload": str(number)})
    taken = delivering.take(9, under_way=Counter[UUID]())
    assert Counter(one.subscription_id for one in taken) == {slow.pk: 2, fast.pk: 2}
    assert delivering.take(9, under_way=Counter({slow.pk: 2, fast.pk: 1}))[0].subscription_id == fast.pk


def test_what_a_killed_follower_had_taken_is_tried_again(receiver: Receiver) -> None:
    provider = factories.provider()
    subscription = subscribed(receiver, provider, [Event.UPLOAD])
    messages.upload_finished(provider.pk, {"upload": "1"})
    (taken,) = delivering.take(9, under_way=Counter[UUID]())
    go_round()
    assert receiver.messages == []
    with clock.frozen(NOON + timedelta(minutes=2)):
        go_round()
        # What the first one learned comes too late to count.
        delivering.note(taken, Answer(500))
    assert log_of(subscription) == [(State.DELIVERED, 2, 204)]


def test_a_removed_subscription_is_told_nothing_more(receiver: Receiver) -> None:
    provider = factories.provider()
    subscription = subscribed(receiver, provider, [Event.UPLOAD])
    messages.upload_finished(provider.pk, {"upload": "1"})
    (taken,) = delivering.take(9, under_way=Counter[UUID]())
    verbs.remove(subscription.pk, **as_administrator(provider))
    delivering.note(taken, Answer(500))
    go_round()
    assert receiver.messages == []
    assert Delivery.objects.count() == 0


def test_the_log_of_long_ago_is_cleared_away(receiver: Receiver) -> None:
    provider = factories.provider()
    subscription = subscribed(receiver, provider, [Event.UPLOAD])
    messages.upload_finished(provider.pk, {"upload": "1"})
    go_round()
    receiver.answer(500)
    messages.upload_finished(provider.pk, {"upload": "2"})
    go_round()
    with clock.frozen(NOON + delivering.KEPT + timedelta(minutes=1)):
        delivering.clear()
    assert log_of(subscription) == [(State.WAITING, 1, 500)]


def test_only_administrators_and_only_their_own(receiver: Receiver) -> None:
    provider = factories.provider()
    subscription = subscribed(receiver, provider)
    for role in ("editor", "viewer"):
        how: dict[str, Any] = {"scope": factories.scope(provider, role), "actor": factories.actor()}
        assert list(queries.of(how["scope"])) == []
        with pytest.raises(PermissionDenied):
            verbs.rotate(subscription.pk, **how)
        with pytest.raises(PermissionDenied):
            verbs.add(provider, name="x", address="https://a.org/", events=Event.values, page="", **how)
    stranger = as_administrator(factories.provider())
    for verb in (verbs.rotate, verbs.pause, verbs.remove, verbs.send_test):
        with pytest.raises(NoSuchWebhook):
            verb(subscription.pk, **stranger)
    with pytest.raises(PermissionDenied):
        verbs.add(provider, name="x", address="https://a.org/", events=Event.values, page="", **stranger)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"name": " "}, "name"),
        ({"events": []}, "events"),
        ({"events": ["nothing"]}, "events"),
        ({"address": ""}, "address"),
    ],
)
def test_what_cannot_be_subscribed(receiver: Receiver, given: dict[str, Any], field: str) -> None:
    provider = factories.provider()
    whole = {"name": "LMS", "address": receiver.address, "events": [Event.CLOSED.value]}
    with pytest.raises(Refused) as refusal:
        verbs.add(provider, **whole | given, page="", **as_administrator(provider))
    assert refusal.value.field == field


def test_a_turn_without_news_asks_little(receiver: Receiver) -> None:
    subscribed(receiver, factories.provider())
    subscribed(receiver, factories.provider())
    follower = Follower()
    follower()
    follower._fed = -1.0
    with CaptureQueriesContext(connection) as asked:
        assert follower() == 1
    assert len(asked) == 4  # the subscriptions, the feed for each, and what is due


def test_an_emptied_sandbox_tells_nobody_and_its_webhooks_go(receiver: Receiver) -> None:
    provider = factories.provider()
    sandbox = sandboxes.of(provider)
    subscription = subscribed(receiver, sandbox)
    go_round()
    factories.activity(sandbox)
    messages.upload_finished(sandbox.pk, {"upload_id": "1"})
    sandboxes.reset(provider, actor=factories.actor())
    messages.upload_finished(sandbox.pk, {"upload_id": "2"})
    go_round()
    assert receiver.messages == []
    assert log_of(subscription) == [("waiting", 0, None)]
    assert list(queries.of(factories.scope(sandbox, "administrator"))) == []
    with pytest.raises(NoSuchWebhook):
        verbs.send_test(subscription.pk, **as_administrator(sandbox))
    with clock.frozen(NOON + delivering.KEPT + timedelta(days=1)):
        delivering.clear()
    assert not Subscription.objects.exists()
