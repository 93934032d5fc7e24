"""The dialect says everything of a record that can be stored, in XML and in JSON."""

from collections.abc import Callable
from typing import IO, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openpars.formats.recognise import open_file
from openpars.formats.writers import json as json_writer
from openpars.formats.writers import xml as xml_writer
from openpars.rulebook.fields import FIELDS
from openpars.rulebook.reading import Reading, read

from ..rulebook.examples import TODAY
from .records import KEPT, records

WRITERS: dict[str, Callable[[IO[bytes], list[dict[str, Any]]], None]] = {
    "xml": xml_writer.write,
    "json": json_writer.write,
    "dialect-json": json_writer.write_dialect,
}

#: Names of elements that have a place and no field, where each may or may not fit.
PLACED = st.dictionaries(
    st.sampled_from(
        [
            *(
                "isInterprofessional",
                "PharmacySequenceNumber",
                "ReportingYear",
                "profession.0",
                "profession.1",
            ),
            *("StateContent.0.StateContentDomain", "StateContent.0.StateContentTopic", "StateContent.1"),
            *("credits.0.activityCertification", "credits.0.numberOfCredits", "identifier.0.catalog"),
            *("identifier.0.entry", "participantsByCategory.0.category", "participantsByCategory.1.category"),
            *(
                "participantsByCategory.0.numberOfParticipants",
                "participantsByCategory.1.numberOfParticipants",
            ),
            *("keyword.0.id", "keyword.0.string", "title", "XtensibleInfo", "OpenPARS.Version", "profession"),
            "PharmacyContentTags.PharmacyState.0",
        ]
    ),
    st.sampled_from(
        ["true", "false", "Nursing", "nurse", "physician", "URL", "5", "05", "2.50", "2024", "x<y"]
    ),
    max_size=6,
)


@settings(max_examples=200)
@given(records(extra=KEPT | PLACED))
def test_what_is_written_is_read_as_it_was(
    tmp_path_factory: pytest.TempPathFactory, record: dict[str, Any]
) -> None:
    path = tmp_path_factory.getbasetemp() / "file"
    for form, write in WRITERS.items():
        with path.open("wb") as stream:
            write(stream, [record])
        reading = open_file(path)
        (row,) = reading.rows
        assert reading.layout.name == form
        assert read(row.answers, today=TODAY) == Reading(
            {name: value for name, value in record.items() if name in FIELDS}, {}, (), ()
        )
        assert row.kept == {name: record[name] for name in ("legacy", "extra") if name in record}
        assert (row.activity_id, row.action, row.findings) == (f"{record['activity_id']:09d}", None, [])
