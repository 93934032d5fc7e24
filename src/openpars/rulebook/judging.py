"""Judging answers: what is missing, what does not fit together, and how far the activity can go.

Answers that do not apply are kept but not judged. An answer that was refused counts as missing, and what
is wrong with it is found again by reading its kept text.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any, Final

from openpars.rulebook.conditions import Test, compiled
from openpars.rulebook.crossing import CROSS_RULES, CrossRule
from openpars.rulebook.declaring import Field, Need
from openpars.rulebook.fields import ALL_FIELDS, DRAFT_FIELDS, FIELDS
from openpars.rulebook.findings import Finding, Stage
from openpars.rulebook.ordering import in_form_order
from openpars.rulebook.paths import entry_at, generic_path, positions_in
from openpars.rulebook.reading import reread
from openpars.rulebook.rules import finding

Answers = Mapping[str, Any]
Rejected = Mapping[str, str]
NOTHING_REJECTED: Final[Rejected] = MappingProxyType({})

_RANK: Final = {Stage.DRAFT: 0, Stage.ACTIVE: 1, Stage.CLOSE: 2}
_COMPLETE: Final = 3


def judge(
    answers: Answers,
    *,
    rejected: Rejected = NOTHING_REJECTED,
    today: date,
    touched: Collection[str] | None = None,
) -> tuple[Finding, ...]:
    """Return every finding of every stage, in form order.

    `touched` names the fields of a change: answers of other fields that do not fit together are then left
    alone, so that old records stay editable when rules have changed since. None judges all of them.
    """
    points = _points(answers, rejected, today, touched)
    return in_form_order(point.finding for point in points)


def stops(
    answers: Answers, *, rejected: Rejected = NOTHING_REJECTED, today: date, goal: Stage
) -> tuple[Finding, ...]:
    """Return what keeps these answers from reaching the goal (`Stage.ACTIVE` or `Stage.CLOSE`)."""
    reach = _RANK[goal]
    return in_form_order(
        point.finding
        for point in _points(answers, rejected, today, None)
        if point.hinders is not None and _RANK[point.hinders] <= reach
    )


def completeness(answers: Answers, *, rejected: Rejected = NOTHING_REJECTED, today: date) -> int:
    """Return how far the answers reach: 0 not even a draft, 1 a draft, 2 Active, 3 all that closing needs."""
    hindered = [
        _RANK[point.hinders] for point in _points(answers, rejected, today, None) if point.hinders is not None
    ]
    return min(hindered, default=_COMPLETE)


def is_asked(path: str, answers: Answers) -> bool:
    """Say whether the question at this path is asked at all, given the other answers."""
    whole = generic_path(path)
    top = _APPLIES.get(whole.partition(".")[0])
    if top is not None and not top(answers, answers):
        return False
    inner = _APPLIES.get(whole) if "." in whole else None
    return inner is None or inner(entry_at(path, answers), answers)


def unasked(answers: Answers) -> tuple[Finding, ...]:
    """Return a warning for every answer given to a question that is not asked; they are not used."""
    return tuple(
        finding("activity.answer.does_not_apply", path=name)
        for name, applies in _APPLIES.items()
        if not _is_missing(answers.get(name)) and name in FIELDS and not applies(answers, answers)
    )


@dataclass(frozen=True, slots=True)
class _Point:
    """A finding, and the stage that the activity cannot reach while it stands (None: none)."""

    hinders: Stage | None
    finding: Finding


@dataclass(frozen=True, slots=True)
class _Want:
    """A compiled need: when it holds, whether only a yes will do, and the finding it makes."""

    stage: Stage
    test: Test | None
    only_yes: bool
    rule: str


def _points(
    answers: Answers, rejected: Rejected, today: date, touched: Collection[str] | None
) -> list[_Point]:
    points: list[_Point] = []
    hindered: dict[str, Stage] = {}
    for name, wants, ready in _TOP_WANTS:
        value = answers.get(name)
        if (
            value is None
            or value == ""
            or (type(value) is list and _is_missing(value))
            or (rejected and name in rejected)
        ):
            for want, missing in zip(wants, ready, strict=True):
                if want.test is None or want.test(answers, answers):
                    _miss(points, hindered, rejected, answers, missing, want.stage)
                    break
    for name, applies, inner in _GROUP_WANTS:
        items = answers.get(name)
        if items and isinstance(items, list) and (applies is None or applies(answers, answers)):
            for position, item in enumerate(items):
                if isinstance(item, dict):
                    _want_of_item(points, hindered, rejected, answers, f"{name}.{position}", item, inner)
    tops = None if touched is None else {path.partition(".")[0] for path in touched}
    for rule in CROSS_RULES:
        if tops is None or rule.stage is not Stage.VALID or not tops.isdisjoint(rule.tops):
            for found in rule.judge(answers):
                if not rejected or not _rests_on_rejected(rule, found, rejected):
                    points.append(_Point(rule.hinders, found))
    if rejected:
        points.extend(_refused(answers, rejected, hindered, today))
    return points


def _miss(  # noqa: PLR0917 - one call in the innermost loop
    points: list[_Point],
    hindered: dict[str, Stage],
    rejected: Rejected,
    answers: Answers,
    missing: Finding,
    stage: Stage,
) -> None:
    """Note a missing answer; where it is missing because it was refused, its own finding says so."""
    path = missing.path
    kept = stage
    if path in DRAFT_FIELDS and not _is_missing(answers.get(path)):
        # The stored answer still stands, so the draft does too; but it goes no further.
        kept = Stage.ACTIVE
    refused = (
        [place for place in rejected if place == path or place.startswith(f"{path}.")] if rejected else []
    )
    said = [place for place in refused if rejected[place].strip()]
    for place in said:
        hindered[place] = kept
    if not said:
        points.append(_Point(kept, missing))


def _want_of_item(  # noqa: PLR0917 - one call in the innermost loop
    points: list[_Point],
    hindered: dict[str, Stage],
    rejected: Rejected,
    answers: Answers,
    place: str,
    item: Answers,
    inner: tuple[tuple[str, tuple[_Want, ...]], ...],
) -> None:
    for name, wants in inner:
        value = item.get(name)
        for want in wants:
            if want.only_yes:
                lacking = value is not True
            else:
                lacking = value is None or value == "" or (type(value) is list and _is_missing(value))
            if (lacking or (rejected and f"{place}.{name}" in rejected)) and (
                want.test is None or want.test(item, answers)
            ):
                missing = finding(want.rule, path=f"{place}.{name}")
                _miss(points, hindered, rejected, answers, missing, want.stage)
                break


def _refused(
    answers: Answers, rejected: Rejected, hindered: Mapping[str, Stage], today: date
) -> Iterator[_Point]:
    """Find again what is wrong with each refused answer that is asked for."""
    for path, text in rejected.items():
        if not isinstance(text, str) or not text.strip() or not is_asked(path, answers):
            continue
        hinders = hindered.get(path)
        value, findings = reread(path, text, answers, today=today)
        findings = tuple(found for found in findings if found.stage is Stage.VALID)
        if not findings and path.partition(".")[0] in FIELDS:
            findings = _misfits(path, value, answers) or (
                finding("activity.answer.kept", path=path, value=text),
            )
        for found in findings:
            yield _Point(hinders, found)


def _misfits(path: str, value: Any, answers: Answers) -> tuple[Finding, ...]:
    """Return why an answer that reads well by itself does not fit the others."""
    trial = _with_answer(answers, path, value)
    return tuple(
        found
        for rule in CROSS_RULES
        if rule.stage is Stage.VALID
        for found in rule.judge(trial)
        if found.path == path
    )


def _with_answer(answers: Answers, path: str, value: Any) -> Answers:
    name, _, rest = path.partition(".")
    inner = rest.partition(".")[2]
    if not rest:
        return {**answers, name: value}
    entry = entry_at(path, answers)
    if not inner or not entry:
        return answers
    position = positions_in(path)[0]
    entries = answers[name]
    return {**answers, name: [*entries[:position], {**entry, inner: value}, *entries[position + 1 :]]}


def _rests_on_rejected(rule: CrossRule, found: Finding, rejected: Rejected) -> bool:
    """Say whether a finding rests on an answer that was refused: then it is a mere consequence."""
    if found.path in rejected:
        return True
    entry = found.path.rpartition(".")[0]
    prefix = f"{entry}." if entry else ""
    return any((name[1:] if name[0] == "/" else prefix + name) in rejected for name in rule.names)


def _is_missing(value: Any) -> bool:
    if isinstance(value, list):
        return all(part is None or part == "" for part in value)
    return value is None or value == ""


def _both(applies: Test | None, when: Test | None) -> Test | None:
    if applies is None or when is None:
        return applies or when
    return lambda answers, top: applies(answers, top) and when(answers, top)


def _want(field: Field, need: Need) -> _Want:
    return _Want(
        stage=need.stage,
        test=_both(_APPLIES.get(field.path), compiled(need.when) if need.when else None),
        only_yes=need.only_yes,
        rule=f"activity.{field.path}.{need.rule}",
    )


def _wants(field: Field) -> tuple[_Want, ...]:
    return tuple(_want(field, need) for need in field.needs)


_APPLIES: Final[dict[str, Callable[[Answers, Answers], bool]]] = {
    path: compiled(field.applies) for path, field in ALL_FIELDS.items() if field.applies
}
_TOP_WANTS: Final = tuple(
    (name, wants, tuple(finding(want.rule, path=name) for want in wants))
    for name, field in FIELDS.items()
    if (wants := _wants(field))
)
"""What the activity itself needs. The findings about it say the same each time, so they are made once."""
_GROUP_WANTS: Final = tuple(
    (name, _APPLIES.get(name), tuple((part.name, _wants(part)) for part in field.item if part.needs))
    for name, field in FIELDS.items()
    if field.item
)
"""What each entry of a list needs."""
