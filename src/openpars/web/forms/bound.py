"""A field of the rulebook with its answer, its findings and its rows, ready to be drawn.

The name of a box, the path of a finding and the key of a kept invalid answer are the same text:
`title`, `support.0.amount`. `bind` is a pure function of what it is given; it asks no database.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from openpars.rulebook.conditions import All, Condition, Not, When, holds
from openpars.rulebook.conditions import Any as AnyOf
from openpars.rulebook.declaring import Field
from openpars.rulebook.findings import Finding, Stage
from openpars.rulebook.vocabularies import VOCABULARIES, label
from openpars.web.forms.choosing import choices_of, chosen_at
from openpars.web.forms.shapes import (
    ADDED_ROW,
    NEW_ROW,
    ROW_WORDS,
    SUGGESTIONS,
    BoundField,
    Choice,
    Need,
    Outcome,
    Row,
    Section,
    condition_json,
    field_id,
)

__all__ = ["BoundField", "bind", "bind_all", "field_id", "known_answers"]

_NEEDED_WORDS = {
    Stage.DRAFT: "needed to save",
    Stage.ACTIVE: "needed for Active",
    Stage.CLOSE: "needed to close",
}
_RADIOS_UP_TO = 4

#: Fields drawn in a way of their own; all others by their kind. The collaborations are chosen by drop-downs.
_WIDGETS = {
    "commendation_criteria": "chips",
    "outcomes": "outcomes",
    "support": "support",
    "collaborations.kind": "select",
    "collaborations.rems_type": "select",
}
_BY_KIND = {
    "long-text": "long-text",
    "date": "date",
    "yes-no": "radios",
    "texts": "texts",
    "choices": "checkboxes",
    "group": "rows",
}


@dataclass(frozen=True, slots=True)
class _Page:
    """What is known about the whole form while its fields are bound."""

    top: Mapping[str, Any]
    rejected: Mapping[str, str]
    findings: tuple[Finding, ...]
    adding_to: str = ""
    """The path of the list that gets one more row, of commercial support with the kind: `support.in-kind`."""

    def at(self, path: str, *, deep: bool = False) -> tuple[tuple[Finding, ...], tuple[Finding, ...]]:
        """Return what stands in red and what in amber under the box at `path`.

        `deep` takes the findings about single elements (`delivery_methods.1`) too, where these have no box
        of their own.
        """
        here = [
            finding
            for finding in self.findings
            if finding.path == path or (deep and finding.path.startswith(f"{path}."))
        ]
        errors = tuple(finding for finding in here if finding.stage is not Stage.CONFIRM)
        return errors, tuple(finding for finding in here if finding.stage is Stage.CONFIRM)


def bind(
    field: Field,
    *,
    answers: Mapping[str, Any],
    rejected: Mapping[str, str],
    findings: Iterable[Finding],
    show: Collection[Stage],
) -> BoundField:
    """Return the field with its answer, to be drawn by `{% field bound %}`.

    `answers` are the canonical answers of the whole activity. `rejected` maps paths to texts that could not
    be read; such a text stands in its box again. Of `findings` (all of them) those of a stage in `show` are
    drawn under their box: in red, and in amber those to be confirmed.
    """
    return bind_all([field], answers=answers, rejected=rejected, findings=findings, show=show)[0]


def bind_all(
    fields: Iterable[Field],
    *,
    answers: Mapping[str, Any],
    rejected: Mapping[str, str],
    findings: Iterable[Finding],
    show: Collection[Stage],
    adding_to: str = "",
) -> tuple[BoundField, ...]:
    """Bind the fields of one step, in their order; see `bind`.

    The list at the path `adding_to` gets one more row, with the id ADDED_ROW; of commercial support the path
    names the kind too: `support.in-kind`.
    """
    told = tuple(finding for finding in findings if finding.stage in show)
    page = _Page(answers, rejected, told, adding_to)
    return tuple(_bind(field, answers, "", page) for field in fields)


def known_answers(fields: Iterable[Field], answers: Mapping[str, Any]) -> str:
    """Return as JSON the answers that the conditions of these fields ask for.

    It goes into `data-answers` of the form, so that the browser judges conditions over questions that are
    not on the page.
    """
    names = {name for field in _with_items(fields) for name in _names_asked(field)}
    return json.dumps({name: answers[name] for name in sorted(names) if answers.get(name) is not None})


def _with_items(fields: Iterable[Field]) -> Iterator[Field]:
    for field in fields:
        yield field
        yield from _with_items(field.item)


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


def _bind(field: Field, answers: Mapping[str, Any], prefix: str, page: _Page) -> BoundField:
    """Bind one field of the activity or, with a prefix such as `support.0.`, of one row of it."""
    path = prefix + field.name
    widget = _widget(field)
    errors, warnings = page.at(path, deep=widget in {"checkboxes", "chips"})
    bound = BoundField(
        field=field,
        path=path,
        widget=widget,
        errors=errors,
        warnings=warnings,
        needs=tuple(_needs(field, answers, page.top)),
        applies=condition_json(field.applies),
        is_off=not holds(field.applies, answers, top=page.top),
    )
    return _FILLED.get(widget, _with_text)(bound, answers, page)


def _widget(field: Field) -> str:
    if field.path in _WIDGETS:
        return _WIDGETS[field.path]
    vocabulary = VOCABULARIES[field.vocabulary] if field.vocabulary else None
    if (
        vocabulary
        and field.kind == "choices"
        and vocabulary.open
        and not any(t.of for t in vocabulary.entries)
    ):
        # A long list of suggestions, and free text besides: rows to type or pick in.
        return "texts"
    if vocabulary and field.kind == "choice" and not vocabulary.open:
        return "radios" if len(vocabulary.entries) <= _RADIOS_UP_TO else "select"
    return _BY_KIND.get(field.kind, "text")


def _needs(field: Field, answers: Mapping[str, Any], top: Mapping[str, Any]) -> Iterator[Need]:
    # Only the nearest stage is told: what is needed for Active is needed to close as well.
    told = False
    for need in field.needs:
        words = _NEEDED_WORDS.get(need.stage)
        if words:
            stands = holds(need.when, answers, top=top)
            yield Need(words, condition_json(need.when), told or not stands)
            told = told or stands


# --- single boxes


def _with_text(bound: BoundField, answers: Mapping[str, Any], page: _Page) -> BoundField:
    text = page.rejected.get(bound.path)
    if text is None:
        text = _shown(bound.field, answers.get(bound.field.name))
    return replace(bound, text=text, suggestions=_static_suggestions(bound.field))


def _shown(field: Field, value: Any) -> str:
    if value is None:
        return ""
    return label(field.vocabulary, value) if field.vocabulary and isinstance(value, str) else str(value)


def _static_suggestions(field: Field) -> tuple[str, ...]:
    """Return a list short enough to be sent with the page; longer ones are asked for while typing."""
    return _labels(field.vocabulary) if field.vocabulary and field.name not in SUGGESTIONS else ()


@cache
def _labels(vocabulary: str) -> tuple[str, ...]:
    return tuple(term.label for term in VOCABULARIES[vocabulary].entries)


def _with_choices(bound: BoundField, answers: Mapping[str, Any], page: _Page) -> BoundField:
    field = bound.field
    choices = choices_of(field, bound.path, answers=answers, rejected=page.rejected, top=page.top)
    is_open = field.kind == "choices" and field.vocabulary and VOCABULARIES[field.vocabulary].open
    rows: tuple[Row, ...] = ()
    if is_open and page.adding_to == bound.path:
        rows = (_text_row(field, f"{bound.path}.0", "0", None, page, is_added=True),)
    return replace(
        bound,
        choices=tuple(choices),
        rows=rows,
        # What is not on an open list is typed into a row of its own.
        empty_row=_text_row(field, f"{bound.path}.{NEW_ROW}", NEW_ROW, None, page) if is_open else None,
    )


# --- repeated rows


def _number_of_rows(path: str, value: Any, rejected: Mapping[str, str]) -> int:
    """Return how many rows there are, kept unreadable ones included."""
    count = len(value) if isinstance(value, list) else 0
    for kept in rejected:
        if kept.startswith(f"{path}."):
            number = kept[len(path) + 1 :].split(".")[0]
            if number.isascii() and number.isdigit() and len(number) <= 6:
                count = max(count, int(number) + 1)
    return count


def _numbered(words: str, place: int) -> str:
    return f"{words} {place + 1}"


def _with_text_rows(bound: BoundField, answers: Mapping[str, Any], page: _Page) -> BoundField:
    path, field = bound.path, bound.field
    value = answers.get(field.name)
    values = list(value) if isinstance(value, list) else []
    if path in page.rejected:
        values = [page.rejected[path]]
    values += [None] * (_number_of_rows(path, values, page.rejected) - len(values))
    rows = [_text_row(field, f"{path}.{i}", str(i), one, page) for i, one in enumerate(values)]
    is_added = page.adding_to == path
    # There is always a row to type in.
    if is_added or not rows:
        rows.append(_text_row(field, f"{path}.{len(rows)}", str(len(rows)), None, page, is_added=is_added))
    return replace(
        bound,
        rows=tuple(rows),
        empty_row=_text_row(field, f"{path}.{NEW_ROW}", NEW_ROW, None, page),
    )


def _text_row(
    field: Field, path: str, number: str, value: Any, page: _Page, *, is_added: bool = False
) -> Row:
    errors, warnings = page.at(path)
    one = ROW_WORDS[field.name][0]
    words = one if number == NEW_ROW else _numbered(one, int(number))
    text = page.rejected.get(path, "" if value is None else str(value))
    box = BoundField(field, path, "text", text=text, errors=errors, warnings=warnings, row_label=words)
    return Row(number, path, ADDED_ROW if is_added else f"{field_id(path)}-row", words, (box,))


def _with_rows(bound: BoundField, answers: Mapping[str, Any], page: _Page) -> BoundField:
    words = ROW_WORDS[bound.field.name][0]
    items = _items(bound.path, answers.get(bound.field.name), page)
    rows = [_row(bound, str(i), item, _numbered(words, i), page) for i, item in enumerate(items)]
    if page.adding_to == bound.path:
        rows.append(_added_row(bound, {}, _numbered(words, len(rows)), len(items), page))
    return replace(
        bound,
        rows=tuple(rows),
        empty_row=_row(bound, NEW_ROW, {}, words, page),
    )


def _items(path: str, value: Any, page: _Page) -> list[Mapping[str, Any]]:
    items = [one if isinstance(one, Mapping) else {} for one in value] if isinstance(value, list) else []
    return items + [{}] * (_number_of_rows(path, items, page.rejected) - len(items))


def _row(bound: BoundField, number: str, item: Mapping[str, Any], words: str, page: _Page) -> Row:
    path = f"{bound.path}.{number}"
    fields = tuple(_bind(field, item, f"{path}.", page) for field in bound.field.item)
    return Row(number, path, field_id(path), words, fields)


def _added_row(bound: BoundField, item: Mapping[str, Any], words: str, number: int, page: _Page) -> Row:
    return replace(_row(bound, str(number), item, words, page), id=ADDED_ROW)


def _with_sections(bound: BoundField, answers: Mapping[str, Any], page: _Page) -> BoundField:
    items = _items(bound.path, answers.get(bound.field.name), page)
    kinds = VOCABULARIES["support_kinds"]
    sections = []
    for first, term in enumerate(kinds.entries):
        mine = [
            (index, item)
            for index, item in enumerate(items)
            # A row whose kind is missing stands with the first kind, where it can be mended.
            if item.get("kind") == term.code or (not first and item.get("kind") not in kinds.by_code)
        ]
        rows = [
            _row(bound, str(index), {**item, "kind": term.code}, _numbered("Source", place), page)
            for place, (index, item) in enumerate(mine)
        ]
        if page.adding_to == f"{bound.path}.{term.code}":
            words = _numbered("Source", len(rows))
            rows.append(_added_row(bound, {"kind": term.code}, words, len(items), page))
        sections.append(
            Section(
                kind=term.code,
                label=term.label,
                id=f"{bound.id}-{term.code}",
                rows=tuple(rows),
                empty_row=_row(bound, NEW_ROW, {"kind": term.code}, "Source", page),
                chosen=bool(rows),
            )
        )
    return replace(bound, sections=tuple(sections))


# --- the grid of outcome measures


def _with_outcomes(bound: BoundField, answers: Mapping[str, Any], page: _Page) -> BoundField:
    items = _items(bound.path, answers.get(bound.field.name), page)
    terms = VOCABULARIES["outcomes"].entries
    # Every outcome has its line; its place among the answers, if it is one of them, is where findings point.
    places: dict[str, int] = {}
    others: list[tuple[str, int]] = []
    for index, item in enumerate(items):
        words = page.rejected.get(f"{bound.path}.{index}.outcome", item.get("outcome") or "")
        if words in places or words not in VOCABULARIES["outcomes"].by_code:
            others.append((words, index))
        else:
            places[words] = index
    lines = [(term.code, term.label, places.get(term.code)) for term in terms]
    lines += [(words, words or "Outcome not named", index) for words, index in others]
    return replace(
        bound,
        outcomes=tuple(
            _outcome(bound.path, number, line, {} if line[2] is None else items[line[2]], page)
            for number, line in enumerate(lines)
        ),
    )


def _outcome(
    path: str, number: int, line: tuple[str, str, int | None], item: Mapping[str, Any], page: _Page
) -> Outcome:
    """Return one line: `number` is its place on the page; `line` ends with its place among the answers."""
    code, words, index = line
    place = f"{path}.{number}"
    stored = f"{path}.{number}-unchosen" if index is None else f"{path}.{index}"
    chosen: list[str] = []
    if index is not None:
        chosen = chosen_at(f"{stored}.measurement_types", item.get("measurement_types"), page.rejected)
    types = VOCABULARIES["measurement_types"]
    offered = [term.code for term in types.entries]
    offered += [other for other in chosen if other not in offered]
    return Outcome(
        choice=Choice(
            value=code,
            label=words,
            checked=index is not None,
            id=field_id(f"{stored}.outcome"),
            unknown=code not in VOCABULARIES["outcomes"].by_code,
        ),
        path=place,
        name=f"{place}.outcome",
        types_name=f"{place}.measurement_types",
        types=tuple(
            Choice(one, label("measurement_types", one), one in chosen, f"{field_id(stored)}-type-{at}")
            for at, one in enumerate(offered)
        ),
        types_id=field_id(f"{stored}.measurement_types"),
        errors=() if index is None else page.at(stored, deep=True)[0],
    )


_FILLED: dict[str, Callable[[BoundField, Mapping[str, Any], _Page], BoundField]] = {
    "select": _with_choices,
    "radios": _with_choices,
    "checkboxes": _with_choices,
    "chips": _with_choices,
    "texts": _with_text_rows,
    "rows": _with_rows,
    "support": _with_sections,
    "outcomes": _with_outcomes,
}
