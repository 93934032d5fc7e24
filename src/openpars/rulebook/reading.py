"""Reading answers: from whatever a door brings in to the one canonical form, and what is wrong with it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from openpars.rulebook.fields import FIELDS, Field
from openpars.rulebook.findings import Finding
from openpars.rulebook.notes import Notes
from openpars.rulebook.ordering import in_form_order
from openpars.rulebook.paths import entry_at
from openpars.rulebook.places import settle_place
from openpars.rulebook.readers import READERS, read_all, reader_at


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


def read(raw: Mapping[str, Any], *, today: date) -> Reading:
    """Read answers given as text or plain JSON; whatever comes in, this never raises."""
    notes = Notes(today)
    answers = read_all(raw, READERS, "", notes)
    return Reading(answers, notes.rejected, in_form_order(notes.findings), tuple(notes.unknown))


def reread(
    path: str, text: str, answers: Mapping[str, Any], *, today: date
) -> tuple[Any, tuple[Finding, ...]]:
    """Read a refused answer's text again; return the answer it gives now, and what is wrong with it.

    `answers` are the others, which a place is read with. An unknown path gives `(None, ())`.
    """
    reader = reader_at(path)
    if reader is None:
        return None, ()
    notes = Notes(today)
    value = reader(text, path, notes)
    if path.rpartition(".")[2] == "state" and value is not None:
        place = {"state": value, "country": entry_at(path, answers).get("country")}
        settle_place(place, place, path.removesuffix("state"), notes)
        value = place["state"]
    return value, in_form_order(notes.findings)


def strangers(raw: Mapping[str, Any]) -> Iterator[str]:
    """Give the paths of the names that are no fields, those in the entries of lists too, as they stand in `raw`."""
    return _strangers(raw, FIELDS, "")


def _strangers(raw: Mapping[str, Any], fields: Mapping[str, Field], prefix: str) -> Iterator[str]:
    for name, value in raw.items():
        field = fields.get(name)
        if field is None:
            yield prefix + name
        elif field.item and isinstance(value, list):
            parts = {part.name: part for part in field.item}
            for place, entry in enumerate(value):
                if isinstance(entry, dict):
                    yield from _strangers(entry, parts, f"{prefix}{name}.{place}.")
