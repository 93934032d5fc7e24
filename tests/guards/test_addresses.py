"""Every address of the site, walked as nobody, as a stranger and as a viewer. A new address is walked by itself;
one that does not fit the rules of these tests must be named here, with the reason."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from openpars.accounts import verbs
from openpars.accounts.models import ApiKey, AuditEntry, Contact, Invitation, Provider
from openpars.activities.models import Change
from openpars.api.routing import Address
from openpars.uploads.models import Download, Upload, UploadFix, UploadRow
from openpars.uploads.states import Result
from openpars.webhooks.models import Delivery, Subscription
from tests import factories
from tests.web import hooks, uploading
from tests.web.desk import drained

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]

#: Said before anybody is asked who they are: the method is not for this address, or a script is not signed in.
REFUSED = {401, 405}

#: Open to anybody, signed in or not.
PUBLIC = {
    "healthz",
    "setup",  # 404 as soon as there is an accreditor
    "invitation",  # its token is the key
    "rulebook",
    "rulebook-json",
    "rulebook-markdown",
    "columns",
    "schema",
    "template",
    "api-docs",
    "passport",
    "passport-activity",
    "passport-activity-calendar",
    "sitemap",
    "sitemap-part",
    "robots",
    "technical-resources",  # vendors need no account to read how to connect
    "account_login",
    "account_logout",
    "account_inactive",
    "account_signup",
    "account_confirm_email",
    "account_email_verification_sent",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key",
    "account_reset_password_from_key_done",
    "mfa_authenticate",
    "mfa_login_webauthn",
    "mfa_index",  # leads on to the person's account
}


def routes() -> Iterator[tuple[str, set[str]]]:
    """Every named address with the names of its parts."""

    def walk(patterns: list[URLPattern | URLResolver], before: set[str]) -> Iterator[tuple[str, set[str]]]:
        for pattern in patterns:
            parts = before | set(pattern.pattern.converters) | set(pattern.pattern.regex.groupindex)
            if isinstance(pattern, URLResolver):
                yield from walk(pattern.url_patterns, parts)
            elif not isinstance(pattern.callback, Address):  # those of the web services: test_routes
                assert pattern.name, f"{pattern} needs a name"
                yield pattern.name, parts

    return walk(get_resolver().url_patterns, set())


ROUTES = sorted((name, tuple(sorted(parts))) for name, parts in routes())
PROVIDERS = [(name, parts) for name, parts in ROUTES if "number" in parts]
ACCREDITORS = [(name, parts) for name, parts in ROUTES if "accreditor_id" in parts]
OTHERS = [
    name for name, parts in ROUTES if not {"number", "accreditor_id"} & set(parts) and name not in PUBLIC
]


@pytest.fixture
def place() -> dict[str, Any]:
    """A provider with an activity, a contact, an upload and a key: what the addresses are filled with."""
    provider = factories.provider()
    activity = factories.activity(provider)
    administrator = factories.contact(provider, role="administrator")
    upload = uploading.upload(provider)
    uploading.row(upload, 2, Result.NEW)
    delivery = hooks.delivery(hooks.webhook(provider))
    key, _ = verbs.create_key(provider=provider, name="LMS", scopes=[], kind="test", actor=factories.actor())
    return {
        "number": provider.number,
        "accreditor_id": provider.accreditor_id,
        "activity_id": activity.activity_id,
        "contact_id": administrator.pk,
        "invitation_id": 1,
        "webhook_id": delivery.subscription_id,
        "delivery_id": delivery.pk,
        "key_id": key.pk,
        "year": 2026,
        "slug": "basic-information",
        "upload_id": upload.pk,
        "download_id": uploading.download(provider).pk,
        "kind": "activities",
        "form": "xml",
        "entry": "019cd6a0-0000-7000-8000-000000000000",
        "pk": 1,
        "key": "x",
        "token": "x",
        "uidb36": "1",
    }


def address(name: str, parts: tuple[str, ...], place: dict[str, Any]) -> str:
    """The address with its parts filled in."""
    return reverse(name, kwargs={part: place[part] for part in parts})


def everything() -> dict[str, Any]:
    """What must be the same before and after somebody who may not write has tried to."""
    return {
        "changes": Change.objects.count(),
        "audit": AuditEntry.objects.count(),
        "contacts": sorted(Contact.objects.values_list("pk", "role", "ended_at")),
        "invitations": Invitation.objects.count(),
        "uploads": sorted(Upload.objects.values_list("pk", "state")),
        "downloads": sorted(Download.objects.values_list("pk", "state")),
        "rows": sorted(UploadRow.objects.values_list("upload", "number", "ticked")),
        "fixes": UploadFix.objects.count(),
        "webhooks": sorted(Subscription.objects.values_list("pk", "secret", "paused_at", "name")),
        "deliveries": sorted(Delivery.objects.values_list("pk", "state", "next_try_at")),
        "keys": sorted(ApiKey.objects.values_list("pk", "revoked_at")),
        "providers": sorted(Provider.objects.values_list("pk", "name", "number")),
    }


def test_nobody_is_sent_to_sign_in(client: Client, place: dict[str, Any]) -> None:
    before = everything()
    for name, parts in [*PROVIDERS, *ACCREDITORS, *((name, ()) for name in OTHERS if name not in PARTED)]:
        for method in (client.get, client.post):
            answer = method(address(name, parts, place))
            if answer.status_code in REFUSED:
                continue
            assert answer.status_code == 302, (name, method.__name__, answer.status_code)
            assert answer["Location"].startswith(reverse("account_login")), (name, answer["Location"])
    assert everything() == before


def test_a_stranger_finds_nothing(client: Client, place: dict[str, Any]) -> None:
    client.force_login(factories.contact(factories.provider(), role="administrator").person)
    before = everything()
    for name, parts in [*PROVIDERS, *ACCREDITORS]:
        for method in (client.get, client.post):
            answer = method(address(name, parts, place))
            assert answer.status_code in {404, 405}, (name, method.__name__, answer.status_code)
    assert everything() == before


def test_a_stranger_at_home_reaches_nothing_foreign(client: Client, place: dict[str, Any]) -> None:
    theirs = factories.provider()
    client.force_login(factories.contact(theirs, role="administrator").person)
    for name, parts in PROVIDERS:
        if {"activity_id", "upload_id", "download_id", "webhook_id"} & set(parts):
            for method in (client.get, client.post):
                answer = method(address(name, parts, place | {"number": theirs.number}))
                assert answer.status_code in {404, 405}, (name, method.__name__, answer.status_code)


def test_a_viewer_changes_nothing(client: Client, place: dict[str, Any]) -> None:
    provider = Provider.objects.get(number=place["number"])
    client.force_login(factories.contact(provider, role="viewer").person)
    before = everything()
    for name, parts in PROVIDERS:
        where = address(name, parts, place)
        assert drained(client.get(where)).status_code in {200, 302, 403, 404, 405}, name
        answer = client.post(
            where, {"title": "Changed", "reason": "x", "chosen": place["activity_id"], "shown": "2"}
        )
        assert answer.status_code in {403, 404, 405}, (name, answer.status_code)
    assert everything() == before


def test_what_signed_in_people_see_is_kept_by_no_cache_in_between(
    client: Client, place: dict[str, Any]
) -> None:
    provider = Provider.objects.get(number=place["number"])
    client.force_login(factories.contact(provider, role="administrator").person)
    for name, parts in [*PROVIDERS, *((name, ()) for name in OTHERS if name not in PARTED)]:
        answer = drained(client.get(address(name, parts, place)))
        if answer.status_code == 405:
            continue
        assert "private" in answer.headers.get("Cache-Control", ""), (name, answer.status_code)


#: Addresses of the person's own account that take a part of their own; walked by the accounts' tests.
PARTED = {name for name, parts in ROUTES if parts and not {"number", "accreditor_id"} & set(parts)} - PUBLIC


def test_the_public_addresses_exist() -> None:
    assert PUBLIC - {name for name, _ in ROUTES} == set()
    assert {"guide", "mfa_remove_webauthn", "mfa_edit_webauthn"} == PARTED
