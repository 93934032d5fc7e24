"""What surrounds every public page: nothing of a session, and everything a cache has to know."""

import gzip
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext

from openpars import clock
from openpars.accounts.visitors import visitor_of
from openpars.allowances import Allowances
from tests import factories
from tests.conftest import NOON

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("frozen"),
    pytest.mark.urls("tests.web.public_urls"),
]

#: As every public answer has them, whatever comes of it.
ALWAYS = {
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
}
KEPT = "public, max-age=60"


@pytest.fixture
def visitor() -> Client:
    """Somebody who is signed in, and whom it does not help."""
    client = Client(enforce_csrf_checks=True, raise_request_exception=False)
    client.force_login(factories.contact(factories.provider()).person)
    return client


@pytest.mark.parametrize(
    ("path", "status", "kept", "said"),
    [
        ("/passport/plain", 200, KEPT, "Sepsis."),
        ("/passport/gone", 410, KEPT, "It has ended."),
        ("/passport/nowhere", 404, KEPT, "<h1>There is no such page</h1>"),
        ("/passport/no/such/address", 404, KEPT, "<h1>There is no such page</h1>"),
        ("/passport/broken", 500, "no-store", "<h1>Something went wrong on our side</h1>"),
        ("/passport/busy", 503, "no-store", "<h1>The site is busy just now</h1>"),
    ],
)
def test_answers_are_the_same_for_everybody_and_say_how_long_they_hold(
    visitor: Client, path: str, status: int, kept: str, said: str
) -> None:
    with CaptureQueriesContext(connection) as asked:
        answer = visitor.get(path)
    assert (answer.status_code, answer.headers["Cache-Control"]) == (status, kept)
    assert said in answer.content.decode()
    assert "secret" not in answer.content.decode()
    assert {name: answer.headers[name] for name in ALWAYS} == ALWAYS
    assert "default-src 'self'" in answer.headers["Content-Security-Policy"]
    assert ("Set-Cookie" in answer.headers, {*answer.cookies}) == (False, set())
    assert {*answer.headers["Vary"].split(", ")} == {"Accept-Encoding", "HX-Request"}
    assert [one["sql"] for one in asked] == [], "no session is looked up, and nobody's name"


def test_who_has_a_page_is_sent_nothing(visitor: Client) -> None:
    first = visitor.get("/passport/plain")
    again = visitor.get("/passport/plain", headers={"If-None-Match": first.headers["ETag"]})
    kept = ("ETag", "Cache-Control", "Vary")
    assert (again.status_code, again.content) == (304, b"")
    assert {name: again.headers[name] for name in kept} == {name: first.headers[name] for name in kept}
    assert {name: again.headers[name] for name in ALWAYS} == ALWAYS
    other = visitor.get("/passport/plain", headers={"If-None-Match": '"another"'})
    assert (other.status_code, other.content) == (200, first.content)


def test_pages_are_compressed_where_that_is_understood(visitor: Client) -> None:
    plain = visitor.get("/passport/plain")
    small = visitor.get("/passport/plain", headers={"Accept-Encoding": "br, gzip"})
    assert small.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(small.content) == plain.content
    assert len(small.content) < len(plain.content) / 2
    assert small.headers["ETag"] == "W/" + plain.headers["ETag"]
    again = {"Accept-Encoding": "br, gzip", "If-None-Match": small.headers["ETag"]}
    assert visitor.get("/passport/plain", headers=again).status_code == 304


@pytest.mark.parametrize("encoding", ["", "gzip"])
def test_what_is_streamed_stays_streamed(visitor: Client, encoding: str) -> None:
    answer = visitor.get("/sitemap-of-tests.xml", headers={"Accept-Encoding": encoding})
    assert (answer.status_code, answer.streaming, answer.headers["Cache-Control"]) == (200, True, KEPT)
    assert answer.headers.get("Content-Encoding", "") == encoding
    body = b"".join(answer)
    whole = gzip.decompress(body) if encoding else body
    assert whole == b"".join(f"<url>{number}</url>".encode() for number in range(1000))


def test_a_view_knows_that_a_part_of_its_page_is_asked_for(visitor: Client) -> None:
    part = visitor.get("/passport/plain", headers={"HX-Request": "true"})
    assert (part.headers["X-Htmx"], visitor.get("/passport/plain").headers["X-Htmx"]) == ("True", "False")


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW"])
def test_public_pages_are_read_and_nothing_else(visitor: Client, method: str) -> None:
    answer = visitor.generic(method, "/passport/", b"x" * 1000)
    assert (answer.status_code, answer.headers["Allow"]) == (405, "GET, HEAD")
    assert answer.headers["Cache-Control"] == "no-store"


def test_the_head_of_a_page_is_that_of_the_page(visitor: Client) -> None:
    page, head = visitor.get("/passport/plain"), visitor.head("/passport/plain")
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["ETag"] == page.headers["ETag"]


def test_a_host_that_is_not_ours_is_refused(visitor: Client, settings: object) -> None:
    settings.ALLOWED_HOSTS = ["here.example"]  # type: ignore[attr-defined]
    answer = visitor.get("/passport/plain", headers={"Host": "there.example"})
    assert (answer.status_code, answer.headers["Cache-Control"]) == (400, "no-store")


def test_other_pages_are_as_they_were(visitor: Client) -> None:
    for path in ("/", "/passports/", "/help/"):
        assert "public" not in visitor.get(path).headers.get("Cache-Control", ""), path


def test_an_address_may_ask_so_often_in_a_minute_and_another_one_still_gets_answers(
    settings: object,
) -> None:
    settings.PUBLIC_REQUESTS_PER_MINUTE = 3  # type: ignore[attr-defined]
    client = Client()

    def get(address: str) -> tuple[int, str | None]:
        answer = client.get("/passport/plain", REMOTE_ADDR=address)
        return answer.status_code, answer.headers.get("Retry-After")

    with clock.frozen(NOON + timedelta(seconds=18)), CaptureQueriesContext(connection) as asked:
        answers = [get("192.0.2.1") for _ in range(5)]
        assert answers == [(200, None)] * 3 + [(429, "42")] * 2
        assert get("192.0.2.2") == (200, None)
        refused = client.get("/passport/plain", REMOTE_ADDR="192.0.2.1")
    assert len(asked) == 0
    assert "Wait 42 seconds" in refused.content.decode()
    assert (refused.headers["Cache-Control"], refused.headers["RateLimit-Remaining"]) == ("no-store", "0")
    with clock.frozen(NOON + timedelta(seconds=60)):
        assert get("192.0.2.1") == (200, None)


@pytest.mark.parametrize(
    ("proxies", "forwarded", "remote", "expected"),
    [
        (0, None, "192.0.2.7", "192.0.2.7"),
        (0, "198.51.100.1", "192.0.2.7", "192.0.2.7"),
        (1, "198.51.100.1", "192.0.2.7", "198.51.100.1"),
        (1, "203.0.113.9, 198.51.100.1", "192.0.2.7", "198.51.100.1"),
        (2, "203.0.113.9, 198.51.100.1", "192.0.2.7", "203.0.113.9"),
        (2, "203.0.113.9", "192.0.2.7", "192.0.2.7"),
        (1, "no address", "192.0.2.7", "192.0.2.7"),
        (1, None, "192.0.2.7", "192.0.2.7"),
        (0, None, "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        (1, "[2001:db8:1:2:ffff::1]:4711", "192.0.2.7", "2001:db8:1:2::/64"),
        (0, None, "::ffff:192.0.2.7", "192.0.2.7"),
        (0, None, "", ""),
    ],
)
def test_visitors_are_told_apart_by_what_the_proxies_in_front_say(
    settings: object, proxies: int, forwarded: str | None, remote: str, expected: str
) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = proxies  # type: ignore[attr-defined]
    headers = {} if forwarded is None else {"X-Forwarded-For": forwarded}
    request = RequestFactory().get("/passport/", headers=headers, REMOTE_ADDR=remote)
    assert visitor_of(request) == expected


def test_counting_needs_no_more_memory_however_many_ask() -> None:
    allowances = Allowances(most=3)
    for asker in ("bot", "a", "b", "bot", "c", "bot", "d"):
        spent = allowances.spend(asker, limit=2, now=NOON)
    assert len(allowances._calls) == 3
    assert allowances.spend("bot", limit=2, now=NOON).is_over, "who goes on asking is not forgotten"
    assert (spent.calls, allowances.spend("a", limit=2, now=NOON).calls) == (1, 1)
