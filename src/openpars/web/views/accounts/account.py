"""*Your account*: one's name, and how one signs in."""

from __future__ import annotations

from typing import cast

from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from openpars.accounts import verbs
from openpars.accounts.models import Contact, Person
from openpars.accounts.refusals import Refused
from openpars.web.views.accounts.forms import NameForm


@login_required
def account(request: HttpRequest) -> HttpResponse:
    """Show and rename the signed-in person; lead to password, e-mail, passkeys and codes."""
    person = cast(Person, request.user)
    form = NameForm(request.POST or None, initial={"name": person.name})
    if request.method == "POST" and form.is_valid():
        try:
            verbs.rename_person(person, name=form.cleaned_data["name"])
        except Refused as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, "Your name is saved.")
            return redirect("account")
    authenticators = list(Authenticator.objects.filter(user=person))
    kinds = {one.type for one in authenticators}
    codes = next((one for one in authenticators if one.type == Authenticator.Type.RECOVERY_CODES), None)
    return render(
        request,
        "accounts/account.html",
        {
            "form": form,
            "has_codes": Authenticator.Type.TOTP in kinds,
            "passkeys": [one for one in authenticators if one.type == Authenticator.Type.WEBAUTHN],
            "is_protected": bool(kinds - {Authenticator.Type.RECOVERY_CODES}),
            "recovery_codes_left": len(codes.wrap().get_unused_codes()) if codes else None,
            "places": Contact.objects.filter(person=person, ended_at=None).select_related(
                "provider", "accreditor"
            ),
        },
    )


def closed(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - a view
    """Say that there is no such page: people come by invitation, not by signing up."""
    raise Http404
