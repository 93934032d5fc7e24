"""What the headings of a table mean, by name or alias, in any order, and which row holds them."""

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from openpars.formats.columns import COUNTS, IN_KIND, MOST_GROUPS, WORDS, heading_of, label_of
from openpars.formats.layouts.legacy import LETTERED, PRE_2011
from openpars.formats.rows import Column, Kind, letters
from openpars.rulebook.fields import FIELDS
from openpars.rulebook.findings import Finding, Where
from openpars.rulebook.notes import Notes
from openpars.rulebook.paths import position_of
from openpars.rulebook.readers import reader_at
from openpars.rulebook.rules import finding
from openpars.rulebook.vocabularies import VOCABULARIES, folded

HEADER_IN_FIRST_ROWS: Final = 50
_LONGEST_HEADING: Final = 150
_SOURCE: Final = "support.source"
_LIKELY: Final = 0.75


@dataclass(frozen=True, slots=True)
class Matched:
    """What the headings of a file mean, and what is to be said about them."""

    columns: tuple[Column, ...]
    findings: tuple[Finding, ...]


def match(
    headings: Sequence[Any],
    *,
    mapping: Mapping[str, str] | None = None,
    sheet: str | None = None,
    row: int | None = None,
) -> Matched:
    """Return what each heading means; the columns are in the order of the file, blank headings left out.

    `mapping` leads from a folded heading (`vocabularies.folded`) to the path that a person chose for it, `""`
    where the column is to be left alone. `sheet` and `row` say where the headings stand.
    """
    columns: list[Column] = []
    findings: list[Finding] = []
    taken: dict[str, str] = {}
    seen: dict[str, int] = {}
    for index, given in enumerate(headings):
        heading = _text(given)
        if not heading:
            continue
        path = _path_of(heading, mapping or {}, seen)
        cell = None if row is None else f"{letters(index)}{row}"
        place = Where(sheet=sheet, row=row, column=heading, cell=cell)
        if path is None:
            findings.append(finding("file.column.unknown", value=heading, where=place))
        elif path in taken and not path.endswith(f".{IN_KIND}"):
            findings.append(
                finding(
                    "file.column.repeated",
                    path="" if path in WORDS else path,
                    value=heading,
                    where=place,
                    label=label_of(path),
                    first=taken[path],
                )
            )
            path = None
        elif path:
            taken[path] = heading
            if path in _PAST_PATHS and not _KEPT.fullmatch(heading):
                findings.append(finding("file.legacy.kept", value=heading, where=place))
        columns.append(Column(index, heading, path or None))
    return Matched(tuple(columns), tuple(findings))


def find_header(rows: Sequence[Sequence[Any]], mapping: Mapping[str, str] | None = None) -> int | None:
    """Return which of the first rows holds the headings, or None.

    It is the one with most headings that are known, at least two; where none are, the first that looks like
    headings at all, so that a person can say what they mean.
    """
    best, known = None, 1
    for position, row in enumerate(rows[:HEADER_IN_FIRST_ROWS]):
        seen: dict[str, int] = {}
        paths = {_path_of(heading, mapping or {}, seen) for heading in map(_text, row) if heading}
        if (count := len(paths - {None, ""})) > known:
            best, known = position, count
    if best is not None:
        return best
    candidates = enumerate(rows[:HEADER_IN_FIRST_ROWS])
    return next((position for position, row in candidates if _looks_like_headings(row)), None)


def kind_of(columns: Iterable[Column]) -> Kind:
    """Return what a table with these columns is about: learner counts where it says nothing else."""
    paths = {column.path for column in columns if column.path}
    beside = {"template", "action", "activity_id", "internal_id", "title", "close"}
    counts = bool(paths & {"physicians", "other_learners"}) and paths <= {*COUNTS, *beside}
    return Kind.LEARNER_COUNTS if counts else Kind.ACTIVITIES


def suggest(heading: str, samples: Sequence[str] = ()) -> list[str]:
    """Return the paths that a heading nobody knows may stand for, the likeliest first, at most five.

    Fields that the samples cannot be answers to are left out.
    """
    wanted = folded(heading)
    samples = [sample for sample in samples if sample.strip()]
    words = set(_words_in(heading))
    scores: dict[str, float] = {}
    for known, path in _SUGGESTED:
        score = difflib.SequenceMatcher(None, wanted, folded(known)).ratio()
        if common := words & set(_words_in(known)):
            score += 0.25 * len(common)
        scores[path] = max(scores.get(path, 0), score)
    if samples and all(_can_hold("start_date", sample) for sample in samples):
        # One date alone most often says when it began.
        for path, more in (("start_date", 0.7), ("end_date", 0.5)):
            scores[path] = scores.get(path, 0) + more
    for path, vocabulary in _CLOSED.items():
        if samples and all(vocabulary.match(sample) for sample in samples):
            scores[path] = scores.get(path, 0) + 0.5
    likely = sorted(
        (path for path, score in scores.items() if score >= _LIKELY), key=lambda path: -scores[path]
    )
    return [path for path in likely if all(_can_hold(path, sample) for sample in samples)][:5]


def is_path(path: str) -> bool:
    """Say whether a column can hold what stands at this path."""
    if path in WORDS or path in _NAMED_PATHS:
        return True
    name, _, rest = path.partition(".")
    if name in ("legacy", "extra"):
        return bool(rest)
    position, _, part = rest.partition(".")
    number = position_of(position)
    return number is not None and number < MOST_GROUPS and (name, part) in _NUMBERED_TARGETS


def _text(given: Any) -> str:
    return " ".join(str(given).split()) if given is not None else ""


_KEPT: Final = re.compile(r"(legacy|extra)\s*:\s*(.+)", re.IGNORECASE | re.DOTALL)
_OF_THE_ACTIVITY: Final = re.compile(r"\(activity\)", re.IGNORECASE)
_NUMBER: Final = re.compile(r"(\d{1,3})(?:st|nd|rd|th)?", re.IGNORECASE)


def _path_of(heading: str, mapping: Mapping[str, str], seen: dict[str, int]) -> str | None:
    """Return the path a heading stands for, `""` for a column to be left alone, None for an unknown one.

    `seen` counts the parts of groups that came without a number: the second "Supporter" is the second one's.
    """
    chosen = mapping.get(folded(heading))
    if chosen is not None and (not chosen or is_path(chosen)):
        return chosen
    if kept := _KEPT.fullmatch(heading):
        return f"{kept[1].lower()}.{kept[2]}"
    heading = _OF_THE_ACTIVITY.sub(" ", heading)
    name = folded(heading)
    # Help in kind was asked of the whole activity once, before the columns of the first supporter.
    past = None if _SOURCE in seen and _target(heading) else _PAST.get(name)
    return _EXACT.get(name) or past or _numbered_path(heading, seen) or _next_path(heading, seen)


def _numbered_path(heading: str, seen: dict[str, int]) -> str | None:
    for number in _NUMBER.finditer(heading):
        target = _target(heading[: number.start()] + " " + heading[number.end() :])
        if target and 0 < int(number[1]) <= MOST_GROUPS:
            seen[".".join(target)] = int(number[1])
            return _joined(target, int(number[1]) - 1)
    return None


def _next_path(heading: str, seen: dict[str, int]) -> str | None:
    target = _target(heading)
    if target is None:
        return None
    key = ".".join(target)
    if target[1] == IN_KIND:
        # Several of these belong to the supporter they stand behind.
        return _joined(target, max(seen.get(_SOURCE, 1), 1) - 1)
    seen[key] = seen.get(key, 0) + 1
    return _joined(target, seen[key] - 1) if seen[key] <= MOST_GROUPS else None


def _target(heading: str) -> tuple[str, str] | None:
    name = folded(heading)
    if target := _NUMBERED.get(name):
        return target
    return ("support", IN_KIND) if name.startswith(("inkind", "supportinkind")) else None


def _joined(target: tuple[str, str], position: int) -> str:
    name, part = target
    return f"{name}.{position}.{part}" if part else f"{name}.{position}"


def _exact() -> dict[str, str]:
    known = {folded(heading): name for name, headings in WORDS.items() for heading in headings}
    known["closeactivityrecord"] = "close"
    for field in FIELDS.values():
        if field.kind != "group":
            for heading in (*field.columns, field.label):
                known[folded(heading)] = field.name
        elif field.ordered_by is not None:
            # All of them in one cell; and each in a column of its own.
            for heading in (*field.columns, field.label):
                known[folded(heading)] = field.name
            for term in VOCABULARIES[field.item[0].vocabulary or ""].entries:
                for heading in (term.code, *(f"{prefix}: {term.label}" for prefix in field.columns)):
                    known[folded(heading)] = f"{field.name}.{term.code}"
    return known


def _numbered() -> dict[str, tuple[str, str]]:
    known: dict[str, tuple[str, str]] = {}
    alone: dict[str, list[tuple[str, str]]] = {}
    for field in FIELDS.values():
        if field.kind == "texts":
            known.update((folded(heading), (field.name, "")) for heading in field.columns)
        for part in field.item:
            target = (field.name, part.name)
            for heading in part.columns:
                alone.setdefault(folded(heading), []).append(target)
                known.update((folded(f"{prefix} {heading}"), target) for prefix in field.columns)
    # "Points" alone can only mean one thing; "Kind" and "Start Date" could mean several.
    for heading, targets in alone.items():
        if len(targets) == 1 and heading not in _EXACT:
            known.setdefault(heading, targets[0])
    return known


_EXACT: Final = _exact()
_PAST: Final = {
    folded(heading): f"legacy.{heading}"
    for layout in (PRE_2011, *LETTERED.values())
    for heading, path in layout.columns
    if path is None
}
_PAST_PATHS: Final = frozenset(_PAST.values())
_NUMBERED: Final = _numbered()
_NUMBERED_TARGETS: Final = {*_NUMBERED.values(), ("support", IN_KIND)}
_NAMED_PATHS: Final = frozenset(_EXACT.values())


def _suggested() -> Iterator[tuple[str, str]]:
    for name, headings in WORDS.items():
        yield from ((heading, name) for heading in headings)
    for field in FIELDS.values():
        if field.kind != "group":
            yield from ((heading, field.name) for heading in (*field.columns, field.label))
        for part in field.item:
            for heading in (*part.columns[1:], f"{heading_of(field)} {heading_of(part)}"):
                yield heading, f"{field.name}.0.{part.name}"
    for path, words in _ALSO_CALLED.items():
        yield from ((word, path) for word in words)


_ALSO_CALLED: Final = {
    "internal_id": ("Our Code", "Code", "Our Reference", "Reference Number", "Key"),
    "title": ("Name", "Course", "Event", "Topic"),
    "start_date": ("From", "Begin"),
    "end_date": ("Until", "To", "Finish", "Ends On"),
    "city": ("Location", "Place", "Venue", "Where"),
    "country": ("Land",),
    "credits": ("Hours", "CME Hours", "Credit Hours"),
    "physicians": ("Doctors", "MDs", "Physician Attendance"),
    "other_learners": ("Non-Physician Attendance", "Others"),
    "url": ("Website", "Link"),
}
"""What offices call their columns; only ever suggested, for it may mean something else."""

_SUGGESTED: Final = tuple(_suggested())
_CLOSED: Final = {
    field.name: VOCABULARIES[field.vocabulary]
    for field in FIELDS.values()
    if field.vocabulary and not VOCABULARIES[field.vocabulary].open
}


def _words_in(heading: str) -> list[str]:
    return [word for word in re.findall(r"[a-z]+", heading.casefold()) if word not in _FILLERS]


_FILLERS: Final = frozenset(
    {"a", "the", "of", "for", "and", "or", "to", "in", "activity", "total", "number", "s"}
)


def _can_hold(path: str, sample: str) -> bool:
    reader = reader_at(path)
    if reader is None:
        return True
    notes = Notes(date.max)
    reader(sample, path, notes)
    return not notes.rejected


def _looks_like_headings(row: Sequence[Any]) -> bool:
    """Say whether a row reads like headings rather than like a title above them or like answers."""
    cells = [cell for cell in row if _text(cell)]
    texts = [_text(cell) for cell in cells if isinstance(cell, str)]
    return (
        len(texts) == len(cells) >= 2
        and len({folded(text) for text in texts}) == len(texts)
        and not any(_looks_like_an_answer(text) for text in texts)
    )


def _looks_like_an_answer(text: str) -> bool:
    return (
        len(text) > _LONGEST_HEADING
        or not any(letter.isalpha() for letter in text)
        or text.casefold() in ("yes", "no", "true", "false")
        or "://" in text
        or any(vocabulary.match(text) for vocabulary in _CLOSED.values())
        or _can_hold("start_date", text)
    )
