"""The columns of a table of activities: what each is called, in which order they stand, what a heading means.

Drawn from the rulebook's fields; the readers and writers of workbooks and of text share it. `headings` finds out what
the headings of a file mean, `cells` reads and writes what stands below them.

A column holds the answer at its path: a field (`title`), an entry of a list (`joint_providers.0`), a part of an
entry (`support.0.amount`), an outcome by its name (`outcomes.Learner Knowledge`), what is kept beside the
answers (`legacy.Hours of Instruction`), or a word about the row itself (`activity_id`).
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, unquote

from openpars.formats.rows import Kind
from openpars.rulebook.declaring import Field
from openpars.rulebook.fields import FIELDS
from openpars.rulebook.paths import position_of
from openpars.rulebook.vocabularies import VOCABULARIES

WORDS: Final[dict[str, tuple[str, ...]]] = {
    "template": ("Template", "Template (DO NOT ALTER OR DELETE THIS COLUMN)"),
    "action": ("Record Action", "Action", "Activity Record Action"),
    "activity_id": ("Activity ID", "ACCME Activity ID", "OpenPARS Activity ID", "PARS Activity ID"),
    "close": ("Close Activity", "Close Activity Record", "Mark Activity as Closed"),
}
"""The headings of what a row says about itself, the first one ours."""

DEFAULT_GROUPS: Final[dict[str, int]] = {
    "joint_providers": 2,
    "support": 3,
    "collaborations": 2,
    "instances": 2,
}
"""How many numbered groups of columns an empty template has."""

COUNTS: Final = ("physicians", "other_learners", "counts_as_of")
"""The answers that a file of learner counts is about."""

IN_KIND: Final = "in_kind"
"""The part of a supporter's columns in the old templates that says whether it gave help in kind."""

MOST_GROUPS: Final = 200
_LETTERS: Final = {Kind.ACTIVITIES: "E1", Kind.LEARNER_COUNTS: "L1"}


@dataclass(frozen=True, slots=True)
class TemplateColumn:
    """One column of a table that is written.

    `field` is the rulebook's field whose answer stands in it, None for the words about the row and for what is
    kept beside the answers. `note` tells people what to enter.
    """

    heading: str
    path: str
    field: Field | None
    note: str


def columns_for(
    kind: Kind = Kind.ACTIVITIES, *, groups: Mapping[str, int] = DEFAULT_GROUPS, kept: Iterable[str] = ()
) -> list[TemplateColumn]:
    """Return the columns of a table in order.

    `groups` says for each repeated answer how many numbered columns or groups of columns there are; outcomes
    have a column of their own each, and numbered ones only where an activity says more than fits these. `kept`
    holds the paths of what is kept beside answers (`legacy.Hours of Instruction`).
    """
    if kind is Kind.LEARNER_COUNTS:
        named = (_plain(FIELDS[name]) for name in ("internal_id", "title", *COUNTS))
        return [_word("template"), _word("activity_id"), *named, _word("close")]
    columns = [_word("template"), _word("action"), _word("activity_id"), _plain(FIELDS["internal_id"])]
    for field in FIELDS.values():
        if field.name != "internal_id":
            columns.extend(_columns_of(field, groups.get(field.name, 0)))
    columns.extend(TemplateColumn(_kept_heading(path), path, None, _KEPT_NOTE) for path in kept)
    return [*columns, _word("close")]


def stamp(kind: Kind, *, groups: Mapping[str, int], kept: Iterable[str] = ()) -> str:
    """Return what the column Template says, from which the columns can be known without their headings."""
    widths = [f"{name}={groups[name]}" for name in FIELDS if groups.get(name)]
    return " ".join(("OpenPARS", _LETTERS[kind], *widths, *(quote(path, safe="") for path in kept)))


def stamped(text: str) -> tuple[Kind, list[TemplateColumn]] | None:
    """Return the kind and the columns that a stamp stands for, or None where it is none of ours."""
    maker, _, rest = text.strip().partition(" ")
    letter, *parts = rest.split() or [""]
    kind = next((kind for kind, own in _LETTERS.items() if own == letter), None)
    if maker != "OpenPARS" or kind is None:
        return None
    groups: dict[str, int] = {}
    kept: list[str] = []
    for part in parts:
        name, equals, width = part.partition("=")
        if not equals and (path := unquote(part)).startswith(("legacy.", "extra.")):
            kept.append(path)
        elif name in FIELDS and (number := position_of(width)) is not None and number <= MOST_GROUPS:
            groups[name] = number
        else:
            return None
    return kind, columns_for(kind, groups=groups, kept=kept)


def label_of(path: str) -> str:
    """Return what the answer at a path is called, as the heading of a column."""
    if path in WORDS:
        return WORDS[path][0]
    name, _, rest = path.partition(".")
    if name in ("legacy", "extra"):
        return _kept_heading(path)
    position, _, part = rest.partition(".")
    number = position_of(position)
    if number is None:
        return heading_of(FIELDS[name]) if not rest else f"{heading_of(FIELDS[name])}: {rest}"
    return _numbered_heading(FIELDS[name], number, part)


def words_of(field: Field) -> tuple[str, ...]:
    """Return the words a cell of this field can hold, for a drop-down; none where any text will do.

    Yes and no are words too. Several answers in one cell are separated by semicolons.
    """
    if field.kind == "yes-no":
        return ("Yes", "No")
    if field.vocabulary is None:
        return ()
    return tuple(said(field, term.code) for term in VOCABULARIES[field.vocabulary].entries)


def said(field: Field, code: str) -> str:
    """Return an answer of a field with a vocabulary as a cell says it."""
    # Whether the code of a state means that state depends on the country; so it is written as it is stored.
    if field.vocabulary is None or field.name == "state":
        return code
    term = VOCABULARIES[field.vocabulary].by_code.get(code)
    return term.label if term else code


_KEPT_NOTE: Final = "Kept as it came in; it is not asked any more, or belongs to another system."
_WORD_NOTES: Final[dict[str, str]] = {
    "template": "Leave this column as it is: it tells which columns follow.",
    "action": "Add, Update or Delete. Empty: a row that names an activity updates it, any other adds one.",
    "activity_id": "The nine-digit number given by the system. Leave it empty for a new activity.",
    "close": "Yes closes the activity, if nothing is missing. Leave it empty otherwise.",
}
_HOW: Final[dict[str, str]] = {
    "date": "Month/day/year.",
    "yes-no": "Yes or No.",
    "choices": "Separate several by semicolons (;).",
    "texts": "Separate several by semicolons (;).",
}


def _word(name: str) -> TemplateColumn:
    return TemplateColumn(WORDS[name][0], name, None, _WORD_NOTES[name])


def _note(field: Field) -> str:
    return " ".join(part for part in (field.help or f"{field.label}.", _HOW.get(field.kind, "")) if part)


def heading_of(field: Field) -> str:
    """Return the heading of a field's column, and the name of a part behind the number of its group."""
    return field.columns[0] if field.columns else field.label


def _numbered_heading(field: Field, position: int, part: str) -> str:
    inner = next((one for one in field.item if one.name == part), None)
    rest = "In Kind" if part == IN_KIND else heading_of(inner) if inner else ""
    return f"{heading_of(field)} {position + 1} {rest}".rstrip()


def _kept_heading(path: str) -> str:
    name, _, rest = path.partition(".")
    return f"{name.capitalize()}: {rest}"


def _plain(field: Field) -> TemplateColumn:
    return TemplateColumn(heading_of(field), field.name, field, _note(field))


def _columns_of(field: Field, width: int) -> Iterator[TemplateColumn]:
    if field.kind == "texts":
        for position in range(width):
            path = f"{field.name}.{position}"
            yield TemplateColumn(_numbered_heading(field, position, ""), path, field, field.help)
    elif field.kind == "group":
        if field.ordered_by is not None:
            yield from _named_columns(field)
        for position in range(width):
            for part in field.item:
                heading = _numbered_heading(field, position, part.name)
                yield TemplateColumn(heading, f"{field.name}.{position}.{part.name}", part, _note(part))
    else:
        yield _plain(field)


def _named_columns(field: Field) -> Iterator[TemplateColumn]:
    """Yield a column for each entry that a group can have, where these are known by name: the outcomes."""
    by, other = field.item
    for term in VOCABULARIES[by.vocabulary or ""].entries:
        heading = f"{heading_of(field)}: {term.label}"
        yield TemplateColumn(heading, f"{field.name}.{term.code}", other, _note(other))
