"""Workbooks made part by part, so that they can be what no library would write."""

import io
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from openpars.formats.rows import letters

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
DATE = 1
"""The style of a cell that shows a date."""

HEADINGS = ("Activity Title", "Activity Format", "Start Date", "End Date", "Internal ID")
DRAFT = ("Sepsis", "PI", "3/4/2026", "3/4/2026", "S-1")


@dataclass(frozen=True)
class Raw:
    """A cell as its XML says it: attributes beside its place, and what is inside."""

    inside: str
    attributes: str = ""


@dataclass(frozen=True)
class Sheet:
    """A worksheet: rows of cells, or its data as they stand; attributes of rows by their number."""

    rows: Sequence[Sequence[Any]] = ()
    state: str = "visible"
    data: str | None = None
    attributes: Mapping[int, str] = field(default_factory=dict)
    merged: Sequence[str] = ()
    prefix: str = ""
    quote: str = '"'


def cell(value: Any, name: str) -> str:
    """Return the XML of one cell; a date is a number in the style of dates."""
    match value:
        case None | "":
            return ""
        case Raw():
            return f'<c r="{name}" {value.attributes}>{value.inside}</c>'
        case bool():
            return f'<c r="{name}" t="b"><v>{int(value)}</v></c>'
        case date():
            return f'<c r="{name}" s="{DATE}"><v>{(value - date(1899, 12, 30)).days}</v></c>'
        case int() | float():
            return f'<c r="{name}"><v>{value!r}</v></c>'
        case _:
            return f'<c r="{name}" t="inlineStr"><is><t xml:space="preserve">{escape(value)}</t></is></c>'


def workbook(
    sheets: Mapping[str, Sheet], *, calculation: str = "", parts: Mapping[str, bytes] | None = None
) -> bytes:
    """Return a workbook; `calculation` are the attributes of its calculation settings, `parts` are put in besides."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", _content_types(len(sheets)))
        archive.writestr("_rels/.rels", _relations({"rId1": ("officeDocument", "xl/workbook.xml")}))
        listed = "".join(
            f'<sheet name={quoteattr(name)} sheetId="{number}" state="{sheet.state}" r:id="rId{number}"/>'
            for number, (name, sheet) in enumerate(sheets.items(), 1)
        )
        archive.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}"><sheets>{listed}</sheets>'
            f"<calcPr {calculation}/></workbook>",
        )
        targets = {
            f"rId{number}": ("worksheet", f"worksheets/sheet{number}.xml")
            for number in range(1, len(sheets) + 1)
        }
        archive.writestr(
            "xl/_rels/workbook.xml.rels", _relations({**targets, "rId0": ("styles", "styles.xml")})
        )
        archive.writestr("xl/styles.xml", _STYLES)
        for number, sheet in enumerate(sheets.values(), 1):
            archive.writestr(f"xl/worksheets/sheet{number}.xml", _worksheet(sheet))
        for name, data in (parts or {}).items():
            archive.writestr(name, data)
    return stream.getvalue()


def of_rows(*rows: Sequence[Any], **more: Any) -> bytes:
    """Return a workbook with one sheet, *Activities*."""
    return workbook({"Activities": Sheet(rows, **more)})


def bare(data: str) -> bytes:
    """Return a workbook whose only sheet holds these data."""
    return workbook({"Activities": Sheet(data=data)})


def two_corners() -> bytes:
    """Return a workbook of less than two kilobytes with a cell in its first and one in its very last place."""
    return bare(
        '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    )


def far_corner() -> bytes:
    """Return a workbook with few columns fewer than are read, and one cell in the last row."""
    return bare(
        '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="EWV1048576"><v>1</v></c></row>'
    )


def bomb(size: int) -> bytes:
    """Return a workbook with a part that unpacks to so many bytes of nothing."""
    return workbook({"Activities": Sheet([HEADINGS, DRAFT])}, parts={"xl/media/image1.png": bytes(size)})


def lying_bomb(size: int) -> bytes:
    """Return a workbook whose sheet is far larger than its archive says."""
    rows = "".join(f'<row r="{number}"><c r="A{number}"><v>1</v></c></row>' for number in range(1, size))
    data = bytearray(bare(rows))
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        true = archive.getinfo("xl/worksheets/sheet1.xml").file_size
    at = data.find(true.to_bytes(4, "little"))
    while at >= 0:
        data[at : at + 4] = (100).to_bytes(4, "little")
        at = data.find(true.to_bytes(4, "little"))
    return bytes(data)


def compound_file(*streams: str) -> bytes:
    """Return the beginning of an OLE file that names these streams, as old and encrypted workbooks are."""
    names = b"".join(f"{name}\0".encode("utf-16-le").ljust(128, b"\0") for name in streams)
    return bytes.fromhex("d0cf11e0a1b11ae1").ljust(512, b"\0") + names


def png() -> bytes:
    """Return the beginning of a picture."""
    return b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(range(256)) * 4


def cut_off(data: bytes) -> bytes:
    """Return the first half of a file."""
    return data[: len(data) // 2]


def broken_inside(data: bytes) -> bytes:
    """Return a workbook of which the compressed sheet was overwritten on its way."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        sheet = archive.getinfo("xl/worksheets/sheet1.xml")
    start = sheet.header_offset + 30 + len(sheet.filename)
    return data[:start] + b"\xff" * sheet.compress_size + data[start + sheet.compress_size :]


def _worksheet(sheet: Sheet) -> str:
    data = sheet.data if sheet.data is not None else _rows(sheet)
    merged = "".join(f'<mergeCell ref="{area}"/>' for area in sheet.merged)
    merges = f"<mergeCells>{merged}</mergeCells>" if merged else ""
    xml = f'<worksheet xmlns="{MAIN}"><sheetData>{data}</sheetData>{merges}</worksheet>'
    if sheet.prefix:
        xml = xml.replace("xmlns=", f"xmlns:{sheet.prefix}=")
        xml = xml.replace("</", f"<//{sheet.prefix}:").replace("<", f"<{sheet.prefix}:")
        xml = xml.replace(f"<{sheet.prefix}://", "</")
    return xml.replace('"', sheet.quote)


def _rows(sheet: Sheet) -> str:
    return "".join(
        f'<row r="{number}" {sheet.attributes.get(number, "")}>'
        + "".join(cell(value, f"{letters(index)}{number}") for index, value in enumerate(row))
        + "</row>"
        for number, row in enumerate(sheet.rows, 1)
    )


def _relations(targets: Mapping[str, tuple[str, str]]) -> str:
    relations = "".join(
        f'<Relationship Id="{name}" Type="{RELATIONS}/{kind}" Target="{target}"/>'
        for name, (kind, target) in targets.items()
    )
    return f'<Relationships xmlns="{PACKAGE}/relationships">{relations}</Relationships>'


def _content_types(sheets: int) -> str:
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    parts: Iterable[tuple[str, str]] = (
        ("/xl/workbook.xml", f"{kind}.sheet.main+xml"),
        ("/xl/styles.xml", f"{kind}.styles+xml"),
        *((f"/xl/worksheets/sheet{number}.xml", f"{kind}.worksheet+xml") for number in range(1, sheets + 1)),
    )
    named = "".join(f'<Override PartName="{name}" ContentType="{what}"/>' for name, what in parts)
    return (
        f'<Types xmlns="{PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{named}</Types>'
    )


_STYLES = (
    f'<styleSheet xmlns="{MAIN}"><fonts count="1"><font/></fonts><fills count="1"><fill><patternFill/></fill></fills>'
    '<borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs>'
    '<cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="14" applyNumberFormat="1"/></cellXfs></styleSheet>'
)
