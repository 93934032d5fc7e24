"""A reader for every field, made once from the field table."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from openpars.rulebook.declaring import Field
from openpars.rulebook.fields import ALL_FIELDS, FIELDS
from openpars.rulebook.kinds import choices, dates, numbers, texts
from openpars.rulebook.kinds.trouble import Parse, Trouble, text_of
from openpars.rulebook.notes import Notes, Reader
from openpars.rulebook.paths import generic_path, position_of
from openpars.rulebook.places import add_implied, settle_place
from openpars.rulebook.vocabularies import VOCABULARIES

MOST_ENTRIES: Final = 200
"""The most entries a list may have."""
MOST_CHARACTERS: Final = 200
"""The most characters of a text whose field says nothing else."""
_MOST_REMEMBERED: Final = 500
_LONGEST_REMEMBERED: Final = 1000
_SPELLED: Final = frozenset({list, int, float, bool})
_NEVER_READ: Final = object()
_REMEMBERED: Final = frozenset(
    {"choice", "choices", "texts", "group", "credits", "points", "money", "whole-number", "yes-no", "date"}
)


def read_all(
    raw: Mapping[str, Any], readers: Mapping[str, Reader], prefix: str, notes: Notes
) -> dict[str, Any]:
    """Read every answer of an activity, or of one entry of a list."""
    values: dict[str, Any] = {}
    # An old code in one entry of a list says nothing about the activity around it.
    outside, notes.implied = notes.implied, []
    for key, given in raw.items():
        reader = readers.get(key)
        if reader is None:
            notes.unknown.append(f"{prefix}{text_of(key)}")
        else:
            values[key] = reader(given, prefix + key, notes)
    if notes.implied:
        add_implied(values, prefix, notes)
    if values.get("state") is not None:
        settle_place(values, raw, prefix, notes)
    notes.implied = outside
    return values


def reader_at(path: str) -> Reader | None:
    """Return the reader for an answer at a path, or for one entry of a list of texts or groups, or None."""
    last = path.rpartition(".")[2]
    return (_BY_PATH if position_of(last) is None else _ENTRIES).get(generic_path(path))


def _remembering(field: Field, reader: Reader) -> Reader:
    """Return a reader that knows what it made of an answer before: long lists say the same few things again and again.

    What gave rise to a note is read anew each time.
    """
    known: dict[str | bytes | None, Any] = {}
    # A list is its owner's to change.
    copied = _COPIED.get(field.kind)

    def remembering(raw: Any, path: str, notes: Notes) -> Any:
        said = raw if type(raw) is str else _spelled(raw)
        value = known.get(said, _NEVER_READ)
        if value is _NEVER_READ:
            noted = notes.count()
            value = reader(raw, path, notes)
            if said and len(said) <= _LONGEST_REMEMBERED and notes.count() == noted:
                if len(known) == _MOST_REMEMBERED:
                    known.clear()
                known[said] = value
        return copied(value) if copied and value else value

    return remembering


def _spelled(raw: Any) -> bytes | None:
    """Return how an answer that is no text is spelled, which tells 1 from True, and both from texts."""
    try:
        return ascii(raw).encode() if type(raw) in _SPELLED else None
    except RecursionError:
        return None


def _copied(entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {name: value.copy() if type(value) is list else value for name, value in entry.items()}
        for entry in entries
    ]


_COPIED: Final[dict[str, Callable[[Any], Any]]] = {"choices": list.copy, "texts": list.copy, "group": _copied}


def _scalar(field: Field, parse: Parse) -> Reader:
    def reader(raw: Any, path: str, notes: Notes) -> Any:
        try:
            value = parse(raw)
            if field.past and value is not None and value > notes.today.isoformat():
                raise Trouble("in_the_future")
        except Trouble as trouble:
            notes.refuse(path, raw, trouble)
            return None
        return value

    return reader


def _choice(parse: Parse) -> Reader:
    def reader(raw: Any, path: str, notes: Notes) -> Any:
        try:
            match = parse(raw)
        except Trouble as trouble:
            notes.refuse(path, raw, trouble)
            return None
        if match is None:
            return None
        for name, implied in match.implied:
            notes.implied.append((text_of(raw), name, implied))
        return match.code

    return reader


def _choices(field: Field, parse: Parse) -> Reader:
    vocabulary = VOCABULARIES[field.vocabulary or ""]
    closed = None if vocabulary.open else vocabulary

    def reader(raw: Any, path: str, notes: Notes) -> list[str] | None:
        try:
            parts = _limited(choices.parts_of(raw, vocabulary=closed))
        except Trouble as trouble:
            notes.refuse(path, raw, trouble)
            return None
        chosen: list[str] = []
        refused: list[str] = []
        for part in parts:
            try:
                match = parse(part)
            except Trouble as trouble:
                refused.append(text_of(part))
                notes.tell(path, refused[-1], trouble)
                continue
            if match is not None:
                _add_once(chosen, match.code, path, notes)
        if refused:
            notes.rejected[path] = "; ".join(refused)
        if vocabulary.is_ordered:
            # Boxes come in the order of the page: the same choices are the same answer.
            chosen.sort(key=vocabulary.place_of)
        return chosen or None

    return reader


def _texts(field: Field, parse: Parse) -> Reader:
    entry = _scalar(field, parse)

    def reader(raw: Any, path: str, notes: Notes) -> list[str | None] | None:
        try:
            parts = _limited(choices.parts_of(raw))
        except Trouble as trouble:
            notes.refuse(path, raw, trouble)
            return None
        read_so_far: list[str | None] = []
        for part in parts:
            place = f"{path}.{len(read_so_far)}"
            value = entry(part, place, notes)
            if value is None:
                # A refused entry keeps its place, so that its path goes on meaning it; a blank one goes.
                if place in notes.rejected:
                    read_so_far.append(None)
            else:
                _add_once(read_so_far, value, path, notes)
        return read_so_far or None

    return reader


def _group(field: Field) -> Reader:
    readers = {part.name: _reader(part) for part in field.item}
    order = tuple(readers)
    in_order = _in_order(field)

    def reader(raw: Any, path: str, notes: Notes) -> list[dict[str, Any]] | None:
        if raw is None or (isinstance(raw, str) and not raw.strip()):
            return None
        try:
            entries = in_order(_limited(_entries(raw)))
        except Trouble as trouble:
            notes.refuse(path, raw, trouble)
            return None
        items: list[dict[str, Any]] = []
        for entry in entries:
            place = f"{path}.{len(items)}"
            if isinstance(entry, Mapping):
                values = read_all(entry, readers, f"{place}.", notes)
                item = {
                    name: values[name]
                    for name in order
                    if values.get(name) is not None or f"{place}.{name}" in notes.rejected
                }
                if any(value is not False for value in item.values()):
                    items.append(item)
            elif entry is not None and not (isinstance(entry, str) and not entry.strip()):
                notes.refuse(place, entry, Trouble("not_an_entry"))
                items.append({})
        return items or None

    return reader


def _in_order(field: Field) -> Callable[[Sequence[Any]], Sequence[Any]]:
    """Return what puts the entries of a group in the order that its field asks for."""
    name = field.ordered_by
    if name is None:
        return lambda entries: entries
    vocabulary = VOCABULARIES[next(part.vocabulary for part in field.item if part.name == name) or ""]

    def place(entry: Any) -> int:
        word = entry.get(name) if isinstance(entry, Mapping) else None
        match = vocabulary.match(word) if isinstance(word, str) else None
        return vocabulary.place_of(match.code if match else None)

    return lambda entries: sorted(entries, key=place)


def _entries(raw: Any) -> Sequence[Any]:
    if isinstance(raw, list | tuple):
        return raw
    if isinstance(raw, Mapping):
        return [raw]
    raise Trouble("not_a_list")


def _limited(entries: Sequence[Any]) -> Sequence[Any]:
    if len(entries) > MOST_ENTRIES:
        raise Trouble("too_many", length=f"{len(entries):,}", limit=f"{MOST_ENTRIES:,}")
    return entries


def _add_once(values: list[Any], value: str, path: str, notes: Notes) -> None:
    if value in values:
        notes.tell(path, value, Trouble("repeated"))
    else:
        values.append(value)


def _entry_of_group(raw: Any, path: str, notes: Notes) -> None:
    if text_of(raw).strip():
        notes.refuse(path, raw, Trouble("not_an_entry"))


def _longest(field: Field) -> int:
    return field.max_length or MOST_CHARACTERS


def _text(field: Field) -> Reader:
    # Which vocabulary a state is of depends on the country: `settle_place` sees to it.
    if field.vocabulary and field.name != "state":
        return _choice(choices.term(field.vocabulary, _longest(field)))
    return _scalar(field, texts.line(_longest(field), identifier=field.identifier))


def _date(field: Field) -> Reader:
    return _scalar(field, dates.day(field.minimum or "0001-01-01", field.maximum or "9999-12-31"))


def _steps(field: Field) -> Reader:
    step, least, most = field.multiple_of or "1", field.minimum or "0", field.maximum or "0"
    return _scalar(field, numbers.steps_of(step, minimum=least, maximum=most))


def _whole(field: Field) -> Reader:
    least, most = field.minimum or "0", field.maximum or "0"
    return _scalar(field, numbers.whole(minimum=least, maximum=most, dollars=field.kind == "money"))


_MAKERS: Final[dict[str, Callable[[Field], Reader]]] = {
    "text": _text,
    "long-text": lambda field: _scalar(field, texts.lines(_longest(field))),
    "url": lambda field: _scalar(field, texts.web_address(_longest(field))),
    "choice": lambda field: _choice(choices.term(field.vocabulary or "")),
    "choices": lambda field: _choices(field, choices.term(field.vocabulary or "", field.max_length)),
    "texts": lambda field: _texts(field, texts.line(_longest(field))),
    "date": _date,
    "credits": _steps,
    "points": _steps,
    "money": _whole,
    "whole-number": _whole,
    "yes-no": lambda field: _scalar(field, numbers.yes_or_no),
    "group": _group,
}


def _reader(field: Field) -> Reader:
    reader = _MAKERS[field.kind](field)
    # A date that must not lie in the future is read by the day on which it is read.
    by_the_day = field.past or any(part.past for part in field.item)
    is_remembered = field.kind in _REMEMBERED or field.vocabulary is not None
    return _remembering(field, reader) if is_remembered and not by_the_day else reader


READERS: Final[dict[str, Reader]] = {name: _reader(one) for name, one in FIELDS.items()}
_BY_PATH: Final[dict[str, Reader]] = {path: _reader(one) for path, one in ALL_FIELDS.items()}
_ENTRIES: Final[dict[str, Reader]] = {
    path: _entry_of_group if one.kind == "group" else _scalar(one, texts.line(_longest(one)))
    for path, one in ALL_FIELDS.items()
    if one.kind in ("group", "texts")
}
