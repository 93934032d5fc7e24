"""From what was typed to a record: the answers that can be stored, and the texts kept beside them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from openpars.activities.records import Answers, is_missing
from openpars.rulebook.fields import DRAFT_FIELDS
from openpars.rulebook.findings import Finding, Stage
from openpars.rulebook.judging import weigh
from openpars.rulebook.lifecycle import Reach
from openpars.rulebook.merging import merge
from openpars.rulebook.paths import is_within, root
from openpars.rulebook.reading import read
from openpars.rulebook.rules import RULES


@dataclass(frozen=True, slots=True)
class Typed:
    """What an edit says, read: an answer per field it names, the texts that are no answer, and why."""

    answers: Answers
    rejected: dict[str, str]
    findings: tuple[Finding, ...] = ()

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields the edit names."""
        return tuple(self.answers)

    def without(self, fields: Collection[str]) -> Typed:
        """Return the same as if the edit had not named these fields."""
        return Typed(
            {name: value for name, value in self.answers.items() if name not in fields},
            {path: text for path, text in self.rejected.items() if root(path) not in fields},
            tuple(found for found in self.findings if root(found.path) not in fields),
        )

    def said(self, field: str) -> Any:
        """Return what the edit says about a field, for people: its answer, or the text that is none."""
        return self.rejected.get(field, self.answers.get(field))


@dataclass(frozen=True, slots=True)
class Drafted:
    """A record as it would stand, everything the rulebook says about it, and how far it reaches."""

    answers: Answers
    rejected: dict[str, str]
    findings: tuple[Finding, ...]
    reached: Reach


def typed(raw: Mapping[str, Any], *, today: date) -> Typed:
    """Read raw answers."""
    reading = read(raw, today=today)
    return Typed(dict(reading.answers), dict(reading.rejected), reading.findings)


def draft(
    edit: Typed, *, stored: Answers, stored_rejected: Mapping[str, str], exists: bool, today: date
) -> Drafted:
    """Put an edit onto a record.

    An answer that is valid by itself and not beside the others (an end before the start) is kept as text,
    too. A record that does not exist yet is never helped out of that: its findings say what it lacks.
    """
    drafted = _put(edit, stored=stored, stored_rejected=stored_rejected, exists=exists, today=today)
    contradictions = _contradictions(drafted, edit)
    if exists and contradictions:
        refused = replace(edit, rejected=edit.rejected | contradictions)
        for path in contradictions:
            refused = replace(refused, answers=_emptied(refused.answers, path))
        return _put(refused, stored=stored, stored_rejected=stored_rejected, exists=exists, today=today)
    return drafted


def _put(
    edit: Typed, *, stored: Answers, stored_rejected: Mapping[str, str], exists: bool, today: date
) -> Drafted:
    patch = dict(edit.answers)
    rejected = {path: text for path, text in stored_rejected.items() if root(path) not in patch}
    rejected |= edit.rejected
    if exists:
        for name in DRAFT_FIELDS:
            if name in patch and is_missing(patch[name]):
                del patch[name]
                rejected.setdefault(name, "")
    answers = {name: value for name, value in merge(stored, patch).items() if not is_missing(value)}
    findings, reached = weigh(answers, rejected=rejected, today=today, touched=edit.fields)
    return Drafted(answers, rejected, findings, Reach(reached))


def _contradictions(drafted: Drafted, edit: Typed) -> dict[str, str]:
    """Return the answers of this edit that do not go with the others, as text by path."""
    found: dict[str, str] = {}
    for finding in drafted.findings:
        if finding.stage is not Stage.VALID or is_within(finding.path, drafted.rejected):
            continue
        path = finding.path
        if root(path) not in edit.answers:
            path = next(name for name in RULES[finding.rule].fields if name in edit.answers)
        found[path] = str(_at(edit.answers, path))
    return found


def _at(value: Any, path: str) -> Any:
    for step in path.split("."):
        value = value[int(step)] if isinstance(value, list) else value[step]
    return value


def _emptied(value: Any, path: str) -> Any:
    """Return the answers with None at the path."""
    step, _, rest = path.partition(".")
    if isinstance(value, list):
        place = int(step)
        inner = _emptied(value[place], rest) if rest else None
        return [*value[:place], inner, *value[place + 1 :]]
    return {**value, step: _emptied(value[step], rest) if rest else None}
