"""The schema that is published describes what is written."""

import io
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from lxml import etree

from openpars.formats import xsd
from openpars.formats.writers import xml as writer

from .records import KEPT, records
from .test_dialect import PLACED


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
