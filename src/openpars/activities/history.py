"""What happened to an activity, in words."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any

from openpars.accounts.scopes import Scope
from openpars.activities import queries
from openpars.activities.models import Change
from openpars.activities.records import is_missing
from openpars.rulebook.fields import FIELDS, Field, field_at
from openpars.rulebook.kinds.dates import spoken
from openpars.rulebook.vocabularies import label

NOTHING = "—"
#: What the history tells besides answers. A repeat group is an inner tie, told by the reason of its change.
_LIFE = {"closed_at": "Marked as closed", "deleted_at": "Deleted"}
_KEPT = {
    "yearly_counts": "Counts of each year",
    "legacy": "Answers of earlier years",
    "extra": "Kept as it came",
}
#: Parts of an entry that need no label beside what they say.
_PLAIN_PARTS = frozenset({"source", "amount"})

Row = tuple[str, str, str]


def history(scope: Scope, activity_id: int) -> list[Change]:
    """Return the changes of an activity of the scope, the newest first. Raises NoSuchActivity."""
    activity = queries.get(scope, activity_id)
    return list(queries.changes([activity.activity_id]))[::-1]


def describe(change: Change) -> list[Row]:
    """Return what a change changed: the field's label, the old answer and the new one, in words."""
    return list(_rows(change))


def _rows(change: Change) -> Iterator[Row]:
    old, new = change.old, change.new
    for name, field in FIELDS.items():
        if name in new:
            yield field.label, words(old.get(name), field), words(new[name], field)
    for name, told in _KEPT.items():
        if name in new:
            told_in = _counts if name == "yearly_counts" else _plain
            yield told, told_in(old.get(name)), told_in(new[name])
    before, after = old.get("rejected") or {}, new.get("rejected") or {}
    if "rejected" in new:
        for path in sorted({*before, *after}):
            if before.get(path) != after.get(path):
                yield f"{_label(path)} (typed, to be mended)", _text(before.get(path)), _text(after.get(path))
    for name, told in _LIFE.items():
        if name in new:
            yield told, "Yes" if old.get(name) else "No", "Yes" if new[name] else "No"


def words(value: Any, field: Field) -> str:
    """Return an answer as people read it, each entry of a group on a line of its own."""
    if is_missing(value):
        return NOTHING
    told = _WORDS.get(field.kind)
    if told is not None:
        return told(value)
    if field.kind == "group":
        return "\n".join(_item(item, field) for item in value)
    return "; ".join(_term(part, field) for part in value) if field.multiple else _term(value, field)


_WORDS: dict[str, Callable[[Any], str]] = {
    "date": lambda value: spoken(date.fromisoformat(value)),
    "yes-no": lambda value: "Yes" if value else "No",
    "money": lambda value: f"${value:,}",
    "whole-number": lambda value: f"{value:,}",
}


def _term(value: Any, field: Field) -> str:
    if value is None:
        return NOTHING
    if field.vocabulary is None:
        return str(value)
    told = label(field.vocabulary, value)
    # Everybody speaks of the criteria by their numbers.
    return f"{value} {told}" if field.name == "commendation_criteria" and told != value else told


def _item(item: Mapping[str, Any], field: Field) -> str:
    """Return an entry in a line: what it is first (its kind, its outcome), then the rest with its labels.

    What is said of the first by nothing but choices stands in brackets: Learner Competence (Subjective).
    """
    answered = [part for part in field.item if not is_missing(item.get(part.name))]
    if [part.kind for part in field.item] == ["choice", "choices"] and len(answered) == len(field.item):
        first, second = field.item
        how = ", ".join(_term(value, second) for value in item[second.name])
        return f"{words(item[first.name], first)} ({how})"
    return ", ".join(
        told
        if (place == 0 and part.kind == "choice") or part.name in _PLAIN_PARTS
        else f"{part.label}: {told}"
        for place, part in enumerate(answered)
        for told in (words(item[part.name], part),)
    )


def _label(path: str) -> str:
    field = field_at(path)
    return field.label if field else path


def _text(text: str | None) -> str:
    return text or NOTHING


def _counts(value: Any) -> str:
    """Return the totals of each year, one year to a line."""
    if is_missing(value):
        return NOTHING
    return "\n".join(
        f"{spoken(date.fromisoformat(year['as_of']))}: {_number(year.get('physicians'))} physicians, "
        f"{_number(year.get('other_learners'))} other learners"
        for year in value
    )


def _number(value: int | None) -> str:
    return NOTHING if value is None else f"{value:,}"


def _plain(value: Any) -> str:
    if is_missing(value):
        return NOTHING
    if isinstance(value, list):
        return "; ".join(_plain(part) for part in value)
    if isinstance(value, dict):
        return ", ".join(f"{name}: {NOTHING if part is None else part}" for name, part in value.items())
    return str(value)
