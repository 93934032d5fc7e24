"""The schema that is published describes what is written."""

import io
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from openpars.formats import xsd
from openpars.formats.results import Result
from openpars.formats.writers import xml as writer
from openpars.rulebook.findings import Finding, Stage, Where

from .records import KEPT, records
from .test_dialect import PLACED

TEXT = st.text(st.characters(codec="utf-8"), max_size=20)
FINDINGS = st.lists(
    st.builds(
        Finding, TEXT, st.sampled_from(Stage), TEXT, st.none() | TEXT, TEXT, TEXT, st.just(Where(row=1))
    ).map(Finding.as_json),
    max_size=2,
)


@pytest.fixture(scope="module")
def schema(tmp_path_factory: pytest.TempPathFactory) -> etree.XMLSchema:
    folder: Path = tmp_path_factory.mktemp("xsd")
    for name, text in xsd.documents().items():
        (folder / name).write_text(text, encoding="utf-8")
    return etree.XMLSchema(etree.parse(folder / xsd.MAIN))


def written(*records: dict[str, Any]) -> bytes:
    stream = io.BytesIO()
    writer.write(stream, records)
    return stream.getvalue()


@given(records(extra=KEPT | PLACED))
def test_whatever_is_written_is_valid(schema: etree.XMLSchema, record: dict[str, Any]) -> None:
    schema.assertValid(etree.fromstring(written(record)))


def test_a_kept_text_that_xml_cannot_hold_is_written_with_signs() -> None:
    root = etree.fromstring(written({"title": "T", "legacy": {"a\x0b\x01": "b\x0c"}}))
    (kept,) = root.iterfind(".//{*}Legacy")
    assert (kept.get("name"), kept.text) == ("a␋␁", "b␌")


@pytest.fixture(scope="module")
def schema_of_results() -> etree.XMLSchema:
    return etree.XMLSchema(etree.fromstring(xsd.documents()[xsd.RESULTS].encode()))


@given(
    st.lists(
        st.fixed_dictionaries(
            {"Position": st.integers(1, 1000), "Result": st.sampled_from(["created", "refused"])},
            optional={
                "ActivityID": TEXT,
                "ProviderActivityID": TEXT,
                "Status": st.sampled_from(["Draft", "Ready to Close"]),
                "Phase": st.sampled_from(["upcoming", "in progress"]),
                "Revision": st.integers(1, 9),
                "Finding": FINDINGS,
                "NotClosed": FINDINGS,
            },
        ),
        max_size=3,
    )
)
def test_whatever_is_said_of_activities_that_were_sent_is_valid(
    schema_of_results: etree.XMLSchema, results: list[Result]
) -> None:
    stream = io.BytesIO()
    writer.write_results(stream, results)
    root = etree.fromstring(stream.getvalue())
    schema_of_results.assertValid(root)
    assert [int(one.findtext("{*}Position") or 0) for one in root] == [one["Position"] for one in results]
