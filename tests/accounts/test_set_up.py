"""The first visit."""

import threading

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from openpars.accounts import verbs
from openpars.accounts.models import Accreditor, AuditEntry, Contact, Person, Provider
from openpars.accounts.refusals import AlreadySetUp, Refused
from tests import factories

ANSWERS = {
    "accreditor_name": "First Accreditor",
    "time_zone": "America/Denver",
    "provider_name": "First Provider",
    "provider_number": "0001234",
    "name": "First Administrator",
    "email": "First@Test.example",
    "password": factories.PASSWORD,
}


@pytest.mark.django_db
def test_everything_leads_to_the_set_up_until_it_is_done(client: Client) -> None:
    for address in ("/", "/account/login/", "/providers/0001234/activities/", "/nowhere"):
        assert client.get(address).headers["Location"] == reverse("setup")
    assert client.get("/healthz").status_code == 200

    done = client.post(reverse("setup"), ANSWERS)
    assert (done.status_code, done.headers["Location"]) == (302, reverse("home"))
    person = Person.objects.get()
    assert (person.email, client.session["_auth_user_id"]) == ("first@test.example", str(person.pk))
    assert Accreditor.objects.get().time_zone == "America/Denver"
    provider = Provider.objects.get()
    assert sorted(Contact.objects.values_list("role", "provider", "accreditor"), key=str) == sorted(
        [("administrator", provider.pk, None), ("administrator", None, provider.accreditor_id)], key=str
    )
    assert AuditEntry.objects.filter(action="set-up", actor=person).count() == 1

    assert client.get(reverse("setup")).status_code == 404
    assert client.post(reverse("setup"), {**ANSWERS, "email": "second@test.example"}).status_code == 302
    assert Person.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("field", "answer"),
    [
        ("provider_number", "12"),
        ("time_zone", "Mars/Olympus"),
        ("email", "nobody"),
        ("password", "short"),
        ("accreditor_name", ""),
        ("name", "x" * 201),
    ],
)
def test_a_wrong_answer_stands_in_red_and_nothing_is_stored(client: Client, field: str, answer: str) -> None:
    page = client.post(reverse("setup"), {**ANSWERS, field: answer})
    assert list(page.context["form"].errors) == [field]
    assert page.content.count(b"usa-error-message") == 1
    assert (Accreditor.objects.exists(), Person.objects.exists()) == (False, False)


@pytest.mark.django_db(transaction=True)
def test_of_two_at_once_one_wins() -> None:
    outcomes: list[str] = []
    start = threading.Barrier(2)

    def run(email: str) -> None:
        start.wait()
        try:
            verbs.set_up(**{**ANSWERS, "email": email})
            outcomes.append("done")
        except AlreadySetUp:
            outcomes.append("already")
        except Refused as refusal:
            outcomes.append(refusal.message)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(f"{name}@test.example",)) for name in ("one", "two")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["already", "done"]
    assert (Accreditor.objects.count(), Provider.objects.count(), Person.objects.count()) == (1, 1, 1)
