"""The lists behind the drop-downs of a template, and the rules for what is typed into its cells."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any, Final

from openpars.formats.columns import TemplateColumn, words_of
from openpars.formats.rows import Action
from openpars.rulebook.declaring import Field
from openpars.rulebook.fields import DRAFT_FIELDS
from openpars.rulebook.kinds.dates import as_date
from openpars.rulebook.vocabularies import VOCABULARIES

CLEAR: Final = "(clear)"
_WORDS: Final = {
    "action": ("List_record_actions", tuple(action.value for action in Action)),
    "close": ("List_close", ("Yes", "No")),
}
_LONGEST_MESSAGE: Final = 255


def list_of(column: TemplateColumn) -> tuple[str, tuple[str, ...]] | None:
    """Return the name of the list that a column offers, and its entries; None where it offers none."""
    field = column.field
    if field is None:
        return _WORDS.get(column.path)
    words = words_of(field)
    if not words:
        return None
    clear = () if field.name in DRAFT_FIELDS else (CLEAR,)
    return f"List_{field.vocabulary or 'yes_no'}", (*words, *clear)


def lists_of(columns: Iterable[TemplateColumn]) -> dict[str, tuple[str, ...]]:
    """Return every list that columns offer, by its name."""
    return dict(filter(None, map(list_of, columns)))


def validation_of(column: TemplateColumn) -> dict[str, Any] | None:
    """Return the rule for a column's cells, as XlsxWriter takes it.

    Only an answer from one closed list has to be chosen there. Where several may stand in a cell, or other words
    will do, the list is an offer; where a number, a date or a length seems wrong, Excel asks and lets it stand.
    """
    field = column.field
    if offered := list_of(column):
        open_to_more = field is not None and (field.multiple or _is_open(field))
        return {
            "validate": "list",
            "source": f"={offered[0]}",
            "show_error": not open_to_more,
            "error_title": "Not in the list",
            "error_message": "Choose an entry of the list, or leave the cell empty.",
        }
    return _warning_about(field) if field else None


def _is_open(field: Field) -> bool:
    # A vocabulary of a text field only suggests.
    return field.kind == "text" or bool(field.vocabulary and VOCABULARIES[field.vocabulary].open)


def _warning_about(field: Field) -> dict[str, Any] | None:
    least, most = field.minimum, field.maximum
    if field.kind == "date" and least and most:
        told = "Enter a date as month/day/year."
        return _warning("date", told, minimum=as_date(least), maximum=as_date(most))
    if field.kind in ("whole-number", "money") and least and most:
        return _warning("integer", "Enter a whole number.", minimum=int(least), maximum=int(most))
    if field.kind in ("credits", "points") and least and most:
        told = f"Enter a number in steps of {field.multiple_of}."
        return _warning("decimal", told, minimum=Decimal(least), maximum=Decimal(most))
    if field.max_length:
        told = f"This is longer than {field.max_length:,} characters."
        return _warning("length", told, minimum=0, maximum=field.max_length)
    return None


def _warning(what: str, told: str, *, minimum: Any, maximum: Any) -> dict[str, Any]:
    return {
        "validate": what,
        "criteria": "between",
        "minimum": minimum,
        "maximum": maximum,
        "error_type": "warning",
        "error_title": "Please check",
        "error_message": f"{told} To empty the answer, write {CLEAR}."[:_LONGEST_MESSAGE],
    }
