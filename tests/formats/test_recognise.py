"""A file is recognised by what it holds, whatever it is called."""

from pathlib import Path

import pytest

from openpars.formats.recognise import Form, open_file, recognise
from openpars.formats.rows import Limits, Unreadable
from openpars.rulebook.findings import Finding
from openpars.rulebook.rules import finding

from .generators.workbooks import DRAFT, HEADINGS, compound_file, cut_off, of_rows, png, workbook

TEXT = "Title\tStart Date\nSepsis\t3/4/2026\n"
XML = "<ACCMEActivities/>"
UNKNOWN = finding("file.not_recognised")
DAMAGED = finding("file.damaged", problem="its end is missing")


@pytest.mark.parametrize(
    ("data", "form"),
    [
        (of_rows(HEADINGS, DRAFT), Form.WORKBOOK),
        (TEXT.encode(), Form.TEXT),
        (TEXT.encode("utf-8-sig"), Form.TEXT),
        (TEXT.encode("utf-16"), Form.TEXT),
        (TEXT.encode("utf-16-be"), Form.TEXT),
        ("Titre\tDébut\n".encode("cp1252"), Form.TEXT),
        (XML.encode(), Form.XML),
        (b"\xef\xbb\xbf \n<?xml version='1.0'?>" + XML.encode(), Form.XML),
        (XML.encode("utf-16"), Form.XML),
        (XML.encode("utf-16-le"), Form.XML),
        (b"<!DOCTYPE a><a/>", Form.XML),
        (b'{"title": "Sepsis"}', Form.JSON),
        (b'{"title": "Sepsis"}\n{"title": "Asthma"}\n', Form.JSON),
        (b" [ ]", Form.JSON),
        (b'\xef\xbb\xbf[{"title": "Sepsis"}]', Form.JSON),
        (b"Title", Form.TEXT),
    ],
)
@pytest.mark.parametrize("name", ["list", "list.xlsx", "list.exe"])
def test_what_a_file_is(tmp_path: Path, name: str, data: bytes, form: Form) -> None:
    (tmp_path / name).write_bytes(data)
    assert recognise(tmp_path / name) is form


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (b"", finding("file.empty")),
        (png(), UNKNOWN),
        (b"%PDF-1.7\n1 0 obj", UNKNOWN),
        (rb"{\rtf1 Sepsis}", UNKNOWN),
        (b"<!doctype HTML><title>x</title>", UNKNOWN),
        (b"<html><table><tr><td>Title</td></tr></table></html>", UNKNOWN),
        (b'<?xml version="1.0"?>\n<?mso-application progid="Excel.Sheet"?><Workbook/>', UNKNOWN),
        (compound_file("Root Entry", "Workbook"), finding("file.old_excel")),
        (compound_file("Root Entry", "Book"), finding("file.old_excel")),
        (
            compound_file("Root Entry", "EncryptionInfo", "EncryptedPackage"),
            finding("file.password_protected"),
        ),
        (compound_file("Root Entry", "WordDocument"), UNKNOWN),
        (cut_off(of_rows(HEADINGS, *[DRAFT] * 500)), DAMAGED),
        (b"PK\x03\x04", DAMAGED),
        (b"PK\x05\x06" + bytes(18), UNKNOWN),
        (workbook({}).replace(b"xl/workbook.xml", b"word/docume.xml"), UNKNOWN),
        (of_rows(HEADINGS, DRAFT) + bytes(100_000), finding("file.too_large", limit="0 MB")),
    ],
)
def test_what_is_refused_and_why(tmp_path: Path, data: bytes, found: Finding) -> None:
    path = tmp_path / "list.xlsx"
    path.write_bytes(data)
    with pytest.raises(Unreadable) as refused:
        open_file(path, limits=Limits(size=100_000))
    assert refused.value.finding == found


@pytest.mark.parametrize(
    ("data", "name"),
    [(of_rows(HEADINGS, DRAFT), "xlsx"), (TEXT.encode(), "tab"), (b'[{"title": "Sepsis"}]', "json")],
)
def test_the_reader_that_fits_opens_it(tmp_path: Path, data: bytes, name: str) -> None:
    path = tmp_path / "list"
    path.write_bytes(data)
    reading = open_file(path, mapping={"title": "title"})
    assert (reading.layout.name, [row.answers["title"] for row in reading.rows]) == (name, ["Sepsis"])
