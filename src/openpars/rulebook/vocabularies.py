"""The lists of words and codes that answers are chosen from, read from `data/*.json`."""

import json
import unicodedata
from dataclasses import dataclass, field
from datetime import date
from functools import cache, lru_cache
from importlib import resources
from types import MappingProxyType
from typing import Any

_LONGEST_WORD = 300

NAMES = (
    "formats",
    "delivery_methods",
    "countries",
    "states",
    "registration",
    "fee",
    "providership",
    "outcomes",
    "measurement_types",
    "commendation_criteria",
    "boards",
    "credit_types",
    "practice_areas",
    "rems_types",
    "specialties",
    "supporters",
    "support_kinds",
    "collaboration_kinds",
)


@dataclass(frozen=True, slots=True)
class Term:
    """One entry of a vocabulary.

    `code` is how the answer is stored, `label` how it is shown. `of` names the boards or formats it
    belongs to (empty: to all). `implies` holds old names that mean this term and further answers besides.
    """

    code: str
    label: str
    aliases: tuple[str, ...] = ()
    since: date | None = None
    until: date | None = None
    of: tuple[str, ...] = ()
    group: str = ""
    implies: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = ()

    def stands_on(self, day: date) -> bool:
        """Say whether the term is in use for an activity that starts on `day`."""
        return (self.since is None or self.since <= day) and (self.until is None or day <= self.until)


@dataclass(frozen=True, slots=True)
class Match:
    """What a text means in a vocabulary: a code, and further answers an old name stands for."""

    code: str
    implied: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """A named list of terms. An open one is a list of suggestions: other answers are accepted too."""

    name: str
    entries: tuple[Term, ...]
    open: bool
    by_code: MappingProxyType[str, Term] = field(repr=False, compare=False)
    by_word: MappingProxyType[str, Match] = field(repr=False, compare=False)
    places: MappingProxyType[str, int] = field(repr=False, compare=False)

    def match(self, text: str) -> Match | None:
        """Return what the text means here, by code, label or alias in any case, or None."""
        return self.by_word.get(folded(text)) if len(text) <= _LONGEST_WORD else None

    @property
    def is_ordered(self) -> bool:
        """Say whether chosen terms stand in the order of the list, in whatever order they were chosen.

        A list to pick boxes from does; what people add to one row after the other stands as they put it.
        """
        return not self.open or any(term.of for term in self.entries)

    def place_of(self, code: str | None) -> int:
        """Return the place of a code in the list; what is not on it comes last."""
        return self.places.get(code or "", len(self.entries))


@lru_cache(maxsize=8192)
def folded(text: str) -> str:
    """Return the text without case, accents, spaces and punctuation, as words are compared."""
    if not text.isascii():
        text = unicodedata.normalize("NFKD", text)
    return "".join(letter for letter in text.casefold() if letter.isalnum())


def terms(name: str, on: date | None = None, of: str | None = None) -> tuple[Term, ...]:
    """Return the terms of a vocabulary, those in use on a day and belonging to a board or format."""
    return tuple(
        term
        for term in VOCABULARIES[name].entries
        if (on is None or term.stands_on(on)) and (of is None or not term.of or of in term.of)
    )


def label(name: str, code: str) -> str:
    """Return how a code is shown to people; a text that is no code is shown as it is."""
    term = VOCABULARIES[name].by_code.get(code)
    return term.label if term else code


@cache
def _loaded(name: str) -> Vocabulary:
    data = json.loads(resources.files(__package__).joinpath("data", f"{name}.json").read_text("utf-8"))
    entries = tuple(_term(entry) for entry in data["terms"])
    words: dict[str, Match] = {}
    for term in entries:
        for word in (term.code, term.label, *term.aliases):
            _add(words, word, Match(term.code), name)
        for word, implied in term.implies:
            _add(words, word, Match(term.code, implied), name)
    return Vocabulary(
        name=name,
        entries=entries,
        open=data["open"],
        by_code=MappingProxyType({term.code: term for term in entries}),
        by_word=MappingProxyType(words),
        places=MappingProxyType({term.code: place for place, term in enumerate(entries)}),
    )


def _add(words: dict[str, Match], word: str, match: Match, name: str) -> None:
    if words.setdefault(folded(word), match) != match:
        raise ValueError(f"the word {word!r} means two things in the vocabulary {name}")


def _term(entry: dict[str, Any]) -> Term:
    return Term(
        code=entry["code"],
        label=entry.get("label", entry["code"]),
        aliases=tuple(entry.get("aliases", ())),
        since=date.fromisoformat(entry["since"]) if "since" in entry else None,
        until=date.fromisoformat(entry["until"]) if "until" in entry else None,
        of=tuple(entry.get("of", ())),
        group=entry.get("group", ""),
        implies=tuple((word, tuple(means.items())) for word, means in entry.get("implies", {}).items()),
    )


VOCABULARIES: dict[str, Vocabulary] = {name: _loaded(name) for name in NAMES}
"""Every vocabulary by its name."""
