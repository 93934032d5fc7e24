"""Between the stored row and the one plain form of answers that every room speaks."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Protocol
from uuid import UUID

import msgspec

from openpars.activities.models import Activity
from openpars.rulebook.lifecycle import Phase, Status, phase, status
from openpars.rulebook.paths import root

Answers = dict[str, Any]

TEXTS = (
    "title",
    "format",
    "city",
    "state",
    "country",
    "description",
    "registration",
    "fee",
    "url",
    "internal_id",
    "providership",
)
DATES = ("start_date", "end_date", "counts_as_of")
DECIMALS = ("credits",)
PLAIN = (
    "sessions",
    "repeated",
    "on_passport",
    "support_received",
    "commendation",
    "physicians",
    "other_learners",
)
LISTS = (
    "delivery_methods",
    "instances",
    "specialties",
    "collaborations",
    "joint_providers",
    "outcomes",
    "support",
    "commendation_criteria",
    "yearly_counts",
)
MAPPINGS = ("legacy", "extra")

#: Every answer that a row holds, in the order of the form.
STORED: tuple[str, ...] = tuple(
    field.name
    for field in Activity._meta.concrete_fields
    if field.name in {*TEXTS, *DATES, *DECIMALS, *PLAIN, *LISTS, *MAPPINGS}
)


class Stored(Protocol):
    """A stored activity as far as the rules for saving ask about it: the whole row, or a `Held` one."""

    @property
    def activity_id(self) -> int:
        """Its ID."""

    @property
    def rejected(self) -> dict[str, str]:
        """The texts that are kept beside it."""

    @property
    def complete_for(self) -> int:
        """How far its answers reach."""

    @property
    def ends_at(self) -> datetime:
        """The instant at which its end date has passed."""

    @property
    def closed_at(self) -> datetime | None:
        """When it was closed."""

    @property
    def likeness(self) -> int:
        """What is equal for activities that look alike."""

    @property
    def repeat_group(self) -> UUID | None:
        """The repeat group it belongs to."""


@dataclass(frozen=True, slots=True)
class Held:
    """A stored activity, read for its answers alone: thousands of them take a fraction of the time of rows."""

    activity_id: int
    answers: Answers
    rejected: dict[str, str]
    revision: int
    complete_for: int
    ends_at: datetime
    likeness: int
    closed_at: datetime | None
    deleted_at: datetime | None
    repeat_group: UUID | None

    @property
    def internal_id(self) -> str:
        """Its internal ID, empty when it has none."""
        internal_id: str = self.answers.get("internal_id", "")
        return internal_id


#: The columns that a `Held` activity is read from, in this order.
HELD_COLUMNS = (
    *STORED,
    "rejected",
    "activity_id",
    "revision",
    "complete_for",
    "likeness",
    "ends_at",
    "closed_at",
    "deleted_at",
    "repeat_group",
)


def held_of(row: Sequence[Any]) -> Held:
    """Return the activity that a driver gave as a row of `HELD_COLUMNS`, whichever database it is."""
    answers: Answers = {}
    for (name, nothing, read), value in zip(_READERS, row, strict=False):
        if value is not None and value != nothing:
            answers[name] = value if read is None else read(value)
    rejected, activity_id, revision, complete_for, likeness, *instants, group = row[len(STORED) :]
    ends_at, closed_at, deleted_at = (_instant(value) for value in instants)
    return Held(
        activity_id,
        answers,
        {} if rejected == "{}" else _json(rejected),
        revision,
        complete_for,
        ends_at or datetime.max.replace(tzinfo=UTC),
        likeness,
        closed_at,
        deleted_at,
        UUID(group) if isinstance(group, str) else group,
    )


def is_missing(value: Any) -> bool:
    """Say whether a value is no answer: None, an empty text, an empty list."""
    return value is None or (not value and value in ("", [], {}))


def decimal_text(value: Decimal) -> str:
    """Return a decimal in its shortest plain form: 10, 0.25, 10.5."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def answers_of(activity: Activity) -> Answers:
    """Return the answers of a stored activity in canonical form; missing ones are absent."""
    answers: Answers = {}
    for name in STORED:
        value = getattr(activity, name)
        if not is_missing(value):
            answers[name] = _answer(value)
    return answers


def exported(answers: Mapping[str, Any], rejected: Mapping[str, str]) -> Answers:
    """Return the record as every export says it: without the empty places that rejected texts have in lists."""
    said = dict(answers)
    for name in {root(path) for path in rejected}:
        if isinstance(said.get(name), list):
            said[name] = without_places(said[name])
    return {name: value for name, value in said.items() if not is_missing(value)}


def without_places(value: Any) -> Any:
    """Return a list without its empty entries, however deep they lie; other values as they are."""
    if isinstance(value, list):
        return [kept for part in value if not is_missing(kept := without_places(part))]
    if isinstance(value, dict):
        return {name: kept for name, part in value.items() if not is_missing(kept := without_places(part))}
    return value


def _answer(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    return decimal_text(value) if isinstance(value, Decimal) else value


def columns_of(answers: Mapping[str, Any]) -> dict[str, Any]:
    """Return the value of every answer's column for these canonical answers."""
    columns: dict[str, Any] = {}
    for name in TEXTS:
        columns[name] = answers.get(name) or ""
    for name in DATES:
        text = answers.get(name)
        columns[name] = date.fromisoformat(text) if text else None
    for name in DECIMALS:
        text = answers.get(name)
        columns[name] = Decimal(text) if text is not None else None
    for name in PLAIN:
        columns[name] = answers.get(name)
    for name in LISTS:
        columns[name] = answers.get(name) or []
    for name in MAPPINGS:
        columns[name] = answers.get(name) or {}
    return columns


def status_of(activity: Stored, *, now: datetime) -> Status:
    """Return the status the activity has at the instant `now`."""
    return status(
        complete_for=activity.complete_for,
        ends_at=activity.ends_at,
        closed_at=activity.closed_at,
        now=now,
    )


def phase_of(activity: Activity, *, today: date) -> Phase:
    """Return where the activity stands in time on the day `today` of its accreditor."""
    return phase(start_date=activity.start_date, end_date=activity.end_date, today=today)


_json = msgspec.json.decode


def _instant(value: datetime | None) -> datetime | None:
    """Return an instant; SQLite keeps it without a zone, in UTC."""
    return value.replace(tzinfo=UTC) if value is not None and value.tzinfo is None else value


def _reader(name: str) -> tuple[str, str | None, Callable[[Any], Any] | None]:
    """Return how a column is read: its name, its value without an answer, and what makes an answer of another.

    The drivers make dates and yes and no of what they store, texts of JSON, and a decimal number of decimals.
    """
    if name in LISTS:
        return name, "[]", _json
    if name in MAPPINGS:
        return name, "{}", _json
    if name in TEXTS:
        return name, "", None
    if name in DATES:
        return name, None, str
    if name in DECIMALS:
        return name, None, lambda value: decimal_text(Decimal(str(value)))
    return name, None, None


_READERS = tuple(_reader(name) for name in STORED)
