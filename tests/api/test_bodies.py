"""Bodies that are too large, broken, ambiguous, or of another type: refused in words that say how to mend them."""

import io
from typing import Any

import pytest
from django.core.handlers.wsgi import WSGIRequest

from openpars.activities.models import Change
from openpars.api import bodies
from openpars.api.problems import Problem
from tests import factories
from tests.api.calling import Desk, told

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]

NO_JSON = "The body is no JSON: "


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        (
            b'{"title": "x"',
            NO_JSON + "line 1, column 14: the body ends too early; a comma is missing, or a bracket",
        ),
        (b'\xff{"title": "x"}', "The body is not UTF-8: byte 0 is no part of it. Send the text as UTF-8."),
        (b'{"a": 1, "a": 2}', NO_JSON + "the name “a” stands twice in one object."),
        (b'{"credits": NaN}', NO_JSON + "NaN is no number in JSON."),
        (b'{"credits": -Infinity}', NO_JSON + "-Infinity is no number in JSON."),
        (b'{"credits": ' + b"9" * 5000 + b"}", NO_JSON + "a number has too many digits."),
        (b"[" * 100_000, NO_JSON + "its lists and objects stand too deep in one another."),
        (b'{"a":' * 21 + b"1" + b"}" * 21, NO_JSON + "its lists and objects stand more than 20 deep"),
        (b"[]", "The body has to be one JSON object, in braces."),
        (b'{"a": 1}{', NO_JSON + "line 1, column 9: something stands after the end."),
    ],
)
def test_a_body_that_cannot_be_read_is_refused_with_the_place(body: bytes, detail: str) -> None:
    answer = Desk().call("POST", "activities", body)
    assert answer.status_code == 400
    assert told(answer)["detail"].startswith(detail)
    assert Change.objects.count() == 0


@pytest.mark.parametrize("kind", ["text/plain", "", "application/json; charset=latin-1", "application/xml"])
def test_another_type_is_refused(kind: str) -> None:
    assert Desk().call("POST", "activities", factories.draft(), kind=kind).status_code == 415


@pytest.mark.parametrize(
    "kind", ["application/json", "application/json; charset=UTF-8", "application/merge-patch+json"]
)
def test_json_is_read_by_its_names(kind: str) -> None:
    assert Desk().call("POST", "activities", factories.draft(), kind=kind).status_code == 201


class Unread(io.BytesIO):
    """A body that must not be read."""

    def read(self, *_: Any) -> bytes:
        raise AssertionError


def request(body: io.BytesIO, **environ: str) -> WSGIRequest:
    return WSGIRequest({"REQUEST_METHOD": "POST", "PATH_INFO": "/", "wsgi.input": body, **environ})


def refusal(asked: WSGIRequest) -> Problem:
    with pytest.raises(Problem) as refused:
        bodies.received(asked)
    return refused.value


def test_a_body_that_says_it_is_too_large_is_not_read() -> None:
    assert refusal(request(Unread(), CONTENT_LENGTH=str(bodies.MOST_BYTES + 1))).status == 413


def test_a_body_in_chunks_is_read_no_further_than_its_limit() -> None:
    endless = io.BytesIO(bytes(bodies.MOST_BYTES + 5000))
    assert refusal(request(endless, HTTP_TRANSFER_ENCODING="chunked")).status == 413
    assert endless.tell() == bodies.MOST_BYTES + 1
    small = io.BytesIO(b"{}")
    assert bodies.received(request(small, HTTP_TRANSFER_ENCODING="chunked")) == b"{}"


def test_a_body_that_breaks_off_is_refused_though_it_could_be_read() -> None:
    told_more = refusal(request(io.BytesIO(b'{"title": "x"}     '), CONTENT_LENGTH="40"))
    assert (told_more.status, told_more.detail) == (
        400,
        "The body broke off after 19 of 40 bytes. Send it again.",
    )
