"""Contacts and invitations of an organization, be it a provider or an accreditor."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from openpars import clock
from openpars.accounts import audit, verbs
from openpars.accounts.models import AuditEntry, Contact, Invitation
from openpars.accounts.refusals import Refused
from openpars.accounts.roles import ROLE_MEANS, Role
from openpars.web.views.accounts.forms import InviteForm, RoleForm
from openpars.web.views.accounts.letters import send_invitation
from openpars.web.views.accounts.places import Place

AUDIT_PER_PAGE = 25


@dataclass(frozen=True, slots=True)
class ContactRow:
    """One contact in the table."""

    contact: Contact
    role_url: str
    end_url: str


@dataclass(frozen=True, slots=True)
class InvitationRow:
    """One open invitation in the table."""

    invitation: Invitation
    expired: bool
    resend_url: str
    revoke_url: str


@dataclass(frozen=True, slots=True)
class AuditRow:
    """One line of the audit trail, in words."""

    entry: AuditEntry
    words: str
    changes: list[audit.ChangeWords]


def lists(request: HttpRequest, place: Place) -> dict[str, Any]:
    """Return the context of the tables of contacts, open invitations and the audit trail."""
    now = clock.now()
    contacts = Contact.objects.filter(**place.whose, ended_at=None).select_related("person")
    invitations = Invitation.objects.filter(**place.whose, claimed_at=None, revoked_at=None)
    page = Paginator(AuditEntry.objects.filter(**place.whose), AUDIT_PER_PAGE).get_page(
        request.GET.get("page")
    )
    return {
        "contacts": [
            ContactRow(one, place.url("contact-role", one.pk), place.url("contact-end", one.pk))
            for one in contacts
        ],
        "invitations": [
            InvitationRow(
                one,
                one.has_expired(now=now),
                place.url("invitation-resend", one.pk),
                place.url("invitation-revoke", one.pk),
            )
            for one in invitations
        ],
        "invite_url": place.url("invite"),
        "time_zone": place.time_zone,
        "audit_page": page,
        "audit_rows": [AuditRow(one, audit.words(one), audit.changes(one)) for one in page.object_list],
        "role_means": [(role.label, words) for role, words in ROLE_MEANS.items()],
    }


def invite(request: HttpRequest, place: Place) -> HttpResponse:
    """Invite an address."""
    form = InviteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            invitation, token = verbs.invite(
                email=form.cleaned_data["email"],
                role=Role(form.cleaned_data["role"]),
                actor=place.actor,
                **place.whose,
            )
        except Refused as refusal:
            form.refuse(refusal)
        else:
            send_invitation(request, invitation, token=token, by=place.person.name)
            return redirect(place.home)
    return render(request, "accounts/invite.html", {**place.context, "form": form})


def change_role(request: HttpRequest, place: Place, contact_id: int) -> HttpResponse:
    """Give a contact another role."""
    contact = _contact(place, contact_id)
    form = RoleForm(request.POST or None, initial={"role": contact.role})
    if request.method == "POST" and form.is_valid():
        try:
            changed = verbs.change_role(contact, role=Role(form.cleaned_data["role"]), actor=place.actor)
        except Refused as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, f"{contact.person.name}: {Role(changed.role).label}.")
            return redirect(place.home)
    return render(request, "accounts/contact_role.html", {**place.context, "form": form, "contact": contact})


def end(request: HttpRequest, place: Place, contact_id: int) -> HttpResponse:
    """Ask, then end a contact."""
    contact = _contact(place, contact_id)
    refused = ""
    if request.method == "POST":
        try:
            verbs.end_contact(contact, actor=place.actor)
        except Refused as refusal:
            refused = refusal.message
        else:
            messages.success(request, f"{contact.person.name} is no longer a contact.")
            if contact.person_id == place.person.pk:
                return redirect("home")
            return redirect(place.home)
    return render(
        request, "accounts/contact_end.html", {**place.context, "contact": contact, "refused": refused}
    )


@require_POST
def resend_invitation(request: HttpRequest, place: Place, invitation_id: int) -> HttpResponse:
    """Send an open invitation again, with a new link."""
    invitation = _invitation(place, invitation_id)
    try:
        renewed, token = verbs.resend_invitation(invitation, actor=place.actor)
    except Refused as refusal:
        messages.error(request, refusal.message)
    else:
        send_invitation(request, renewed, token=token, by=place.person.name)
    return redirect(place.home)


@require_POST
def revoke_invitation(request: HttpRequest, place: Place, invitation_id: int) -> HttpResponse:
    """Take an open invitation back."""
    invitation = _invitation(place, invitation_id)
    try:
        verbs.revoke_invitation(invitation, actor=place.actor)
    except Refused as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, f"The invitation of {invitation.email} has been taken back.")
    return redirect(place.home)


def _contact(place: Place, contact_id: int) -> Contact:
    contact = get_object_or_404(Contact.objects.select_related("person"), pk=contact_id, **place.whose)
    if contact.ended_at is not None:
        raise Http404
    return contact


def _invitation(place: Place, invitation_id: int) -> Invitation:
    return get_object_or_404(Invitation, pk=invitation_id, **place.whose)
