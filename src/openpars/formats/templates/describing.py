"""What people are told about a column: what to enter, when it is needed, and within which limits."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from openpars.formats.columns import TemplateColumn
from openpars.formats.rows import Kind
from openpars.rulebook.catalogue import STAGE_WORDS
from openpars.rulebook.declaring import Field
from openpars.rulebook.findings import Stage
from openpars.rulebook.kinds.dates import as_date
from openpars.rulebook.vocabularies import VOCABULARIES

_NOT_READ: Final = "So that you see which activity it is. It is not read."


def as_told(columns: Iterable[TemplateColumn], kind: Kind) -> list[TemplateColumn]:
    """Return columns as people are told of them: in a list of learner counts the title is there for them alone."""
    return [
        replace(column, field=None, note=_NOT_READ)
        if kind is Kind.LEARNER_COUNTS and column.path == "title"
        else column
        for column in columns
    ]


def needed_for(column: TemplateColumn) -> Stage | None:
    """Return the stage for which every activity needs an answer in a column, None where it depends or none does."""
    if column.field is None or column.field.applies or "." in column.path:
        return None
    return next((need.stage for need in column.field.needs if need.when is None), None)


def when_needed(column: TemplateColumn) -> str:
    """Return for what an answer is needed, in words, `""` where it never is."""
    if column.field is None:
        return ""
    always = needed_for(column)
    needs = {need.stage: STAGE_WORDS[need.stage] for need in column.field.needs}
    if Stage.DRAFT in needs:
        return f"Required. {needs[Stage.DRAFT]}."
    return " ".join(
        words + ("." if stage is always else ", if it applies.") for stage, words in needs.items()
    )


def limits_of(column: TemplateColumn) -> str:
    """Return the limits of an answer in words, `""` where there are none to be told."""
    field = column.field
    if field is None:
        return ""
    parts = [_list_words(field)] if field.vocabulary and field.name != "state" else []
    if field.max_length and not field.vocabulary:
        parts.append(f"At most {field.max_length:,} characters.")
    if field.minimum and field.maximum:
        steps = f", in steps of {field.multiple_of}" if field.multiple_of else ""
        parts.append(f"{_shown(field, field.minimum)} to {_shown(field, field.maximum)}{steps}.")
    return " ".join(parts)


def note_on(column: TemplateColumn) -> str:
    """Return the note on the heading of a column."""
    lines = (column.note, when_needed(column), limits_of(column))
    return "\n".join(filter(None, lines))


def _list_words(field: Field) -> str:
    words = "Choose from the list"
    if VOCABULARIES[field.vocabulary or ""].open:
        words += ", or enter your own words"
    return f"{words}; type several with semicolons between." if field.multiple else f"{words}."


def _shown(field: Field, limit: str) -> str:
    if field.kind == "date":
        day = as_date(limit)
        return f"{day:%m/%d/%Y}" if day else limit
    whole, point, rest = limit.partition(".")
    return f"{int(whole):,}{point}{rest}"
