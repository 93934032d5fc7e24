"""The feed over HTTP: every change once, in order, of the key's own provider."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from django.test import Client

from openpars.accounts import verbs
from openpars.accounts.models import Provider
from openpars.activities import feed
from openpars.activities.verbs.close import close
from tests import factories
from tests.activities.doing import common, edit

# What is not committed is not in the feed.
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _noon(frozen: datetime) -> Iterator[None]:
    yield


def ask(client: Client, provider: Provider, query: str = "") -> tuple[int, Any]:
    _, key = verbs.create_key(provider=provider, name="LMS", scopes=["read"], actor=factories.actor())
    answer = client.get(f"/api/v1/changes{query}", headers={"Authorization": f"Bearer {key}"})
    return answer.status_code, answer.json()


def test_changes_are_told_from_where_the_caller_stopped(client: Client) -> None:
    provider = factories.provider()
    activity = factories.activity(provider)
    edit(activity, {"title": "Sepsis, the First Hour"})
    close([activity.pk], **common(provider))
    factories.activity(factories.provider())
    told = [feed.as_json(one) for one in feed.since(factories.scope(provider), 0, limit=9).changes]
    assert [one["verb"] for one in told] == ["created", "changed", "closed"]
    first = {"changes": told[:2], "next": told[1]["cursor"], "more": True}
    assert ask(client, provider, "?limit=2") == (200, first)
    assert ask(client, provider, f"?since={first['next']}&limit=2") == (
        200,
        {"changes": told[2:], "next": told[2]["cursor"], "more": False},
    )
    nothing = {"changes": [], "next": told[2]["cursor"], "more": False}
    assert ask(client, provider, f"?since={told[2]['cursor']}") == (200, nothing)
    assert ask(client, provider, "?since=now") == (200, nothing)


def test_nothing_has_happened(client: Client) -> None:
    nothing = {"changes": [], "next": "0", "more": False}
    for query in ("", "?since=0", "?since=now"):
        assert ask(client, factories.provider(), query) == (200, nothing)


@pytest.mark.parametrize(
    "query",
    [
        "?since=7777777",
        "?since=-1",
        "?since=abc",
        "?since=",
        "?since=" + "9" * 30,
        "?since=9223372036854775808",
        "?limit=0",
        "?limit=501",
        "?limit=x",
        "?limit=%D9%A3",
        "?from=3",
    ],
)
def test_what_cannot_be_asked_is_said_how_to_ask(client: Client, query: str) -> None:
    status, problem = ask(client, factories.provider(), query)
    assert (status, problem["title"]) == (400, "The request cannot be read")
    assert problem["detail"].startswith(query[1:5])


def test_without_a_key_nothing_is_told(client: Client) -> None:
    assert client.get("/api/v1/changes").status_code == 401
