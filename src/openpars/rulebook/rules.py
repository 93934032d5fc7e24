"""Every rule by its id, and the one way to make a finding of it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Final

from openpars.rulebook.declaring import Field, Rule
from openpars.rulebook.fields import ALL_FIELDS, field_at
from openpars.rulebook.findings import Finding, Where
from openpars.rulebook.paths import positions_in
from openpars.rulebook.steps import (
    accreditation_details,
    any_answer,
    basic_information,
    files,
    information_for_learners,
    learner_counts,
    registration_details,
    services,
    stored_records,
)

__all__ = ["RULES", "Rule", "finding", "in_force", "rule_for"]

PROBLEMS: Final[dict[str, str]] = {
    "not_text": "activity.text.not_text",
    "too_long": "activity.text.too_long",
    "control_characters": "activity.text.control_characters",
    "invisible_characters": "activity.internal_id.invisible_characters",
    "unknown": "activity.choice.unknown",
    "not_a_list": "activity.list.not_a_list",
    "not_an_entry": "activity.list.not_an_entry",
    "too_many": "activity.list.too_many",
    "repeated": "activity.list.repeated",
    "not_a_date": "activity.date.not_a_date",
    "no_such_day": "activity.date.no_such_day",
    "too_early": "activity.date.too_early",
    "too_late": "activity.date.too_late",
    "in_the_future": "activity.counts_as_of.in_the_future",
    "not_a_number": "activity.number.not_a_number",
    "not_whole": "activity.number.not_whole",
    "too_small": "activity.number.too_small",
    "too_large": "activity.number.too_large",
    "not_yes_no": "activity.yes_no.not_yes_no",
    "not_a_web_address": "activity.url.not_a_web_address",
    "kept": "activity.answer.kept",
}
"""What can be wrong with an answer, and the rule that says so where the field has no words of its own."""

_TEXT = ("not_text", "control_characters")
_NUMBER = ("not_a_number", "too_small", "too_large")
_DATE = ("not_a_date", "no_such_day", "too_early", "too_late")
_LIST = ("not_a_list", "too_many")
_PROBLEMS_OF_KIND: Final[dict[str, tuple[str, ...]]] = {
    "text": (*_TEXT, "too_long"),
    "long-text": (*_TEXT, "too_long"),
    "choice": (*_TEXT, "unknown"),
    "choices": (*_TEXT, *_LIST, "repeated"),
    "texts": (*_TEXT, *_LIST, "too_long", "repeated"),
    "group": (*_LIST, "not_an_entry"),
    "date": _DATE,
    "credits": (*_NUMBER, "step"),
    "points": (*_NUMBER, "step"),
    "money": (*_NUMBER, "not_whole"),
    "whole-number": (*_NUMBER, "not_whole"),
    "yes-no": ("not_yes_no",),
    "url": (*_TEXT, "too_long", "not_a_web_address"),
}


def problems_of(field: Field) -> tuple[str, ...]:
    """Return everything that can be wrong with an answer to this field taken by itself."""
    problems = _PROBLEMS_OF_KIND[field.kind]
    if field.kind == "choices":
        problems += ("too_long",) if field.max_length else ("unknown",)
    if field.identifier:
        problems += ("invisible_characters",)
    if field.past:
        problems += ("in_the_future",)
    return (*problems, "kept")


def _declared() -> Iterator[Rule]:
    for module in (basic_information, information_for_learners, registration_details, accreditation_details):
        yield from module.RULES
    yield from learner_counts.RULES
    yield from any_answer.RULES
    yield from stored_records.RULES
    yield from files.RULES
    yield from services.RULES


def _rule_id(path: str, problem: str, known: frozenset[str]) -> str:
    for place in (path, path.removeprefix("instances.")):
        if (own := f"activity.{place}.{problem}") in known:
            return own
    return PROBLEMS[problem]


_IDS = frozenset(rule.id for rule in _declared())


def rule_for(path: str, problem: str) -> str:
    """Return the id of the rule that speaks of a problem at a path without positions."""
    return _rule_id(path, problem, _IDS)


def _with_fields(rule: Rule) -> Rule:
    if rule.fields or rule.id not in PROBLEMS.values():
        return rule
    return replace(
        rule,
        fields=tuple(
            path
            for path, field in ALL_FIELDS.items()
            if any(rule_for(path, problem) == rule.id for problem in problems_of(field))
        ),
    )


RULES: Final[dict[str, Rule]] = {rule.id: _with_fields(rule) for rule in _declared()}
"""Every rule by its id, in form order."""


def in_force(rule_id: str, start: date | None) -> bool:
    """Say whether a rule holds for an activity that starts on a day; without a day it does."""
    rule = RULES[rule_id]
    return start is None or ((rule.since or start) <= start <= (rule.until or start))


def finding(
    rule_id: str, *, path: str = "", value: str | None = None, where: Where | None = None, **words: str
) -> Finding:
    """Return a finding by a rule, its words filled in.

    `value`, the field's `label` and the `number` of a list's entry fill themselves in; whatever else the
    rule's words name (see its `sample`) is given in `words`. Raises KeyError where one is missing.
    """
    rule = RULES[rule_id]
    field = field_at(path)
    filling = {
        "value": shortened(value or "", to=80),
        "label": field.label if field else path,
        "number": next((str(position + 1) for position in positions_in(path)), ""),
        **words,
    }
    return Finding(
        rule=rule.id,
        stage=rule.stage,
        path=path,
        value=None if value is None else shortened(value, to=200),
        message=rule.message.format_map(filling),
        mend=rule.mend.format_map(filling),
        where=where,
    )


def shortened(text: str, *, to: int) -> str:
    """Return the text on one line, cut with an ellipsis where it is longer than `to` characters."""
    # Cutting first keeps a text of megabytes cheap: it can only shrink by the folding of spaces.
    line = " ".join(text[: to * 4].split())
    return line if len(line) <= to and len(text) <= to * 4 else line[: to - 1].rstrip() + "…"
