"""The first visit."""

from __future__ import annotations

from allauth.account.utils import perform_login
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from openpars.accounts import verbs
from openpars.accounts.refusals import AlreadySetUp, Refused
from openpars.web.views.accounts.forms import SetUpForm

_FIELDS = {"number": "provider_number"}


@sensitive_post_parameters("password")
@never_cache
def setup(request: HttpRequest) -> HttpResponse:
    """Make the accreditor, the provider and the first contact, and sign that contact in."""
    if request.method != "POST" and verbs.is_set_up():
        raise Http404
    form = SetUpForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = verbs.set_up(**form.cleaned_data)
        except AlreadySetUp as refusal:
            messages.info(request, refusal.message)
            return redirect("home")
        except Refused as refusal:
            form.refuse(refusal, **_FIELDS)
        else:
            signed_in: HttpResponse = perform_login(request, made.person, redirect_url=reverse("home"))
            return signed_in
    return render(request, "setup/index.html", {"form": form})
