"""A provider's webhooks: which addresses hear of what, and what came of every delivery."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from openpars.accounts.models import Provider
from openpars.accounts.refusals import Refused
from openpars.web.views.accounts.forms import OurForm
from openpars.web.views.accounts.places import Place
from openpars.webhooks import queries, verbs
from openpars.webhooks.events import TEST, Event
from openpars.webhooks.models import Delivery, Subscription
from openpars.webhooks.queries import NoSuchWebhook

PER_PAGE = 25

_KEEPERS_ONLY = "Only administrators of the provider see and change its webhooks. Ask one of them."
_WORDS = {**dict(Event.choices), TEST: "A test", "activity": "Activities"}


class WebhookForm(OurForm):
    """Where a webhook leads, and what it hears of."""

    name = forms.CharField()
    address = forms.CharField(widget=forms.URLInput(attrs={"autocomplete": "off", "spellcheck": "false"}))
    events = forms.MultipleChoiceField(choices=Event.choices, widget=forms.CheckboxSelectMultiple)

    labels = {"name": "Name", "address": "Address", "events": "Tell it when"}
    hints = {
        "name": "For yourselves: the program that listens, such as Learning system.",
        "address": "Where the program takes messages, beginning with https://",
    }


@require_safe
def webhooks(request: HttpRequest, place: Place) -> HttpResponse:
    """List the provider's webhooks."""
    _must_keep(place)
    return render(request, "webhooks/list.html", {**place.context, "webhooks": list(queries.of(place.scope))})


@never_cache
def add(request: HttpRequest, place: Place) -> HttpResponse:
    """Add a webhook, and show its secret this once."""
    _must_keep(place)
    form = WebhookForm(request.POST or None, initial={"events": Event.values})
    provider = _provider(place)
    if request.method == "POST" and form.is_valid():
        some_id = UUID(int=0)
        page = request.build_absolute_uri(reverse("profile-webhook", args=[provider.number, some_id]))
        try:
            webhook = verbs.add(
                provider,
                **form.cleaned_data,
                page=page.replace(str(some_id), "{id}"),
                scope=place.scope,
                actor=place.actor,
            )
        except Refused as refusal:
            form.refuse(refusal)
        else:
            return _secret(request, place, webhook, is_new=True)
    return render(request, "webhooks/form.html", {**place.context, "form": form})


def edit(request: HttpRequest, place: Place, webhook_id: UUID) -> HttpResponse:
    """Change a webhook."""
    webhook = _webhook(place, webhook_id)
    form = WebhookForm(
        request.POST or None,
        initial={"name": webhook.name, "address": webhook.address, "events": webhook.events},
    )
    if request.method == "POST" and form.is_valid():
        try:
            verbs.change(webhook.pk, **form.cleaned_data, scope=place.scope, actor=place.actor)
        except Refused as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, "The webhook is saved.")
            return _back(place, webhook)
    return render(request, "webhooks/form.html", {**place.context, "form": form, "webhook": webhook})


@require_safe
def one(request: HttpRequest, place: Place, webhook_id: UUID) -> HttpResponse:
    """Show a webhook with its deliveries, the newest first."""
    webhook = _webhook(place, webhook_id)
    before = _uuid(request.GET.get("before"))
    found = list(queries.log(webhook, before=before)[: PER_PAGE + 1])
    deliveries = found[:PER_PAGE]
    context = {
        "webhook": webhook,
        "hears_of": [_WORDS[event] for event in webhook.events],
        "deliveries": [(delivery, _told(delivery)) for delivery in deliveries],
        "older": deliveries[-1].pk if len(found) > PER_PAGE else None,
        "newest": before is None,
        "time_zone": place.time_zone,
    }
    return render(request, "webhooks/webhook.html", {**place.context, **context})


@require_safe
def delivery(request: HttpRequest, place: Place, webhook_id: UUID, delivery_id: UUID) -> HttpResponse:
    """Show one delivery: the message, and what was answered."""
    webhook = _webhook(place, webhook_id)
    try:
        found = queries.delivery(webhook, delivery_id)
    except NoSuchWebhook as unknown:
        raise Http404 from unknown
    context = {"webhook": webhook, "delivery": found, "told": _told(found), "time_zone": place.time_zone}
    return render(request, "webhooks/delivery.html", {**place.context, **context})


@never_cache
@require_POST
def rotate(request: HttpRequest, place: Place, webhook_id: UUID) -> HttpResponse:
    """Give a webhook a new secret, and show it this once."""
    webhook = _webhook(place, webhook_id)
    return _secret(request, place, verbs.rotate(webhook.pk, scope=place.scope, actor=place.actor))


@require_POST
def send_test(request: HttpRequest, place: Place, webhook_id: UUID) -> HttpResponse:
    """Send a test message."""
    webhook = _webhook(place, webhook_id)
    sent = verbs.send_test(webhook.pk, scope=place.scope, actor=place.actor)
    messages.success(request, "The test is on its way. Look again in a few seconds.")
    return redirect("profile-webhook-delivery", _provider(place).number, webhook.pk, sent.pk)


@require_POST
def pause(request: HttpRequest, place: Place, webhook_id: UUID) -> HttpResponse:
    """Pause a webhook."""
    webhook = _webhook(place, webhook_id)
    verbs.pause(webhook.pk, scope=place.scope, actor=place.actor)
    messages.success(request, "The webhook is paused. What happens meanwhile waits.")
    return _back(place, webhook)


@require_POST
def go_on(request: HttpRequest, place: Place, webhook_id: UUID) -> HttpResponse:
    """Switch a paused webhook on again, with what happened meanwhile or without."""
    webhook = _webhook(place, webhook_id)
    leave_out = request.POST.get("meanwhile") == "leave-out"
    verbs.go_on(webhook.pk, leave_out=leave_out, scope=place.scope, actor=place.actor)
    messages.success(request, "The webhook is active again.")
    return _back(place, webhook)


def remove(request: HttpRequest, place: Place, webhook_id: UUID) -> HttpResponse:
    """Ask, then remove a webhook."""
    webhook = _webhook(place, webhook_id)
    if request.method == "POST":
        verbs.remove(webhook.pk, scope=place.scope, actor=place.actor)
        messages.success(request, f"The webhook “{webhook.name}” is removed.")
        return redirect("profile-webhooks", _provider(place).number)
    return render(request, "webhooks/remove.html", {**place.context, "webhook": webhook})


@require_POST
def resend(request: HttpRequest, place: Place, webhook_id: UUID, delivery_id: UUID) -> HttpResponse:
    """Send a delivery again."""
    webhook = _webhook(place, webhook_id)
    try:
        verbs.resend(webhook.pk, delivery_id, scope=place.scope, actor=place.actor)
    except NoSuchWebhook as unknown:
        raise Http404 from unknown
    messages.success(request, "The message is on its way again. Look again in a few seconds.")
    return redirect("profile-webhook-delivery", _provider(place).number, webhook.pk, delivery_id)


def _secret(
    request: HttpRequest, place: Place, webhook: Subscription, *, is_new: bool = False
) -> HttpResponse:
    context: dict[str, Any] = {"webhook": webhook, "is_new": is_new}
    return render(request, "webhooks/secret.html", {**place.context, **context})


def _webhook(place: Place, webhook_id: UUID) -> Subscription:
    _must_keep(place)
    try:
        return queries.one(place.scope, webhook_id)
    except NoSuchWebhook as unknown:
        raise Http404 from unknown


def _must_keep(place: Place) -> None:
    # Messages leave the provider's hands, so its accreditor's staff do not send them anywhere.
    if place.scope.kind != "provider":
        raise PermissionDenied(_KEEPERS_ONLY)


def _provider(place: Place) -> Provider:
    provider = place.provider
    assert provider is not None  # noqa: S101 - the address names a provider
    return provider


def _back(place: Place, webhook: Subscription) -> HttpResponse:
    return redirect("profile-webhook", _provider(place).number, webhook.pk)


def _told(delivery: Delivery) -> str:
    words = _WORDS.get(delivery.event, delivery.event)
    return f"{words} ({delivery.count} events)" if delivery.count > 1 else words


def _uuid(text: str | None) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        return None
