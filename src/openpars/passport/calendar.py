"""Activities as a calendar file (RFC 5545): days, not hours, because nobody is asked at what hour an activity begins.

A live course stands on its days. What people take when it suits them, or what runs for months, would fill a calendar
to no use: of that there are the days one must not miss, the last one, and where people meet the first one, too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date, timedelta
from typing import Final
from urllib.parse import urlsplit

from icalendar import Calendar, Event

from openpars.activities.models import Activity
from openpars.activities.records import decimal_text
from openpars.passport.places import place_of
from openpars.passport.texts import lines, one_line

#: The formats at which people meet, on site or on screen.
MEETING: Final = frozenset({"C", "RSS"})
#: Longer than this no course is attended day by day.
LONGEST_STAY: Final = timedelta(days=14)

Address = Callable[[Activity], str]


def calendar_of(activities: Iterable[Activity], *, address: Address, name: str) -> bytes:
    """Return a calendar called `name` of listed activities, which come with their providers.

    `address` gives the absolute address of an activity's page. The events of an activity keep their UID as long as
    the site keeps its name, so that a calendar that is read again changes them instead of adding others.
    """
    calendar = Calendar()
    calendar.add("PRODID", "-//OpenPARS//CME Passport//EN")
    calendar.add("VERSION", "2.0")
    calendar.add("METHOD", "PUBLISH")
    calendar.add("NAME", one_line(name))
    calendar.add("X-WR-CALNAME", one_line(name))
    for activity in activities:
        for event in _events(activity, address(activity)):
            calendar.add_component(event)
    return bytes(calendar.to_ical())


def is_attended(activity: Activity) -> bool:
    """Say whether people set days aside for the activity: a series, or a course of months, is not such."""
    return activity.format == "C" and activity.end_date - activity.start_date < LONGEST_STAY


def _events(activity: Activity, address: str) -> Iterator[Event]:
    first, last = activity.start_date, activity.end_date
    if is_attended(activity):
        yield _event(activity, address, first, last)
        return
    if activity.format in MEETING and first != last:
        yield _event(activity, address, first, first, kind="first", says="First day: ")
    yield _event(activity, address, last, last, kind="last", says="Last day: ")


def _event(
    activity: Activity, address: str, first: date, last: date, *, kind: str = "", says: str = ""
) -> Event:
    event = Event()
    place = f"-{kind}" if kind else ""
    event.add("UID", f"activity-{activity.activity_id}{place}@{urlsplit(address).hostname}")
    event.add("DTSTAMP", activity.updated_at)
    event.add("SEQUENCE", activity.revision)
    event.add("SUMMARY", f"{says}{one_line(activity.title)}")
    event.add("DTSTART", first)
    # The end of an event of whole days is the day after it.
    event.add("DTEND", last + timedelta(days=1))
    event.add("DESCRIPTION", _description(activity, address))
    event.add("URL", address)
    if location := place_of(activity) or ", ".join(activity.delivery_methods):
        event.add("LOCATION", one_line(location))
    # Nobody is busy because they think of taking part.
    event.add("TRANSP", "TRANSPARENT")
    return event


def _description(activity: Activity, address: str) -> str:
    facts = [one_line(activity.provider.name)]
    if activity.credits is not None:
        facts.append(f"{decimal_text(activity.credits)} AMA PRA Category 1 Credit(s)™")
    return "\n\n".join(["\n".join(facts), lines(activity.description), address])
