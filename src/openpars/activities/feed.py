"""The feed: every change of a provider's activities once, in order, for those who follow from where they stopped.

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

from django.db.models import Q, QuerySet

from openpars.accounts.scopes import Scope
from openpars.activities.models import Change
from openpars.activities.transactions import Ended

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


def since(scope: Scope, cursor: int, *, limit: int) -> Page:
    """Return the changes behind the cursor, at most `limit` of them; those of the scope's provider alone.

    `BEGINNING` is the cursor before the first one. Raises NoSuchCursor, and ValueError for a scope without a
    provider, or one that may not look.
    """
    told = _told(scope)
    if cursor != BEGINNING:
        transaction = _transaction_of(cursor)
        told = told.filter(Q(transaction__gt=transaction) | Q(transaction=transaction, id__gt=cursor))
    found = list(told.order_by("transaction", "id")[: limit + 1])
    changes = found[:limit]
    return Page(changes, changes[-1].pk if changes else cursor, more=len(found) > limit)


def end(scope: Scope) -> int:
    """Return the cursor behind all that is told now: for a follower that wants to hear of what comes."""
    last = _told(scope).order_by("-transaction", "-id").values_list("pk", flat=True).first()
    return BEGINNING if last is None else last


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
    if scope.kind not in ("provider", "accreditor", "system") or scope.provider_id is None:
        message = "The feed is read for one provider."
        raise ValueError(message)
    return Change.objects.filter(provider=scope.provider_id, transaction__lt=Ended())


def _transaction_of(cursor: int) -> int:
    if 0 < cursor <= _LAST_ID:
        found = Change.objects.filter(pk=cursor).values_list("transaction", flat=True).first()
        if found is not None:
            return int(found)
    raise NoSuchCursor(cursor)
