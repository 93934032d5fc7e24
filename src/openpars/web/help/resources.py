"""The technical resources: everything an integrator may take away, with version, date and change note.

A new template, schema or instruction is one more entry in `RESOURCES`.
"""

from dataclasses import dataclass
from datetime import date

from django.urls import reverse

from openpars import rulebook
from openpars.formats import templates, xsd
from openpars.formats.rows import Kind


@dataclass(frozen=True, slots=True)
class Download:
    """One way to have a resource: the name of its address with what is filled into it, and words for what comes."""

    view: str
    label: str
    anchor: str = ""
    parts: tuple[str, ...] = ()

    @property
    def url(self) -> str:
        """The address."""
        return reverse(self.view, args=self.parts) + (f"#{self.anchor}" if self.anchor else "")


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

FILES_SINCE = date(2026, 11, 23)
FILES_NOTE = "First version."
_FORMS = {
    templates.Form.XLSX: "Excel workbook",
    templates.Form.TAB: "Tab-delimited text",
    templates.Form.XML: "XML",
}


def _templates(kind: Kind) -> tuple[Download, ...]:
    return tuple(
        Download("template", words, parts=(kind.value, form.value)) for form, words in _FORMS.items()
    )


RESOURCES = (
    Resource(
        name="Template: activities",
        about="One row for each activity. The workbook has drop-downs, notes on each column and instructions.",
        version=rulebook.VERSION,
        since=FILES_SINCE,
        note=FILES_NOTE,
        downloads=_templates(Kind.ACTIVITIES),
    ),
    Resource(
        name="Template: learner counts",
        about="Totals of learners for many activities at once, such as at the end of a year.",
        version=rulebook.VERSION,
        since=FILES_SINCE,
        note=FILES_NOTE,
        downloads=_templates(Kind.LEARNER_COUNTS),
    ),
    Resource(
        name="Columns of the templates",
        about="Every column: its heading, what to enter, when it is needed, and the other headings that are read.",
        version=rulebook.VERSION,
        since=FILES_SINCE,
        note=FILES_NOTE,
        downloads=(Download("columns", "Read the column reference"),),
    ),
    Resource(
        name="XML schema",
        about="What the XML looks like that OpenPARS writes. Keep its documents in one folder.",
        version=rulebook.VERSION,
        since=FILES_SINCE,
        note=FILES_NOTE,
        downloads=tuple(Download("schema", name, parts=(name,)) for name in xsd.documents()),
    ),
    Resource(
        name="Web services",
        about="Register activities, update learner counts and close them from a system of your own. Examples in "
        "curl and Python.",
        version=rulebook.VERSION,
        since=FILES_SINCE,
        note=FILES_NOTE,
        downloads=(
            Download("api-docs", "Read how to use them"),
            Download("api-openapi", "OpenAPI document"),
        ),
    ),
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
