"""Copy: a new draft that says what an activity says, but for what is that one's own."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction

from openpars.accounts.actors import Actor
from openpars.accounts.scopes import Scope
from openpars.activities import locks, writer
from openpars.activities.doors import Door
from openpars.activities.outcomes import Outcome
from openpars.activities.queries import NoSuchActivity
from openpars.activities.records import Answers, answers_of
from openpars.activities.revising import new_activity, revise
from openpars.activities.writer import Deed, Written
from openpars.rulebook.fields import FIELDS, Field
from openpars.rulebook.kinds.dates import years_later


def copy(
    ids: Collection[int], *, to_next_year: bool, scope: Scope, actor: Actor, door: Door, now: datetime
) -> list[Outcome]:
    """Copy activities, closed ones too; each outcome holds the copy.

    What `Field.copied` says is left behind: internal ID, counts, support, attestations. With `to_next_year`
    every date moves by a year. Raises NoSuchActivity, PermissionDenied.
    """
    if not scope.may_write:
        raise PermissionDenied
    with transaction.atomic():
        homes = locks.homes(locks.home_of(ids, scope), now=now, lock=False)
        originals = locks.activities(ids, scope)
        written: list[Written] = []
        for activity_id, number in zip(ids, writer.numbers(len(ids)), strict=True):
            original = originals[activity_id]
            if original.deleted_at is not None:
                raise NoSuchActivity(activity_id)
            written.append(
                revise(
                    new_activity(number, provider_id=original.provider_id, now=now),
                    copied(answers_of(original), years=1 if to_next_year else 0),
                    {},
                    verb="copy",
                    before={},
                    home=homes[original.provider_id],
                    now=now,
                )
            )
        writer.write(written, Deed(actor=actor, door=door, at=now))
    return [Outcome(row.activity, changed=tuple(row.new), created=True, done=True) for row in written]


def copied(answers: Answers, *, years: int = 0) -> Answers:
    """Return what a copy of these answers says, its dates so many years later."""
    return _copied(answers, FIELDS.values(), years)


def _copied(answers: Mapping[str, Any], fields: Iterable[Field], years: int) -> Answers:
    return {
        field.name: _answer(answers[field.name], field, years)
        for field in fields
        if field.copied and answers.get(field.name) is not None
    }


def _answer(value: Any, field: Field, years: int) -> Any:
    if field.kind == "date":
        return years_later(date.fromisoformat(value), years).isoformat()
    if field.kind == "group":
        return [_copied(item, field.item, years) for item in value]
    return value
