"""What happens around every call: who it is, what surrounds it, and what is said when something goes wrong."""

import logging
from unittest.mock import patch

import pytest
from django.db import OperationalError
from django.test import Client

from openpars.accounts.verbs.keys import revoke_key
from tests import factories
from tests.api.calling import Desk, told

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]


def test_me_tells_the_key_and_the_provider_it_works_for() -> None:
    desk = Desk("read", "write")
    assert told(desk.get("me")) == {
        "key": {
            "name": "Learning system",
            "kind": "live",
            "prefix": desk.key.prefix,
            "scopes": ["read", "write"],
            "expires_at": None,
        },
        "provider": {"number": desk.provider.number, "name": desk.provider.name},
        "accreditor": {"name": desk.provider.accreditor.name, "time_zone": "America/Chicago"},
        "sandbox": False,
        "today": "2026-03-10",
    }


def test_a_test_key_works_in_the_sandbox_alone() -> None:
    live = Desk()
    test = Desk(provider=live.provider, kind="test")
    activity_id = live.activity()
    assert (told(test.get("me"))["sandbox"], told(test.get("activities"))["activities"]) == (True, [])
    assert test.get(f"activities/{activity_id}").status_code == 404
    made = test.post("activities", factories.draft())
    assert made.status_code == 201
    assert [one["activity_id"] for one in told(live.get("activities"))["activities"]] == [activity_id]


def test_a_key_that_was_revoked_lets_nobody_in() -> None:
    desk = Desk()
    revoke_key(desk.key, actor=factories.actor())
    assert desk.get("me").status_code == 401


@pytest.mark.parametrize("path", ["/api/v1/nothing", "/api/v1/me/", "/services/nothing", "/api/v1/"])
def test_an_address_that_is_none_is_told_as_a_problem(path: str) -> None:
    answer = Client().get(path, headers={"Accept": "application/json"})
    assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")
    assert told(answer)["findings"] == []  # type: ignore[arg-type]


def test_a_method_that_is_none_is_told_with_those_that_are() -> None:
    answer = Desk().post("me")
    assert (answer.status_code, answer["Allow"], told(answer)["type"]) == (
        405,
        "GET, HEAD",
        "/api/docs#problem-405",
    )


def test_a_host_that_is_not_ours_is_told_as_a_problem(settings: object) -> None:
    settings.ALLOWED_HOSTS = ["here.example"]  # type: ignore[attr-defined]
    answer = Client().get("/api/v1/me", headers={"Host": "there.example"})
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")


def test_a_call_has_no_session_no_csrf_token_and_is_kept_by_nobody() -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(factories.contact(factories.provider()).person)
    desk = Desk()
    desk.client = client
    answer = desk.post("activities", factories.draft())
    assert (answer.status_code, {*answer.cookies}, answer["Cache-Control"]) == (
        201,
        set(),
        "private, no-store",
    )
    assert client.get("/api/v1/me").status_code == 401


@pytest.mark.parametrize(
    ("fault", "status"),
    [(KeyError("a secret"), 500), (OperationalError("a secret"), 503)],
    ids=["ours", "busy"],
)
def test_what_nobody_foresaw_is_logged_and_told_without_a_trace(
    fault: Exception, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    with (
        caplog.at_level(logging.ERROR, "openpars.api"),
        patch("openpars.api.activities.saving.save_one", side_effect=fault),
    ):
        answer = Desk().post("activities", factories.draft())
    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json")
    assert "secret" not in answer.content.decode()
    assert ("a secret" in caplog.text) == (status == 500)
    assert answer.headers.get("Retry-After") == {503: "10"}.get(status)
