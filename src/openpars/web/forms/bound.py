"""A field of the rulebook with its answer, its findings and its rows, ready to be drawn.

The name of a box, the path of a finding and the key of a kept invalid answer are the same text:
`title`, `support.0.amount`. `bind` is a pure function of what it is given; it asks no database.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from openpars.rulebook.conditions import All, Condition, Not, When, as_json, holds
from openpars.rulebook.conditions import Any as AnyOf
from openpars.rulebook.declaring import Field
from openpars.rulebook.findings import Finding, Stage
from openpars.rulebook.vocabularies import VOCABULARIES, Term, label
from openpars.rulebook.words import Question

NEW_ROW = "__i__"
"""Stands for the row number in the names of an empty row, which the browser copies to add one."""

NEEDED_WORDS = {Stage.DRAFT: "needed to save", Stage.ACTIVE: "needed for Active", Stage.CLOSE: "needed to close"}

_ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_NO_ID = re.compile(r"[^A-Za-z0-9_.-]+")
_RADIOS_UP_TO = 4

#: Fields drawn in a way of their own; all others by their kind.
_WIDGETS = {"commendation_criteria": "chips", "outcomes": "outcomes", "support": "support"}

#: Fields with type-ahead from the server, and the kind of suggestion they ask for.
_SUGGESTIONS = {
    "source": "sources",
    "joint_providers": "joint-providers",
    "specialties": "specialties",
    "practice_areas": "practice-areas",
}

#: What one entry of a repeated group is called, and the words of the button that adds one.
_ROW_WORDS = {
    "instances": ("Further instance", "Add a further instance"),
    "collaborations": ("Collaboration", "Add a collaboration"),
}

_BY_KIND = {
    "text": "text",
    "long-text": "long-text",
    "date": "date",
    "credits": "text",
    "points": "text",
    "money": "text",
    "whole-number": "text",
    "url": "text",
    "yes-no": "radios",
    "texts": "texts",
    "choices": "checkboxes",
    "group": "rows",
}


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing to choose. `applies` is the condition, as JSON, under which it is offered."""

    value: str
    label: str
    checked: bool = False
    id: str = ""
    group: str = ""
    applies: str | None = None
    is_off: bool = False
    unknown: bool = False


@dataclass(frozen=True, slots=True)
class Need:
    """A quiet mark such as "needed for Active", and the condition (JSON) under which it is shown."""

    words: str
    when: str | None
    is_off: bool


@dataclass(frozen=True, slots=True)
class Row:
    """One entry of a repeated field. `number` stands in the names of its boxes, `__i__` in the empty row."""

    number: str
    path: str
    id: str
    label: str
    fields: tuple[BoundField, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """The rows of one kind of commercial support, with an empty row to add another."""

    kind: str
    label: str
    id: str
    rows: tuple[Row, ...]
    empty_row: Row
    chosen: bool


@dataclass(frozen=True, slots=True)
class Outcome:
    """One line of the grid of outcome measures: the outcome itself, then its types of measurement."""

    choice: Choice
    name: str
    types_name: str
    types: tuple[Choice, ...]
    types_id: str
    errors: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class BoundField:
    """What the templates in `templates/fields` draw."""

    field: Field
    path: str
    widget: str
    text: str = ""
    choices: tuple[Choice, ...] = ()
    errors: tuple[Finding, ...] = ()
    warnings: tuple[Finding, ...] = ()
    needs: tuple[Need, ...] = ()
    applies: str | None = None
    is_off: bool = False
    rows: tuple[Row, ...] = ()
    empty_row: Row | None = None
    sections: tuple[Section, ...] = ()
    outcomes: tuple[Outcome, ...] = ()
    suggestions: tuple[str, ...] = ()
    element_id: str = ""
    row_label: str = ""
    by_row: Mapping[str, tuple[Finding, ...]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The name of the box, which is the path of the answer."""
        return self.path

    @property
    def id(self) -> str:
        """The id that findings link to."""
        return self.element_id or field_id(self.path)

    @property
    def label(self) -> str:
        """What stands above the box."""
        return self.row_label or self.field.label

    @property
    def help(self) -> str:
        """The hint under the label."""
        return self.field.help

    @property
    def kind(self) -> str:
        """The kind of answer, a word of the rulebook."""
        return self.field.kind

    @property
    def questions(self) -> tuple[Question, ...]:
        """The questions people ask about this field."""
        return self.field.questions

    @property
    def is_iso(self) -> bool:
        """Whether a date box can show the kept text; other texts stand in a plain box."""
        return not self.text or bool(_ISO_DATE.fullmatch(self.text))

    @property
    def described_by(self) -> str:
        """The ids of hint and findings, for aria-describedby."""
        parts = [f"{self.id}-hint"] if self.help else []
        if self.errors:
            parts.append(f"{self.id}-error")
        if self.warnings:
            parts.append(f"{self.id}-warning")
        return " ".join(parts)

    @property
    def row_words(self) -> str:
        """What one entry of a repeated group is called."""
        return _ROW_WORDS.get(self.field.name, ("Entry", "Add another"))[0]

    @property
    def add_words(self) -> str:
        """What stands on the button that adds an entry to a repeated group."""
        return _ROW_WORDS.get(self.field.name, ("Entry", "Add another"))[1]

    @property
    def suggest(self) -> str | None:
        """The kind of suggestions to ask the server for, or None."""
        return _SUGGESTIONS.get(self.field.name)

    @property
    def inputmode(self) -> str:
        """Which keyboard a phone offers."""
        by_kind = {"credits": "decimal", "points": "decimal", "money": "decimal", "whole-number": "numeric"}
        return by_kind.get(self.kind, "url" if self.kind == "url" else "text")

    @property
    def width(self) -> str:
        """How wide the box is: as wide as a usual answer."""
        if self.kind in {"credits", "points", "money", "whole-number", "date"}:
            return "short"
        return "medium" if self.field.name in _MEDIUM else "full"


_MEDIUM = frozenset({"city", "state", "country", "internal_id", "rpc_id", "board_activity_id"})


def field_id(path: str) -> str:
    """Return the id of the element that asks for the answer at `path`; summaries link to it."""
    return "field-" + _NO_ID.sub("-", path)


def bind(
    field: Field,
    *,
    answers: Mapping[str, Any],
    rejected: Mapping[str, str],
    findings: Collection[Finding],
    show: Collection[Stage],
    prefix: str = "",
    item_index: int | None = None,
    top: Mapping[str, Any] | None = None,
    empty: bool = False,
) -> BoundField:
    """Return the field with its answer, to be drawn by `{% field bound %}`.

    `answers` are the canonical answers the field lives in: the activity's, or one row's with `prefix`
    (`"support.0."`) and then `top` the activity's. `rejected` maps paths to texts that could not be read;
    such a text stands in its box again. Of `findings` (all of them) those of a stage in `show` are drawn
    in red under their box, those to be confirmed in amber when CONFIRM is in `show`.
    `item_index` makes the label of a row's first box tell the rows apart. `empty` leaves findings out, for
    the row that the browser copies.
    """
    top = answers if top is None else top
    path = prefix + field.name
    value = answers.get(field.name)
    seen = _Seen(rejected, () if empty else tuple(findings), frozenset(show), top, item_index)
    errors, warnings = seen.findings_at(path, deep=field.kind == "choices")
    base: dict[str, Any] = {
        "field": field,
        "path": path,
        "widget": _widget(field),
        "errors": errors,
        "warnings": warnings,
        "needs": tuple(_needs(field, answers, top)),
        "applies": condition_json(field.applies),
        "is_off": not holds(field.applies, answers, top=top),
    }
    text = rejected.get(path)
    match base["widget"]:
        case "select" | "radios" | "checkboxes" | "chips":
            base["choices"] = tuple(_choices(field, path, value, text, rejected, answers, top))
            if field.kind == "choices" and field.vocabulary and VOCABULARIES[field.vocabulary].open:
                base["empty_row"] = _text_row(field, path, NEW_ROW, seen, None)
        case "texts":
            base |= _text_rows(field, path, value, seen)
        case "rows":
            base |= _group_rows(field, path, value, seen)
        case "support":
            base["sections"] = tuple(_support(field, path, value, seen))
        case "outcomes":
            base["outcomes"] = tuple(_outcomes(field, path, value, seen))
        case _:
            base["text"] = text if text is not None else _shown(field, value)
            if field.vocabulary and not _SUGGESTIONS.get(field.name):
                base["suggestions"] = _labels(field.vocabulary)
    return BoundField(**base)


def bind_all(
    fields: Iterable[Field],
    *,
    answers: Mapping[str, Any],
    rejected: Mapping[str, str],
    findings: Collection[Finding],
    show: Collection[Stage],
) -> tuple[BoundField, ...]:
    """Bind the fields of one step, in their order."""
    return tuple(
        bind(field, answers=answers, rejected=rejected, findings=findings, show=show) for field in fields
    )


def condition_json(condition: Condition | None) -> str | None:
    """Return the condition as the JSON text of a data attribute, or None where there is none."""
    return None if condition is None else json.dumps(as_json(condition), separators=(",", ":"))


def known_answers(fields: Iterable[Field], answers: Mapping[str, Any]) -> str:
    """Return as JSON the answers of other steps that the conditions of these fields ask for.

    It goes into `data-answers` of the form, so that the browser judges conditions over questions that are
    not on the page.
    """
    names = {name for one in _with_items(fields) for name in _names_asked(one)}
    return json.dumps({name: answers.get(name) for name in sorted(names) if answers.get(name) is not None})


def _with_items(fields: Iterable[Field]) -> Iterator[Field]:
    for one in fields:
        yield one
        yield from _with_items(one.item)


def _names_asked(field: Field) -> Iterator[str]:
    for condition in (field.applies, *(need.when for need in field.needs)):
        yield from _names_in(condition)


def _names_in(condition: Condition | None) -> Iterator[str]:
    match condition:
        case When():
            yield condition.field.removeprefix("/").split(".")[0]
        case All() | AnyOf():
            for part in condition.of:
                yield from _names_in(part)
        case Not():
            yield from _names_in(condition.of)


@dataclass(frozen=True, slots=True)
class _Seen:
    """What is known about the form while one field of it is bound."""

    rejected: Mapping[str, str]
    findings: tuple[Finding, ...]
    show: frozenset[Stage]
    top: Mapping[str, Any]
    index: int | None

    def findings_at(self, path: str, *, deep: bool) -> tuple[tuple[Finding, ...], tuple[Finding, ...]]:
        """Return what stands in red and what in amber under the box at `path`.

        `deep` takes the findings about single elements (`delivery_methods.1`) too, where these have no box
        of their own.
        """
        here = [
            finding
            for finding in self.findings
            if finding.stage in self.show
            and (finding.path == path or (deep and finding.path.startswith(f"{path}.")))
        ]
        errors = tuple(finding for finding in here if finding.stage is not Stage.CONFIRM)
        return errors, tuple(finding for finding in here if finding.stage is Stage.CONFIRM)

    def bind_item(self, field: Field, item: Mapping[str, Any], prefix: str, *, empty: bool) -> BoundField:
        return bind(
            field,
            answers=item,
            rejected=self.rejected,
            findings=self.findings,
            show=self.show,
            prefix=prefix,
            top=self.top,
            empty=empty,
        )


def _widget(field: Field) -> str:
    if field.name in _WIDGETS:
        return _WIDGETS[field.name]
    if field.kind != "choice":
        return _BY_KIND[field.kind]
    assert field.vocabulary, f"{field.path} is a choice without a vocabulary"  # noqa: S101 - checked when drawn first
    vocabulary = VOCABULARIES[field.vocabulary]
    if vocabulary.open:
        return "text"
    return "radios" if len(vocabulary.entries) <= _RADIOS_UP_TO else "select"


def _needs(field: Field, answers: Mapping[str, Any], top: Mapping[str, Any]) -> Iterator[Need]:
    # Only the nearest stage is told: what is needed for Active is needed to close as well.
    told = False
    for need in field.needs:
        words = NEEDED_WORDS.get(need.stage)
        if words:
            stands = holds(need.when, answers, top=top)
            yield Need(words, condition_json(need.when), told or not stands)
            told = told or stands


def _shown(field: Field, value: Any) -> str:
    if value is None:
        return ""
    if field.vocabulary and isinstance(value, str):
        return label(field.vocabulary, value)
    return str(value)


@lru_cache(maxsize=None)
def _labels(vocabulary: str) -> tuple[str, ...]:
    return tuple(term.label for term in VOCABULARIES[vocabulary].entries)


def _choices(
    field: Field,
    path: str,
    value: Any,
    text: str | None,
    rejected: Mapping[str, str],
    answers: Mapping[str, Any],
    top: Mapping[str, Any],
) -> Iterator[Choice]:
    chosen = _chosen(path, value, text, rejected)
    known: set[str] = set()
    for number, term in enumerate(_terms(field)):
        known.add(term.code)
        applies, is_off = _term_condition(field, term, answers, top)
        yield Choice(
            value=term.code,
            label=term.label,
            checked=term.code in chosen,
            id=f"{field_id(path)}-{number}",
            group=term.group,
            applies=applies,
            # What was chosen is always seen, or it could not be taken back.
            is_off=is_off and term.code not in chosen,
        )
    for number, other in enumerate(one for one in chosen if one not in known):
        yield Choice(other, other, checked=True, id=f"{field_id(path)}-x{number}", unknown=True)


def _terms(field: Field) -> Sequence[Term]:
    if field.kind == "yes-no":
        return (Term("yes", "Yes"), Term("no", "No"))
    return VOCABULARIES[field.vocabulary].entries if field.vocabulary else ()


def _chosen(path: str, value: Any, text: str | None, rejected: Mapping[str, str]) -> list[str]:
    """Return what is chosen, in its order: a text that could not be read stands where it was given."""
    if text is not None:
        return [text] if text else []
    if isinstance(value, list):
        kept = [rejected.get(f"{path}.{index}", one) for index, one in enumerate(value)]
        return [str(one) for one in kept if one is not None]
    if isinstance(value, bool):
        return ["yes" if value else "no"]
    return [] if value is None else [str(value)]


def _term_condition(
    field: Field, term: Term, answers: Mapping[str, Any], top: Mapping[str, Any]
) -> tuple[str | None, bool]:
    if not term.of:
        return None, False
    asked = "board" if field.path.startswith("collaborations.") else "format"
    condition = When(asked, term.of)
    return condition_json(condition), not holds(condition, answers, top=top)


def _elements(path: str, value: Any, rejected: Mapping[str, str]) -> int:
    """Return how many rows there are, kept unreadable ones included."""
    count = len(value) if isinstance(value, list) else 0
    for kept in rejected:
        if kept.startswith(f"{path}."):
            number = kept[len(path) + 1 :].split(".")[0]
            if number.isascii() and number.isdigit() and len(number) <= 6:
                count = max(count, int(number) + 1)
    return count


def _text_rows(field: Field, path: str, value: Any, seen: _Seen) -> dict[str, Any]:
    values = value if isinstance(value, list) else []
    whole = seen.rejected.get(path)
    if whole is not None and not values:
        values = [whole]
    count = max(1, _elements(path, values, seen.rejected))
    return {
        "rows": tuple(
            _text_row(field, path, str(index), seen, values[index] if index < len(values) else None)
            for index in range(count)
        ),
        "empty_row": _text_row(field, path, NEW_ROW, seen, None),
    }


def _text_row(field: Field, path: str, number: str, seen: _Seen, value: Any) -> Row:
    own = f"{path}.{number}"
    errors, warnings = ((), ()) if number == NEW_ROW else seen.findings_at(own, deep=True)
    text = seen.rejected.get(own)
    row_label = _numbered(field.label, number)
    box = BoundField(
        field=field,
        path=own,
        widget="text",
        text=text if text is not None else ("" if value is None else str(value)),
        errors=errors,
        warnings=warnings,
        suggestions=() if _SUGGESTIONS.get(field.name) or not field.vocabulary else _labels(field.vocabulary),
        row_label=row_label,
    )
    return Row(number, own, field_id(own) + "-row", row_label, (box,))


def _numbered(words: str, number: str) -> str:
    return f"{words} {int(number) + 1}" if number.isdigit() else words


def _row(field: Field, path: str, number: str, seen: _Seen, item: Any, words: str) -> Row:
    own = f"{path}.{number}"
    values = item if isinstance(item, Mapping) else {}
    return Row(
        number,
        own,
        field_id(own),
        words,
        tuple(seen.bind_item(one, values, f"{own}.", empty=number == NEW_ROW) for one in field.item),
    )


def _group_rows(field: Field, path: str, value: Any, seen: _Seen) -> dict[str, Any]:
    values = value if isinstance(value, list) else []
    words = _ROW_WORDS.get(field.name, (field.label, ""))[0]
    count = _elements(path, values, seen.rejected)
    return {
        "rows": tuple(
            _row(
                field,
                path,
                str(index),
                seen,
                values[index] if index < len(values) else None,
                _numbered(words, str(index)),
            )
            for index in range(count)
        ),
        "empty_row": _row(field, path, NEW_ROW, seen, None, words),
    }


def _support(field: Field, path: str, value: Any, seen: _Seen) -> Iterator[Section]:
    values = value if isinstance(value, list) else []
    count = _elements(path, values, seen.rejected)
    items = [values[i] if i < len(values) and isinstance(values[i], Mapping) else {} for i in range(count)]
    for number, term in enumerate(VOCABULARIES["support_kinds"].entries):
        # A row whose kind cannot be read stands with the first kind, where it can be mended.
        mine = [i for i, item in enumerate(items) if item.get("kind", None) == term.code]
        if number == 0:
            codes = VOCABULARIES["support_kinds"].by_code
            mine = [i for i, item in enumerate(items) if i in mine or item.get("kind") not in codes]
        rows = tuple(
            _row(field, path, str(index), seen, items[index], _numbered("Source", str(place)))
            for place, index in enumerate(mine)
        )
        yield Section(
            kind=term.code,
            label=term.label,
            id=f"{field_id(path)}-{_NO_ID.sub('-', term.code)}",
            rows=rows,
            empty_row=_row(field, path, NEW_ROW, seen, {"kind": term.code}, "Source"),
            chosen=bool(rows),
        )


def _outcomes(field: Field, path: str, value: Any, seen: _Seen) -> Iterator[Outcome]:
    values = [one if isinstance(one, Mapping) else {} for one in value] if isinstance(value, list) else []
    values += [{} for _ in range(_elements(path, values, seen.rejected) - len(values))]
    places: dict[str, int] = {}
    others: list[tuple[str, int]] = []
    known = VOCABULARIES["outcomes"].by_code
    for index, item in enumerate(values):
        words = str(seen.rejected.get(f"{path}.{index}.outcome", item.get("outcome") or ""))
        if words in known and words not in places:
            places[words] = index
        else:
            others.append((words, index))
    number = 0
    for term in VOCABULARIES["outcomes"].entries:
        yield _outcome(path, number, term.code, term.label, places.get(term.code), values, seen)
        number += 1
    for words, index in others:
        yield _outcome(path, number, words, words or "Outcome not named", index, values, seen)
        number += 1


def _outcome(
    path: str,
    number: int,
    code: str,
    words: str,
    index: int | None,
    values: Sequence[Mapping[str, Any]],
    seen: _Seen,
) -> Outcome:
    """One line: `number` is its place on the page, `index` its place among the answers, if it is one."""
    name = f"{path}.{number}"
    stored = f"{path}.{index}" if index is not None else ""
    place = stored or f"{path}-{number}"
    types_path = f"{stored}.measurement_types"
    chosen: list[str] = []
    if index is not None:
        given = values[index].get("measurement_types")
        chosen = _chosen(types_path, given, seen.rejected.get(types_path), seen.rejected)
    terms = VOCABULARIES["measurement_types"].entries
    types = [
        Choice(term.code, term.label, term.code in chosen, f"{field_id(place)}-type-{at}")
        for at, term in enumerate(terms)
    ]
    codes = {term.code for term in terms}
    types += [
        Choice(other, other, True, f"{field_id(place)}-type-x{at}", unknown=True)
        for at, other in enumerate(one for one in chosen if one not in codes)
    ]
    errors = seen.findings_at(stored, deep=True)[0] if stored else ()
    return Outcome(
        choice=Choice(
            code, words, index is not None, field_id(f"{place}.outcome"), unknown=code not in VOCABULARIES["outcomes"].by_code
        ),
        name=f"{name}.outcome",
        types_name=f"{name}.measurement_types",
        types=tuple(types),
        types_id=field_id(f"{place}.measurement_types"),
        errors=errors,
    )
