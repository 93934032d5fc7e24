"""The pages of contacts, invitations, profile and accreditor, as each role meets them."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from openpars import clock
from openpars.accounts import verbs
from openpars.accounts.models import Accreditor, Contact, Invitation, Person, Provider, ReportingYear
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]

EMAIL = "new.editor@test.example"


@pytest.fixture
def provider() -> Provider:
    return factories.provider()


@pytest.fixture
def administrator(provider: Provider) -> Contact:
    return factories.contact(provider, role="administrator")


def as_contact(contact: Contact) -> Client:
    return as_person(contact.person)


def as_person(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def text(answer: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def link_in_letter() -> str:
    found = re.search(r"http://testserver(\S+)", str(mail.outbox[-1].body))
    assert found is not None
    return found[1]


def invite(provider: Provider, by: Contact, email: str = EMAIL, role: str = "editor") -> str:
    as_contact(by).post(reverse("profile-invite", args=[provider.number]), {"email": email, "role": role})
    return link_in_letter()


def addresses_of(contact: Contact, invitation: Invitation) -> dict[str, list[str]]:
    """Every page of a provider's profile: for everybody, and for administrators alone (to get, to post)."""
    number = contact.provider.number if contact.provider else ""
    return {
        "everybody": [reverse("profile", args=[number])],
        "administrators": [
            reverse("profile-edit", args=[number]),
            reverse("profile-invite", args=[number]),
            reverse("profile-contact-role", args=[number, contact.pk]),
            reverse("profile-contact-end", args=[number, contact.pk]),
        ],
        "posted": [
            reverse("profile-invitation-resend", args=[number, invitation.pk]),
            reverse("profile-invitation-revoke", args=[number, invitation.pk]),
        ],
    }


@pytest.mark.parametrize(
    ("who", "sees", "administers"),
    [
        ("administrator", 200, 200),
        ("editor", 200, 403),
        ("viewer", 200, 403),
        ("staff administrator", 200, 200),
        ("staff editor", 200, 403),
        ("stranger", 404, 404),
        ("nobody", 302, 302),
    ],
)
def test_who_may_open_and_who_may_act(
    provider: Provider, administrator: Contact, who: str, sees: int, administers: int
) -> None:
    invite(provider, administrator)
    addresses = addresses_of(administrator, Invitation.objects.get())
    clients: dict[str, Callable[[], Client]] = {
        "nobody": Client,
        "stranger": lambda: as_contact(factories.contact(factories.provider(accreditor=provider.accreditor))),
        "staff administrator": lambda: as_contact(
            factories.contact(provider.accreditor, role="administrator")
        ),
        "staff editor": lambda: as_contact(factories.contact(provider.accreditor, role="editor")),
    }
    make = clients.get(who, lambda: as_contact(factories.contact(provider, role=who)))
    client = make()
    assert [client.get(one).status_code for one in addresses["everybody"]] == [sees]
    assert {client.get(one).status_code for one in addresses["administrators"]} == {administers}
    assert {client.post(one).status_code for one in addresses["posted"]} == {
        302 if administers == 200 else administers
    }


def test_another_providers_contact_is_not_found_by_its_id(provider: Provider, administrator: Contact) -> None:
    other = factories.contact(factories.provider(accreditor=provider.accreditor))
    address = reverse("profile-contact-end", args=[provider.number, other.pk])
    assert as_contact(administrator).post(address).status_code == 404
    other.refresh_from_db()
    assert other.ended_at is None


def test_a_new_person_accepts_and_is_signed_in(provider: Provider, administrator: Contact) -> None:
    link = invite(provider, administrator)
    client = Client()
    page = client.get(link)
    assert (page.status_code, Invitation.objects.get().claimed_at) == (200, None)
    weak = client.post(link, {"name": "New Editor", "password": "short"})
    assert weak.content.count(b"usa-error-message") == 1
    done = client.post(link, {"name": "New Editor", "password": factories.PASSWORD})
    assert done.headers["Location"] == reverse("activities", args=[provider.number])
    contact = Contact.objects.get(person__email=EMAIL)
    assert (contact.role, client.session["_auth_user_id"]) == ("editor", str(contact.person_id))
    again = Client().get(link)
    assert (again.status_code, "has been accepted" in text(again)) == (410, True)


def test_a_known_person_signs_in_and_accepts(provider: Provider, administrator: Contact) -> None:
    person = verbs.create_person(email=EMAIL, name="Known", password=factories.PASSWORD)
    link = invite(provider, administrator)
    client = Client()
    page = client.get(link).content.decode()
    sign_in = re.search(r'href="(/account/login/\?next=[^"]+)"', page)
    assert sign_in is not None
    answer = client.post(
        reverse("account_login"), {"login": EMAIL, "password": factories.PASSWORD, "next": link}
    )
    assert answer.headers["Location"] == link
    assert client.post(link).headers["Location"] == reverse("activities", args=[provider.number])
    assert Contact.objects.get(person=person).provider == provider


def test_the_wrong_person_is_told(provider: Provider, administrator: Contact) -> None:
    link = invite(provider, administrator)
    client = as_contact(factories.contact(provider))
    for answer in (client.get(link), client.post(link)):
        assert (answer.status_code, EMAIL in text(answer)) == (403, True)
    assert Invitation.objects.get().claimed_at is None


def test_links_that_no_longer_work_say_why(
    provider: Provider, administrator: Contact, frozen: datetime
) -> None:
    link = invite(provider, administrator)
    with clock.frozen(frozen + timedelta(days=14)):
        expired = Client().get(link)
    client = as_contact(administrator)
    invitation = Invitation.objects.get()
    client.post(reverse("profile-invitation-resend", args=[provider.number, invitation.pk]))
    renewed, replaced = Client().get(link_in_letter()), Client().get(link)
    client.post(reverse("profile-invitation-revoke", args=[provider.number, invitation.pk]))
    revoked = Client().get(link_in_letter())
    found = [(one.status_code, text(one)) for one in (expired, renewed, replaced, revoked)]
    assert [status for status, _ in found] == [410, 200, 404, 410]
    assert "This invitation has expired" in found[0][1]
    assert "use the newest link" in found[2][1]
    assert "has been taken back" in found[3][1]


def test_a_letter_that_cannot_be_sent_leaves_the_invitation(
    provider: Provider, administrator: Contact, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object, **__: object) -> None:
        raise ConnectionRefusedError

    monkeypatch.setattr("openpars.web.views.accounts.letters.send_mail", fails)
    page = as_contact(administrator).post(
        reverse("profile-invite", args=[provider.number]), {"email": EMAIL, "role": "editor"}, follow=True
    )
    assert "the letter could not be sent" in text(page)
    assert Invitation.objects.get().email == EMAIL


def test_the_last_administrator_cannot_be_ended_and_the_page_says_why(
    provider: Provider, administrator: Contact
) -> None:
    client = as_contact(administrator)
    ended = client.post(reverse("profile-contact-end", args=[provider.number, administrator.pk]))
    assert "is the only administrator and cannot be ended" in text(ended)
    demoted = client.post(
        reverse("profile-contact-role", args=[provider.number, administrator.pk]), {"role": "viewer"}
    )
    assert "is the only administrator" in text(demoted)
    assert Contact.objects.get().role == "administrator"


def test_the_profile_tells_what_happened_page_by_page(provider: Provider, administrator: Contact) -> None:
    client = as_contact(administrator)
    address = reverse("profile-edit", args=[provider.number])
    for round_ in range(27):
        client.post(address, {"name": f"Name <{round_}>", "number": provider.number})
    profile = reverse("profile", args=[provider.number])
    first, second = text(client.get(profile)), text(client.get(profile, {"page": 2}))
    assert "Name &lt;26&gt;" in first
    assert ("Name &lt;0&gt;" in first, "Name &lt;0&gt;" in second) == (False, True)


def test_wrong_answers_about_a_provider_stand_in_red(provider: Provider, administrator: Contact) -> None:
    page = as_contact(administrator).post(
        reverse("profile-edit", args=[provider.number]), {"name": "<script>", "number": "12"}
    )
    assert b'value="&lt;script&gt;"' in page.content
    assert page.content.count(b"usa-error-message") == 1


def test_the_accreditor_adds_a_provider_and_its_administrator(provider: Provider) -> None:
    accreditor = provider.accreditor
    client = as_contact(factories.contact(accreditor, role="administrator"))
    address = reverse("accreditor-add-provider", args=[accreditor.pk])
    answers = {"name": "New Provider", "number": "7654321", "administrator_email": "nobody"}
    refused = client.post(address, answers)
    assert list(refused.context["form"].errors) == ["administrator_email"]
    assert Provider.objects.count() == 1
    client.post(address, {**answers, "administrator_email": EMAIL})
    assert Invitation.objects.get(provider__number="7654321").role == "administrator"
    assert mail.outbox[-1].to == [EMAIL]


def test_the_accreditor_finds_providers_by_name_and_number(provider: Provider) -> None:
    accreditor = provider.accreditor
    factories.provider(accreditor=accreditor, name="Lakeside Hospital", number="5550001")
    factories.provider(accreditor=factories.accreditor(name="Other"), name="Lakeside Elsewhere")
    client = as_contact(factories.contact(accreditor, role="viewer"))
    address = reverse("accreditor", args=[accreditor.pk])
    for search in ("lakeside", "5550"):
        found = client.get(address, {"q": search}).context["page"].object_list
        assert [one.name for one in found] == ["Lakeside Hospital"]
    assert client.get(address, {"q": "\x00"}).status_code == 200


def test_the_accreditor_locks_years_sets_deadlines_and_lists(provider: Provider) -> None:
    accreditor = provider.accreditor
    client = as_contact(factories.contact(accreditor, role="administrator"))
    years = reverse("accreditor-years", args=[accreditor.pk])
    assert client.post(years, {"year": "2025", "deadline": "3/31/2026"}).status_code == 302
    client.post(reverse("accreditor-year-lock", args=[accreditor.pk, 2025]))
    year = ReportingYear.objects.get()
    assert (year.year, str(year.deadline), year.locked_at is not None) == (2025, "2026-03-31", True)
    client.post(reverse("accreditor-year-unlock", args=[accreditor.pk, 2025]))
    assert ReportingYear.objects.get().locked_at is None
    for wrong in ({"year": "1"}, {"year": "x"}, {"year": "2025", "deadline": "2026-02-30"}):
        assert client.post(years, wrong).content.count(b"usa-error-message") == 1
    client.post(reverse("accreditor-lists", args=[accreditor.pk]), {"supporters": "Acme\r\n\r\nBeta"})
    assert Accreditor.objects.get().vocabulary_additions == {"supporters": ["Acme", "Beta"]}


@pytest.mark.parametrize("who", ["viewer", "editor", "stranger", "contact"])
def test_only_the_accreditors_administrators_act(provider: Provider, who: str) -> None:
    accreditor = provider.accreditor
    colleague = factories.contact(accreditor, role="viewer")
    people = {
        "stranger": lambda: factories.contact(factories.accreditor(name="Other"), role="administrator"),
        "contact": lambda: factories.contact(provider, role="administrator"),
    }
    client = as_contact(people.get(who, lambda: factories.contact(accreditor, role=who))())
    refused = 404 if who in people else 403
    at = [accreditor.pk]
    posts = [
        reverse("accreditor-years", args=at),
        reverse("accreditor-year-lock", args=[*at, 2025]),
        reverse("accreditor-year-unlock", args=[*at, 2025]),
        reverse("accreditor-add-provider", args=at),
        reverse("accreditor-edit", args=at),
        reverse("accreditor-lists", args=at),
        reverse("accreditor-invite", args=at),
        reverse("accreditor-contact-role", args=[*at, colleague.pk]),
        reverse("accreditor-contact-end", args=[*at, colleague.pk]),
    ]
    assert {client.post(one).status_code for one in posts} == {refused}
    gets = [reverse(name, args=at) for name in ("accreditor", "accreditor-years", "accreditor-staff")]
    assert {client.get(one).status_code for one in gets} == {404 if who in people else 200}


def test_one_renames_oneself(provider: Provider, administrator: Contact) -> None:
    client = as_contact(administrator)
    client.post(reverse("account"), {"name": "Zoë O’Test"})
    assert client.get(reverse("account")).context["person"].name == "Zoë O’Test"
    assert client.post(reverse("account"), {"name": " "}).content.count(b"usa-error-message") == 1


def test_no_page_needs_inline_script_or_style(provider: Provider, administrator: Contact) -> None:
    link = invite(provider, administrator)
    factories.contact(provider.accreditor, role="administrator", person=administrator.person)
    client = as_contact(administrator)
    number, accreditor = [provider.number], [provider.accreditor_id]
    contact = [administrator.pk]
    addresses = [
        *(reverse(name, args=number) for name in ("profile", "profile-edit", "profile-invite")),
        *(reverse(name, args=number) for name in ("profile-keys", "profile-key-make")),
        *(reverse(f"profile-contact-{what}", args=[*number, *contact]) for what in ("role", "end")),
        *(
            reverse(f"accreditor{page}", args=accreditor)
            for page in ("", "-years", "-staff", "-lists", "-edit", "-invite", "-add-provider")
        ),
        *(
            reverse(name)
            for name in ("account", "account_email", "account_change_password", "account_logout")
        ),
        *(reverse(name) for name in ("mfa_list_webauthn", "account_reauthenticate")),
    ]
    signed_out = [reverse(name) for name in ("account_login", "account_reset_password", "account_inactive")]
    pages = [client.get(one) for one in addresses]
    pages += [Client().get(one) for one in (*signed_out, link, "/invitations/unknown/")]
    inline = re.compile(
        r"""<script(?![^>]*\bsrc=)(?![^>]*type="application/json")|\sstyle=|<style|\son\w+="|javascript:"""
    )
    assert [one.request["PATH_INFO"] for one in pages if inline.search(one.content.decode())] == []
    assert {one.status_code for one in pages} == {200, 404}
    assert {one.content.count(b"<h1") for one in pages} == {1}


@pytest.mark.parametrize(
    "address",
    [
        "/accreditors/99999999999999999999/",
        "/accreditors/{accreditor}/contacts/99999999999999999999/end/",
        "/accreditors/{accreditor}/?q=%00&page=99999999999999999999",
        "/accreditors/{accreditor}/?page=-1&q=%F0%9F%92%8A%E2%80%AE",
        "/accreditors/{accreditor}/years/99999999999999999999/lock/",
        "/providers/%00/profile/",
        "/providers/{number}/profile/?page=x",
        "/providers/{number}/profile/keys/?page=x",
        "/providers/{number}/profile/keys/99999999999999999999/revoke/",
        "/providers/S000001/profile/keys/",
        "/providers/{number}/profile/contacts/99999999999999999999/role/",
        "/providers/{number}/profile/invitations/99999999999999999999/revoke/",
        "/invitations/%00/",
        "/account/password/reset/key/0-%00/",
        "/account/password/reset/key/zzzzzzzzzzzzzzzz-x/",
        "/account/confirm-email/x:y:z/",
        "/account/protection/passkeys/99999999999999999999/remove/",
        "/account/login/?next=//evil.example/",
    ],
)
def test_odd_addresses_get_an_answer(provider: Provider, administrator: Contact, address: str) -> None:
    factories.contact(provider.accreditor, role="administrator", person=administrator.person)
    written = address.format(accreditor=provider.accreditor_id, number=provider.number)
    client = as_contact(administrator)
    for answer in (client.get(written), client.post(written, {"name": "\x00", "email": "\x00"})):
        assert answer.status_code in {200, 302, 404, 405}
        assert not answer.headers.get("Location", "").startswith("//")
