"""Text is read in the encoding it was written in, or refused; never guessed into other letters."""

from pathlib import Path

import pytest

from openpars.formats.readers.text import encoding_of, open_text
from openpars.formats.rows import Unreadable

WORDS = "Activity Title\tCity\r\n“Sépsis” – 1st\tSão Paulo\r\n"


@pytest.mark.parametrize(
    ("encoding", "found"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8-sig"),
        ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
        ("cp1252", "cp1252"),
    ],
)
def test_text_is_read_in_its_encoding(tmp_path: Path, encoding: str, found: str) -> None:
    path = tmp_path / "list.txt"
    path.write_bytes(WORDS.encode(encoding))
    with open_text(path) as file:
        assert (encoding_of(path), file.read()) == (found, WORDS)


def test_an_accent_far_down_decides_as_well(tmp_path: Path) -> None:
    path = tmp_path / "list.txt"
    path.write_bytes(b"plain words\n" * 200_000 + "Café".encode("cp1252"))
    assert encoding_of(path) == "cp1252"


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (b"", "file.empty"),
        (
            b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06",
            "file.not_recognised",
        ),
        (bytes(range(256)) * 100, "file.not_recognised"),
        (b"\x00" * 1000, "file.not_recognised"),
        (b"Activity Title\nno letter has this code: \x81", "file.encoding"),
        ("Café\n".encode() * 10 + "Café".encode("cp1252"), "file.encoding"),
        ("Café\n".encode() * 300_000 + b"cut off: \xc3", "file.encoding"),
        ("Title\n".encode("utf-16") + b"x", "file.encoding"),
    ],
)
def test_what_is_no_text_is_refused(tmp_path: Path, content: bytes, rule: str) -> None:
    path = tmp_path / "list.txt"
    path.write_bytes(content)
    with pytest.raises(Unreadable) as refusal:
        open_text(path)
    assert refusal.value.finding.rule == rule


def test_one_nul_is_a_matter_for_its_cell(tmp_path: Path) -> None:
    path = tmp_path / "list.txt"
    path.write_bytes(b"Activity Title\tCity\nSep\x00sis in the first hour\tChicago\n")
    assert encoding_of(path) == "utf-8"
