"""Checking a file: each row read and judged by the rulebook, every finding with its place in the file.

Nothing here knows what is stored: what a row means for the activities that exist, the plan says.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Final

from openpars.formats.cell_text import joined
from openpars.formats.columns import COUNTS
from openpars.formats.rows import Action, Kind, Layout, Reading, Row, where
from openpars.formats.to_cells import cell_of
from openpars.rulebook.conditions import All, Condition, Not, When, compiled
from openpars.rulebook.conditions import Any as AnyOf
from openpars.rulebook.declaring import Field
from openpars.rulebook.fields import FIELDS, field_at
from openpars.rulebook.findings import Finding, Stage, Where
from openpars.rulebook.judging import judge
from openpars.rulebook.kinds.numbers import yes_or_no
from openpars.rulebook.kinds.trouble import Trouble, text_of
from openpars.rulebook.paths import is_within, position_of
from openpars.rulebook.reading import read
from openpars.rulebook.rules import finding

_ACTIVITY_ID: Final = re.compile(r"[0-9]{9}", re.ASCII)
_SEVERAL: Final = re.compile("[;\r\n]+")
_ACTIONS: Final = {action.value.casefold(): action for action in Action}
_OF_COUNTS: Final = frozenset({*COUNTS, "internal_id"})
_WITHOUT_PRESENCE: Final = frozenset({Stage.VALID, Stage.CONFIRM})
_MOST_REMEMBERED: Final = 10_000


@dataclass(slots=True)
class Checked:
    """One row of a file as the rulebook read it.

    - `number`, `places`, `kept`: as in `Row`;
    - `answers`, `rejected`: as `rulebook.reading.read` gives them;
    - `findings`: all that was found, each with its place in the file;
    - `judged`: whether these are all there is to say of the answers as a new activity. What is missing is not
      told of rows that name an activity ID or ask for Update or Delete, until they meet what is stored;
    - `action`, `activity_id`, `close`: what the row asks for, None where it does not say, or cannot be read.
    """

    number: int
    answers: dict[str, Any]
    rejected: dict[str, str] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    judged: bool = False
    action: Action | None = None
    activity_id: int | None = None
    close: bool | None = None
    kept: dict[str, dict[str, str | None]] = field(default_factory=dict)
    places: Mapping[str, int] = field(default_factory=dict)


def check_rows(
    reading: Reading, *, today: date, fixes: Mapping[int, Mapping[str, str]] | None = None
) -> Iterator[Checked]:
    """Read and judge each row of a file.

    `fixes` holds, by the number of a row, texts that a person gave in place of what stands there, each by its
    path. Raises Unreadable where the file turns out to be damaged.
    """
    layout = reading.layout
    place = _Placing(layout)
    needs_internal_id = layout.name == "tab" or layout.name.startswith("legacy")
    for row in reading.rows:
        if fixes and row.number in fixes:
            _mend(row, fixes[row.number])
        checked, found = _check(row, layout.kind, today=today, needs_internal_id=needs_internal_id)
        checked.findings = place(row, found)
        yield checked


def without_plan(rows: Iterable[Checked], layout: Layout) -> Iterator[Checked]:
    """Add what a plan would say about how rows name activities, as far as the file alone proves it."""
    first: dict[int | str, int] = {}
    for row in rows:
        internal_id = row.answers.get("internal_id")
        # Another row may rename or delete what an internal ID named, so only like is compared with like.
        key = row.activity_id if row.activity_id is not None else internal_id
        path = "activity_id" if row.activity_id is not None else "internal_id"
        if key is not None and row.action is not Action.DELETE:
            earlier = first.setdefault(key, row.number)
            if earlier != row.number:
                about = finding(
                    "activity.repeated_in_file",
                    path=path,
                    value=str(key),
                    where=where(layout, row, path),
                    row=str(earlier),
                )
                row.findings = (*row.findings, about)
        elif (
            key is None and row.action in (Action.UPDATE, Action.DELETE) and "activity_id" not in row.rejected
        ):
            about = finding(
                "activity.update.unnamed", where=where(layout, row, ""), action=row.action.value.lower()
            )
            row.findings = (*row.findings, about)
        yield row


def _check(row: Row, kind: Kind, *, today: date, needs_internal_id: bool) -> tuple[Checked, list[Finding]]:
    """Return what a row says, and what was found in it."""
    found = list(row.findings)
    checked = Checked(row.number, {}, places=row.places, kept=row.kept)
    _take_words(row, checked, found)
    if kind is Kind.LEARNER_COUNTS:
        # A row that could not be read asks for nothing.
        if row.answers or row.activity_id is not None:
            checked.action = checked.action or Action.UPDATE
        row.answers = {name: value for name, value in row.answers.items() if name in _OF_COUNTS}
    elif checked.action is Action.DELETE:
        # Whatever else stands in the row, it goes.
        row.answers = {name: value for name, value in row.answers.items() if name == "internal_id"}
    result = read(row.answers, today=today)
    checked.answers, checked.rejected = result.answers, checked.rejected | result.rejected
    found += result.findings
    named = row.activity_id is not None or checked.action in (Action.UPDATE, Action.DELETE)
    if not row.answers and found:
        return checked, found
    troubled = {one.path for one in found if one.blocks}
    judged = judge(result.answers, rejected=result.rejected, today=today)
    if named:
        found += [
            one for one in judged if one.stage in _WITHOUT_PRESENCE and not is_within(one.path, troubled)
        ]
        return checked, found
    checked.judged = True
    # What was refused is told already; that it is missing besides is a mere consequence.
    found += [one for one in judged if not is_within(one.path, troubled)] if troubled else judged
    if needs_internal_id and result.answers.get("internal_id") is None and "internal_id" not in troubled:
        found.append(finding("activity.internal_id.needed", path="internal_id"))
    found += not_asked(result.answers, found)
    return checked, found


def _take_words(row: Row, checked: Checked, found: list[Finding]) -> None:
    """Read what the row says about itself."""
    if row.activity_id is not None:
        if _ACTIVITY_ID.fullmatch(row.activity_id):
            checked.activity_id = int(row.activity_id)
        else:
            checked.rejected["activity_id"] = row.activity_id
            found.append(finding("activity.activity_id.not_an_id", path="activity_id", value=row.activity_id))
    if row.action is not None:
        checked.action = _ACTIONS.get(row.action.strip().casefold())
        if checked.action is None:
            checked.rejected["action"] = row.action
            found.append(finding("activity.action.unknown", path="action", value=row.action))
    if row.close is not None:
        try:
            checked.close = yes_or_no(row.close)
        except Trouble:
            checked.rejected["close"] = text_of(row.close)
            found.append(finding("activity.close.not_yes_no", path="close", value=text_of(row.close)))


def _mend(row: Row, fixes: Mapping[str, str]) -> None:
    """Put texts that a person gave in the place of what stands in the row; a blank one takes it away."""
    for path, text in fixes.items():
        name, _, rest = path.partition(".")
        given = text if text.strip() else None
        # What a reader had to say about the cell is settled with it.
        row.findings = [one for one in row.findings if one.path != path]
        if name in ("activity_id", "action", "close"):
            setattr(row, name, given)
        elif not rest:
            if given is None:
                row.answers.pop(name, None)
            else:
                row.answers[name] = given
        else:
            position, _, part = rest.partition(".")
            row.answers[name] = _mended(row.answers.get(name), position_of(position) or 0, part, given)


def _mended(entries: Any, position: int, part: str, given: str | None) -> list[Any]:
    if isinstance(entries, str):
        # Several in one cell are counted as the rulebook counts them.
        mended: list[Any] = [part for part in _SEVERAL.split(entries) if part.strip()]
    else:
        mended = list(entries) if isinstance(entries, list) else []
    mended += [{} if part else None] * (position + 1 - len(mended))
    if not part:
        mended[position] = given
        return mended
    entry = mended[position] if isinstance(mended[position], dict) else {}
    mended[position] = {**entry, part: given}
    return mended


class _Placing:
    """Gives findings their places; where an answer stands is looked up once for all rows of a shape."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._known: dict[int, tuple[Mapping[str, int], dict[str, tuple[str | None, str | None]]]] = {}

    def __call__(self, row: Row, found: Iterable[Finding]) -> tuple[Finding, ...]:
        if len(self._known) > _MOST_REMEMBERED:
            self._known.clear()
        _, known = self._known.setdefault(id(row.places), (row.places, {}))
        return tuple(one if one.where else self._placed(row, one, known) for one in found)

    def _placed(self, row: Row, found: Finding, known: dict[str, tuple[str | None, str | None]]) -> Finding:
        if (place := known.get(found.path)) is None:
            there = where(self._layout, row, found.path)
            place = known[found.path] = (
                there.column,
                there.cell.removesuffix(str(row.number)) if there.cell else None,
            )
        heading, letters = place
        cell = None if letters is None else f"{letters}{row.number}"
        return replace(found, where=Where(self._layout.sheet, row.number, heading, cell))


def _rests_on(condition: Condition) -> Iterator[str]:
    match condition:
        case When():
            yield condition.field
        case All() | AnyOf():
            for part in condition.of:
                yield from _rests_on(part)
        case Not():
            yield from _rests_on(condition.of)


_CONDITIONAL: Final = tuple(
    (name, compiled(one.applies), frozenset(_rests_on(one.applies)))
    for name, one in FIELDS.items()
    if one.applies
)
_CONDITIONAL_PARTS: Final = tuple(
    (
        name,
        {
            part.name: (compiled(part.applies), tuple(_rests_on(part.applies)))
            for part in one.item
            if part.applies
        },
    )
    for name, one in FIELDS.items()
    if any(part.applies for part in one.item)
)


def not_asked(answers: Mapping[str, Any], found: Iterable[Finding]) -> list[Finding]:
    """Return a finding for each answer to a question that is not asked.

    A No says nothing there. Where the answer on which it depends is wrong or missing itself, that is told.
    """
    unasked: list[tuple[str, Any, Collection[str]]] = [
        (name, value, rests_on)
        for name, asked, rests_on in _CONDITIONAL
        if (value := answers.get(name)) and not asked(answers, answers)
    ]
    for name, conditions in _CONDITIONAL_PARTS:
        for position, item in enumerate(answers.get(name) or ()):
            for part, value in item.items():
                if value and part in conditions:
                    asked, rests_on = conditions[part]
                    if not asked(item, answers):
                        place = f"{name}.{position}"
                        unasked.append((f"{place}.{part}", value, {f"{place}.{one}" for one in rests_on}))
    if not unasked:
        return []
    told = {one.path for one in found}
    return [
        finding("activity.answer.does_not_apply", path=path, value=_said(path, value))
        for path, value, rests_on in unasked
        if told.isdisjoint(rests_on)
    ]


def _said(path: str, value: Any) -> str:
    """Return an answer as people write it into a file, several and whole groups one behind the other."""
    known = field_at(path)
    if known is None:
        return text_of(value)
    if known.kind == "group":
        return "; ".join(_said_together(known, entry) for entry in value)
    if known.kind == "texts" and isinstance(value, list):
        # A refused entry keeps its place, and says nothing.
        return joined(filter(None, value))
    cell = cell_of(known, value)
    if isinstance(cell, date):
        return f"{cell.month}/{cell.day}/{cell.year}"
    return text_of(cell).removesuffix(".0") if isinstance(cell, float) else text_of(cell)


def _said_together(group: Field, entry: Mapping[str, Any]) -> str:
    told = (_said(part.path, entry[part.name]) for part in group.item if entry.get(part.name) is not None)
    return ", ".join(told)
