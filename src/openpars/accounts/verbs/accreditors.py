"""Accreditors, their data and their entries of the open vocabularies."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import IntegrityError, transaction

from openpars.accounts import audit, words
from openpars.accounts.actors import Actor
from openpars.accounts.models import DEFAULT_TIME_ZONE, Accreditor
from openpars.accounts.refusals import Refused

OPEN_VOCABULARIES = ("supporters", "specialties", "practice_areas")
"""The vocabularies an accreditor adds to, by their names in the rulebook."""

_ENTRY_LIMIT = 200
_ENTRIES_LIMIT = 2000


@transaction.atomic
def create_accreditor(
    *,
    name: str,
    time_zone: str = DEFAULT_TIME_ZONE,
    short_name: str = "",
    email: str = "",
    phone: str = "",
    website: str = "",
) -> Accreditor:
    """Store an accreditor. Raises Refused for a name that is taken or an unknown time zone."""
    accreditor = Accreditor(
        **_clean(
            name=name, short_name=short_name, time_zone=time_zone, email=email, phone=phone, website=website
        )
    )
    _save(accreditor)
    return accreditor


@transaction.atomic
def update_accreditor(
    accreditor: Accreditor,
    *,
    actor: Actor,
    vocabulary_additions: Mapping[str, Iterable[str]] | None = None,
    **data: str,
) -> Accreditor:
    """Change what is given of an accreditor's data and vocabularies. Writes nothing when nothing changed.

    `data` takes the keywords of `create_accreditor`.
    """
    stored = Accreditor.objects.select_for_update().get(pk=accreditor.pk)
    changes: dict[str, tuple[Any, Any]] = {
        field: (getattr(stored, field), new)
        for field, new in _clean(**data).items()
        if getattr(stored, field) != new
    }
    for field, (_, new) in changes.items():
        setattr(stored, field, new)
    for vocabulary, entries in (vocabulary_additions or {}).items():
        if vocabulary not in OPEN_VOCABULARIES:
            raise Refused("This list cannot be added to.", field=vocabulary)
        old, new_entries = stored.vocabulary_additions.get(vocabulary, []), _entries(entries, vocabulary)
        if old != new_entries:
            stored.vocabulary_additions = {**stored.vocabulary_additions, vocabulary: new_entries}
            changes[vocabulary] = (old, new_entries)
    if not changes:
        return stored
    _save(stored)
    audit.record(
        audit.ACCREDITOR_CHANGED, actor=actor, accreditor=stored, subject=stored.name, changes=changes
    )
    return stored


def _clean(**data: str) -> dict[str, str]:
    clean: dict[str, str] = {}
    for field, text in data.items():
        match field:
            case "name":
                clean[field] = words.line(text, field=field, label="the accreditor’s name")
            case "time_zone":
                clean[field] = words.time_zone(text)
            case "email":
                clean[field] = words.email(text) if text.strip() else ""
            case "website":
                clean[field] = _website(text)
            case "short_name" | "phone":
                label = "the short name" if field == "short_name" else "the phone number"
                clean[field] = words.line(text, field=field, label=label, limit=40, required=False)
            case _:
                raise TypeError(f"an accreditor has no {field}")
    return clean


def _website(text: str) -> str:
    address = words.line(text, field="website", label="the website", limit=400, required=False)
    if address:
        try:
            URLValidator(schemes=["http", "https"])(address)
        except ValidationError:
            raise Refused("Enter a web address that starts with https://.", field="website") from None
    return address


def _entries(entries: Iterable[str], vocabulary: str) -> list[str]:
    """Return the entries without blanks and doubles (whatever their case), in the order given."""
    kept: dict[str, str] = {}
    for entry in entries:
        clean = words.line(entry, field=vocabulary, label="each line", limit=_ENTRY_LIMIT, required=False)
        if clean:
            kept.setdefault(clean.casefold(), clean)
    if len(kept) > _ENTRIES_LIMIT:
        raise Refused(f"Keep the list to {_ENTRIES_LIMIT} lines; it has {len(kept)}.", field=vocabulary)
    return list(kept.values())


def _save(accreditor: Accreditor) -> None:
    try:
        with transaction.atomic():
            accreditor.save()
    except IntegrityError:
        raise Refused("There is an accreditor with this name already.", field="name") from None
