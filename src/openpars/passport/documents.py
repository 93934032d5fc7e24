"""Of a listed activity, what the index holds of it: public answers, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date
from functools import lru_cache
from typing import Any

from tantivy import Document

from openpars.activities.models import Activity
from openpars.passport import schema
from openpars.passport.listed import Listed, stamp
from openpars.passport.registrations import complete
from openpars.rulebook.judging import is_asked
from openpars.rulebook.vocabularies import VOCABULARIES, label

_SCHEMA = schema.build()
_FIRST_DAY = date(1970, 1, 1).toordinal()
_WORD = re.compile(r"[^\W\d_]+")
#: Words that abbreviations leave out.
_SMALL = frozenset({"a", "an", "and", "at", "by", "for", "from", "in", "of", "on", "or", "the", "to", "with"})
#: Letters of the abbreviations that are made of titles; what is longer is no word that people use.
_SHORTEST, _LONGEST = 3, 5
#: Words of a title that abbreviations are looked for in.
_MOST_WORDS = 40


def document(activity: Activity | Listed) -> Document:
    """Return the document of an activity that everybody may see; the caller has made sure that they may."""
    asked = {
        "format": activity.format,
        "delivery_methods": activity.delivery_methods,
        "providership": activity.providership,
    }
    deliveries = _texts(activity.delivery_methods) if is_asked("delivery_methods", asked) else []
    provider = activity.provider
    fields: dict[str, Any] = {
        "activity_id": activity.activity_id,
        "stamp": stamp(
            activity.updated_at, activity.revision, activity.ends_at, provider.number, provider.name
        ),
        "title": activity.title,
        "title_stem": activity.title,
        "provider": provider.name,
        "provider_number": provider.number,
        "description_stem": activity.description,
        "initials": " ".join(initials(activity.title)),
        "format": activity.format,
        "delivery": deliveries,
        "starts": activity.start_date.toordinal() - _FIRST_DAY,
        "ends": activity.end_date.toordinal() - _FIRST_DAY,
        "ends_at": int(activity.ends_at.timestamp()),
        "created": int(activity.created_at.timestamp()),
    }
    other = [_worded("formats", activity.format), *deliveries]
    if activity.registration:
        fields["registration"] = activity.registration
    if activity.fee:
        fields["fee"] = activity.fee
    if activity.credits is not None:
        fields["credits"] = int(activity.credits * 100)
    if activity.specialties:
        specialties = _texts(activity.specialties)
        fields["specialty"] = specialties
        fields["specialties"] = [_worded("specialties", one) for one in specialties]
    if deliveries and activity.country and is_asked("country", asked):
        fields["country"] = activity.country
        place = [activity.city, activity.state, _worded("countries", activity.country)]
        if activity.country == "USA" and activity.state:
            fields["state"] = activity.state
            place[1] = _worded("states", activity.state)
        fields["place"] = [part for part in place if part]
    if activity.joint_providers and is_asked("joint_providers", asked):
        other += _texts(activity.joint_providers)
    if activity.collaborations:
        other += _programs(activity, fields)
    fields["other"] = other
    return Document.from_dict(fields, _SCHEMA)


def _programs(activity: Activity | Listed, fields: dict[str, Any]) -> Iterator[str]:
    """Put what the activity counts for among the fields; gives the words for it."""
    boards, types = [], []
    for one in complete(activity.collaborations, activity.rejected, start_date=activity.start_date):
        kind = one["kind"]
        yield _worded("collaboration_kinds", kind)
        if kind != "moc":
            fields[kind] = "yes"
            if program := one.get("rems_type"):
                yield program
            continue
        board = one["board"]
        boards.append(board)
        types += [f"{board}: {name}" for name in _texts(one["credit_types"])]
        yield _worded("boards", board)
        yield from _texts(one["credit_types"])
        yield from _texts(one["practice_areas"])
        if outline := one.get("content_outline"):
            yield outline
    if boards:
        fields["board"], fields["credit_type"] = boards, types


@lru_cache(maxsize=8192)
def _worded(vocabulary: str, code: str) -> str:
    """Return all the words that a code is known by: itself, its label and its aliases."""
    term = VOCABULARIES[vocabulary].by_code.get(code)
    words = [code, label(vocabulary, code), *(term.aliases if term else ())]
    return " / ".join(dict.fromkeys(words))


def _texts(values: Iterable[str | None]) -> list[str]:
    """Return those of the values that are there."""
    return [value for value in values if value]


def initials(title: str) -> Iterator[str]:
    """Give what words that follow on each other in a title are abbreviated to, in small letters: acls, and the like."""
    letters = "".join(word[0] for word in _WORD.findall(title.casefold())[:_MOST_WORDS] if word not in _SMALL)
    for start in range(len(letters) - _SHORTEST + 1):
        for length in range(_SHORTEST, min(_LONGEST, len(letters) - start) + 1):
            yield letters[start : start + length]
