"""The addresses of sign-in, accounts, invitations, profile and accreditor."""

from allauth.account import views as account_views
from allauth.mfa.base import views as mfa_views
from allauth.mfa.recovery_codes import views as recovery_views
from allauth.mfa.totp import views as totp_views
from allauth.mfa.webauthn import views as webauthn_views
from django.urls import URLPattern, URLResolver, include, path, re_path
from django.views.generic import RedirectView

from openpars.web.views.accounts import account, accreditor, contacts, invitation, keys, profile, set_up
from openpars.web.views.accounts.places import at_accreditor, at_provider

sign_in: list[URLPattern] = [
    path("login/", account_views.login, name="account_login"),
    path("logout/", account_views.logout, name="account_logout"),
    path("inactive/", account_views.account_inactive, name="account_inactive"),
    path("reauthenticate/", account_views.reauthenticate, name="account_reauthenticate"),
    path("email/", account_views.email, name="account_email"),
    path("confirm-email/", account_views.email_verification_sent, name="account_email_verification_sent"),
    re_path(r"^confirm-email/(?P<key>[-:\w]+)/$", account_views.confirm_email, name="account_confirm_email"),
    path("password/change/", account_views.password_change, name="account_change_password"),
    path("password/set/", account_views.password_set, name="account_set_password"),
    path("password/reset/", account_views.password_reset, name="account_reset_password"),
    path("password/reset/done/", account_views.password_reset_done, name="account_reset_password_done"),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        account_views.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path(
        "password/reset/key/done/",
        account_views.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    # allauth names this page in its letters and redirects; nobody signs up here.
    path("signup/", account.closed, name="account_signup"),
]

second_step: list[URLPattern] = [
    path("", RedirectView.as_view(pattern_name="account"), name="mfa_index"),
    path("authenticate/", mfa_views.authenticate, name="mfa_authenticate"),
    path("reauthenticate/", mfa_views.reauthenticate, name="mfa_reauthenticate"),
    path("codes/on/", totp_views.activate_totp, name="mfa_activate_totp"),
    path("codes/off/", totp_views.deactivate_totp, name="mfa_deactivate_totp"),
    path("recovery-codes/", recovery_views.view_recovery_codes, name="mfa_view_recovery_codes"),
    path("recovery-codes/new/", recovery_views.generate_recovery_codes, name="mfa_generate_recovery_codes"),
    path(
        "recovery-codes/download/", recovery_views.download_recovery_codes, name="mfa_download_recovery_codes"
    ),
    path("passkeys/", webauthn_views.list_webauthn, name="mfa_list_webauthn"),
    path("passkeys/add/", webauthn_views.add_webauthn, name="mfa_add_webauthn"),
    path("passkeys/confirm/", webauthn_views.reauthenticate_webauthn, name="mfa_reauthenticate_webauthn"),
    path("passkeys/login/", webauthn_views.login_webauthn, name="mfa_login_webauthn"),
    path("passkeys/<int:pk>/remove/", webauthn_views.remove_webauthn, name="mfa_remove_webauthn"),
    path("passkeys/<int:pk>/rename/", webauthn_views.edit_webauthn, name="mfa_edit_webauthn"),
]

provider_pages: list[URLPattern] = [
    path("", at_provider(profile.profile), name="profile"),
    path("edit/", at_provider(profile.edit, to_administer=True), name="profile-edit"),
    path("invite/", at_provider(contacts.invite, to_administer=True), name="profile-invite"),
    path(
        "contacts/<int:contact_id>/role/",
        at_provider(contacts.change_role, to_administer=True),
        name="profile-contact-role",
    ),
    path(
        "contacts/<int:contact_id>/end/",
        at_provider(contacts.end, to_administer=True),
        name="profile-contact-end",
    ),
    path(
        "invitations/<int:invitation_id>/resend/",
        at_provider(contacts.resend_invitation, to_administer=True),
        name="profile-invitation-resend",
    ),
    path(
        "invitations/<int:invitation_id>/revoke/",
        at_provider(contacts.revoke_invitation, to_administer=True),
        name="profile-invitation-revoke",
    ),
    path("keys/", at_provider(keys.keys), name="profile-keys"),
    path("keys/make/", at_provider(keys.make, to_administer=True), name="profile-key-make"),
    path(
        "keys/<int:key_id>/revoke/", at_provider(keys.revoke, to_administer=True), name="profile-key-revoke"
    ),
    path(
        "keys/sandbox/reset/",
        at_provider(keys.reset_sandbox, to_administer=True),
        name="profile-sandbox-reset",
    ),
]

accreditor_pages: list[URLPattern] = [
    path("", at_accreditor(accreditor.providers), name="accreditor"),
    path(
        "providers/add/",
        at_accreditor(accreditor.add_provider, to_administer=True),
        name="accreditor-add-provider",
    ),
    path("years/", at_accreditor(accreditor.years), name="accreditor-years"),
    path(
        "years/<int:year>/lock/",
        at_accreditor(accreditor.lock_year, to_administer=True),
        name="accreditor-year-lock",
    ),
    path(
        "years/<int:year>/unlock/",
        at_accreditor(accreditor.unlock_year, to_administer=True),
        name="accreditor-year-unlock",
    ),
    path("lists/", at_accreditor(accreditor.edit_lists, to_administer=True), name="accreditor-lists"),
    path("edit/", at_accreditor(accreditor.edit, to_administer=True), name="accreditor-edit"),
    path("staff/", at_accreditor(accreditor.staff), name="accreditor-staff"),
    path("invite/", at_accreditor(contacts.invite, to_administer=True), name="accreditor-invite"),
    path(
        "contacts/<int:contact_id>/role/",
        at_accreditor(contacts.change_role, to_administer=True),
        name="accreditor-contact-role",
    ),
    path(
        "contacts/<int:contact_id>/end/",
        at_accreditor(contacts.end, to_administer=True),
        name="accreditor-contact-end",
    ),
    path(
        "invitations/<int:invitation_id>/resend/",
        at_accreditor(contacts.resend_invitation, to_administer=True),
        name="accreditor-invitation-resend",
    ),
    path(
        "invitations/<int:invitation_id>/revoke/",
        at_accreditor(contacts.revoke_invitation, to_administer=True),
        name="accreditor-invitation-revoke",
    ),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("setup/", set_up.setup, name="setup"),
    path("invitations/<str:token>/", invitation.invitation, name="invitation"),
    path("account/", account.account, name="account"),
    path("account/", include(sign_in)),
    path("account/protection/", include(second_step)),
    path("providers/<str:number>/profile/", include(provider_pages)),
    path("accreditors/<int:accreditor_id>/", include(accreditor_pages)),
]
