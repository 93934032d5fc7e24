"""The public page of an activity, its calendar file, the sitemap, and the provider's look at it beforehand."""

import json
import re
from datetime import datetime, timedelta
from html import unescape
from typing import Any
from xml.etree import ElementTree

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from openpars import clock
from openpars.accounts.models import Provider
from openpars.activities.doors import Door
from openpars.activities.models import Activity
from openpars.activities.verbs.make_instances import make_instances
from openpars.web.forms.shapes import field_id
from openpars.web.views.passport import sitemap
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]

SOON: dict[str, Any] = {"start_date": "2026-04-08", "end_date": "2026-04-09"}
HOSTILE = "</script><script>alert(1)</script>\u202eAlarm & <b>\"'"


@pytest.fixture
def provider() -> Provider:
    """A provider with an address for learners."""
    return factories.provider(name="Test Hospital", learner_contact="credits@test.example")


def page(client: Client, activity: Activity, status: int = 200) -> str:
    """The public page of an activity."""
    answer = client.get(f"/passport/activities/{activity.activity_id}/")
    assert answer.status_code == status
    return answer.content.decode()


def data(drawn: str) -> dict[str, Any]:
    """The JSON-LD in a page, as a search engine finds it."""
    (block,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', drawn, re.S)
    read: dict[str, Any] = json.loads(block)
    return read


def words(drawn: str) -> str:
    """The text of the part of a page that differs from others."""
    main = drawn[drawn.index("<main") : drawn.index("</main>")]
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", main)).split())


def test_the_page_says_what_a_physician_wants_to_know(client: Client, provider: Provider) -> None:
    activity = factories.activity(
        provider,
        **SOON,
        outcomes=None,
        support_received=None,
        specialties=["Surgery"],
        collaborations=[factories.MOC],
    )
    drawn = page(client, activity)
    said = words(drawn)
    for told in (
        "Test Hospital Sepsis in the Emergency Department",
        "Activity format Live Course",
        "Start and end date April 8, 2026 to April 9, 2026",
        "Delivery method In-Person",
        "Location Chicago, IL, United States",
        "AMA PRA Category 1 Credit™ Up to 7.5",
        "Fee to participate Yes",
        "Registration Open to all",
        "Specialties Surgery",
        "How to recognise sepsis early, and what to do in the first hour.",
        "Registered for Maintenance of Certification (MOC)",
        "American Board of Internal Medicine (ABIM)",
        "Content outline Infectious Disease",
        "Providership Direct",
        "Measured outcomes Not reported yet",
        "Commercial support Not reported yet",
        "Is a credit missing?",
    ):
        assert told in said, told
    assert 'href="https://cme.test.example/sepsis" rel="noopener"' in drawn
    assert "mailto:credits@test.example?subject=Question%20about%20Sepsis" in drawn
    assert (
        f'<link rel="canonical" href="http://testserver/passport/activities/{activity.activity_id}/">'
        in drawn
    )
    assert f'href="/passport/?provider={provider.number}"' in drawn


@pytest.mark.parametrize(
    ("contact", "drawn_as"),
    [
        ("https://test.example/help", '<a href="https://test.example/help" rel="noopener">'),
        ("javascript:alert(1)", "<bdi>javascript:alert(1)</bdi>"),
        ("Call 555-0100 <b>", "<bdi>Call 555-0100 &lt;b&gt;</bdi>"),
        ("", "You find one on the activity’s website, cme.test.example."),
    ],
)
def test_the_way_to_the_provider_is_a_link_where_it_can_be_one(
    client: Client, contact: str, drawn_as: str
) -> None:
    activity = factories.activity(factories.provider(learner_contact=contact), **SOON)
    assert drawn_as in page(client, activity)


def test_a_live_course_is_an_event_to_search_engines(client: Client, provider: Provider) -> None:
    activity = factories.activity(
        provider, **SOON, delivery_methods=["In-Person", "Live-Streamed"], fee="No, it's free"
    )
    address = f"http://testserver/passport/activities/{activity.activity_id}/"
    assert data(page(client, activity)) == {
        "@context": "https://schema.org",
        "@type": "EducationEvent",
        "@id": address,
        "url": address,
        "identifier": str(activity.activity_id),
        "name": activity.title,
        "description": activity.description,
        "sameAs": activity.url,
        "educationalCredentialAwarded": "7.5 AMA PRA Category 1 Credit(s)™",
        "isAccessibleForFree": True,
        "audience": {"@type": "MedicalAudience", "audienceType": "Physicians"},
        "startDate": "2026-04-08",
        "endDate": "2026-04-09",
        "eventStatus": "https://schema.org/EventScheduled",
        "eventAttendanceMode": "https://schema.org/MixedEventAttendanceMode",
        "location": [
            {
                "@type": "Place",
                "name": "Chicago, IL, United States",
                "address": {
                    "@type": "PostalAddress",
                    "addressLocality": "Chicago",
                    "addressRegion": "IL",
                    "addressCountry": "USA",
                },
            },
            {"@type": "VirtualLocation", "url": activity.url},
        ],
        "organizer": [{"@type": "Organization", "name": "Test Hospital"}],
        "offers": {
            "@type": "Offer",
            "url": activity.url,
            "availabilityEnds": "2026-04-09",
            "category": "Free",
            "price": "0",
            "priceCurrency": "USD",
        },
    }


def test_what_is_taken_at_any_time_is_a_course_to_search_engines(client: Client, provider: Provider) -> None:
    activity = factories.activity(
        provider,
        format="EM",
        delivery_methods=["Online"],
        start_date="2026-01-01",
        end_date="2027-01-01",
        fee="Variable",
        providership="Joint",
        joint_providers=["Demo Society"],
    )
    drawn = page(client, activity)
    read = data(drawn)
    assert {
        name: read.get(name)
        for name in ("@type", "provider", "hasCourseInstance", "offers", "isAccessibleForFree")
    } == {
        "@type": "Course",
        "provider": [
            {"@type": "Organization", "name": "Test Hospital"},
            {"@type": "Organization", "name": "Demo Society"},
        ],
        "hasCourseInstance": {
            "@type": "CourseInstance",
            "courseMode": "online",
            "startDate": "2026-01-01",
            "endDate": "2027-01-01",
        },
        "offers": {"@type": "Offer", "url": activity.url, "availabilityEnds": "2027-01-01"},
        "isAccessibleForFree": None,
    }
    assert "Add the last day to calendar" in drawn
    assert "Available now" in drawn


def test_no_title_breaks_the_page(client: Client) -> None:
    provider = factories.provider(name=HOSTILE)
    activity = factories.activity(
        provider, **SOON, title=HOSTILE, description=f"{HOSTILE}\n\nsecond line\u2028third"
    )
    drawn = page(client, activity)
    assert data(drawn)["name"] == HOSTILE.replace("\u202e", "")
    assert data(drawn)["description"] == activity.description
    assert "<script>alert" not in drawn
    assert drawn.count("</script>") == drawn.count("<script")
    head = drawn[: drawn.index("</head>")]
    outside = re.sub(r"<script type.*?</script>", "", head, flags=re.S)
    assert "\u202e" not in outside
    # In the page it turns nothing but itself.
    body = drawn[drawn.index("<body") :]
    assert body.count("\u202e") == body.count("<bdi>&lt;/script&gt;") + body.count(
        'dir="auto">&lt;/script&gt;'
    )


def test_the_calendar_file_of_a_page(client: Client, provider: Provider) -> None:
    activity = factories.activity(provider, **SOON, title=HOSTILE)
    answer = client.get(f"/passport/activities/{activity.activity_id}/calendar.ics")
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    named = f'attachment; filename="activity-{activity.activity_id}.ics"'
    assert answer.headers["Content-Disposition"] == named
    assert answer.content.count(b"BEGIN:VEVENT") == 1
    assert f"URL:http://testserver/passport/activities/{activity.activity_id}/" in answer.content.decode()


def test_other_dates_of_the_same_content_are_named(client: Client, provider: Provider) -> None:
    instances = [
        {"start_date": "2026-05-05", "end_date": "2026-05-06", "delivery_methods": ["Live-Streamed"]},
        {"start_date": "2026-03-01", "end_date": "2026-03-01", "delivery_methods": ["Live-Streamed"]},
    ]
    first = factories.activity(provider, **SOON, repeated=True, instances=instances)
    scope = factories.scope(provider)
    made = make_instances(
        first.activity_id, scope=scope, actor=factories.actor(), door=Door.FORM, now=clock.now()
    )
    second, over = (one.activity for one in made)
    assert second is not None
    assert over is not None
    drawn = page(client, first)
    assert f'href="/passport/activities/{second.activity_id}/"' in drawn
    assert f'href="/passport/activities/{over.activity_id}/"' not in drawn
    assert f'href="/passport/activities/{first.activity_id}/"' in page(client, second)


def test_a_page_that_is_gone_says_only_that_and_what_there_is_now(client: Client, provider: Provider) -> None:
    ended = factories.activity(provider, title="The secret of yesterday", description="Hidden text")
    alone = page(client, ended, 410)
    assert "lists nothing else just now" in words(alone)
    now_on = factories.activity(provider, **SOON, title="What comes next")
    factories.activity(provider, **SOON, title="Not for all", on_passport=False)
    drawn = page(client, ended, 410)
    assert words(drawn) == (
        "This activity is no longer listed It has ended, or its provider, Test Hospital , has taken it off CME "
        "Passport. What Test Hospital offers now What comes next Live Course · Apr 8–9, 2026 · Chicago, IL · "
        "7.5 credits · Fee See all that this provider offers"
    )
    assert f"/passport/activities/{now_on.activity_id}/" in drawn
    assert client.get(f"/passport/activities/{ended.activity_id}/calendar.ics").status_code == 410
    for hidden in ("secret of yesterday", "Hidden text", "Not for all"):
        assert hidden not in drawn


def test_what_was_never_public_is_as_if_it_were_not_there(client: Client, provider: Provider) -> None:
    sandbox = factories.provider(accreditor=provider.accreditor, sandbox_of=provider)
    never = factories.activity(provider, **SOON, on_passport=False)
    tried = factories.activity(sandbox, **SOON)
    for activity_id in (never.activity_id, tried.activity_id, 999_999_999, 0, 2**70):
        for last in ("", "calendar.ics"):
            assert client.get(f"/passport/activities/{activity_id}/{last}").status_code == 404


def test_the_pages_ask_a_fixed_number_of_questions(client: Client, provider: Provider) -> None:
    shown, ended = factories.activity(provider, **SOON), factories.activity(provider)
    for number in range(4):
        factories.activity(provider, **SOON, title=f"Another {number}")
    addresses = {
        f"/passport/activities/{shown.activity_id}/": 1,
        f"/passport/activities/{shown.activity_id}/calendar.ics": 1,
        f"/passport/activities/{ended.activity_id}/": 4,
        "/sitemap.xml": 1,
        f"/sitemap-{shown.activity_id // sitemap.PART}.xml": 1,
        "/robots.txt": 0,
    }
    asked = {}
    for address in addresses:
        with CaptureQueriesContext(connection) as queries:
            client.get(address)
        asked[address] = len(queries)
    assert asked == addresses


def locations(client: Client, address: str) -> list[str]:
    """The addresses that a sitemap names."""
    answer = client.get(address)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/xml; charset=utf-8")
    return [
        found.text or ""
        for found in ElementTree.fromstring(answer.content).iter()
        if found.tag.endswith("}loc")
    ]


def test_the_sitemap_names_every_public_page_and_no_other(
    client: Client, provider: Provider, frozen: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sitemap, "PART", 2)
    assert locations(client, "/sitemap.xml") == []
    shown = [factories.activity(provider, **SOON, title=f"Course {number}") for number in range(3)]
    factories.activity(provider)
    factories.activity(provider, **SOON, on_passport=False)
    parts = locations(client, "/sitemap.xml")
    assert parts == [
        f"http://testserver/sitemap-{number}.xml"
        for number in sorted({one.activity_id // 2 for one in shown})
    ]
    pages = [page for part in parts for page in locations(client, part.removeprefix("http://testserver"))]
    assert pages == [f"http://testserver/passport/activities/{one.activity_id}/" for one in shown]
    changed = ElementTree.fromstring(client.get(parts[0].removeprefix("http://testserver")).content)
    moment = f"{shown[0].updated_at:%Y-%m-%dT%H:%M:%SZ}"
    assert next(found.text for found in changed.iter() if found.tag.endswith("}lastmod")) == moment
    assert client.get(f"/sitemap-{2**40}.xml").status_code == 404
    with clock.frozen(frozen + timedelta(days=60)):
        assert locations(client, "/sitemap.xml") == []
        assert client.get(parts[0].removeprefix("http://testserver")).status_code == 404


def test_robots_may_read_what_is_public(client: Client) -> None:
    assert client.get("/robots.txt").content.decode() == (
        "User-agent: *\nAllow: /passport/\nAllow: /static/\nDisallow: /passport/?\nDisallow: /\n\n"
        "Sitemap: http://testserver/sitemap.xml\n"
    )


def preview(client: Client, activity: Activity, role: str = "editor") -> str:
    """The provider's look at an activity."""
    client.force_login(factories.contact(activity.provider, role=role).person)
    answer = client.get(f"/providers/{activity.provider.number}/activities/{activity.activity_id}/passport/")
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_provider_sees_what_everybody_will_see_and_what_keeps_it_from_them(
    client: Client, provider: Provider
) -> None:
    activity = factories.activity(provider, **SOON, url="", registration="", internal_id="SECRET")
    drawn = preview(client, activity)
    here = f"/providers/{provider.number}/activities/{activity.activity_id}"
    assert "Not shown in CME Passport: 2 answers are missing." in words(drawn)
    assert f'href="{here}/registration-details/#{field_id("url")}"' in drawn
    assert f'href="{here}/registration-details/#{field_id("registration")}"' in drawn
    assert "How to recognise sepsis early" in drawn
    public = drawn[drawn.index("<article") : drawn.index("</article>")]
    assert "SECRET" not in public
    viewer = preview(client, activity, "viewer")
    assert "registration-details" not in viewer
    shown = factories.activity(provider, **SOON, title="Shown")
    assert (
        f'<a class="usa-link" href="/passport/activities/{shown.activity_id}/">Shown in CME Passport</a>'
        in preview(client, shown)
    )


def test_the_activity_says_in_a_line_whether_it_is_shown(client: Client, provider: Provider) -> None:
    shown = factories.activity(provider, **SOON)
    hidden = factories.activity(provider, **SOON, on_passport=False)
    client.force_login(factories.contact(provider).person)
    for activity, line in (
        (shown, "Shown in CME Passport"),
        (
            hidden,
            "Not shown in CME Passport: “Include in CME Passport” is answered with No. How it would look",
        ),
    ):
        here = f"/providers/{provider.number}/activities/{activity.activity_id}/"
        drawn = client.get(f"{here}information-for-learners/").content.decode()
        assert line in words(drawn)
        assert f'href="{here}passport/"' in drawn
        assert "This is how it looks in CME Passport" in words(drawn)
    client.force_login(factories.contact(provider, role="viewer").person)
    here = f"/providers/{provider.number}/activities/{hidden.activity_id}/"
    drawn = client.get(here).content.decode()
    assert "Not shown in CME Passport" in words(drawn)
