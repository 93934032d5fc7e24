"""The field table: every question of an activity, in form order."""

from dataclasses import replace
from typing import Final

from openpars.rulebook.declaring import Field, Need, Question, Step
from openpars.rulebook.paths import generic_path
from openpars.rulebook.questions import QUESTIONS
from openpars.rulebook.steps import (
    accreditation_details,
    basic_information,
    information_for_learners,
    learner_counts,
    registration_details,
)

__all__ = [
    "ALL_FIELDS",
    "DRAFT_FIELDS",
    "FIELDS",
    "STEPS",
    "Field",
    "Need",
    "Question",
    "Step",
    "field_at",
    "fields_of",
]


def _placed(field: Field, *, step: str | None, within: str = "") -> Field:
    path = within + field.name
    return replace(
        field,
        path=path,
        step=step,
        questions=QUESTIONS.get(path, ()),
        item=tuple(_placed(part, step=step, within=f"{path}.") for part in field.item),
    )


STEPS: Final[tuple[Step, ...]] = tuple(
    replace(step, fields=tuple(_placed(field, step=step.slug) for field in step.fields))
    for step in (
        basic_information.STEP,
        information_for_learners.STEP,
        registration_details.STEP,
        accreditation_details.STEP,
    )
)
"""The four steps of the form, in order."""

FIELDS: Final[dict[str, Field]] = {
    field.name: field
    for field in (
        *(field for step in STEPS for field in step.fields),
        *(_placed(field, step=None) for field in learner_counts.FIELDS),
    )
}
"""Every field of an activity by its slug, in form order."""

ALL_FIELDS: Final[dict[str, Field]] = {
    part.path: part for field in FIELDS.values() for part in (field, *field.item)
}
"""Every field by its path without positions (`support.amount`), items of groups included, in form order."""

DRAFT_FIELDS: Final[tuple[str, ...]] = ("title", "format", "start_date", "end_date")
"""The fields without which nothing can be saved."""


def fields_of(step: str) -> tuple[Field, ...]:
    """Return the fields of a step by the step's slug; raises KeyError for an unknown one."""
    return _BY_STEP[step]


def field_at(path: str) -> Field | None:
    """Return the field an answer's path speaks of, or None."""
    return ALL_FIELDS.get(generic_path(path))


_BY_STEP = {step.slug: step.fields for step in STEPS}
