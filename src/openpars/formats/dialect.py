"""Between a record and what the MEMS/PARS dialect says of it: the one mapping for XML and JSON, both ways.

What an activity says (`values`) is a dictionary by the names of `elements.ELEMENTS`, without the holders around
them: `{"title": "…", "identifier": [{"catalog": …, "entry": …}], "OpenPARS": {…}}`.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from openpars.formats.elements import AMA_PRA, ELEMENTS, FINDER, TREE, Element, Table, number, word_of
from openpars.formats.keeping import Strangers, flattened, keep
from openpars.formats.rows import Row
from openpars.rulebook.kinds.numbers import yes_or_no
from openpars.rulebook.kinds.trouble import Trouble, text_of, visible

Record = Mapping[str, Any]
Values = dict[str, Any]
Pairs = list[tuple[str, Any]]

_OWN: Final = {part.name: part for part in ELEMENTS["OpenPARS"].parts}
_DATES: Final = (
    ("start_date", "startDateTime", "ReportingStartDate"),
    ("end_date", "endDateTime", "ReportingEndDate"),
)
_LEAVES: Final = tuple(
    element
    for element in ELEMENTS.values()
    if element.field and not element.parts and element.kind != "date-time"
)
_OWN_LEAVES: Final = tuple(part for part in _OWN.values() if part.field and not part.parts)
_LOCATION: Final = ELEMENTS["activityLocation"].parts
_KEPT: Final = frozenset(name for name, element in ELEMENTS.items() if element.kept)
_MIXED: Final = frozenset({"identifier", "credits", "participantsByCategory"})
"""Lists of which some entries are answers and the others are kept."""

_CATALOGS: Final = {
    **dict.fromkeys(("accmeactivityid", "openparsactivityid", "activityid"), "activity_id"),
    **dict.fromkeys(("provideractivityid", "internalid"), "internal_id"),
    **dict.fromkeys(("url", "activityurl"), "url"),
}
_PHYSICIANS: Final = frozenset({"physician", "physicians"})
_ALL_OTHERS: Final = frozenset({"nonphysician", "nonphysicians", "other", "otherlearners"})
_COLLABORATIONS: Final = (("moc", "MOCRegistration"), ("rems", "REMS"))
_SUPPORT: Final = (("monetary", "commercialSupportAmount"), ("in-kind", "InKindSupport"))
_DAY: Final = re.compile(r"\s*(\d{4}-\d{2}-\d{2})(?:[T\sZ+-].*)?", re.DOTALL)
_COUNT: Final = re.compile(r"\d{1,15}", re.ASCII)


@dataclass(slots=True)
class Said:
    """What one activity of a file says: `values`, and beside them elements that nobody knows, by name."""

    values: Values = field(default_factory=dict)
    strange: Pairs = field(default_factory=list)


def take(values: Values, element: Element, value: Any) -> None:
    """Put what an element says to what is said already; an element that came before gets a second value."""
    name = element.name
    if element.many:
        values.setdefault(name, []).append(value)
    elif values.get(name) is None:
        values[name] = value
    elif isinstance(value, dict) and isinstance(values[name], dict):
        for part in element.parts:
            if part.name in value:
                take(values[name], part, value[part.name])
    elif value is not None and values[name] != value:
        values[name] = [values[name], value]


# From what is said to a row


def row_of(number: int, said: Said, strangers: Strangers) -> Row:
    """Return the row that an activity of a file makes; `number` is its position from 1."""
    values = said.values
    own = values.get("OpenPARS")
    own = own if isinstance(own, dict) else {}
    rest: Pairs = list(said.strange)
    answers: dict[str, Any] = {
        element.field: values[element.name] for element in _LEAVES if element.name in values
    }
    answers.update((part.field, own[part.name]) for part in _OWN_LEAVES if part.name in own)
    for name, *places in _DATES:
        given = next((values[place] for place in places if place in values), _ABSENT)
        if given is not _ABSENT:
            answers[name] = day_of(given)
    row = Row(number, answers)
    _identify(row, values, rest)
    _locate(answers, values)
    _credit(answers, values, rest)
    _count(answers, values, rest)
    _add_groups(answers, values, own)
    if "Version" not in own:
        _add_implied(answers)
    if (action := values.get("activityRecordAction")) is not None:
        row.action = text_of(action)
    row.close = values.get("closeActivityRecord")
    strangers.tell(row, (name for name, _ in said.strange))
    rest.extend((name, value) for name, value in values.items() if name in _KEPT)
    keep(row, legacy=_named(own, "Legacy"), extra=flattened(rest, beside=_named(own, "Extra")))
    return row


_ABSENT: Final = object()


def day_of(given: Any) -> Any:
    """Return the day of a moment as text, whatever its time and zone; what is no such text as it is."""
    # The time of day is never looked at: a zone would shift the date.
    match = _DAY.fullmatch(given) if isinstance(given, str) else None
    return match[1] if match else given


def _identify(row: Row, values: Values, rest: Pairs) -> None:
    found: dict[str, list[str]] = {}
    others = []
    for entry in values.get("identifier", ()):
        catalog = _CATALOGS.get(word_of(entry.get("catalog"))) if isinstance(entry, dict) else None
        if catalog is None:
            others.append(entry)
        elif (text := text_of(entry.get("entry")).strip()) and text not in found.setdefault(catalog, []):
            found[catalog].append(text)
    if others:
        rest.append(("identifier", others))
    if ids := found.pop("activity_id", None):
        row.activity_id = "; ".join(ids)
    for name, texts in found.items():
        if texts:
            row.answers[name] = texts[0] if len(texts) == 1 else texts


def _locate(answers: dict[str, Any], values: Values) -> None:
    place = values.get("activityLocation")
    if isinstance(place, dict):
        answers.update((part.field, place[part.name]) for part in _LOCATION if part.name in place)


def _credit(answers: dict[str, Any], values: Values, rest: Pairs) -> None:
    entries = values.get("credits") or []
    ours = _ama_pra(entries)
    if ours is not None:
        entry = entries[ours]
        if "numberOfCredits" in entry:
            answers["credits"] = entry["numberOfCredits"]
        if "nonAccreditedProvider" in entry:
            answers["joint_providers"] = entry["nonAccreditedProvider"]
    if others := [entry for place, entry in enumerate(entries) if place != ours]:
        rest.append(("credits", others))


def _ama_pra(entries: list[Any]) -> int | None:
    kinds = [
        word_of(entry.get("activityCertification")) if isinstance(entry, dict) else None for entry in entries
    ]
    for place, kind in enumerate(kinds):
        if kind and "amapra" in kind:
            return place
    return 0 if kinds and not any(kinds) and kinds[0] is not None else None


def _count(answers: dict[str, Any], values: Values, rest: Pairs) -> None:
    physicians: list[Values] = []
    others: list[Values] = []
    unclear: list[Any] = []
    words = set()
    for entry in values.get("participantsByCategory", ()):
        if not isinstance(entry, dict):
            unclear.append(entry)
        elif (word := word_of(entry.get("category"))) in _PHYSICIANS:
            physicians.append(entry)
        else:
            others.append(entry)
            words.add(word)
    for name, entries in (("physicians", physicians), ("other_learners", others)):
        if entries:
            answers[name] = _sum(entries)
    # The total of all others is the answer itself; what it is made of has no field.
    if split := unclear + (others if len(others) > 1 or words - _ALL_OTHERS else []):
        rest.append(("participantsByCategory", split))


def _sum(entries: list[Values]) -> Any:
    """Return what the counts add up to; the first that is no plain count is returned instead, to be refused."""
    total: int | None = None
    for entry in entries:
        count = entry.get("numberOfParticipants")
        text = text_of(count).strip()
        if _COUNT.fullmatch(text):
            total = (total or 0) + int(text)
        elif text:
            return count
    return total


def _add_groups(answers: dict[str, Any], values: Values, own: Values) -> None:
    for element in (_OWN["Instance"], _OWN["Support"], _OWN["Collaboration"]):
        if element.name in own:
            answers[element.field] = _entries(own[element.name], element)
    if "MeasuredOutcomes" in values:
        element = ELEMENTS["MeasuredOutcomes"]
        answers[element.field] = _entries(values[element.name], element)
    if "support" not in answers and any(name in values for _, name in _SUPPORT):
        answers["support"] = _of_kinds(values, _SUPPORT)
        _name_currencies(answers["support"], values.get("commercialSupportAmount", ()))
    if "collaborations" not in answers:
        entries = _of_kinds(values, _COLLABORATIONS) + _mips(values)
        if entries or any(name in values for _, name in _COLLABORATIONS):
            answers["collaborations"] = entries


def _of_kinds(values: Values, kinds: Iterable[tuple[str, str]]) -> list[Any]:
    return [
        {"kind": kind, **entry} if isinstance(entry, dict) else entry
        for kind, name in kinds
        for entry in _entries(values.get(name) or (), ELEMENTS[name])
    ]


def _entries(given: Iterable[Any], element: Element) -> list[Any]:
    names = element.answers
    entries: list[Any] = []
    for entry in given:
        if isinstance(entry, dict):
            entries.append({answer: entry[name] for name, answer in names if name in entry})
        else:
            entries.append({names[0][1]: entry} if len(names) == 1 else entry)
    return entries


def _name_currencies(entries: list[Any], amounts: Iterable[Any]) -> None:
    """Write another currency to its amount, so that nobody takes it for dollars."""
    for entry, amount in zip(entries, amounts, strict=False):
        currency = text_of(amount.get("currency")).strip() if isinstance(amount, dict) else ""
        if currency and word_of(currency) not in ("usd", "us") and "amount" in entry:
            entry["amount"] = f"{currency} {text_of(entry['amount'])}"


def _mips(values: Values) -> list[dict[str, Any]]:
    given = values.get("IsMeritBasedIncentivePaymentSystem")
    try:
        return [{"kind": "mips"}] if yes_or_no(given) else []
    except Trouble:
        return [{"kind": text_of(given)}]


def _add_implied(answers: dict[str, Any]) -> None:
    """Add what others leave unsaid: sources mean that there was support, criteria that it is marked."""
    for given, question in (("support", "support_received"), ("commendation_criteria", "commendation")):
        if answers.get(given):
            answers.setdefault(question, True)


def _named(own: Values, name: str) -> dict[str, str]:
    return {
        visible(text_of(item.get("name"))): visible(text_of(item.get("value")))
        for item in own.get(name, ())
        if isinstance(item, dict)
    }


# From a record to what is said


def values_of(record: Record) -> Values:
    """Return what the dialect says of a record, given in the plain JSON of the contract."""
    values = _public(record)
    values["OpenPARS"] = _own(record)
    extra = {name: text_of(text) for name, text in (record.get("extra") or {}).items()}
    placed = _placed(extra)
    whole = _with_kept(values, placed, extra)
    if placed and not _comes_back(whole, values, extra):
        whole = _with_kept(values, {}, extra)
    return whole


def _public(record: Record) -> Values:
    """Return what the elements of the field can say of a record."""
    values: Values = {
        element.name: _said(element, record[element.field])
        for element in _LEAVES
        if record.get(element.field) is not None
    }
    for name, moment, day in _DATES:
        if answer := record.get(name):
            values[day] = answer
            values[moment] = _said(ELEMENTS[moment], answer)
    if place := _group_said(record, _LOCATION):
        values["activityLocation"] = place
    if credit := _group_said(record, ELEMENTS["credits"].parts):
        values["credits"] = [{"activityCertification": AMA_PRA, **credit}]
    lists = {
        "identifier": _identifiers(record),
        "participantsByCategory": _categories(record),
        "MeasuredOutcomes": [
            _group_said(entry, ELEMENTS["MeasuredOutcomes"].parts) for entry in record.get("outcomes") or ()
        ],
    }
    values.update((name, entries) for name, entries in lists.items() if entries)
    for entry in record.get("support") or ():
        _add_of_kind(values, entry, _SUPPORT)
    for amount in values.get("commercialSupportAmount", ()):
        amount["currency"] = "USD"
    for entry in record.get("collaborations") or ():
        _add_of_kind(values, entry, _COLLABORATIONS)
        if entry.get("kind") == "mips":
            values["IsMeritBasedIncentivePaymentSystem"] = True
    if record.get("status") == "Closed":
        values["closeActivityRecord"] = True
    return values


def _identifiers(record: Record) -> list[Values]:
    activity_id = record.get("activity_id")
    given = (
        ("ACCME Activity ID", None if activity_id is None else str(activity_id).zfill(9)),
        ("Provider Activity ID", record.get("internal_id")),
        ("URL", record.get("url")),
    )
    return [{"catalog": catalog, "entry": entry} for catalog, entry in given if entry]


def _categories(record: Record) -> list[Values]:
    given = (("physician", record.get("physicians")), ("non-physician", record.get("other_learners")))
    return [{"category": word, "numberOfParticipants": count} for word, count in given if count is not None]


def _own(record: Record) -> Values:
    own: Values = {"Version": "1"}
    own.update((name.title(), record[name]) for name in ("status", "phase", "revision") if record.get(name))
    for part in _OWN_LEAVES:
        if (answer := record.get(part.field)) is not None:
            own[part.name] = _said(part, answer)
    if entries := record.get("instances"):
        own["Instance"] = [_group_said(entry, _OWN["Instance"].parts) for entry in entries]
    if entries := record.get("yearly_counts"):
        names = (("as_of", "AsOf"), ("physicians", "Physicians"), ("other_learners", "OtherLearners"))
        own["YearlyCount"] = [
            {name: entry[key] for key, name in names if entry.get(key) is not None} for entry in entries
        ]
    for name, kinds in (("Support", (*_SUPPORT,)), ("Collaboration", (*_COLLABORATIONS, ("mips", "")))):
        element = _OWN[name]
        entries = record.get(element.field) or []
        if not _is_sayable(entries, kinds):
            own[name] = [_group_said(entry, element.parts) for entry in entries]
    if legacy := record.get("legacy"):
        own["Legacy"] = _items(legacy)
    return own


def _is_sayable(entries: list[dict[str, Any]], kinds: tuple[tuple[str, str], ...]) -> bool:
    """Say whether the elements of the field can say these entries, in this order and with nothing left out."""
    order = [kind for kind, _ in kinds]
    places = []
    for entry in entries:
        if entry.get("kind") not in order:
            return False
        place = order.index(entry["kind"])
        places.append(place)
        name = kinds[place][1]
        sayable = {answer for _, answer in ELEMENTS[name].answers} if name else set()
        others = entry.keys() - {"kind"}
        if others - sayable or bool(others) != bool(name):
            return False
    return places == sorted(places) and (order[-1] != "mips" or places.count(len(order) - 1) < 2)


def _add_of_kind(values: Values, entry: Record, kinds: Iterable[tuple[str, str]]) -> None:
    for kind, name in kinds:
        if entry.get("kind") == kind and (said := _group_said(entry, ELEMENTS[name].parts)):
            values.setdefault(name, []).append(said)


def _group_said(answers: Record, parts: Iterable[Element]) -> Values:
    said: Values = {}
    for part in parts:
        if part.field and (answer := answers.get(part.field.rpartition(".")[2])) is not None:
            said[part.name] = _said(part, answer)
    return said


def _said(element: Element, answer: Any) -> Any:
    say = element.say
    if say is None:
        return answer
    return [say(entry) for entry in answer] if element.many else say(answer)


# What is kept goes back to its place


def _with_kept(values: Values, placed: Values, extra: Mapping[str, str]) -> Values:
    whole = {**values, "OpenPARS": dict(values["OpenPARS"])}
    for name, value in placed.items():
        whole[name] = [*_without_total(name, values, value), *value] if name in _MIXED else value
    if others := {name: text for name, text in extra.items() if name.partition(".")[0] not in placed}:
        whole["OpenPARS"]["Extra"] = _items(others)
    return whole


def _without_total(name: str, values: Values, kept: list[Any]) -> list[Any]:
    """Return the entries that are answers, less the total of other learners where its parts are kept."""
    entries: list[Any] = values.get(name, [])
    if name != "participantsByCategory":
        return entries
    parts = sum(entry.get("numberOfParticipants", 0) for entry in kept)
    return [
        entry
        for entry in entries
        if entry["category"] != "non-physician" or entry["numberOfParticipants"] != parts
    ]


def _comes_back(whole: Values, values: Values, extra: Mapping[str, str]) -> bool:
    """Say whether a reader finds the same answers with what is kept at its place, and what is kept as it is."""
    bare = row_of(0, gathered(nested(values)), Strangers())
    full = row_of(0, gathered(nested(whole)), Strangers())
    same = ("answers", "activity_id", "action", "close")
    return full.kept.get("extra") == extra and all(getattr(full, n) == getattr(bare, n) for n in same)


def _placed(extra: Mapping[str, str]) -> Values:
    """Return what is kept of elements that have a place of their own; what does not fit there is left out."""
    trees: dict[str, Any] = {}
    for name, text in extra.items():
        first, *path = name.split(".")
        element = ELEMENTS.get(first)
        if element is not None and (element.kept or first in _MIXED):
            branch = trees.setdefault(first, {})
            for step in path:
                branch = branch.setdefault(step, {}) if isinstance(branch, dict) else {}
            if isinstance(branch, dict):
                branch[""] = text
    placed: Values = {}
    for name, tree in trees.items():
        try:
            placed[name] = _grown(tree, ELEMENTS[name], many=ELEMENTS[name].many)
        except _DoesNotFit:
            continue
    return placed


class _DoesNotFit(Exception):
    pass


def _grown(tree: dict[str, Any], element: Element, *, many: bool) -> Any:
    if many:
        if not tree or tree.keys() != {str(place) for place in range(len(tree))}:
            raise _DoesNotFit
        return [_grown(tree[str(place)], element, many=False) for place in range(len(tree))]
    if element.parts:
        parts = {part.name: part for part in element.parts}
        if not tree or not tree.keys() <= parts.keys():
            raise _DoesNotFit
        return {
            name: _grown(tree[name], part, many=part.many) for name, part in parts.items() if name in tree
        }
    if tree.keys() != {""}:
        raise _DoesNotFit
    return _typed(tree[""], element)


def _typed(text: str, element: Element) -> Any:
    """Return a kept text as the kind of its element, where it can be written so and read as the same text."""
    value: Any = text
    if not text.strip() or text != visible(text.strip()) or (element.values and text not in element.values):
        raise _DoesNotFit
    if element.kind == "boolean":
        value = {"true": True, "false": False}.get(text)
    elif element.kind == "count":
        value = int(text) if _COUNT.fullmatch(text) else None
    elif element.kind == "number":
        value = number(text) if re.fullmatch(r"\d{1,9}(\.\d{1,4})?", text, re.ASCII) else None
    elif element.kind == "year":
        value = text if re.fullmatch(r"[1-9]\d{3}", text, re.ASCII) else None
    if value is None or text_of(value) != text:
        raise _DoesNotFit
    return value


def _items(texts: Mapping[str, Any]) -> list[dict[str, str]]:
    return [{"name": name, "value": text_of(text)} for name, text in texts.items()]


# The JSON twin


def nested(values: Values) -> dict[str, Any]:
    """Return an activity as the JSON twin has it, its elements in their holders."""
    activity: dict[str, Any] = {}
    _nest(TREE, values, activity, activity)
    return activity


def _nest(holder: Element, values: Values, into: dict[str, Any], activity: dict[str, Any]) -> None:
    for element in holder.parts:
        if element.holder:
            inside: dict[str, Any] = {}
            _nest(element, values, inside, activity)
            if inside:
                (activity if element.top else into)[element.name] = inside
        elif element.name in values:
            value = values[element.name]
            into[element.name] = value[0] if element.lone and len(value) == 1 else value


def gathered(activity: dict[str, Any]) -> Said:
    """Return what an activity of the JSON twin says, whatever holder an element stands in.

    Names are taken in any case; one that should be in a list may stand alone, and the other way round. Null
    stays None, which clears; blank text says nothing.
    """
    said = Said()
    _gather(activity, FINDER, said.values, said, "")
    return said


def _gather(given: dict[str, Any], table: Table, values: Values, said: Said, within: str) -> None:
    known = table.known
    for key, value in given.items():
        element = known.get(key) or table.find(key)
        if element is None:
            said.strange.append((within + key.strip(), value))
        elif element.holder:
            _gather_held(element, value, values, said)
        elif not element.many:
            _gather_one(element, value, values, said, within)
        elif value is None or value == []:
            values.setdefault(element.name, [])
        else:
            for entry in value if isinstance(value, list) else (value,):
                _gather_one(element, entry, values, said, within)


def _gather_held(holder: Element, value: Any, values: Values, said: Said) -> None:
    for inside in value if isinstance(value, list) else [value]:
        if isinstance(inside, dict):
            _gather(inside, FINDER, values, said, "")
        elif not _is_blank(inside) and len(holder.parts) == 1:
            _gather_one(holder.parts[0], inside, values, said, "")
        elif not _is_blank(inside):
            said.strange.append((holder.name, inside))


def _gather_one(element: Element, value: Any, values: Values, said: Said, within: str) -> None:
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    if isinstance(value, str) and value and not value.isspace() and not element.parts:
        # The usual case first.
        take(values, element, value)
    elif element.parts:
        _gather_group(element, value, values, said, within)
    elif value is None:
        if not element.many:
            values.setdefault(element.name, None)
    else:
        text = _innermost(value) if isinstance(value, dict) else value
        # The text of the element around it is what it is, blanks included.
        if element.is_text or not _is_blank(text):
            take(values, element, text)


def _gather_group(element: Element, value: Any, values: Values, said: Said, within: str) -> None:
    if isinstance(value, dict):
        entry: Values = {}
        _gather(value, element.table, entry, said, f"{within}{element.name}.")
        if entry:
            take(values, element, entry)
    elif not _is_blank(value):
        if element.many:
            take(values, element, value)
        else:
            said.strange.append((within + element.name, value))


def _innermost(value: Any) -> Any:
    """Return the first text inside, as in `{"string": "A title"}`; what holds none is returned as it is."""
    inside = [inner for inner in value.values() if not _is_blank(inner)]
    return inside[0] if inside and not isinstance(inside[0], list | dict) else value


def _is_blank(value: Any) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())
