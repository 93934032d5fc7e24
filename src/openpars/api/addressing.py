"""How an activity is addressed: by its activity ID, or as `internal:` and the provider's own internal ID."""

from __future__ import annotations

from typing import Final

from django.urls import register_converter
from django.urls.converters import StringConverter

from openpars.activities import queries
from openpars.activities.drafting import typed
from openpars.activities.queries import NoSuchActivity
from openpars.api.calls import Call

INTERNAL: Final = "internal:"


class Target(StringConverter):
    """The part of an address that says which activity; an internal ID may hold anything, slashes too."""

    regex = f"{INTERNAL}.+|[^/]+"


register_converter(Target, "target")


def activity_id_of(call: Call, target: str) -> int:
    """Return the activity ID of what is addressed; whether it is the caller's, its query says.

    Raises NoSuchActivity. No query for an ID, one for an internal ID.
    """
    if target.startswith(INTERNAL):
        found = by_internal_id(call, internal_id_of(call, target))
        if found is None:
            raise NoSuchActivity(target)
        return found
    if not (target.isascii() and target.isdigit() and len(target) <= len(str(queries.LAST_ID))):
        raise NoSuchActivity(target)
    return int(target)


def internal_id_of(call: Call, target: str) -> str:
    """Return the internal ID that is addressed, as it would be stored; raises NoSuchActivity for none."""
    said = typed({"internal_id": target.removeprefix(INTERNAL)}, today=call.today)
    internal_id: str | None = said.answers["internal_id"]
    if not internal_id:
        raise NoSuchActivity(target)
    return internal_id


def by_internal_id(call: Call, internal_id: str) -> int | None:
    """Return the ID of the provider's activity with this internal ID. One query."""
    found = queries.internal_ids(call.provider.pk, [internal_id])
    return next((activity_id for _, activity_id in found), None)


def deleted_id_of(call: Call, target: str) -> int:
    """Return the ID of what is addressed, to bring it back: of equal internal IDs, the one deleted last."""
    if target.startswith(INTERNAL):
        internal_id = internal_id_of(call, target)
        deleted = queries.deleted(call.scope, now=call.now).filter(internal_id=internal_id)
        found: int | None = deleted.values_list("pk", flat=True).first()
        if found is not None:
            return found
    return activity_id_of(call, target)
