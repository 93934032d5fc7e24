"""Magic titles: what a test key can force, and a live key cannot."""

import time
from typing import Any

import pytest

from openpars.activities import queries
from openpars.api import sandbox
from tests import factories
from tests.api.calling import Desk, told

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]

STATUSES = {
    "Sandbox: error": (500, None),
    "Sandbox: busy": (503, "1"),
    "Sandbox: too many calls": (429, "1"),
    "Sandbox: refused": (409, None),
    "Sandbox: slow": (201, None),
}


@pytest.fixture
def slept(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    found: list[float] = []
    monkeypatch.setattr(time, "sleep", found.append)
    return found


def entered(desk: Desk, title: str) -> Any:
    return desk.post("activities", factories.draft(title=title), idempotency_key=title)


def test_every_magic_title_does_what_is_written_about_it(slept: list[float]) -> None:
    desk = Desk(kind="test")
    found = {}
    for magic in sandbox.MAGIC:
        answer = entered(desk, magic.title)
        found[magic.title] = (answer.status_code, answer.headers.get("Retry-After"))
        assert answer.status_code == 201 or str(answer.status_code) in magic.happens
        assert answer.status_code == 201 or set(told(answer)) >= {"type", "title", "status", "detail"}
    assert found == STATUSES
    assert slept == [sandbox.DELAY]
    standing = told(desk.get("activities"))["activities"]
    assert [one["title"] for one in standing] == ["Sandbox: slow"]


def test_they_are_titles_like_any_other_with_a_live_key(slept: list[float]) -> None:
    desk = Desk()
    assert {entered(desk, title).status_code for title in STATUSES} == {201}
    assert slept == []
    assert queries.of(factories.scope(desk.provider)).count() == len(STATUSES)


@pytest.mark.parametrize("title", ["Sandbox: error!", "", None, 5, ["Sandbox: error"]])
def test_what_is_no_magic_title_is_judged_as_ever(title: Any) -> None:
    desk = Desk(kind="test")
    answer = desk.post("activities?validate_only=true", factories.draft(title=title))
    assert answer.status_code in {200, 422}
