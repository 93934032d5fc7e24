"""The technical resources: everything an integrator may take away, with version, date and change note.

A new template, schema or instruction is one more entry in `RESOURCES`.
"""

from dataclasses import dataclass
from datetime import date

from openpars import rulebook


@dataclass(frozen=True, slots=True)
class Download:
    """One way to have a resource: the name of its address, and words that say what comes."""

    view: str
    label: str
    anchor: str = ""


@dataclass(frozen=True, slots=True)
class Resource:
    """One row of the table. `since` is the day this version came out, `note` says what changed with it."""

    name: str
    about: str
    version: str
    since: date
    note: str
    downloads: tuple[Download, ...]


RULEBOOK_SINCE = date(2026, 11, 23)
RULEBOOK_NOTE = "First version: activities, from Draft to Closed."

RESOURCES = (
    Resource(
        name="Rulebook",
        about="Every rule an activity is judged by: its id, what is wrong, how to mend it, an example.",
        version=rulebook.VERSION,
        since=RULEBOOK_SINCE,
        note=RULEBOOK_NOTE,
        downloads=(
            Download("rulebook", "Read the rulebook"),
            Download("rulebook-json", "Rulebook as JSON"),
            Download("rulebook-markdown", "Rulebook as Markdown"),
        ),
    ),
    Resource(
        name="Data dictionary",
        about="Every field: its name, kind, limits, when it is asked and for what it is needed.",
        version=rulebook.VERSION,
        since=RULEBOOK_SINCE,
        note=RULEBOOK_NOTE,
        downloads=(Download("rulebook", "Read the data dictionary", "fields"),),
    ),
    Resource(
        name="Lists of codes and words",
        about="The formats, delivery methods, countries, boards and the other lists that answers come from.",
        version=rulebook.VERSION,
        since=RULEBOOK_SINCE,
        note=RULEBOOK_NOTE,
        downloads=(Download("rulebook", "Read the lists", "vocabularies"),),
    ),
)
"""Every resource, in the order of the table."""
