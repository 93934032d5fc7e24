"""Reading answers: from whatever a door brings in to the one canonical form, and what is wrong with it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from openpars.rulebook.declaring import Field
from openpars.rulebook.fields import ALL_FIELDS, FIELDS
from openpars.rulebook.findings import Finding
from openpars.rulebook.kinds import choices, dates, numbers, texts
from openpars.rulebook.kinds.trouble import Parse, Trouble, text_of
from openpars.rulebook.ordering import in_form_order
from openpars.rulebook.paths import entry_at, generic_path, position_of
from openpars.rulebook.rules import finding, rule_for
from openpars.rulebook.vocabularies import VOCABULARIES, label

MOST_ENTRIES: Final = 200
"""The most entries a list may have."""
MOST_CHARACTERS: Final = 200
"""The most characters of a text whose field says nothing else."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read.

    `answers` has just the keys that were given (and those an old code stands for), in canonical form; an
    invalid or blank answer is None there. `rejected` keeps the text of each invalid answer by its path.
    Blank entries of lists are left out, and paths count the entries that remain. `unknown` lists the keys
    that are no fields.
    """

    answers: dict[str, Any]
    rejected: dict[str, str]
    findings: tuple[Finding, ...]
    unknown: tuple[str, ...]


@dataclass(slots=True)
class _Pad:
    """What a reading collects on its way."""

    today: date
    rejected: dict[str, str] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    implied: list[tuple[str, str, str]] = field(default_factory=list)

    def refuse(self, path: str, raw: Any, trouble: Trouble) -> None:
        text = text_of(raw)
        self.rejected[path] = text
        self.tell(path, text, trouble)

    def tell(self, path: str, text: str, trouble: Trouble) -> None:
        rule = rule_for(generic_path(path), trouble.problem)
        self.findings.append(finding(rule, path=path, value=text, where=None, **trouble.words))


_Reader = Callable[[Any, str, _Pad], Any]


def read(raw: Mapping[str, Any], *, today: date) -> Reading:
    """Read answers given as text or plain JSON; whatever comes in, this never raises."""
    pad = _Pad(today)
    answers = _read_all(raw, _READERS, "", pad)
    return Reading(answers, pad.rejected, in_form_order(pad.findings), tuple(pad.unknown))


def reread(
    path: str, text: str, answers: Mapping[str, Any], *, today: date
) -> tuple[Any, tuple[Finding, ...]]:
    """Read a refused answer's text again; return the answer it gives now, and what is wrong with it.

    `answers` are the others, which a place is read with. An unknown path gives `(None, ())`.
    """
    pad = _Pad(today)
    whole = generic_path(path)
    last = path.rpartition(".")[2]
    reader = _BY_PATH.get(whole) if position_of(last) is None else _ENTRIES.get(whole)
    if reader is None:
        return None, ()
    value = reader(text, path, pad)
    if last == "state" and value is not None:
        place = {"state": value, "country": entry_at(path, answers).get("country")}
        _settle_place(place, place, path.removesuffix("state"), pad)
        value = place["state"]
    return value, in_form_order(pad.findings)


def _read_all(
    raw: Mapping[str, Any], readers: Mapping[str, _Reader], prefix: str, pad: _Pad
) -> dict[str, Any]:
    values: dict[str, Any] = {}
    # An old code in one entry of a list says nothing about the activity around it.
    outside, pad.implied = pad.implied, []
    for key, given in raw.items():
        reader = readers.get(key)
        if reader is None:
            pad.unknown.append(f"{prefix}{text_of(key)}")
        else:
            values[key] = reader(given, prefix + key, pad)
    if pad.implied:
        _add_implied(values, prefix, pad)
    if values.get("state") is not None:
        _settle_place(values, raw, prefix, pad)
    pad.implied = outside
    return values


def _add_implied(values: dict[str, Any], prefix: str, pad: _Pad) -> None:
    """Add the answers that an old code stands for: IL is a Live Course, and Live-Streamed besides."""
    for old, name, implied in pad.implied:
        given = values.get(name)
        if FIELDS[name].multiple:
            values[name] = given if given and implied in given else [*(given or ()), implied]
        elif given is None and prefix + name not in pad.rejected:
            values[name] = implied
        elif given is not None:
            match = VOCABULARIES["states"].match(given)
            if match and match.code == implied:
                continue
            pad.refuse(prefix + name, given, Trouble("differs", territory=label("states", implied) or old))
            values[name] = None


def _settle_place(values: dict[str, Any], raw: Mapping[str, Any], prefix: str, pad: _Pad) -> None:
    """Read the state as the country asks: one of the list in the USA, free text elsewhere."""
    country = values.get("country")
    if country is not None and country != "USA":
        return
    match = VOCABULARIES["states"].match(values["state"]) if values["state"] else None
    if match:
        values["state"] = match.code
    elif country == "USA":
        pad.refuse(prefix + "state", raw.get("state", values["state"]), Trouble("unknown"))
        values["state"] = None


def _scalar(field: Field, parse: Parse) -> _Reader:
    def reader(raw: Any, path: str, pad: _Pad) -> Any:
        try:
            value = parse(raw)
            if field.past and value is not None and value > pad.today.isoformat():
                raise Trouble("in_the_future")
        except Trouble as trouble:
            pad.refuse(path, raw, trouble)
            return None
        return value

    return reader


def _choice(field: Field, parse: Parse) -> _Reader:
    def reader(raw: Any, path: str, pad: _Pad) -> Any:
        try:
            match = parse(raw)
        except Trouble as trouble:
            pad.refuse(path, raw, trouble)
            return None
        if match is None:
            return None
        for name, implied in match.implied:
            pad.implied.append((text_of(raw), name, implied))
        return match.code

    return reader


def _choices(field: Field, parse: Parse) -> _Reader:
    vocabulary = VOCABULARIES[field.vocabulary or ""]
    closed = None if vocabulary.open else vocabulary

    def reader(raw: Any, path: str, pad: _Pad) -> list[str] | None:
        try:
            parts = _limited(choices.parts_of(raw, vocabulary=closed))
        except Trouble as trouble:
            pad.refuse(path, raw, trouble)
            return None
        chosen: list[str] = []
        refused: list[str] = []
        for part in parts:
            try:
                match = parse(part)
            except Trouble as trouble:
                refused.append(text_of(part))
                pad.tell(path, refused[-1], trouble)
                continue
            if match is not None:
                _add_once(chosen, match.code, path, pad)
        if refused:
            pad.rejected[path] = "; ".join(refused)
        return chosen or None

    return reader


def _texts(field: Field, parse: Parse) -> _Reader:
    entry = _scalar(field, parse)

    def reader(raw: Any, path: str, pad: _Pad) -> list[str | None] | None:
        try:
            parts = _limited(choices.parts_of(raw))
        except Trouble as trouble:
            pad.refuse(path, raw, trouble)
            return None
        read_so_far: list[str | None] = []
        for part in parts:
            place = f"{path}.{len(read_so_far)}"
            value = entry(part, place, pad)
            if value is None:
                # A refused entry keeps its place, so that its path goes on meaning it; a blank one goes.
                if place in pad.rejected:
                    read_so_far.append(None)
            else:
                _add_once(read_so_far, value, path, pad)
        return read_so_far or None

    return reader


def _group(field: Field) -> _Reader:
    readers = {part.name: _reader(part) for part in field.item}
    order = tuple(readers)

    def reader(raw: Any, path: str, pad: _Pad) -> list[dict[str, Any]] | None:
        if raw is None or (isinstance(raw, str) and not raw.strip()):
            return None
        try:
            entries = _limited(_entries(raw))
        except Trouble as trouble:
            pad.refuse(path, raw, trouble)
            return None
        items: list[dict[str, Any]] = []
        for entry in entries:
            place = f"{path}.{len(items)}"
            if isinstance(entry, Mapping):
                values = _read_all(entry, readers, f"{place}.", pad)
                item = {
                    name: values[name]
                    for name in order
                    if values.get(name) is not None or f"{place}.{name}" in pad.rejected
                }
                if any(value is not False for value in item.values()):
                    items.append(item)
            elif entry is not None and not (isinstance(entry, str) and not entry.strip()):
                pad.refuse(place, entry, Trouble("not_an_entry"))
                items.append({})
        return items or None

    return reader


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


def _add_once(values: list[Any], value: str, path: str, pad: _Pad) -> None:
    if value in values:
        pad.tell(path, value, Trouble("repeated"))
    else:
        values.append(value)


def _entry_of_group(raw: Any, path: str, pad: _Pad) -> None:
    if text_of(raw).strip():
        pad.refuse(path, raw, Trouble("not_an_entry"))


def _reader(field: Field) -> _Reader:
    longest = field.max_length or MOST_CHARACTERS
    least, most = field.minimum or "0", field.maximum or "0"
    match field.kind:
        case "text" if field.vocabulary and field.name != "state":
            return _choice(field, choices.term(field.vocabulary, longest))
        case "text":
            return _scalar(field, texts.line(longest, identifier=field.identifier))
        case "long-text":
            return _scalar(field, texts.lines(longest))
        case "url":
            return _scalar(field, texts.web_address(longest))
        case "choice":
            return _choice(field, choices.term(field.vocabulary or ""))
        case "choices":
            return _choices(field, choices.term(field.vocabulary or "", field.max_length))
        case "texts":
            return _texts(field, texts.line(longest))
        case "date":
            return _scalar(field, dates.day(least, most))
        case "credits" | "points":
            return _scalar(field, numbers.steps_of(field.multiple_of or "1", minimum=least, maximum=most))
        case "money" | "whole-number":
            dollars = field.kind == "money"
            return _scalar(field, numbers.whole(minimum=least, maximum=most, dollars=dollars))
        case "yes-no":
            return _scalar(field, numbers.yes_or_no)
        case "group":
            return _group(field)


_READERS: Final[dict[str, _Reader]] = {name: _reader(one) for name, one in FIELDS.items()}
_BY_PATH: Final[dict[str, _Reader]] = {path: _reader(one) for path, one in ALL_FIELDS.items()}
_ENTRIES: Final[dict[str, _Reader]] = {
    path: _entry_of_group
    if one.kind == "group"
    else _scalar(one, texts.line(one.max_length or MOST_CHARACTERS))
    for path, one in ALL_FIELDS.items()
    if one.kind in ("group", "texts")
}
