"""The pages of webhooks: what an administrator sees and does there."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from openpars.accounts.models import Provider
from openpars.webhooks.events import Event
from openpars.webhooks.models import Delivery, State, Subscription
from tests import factories
from tests.web import hooks

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]

GIVEN = {
    "name": "Learning system",
    "address": "https://hooks.test.example/in",
    "events": [Event.CLOSED, Event.UPLOAD],
}


@pytest.fixture
def provider(client: Client) -> Provider:
    """The provider whose administrator is signed in."""
    provider = factories.provider()
    client.force_login(factories.contact(provider, role="administrator").person)
    return provider


def at(name: str, provider: Provider, *parts: Any) -> str:
    return reverse(f"profile-webhook{name}", args=[provider.number, *parts])


def text(answer: Any) -> str:
    assert answer.status_code == 200, answer
    return str(answer.content.decode())


def test_a_webhook_is_added_and_its_secret_shown_once(client: Client, provider: Provider) -> None:
    shown = text(client.post(at("-add", provider), GIVEN))
    webhook = Subscription.objects.get()
    assert (webhook.name, webhook.address, webhook.events) == (
        *(GIVEN[n] for n in ("name", "address")),
        GIVEN["events"],
    )
    assert webhook.page == f"http://testserver{at('', provider, webhook.pk)}"
    assert webhook.secret in shown
    pages = [at("s", provider), at("", provider, webhook.pk), at("-edit", provider, webhook.pk)]
    assert not [page for page in pages if webhook.secret in text(client.get(page))]


@pytest.mark.parametrize(
    ("over", "words"),
    [
        ({"name": ""}, "Fill in “Name”."),
        ({"address": "http://hooks.test.example/"}, "Begin the address with https://"),
        ({"address": "https://169.254.169.254/"}, "inside a private network"),
        ({"events": []}, "Fill in “Tell it when”."),
    ],
)
def test_what_cannot_be_is_told_at_its_field_and_kept(
    client: Client, provider: Provider, over: dict[str, Any], words: str
) -> None:
    shown = text(client.post(at("-add", provider), GIVEN | over))
    assert words in shown
    assert Subscription.objects.count() == 0
    kept = hooks.webhook(provider)
    assert words in text(client.post(at("-edit", provider, kept.pk), GIVEN | over))


def test_a_webhook_is_changed_paused_switched_on_and_removed(client: Client, provider: Provider) -> None:
    webhook = hooks.webhook(provider)
    here = at("", provider, webhook.pk)

    def then(answer: Any) -> str:
        assert (answer.status_code, answer["Location"]) == (302, here)
        webhook.refresh_from_db()
        return text(client.get(here))

    assert "https://hooks.test.example/in" in then(client.post(at("-edit", provider, webhook.pk), GIVEN))
    assert "Paused since March 10, 2026, 12:00 PM" in then(client.post(at("-pause", provider, webhook.pk)))
    assert "Paused" in text(client.get(at("s", provider)))
    assert "Paused" not in then(client.post(at("-go-on", provider, webhook.pk), {"meanwhile": "send"}))
    old = webhook.secret
    rotated = text(client.post(at("-secret", provider, webhook.pk)))
    webhook.refresh_from_db()
    assert webhook.secret != old
    assert webhook.secret in rotated
    assert "Remove Learning system?" in text(client.get(at("-remove", provider, webhook.pk)))
    assert client.post(at("-remove", provider, webhook.pk)).status_code == 302
    assert Subscription.objects.count() == 0


def test_what_waited_can_be_left_out(client: Client, provider: Provider) -> None:
    webhook = hooks.webhook(provider)
    waiting = hooks.delivery(webhook, state=State.WAITING, next_try_at=webhook.created_at)
    client.post(at("-pause", provider, webhook.pk))
    client.post(at("-go-on", provider, webhook.pk), {"meanwhile": "leave-out"})
    waiting.refresh_from_db()
    assert waiting.state == State.FAILED
    assert waiting.problem == "It was left out when the webhook was switched on again."


def test_a_test_and_a_message_once_more(client: Client, provider: Provider) -> None:
    webhook = hooks.webhook(provider)
    sent = client.post(at("-test", provider, webhook.pk))
    (test,) = Delivery.objects.all()
    assert (test.event, test.state, sent["Location"]) == (
        "test",
        State.WAITING,
        at("-delivery", provider, webhook.pk, test.pk),
    )
    assert "its first attempt" in text(client.get(sent["Location"]))
    taken = hooks.delivery(webhook)
    client.post(at("-resend", provider, webhook.pk, taken.pk))
    taken.refresh_from_db()
    assert (taken.state, taken.by_hand) == (State.WAITING, True)


def test_the_log_is_paged_and_what_was_answered_is_escaped(client: Client, provider: Provider) -> None:
    webhook = hooks.webhook(provider)
    made = [hooks.delivery(webhook, answer="<script>alert(1)</script>", count=n) for n in range(1, 31)]
    here = at("", provider, webhook.pk)
    client.get(here)  # the first page of a session writes it
    with CaptureQueriesContext(connection) as asked:
        first = text(client.get(here))
    few = len(asked)
    assert first.count("/deliveries/") == 25
    older = text(client.get(f"{here}?before={made[5].pk}"))
    assert older.count("/deliveries/") == 5
    assert "The newest" in older
    assert text(client.get(f"{here}?before=nonsense")).count("/deliveries/") == 25
    one = text(client.get(at("-delivery", provider, webhook.pk, made[0].pk)))
    assert "&lt;script&gt;" in one
    assert "<script>alert" not in one
    Delivery.objects.exclude(pk=made[0].pk).delete()
    with CaptureQueriesContext(connection) as asked:
        client.get(here)
    assert len(asked) == few == 8


def test_only_administrators_of_the_provider_itself(client: Client) -> None:
    provider = factories.provider()
    webhook = hooks.webhook(provider)
    staff = factories.contact(provider.accreditor, role="administrator")
    for person in (factories.contact(provider, role="editor").person, staff.person):
        client.force_login(person)
        assert client.get(at("s", provider)).status_code == 403
        assert client.post(at("-test", provider, webhook.pk)).status_code == 403
        assert "Webhooks" not in text(client.get(reverse("profile", args=[provider.number])))
