"""What the link in an invitation opens."""

from __future__ import annotations

from http import HTTPStatus
from typing import cast
from urllib.parse import urlencode

from allauth.account.utils import perform_login
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from openpars.accounts import verbs
from openpars.accounts.models import Contact, Invitation, Person
from openpars.accounts.refusals import (
    InvitationExpired,
    InvitationNotFound,
    InvitationRevoked,
    InvitationUsed,
    KnownPerson,
    Refused,
    WrongPerson,
)
from openpars.accounts.roles import ROLE_MEANS, Role
from openpars.accounts.verbs.people import has_verified
from openpars.web.views.accounts.forms import NewPersonForm

_TROUBLES: dict[type[Refused], tuple[str, HTTPStatus]] = {
    InvitationNotFound: ("This invitation does not work", HTTPStatus.NOT_FOUND),
    InvitationUsed: ("This invitation has been accepted", HTTPStatus.GONE),
    InvitationRevoked: ("This invitation has been taken back", HTTPStatus.GONE),
    InvitationExpired: ("This invitation has expired", HTTPStatus.GONE),
    WrongPerson: ("This invitation is for somebody else", HTTPStatus.FORBIDDEN),
}


@sensitive_post_parameters("password")
@never_cache
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Show an invitation; accept it. Opening the link alone accepts nothing."""
    try:
        found = verbs.find_invitation(token)
        if request.user.is_authenticated:
            return _signed_in(request, found, token)
        return _signed_out(request, found, token)
    except tuple(_TROUBLES) as trouble:
        heading, status = _TROUBLES[type(trouble)]
        return render(
            request,
            "accounts/invitation_trouble.html",
            {
                "page_title": heading,
                "trouble": trouble,
                "wrong_person": isinstance(trouble, WrongPerson),
                "used": isinstance(trouble, InvitationUsed),
            },
            status=status,
        )


def _signed_in(request: HttpRequest, found: Invitation, token: str) -> HttpResponse:
    person = cast(Person, request.user)
    if request.method == "POST":
        return _arrive(request, verbs.claim(token=token, person=person))
    if not has_verified(person, found.email):
        raise WrongPerson(
            f"It was sent to {found.email}, and you are signed in as {person.email}. "
            "Sign out, then open the link again."
        )
    return _page(request, found)


def _signed_out(request: HttpRequest, found: Invitation, token: str) -> HttpResponse:
    sign_in = f"{reverse('account_login')}?{urlencode({'next': request.path})}"
    if Person.objects.filter(email=found.email).exists():
        return _page(request, found, sign_in=sign_in)
    form = NewPersonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            person, contact = verbs.claim_as_new_person(token=token, **form.cleaned_data)
        except KnownPerson:
            return redirect(sign_in)
        except tuple(_TROUBLES):
            raise
        except Refused as refusal:
            form.refuse(refusal)
        else:
            perform_login(request, person)
            return _arrive(request, contact)
    return _page(request, found, form=form)


def _page(
    request: HttpRequest, found: Invitation, *, sign_in: str = "", form: NewPersonForm | None = None
) -> HttpResponse:
    role = Role(found.role)
    return render(
        request,
        "accounts/invitation.html",
        {
            "invitation": found,
            "organization": found.organization,
            "role": role.label,
            "role_means": ROLE_MEANS[role],
            "sign_in": sign_in,
            "form": form,
        },
    )


def _arrive(request: HttpRequest, contact: Contact) -> HttpResponse:
    messages.success(request, f"You are now a contact of {contact.organization.name}.")
    return redirect(_home_of(contact))


def _home_of(contact: Contact) -> str:
    if contact.provider is not None:
        return reverse("activities", args=[contact.provider.number])
    return reverse("accreditor", args=[contact.accreditor_id])
