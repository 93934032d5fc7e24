"""Templates: files to fill in, empty or filled with activities that are there already."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from itertools import chain
from typing import Any, BinaryIO, Final

from openpars.formats.columns import COUNTS, DEFAULT_GROUPS
from openpars.formats.rows import Kind
from openpars.formats.templates import workbook
from openpars.formats.templates.example import EXAMPLE, EXAMPLE_COUNTS
from openpars.formats.writers import tab, xml


class Form(StrEnum):
    """What a template can be."""

    XLSX = "xlsx"
    TAB = "tsv"
    XML = "xml"


_OF_COUNTS: Final = ("activity_id", "internal_id", "title", *COUNTS)


def template(
    kind: Kind,
    form: Form,
    stream: BinaryIO,
    records: Iterable[Mapping[str, Any]] = (),
    *,
    groups: Mapping[str, int] = DEFAULT_GROUPS,
    kept: Iterable[str] = (),
) -> None:
    """Write a template, filled with records if there are any, each an activity as plain JSON.

    `groups` says how many numbered groups of columns the widest record needs (a template has always room for
    some), `kept` the paths of what is kept beside their answers. XML has no headings, so without records an
    example stands for them. A filled workbook takes about a millisecond for each row.
    """
    wide = {name: max(width, groups.get(name, 0)) for name, width in {**groups, **DEFAULT_GROUPS}.items()}
    match form:
        case Form.XLSX:
            workbook.write(stream, records, kind=kind, groups=wide, kept=kept)
        case Form.TAB:
            tab.write(stream, records, kind=kind, groups=wide, kept=kept)
        case Form.XML:
            xml.write(stream, _for_xml(kind, records))


def _for_xml(kind: Kind, records: Iterable[Mapping[str, Any]]) -> Iterable[dict[str, Any]]:
    """Return what an XML template holds: the records, or an example."""
    given = iter(records)
    first = next(given, None)
    if kind is Kind.ACTIVITIES:
        return [EXAMPLE] if first is None else map(dict, chain([first], given))
    if first is None:
        return [EXAMPLE_COUNTS]
    return (
        {name: record[name] for name in _OF_COUNTS if record.get(name) is not None}
        for record in chain([first], given)
    )
