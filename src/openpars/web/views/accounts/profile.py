"""*Profile*: a provider's data, its contacts and what happened to them."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from openpars.accounts import verbs
from openpars.accounts.models import Provider
from openpars.accounts.refusals import Refused
from openpars.web.views.accounts import contacts
from openpars.web.views.accounts.forms import ProviderForm
from openpars.web.views.accounts.places import Place


@require_safe
def profile(request: HttpRequest, place: Place) -> HttpResponse:
    """Show the provider's data, contacts, open invitations and audit trail. A sandbox has its provider's."""
    provider = place.provider
    if provider is not None and provider.sandbox_of is not None:
        return redirect("profile", provider.sandbox_of.number)
    return render(
        request,
        "accounts/profile.html",
        {**place.context, **contacts.lists(request, place), "edit_url": place.url("edit")},
    )


def edit(request: HttpRequest, place: Place) -> HttpResponse:
    """Change the provider's data."""
    provider = place.provider
    assert isinstance(provider, Provider)  # noqa: S101 - the address names a provider
    form = ProviderForm(
        request.POST or None,
        initial={
            "name": provider.name,
            "number": provider.number,
            "learner_contact": provider.learner_contact,
            "jointly_accredited": provider.jointly_accredited,
        },
    )
    if request.method == "POST" and form.is_valid():
        try:
            changed = verbs.update_provider(provider, actor=place.actor, **form.cleaned_data)
        except Refused as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, "The provider’s data are saved.")
            return redirect("profile", changed.number)
    return render(request, "accounts/provider_edit.html", {**place.context, "form": form})
