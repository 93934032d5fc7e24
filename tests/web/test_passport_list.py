"""The list of CME Passport: what is shown now, and nothing else, whatever is asked."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from openpars import clock
from tests import factories
from tests.conftest import NOON

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]

SOON: dict[str, Any] = {"start_date": "2026-04-08", "end_date": "2026-04-09"}
ONLINE: dict[str, Any] = {"delivery_methods": ["Online"]}
LATER: dict[str, Any] = {"start_date": "2026-05-01", "end_date": "2026-05-01"}


def titles(client: Client, **asked: str) -> list[str]:
    """The titles on the list, in their order."""
    answer = client.get("/passport/", asked)
    assert answer.status_code == 200
    return re.findall(r'activities/\d+/"><bdi>(.*?)</bdi>', answer.content.decode())


def test_the_list_is_found_by_words_and_by_provider(client: Client) -> None:
    one, other = factories.provider(name="Test Hospital"), factories.provider(name="Other Society")
    factories.activity(one, title="Later <Sepsis>", **LATER)
    factories.activity(other, title="Sepsis and asthma", **SOON)
    factories.activity(
        one, title="Has begun", start_date="2025-06-01", end_date="2026-06-01", format="EM", **ONLINE
    )
    factories.activity(one, title="Not shown", on_passport=False, **SOON)
    assert titles(client) == ["Sepsis and asthma", "Later &lt;Sepsis&gt;", "Has begun"]
    assert titles(client, q="HOSP sepsis") == ["Later &lt;Sepsis&gt;"]
    assert titles(client, q="asthma") == ["Sepsis and asthma"]
    assert titles(client, provider=one.number) == ["Later &lt;Sepsis&gt;", "Has begun"]
    with clock.frozen(NOON + timedelta(days=365)):
        assert titles(client) == []


@pytest.mark.parametrize("page", ["10000000", "-1", "x", ""])
@pytest.mark.parametrize("q", ["", "\"*%_' OR 1=1 --", "\0\x1b", "x " * 5000, "</title><script>"])
def test_whatever_is_asked_has_an_answer(client: Client, q: str, page: str) -> None:
    factories.activity(factories.provider(), title="Sepsis", **SOON)
    with CaptureQueriesContext(connection) as asked:
        assert titles(client, q=q, provider=q, page=page) == ([] if q else ["Sepsis"])
    assert len(asked) <= 2
