"""API keys of a provider, and the sandbox that its test keys work on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from openpars import clock
from openpars.accounts import verbs
from openpars.accounts.keys import SCOPES
from openpars.accounts.models import ApiKey, Provider
from openpars.accounts.refusals import Refused
from openpars.accounts.verbs import sandboxes
from openpars.web.views.accounts.forms import KeyForm
from openpars.web.views.accounts.places import Place

PAST_PER_PAGE = 25

_KEEPERS_ONLY = "Only administrators of the provider make and revoke its API keys. Ask one of them."
_USUAL_LIFE = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class KeyRow:
    """One key in a table: what it may, in words, and whether its days are over."""

    key: ApiKey
    may: list[str]
    expired: bool


@require_safe
def keys(request: HttpRequest, place: Place) -> HttpResponse:
    """List the provider's keys, those that work first, and lead to its sandbox."""
    provider = _provider(place)
    if provider.sandbox_of is not None:
        return redirect("profile-keys", provider.sandbox_of.number)
    now = clock.now()
    mine = ApiKey.objects.filter(provider=provider).select_related("created_by", "provider__accreditor")
    rows = [KeyRow(key, _may(key), key.has_expired(now=now)) for key in mine]
    past = [row for row in rows if not row.key.works(now=now)]
    return render(
        request,
        "accounts/keys.html",
        {
            **place.context,
            "working": [row for row in rows if row.key.works(now=now)],
            "past": Paginator(past, PAST_PER_PAGE).get_page(request.GET.get("page")),
            "sandbox": sandboxes.current(provider),
            "keeps": _keeps(place),
            "time_zone": place.time_zone,
        },
    )


@never_cache
def make(request: HttpRequest, place: Place) -> HttpResponse:
    """Make a key, and show it this once: the page is the answer to the form, and no cache keeps it."""
    _must_keep(place)
    last_day = clock.today(place.time_zone) + _USUAL_LIFE
    form = KeyForm(request.POST or None, initial={"last_day": last_day})
    if request.method == "POST" and form.is_valid():
        try:
            key, text = verbs.create_key(provider=_provider(place), actor=place.actor, **form.cleaned_data)
        except Refused as refusal:
            form.refuse(refusal)
        else:
            made = {"key": key, "text": text, "may": _may(key)}
            return render(request, "accounts/key_made.html", {**place.context, **made})
    return render(request, "accounts/key_make.html", {**place.context, "form": form})


def revoke(request: HttpRequest, place: Place, key_id: int) -> HttpResponse:
    """Ask, then revoke a key."""
    _must_keep(place)
    # Compared here, not in the database, because an address may hold a number that no column can.
    mine = ApiKey.objects.filter(provider=_provider(place)).select_related("provider__accreditor")
    key = next((one for one in mine if one.pk == key_id), None)
    if key is None:
        raise Http404
    if request.method == "POST":
        verbs.revoke_key(key, actor=place.actor)
        messages.success(request, f"The key “{key.name}” is revoked. It lets nobody in any more.")
        return redirect("profile-keys", _provider(place).number)
    context = {**place.context, "key": key, "may": _may(key), "time_zone": place.time_zone}
    return render(request, "accounts/key_revoke.html", context)


def reset_sandbox(request: HttpRequest, place: Place) -> HttpResponse:
    """Ask, then put a new, empty sandbox in the place of the one there is."""
    _must_keep(place)
    provider = _provider(place)
    sandbox = sandboxes.current(provider)
    if sandbox is None:
        raise Http404
    if request.method == "POST":
        new = sandboxes.reset(provider, actor=place.actor)
        messages.success(request, f"The sandbox is empty. It is called {new.number} now.")
        return redirect("profile-keys", provider.number)
    return render(request, "accounts/sandbox_reset.html", {**place.context, "sandbox": sandbox})


def _provider(place: Place) -> Provider:
    provider = place.provider
    assert provider is not None  # noqa: S101 - the address names a provider
    return provider


def _keeps(place: Place) -> bool:
    """Whether the person makes and revokes keys: a key acts for the provider, so its accreditor's staff do not."""
    return place.scope.kind == "provider" and place.scope.may_administer


def _must_keep(place: Place) -> None:
    if not _keeps(place):
        raise PermissionDenied(_KEEPERS_ONLY)


def _may(key: ApiKey) -> list[str]:
    return [words for scope, words in SCOPES.items() if scope in key.scopes]
