"""An activity in the words of schema.org, for search engines and other programs that read pages."""

from __future__ import annotations

from typing import Any, Final

from openpars.passport.calendar import MEETING
from openpars.passport.texts import one_line

_ATTENDANCE: Final = {
    frozenset({"In-Person"}): "OfflineEventAttendanceMode",
    frozenset({"Live-Streamed"}): "OnlineEventAttendanceMode",
    frozenset({"In-Person", "Live-Streamed"}): "MixedEventAttendanceMode",
}


def structured(record: dict[str, Any], *, address: str) -> dict[str, Any]:
    """Return a public record as JSON-LD: an event where people meet, otherwise a course that is taken at any time.

    `address` is the absolute address of the activity's page.
    """
    organizers = [
        _organization(name) for name in (record["provider"]["name"], *(record["joint_providers"] or ()))
    ]
    common: dict[str, Any] = {
        "@context": "https://schema.org",
        "@id": address,
        "url": address,
        "name": one_line(record["title"]),
        "description": record["description"],
        "identifier": str(record["activity_id"]),
        "sameAs": record["url"],
        "keywords": record["specialties"],
        "educationalCredentialAwarded": _credits(record["credits"]),
        "isAccessibleForFree": {"No, it's free": True, "Yes": False}.get(record["fee"]),
        "audience": {"@type": "MedicalAudience", "audienceType": "Physicians"},
    }
    kind = _event if record["format"] in MEETING else _course
    said = kind(record, organizers) | common
    return {name: value for name, value in said.items() if value not in (None, "", [])}


def _event(record: dict[str, Any], organizers: list[dict[str, Any]]) -> dict[str, Any]:
    mode = _ATTENDANCE.get(frozenset(record["delivery_methods"]))
    locations = []
    if "In-Person" in record["delivery_methods"]:
        locations.append(
            {"@type": "Place", "name": record["place"] or record["city"], "address": _address(record)}
        )
    if "Live-Streamed" in record["delivery_methods"]:
        locations.append({"@type": "VirtualLocation", "url": record["url"]})
    return {
        "@type": "EducationEvent",
        "startDate": record["start_date"],
        "endDate": record["end_date"],
        "eventStatus": "https://schema.org/EventScheduled",
        "eventAttendanceMode": f"https://schema.org/{mode}" if mode else None,
        "location": locations,
        "organizer": organizers,
        "offers": _offer(record),
    }


def _course(record: dict[str, Any], organizers: list[dict[str, Any]]) -> dict[str, Any]:
    online = "Online" in record["delivery_methods"]
    instance = {
        "@type": "CourseInstance",
        "courseMode": "online" if online else "onsite" if record["place"] else None,
        "startDate": record["start_date"],
        "endDate": record["end_date"],
        "location": record["place"],
    }
    return {
        "@type": "Course",
        "provider": organizers,
        "offers": _offer(record),
        "hasCourseInstance": {name: value for name, value in instance.items() if value},
    }


def _offer(record: dict[str, Any]) -> dict[str, Any]:
    offer = {
        "@type": "Offer",
        "url": record["url"],
        "availabilityEnds": record["end_date"],
        "category": {"No, it's free": "Free", "Yes": "Paid"}.get(record["fee"]),
    }
    if offer["category"] == "Free":
        offer |= {"price": "0", "priceCurrency": "USD"}
    return {name: value for name, value in offer.items() if value}


def _address(record: dict[str, Any]) -> dict[str, Any]:
    parts = {
        "addressLocality": record["city"],
        "addressRegion": record["state"],
        "addressCountry": record["country"],
    }
    return {"@type": "PostalAddress"} | {name: value for name, value in parts.items() if value}


def _organization(name: str) -> dict[str, Any]:
    return {"@type": "Organization", "name": one_line(name)}


def _credits(credits_: str | None) -> str | None:
    return credits_ and f"{credits_} AMA PRA Category 1 Credit(s)™"
