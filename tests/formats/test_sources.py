"""What is read from a file is read from memory just so."""

from pathlib import Path

import pytest

from openpars.formats.readers import json, xml
from openpars.formats.rows import Limits
from openpars.formats.sources import InMemory, Source

XML = b"<MedicalEducationMetrics><title>Caf\xc3\xa9</title></MedicalEducationMetrics>"
JSON = '{"MedicalEducationMetrics": [{"title": "Café"}]}'.encode("utf-16")


@pytest.mark.parametrize(("reader", "content"), [(xml, XML), (json, JSON)], ids=["xml", "json"])
def test_a_file_and_its_bytes_are_read_alike(reader: object, content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(content)
    sources: list[Source] = [path, InMemory(content)]
    readings = [reader.read(source, limits=Limits()) for source in sources]  # type: ignore[attr-defined]
    of_file, of_memory = ((reading.layout, list(reading.rows)) for reading in readings)
    assert of_file == of_memory
    assert [row.answers for row in of_memory[1]] == [{"title": "Café"}]
