"""A write that is sent again is answered again, not done again."""

import threading
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.db import connections
from django.http import HttpResponse

from openpars import clock
from openpars.activities.models import Change
from openpars.api import idempotency
from openpars.api.models import IdempotentAnswer
from tests import factories
from tests.api.calling import Desk, told
from tests.conftest import NOON

pytestmark = pytest.mark.usefixtures("frozen")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("body", "status"), [(factories.draft(), 201), ({"title": "No dates"}, 422), (b"{", 400), ({"x": 1}, 422)]
)
def test_the_same_key_and_body_give_the_same_answer(body: Any, status: int) -> None:
    desk = Desk()
    first, second = (desk.post("activities", body, idempotency_key="a") for _ in range(2))
    assert (first.status_code, second.status_code) == (status, status)
    assert first.content == second.content
    assert [first.headers.get(name) for name in ("ETag", "Location", "Content-Type")] == [
        second.headers.get(name) for name in ("ETag", "Location", "Content-Type")
    ]
    assert Change.objects.count() == (status == 201)


@pytest.mark.django_db
def test_the_same_key_with_another_request_is_refused_and_another_key_of_a_caller_is_not() -> None:
    desk, other = Desk(), Desk()
    desk.post("activities", factories.draft(), idempotency_key="a")
    for method, path, body in (
        ("POST", "activities", factories.draft(title="Other")),
        ("POST", "activities?confirm=activity.looks_like_another", factories.draft()),
        ("PUT", "activities/internal:A", factories.draft()),
    ):
        refused = desk.call(method, path, body, idempotency_key="a")
        assert (refused.status_code, told(refused)["title"]) == (422, "The Idempotency-Key is taken")
    assert other.post("activities", factories.draft(), idempotency_key="a").status_code == 201
    assert Change.objects.count() == 2


@pytest.mark.django_db
@pytest.mark.parametrize("key", ["", " ", "x" * 256, "ä", "a\tb"])
def test_a_key_that_is_none_is_refused(key: str) -> None:
    assert Desk().post("activities", factories.draft(), idempotency_key=key).status_code == 400


@pytest.mark.django_db
def test_our_own_fault_keeps_nothing_and_the_retry_is_done() -> None:
    desk = Desk()
    with patch("openpars.api.activities.telling.record", side_effect=KeyError("oops")):
        failed = desk.post("activities", factories.draft(), idempotency_key="a")
    assert (failed.status_code, "oops" in failed.content.decode()) == (500, False)
    assert (Change.objects.count(), IdempotentAnswer.objects.count()) == (0, 0)
    assert desk.post("activities", factories.draft(), idempotency_key="a").status_code == 201


@pytest.mark.django_db
def test_an_answer_is_forgotten_after_a_day() -> None:
    desk = Desk()
    desk.post("activities", factories.draft(), idempotency_key="a")
    desk.post("activities", factories.draft(title="B"), idempotency_key="b")
    with clock.frozen(NOON + timedelta(hours=24)):
        assert desk.post("activities", factories.draft(title="A"), idempotency_key="a").status_code == 201
        assert idempotency.forget() == 1
    assert IdempotentAnswer.objects.get().idempotency_key == "a"


def at_once(*calls: Any) -> list[HttpResponse]:
    """Make the calls at the same instant, each in a thread and with a connection of its own."""
    ready = threading.Barrier(len(calls))
    answers: list[HttpResponse | None] = [None] * len(calls)

    def run(place: int) -> None:
        try:
            ready.wait()
            answers[place] = calls[place]()
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [answer for answer in answers if answer is not None]


@pytest.mark.django_db(transaction=True)
def test_the_same_key_at_the_same_instant_is_done_once() -> None:
    desk = Desk()
    desk.get("me")
    answers = at_once(
        *(lambda: desk.post("activities", factories.draft(), idempotency_key="a") for _ in range(4))
    )
    assert [answer.status_code for answer in answers] == [201] * 4
    assert len({answer.content for answer in answers}) == 1
    assert Change.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_new_internal_id_put_twice_at_the_same_instant_makes_one_activity() -> None:
    desk = Desk()
    desk.get("me")
    answers = at_once(
        *(lambda: desk.call("PUT", "activities/internal:A", factories.draft()) for _ in range(4))
    )
    assert sorted(answer.status_code for answer in answers) == [200, 200, 200, 201]
    assert Change.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_writers_with_the_same_revision_one_is_told_to_read_again() -> None:
    desk = Desk()
    activity_id = desk.activity()

    def change(title: str) -> Any:
        return lambda: desk.call("PATCH", f"activities/{activity_id}", {"title": title}, if_match='"1"')

    answers = at_once(change("One"), change("Two"))
    assert sorted(answer.status_code for answer in answers) == [200, 412]
