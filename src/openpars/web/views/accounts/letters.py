"""The letters these pages send."""

from __future__ import annotations

import smtplib

from django.contrib import messages
from django.core.mail import send_mail
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse

from openpars.accounts.models import Invitation
from openpars.accounts.verbs.invitations import LIFE


def send_invitation(request: HttpRequest, invitation: Invitation, *, token: str, by: str) -> None:
    """Send the link of an invitation, and tell the person who invites how that went."""
    context = {
        "invitation": invitation,
        "organization": invitation.organization,
        "by": by,
        "days": LIFE.days,
        "link": request.build_absolute_uri(reverse("invitation", args=[token])),
    }
    subject = render_to_string("accounts/email/invitation_subject.txt", context).strip()
    try:
        send_mail(
            subject,
            render_to_string("accounts/email/invitation_message.txt", context),
            None,
            [invitation.email],
        )
    except (smtplib.SMTPException, OSError):
        messages.error(
            request,
            f"{invitation.email} is invited, but the letter could not be sent. "
            "Try “Send again” in the list of open invitations a little later.",
        )
    else:
        messages.success(request, f"We sent an invitation to {invitation.email}.")
