"""Two people, one activity: which of an edit's fields clash with what others wrote meanwhile."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from openpars.activities.drafting import Typed
from openpars.activities.models import Change
from openpars.activities.outcomes import Conflict
from openpars.activities.records import is_missing
from openpars.rulebook.paths import root


@dataclass(frozen=True, slots=True)
class Meeting:
    """An edit after it met what others wrote: what is left of it, and where the two clash."""

    edit: Typed
    conflicts: tuple[Conflict, ...]


def same(one: Any, other: Any) -> bool:
    """Say whether two answers are the same; all ways of not answering are."""
    return one == other or (is_missing(one) and is_missing(other))


def meet(
    edit: Typed,
    changes: Sequence[Change],
    *,
    stored: Mapping[str, Any],
    stored_rejected: Mapping[str, str],
) -> Meeting:
    """Compare an edit, field by field, with the changes (oldest first) since the revision it was drawn from.

    A field that others changed and this edit left as it was drawn keeps their value; one that both changed
    to different values clashes; everything else is this edit's.
    """
    base: dict[str, Any] = {}
    base_rejected: Mapping[str, str] = stored_rejected
    last: dict[str, Change] = {}
    for change in reversed(changes):
        base |= change.old
        base_rejected = change.old.get("rejected", base_rejected)
    for change in changes:
        last |= dict.fromkeys(_fields(change), change)
    theirs_stay: list[str] = []
    conflicts: list[Conflict] = []
    for name in edit.fields:
        if name not in last:
            continue
        mine = edit.said(name)
        drawn = base_rejected.get(name, base[name] if name in base else stored.get(name))
        theirs = stored_rejected.get(name, stored.get(name))
        nested = [path for path in edit.rejected if path != name and root(path) == name]
        if not nested and same(mine, drawn):
            theirs_stay.append(name)
        elif nested or not (same(mine, theirs) or same(theirs, drawn)):
            by = last[name]
            conflicts.append(Conflict(name, drawn, theirs, mine, by.actor_name, by.at))
    return Meeting(edit.without(theirs_stay), tuple(conflicts))


def _fields(change: Change) -> set[str]:
    """The fields a change touched, by value or by the text kept beside it."""
    paths = {path for side in (change.old, change.new) for path in side.get("rejected") or ()}
    return ({*change.old, *change.new} - {"rejected"}) | {root(path) for path in paths}
