"""Keeping what a person typed and could not be saved, for that person alone."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q

from openpars.rulebook.kinds.trouble import visible
from openpars.web.forms.tokens import Token
from openpars.web.models import FormEntry, forget_old_entries

#: Largest raw answers that are kept for somebody whose sign-in ran out, in characters of JSON.
LARGEST_KEPT = 1_000_000


def keep(token: Token, raw: Mapping[str, Any], *, base_revision: int | None, now: datetime) -> FormEntry:
    """Keep the raw answers of one step for the token's person, in place of what was kept for it before.

    Entries that nobody came back to go on the same occasion.
    """
    forget_old_entries(now=now)
    kept = {
        "provider_id": token.provider_id,
        "raw": _storable(raw),
        "base_revision": base_revision,
        "updated_at": now,
    }
    born = kept | {"created_at": now}
    if token.activity_id is not None:
        entry, _ = FormEntry.objects.update_or_create(
            person_id=token.person_id,
            activity_id=token.activity_id,
            step=token.step,
            defaults=kept,
            create_defaults=born,
        )
        return entry
    try:
        with transaction.atomic():
            entry, _ = FormEntry.objects.update_or_create(
                id=token.entry,
                person_id=token.person_id,
                activity_id=None,
                step=token.step,
                defaults=kept,
                create_defaults=born,
            )
    except IntegrityError:
        # The id is another entry's: only a token signed by us for another step could say so.
        return keep(_renewed(token), raw, base_revision=base_revision, now=now)
    return entry


def fits(raw: Mapping[str, Any]) -> bool:
    """Say whether raw answers are small enough to be kept for somebody who is not signed in."""
    return len(json.dumps(raw)) <= LARGEST_KEPT


def kept_for_step(person_id: int, *, provider_id: int, activity_id: int, step: str) -> FormEntry | None:
    """Return what the person typed into this step of a stored activity and has not saved."""
    return FormEntry.objects.filter(
        person_id=person_id, provider_id=provider_id, activity_id=activity_id, step=step
    ).first()


def new_entry(person_id: int, *, provider_id: int, entry: uuid.UUID) -> FormEntry | None:
    """Return the person's entry of an activity that does not exist yet."""
    return FormEntry.objects.filter(
        id=entry, person_id=person_id, provider_id=provider_id, activity_id=None
    ).first()


def unfinished(person_id: int, *, provider_id: int) -> list[FormEntry]:
    """Return what the person began at this provider and is no draft yet, the last first."""
    return list(
        FormEntry.objects.filter(person_id=person_id, provider_id=provider_id, activity_id=None).order_by(
            "-updated_at"
        )[:5]
    )


def forget(token: Token) -> None:
    """Delete what was kept for a step that has been saved now."""
    theirs = FormEntry.objects.filter(person_id=token.person_id, step=token.step)
    born_here = Q(id=token.entry)
    if token.activity_id is not None:
        born_here |= Q(activity_id=token.activity_id)
    theirs.filter(born_here).delete()


def _storable(value: Any) -> Any:
    """Return raw answers with control characters made visible, because PostgreSQL keeps no NUL."""
    if isinstance(value, Mapping):
        return {name: _storable(part) for name, part in value.items()}
    if isinstance(value, list):
        return [_storable(part) for part in value]
    return visible(value) if isinstance(value, str) else value


def _renewed(token: Token) -> Token:
    return Token(uuid.uuid4(), token.person_id, token.provider_id, token.activity_id, token.step)
