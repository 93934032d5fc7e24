"""The feed: every change of activities once, in order, for those who follow from where they stopped.

It is read for one provider, or by OpenPARS itself for the whole site, sandboxes included.

A follower remembers one number, the cursor: the id of the last change it has read. The feed goes by the transaction
that wrote a change, then by id, and holds back what others may still write before it (see `transactions`). So a
change that shows up late, because its writer took long, comes after what was told meanwhile, and is never passed by.
While a writer is at it, all that was written since it began waits with it.

The cursor stands for a place in the order, whatever transaction its change has: it leads on after a backup has been
restored, too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.db.models import QuerySet

from openpars.accounts.scopes import Scope
from openpars.activities.models import Change
from openpars.activities.transactions import behind, ended

#: Before the first change.
BEGINNING = 0
#: No id of a change is above this; databases take it ill to be asked for one.
_LAST_ID = 2**63 - 1


class NoSuchCursor(Exception):
    """No change was ever told by this cursor: it is made up, or of another site, or of a time after the backup."""


class Event(StrEnum):
    """What a change means to a follower."""

    CREATED = "created"
    CHANGED = "changed"
    CLOSED = "closed"
    REOPENED = "reopened"
    DELETED = "deleted"
    RESTORED = "restored"


@dataclass(frozen=True, slots=True)
class Page:
    """Changes as they follow on each other, the cursor behind the last, and whether there were more to read."""

    changes: Sequence[Change]
    cursor: int
    more: bool


@dataclass(frozen=True, slots=True)
class Touched:
    """The activities that changes are about, the cursor behind the last change, and whether there were more."""

    activity_ids: frozenset[int]
    cursor: int
    more: bool


def since(scope: Scope, cursor: int, *, limit: int) -> Page:
    """Return the changes behind the cursor, at most `limit` of them: those that the scope may follow.

    `BEGINNING` is the cursor before the first one. Raises NoSuchCursor, and ValueError for a scope that is neither
    a provider's nor OpenPARS's own.
    """
    found = list(_behind(scope, cursor)[: limit + 1])
    changes = found[:limit]
    return Page(changes, changes[-1].pk if changes else cursor, more=len(found) > limit)


def touched(scope: Scope, cursor: int, *, limit: int) -> Touched:
    """Return which activities the changes behind the cursor are about, and nothing else; otherwise as `since`."""
    found = list(_behind(scope, cursor).values_list("pk", "activity_id")[: limit + 1])
    read = found[:limit]
    ids = frozenset(activity_id for _, activity_id in read)
    return Touched(ids, read[-1][0] if read else cursor, more=len(found) > limit)


def end(scope: Scope) -> int:
    """Return the cursor behind all that is told now: for a follower that wants to hear of what comes."""
    last = _told(scope).order_by("-transaction", "-id").values_list("pk", flat=True).first()
    return BEGINNING if last is None else last


def sign_of(cursor: int) -> str:
    """Return what tells the history that a cursor was given in from another one; raises NoSuchCursor.

    After an older backup has been restored, ids are given a second time: the change by the same number is another.
    """
    if cursor == BEGINNING:
        return ""
    columns = ("activity_id", "revision", "at")
    activity_id, revision, at = _place_of(cursor, *columns)
    return f"{activity_id} {revision} {at.isoformat()}"


def event_of(change: Change) -> Event:
    """Return what a change means. Undoing a file can mean any of it; the verb alone does not say."""
    if change.verb in ("add", "copy"):
        return Event.CREATED
    if "deleted_at" in change.new:
        return Event.RESTORED if change.new["deleted_at"] is None else Event.DELETED
    if "closed_at" in change.new:
        return Event.REOPENED if change.new["closed_at"] is None else Event.CLOSED
    return Event.CHANGED


def as_json(change: Change) -> dict[str, Any]:
    """Return a change as web services tell it, in plain JSON.

    `old` and `new` hold the fields that changed as the record has them; none says that there is no answer.
    """
    return {
        "cursor": str(change.pk),
        "activity_id": change.activity_id,
        "revision": change.revision,
        "verb": event_of(change).value,
        "at": change.at.isoformat(),
        "door": change.door,
        "actor": change.actor_name,
        "reason": change.reason,
        "upload": None if change.upload is None else str(change.upload),
        "old": change.old,
        "new": change.new,
    }


def _told(scope: Scope) -> QuerySet[Change]:
    told = Change.objects.filter(ended())
    if scope.kind == "system" and scope.provider_id is None:
        return told
    if scope.kind not in ("provider", "accreditor", "system") or scope.provider_id is None:
        message = "The feed is read for one provider, or for the whole site by OpenPARS itself."
        raise ValueError(message)
    return told.filter(provider=scope.provider_id)


def _behind(scope: Scope, cursor: int) -> QuerySet[Change]:
    told = _told(scope)
    if cursor != BEGINNING:
        (transaction,) = _place_of(cursor, "transaction")
        told = told.filter(behind(transaction, cursor))
    return told.order_by("transaction", "id")


def _place_of(cursor: int, *columns: str) -> tuple[Any, ...]:
    if 0 < cursor <= _LAST_ID:
        found = Change.objects.filter(pk=cursor).values_list(*columns).first()
        if found is not None:
            return tuple(found)
    raise NoSuchCursor(cursor)
