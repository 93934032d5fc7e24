"""How OpenPARS differs from allauth's defaults: closed sign-up, and words for people."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest

PRODUCT = "OpenPARS"
_WAIT = "You have tried this too often. Wait a few minutes, then try again."


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """E-mail and password; nobody signs up without an invitation."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "account_inactive": "This sign-in has been switched off. Ask your administrator.",
        "duplicate_email": "This is your address already.",
        "email_password_mismatch": (
            "The e-mail address and the password do not go together. Check both, and try again."
        ),
        "email_taken": "Somebody signs in with this address already.",
        "enter_current_password": "This is not your current password. Type it again.",
        "incorrect_code": "This code is not right, or no longer. Enter the newest one.",
        "incorrect_password": "This is not your password. Type it again.",
        "invalid_or_expired_key": "This link has been used or is too old. Ask for a new one.",
        "invalid_password_reset": "This link has been used or is too old. Ask for a new one.",
        "same_as_current": "This is your address already.",
        "too_many_login_attempts": (
            "Too many sign-ins with a wrong password. Wait five minutes, or set a new password with "
            "“Forgot your password?”."
        ),
        "rate_limited": _WAIT,
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002 - allauth's signature
        """Say no: people come by invitation."""
        return False


class MFAAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """One-time codes and passkeys under the name of the product."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "cannot_generate_recovery_codes": "Set up one-time codes or a passkey first.",
        "incorrect_code": "This code is not right, or no longer. Enter the newest one.",
        "rate_limited": _WAIT,
    }

    def generate_authenticator_name(self, user: AbstractBaseUser, type: Authenticator.Type) -> str:  # noqa: A002
        """Suggest a name for a new passkey."""
        count = Authenticator.objects.filter(user_id=user.pk, type=type).count()
        return "My passkey" if count == 0 else f"My passkey {count + 1}"

    def get_public_key_credential_rp_entity(self) -> dict[str, Any]:
        """Name the site as browsers show it when they offer a passkey."""
        return {**super().get_public_key_credential_rp_entity(), "name": PRODUCT}
