"""The shapes that the field templates draw: a bound field, its choices, rows, sections and lines."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import date, datetime

from openpars.rulebook.conditions import Condition, as_json
from openpars.rulebook.declaring import Field, Question
from openpars.rulebook.findings import Finding

NEW_ROW = "__i__"
"""Stands for the row number in the names of an empty row, which the browser copies to add one."""

ADDED_ROW = "added-row"
"""The id of the row that was asked for without a script."""

#: Fields with type-ahead from the server, and the kind of suggestion they ask for.
SUGGESTIONS = {
    "source": "sources",
    "joint_providers": "joint-providers",
    "specialties": "specialties",
    "practice_areas": "practice-areas",
}

#: What one entry of a repeated group is called, and the words of the button that adds one.
ROW_WORDS = {
    "instances": ("Further instance", "Add a further instance"),
    "collaborations": ("Collaboration", "Add a collaboration"),
    "joint_providers": ("Joint provider", "Add another joint provider"),
    "specialties": ("Specialty", "Add another specialty"),
    "practice_areas": ("Practice area", "Add another practice area"),
    "credit_types": ("Credit type", "Add another credit type"),
}

_NO_ID = re.compile(r"[^A-Za-z0-9_.-]+")
_IN_COLUMNS_FROM = 8
_MEDIUM = frozenset({"city", "state", "country", "internal_id", "rpc_id", "board_activity_id"})


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing to choose. `applies` is the condition, as JSON, under which it is offered."""

    value: str
    label: str
    checked: bool = False
    id: str = ""
    group: str = ""
    applies: str | None = None
    is_off: bool = False
    unknown: bool = False


@dataclass(frozen=True, slots=True)
class Need:
    """A quiet mark such as "needed for Active", and the condition (JSON) under which it is shown."""

    words: str
    when: str | None
    is_off: bool


@dataclass(frozen=True, slots=True)
class Row:
    """One entry of a repeated field. `number` stands in the names of its boxes, `__i__` in the empty row."""

    number: str
    path: str
    id: str
    label: str
    fields: tuple[BoundField, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """The rows of one kind of commercial support, with an empty row to add another."""

    kind: str
    label: str
    id: str
    rows: tuple[Row, ...]
    empty_row: Row
    chosen: bool


@dataclass(frozen=True, slots=True)
class Outcome:
    """One line of the grid of outcome measures: the outcome itself, then its types of measurement."""

    choice: Choice
    path: str
    name: str
    types_name: str
    types: tuple[Choice, ...]
    types_id: str
    errors: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Unsaved:
    """What was typed and is not saved: when, for the accreditor's clock, and where it is thrown away."""

    typed_at: datetime
    time_zone: str
    discard: str
    is_new: bool
    """Whether there is no activity yet that it would change."""


@dataclass(frozen=True, slots=True)
class BoundField:
    """What the templates in `templates/fields` draw."""

    field: Field
    path: str
    widget: str
    text: str = ""
    choices: tuple[Choice, ...] = ()
    errors: tuple[Finding, ...] = ()
    warnings: tuple[Finding, ...] = ()
    needs: tuple[Need, ...] = ()
    applies: str | None = None
    is_off: bool = False
    rows: tuple[Row, ...] = ()
    empty_row: Row | None = None
    sections: tuple[Section, ...] = ()
    outcomes: tuple[Outcome, ...] = ()
    suggestions: tuple[str, ...] = ()
    row_label: str = ""

    @property
    def name(self) -> str:
        """The name of the box, which is the path of the answer."""
        return self.path

    @property
    def id(self) -> str:
        """The id that findings link to."""
        return field_id(self.path)

    @property
    def label(self) -> str:
        """What stands above the box."""
        return self.row_label or self.field.label

    @property
    def help(self) -> str:
        """The hint under the label; a row of texts has that of the group around it."""
        return "" if self.row_label else self.field.help

    @property
    def kind(self) -> str:
        """The kind of answer, a word of the rulebook."""
        return self.field.kind

    @property
    def questions(self) -> tuple[Question, ...]:
        """The questions people ask about this field."""
        return self.field.questions

    @property
    def is_iso(self) -> bool:
        """Whether a date box can show the kept text; other texts stand in a plain box."""
        if not self.text:
            return True
        try:
            return date.fromisoformat(self.text).isoformat() == self.text
        except ValueError:
            return False

    @property
    def described_by(self) -> str:
        """The ids of needs, hint and findings, for aria-describedby."""
        parts = [f"{self.id}-needs"] if self.needs else []
        if self.help:
            parts.append(f"{self.id}-hint")
        if self.kind == "long-text" and self.field.max_length:
            parts.append(f"{self.id}-counter")
        if self.errors:
            parts.append(f"{self.id}-error")
        if self.warnings:
            parts.append(f"{self.id}-warning")
        return " ".join(parts)

    @property
    def row_words(self) -> str:
        """What one entry of a repeated group is called."""
        return ROW_WORDS.get(self.field.name, ("Entry", "Add another"))[0]

    @property
    def add_words(self) -> str:
        """What stands on the button that adds an entry to a repeated group."""
        return ROW_WORDS.get(self.field.name, ("Entry", "Add another"))[1]

    @property
    def many(self) -> bool:
        """Whether there are so many choices that they stand in columns."""
        return len(self.choices) > _IN_COLUMNS_FROM

    @property
    def suggest(self) -> str | None:
        """The kind of suggestions to ask the server for, or None."""
        return SUGGESTIONS.get(self.field.name)

    @property
    def inputmode(self) -> str:
        """Which keyboard a phone offers."""
        by_kind = {"credits": "decimal", "points": "decimal", "money": "decimal", "whole-number": "numeric"}
        return by_kind.get(self.kind, "url" if self.kind == "url" else "text")

    @property
    def width(self) -> str:
        """How wide the box is: as wide as a usual answer."""
        if self.kind in {"credits", "points", "money", "whole-number", "date"}:
            return "short"
        return "medium" if self.field.name in _MEDIUM else "full"


def field_id(path: str) -> str:
    """Return the id of the element that asks for the answer at `path`; summaries link to it."""
    return "field-" + _NO_ID.sub("-", path)


def condition_json(condition: Condition | None) -> str | None:
    """Return the condition as the JSON text of a data attribute, or None where there is none."""
    return None if condition is None else json.dumps(as_json(condition), separators=(",", ":"))
