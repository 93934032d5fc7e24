"""How the public pages tell of an activity in few words: when, where, for what fee, for which boards."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from openpars.activities.models import Activity
from openpars.activities.records import decimal_text
from openpars.passport.registrations import complete
from openpars.rulebook.judging import is_asked
from openpars.rulebook.vocabularies import label

FEES: Final = {"No, it's free": "Free", "Yes": "Fee", "Variable": "Fee varies"}
#: Formats that learners take part in when it suits them, as long as the activity runs.
ON_DEMAND: Final = frozenset({"EM", "JN"})


@dataclass(frozen=True, slots=True)
class Told:
    """An activity in few words; what is not known is empty."""

    format: str
    when: str
    where: str
    credits: str
    fee: str
    registration: str
    #: Abbreviations of the boards for whose certificates it counts.
    boards: tuple[str, ...]
    #: REMS, MIPS.
    programs: tuple[str, ...]


def told(activity: Activity, *, now: datetime) -> Told:
    """Tell of an activity that everybody may see; it comes with its provider and the provider's accreditor."""
    today = now.astimezone(ZoneInfo(activity.provider.accreditor.time_zone)).date()
    complete_ones = complete(activity.collaborations, activity.rejected, start_date=activity.start_date)
    return Told(
        format=label("formats", activity.format),
        when=when(activity.format, activity.start_date, activity.end_date, today=today),
        where=where(activity),
        credits=credit_words(activity),
        fee=FEES.get(activity.fee, ""),
        registration="Limited registration" if activity.registration == "Limited" else "",
        boards=tuple(dict.fromkeys(one["board"] for one in complete_ones if one["kind"] == "moc")),
        programs=tuple(dict.fromkeys(one["kind"].upper() for one in complete_ones if one["kind"] != "moc")),
    )


def when(format_: str, start: date, end: date, *, today: date) -> str:
    """Say when an activity takes place, or until when it can be taken."""
    if format_ in ON_DEMAND:
        return f"Until {_day(end)}" if start <= today else f"From {_day(start)} to {_day(end)}"
    return between(start, end)


def between(start: date, end: date) -> str:
    """Write two days as people do: a dash stands between them, and what they share is said once."""
    if start == end:
        return _day(end)
    if (start.year, start.month) == (end.year, end.month):
        return f"{start:%b} {start.day}–{end.day}, {end.year}"
    if start.year == end.year:
        return f"{start:%b} {start.day} – {_day(end)}"
    return f"{_day(start)} – {_day(end)}"


def where(activity: Activity) -> str:
    """Say where an activity takes place: its city, the ways it is delivered, or both."""
    asked = {"format": activity.format, "delivery_methods": activity.delivery_methods}
    methods = list(activity.delivery_methods) if is_asked("delivery_methods", asked) else []
    parts = []
    if "In-Person" in methods and is_asked("city", asked):
        parts = [activity.city, activity.state]
        if activity.country not in {"", "USA"}:
            parts.append(label("countries", activity.country))
        place = ", ".join(part for part in parts if part)
        if place:
            methods[methods.index("In-Person")] = place
    return " and ".join(methods)


def credit_words(activity: Activity) -> str:
    """Say how many credits an activity gives at most: 1.5 credits."""
    if activity.credits is None:
        return ""
    number = decimal_text(activity.credits)
    return f"{number} credit" if number == "1" else f"{number} credits"


def _day(value: date) -> str:
    return f"{value:%b} {value.day}, {value.year}"
