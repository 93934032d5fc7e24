"""Signing in and out, and what protects it."""

import json
import re
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from allauth.core.internal import ratelimit
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.contrib.sessions.models import Session
from django.core import mail
from django.core.cache import cache
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from openpars import clock
from openpars.accounts import verbs
from openpars.accounts.models import Person
from tests import factories
from tests.accounts.authenticator import Authenticator as SoftAuthenticator

pytestmark = pytest.mark.django_db

EMAIL = "editor@test.example"
FORGED = {
    "id": "eA",
    "rawId": "eA",
    "type": "public-key",
    "response": {
        "clientDataJSON": "e30",
        "authenticatorData": "eA",
        "attestationObject": "eA",
        "signature": "eA",
        "userHandle": "OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5",
    },
}
NEW_PASSWORD = "another horse, another staple"


@pytest.fixture
def person() -> Person:
    person = verbs.create_person(email=EMAIL, name="Test Editor", password=factories.PASSWORD)
    factories.contact(factories.provider(), person=person)
    return person


@pytest.fixture(autouse=True)
def no_attempts_before() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


def sign_in(client: Client, email: str = EMAIL, password: str = factories.PASSWORD) -> HttpResponse:
    return client.post(reverse("account_login"), {"login": email, "password": password})  # type: ignore[return-value]


def confirm(client: Client, then: str = "") -> None:
    """Prove by the password that it is still the same person, as pages about protection ask."""
    client.post(reverse("account_reauthenticate"), {"password": factories.PASSWORD, "next": then})


def is_signed_in(client: Client) -> bool:
    return client.get(reverse("account")).status_code == 200


def test_the_page_has_the_words_that_people_and_scripts_look_for(client: Client, person: Person) -> None:
    page = client.get(reverse("account_login")).content.decode()
    labels = re.findall(r"<label[^>]*>([^<]*)</label>", page)
    buttons = [words.strip() for words in re.findall(r"<button[^>]*>([^<]*)</button>", page)]
    assert (labels, buttons[0]) == (["E-mail", "Password"], "Sign in")


def test_e_mail_in_any_case_and_password_sign_in_with_a_new_session(client: Client, person: Person) -> None:
    client.get(reverse("account_login"))
    before = client.session.session_key
    answer = sign_in(client, email=" Editor@TEST.example ")
    assert (answer.status_code, answer.headers["Location"]) == (302, reverse("home"))
    assert is_signed_in(client)
    assert client.session.session_key != before
    cookie = client.cookies["sessionid"]
    assert (cookie["httponly"], cookie["samesite"], cookie["max-age"]) == (True, "Lax", "")


def test_signing_out_ends_the_session(client: Client, person: Person) -> None:
    sign_in(client)
    key = client.session.session_key
    assert client.get(reverse("account_logout")).status_code == 200
    assert is_signed_in(client)
    client.post(reverse("account_logout"))
    assert (is_signed_in(client), Session.objects.filter(session_key=key).exists()) == (False, False)


def test_a_wrong_password_and_an_unknown_address_look_alike(client: Client, person: Person) -> None:
    pages = []
    for email in (EMAIL, "nobody@test.example"):
        page = sign_in(client, email=email, password="wrong").content.decode()
        page = re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"', "", page).replace(email, "")
        pages.append(page)
    assert pages[0] == pages[1]
    assert "do not go together" in pages[0]


def test_forgotten_password_of_a_known_and_an_unknown_address_look_alike(
    client: Client, person: Person
) -> None:
    answers = [
        client.post(reverse("account_reset_password"), {"email": email})
        for email in (EMAIL, "nobody@test.example")
    ]
    assert [(one.status_code, one.headers["Location"]) for one in answers] == [
        (302, reverse("account_reset_password_done"))
    ] * 2
    assert [(one.to, one.subject) for one in mail.outbox] == [
        ([EMAIL], "Set a new password"),
        (["nobody@test.example"], "Set a new password"),
    ]
    assert "/signup/" not in mail.outbox[1].body


def test_after_five_wrong_passwords_the_right_one_waits_five_minutes(
    client: Client, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(5):
        sign_in(client, password="wrong")
    page = sign_in(client)
    assert "Too many sign-ins with a wrong password" in page.content.decode()
    assert not is_signed_in(client)
    # Another address is another count.
    other = verbs.create_person(email="other@test.example", name="Other", password=factories.PASSWORD)
    assert sign_in(Client(), email=other.email).status_code == 302

    class Later:
        sleep, monotonic = time.sleep, time.monotonic

        @staticmethod
        def time() -> float:
            return time.time() + 301

    monkeypatch.setattr(ratelimit, "time", Later)
    assert sign_in(client).status_code == 302


def test_a_forgotten_password_is_set_by_the_link_once(client: Client, person: Person) -> None:
    elsewhere = Client()
    sign_in(elsewhere)
    client.post(reverse("account_reset_password"), {"email": EMAIL})
    link = link_in_letter()
    form = client.get(link, follow=True)
    assert form.redirect_chain
    set_it = form.redirect_chain[-1][0]
    new = {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD}
    assert client.post(set_it, new).headers["Location"] == reverse("account_reset_password_from_key_done")
    assert not is_signed_in(elsewhere)
    assert b"This link does not work any more" in Client().get(link).content
    assert sign_in(Client(), password=NEW_PASSWORD).status_code == 302


def test_changing_the_password_ends_the_other_sessions(client: Client, person: Person) -> None:
    elsewhere = Client()
    sign_in(client)
    sign_in(elsewhere)
    weak = {"oldpassword": factories.PASSWORD, "password1": "short", "password2": "short"}
    assert b"usa-error-message" in client.post(reverse("account_change_password"), weak).content
    client.post(
        reverse("account_change_password"),
        {"oldpassword": factories.PASSWORD, "password1": NEW_PASSWORD, "password2": NEW_PASSWORD},
    )
    assert (is_signed_in(client), is_signed_in(elsewhere)) == (True, False)
    assert [one.subject for one in mail.outbox] == ["Your password has been changed"]


def test_a_session_in_use_stays_and_an_idle_one_ends(client: Client, person: Person) -> None:
    sign_in(client)
    is_signed_in(client)
    first = Session.objects.get(session_key=client.session.session_key).expire_date
    seen = client.session["seen"]
    is_signed_in(client)
    assert client.session["seen"] == seen
    with clock.frozen(clock.now() + timedelta(minutes=11)):
        is_signed_in(client)
    assert client.session["seen"] > seen
    assert Session.objects.get(session_key=client.session.session_key).expire_date > first
    Session.objects.update(expire_date=clock.now() - timedelta(seconds=1))
    assert not is_signed_in(client)


def test_nobody_signs_up_or_signs_in_by_other_ways(client: Client, person: Person) -> None:
    for address in ("signup/", "login/code/", "login/code/confirm/", "3rdparty/", "social/signup/"):
        assert client.get(f"/account/{address}").status_code == 404


def link_in_letter() -> str:
    found = re.search(r"http://testserver(\S+)", str(mail.outbox[-1].body))
    assert found is not None
    return found[1]


def code_for(secret: str) -> str:
    return str(format_hotp_value(hotp_value(secret, int(time.time()) // 30)))


def test_one_time_codes_from_set_up_to_the_second_step_and_off(client: Client, person: Person) -> None:
    sign_in(client)
    asked = client.get(reverse("mfa_activate_totp")).headers["Location"]
    assert asked.split("?")[0] == reverse("account_reauthenticate")
    confirm(client)
    page = client.get(reverse("mfa_activate_totp"))
    secret = re.search(r'id="authenticator_secret">([^<]+)<', page.content.decode())
    assert secret is not None
    wrong = client.post(reverse("mfa_activate_totp"), {"code": "000"})
    assert b"This code is not right" in wrong.content
    done = client.post(reverse("mfa_activate_totp"), {"code": code_for(secret[1])})
    assert done.headers["Location"] == reverse("mfa_view_recovery_codes")
    codes = re.findall(r"<li><code>(\d+)</code>", client.get(done.headers["Location"]).content.decode())
    assert len(codes) == 10

    again = Client()
    assert sign_in(again).headers["Location"] == reverse("mfa_authenticate")
    assert not is_signed_in(again)
    assert b"One-time code" in again.get(reverse("mfa_authenticate")).content
    again.post(reverse("mfa_authenticate"), {"code": codes[0]})
    assert is_signed_in(again)
    once_more = Client()
    sign_in(once_more)
    assert (
        b"This code is not right" in once_more.post(reverse("mfa_authenticate"), {"code": codes[0]}).content
    )

    assert client.get(reverse("mfa_deactivate_totp")).status_code == 200
    client.post(reverse("mfa_deactivate_totp"))
    assert Authenticator.objects.filter(type="totp").count() == 0
    assert sign_in(Client()).headers["Location"] == reverse("home")


def add_passkey(client: Client) -> tuple[SoftAuthenticator, str]:
    """Set up a passkey; return it and where the page leads."""
    page = client.get(reverse("mfa_add_webauthn")).content.decode()
    options = re.search(r'<script id="js_data" type="application/json">(.*?)</script>', page)
    assert options is not None
    passkey = SoftAuthenticator()
    credential = passkey.create(json.loads(options[1])["creation_options"])
    answer = client.post(
        reverse("mfa_add_webauthn"), {"name": "Office laptop", "passwordless": "on", "credential": credential}
    )
    return passkey, answer.headers["Location"]


def sign_in_options(client: Client) -> dict[str, Any]:
    answer = client.get(reverse("mfa_login_webauthn"), headers={"accept": "application/json"})
    return dict(answer.json()["request_options"])


def test_a_passkey_signs_in_without_a_password_until_it_is_removed(client: Client, person: Person) -> None:
    sign_in(client)
    confirm(client)
    passkey, leads_to = add_passkey(client)
    assert leads_to == reverse("mfa_view_recovery_codes")
    assert b"Office laptop" in client.get(reverse("mfa_list_webauthn")).content

    by_passkey = Client()
    credential = passkey.get(sign_in_options(by_passkey))
    answer = by_passkey.post(reverse("mfa_login_webauthn"), {"credential": credential})
    assert (answer.headers["Location"], is_signed_in(by_passkey)) == (reverse("home"), True)
    replayed = Client()
    sign_in_options(replayed)
    replayed.post(reverse("mfa_login_webauthn"), {"credential": credential})
    assert not is_signed_in(replayed)
    assert sign_in(Client()).headers["Location"] == reverse("mfa_authenticate")

    stored = Authenticator.objects.get(type="webauthn")
    client.post(reverse("mfa_edit_webauthn", kwargs={"pk": stored.pk}), {"name": "Old laptop"})
    assert b"Old laptop" in client.get(reverse("mfa_list_webauthn")).content
    client.post(reverse("mfa_remove_webauthn", kwargs={"pk": stored.pk}))
    afterwards = Client()
    afterwards.post(reverse("mfa_login_webauthn"), {"credential": passkey.get(sign_in_options(afterwards))})
    assert not is_signed_in(afterwards)


def test_a_passkey_is_offered_and_a_made_up_one_refused(client: Client, person: Person) -> None:
    offer = client.get(reverse("mfa_login_webauthn"), headers={"accept": "application/json"}).json()
    assert offer["request_options"]["publicKey"]["rpId"] == "testserver"
    for credential in ("{}", "[]", "null", "x", '{"id": "eA"}', json.dumps(FORGED)):
        forged = client.post(reverse("mfa_login_webauthn"), {"credential": credential})
        assert forged.headers["Location"] == reverse("account_login")
    sign_in(client)
    confirm(client)
    page = client.get(reverse("mfa_add_webauthn")).content.decode()
    options = re.search(r'<script id="js_data" type="application/json">(.*?)</script>', page)
    assert options is not None
    assert json.loads(options[1])["creation_options"]["publicKey"]["rp"]["name"] == "OpenPARS"
    for credential in ("{}", "[]", json.dumps(FORGED)):
        refused = client.post(reverse("mfa_add_webauthn"), {"name": "x", "credential": credential})
        assert (refused.status_code, Authenticator.objects.count()) == (200, 0)


def test_a_new_address_counts_when_its_link_is_opened(client: Client, person: Person) -> None:
    sign_in(client)
    client.post(reverse("account_email"), {"email": "New@Test.example", "action_add": ""})
    confirm(client, then=reverse("account_email"))
    assert Person.objects.get().email == EMAIL
    link = link_in_letter()
    assert b"new@test.example" in client.get(link).content
    client.post(link)
    assert Person.objects.get().email == "new@test.example"


@pytest.mark.parametrize(
    "name",
    [
        "account",
        "account_email",
        "account_change_password",
        "mfa_activate_totp",
        "mfa_add_webauthn",
        "mfa_list_webauthn",
        "mfa_view_recovery_codes",
        "mfa_generate_recovery_codes",
        "mfa_reauthenticate",
        "account_reauthenticate",
    ],
)
def test_ones_own_pages_ask_strangers_to_sign_in(client: Client, person: Person, name: str) -> None:
    answer = client.get(reverse(name))
    assert (answer.status_code, answer.headers["Location"].split("?")[0]) == (302, reverse("account_login"))


def test_too_many_tries_from_one_place_get_a_page(client: Client, person: Person, settings: Any) -> None:
    settings.ACCOUNT_RATE_LIMITS = {"login": "1/m/ip"}
    sign_in(client, password="wrong")
    answer = sign_in(client)
    assert (answer.status_code, b"Too many tries" in answer.content) == (429, True)


def test_a_form_without_its_token_is_refused_in_words(person: Person) -> None:
    client = Client(enforce_csrf_checks=True)
    answer = sign_in(client)
    assert (answer.status_code, b"Please send it again" in answer.content) == (403, True)
