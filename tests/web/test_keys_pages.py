"""The pages of API keys and the sandbox, as each role meets them."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from openpars import clock
from openpars.accounts import verbs
from openpars.accounts.authentication import caller_of
from openpars.accounts.models import Accreditor, ApiKey, Provider
from openpars.accounts.verbs import sandboxes
from openpars.activities import queries
from openpars.activities.models import Activity
from tests import factories
from tests.web.desk import Desk, text

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]

FORM = {"name": "Learning system", "kind": "live", "scopes": ["write"], "last_day": "3/31/2026"}


def key_of(provider: Provider, **over: Any) -> tuple[ApiKey, str]:
    named: dict[str, Any] = {"name": "LMS", "scopes": [], "actor": factories.actor()}
    return verbs.create_key(provider=provider, **named | over)


def end_of(activity: Activity, provider: Provider) -> datetime:
    return queries.get(factories.scope(provider), activity.activity_id).ends_at


def plain(answer: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def test_a_key_is_shown_once_in_a_box_that_can_be_copied() -> None:
    desk = Desk("administrator")
    answer = desk.post(desk.url("profile-key-make"), FORM)
    (shown,) = re.findall(r'<input[^>]*readonly value="([^"]+)"[^>]*>', text(answer))
    caller = caller_of(f"Bearer {shown}", now=clock.now())
    assert (caller.provider, caller.scopes) == (desk.provider, frozenset({"read", "write"}))
    assert (caller.key.created_by, caller.key.last_day) == (desk.person, date(2026, 3, 31))
    assert '<button type="button" class="usa-button" data-copy="key" hidden>' in text(answer)
    assert "no-store" in answer["Cache-Control"]
    for name in ("profile-keys", "profile"):
        assert shown[-43:] not in text(desk.get(desk.url(name)))


@pytest.mark.parametrize(
    ("over", "words"),
    [
        ({"name": " "}, "Fill in “Name”."),
        ({"name": "x" * 101}, "Shorten a name for the key to 100 characters; it has 101."),
        ({"kind": "master"}, "Select a valid choice"),
        ({"scopes": ["everything"]}, "Choose from the list."),
        ({"last_day": "someday"}, "Enter a date such as 3/31/2027."),
        ({"last_day": "2026-03-09"}, "Choose today or a later day, on which the key still works."),
    ],
)
def test_wrong_answers_about_a_key_stand_in_red_and_make_none(over: dict[str, Any], words: str) -> None:
    desk = Desk("administrator")
    answer = desk.post(desk.url("profile-key-make"), FORM | over)
    (found,) = re.findall(r'class="usa-error-message"[^>]*>(.*?)</span>', text(answer))
    assert (words in found, ApiKey.objects.count()) == (True, 0), found


def test_the_list_tells_working_expired_and_revoked_keys_apart() -> None:
    desk = Desk("administrator")
    day = clock.today("America/Chicago")
    markup = "<b>Robot</b>"
    _, used = key_of(desk.provider, name=markup, scopes=["close"], kind="test", last_day=day + timedelta(5))
    key_of(desk.provider, name="Old", last_day=day)
    revoked, _ = key_of(desk.provider, name="Gone")
    verbs.revoke_key(revoked, actor=factories.actor())
    key_of(factories.provider(), name="Somebody else’s")
    caller_of(f"Bearer {used}", now=clock.now())
    with clock.frozen(clock.now() + timedelta(days=1)):
        page = desk.get(desk.url("profile-keys"))
    working, past = text(page).split("Keys that no longer work")
    assert "&lt;b&gt;Robot&lt;/b&gt;" in working
    assert markup not in text(page)
    names = [re.findall(r'role="rowheader">([^<]+)<', part) for part in (working, past)]
    assert names == [["&lt;b&gt;Robot&lt;/b&gt;"], ["Gone", "Old"]]
    assert re.findall(
        r'data-label="(?:Last used|Works until|Ended)">(?:<time[^>]*>)?([^<]+)<', text(page)
    ) == [
        *("Mar 10, 2026, 12 PM", "Mar 15, 2026"),
        *("Never", "Revoked on Mar 10, 2026"),
        *("Never", "Expired after Mar 10, 2026"),
    ]


def test_revoking_asks_first_and_tells_when_it_is_done() -> None:
    desk = Desk("administrator")
    key, _ = key_of(desk.provider)
    where = desk.url("profile-key-revoke", key.pk)
    assert "The key has never been used." in plain(desk.get(where))
    assert ApiKey.objects.get().revoked_at is None
    answer = desk.client.post(where, follow=True)
    assert "The key “LMS” is revoked. It lets nobody in any more." in plain(answer)
    assert ApiKey.objects.get().revoked_at == clock.now()
    assert "This key was revoked on March 10, 2026." in plain(desk.get(where))


def test_another_providers_key_is_not_found_by_its_id() -> None:
    desk = Desk("administrator")
    theirs, _ = key_of(factories.provider())
    for key_id in (theirs.pk, 10**30):
        where = desk.url("profile-key-revoke", key_id)
        assert [desk.get(where).status_code, desk.post(where, {}).status_code] == [404, 404]
    assert ApiKey.objects.get().revoked_at is None


WHO = {
    "administrator": (200, 200),
    "editor": (200, 403),
    "viewer": (200, 403),
    "staff": (200, 403),
    "stranger": (404, 404),
}


@pytest.mark.parametrize("who", WHO)
def test_administrators_of_the_provider_alone_keep_keys(who: str) -> None:
    provider = factories.provider()
    key, _ = key_of(provider, kind="test")
    elsewhere: dict[str, Provider | Accreditor] = {
        "staff": provider.accreditor,
        "stranger": factories.provider(),
    }
    place = elsewhere.get(who, provider)
    role = "administrator" if who in {"staff", "stranger"} else who
    client = Client()
    client.force_login(factories.contact(place, role=role).person)
    sees, keeps = WHO[who]
    page = client.get(reverse("profile-keys", args=[provider.number]))
    assert page.status_code == sees
    shown = page.content.decode()
    assert ("Revoke<span" in shown, "Make an API key" in shown) == (keeps == 200, keeps == 200)
    pages = [
        reverse("profile-key-make", args=[provider.number]),
        reverse("profile-key-revoke", args=[provider.number, key.pk]),
        reverse("profile-sandbox-reset", args=[provider.number]),
    ]
    assert {client.get(one).status_code for one in pages} == {keeps}
    if keeps != 200:
        assert {client.post(one, FORM).status_code for one in pages} == {keeps}
        assert ApiKey.objects.filter(revoked_at=None).count() == 1
        assert sandboxes.of(provider).number == "S000001"


def test_the_sandbox_is_looked_into_marked_and_emptied() -> None:
    desk = Desk("administrator")
    assert desk.get(desk.url("profile-sandbox-reset")).status_code == 404
    assert "S000001" not in text(desk.get(desk.url("profile-keys")))
    key_of(desk.provider, kind="test")
    sandbox = sandboxes.of(desk.provider)
    pushed = factories.activity(sandbox, title="Pushed by a program")
    mark = f"Sandbox {sandbox.number} of {desk.provider.name}."
    for name, rest in (
        ("activities", ()),
        ("activity", (pushed.activity_id,)),
        ("activity-sheet", (pushed.activity_id,)),
        ("uploads", ()),
    ):
        inside = plain(desk.client.get(reverse(name, args=[sandbox.number, *rest]), follow=True))
        assert mark in inside, name
    for address in (desk.url("activities"), reverse("home")):
        assert "Pushed by a program" not in text(desk.get(address))
        assert mark not in plain(desk.get(address))
    assert reverse("activities", args=[sandbox.number]) in text(desk.get(desk.url("profile-keys")))
    reset = desk.url("profile-sandbox-reset")
    assert f"Everything that is in the sandbox {sandbox.number} goes" in plain(desk.get(reset))
    assert sandboxes.of(desk.provider) == sandbox
    done = desk.client.post(reset, follow=True)
    assert "The sandbox is empty. It is called S000002 now." in plain(done)
    assert desk.get(reverse("activities", args=[sandbox.number])).status_code == 404
    assert "Pushed by a program" not in text(desk.get(reverse("activities", args=["S000002"])))


def test_in_the_sandbox_the_profile_and_the_keys_are_those_of_the_provider() -> None:
    desk = Desk("administrator")
    sandbox = sandboxes.of(desk.provider)
    for name in ("profile", "profile-keys"):
        answer = desk.get(reverse(name, args=[sandbox.number]))
        assert (answer.status_code, answer["Location"]) == (302, desk.url(name))
    for name in ("profile-edit", "profile-invite", "profile-key-make", "profile-sandbox-reset"):
        assert desk.get(reverse(name, args=[sandbox.number])).status_code == 403


def test_the_accreditor_does_not_list_sandboxes_and_they_end_by_its_clock_all_the_same() -> None:
    desk = Desk()
    accreditor = desk.provider.accreditor
    sandbox = sandboxes.of(desk.provider)
    activity = factories.activity(sandbox, end_date="2026-03-06")
    client = Client()
    client.force_login(factories.contact(accreditor, role="administrator").person)
    page = text(client.get(reverse("accreditor", args=[accreditor.pk])))  # type: ignore[arg-type]
    assert (desk.provider.number in page, sandbox.number in page) == (True, False)
    before = end_of(activity, sandbox)
    data = {"name": accreditor.name, "time_zone": "Pacific/Honolulu"}
    client.post(reverse("accreditor-edit", args=[accreditor.pk]), data)
    assert end_of(activity, sandbox) - before == timedelta(hours=4)


def test_the_list_costs_the_same_however_many_keys_there_are() -> None:
    desk = Desk("administrator")
    counts = []
    for more in (1, 20):
        for _ in range(more):
            verbs.revoke_key(key_of(desk.provider)[0], actor=factories.actor())
            key_of(desk.provider, kind="test", last_day=date(2026, 4, 1))
        desk.get(desk.url("profile-keys"))
        with CaptureQueriesContext(connection) as asked:
            desk.get(desk.url("profile-keys"))
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 10
