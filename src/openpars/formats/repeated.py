"""Answers given more than once in a row: lists of texts and groups, in numbered columns."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from openpars.formats.cell_text import BLANK, MAY_BE_ODD
from openpars.formats.cell_values import value_of
from openpars.formats.columns import IN_KIND
from openpars.rulebook.declaring import Field
from openpars.rulebook.kinds.numbers import yes_or_no
from openpars.rulebook.kinds.trouble import Trouble
from openpars.rulebook.paths import position_of
from openpars.rulebook.vocabularies import VOCABULARIES

Shape = tuple[tuple[str, int], ...]
"""Which entries of a row are filled in, in the order they have in the answer: the field and the entry's order."""

_ENDS: Final = re.compile("[;\r\n]+")
_IN_ONE_CELL: Final = -1
_BEFORE_NUMBERED: Final = -1000
_MOST_REMEMBERED: Final = 500
_LONGEST_REMEMBERED: Final = 1000


class Texts:
    """The columns of a list of texts: one cell that may hold several, and cells that hold one each."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._cells: dict[int, tuple[int, int]] = {}

    def add(self, rest: str, cell: int, index: int) -> None:
        """Add a column, by what follows the field's name in its path, its cell and its index in the file."""
        self._cells[_IN_ONE_CELL if not rest else int(rest)] = (cell, index)
        self._cells = dict(sorted(self._cells.items()))

    @property
    def cells(self) -> tuple[int, ...]:
        """Return the cells that are read."""
        return tuple(cell for cell, _ in self._cells.values())

    def places(self, order: int) -> dict[str, int]:
        """Return the column of an entry by its part; here there is but one, without a name."""
        return {"": self._cells[order][1]}

    def read(self, cells: Sequence[Any], answers: dict[str, Any]) -> Shape:
        """Put the list into the answers, if the row says anything about it, and return its entries."""
        alone = len(self._cells) == 1 and _IN_ONE_CELL in self._cells
        found: list[tuple[int, str]] = []
        cleared = False
        for order, (cell, _) in self._cells.items():
            value = value_of(cells[cell], "texts" if order == _IN_ONE_CELL else "text")
            if value is BLANK:
                continue
            if alone:
                answers[self._name] = value
            elif value is None:
                cleared = True
            elif order == _IN_ONE_CELL:
                found.extend((order, one.strip()) for one in _several(value) if one.strip())
            else:
                found.append((order, str(value)))
        if found or cleared:
            answers[self._name] = [text for _, text in found] or None
        return tuple((self._name, order) for order, _ in found)


class _Entry:
    """The columns of one entry of a group. `term` is what a column of its own stands for: an outcome."""

    def __init__(self, term: str | None) -> None:
        self.term = term
        self.cells: list[tuple[int, str, str]] = []
        self.places: dict[str, int] = {}


class Group:
    """The columns of a group: numbered ones for each entry, or one for each term that an entry can be about."""

    def __init__(self, field: Field) -> None:
        self._field = field
        self._parts = {part.name: part for part in field.item}
        self._yes_no = frozenset(part.name for part in field.item if part.kind == "yes-no")
        self._entries: dict[int, _Entry] = {}
        by = self._parts[field.ordered_by] if field.ordered_by else None
        self._ordered_by = field.ordered_by
        self._vocabulary = VOCABULARIES[by.vocabulary or ""] if by else None

    def add(self, rest: str, cell: int, index: int) -> None:
        """Add a column, by what follows the group's name in its path, its cell and its index in the file."""
        position, _, part = rest.partition(".")
        order = position_of(position)
        if order is not None:
            entry = self._entries.setdefault(order, _Entry(None))
            kind = self._parts[part].kind if part in self._parts else "text"
            entry.cells.append((cell, part, kind))
            entry.places.setdefault(part, index)
        elif self._vocabulary is not None:
            # All in one cell first, then those with a column of their own, then the numbered ones.
            place = self._vocabulary.place_of(position) if rest else -1
            entry = self._entries[_BEFORE_NUMBERED + place] = _Entry(rest)
            entry.cells.append((cell, _MEASURE, "choices"))
            entry.places.update(dict.fromkeys(self._parts, index))
        self._entries = dict(sorted(self._entries.items()))

    @property
    def cells(self) -> tuple[int, ...]:
        """Return the cells that are read."""
        return tuple(cell for entry in self._entries.values() for cell, _, _ in entry.cells)

    def places(self, order: int) -> dict[str, int]:
        """Return the columns of an entry by its parts, and under no name the first of them."""
        places = self._entries[order].places
        return {"": min(places.values()), **places}

    def read(self, cells: Sequence[Any], answers: dict[str, Any]) -> Shape:
        """Put the group into the answers, if the row says anything about it, and return its entries.

        Entries that say nothing are left out, as the rulebook does, so that both count alike.
        """
        found: list[tuple[int, dict[str, Any]]] = []
        given = False
        for order, entry in self._entries.items():
            item: dict[str, Any] = {}
            for cell, part, kind in entry.cells:
                value = cells[cell]
                if value is None or value == "":
                    continue
                # Plain text says itself; it is not worth a call.
                if type(value) is not str or value[0] in MAY_BE_ODD or '"' in value:
                    value = value_of(value, kind)
                    if value is BLANK:
                        continue
                given = True
                if part == IN_KIND:
                    value = _in_kind(value) or item.get(IN_KIND)
                if value is not None:
                    item[part] = value
            if item:
                found.extend((order, one) for one in self._entries_in(entry, item))
        if not given:
            return ()
        if self._vocabulary is not None:
            found.sort(key=self._rank)
        answers[self._field.name] = [item for _, item in found] or None
        return tuple((self._field.name, order) for order, _ in found)

    def _rank(self, found: tuple[int, Mapping[str, Any]]) -> int:
        """Return the place of an entry in the order in which the rulebook keeps them."""
        if self._vocabulary is None or self._ordered_by is None:
            return 0
        word = found[1].get(self._ordered_by)
        match = self._vocabulary.match(word) if isinstance(word, str) else None
        return self._vocabulary.place_of(match.code if match else None)

    def _entries_in(self, entry: _Entry, item: dict[str, Any]) -> list[dict[str, Any]]:
        """Return the entries that one group of columns stands for: most often itself."""
        if entry.term is not None:
            return _outcomes(entry.term, item[_MEASURE])
        guess = _WITHOUT_KIND.get(self._field.name)
        if IN_KIND in item or (guess and "kind" not in entry.places):
            return (guess or _supports)(item)
        if len(item) == 1 and (part := next(iter(item))) in self._yes_no and answer_in(item[part]) is False:
            return []
        return [item]


def remembering(one: Texts | Group) -> Callable[[Sequence[Any], dict[str, Any]], Shape]:
    """Return what reads a list as it does itself, and knows what it made of the same cells in a row before.

    Rows that say the same share the list, so it is never changed.
    """
    places = one.cells
    known: dict[tuple[Any, ...], tuple[dict[str, Any], Shape]] = {}

    def read(cells: Sequence[Any], answers: dict[str, Any]) -> Shape:
        said = [cells[place] for place in places]
        # A yes is not a one, though both are equal.
        key = (*said, *map(type, said))
        found = known.get(key)
        if found is None:
            given: dict[str, Any] = {}
            found = given, one.read(cells, given)
            if sum(len(cell) for cell in said if type(cell) is str) <= _LONGEST_REMEMBERED:
                if len(known) == _MOST_REMEMBERED:
                    known.clear()
                known[key] = found
        answers.update(found[0])
        return found[1]

    return read


_MEASURE: Final = "measurement_types"
_OUTCOME: Final = re.compile(r"([^:(]*?)\s*(?:[:(]\s*(.*?)\s*\)?)?", re.DOTALL)


def _outcomes(outcome: str, value: Any) -> list[dict[str, Any]]:
    """Read the cell of an outcome: how it was measured, or Yes where that is not known, or No.

    Without an outcome the cell names them itself: "Learner Knowledge: Objective; Patient Health".
    """
    if not outcome:
        matches = (_OUTCOME.fullmatch(text.strip()) for text in _several(value) if text.strip())
        return [
            {"outcome": match[1], _MEASURE: match[2]} if match[2] else {"outcome": match[1]}
            for match in matches
            if match
        ]
    answer = answer_in(value)
    if answer is None:
        return [{"outcome": outcome, _MEASURE: value}]
    return [{"outcome": outcome}] if answer else []


def _supports(item: dict[str, Any]) -> list[dict[str, Any]]:
    """Read a supporter's columns of the old templates: money, help in kind, or both from the same source."""
    in_kind = item.pop(IN_KIND, None)
    entries: list[dict[str, Any]] = []
    no_money = in_kind is not None and not str(item.get("amount", "")).strip(" $0.,")
    if item and not no_money:
        entries.append({"kind": "monetary", **item} if "amount" in item else item)
    if in_kind is not None:
        source = item.get("source") if in_kind is True else in_kind
        entries.append({"kind": "in-kind"} if source is None else {"kind": "in-kind", "source": source})
    return entries


def _collaborations(item: dict[str, Any]) -> list[dict[str, Any]]:
    """Read a board's or a REMS program's columns where no column says which of the two it is."""
    rems = {part: value for part, value in item.items() if part in ("rems_type", "rpc_id")}
    moc = {part: value for part, value in item.items() if part not in rems}
    entries: list[dict[str, Any]] = []
    if any(part != "attested" or answer_in(value) is not False for part, value in moc.items()):
        entries.append({"kind": "moc", **moc})
    if rems:
        entries.append({"kind": "rems", **rems})
    return entries


_WITHOUT_KIND: Final[dict[str, Callable[[dict[str, Any]], list[dict[str, Any]]]]] = {
    "support": _supports,
    "collaborations": _collaborations,
}


def _several(value: Any) -> Sequence[str]:
    return value if isinstance(value, list) else _ENDS.split(str(value))


def _in_kind(value: Any) -> Any:
    """Return True for a yes, the name of a source where one stands there, None for a no."""
    answer = answer_in(value)
    return value if answer is None else answer or None


def answer_in(value: Any) -> bool | None:
    """Return what a cell answers to yes or no, None where it says something else."""
    try:
        return yes_or_no(value)
    except Trouble:
        return None
