"""What is missing: every need of the field table, compiled to plain functions."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from openpars.rulebook.conditions import Test, compiled
from openpars.rulebook.declaring import Field, Need
from openpars.rulebook.fields import ALL_FIELDS, DRAFT_FIELDS, FIELDS
from openpars.rulebook.findings import Finding, Stage
from openpars.rulebook.rules import finding

Answers = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Point:
    """A finding, and the stage that the activity cannot reach while it stands (None: none).

    `tops` are the fields that do not fit together, where it is about that.
    """

    hinders: Stage | None
    finding: Finding
    tops: frozenset[str] | None = None


@dataclass(slots=True)
class Case:
    """Answers being judged, and what has been found so far.

    `hindered` holds, for each refused answer that is missed, the stage it is missed for.
    """

    answers: Answers
    rejected: Mapping[str, str]
    points: list[Point] = field(default_factory=list)
    hindered: dict[str, Stage] = field(default_factory=dict)


def find_missing(case: Case) -> None:
    """Note every answer that is needed, asked for and missing."""
    answers, rejected = case.answers, case.rejected
    for name, wants, ready in _TOP_WANTS:
        value = answers.get(name)
        # Most answers are there, and seen to be at once.
        if ((not value or type(value) is list) and is_missing(value)) or (rejected and name in rejected):
            for want, missing in zip(wants, ready, strict=True):
                if want.test is None or want.test(answers, answers):
                    _miss(case, missing, want.stage)
                    break
    for name, applies, inner in _GROUP_WANTS:
        items = answers.get(name)
        if items and isinstance(items, list) and (applies is None or applies(answers, answers)):
            for position, item in enumerate(items):
                if isinstance(item, dict):
                    _find_missing_in(case, f"{name}.{position}", item, inner)


def is_missing(value: Any) -> bool:
    """Say whether an answer is none: absent, empty, or a list with nothing in it."""
    if isinstance(value, list):
        return not any(value) and all(part is None or part == "" for part in value)
    return value is None or value == ""


@dataclass(frozen=True, slots=True)
class _Want:
    """A compiled need: when it holds, whether only a yes will do, and the finding it makes."""

    stage: Stage
    test: Test | None
    only_yes: bool
    rule: str


def _find_missing_in(
    case: Case, place: str, item: Answers, inner: tuple[tuple[str, tuple[_Want, ...]], ...]
) -> None:
    for name, wants in inner:
        value = item.get(name)
        for want in wants:
            if want.only_yes:
                lacking = value is not True
            else:
                lacking = (not value or type(value) is list) and is_missing(value)
            if (lacking or (case.rejected and f"{place}.{name}" in case.rejected)) and (
                want.test is None or want.test(item, case.answers)
            ):
                _miss(case, finding(want.rule, path=f"{place}.{name}"), want.stage)
                break


def _miss(case: Case, missing: Finding, stage: Stage) -> None:
    """Note a missing answer; where it is missing because it was refused, its own finding says so."""
    path = missing.path
    if path in DRAFT_FIELDS and not is_missing(case.answers.get(path)):
        # The stored answer still stands, so the draft does too; but it goes no further.
        stage = Stage.ACTIVE
    said = tuple(_refused_at(path, case.rejected)) if case.rejected else ()
    for place in said:
        case.hindered[place] = stage
    if not said:
        case.points.append(Point(stage, missing))


def _refused_at(path: str, rejected: Mapping[str, str]) -> Iterator[str]:
    """Yield the paths of refused answers, not blank, at a path or inside it."""
    for place, text in rejected.items():
        if (place == path or place.startswith(f"{path}.")) and isinstance(text, str) and text.strip():
            yield place


def _both(applies: Test | None, when: Test | None) -> Test | None:
    if applies is None or when is None:
        return applies or when
    return lambda answers, top: applies(answers, top) and when(answers, top)


def _want(field: Field, need: Need) -> _Want:
    return _Want(
        stage=need.stage,
        test=_both(APPLIES.get(field.path), compiled(need.when) if need.when else None),
        only_yes=need.only_yes,
        rule=f"activity.{field.path}.{need.rule}",
    )


def _wants(field: Field) -> tuple[_Want, ...]:
    return tuple(_want(field, need) for need in field.needs)


APPLIES: Final[dict[str, Test]] = {
    path: compiled(field.applies) for path, field in ALL_FIELDS.items() if field.applies
}
"""For each field that is not always asked, whether it is."""
_TOP_WANTS: Final = tuple(
    (name, wants, tuple(finding(want.rule, path=name) for want in wants))
    for name, field in FIELDS.items()
    if (wants := _wants(field))
)
"""What the activity itself needs. The findings about it say the same each time, so they are made once."""
_GROUP_WANTS: Final = tuple(
    (name, APPLIES.get(name), tuple((part.name, _wants(part)) for part in field.item if part.needs))
    for name, field in FIELDS.items()
    if field.item
)
"""What each entry of a list needs."""
