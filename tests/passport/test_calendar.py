"""Activities in a calendar: the days people need to know of, whole whatever the titles hold."""

from datetime import date
from typing import Any

import pytest
from icalendar import Calendar

from openpars.activities.models import Activity
from openpars.passport.calendar import calendar_of
from openpars.passport.texts import lines, one_line
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]

DAY = date(2026, 4, 8)


def address(activity: Activity) -> str:
    """The address of an activity's page."""
    return f"https://cme.test.example/passport/activities/{activity.activity_id}/"


def read(*activities: Activity) -> list[Any]:
    """The events of a calendar as another program reads them."""
    written = calendar_of(activities, address=address, name="Spring")
    assert all(len(line) <= 75 for line in written.split(b"\r\n"))
    assert b"\n" not in written.replace(b"\r\n", b"")
    calendar = Calendar.from_ical(written)
    assert (calendar["NAME"], calendar["VERSION"]) == ("Spring", "2.0")
    return list(calendar.walk("VEVENT"))


def days(activity: Activity) -> list[tuple[str, date, date]]:
    """The name, the first day, and the day after the last of each event of an activity."""
    events = read(activity)
    assert all(event["DTSTART"].params["VALUE"] == "DATE" for event in events)
    return [(event["SUMMARY"], event["DTSTART"].dt, event["DTEND"].dt) for event in events]


def stored(**answers: Any) -> Activity:
    """A new activity that is to come."""
    provider = factories.provider(name="Test Hospital")
    return factories.activity(provider, **{"start_date": "2026-04-08", "end_date": "2026-04-09", **answers})


def test_a_course_stands_on_its_days_with_all_that_one_needs_to_go_there() -> None:
    one, other = stored(), stored(title="Another", start_date="2026-05-01", end_date="2026-05-01")
    event, following = read(one, other)
    assert days(one) == [(one.title, DAY, date(2026, 4, 10))]
    assert days(other) == [("Another", date(2026, 5, 1), date(2026, 5, 2))]
    said = {name: str(event[name]) for name in ("UID", "URL", "LOCATION", "TRANSP", "DESCRIPTION")}
    assert said == {
        "UID": f"activity-{one.activity_id}@cme.test.example",
        "URL": address(one),
        "LOCATION": "Chicago, IL, United States",
        "TRANSP": "TRANSPARENT",
        "DESCRIPTION": "Test Hospital\n7.5 AMA PRA Category 1 Credit(s)™\n\n"
        f"How to recognise sepsis early, and what to do in the first hour.\n\n{address(one)}",
    }
    assert event["DTSTAMP"].dt == one.updated_at
    assert following["UID"] != event["UID"]


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ({"format": "EM", "delivery_methods": ["Online"]}, [("Last day: ", "2026-12-31")]),
        ({"format": "RSS"}, [("First day: ", "2026-04-08"), ("Last day: ", "2026-12-31")]),
        ({"format": "C"}, [("First day: ", "2026-04-08"), ("Last day: ", "2026-12-31")]),
        (
            {"format": "C", "end_date": "2026-04-22"},
            [("First day: ", "2026-04-08"), ("Last day: ", "2026-04-22")],
        ),
        ({"format": "RSS", "end_date": "2026-04-08"}, [("Last day: ", "2026-04-08")]),
    ],
)
def test_what_runs_long_or_is_taken_at_any_time_stands_on_the_days_one_must_not_miss(
    answers: dict[str, Any], expected: list[tuple[str, str]]
) -> None:
    activity = stored(**{"end_date": "2026-12-31", **answers})
    assert [(name, first.isoformat()) for name, first, _ in days(activity)] == [
        (f"{says}{activity.title}", day) for says, day in expected
    ]
    assert all((after - first).days == 1 for _, first, after in days(activity))
    uids = [event["UID"] for event in read(activity)]
    assert len(set(uids)) == len(expected)


def test_two_weeks_are_still_attended() -> None:
    assert len(days(stored(end_date="2026-04-21"))) == 1


@pytest.mark.parametrize(
    "title",
    [
        "A\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nSUMMARY:B",
        "One; two, three \\ four",
        "\u202eturned round",
        "é" * 400,
    ],
)
def test_no_title_breaks_the_file_or_turns_what_stands_beside_it(title: str) -> None:
    activity = stored(title=title, format="EM", delivery_methods=["Online"])
    (event,) = read(activity)
    assert event["SUMMARY"] == f"Last day: {one_line(activity.title)}"
    assert "\u202e" not in event["SUMMARY"]


def test_texts_for_places_without_markup_are_whole_lines_without_signs_nobody_sees() -> None:
    assert one_line("a\u202eb\x00 c\r\n\td\u2066") == "ab c d"
    assert lines("one \x07\r\n\u202btwo\n\n three") == "one\ntwo\n\nthree"


def test_where_nobody_travels_the_place_is_how_one_takes_part() -> None:
    (event,) = read(stored(delivery_methods=["Live-Streamed"]))
    assert event["LOCATION"] == "Live-Streamed"
