"""Webhooks hear of a file when nothing more happens with it by itself."""

import json
from typing import Any

import pytest

from openpars.accounts.models import Provider
from openpars.jobs import queue
from openpars.uploads.models import Upload
from openpars.uploads.states import State
from openpars.webhooks import verbs
from openpars.webhooks.events import Event
from openpars.webhooks.models import Delivery
from tests import factories
from tests.uploads import sending

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("frozen")]


def subscribed() -> Provider:
    provider = factories.provider()
    verbs.add(
        provider,
        name="Learning system",
        address="https://hooks.test.example/",
        events=[Event.UPLOAD],
        page="https://openpars.test.example/{id}/",
        scope=factories.scope(provider, "administrator"),
        actor=factories.actor(),
    )
    return provider


def told() -> list[dict[str, Any]]:
    bodies = [json.loads(one.body) for one in Delivery.objects.order_by("id")]
    return [event for body in bodies for event in body["events"]]


def test_a_file_that_is_applied_and_undone() -> None:
    upload = sending.send(subscribed(), [sending.row("A")])
    assert told() == []
    upload = sending.apply(upload)
    applied = {
        "event": "upload.finished",
        "upload": str(upload.pk),
        "file_name": "activities.txt",
        "state": "applied",
        "at": "2026-03-10T17:00:00+00:00",
        "counts": upload.counts,
    }
    assert told() == [applied]
    sending.undo(upload)
    assert told() == [applied, applied | {"state": "undone"}]


def test_a_file_that_cannot_be_read() -> None:
    sending.send(subscribed(), b"\x89PNG\r\n\x1a\n" + bytes(100))
    assert [one["state"] for one in told()] == ["unreadable"]


def test_a_file_whose_job_broke(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("openpars.uploads.planning._local_copy", None)
    upload = sending.send(subscribed(), [sending.row("A")])
    assert (upload.state, [one["state"] for one in told()]) == (State.FAILED, ["failed"])


def test_a_file_that_somebody_gave_up_is_nobodys_news() -> None:
    upload = sending.send(subscribed(), [sending.row("A")])
    Upload.objects.update(state=State.WAITING)
    assert upload.job is not None
    queue.cancel(upload.job)
    assert told() == []
