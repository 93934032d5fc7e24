"""The shapes in which fields, steps and rules are declared."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from openpars.rulebook.conditions import Condition
from openpars.rulebook.findings import Stage

Kind = Literal[
    "text",
    "long-text",
    "choice",
    "choices",
    "date",
    "credits",
    "points",
    "money",
    "whole-number",
    "yes-no",
    "url",
    "texts",
    "group",
]
LISTS: frozenset[str] = frozenset({"choices", "texts", "group"})


@dataclass(frozen=True, slots=True)
class Need:
    """A stage for which a field must be answered, when the condition holds.

    `rule` is the last part of the id of the rule that says so: `activity.<path>.<rule>`. With `only_yes`
    nothing but a yes will do.
    """

    stage: Stage
    when: Condition | None = None
    rule: str = "required"
    only_yes: bool = False


@dataclass(frozen=True, slots=True)
class Question:
    """A question people ask about a field, and the answer shown beside the form."""

    ask: str
    answer: str


@dataclass(frozen=True, slots=True)
class Field:
    """One question of an activity, declared once; every door is drawn from it.

    `minimum`, `maximum` and `multiple_of` are numbers or ISO dates as text; `columns` holds the header in
    files and then its aliases; `public` answers may be shown to everybody and `copied` ones go along with
    Copy. An `identifier` is compared letter by letter, a `past` date may not lie in the future. Of a group,
    `ordered_by` names the part whose vocabulary gives its entries their order. `path`
    (`support.amount`), `step` and `questions` are filled in when the table is put together.
    """

    name: str
    label: str
    kind: Kind
    help: str = ""
    needs: tuple[Need, ...] = ()
    applies: Condition | None = None
    vocabulary: str | None = None
    max_length: int | None = None
    minimum: str | None = None
    maximum: str | None = None
    multiple_of: str | None = None
    item: tuple["Field", ...] = ()
    columns: tuple[str, ...] = ()
    placeholder: str = ""
    public: bool = False
    copied: bool = True
    identifier: bool = False
    past: bool = False
    ordered_by: str | None = None
    path: str = ""
    step: str | None = None
    questions: tuple[Question, ...] = ()

    @property
    def multiple(self) -> bool:
        """Say whether the answer is a list."""
        return self.kind in LISTS


@dataclass(frozen=True, slots=True)
class Step:
    """One page of the activity form."""

    slug: str
    label: str
    intro: str
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """Something that must hold, with the words shown where it does not.

    `message` and `mend` are `str.format` templates. `since` and `until` are compared with the day the
    activity starts; None leaves that end open. `sample` fills the templates where the rule itself is shown.
    """

    id: str
    fields: tuple[str, ...]
    stage: Stage
    message: str
    mend: str
    example: str
    since: date | None = None
    until: date | None = None
    sample: tuple[tuple[str, str], ...] = ()
