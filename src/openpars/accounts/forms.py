"""allauth's forms in our look and words, and the look that our own forms share."""

from __future__ import annotations

from struct import error as StructError  # noqa: N812 - it is a class
from typing import Any

from allauth.account import forms as account_forms
from allauth.mfa.base import forms as mfa_forms
from allauth.mfa.totp import forms as totp_forms
from allauth.mfa.webauthn import forms as webauthn_forms
from django import forms
from django.core.exceptions import ValidationError

_CLASSES: tuple[tuple[type[forms.Widget], str], ...] = (
    (forms.CheckboxInput, "usa-checkbox__input"),
    # Django's many check boxes are a kind of its radio buttons.
    (forms.CheckboxSelectMultiple, "usa-checkbox__input"),
    (forms.RadioSelect, "usa-radio__input"),
    (forms.Select, "usa-select"),
    (forms.Textarea, "usa-textarea"),
)
_STRENGTH_HINT = "At least 10 characters. A few words that only you would put together are easy to remember."
_CODE_HINT = "The six digits your authenticator app shows now."


class Look(forms.Form):
    """The look of a form: USWDS classes, no placeholders, our labels and hints by the fields' names."""

    use_required_attribute = False
    labels: dict[str, str] = {}
    hints: dict[str, str] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.label = self.labels.get(name, field.label)
            field.help_text = self.hints.get(name, "")
            field.error_messages["required"] = f"Fill in “{field.label or name}”."
            widget = field.widget
            widget.attrs.pop("placeholder", None)
            if not widget.is_hidden:
                widget.attrs["class"] = next(
                    (css for kind, css in _CLASSES if isinstance(widget, kind)), "usa-input"
                )


class LoginForm(Look, account_forms.LoginForm):  # type: ignore[misc]
    """Sign in by e-mail and password."""

    labels = {"login": "E-mail", "password": "Password"}


class ChangeEmailForm(Look, account_forms.AddEmailForm):  # type: ignore[misc]
    """Ask for another address to sign in with."""

    labels = {"email": "New e-mail"}
    hints = {"email": "We send a link to this address. The change is made when you open the link."}


class ChangePasswordForm(Look, account_forms.ChangePasswordForm):  # type: ignore[misc]
    """Change the password, knowing the old one."""

    labels = {
        "oldpassword": "Current password",
        "password1": "New password",
        "password2": "New password, once more",
    }
    hints = {"password1": _STRENGTH_HINT}


class SetPasswordForm(Look, account_forms.SetPasswordForm):  # type: ignore[misc]
    """Set a first password."""

    labels = {"password1": "New password", "password2": "New password, once more"}
    hints = {"password1": _STRENGTH_HINT}


class ResetPasswordForm(Look, account_forms.ResetPasswordForm):  # type: ignore[misc]
    """Ask for the link that sets a new password."""

    labels = {"email": "E-mail"}
    hints = {"email": "The address you sign in with."}


class ResetPasswordKeyForm(Look, account_forms.ResetPasswordKeyForm):  # type: ignore[misc]
    """Set a new password by the link from the letter."""

    labels = {"password1": "New password", "password2": "New password, once more"}
    hints = {"password1": _STRENGTH_HINT}


class ReauthenticateForm(Look, account_forms.ReauthenticateForm):  # type: ignore[misc]
    """Prove by the password that it is still you."""

    labels = {"password": "Password"}


class AuthenticateForm(Look, mfa_forms.AuthenticateForm):  # type: ignore[misc]
    """The second step of signing in."""

    labels = {"code": "One-time code"}
    hints = {"code": f"{_CODE_HINT} A recovery code works too."}


class ReauthenticateCodeForm(Look, mfa_forms.ReauthenticateForm):  # type: ignore[misc]
    """Prove by a code that it is still you."""

    labels = {"code": "One-time code"}
    hints = {"code": f"{_CODE_HINT} A recovery code works too."}


class ActivateTOTPForm(Look, totp_forms.ActivateTOTPForm):  # type: ignore[misc]
    """Finish setting up one-time codes."""

    labels = {"code": "One-time code"}
    hints = {"code": _CODE_HINT}


class GuardedCredential(forms.Form):
    """A form with the browser's answer about a passkey.

    A forged answer can break the reading of it in many ways; each of them is one answer to the person.
    """

    _BROKEN = (
        ArithmeticError,
        AttributeError,
        LookupError,
        TypeError,
        ValueError,
        AssertionError,
        StructError,
    )

    def clean_credential(self) -> Any:
        """Read the answer of the browser, where allauth reads it field by field."""
        read = getattr(super(), "clean_credential", None)
        try:
            return read() if read else self.cleaned_data["credential"]
        except self._BROKEN:
            raise _not_right() from None

    def clean(self) -> dict[str, Any] | None:
        """Read the answer of the browser, where allauth reads it with the whole form."""
        try:
            return super().clean()
        except self._BROKEN:
            raise _not_right() from None


def _not_right() -> ValidationError:
    return ValidationError("This passkey could not be read. Try again.")


class LoginPasskeyForm(GuardedCredential, webauthn_forms.LoginWebAuthnForm):  # type: ignore[misc]
    """Sign in with a passkey."""


class AuthenticatePasskeyForm(GuardedCredential, webauthn_forms.AuthenticateWebAuthnForm):  # type: ignore[misc]
    """Use a passkey as the second step."""


class ReauthenticatePasskeyForm(GuardedCredential, webauthn_forms.ReauthenticateWebAuthnForm):  # type: ignore[misc]
    """Prove by a passkey that it is still you."""


class AddPasskeyForm(GuardedCredential, Look, webauthn_forms.AddWebAuthnForm):  # type: ignore[misc]
    """Add a passkey, which signs in without a password, or a key as a second step."""

    labels = {
        "name": "Name",
        "passwordless": "Use it to sign in without a password",
    }
    hints = {
        "name": "So that you recognize it later, such as “Office laptop”.",
        "passwordless": "Leave this off to use the key only as a second step after your password.",
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["initial"] = {"passwordless": True, **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)


class RenamePasskeyForm(Look, webauthn_forms.EditWebAuthnForm):  # type: ignore[misc]
    """Give a passkey another name."""

    labels = {"name": "Name"}
