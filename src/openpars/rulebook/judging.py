"""Judging answers: what is missing, what does not fit together, and how far the activity can go.

Answers that do not apply are kept but not judged. An answer that was refused counts as missing, and what
is wrong with it is found again by reading its kept text.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from types import MappingProxyType
from typing import Any, Final

from openpars.rulebook.crossing import CrossRule, misfits
from openpars.rulebook.fields import FIELDS
from openpars.rulebook.findings import Finding, Stage
from openpars.rulebook.kinds.dates import as_date
from openpars.rulebook.needs import APPLIES, Case, Point, find_missing
from openpars.rulebook.ordering import in_form_order
from openpars.rulebook.paths import entry_at, generic_path, positions_in, root
from openpars.rulebook.reading import reread
from openpars.rulebook.rules import finding, in_force, shortened

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
    return weigh(answers, rejected=rejected, today=today, touched=touched)[0]


def weigh(
    answers: Answers,
    *,
    rejected: Rejected = NOTHING_REJECTED,
    today: date,
    touched: Collection[str] | None = None,
) -> tuple[tuple[Finding, ...], int]:
    """Return what `judge` and `completeness` say, for the work of one."""
    points = _points(answers, rejected, today)
    told = points
    if touched is not None:
        tops = {root(path) for path in touched}
        told = [point for point in points if point.tops is None or not point.tops.isdisjoint(tops)]
    return in_form_order(point.finding for point in told), _completeness(points)


def stops(
    answers: Answers, *, rejected: Rejected = NOTHING_REJECTED, today: date, goal: Stage
) -> tuple[Finding, ...]:
    """Return what keeps these answers from reaching the goal (`Stage.ACTIVE` or `Stage.CLOSE`)."""
    reach = _RANK[goal]
    return in_form_order(
        point.finding
        for point in _points(answers, rejected, today)
        if point.hinders is not None and _RANK[point.hinders] <= reach
    )


def completeness(answers: Answers, *, rejected: Rejected = NOTHING_REJECTED, today: date) -> int:
    """Return how far the answers reach: 0 not even a draft, 1 a draft, 2 Active, 3 all that closing needs."""
    return _completeness(_points(answers, rejected, today))


def is_asked(path: str, answers: Answers) -> bool:
    """Say whether the question at this path is asked at all, given the other answers."""
    whole = generic_path(path)
    top = APPLIES.get(root(path))
    if top is not None and not top(answers, answers):
        return False
    inner = APPLIES.get(whole) if "." in whole else None
    return inner is None or inner(entry_at(path, answers), answers)


def _points(answers: Answers, rejected: Rejected, today: date) -> list[Point]:
    case = Case(answers, rejected)
    find_missing(case)
    for rule, found in misfits(answers):
        # What rests on a refused answer is a mere consequence, and not told.
        if not rejected or rejected.keys().isdisjoint(_rests_on(rule, found)):
            tops = rule.tops if rule.stage is Stage.VALID else None
            case.points.append(Point(rule.hinders, found, tops))
    if rejected:
        case.points.extend(_refused(case, today))
    start = as_date(answers.get("start_date")) if case.points else None
    return [point for point in case.points if in_force(point.finding.rule, start)]


def _completeness(points: Iterable[Point]) -> int:
    return min((_RANK[point.hinders] for point in points if point.hinders is not None), default=_COMPLETE)


def _refused(case: Case, today: date) -> Iterator[Point]:
    """Find again what is wrong with each refused answer that is asked for."""
    answers = case.answers
    for path, text in case.rejected.items():
        if not isinstance(text, str) or not text.strip() or not is_asked(path, answers):
            continue
        hinders = case.hindered.get(path)
        value, findings = reread(path, text, answers, today=today)
        findings = tuple(found for found in findings if found.stage is Stage.VALID)
        if not findings and root(path) in FIELDS:
            findings = _misfits(path, text, value, answers) or (
                finding("activity.answer.kept", path=path, value=text),
            )
        for found in findings:
            yield Point(hinders, found)


def _misfits(path: str, text: str, value: Any, answers: Answers) -> tuple[Finding, ...]:
    """Return why an answer that reads well by itself does not fit the others, as findings about it."""
    trial = _with_answer(answers, path, value)
    return tuple(
        replace(found, path=path, value=shortened(text, to=200))
        for rule, found in misfits(trial)
        if rule.stage is Stage.VALID and path in _rests_on(rule, found)
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


def _rests_on(rule: CrossRule, found: Finding) -> tuple[str, ...]:
    """Return the paths of the answers a finding rests on."""
    entry = found.path.rpartition(".")[0]
    prefix = f"{entry}." if entry else ""
    return (found.path, *(name[1:] if name[0] == "/" else prefix + name for name in rule.names))
