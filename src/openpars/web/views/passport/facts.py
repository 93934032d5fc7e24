"""A public record as its page says it: facts with their labels, in the order in which physicians ask for them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator, validate_email

from openpars.passport.texts import one_line
from openpars.rulebook.fields import ALL_FIELDS
from openpars.rulebook.kinds.dates import spoken
from openpars.rulebook.vocabularies import label

#: What stands where a question is answered later, often after the activity has ended.
NOT_YET: Final = "Not reported yet"
_is_web_address = URLValidator(schemes=["http", "https"])


@dataclass(frozen=True, slots=True)
class Fact:
    """A label and what it says, a line for each of `lines`; without any nothing has been reported yet."""

    label: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Contact:
    """How learners reach the provider. `address` is empty where the text is no e-mail and no web address."""

    text: str
    address: str


def essentials(record: dict[str, Any]) -> list[Fact]:
    """Return when, where, what for and for whom: what somebody has to know to take part."""
    first, last = (date.fromisoformat(record[name]) for name in ("start_date", "end_date"))
    days = [spoken(first)] if first == last else [f"{spoken(first)} to {spoken(last)}"]
    credits_ = record["credits"]
    facts = [
        Fact("Activity format", (record["format_name"],)),
        Fact("Date" if first == last else "Start and end date", tuple(days)),
        Fact("Delivery method", tuple(record["delivery_methods"] or ())),
        Fact("Location", _given(record["place"])),
        Fact(ALL_FIELDS["credits"].label, _given(credits_ and f"Up to {credits_}")),
        Fact("Fee to participate", _given(record["fee"])),
        Fact("Registration", _given(record["registration"])),
        Fact("Specialties", tuple(record["specialties"] or ())),
    ]
    return [fact for fact in facts if fact.lines]


def registrations(record: dict[str, Any]) -> list[list[Fact]]:
    """Return what the activity counts for at each certifying board."""
    return [
        [
            Fact("Certifying board", (label("boards", one["board"]),)),
            Fact("Credit types", tuple(one["credit_types"])),
            Fact("Practice areas", tuple(one["practice_areas"])),
            Fact("Points", (f"Up to {one['points']}",)),
            *([Fact("Content outline", (one["content_outline"],))] if one["content_outline"] else []),
        ]
        for one in record["collaborations"]
        if one["kind"] == "moc"
    ]


def programs(record: dict[str, Any]) -> list[str]:
    """Return the other programs that the activity counts for, in words."""
    words = {"rems": "FDA REMS: {}", "mips": "Qualifies as a MIPS improvement activity"}
    found = [
        words[one["kind"]].format(one.get("rems_type"))
        for one in record["collaborations"]
        if one["kind"] in words
    ]
    return list(dict.fromkeys(found))


def accountability(record: dict[str, Any]) -> list[Fact]:
    """Return who provides the activity, what is measured, and who pays for it."""
    support = record["commercial_support"]
    joint = record["joint_providers"]
    facts = [
        Fact("Providership", _given(record["providership"])),
        Fact("Joint providers", tuple(joint or ())),
        Fact("Measured outcomes", tuple(_outcomes(record["outcomes"] or ()))),
        Fact("Commercial support", {True: ("Yes",), False: ("No",)}.get(support["received"], ())),
    ]
    if record["providership"] != "Joint":
        facts = [fact for fact in facts if fact.label != "Joint providers"]
    if support["received"]:
        facts.append(Fact("Sources of commercial support", tuple(support["sources"] or ())))
    return facts


def contact(record: dict[str, Any]) -> Contact | None:
    """Return how a learner asks the provider about a credit that is missing, None where the provider did not say."""
    text = one_line(record["provider"]["learner_contact"] or "")
    if not text:
        return None
    try:
        validate_email(text)
    except ValidationError:
        pass
    else:
        subject = f"Question about {one_line(record['title'])} (activity {record['activity_id']})"
        return Contact(text, f"mailto:{text}?{urlencode({'subject': subject}).replace('+', '%20')}")
    try:
        _is_web_address(text)
    except ValidationError:
        return Contact(text, "")
    return Contact(text, text)


def host(record: dict[str, Any]) -> str:
    """Return the name of the site that the activity's own address leads to."""
    name = urlsplit(record["url"] or "").hostname or ""
    return name.removeprefix("www.")


def _outcomes(outcomes: Iterable[dict[str, Any]]) -> Iterable[str]:
    for one in outcomes:
        yield f"{label('outcomes', one['outcome'])} ({', '.join(one['measurement_types'])})"


def _given(words: str | None) -> tuple[str, ...]:
    return (words,) if words else ()


def drawn(record: dict[str, Any]) -> dict[str, Any]:
    """Return what the template of a public record needs, besides the record itself."""
    return {
        "record": record,
        "essentials": essentials(record),
        "registrations": registrations(record),
        "programs": programs(record),
        "accountability": accountability(record),
        "contact": contact(record),
        "host": host(record),
        "not_yet": NOT_YET,
    }
