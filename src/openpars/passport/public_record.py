"""What everybody may know of an activity, as plain JSON: the answers that the rulebook declares public, and no others.

Answers that do not apply are not told, nor texts that are no answer. A registration with a board or program is told
once the rulebook finds nothing missing in it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from openpars.activities.models import Activity
from openpars.activities.records import answers_of, is_missing, phase_of, status_of, without_places
from openpars.passport.places import place_of
from openpars.passport.registrations import complete
from openpars.rulebook.declaring import Field
from openpars.rulebook.fields import FIELDS
from openpars.rulebook.findings import Stage
from openpars.rulebook.judging import is_asked, stops
from openpars.rulebook.vocabularies import label


def public_record(activity: Activity, *, now: datetime) -> dict[str, Any]:
    """Return what everybody may know of an activity at the instant `now`, whether it is listed or not.

    The activity comes with its provider and the provider's accreditor. Keys are the names of the answers, with
    `support_received` and `support` as `commercial_support`; dates are ISO texts, credits and points decimal texts,
    the format is its code, a collaboration's board its abbreviation. None says "not answered": for what is reported
    later, "not reported yet". A list whose question does not apply, or that nobody has to answer, is empty. `place`
    is where people meet, in words. The address of its page is the caller's to add.
    """
    provider = activity.provider
    today = now.astimezone(ZoneInfo(provider.accreditor.time_zone)).date()
    said = public_answers(activity, today=today)
    received, sources = said.pop("support_received"), said.pop("support")
    return {
        "activity_id": activity.activity_id,
        "title": said.pop("title"),
        "status": status_of(activity, now=now).value,
        "phase": phase_of(activity, today=today).value,
        "provider": {
            "number": provider.number,
            "name": provider.name,
            "learner_contact": provider.learner_contact or None,
        },
        "format": said.pop("format"),
        "format_name": label("formats", activity.format),
        **said,
        "place": place_of(activity) or None,
        "commercial_support": {
            "received": received,
            "sources": None
            if received is None or sources is None
            else list(dict.fromkeys(one["source"] for one in sources)),
        },
    }


def public_answers(activity: Activity, *, today: date) -> dict[str, Any]:
    """Return the public answers by their names, in the order of the form; `today` is the accreditor's.

    None stands for a missing answer. A list is None where it is asked for sooner or later and not answered, and
    empty where it does not apply or nobody has to answer.
    """
    answers = answers_of(activity)
    found = stops(answers, rejected=activity.rejected, today=today, goal=Stage.CLOSE)
    lacking = {finding.path for finding in found}
    registered = complete(activity.collaborations, activity.rejected, start_date=activity.start_date)
    return {
        name: _told(field, answers | {"collaborations": registered}, lacking)
        if is_asked(name, answers)
        else _nothing(field)
        for name, field in FIELDS.items()
        if field.public
    }


def _told(field: Field, answers: Mapping[str, Any], lacking: Set[str]) -> Any:
    value = answers.get(field.name)
    if field.kind == "group":
        value = list(_entries(field, answers, lacking))
    elif isinstance(value, list):
        value = without_places(value)
    if is_missing(value):
        return None if field.needs else _nothing(field)
    return value


def _nothing(field: Field) -> Any:
    return [] if field.multiple else None


def _entries(field: Field, answers: Mapping[str, Any], lacking: Set[str]) -> Iterator[dict[str, Any]]:
    """Give the public parts of each entry of a group, as far as they apply; not of one that lacks any of them."""
    for position, entry in enumerate(answers.get(field.name) or ()):
        paths = {part: f"{field.name}.{position}.{part.name}" for part in field.item if part.public}
        if not isinstance(entry, Mapping):
            continue
        # Of the registrations those that lack something are out already, and the others have moved up.
        if field.name != "collaborations" and not lacking.isdisjoint(paths.values()):
            continue
        yield {
            part.name: _part(part, entry.get(part.name))
            for part, path in paths.items()
            if is_asked(path, answers)
        }


def _part(part: Field, value: Any) -> Any:
    if isinstance(value, list):
        value = without_places(value)
    return _nothing(part) if is_missing(value) else value
