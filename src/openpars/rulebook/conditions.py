"""Conditions over answers, declared as data so that Python and the browser judge alike.

A field is named by its slug. `"collaborations.kind"` looks into every item of a list of groups. Inside a
group's item a name is relative to the item (`"kind"`), and `"/format"` means the activity's own field.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any as Anything

Answers = Mapping[str, Anything]
Test = Callable[[Answers, Answers], bool]
"""A compiled condition: called with the answers it is about and the whole activity's answers."""


@dataclass(frozen=True, slots=True)
class When:
    """The field's answer, or any element of it when it is a list, is one of `in_`."""

    field: str
    in_: tuple[str | bool, ...]


@dataclass(frozen=True, slots=True, init=False)
class All:
    """Every one of the conditions holds."""

    of: tuple["Condition", ...]

    def __init__(self, *of: "Condition") -> None:
        object.__setattr__(self, "of", of)


@dataclass(frozen=True, slots=True, init=False)
class Any:
    """At least one of the conditions holds."""

    of: tuple["Condition", ...]

    def __init__(self, *of: "Condition") -> None:
        object.__setattr__(self, "of", of)


@dataclass(frozen=True, slots=True)
class Not:
    """The condition does not hold."""

    of: "Condition"


Condition = When | All | Any | Not


def holds(condition: Condition | None, answers: Answers, *, top: Answers | None = None) -> bool:
    """Say whether the condition holds for these answers; no condition always holds.

    `top` is the whole activity when `answers` is one item of a group.
    """
    return condition is None or compiled(condition)(answers, answers if top is None else top)


def compiled(condition: Condition) -> Test:
    """Return the condition as a plain function, for callers that ask it many times."""
    match condition:
        case When():
            return _compiled_when(condition)
        case All():
            every = tuple(compiled(part) for part in condition.of)
            if len(every) == 2:
                first, second = every
                return lambda answers, top: first(answers, top) and second(answers, top)
            return lambda answers, top: all(part(answers, top) for part in every)
        case Any():
            some = tuple(compiled(part) for part in condition.of)
            return lambda answers, top: any(part(answers, top) for part in some)
        case Not():
            inner = compiled(condition.of)
            return lambda answers, top: not inner(answers, top)


def as_json(condition: Condition) -> dict[str, Anything]:
    """Return the condition as the plain JSON that the browser understands."""
    match condition:
        case When():
            return {"field": condition.field, "in": list(condition.in_)}
        case All():
            return {"all": [as_json(part) for part in condition.of]}
        case Any():
            return {"any": [as_json(part) for part in condition.of]}
        case Not():
            return {"not": as_json(condition.of)}


def _compiled_when(condition: When) -> Test:
    from_top = condition.field.startswith("/")
    steps = condition.field.removeprefix("/").split(".")
    wanted = condition.in_
    if len(steps) == 1:
        name = steps[0]
        # The usual case is a text or a yes/no; only a list needs looking into.
        words = frozenset(choice for choice in wanted if isinstance(choice, str))

        def plain(answers: Answers, top: Answers) -> bool:
            value = (top if from_top else answers).get(name)
            if type(value) is str:
                return value in words
            if type(value) is list:
                return any(_is_one_of(part, wanted) for part in value)
            return value is not None and _is_one_of(value, wanted)

        return plain

    def deep(answers: Answers, top: Answers) -> bool:
        values: list[Anything] = [top if from_top else answers]
        for step in steps:
            values = [part for value in values for part in _elements(value, step)]
        return any(_is_one_of(value, wanted) for value in values)

    return deep


def _elements(value: Anything, step: str) -> list[Anything]:
    found = value.get(step) if isinstance(value, Mapping) else None
    if isinstance(found, list):
        return found
    return [] if found is None else [found]


def _is_one_of(value: Anything, wanted: tuple[str | bool, ...]) -> bool:
    # In Python 1 == True; in the browser it is not, and both must say the same.
    if isinstance(value, bool):
        return any(value is choice for choice in wanted)
    return isinstance(value, str) and value in wanted
