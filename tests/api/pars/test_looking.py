"""Activities looked for in the dialect's service: by ID, internal ID, start date and format."""

import re

import pytest
from lxml import etree
from pytest_django import DjangoAssertNumQueries

from openpars.api.pars import looking
from openpars.formats import xsd
from tests.api.calling import Desk

from .sending import JSON, XML, look, problem, schema

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk() -> Desk:
    return Desk("read")


def ids(desk: Desk, below: str = "") -> list[int]:
    """The activity IDs of an answer in XML, which is as the schema says."""
    response = look(desk, below)
    assert (response.status_code, response["Content-Type"]) == (200, XML), response.content
    root = etree.fromstring(response.content)
    schema(xsd.MAIN).assertValid(root)
    return [
        int(one.findtext("{*}entry") or 0)
        for one in root.iterfind(".//{*}identifier")
        if one.findtext("{*}catalog") == "ACCME Activity ID"
    ]


def test_one_activity(desk: Desk) -> None:
    activity_id = desk.activity()
    response = look(desk, f"/{activity_id}")
    assert (response.status_code, response["ETag"]) == (200, '"1"')
    assert ids(desk, f"/{activity_id}") == [activity_id]


@pytest.mark.parametrize(
    "below", ["/100", "/2147483648", "/99999999999999999999", "?providerActivityId=none"]
)
def test_nothing_found_is_404(desk: Desk, below: str) -> None:
    desk.activity()
    response = look(desk, below)
    assert (response.status_code, problem(response)["status"]) == (404, 404)
    assert look(desk, below, accept=JSON)["Content-Type"] == "application/problem+json"


def test_looking_for_activities(desk: Desk) -> None:
    course = desk.activity(internal_id="A/1", start_date="2026-03-05")
    webinar = desk.activity(title="Other", start_date="2026-03-06", delivery_methods=["Live-Streamed"])
    module = desk.activity(title="Third", format="EM", delivery_methods=["Online"], start_date="2026-03-05")
    assert ids(desk) == [course, webinar, module]
    assert ids(desk, "?providerActivityId=A%2F1") == [course]
    assert ids(desk, "?PROVIDERACTIVITYID=A%2F1&activityStartDate=") == [course]
    for day in ("2026-03-05", "3/5/2026", "2026-03-05T23:00:00-06:00", "2026-03-05T00:00:00%2B13:00"):
        assert ids(desk, f"?activityStartDate={day}") == [course, module], day
    for name in ("Live Course", "C", "course"):
        assert ids(desk, f"?activityTypeName={name}") == [course, webinar], name
    # The old names say how it was delivered.
    assert ids(desk, "?activityTypeName=IL") == [webinar]
    assert ids(desk, "?activityTypeName=C&activityStartDate=2026-03-05") == [course]


def test_pages_follow_each_other(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(looking, "PAGE", 2)
    made = [desk.activity(title=f"Number {number}") for number in range(5)]
    met: list[int] = []
    below: str | None = "?activityTypeName=Live+Course"
    while below is not None:
        met += ids(desk, below)
        link = look(desk, below).headers.get("Link")
        match = re.fullmatch(r'<http://testserver/services/pars/activities(\?.+)>; rel="next"', link or "")
        below = match[1] if match else None
    assert met == made


@pytest.mark.parametrize(
    ("query", "status", "rules"),
    [
        ("?activityType=C", 400, []),
        ("?providerActivityId=1&providerActivityId=2", 400, []),
        ("?cursor=x", 400, []),
        ("?cursor=99999999999", 400, []),
        ("?activityTypeName=Webinar", 422, ["activity.format.unknown"]),
        ("?activityStartDate=soon", 422, ["activity.date.not_a_date"]),
        ("?providerActivityId=a%00b", 422, ["activity.text.control_characters"]),
    ],
)
def test_what_cannot_be_looked_for(desk: Desk, query: str, status: int, rules: list[str]) -> None:
    response = look(desk, query)
    told = [rule for rule, _ in problem(response)["findings"]]
    assert (response.status_code, told) == (status, rules)


def test_a_page_takes_as_many_statements_as_one_activity(
    desk: Desk, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    desk.activity()
    look(desk)
    # The key, the count of calls, the IDs, the records.
    with django_assert_num_queries(4):
        look(desk)
    desk.activity(title="Another")
    with django_assert_num_queries(4):
        look(desk)
