"""The rulebook as a page: its fields, rules and lists in words for people."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import assert_never

from openpars.rulebook.catalogue import STAGE_WORDS, rule_as_json
from openpars.rulebook.conditions import All, Any, Condition, Not, When
from openpars.rulebook.fields import ALL_FIELDS, FIELDS, STEPS, Field
from openpars.rulebook.findings import Stage
from openpars.rulebook.kinds.dates import spoken
from openpars.rulebook.rules import RULES, Rule
from openpars.rulebook.vocabularies import VOCABULARIES, Vocabulary, label

MEANINGS = {
    Stage.VALID: "The answer stays in its box, in red, until it is mended; everything else is saved.",
    Stage.DRAFT: "Without it there is no draft yet.",
    Stage.ACTIVE: "The activity is saved, and stays a Draft until it is there.",
    Stage.CLOSE: "The activity is saved and can be Active, but it cannot be closed yet.",
    Stage.CONFIRM: "You are asked whether it is meant that way. If so, save once more.",
}
"""What a stage means for the person who meets it."""

KINDS = {
    "text": "text",
    "long-text": "text of several lines",
    "choice": "one from a list",
    "choices": "any number from a list",
    "date": "date",
    "credits": "credits",
    "points": "points",
    "money": "whole US dollars",
    "whole-number": "whole number",
    "yes-no": "yes or no",
    "url": "web address",
    "texts": "any number of names",
    "group": "any number of entries, each with:",
}


@dataclass(frozen=True, slots=True)
class FieldRow:
    """A field in words. `parts` are the fields of one entry, when it has several."""

    field: Field
    kind: str
    limits: tuple[str, ...]
    asked: str
    needed: tuple[str, ...]
    parts: tuple["FieldRow", ...]


@dataclass(frozen=True, slots=True)
class RuleRow:
    """A rule in words, the gaps of its message filled by its sample."""

    rule: Rule
    message: str
    mend: str
    fields: tuple[tuple[str, str], ...]
    """Path and label of each field it speaks of."""


def fields_by_step() -> tuple[tuple[str, tuple[FieldRow, ...]], ...]:
    """Return the fields under the label of their step; those without a step belong to Update Learners."""
    steps = [(step.label, step.slug) for step in STEPS]
    return tuple(
        (name, tuple(_row(field) for field in FIELDS.values() if field.step == slug))
        for name, slug in [*steps, ("Update Learners", None)]
    )


def rules_by_stage() -> tuple[tuple[Stage, str, str, tuple[RuleRow, ...]], ...]:
    """Return the rules under their stage: stage, its name, what it means, and its rules."""
    return tuple(
        (
            stage,
            STAGE_WORDS[stage],
            meaning,
            tuple(_rule(rule) for rule in RULES.values() if rule.stage is stage),
        )
        for stage, meaning in MEANINGS.items()
    )


def vocabularies() -> tuple[tuple[str, Vocabulary], ...]:
    """Return every list under a name in words."""
    return tuple((_title(name), VOCABULARIES[name]) for name in VOCABULARIES)


def _title(name: str) -> str:
    return name.replace("_", " ").capitalize().replace("Rems", "REMS")


def in_words(condition: Condition, *, of: Field | None = None) -> str:
    """Return a condition as the second half of a sentence: “Activity format is Live Course”.

    `of` is the group whose entry the condition is about.
    """
    match condition:
        case When():
            return _when(condition, of)
        case All():
            return ", and ".join(_part(part, of) for part in condition.of)
        case Any():
            return ", or ".join(_part(part, of) for part in condition.of)
        case Not():
            return f"it is not so that {in_words(condition.of, of=of)}"
        case _:
            assert_never(condition)


def _part(condition: Condition, of: Field | None) -> str:
    """A part of a longer condition; longer parts stand in brackets, so that and/or cannot be misread."""
    words = in_words(condition, of=of)
    return f"({words})" if isinstance(condition, All | Any) else words


def _when(condition: When, of: Field | None) -> str:
    field = _named(condition.field, of)
    values = [_value(field, value) for value in condition.in_]
    verb = "includes" if field.multiple else "is"
    return f"“{field.label}” {verb} {_one_of(values)}"


def _named(path: str, of: Field | None) -> Field:
    """The field a condition names: of the same entry, or from the top of the activity."""
    if of is not None and not path.startswith("/"):
        path = f"{of.path}.{path}"
    return ALL_FIELDS[path.removeprefix("/")]


def _one_of(values: list[str]) -> str:
    *most, last = values
    return f"{', '.join(most)} or {last}" if most else last


def _value(field: Field, value: str | bool) -> str:
    if isinstance(value, bool):
        return "Yes" if value else "No"
    return label(field.vocabulary, value) if field.vocabulary else value


def _row(field: Field, of: Field | None = None) -> FieldRow:
    return FieldRow(
        field=field,
        kind=_kind(field),
        limits=tuple(_limits(field)),
        asked=f"If {in_words(field.applies, of=of)}" if field.applies else "Always",
        needed=tuple(
            STAGE_WORDS[need.stage] + (f", if {in_words(need.when, of=of)}" if need.when else "")
            for need in field.needs
        ),
        parts=tuple(_row(part, field) for part in field.item),
    )


def _kind(field: Field) -> str:
    kind = KINDS[field.kind]
    if field.vocabulary and VOCABULARIES[field.vocabulary].open:
        return f"{kind.removesuffix(' from a list')}, from a list or typed"
    return kind


def _limits(field: Field) -> Iterator[str]:
    if field.max_length:
        yield f"{'each ' if field.multiple else ''}at most {field.max_length:,} characters"
    if field.minimum is not None and field.maximum is not None:
        yield f"from {_bound(field, field.minimum)} to {_bound(field, field.maximum)}"
    if field.multiple_of is not None:
        yield f"in steps of {field.multiple_of}"


def _bound(field: Field, text: str) -> str:
    if field.kind == "date":
        return spoken(date.fromisoformat(text))
    return f"{Decimal(text):,}"


def _rule(rule: Rule) -> RuleRow:
    said = rule_as_json(rule)
    return RuleRow(
        rule=rule,
        message=said["message"],
        mend=said["mend"],
        fields=tuple((path, _label(path)) for path in rule.fields),
    )


def _label(path: str) -> str:
    field = ALL_FIELDS[path]
    group = ALL_FIELDS.get(path.rpartition(".")[0])
    return f"{group.label}: {field.label}" if group else field.label
