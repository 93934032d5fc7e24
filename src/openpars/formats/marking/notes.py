"""The notes on cells of a worksheet: those of others stay, ours are written anew at each marking."""

import re
from collections.abc import Mapping
from itertools import count
from typing import IO, Final

from lxml import etree

from openpars.formats.marking.package import Package, written
from openpars.formats.rows import column_index, letters

AUTHOR: Final = "OpenPARS check"
MOST_NOTES: Final = 10_000
"""How many cells get a note; programs become slow with more. The sheet *Issues* tells of the others too."""
_VML: Final = (
    b'<xml xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office" '
    b'xmlns:x="urn:schemas-microsoft-com:office:excel"><o:shapelayout v:ext="edit">'
    b'<o:idmap v:ext="edit" data="1"/></o:shapelayout></xml>'
)
_SHAPE_TYPE: Final = (
    '<v:shapetype {0} id="_x0000_t202" coordsize="21600,21600" o:spt="202" path="m,l,21600r21600,l21600,xe">'
    '<v:stroke joinstyle="miter"/><v:path gradientshapeok="t" o:connecttype="rect"/></v:shapetype>'
)
_SHAPE: Final = (
    '<v:shape {0} id="_x0000_s{1}" type="#_x0000_t202" style="position:absolute;margin-left:60pt;'
    'margin-top:1.5pt;width:240pt;height:120pt;z-index:{1};visibility:hidden" fillcolor="#ffffe1" '
    'o:insetmode="auto"><v:fill color2="#ffffe1"/><v:shadow on="t" color="black" obscured="t"/>'
    '<v:path o:connecttype="none"/><v:textbox style="mso-direction-alt:auto"><div style="text-align:left"></div>'
    '</v:textbox><x:ClientData ObjectType="Note"><x:MoveWithCells/><x:SizeWithCells/>'
    "<x:Anchor>{2}, 15, {3}, 2, {4}, 31, {5}, 1</x:Anchor><x:AutoFill>False</x:AutoFill>"
    "<x:Row>{6}</x:Row><x:Column>{7}</x:Column></x:ClientData></v:shape>"
)
_NAMESPACES: Final = (
    'xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office" '
    'xmlns:x="urn:schemas-microsoft-com:office:excel"'
)
_ANY_SHAPE: Final = re.compile(rb"<(\w+):shape\b.*?</\1:shape\s*>", re.DOTALL)
_ROW: Final = re.compile(rb"<\w+:Row>\s*(\d{1,7})\s*</\w+:Row>")
_COLUMN: Final = re.compile(rb"<\w+:Column>\s*(\d{1,5})\s*</\w+:Column>")
_SHAPE_ID: Final = re.compile(rb"_x0000_s(\d{1,9})\b")
_ID_MAP: Final = re.compile(rb"""(<\w+:idmap\b[^>]*?\bdata\s*=\s*["'])([\d,\s]*)(["'])""")
_IDS_IN_BLOCK: Final = 1024
_LAST_ROW: Final = 1_048_575
_LAST_COLUMN: Final = 16_383

Cell = tuple[int, int]
"""A row, as the spreadsheet counts, and the index of a column."""


def write_notes(package: Package, sheet: str, texts: Mapping[Cell, str]) -> str | None:
    """Put the notes on the cells of a worksheet; a cell that has somebody's own note keeps it instead.

    Returns the id of the relation to the shapes of the notes where the worksheet has none yet.
    """
    comments = next(iter(package.targets(sheet, "comments").values()), None)
    if comments is None or not package.has(comments):
        if not texts:
            return None
        empty = f'<comments xmlns="{package.main}"><authors/><commentList/></comments>'
        comments = package.add("xl/comments{}.xml", "comments", empty.encode())
        package.relate(sheet, "comments", comments)
    removed, added = _write_texts(package, comments, texts)
    shapes, key = _shapes_of(package, sheet)
    package.put(shapes, _drawn(package.read(shapes), removed, added))
    return key


def _write_texts(package: Package, comments: str, texts: Mapping[Cell, str]) -> tuple[set[Cell], list[Cell]]:
    """Write the texts of the notes; return the cells that lose a note of ours, and those that get one."""
    root, main = package.xml(comments), package.main
    authors = _child(root, f"{{{main}}}authors", 0)
    listed = _child(root, f"{{{main}}}commentList", 1)
    names = [author.text or "" for author in authors]
    ours = str(names.index(AUTHOR) if AUTHOR in names else len(names))
    if AUTHOR not in names:
        etree.SubElement(authors, f"{{{main}}}author").text = AUTHOR
    removed: set[Cell] = set()
    kept: set[Cell] = set()
    for comment in list(listed):
        cell = _cell(comment.get("ref", ""))
        if comment.get("authorId") == ours:
            removed.add(cell)
            listed.remove(comment)
        else:
            kept.add(cell)
    added = [cell for cell in texts if cell not in kept]
    for row, column in added:
        comment = etree.SubElement(
            listed, f"{{{main}}}comment", {"ref": f"{letters(column)}{row}", "authorId": ours}
        )
        run = etree.SubElement(etree.SubElement(comment, f"{{{main}}}text"), f"{{{main}}}r")
        look = etree.SubElement(run, f"{{{main}}}rPr")
        etree.SubElement(look, f"{{{main}}}sz", {"val": "9"})
        etree.SubElement(look, f"{{{main}}}rFont", {"val": "Tahoma"})
        text = etree.SubElement(run, f"{{{main}}}t")
        text.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
        text.text = written(texts[row, column])
    return removed, added


def _child(root: etree._Element, tag: str, place: int) -> etree._Element:
    found = root.find(tag)
    if found is None:
        found = etree.Element(tag)
        root.insert(place, found)
    return found


def _shapes_of(package: Package, sheet: str) -> tuple[str, str | None]:
    """Return the part with the shapes of a sheet's notes, and the id of the relation to it where it is new."""
    if drawings := package.targets(sheet, "vmlDrawing"):
        # The pictures of headers and footers are such a part too, so it depends on what the worksheet says.
        with package.open(sheet) as part:
            used = _reference_in(part)
        if used in drawings and package.has(drawings[used]):
            return drawings[used], None
    shapes = package.add_drawing(_VML)
    return shapes, package.relate(sheet, "vmlDrawing", shapes)


def _drawn(vml: bytes, removed: set[Cell], added: list[Cell]) -> bytes:
    """Return the shapes without those of the notes that are gone, and with those of the new ones.

    They are not taken to pieces as XML: Excel writes and reads shapes that are none.
    """

    def kept(match: re.Match[bytes]) -> bytes:
        row, column = _ROW.search(match[0]), _COLUMN.search(match[0])
        gone = row and column and (int(row[1]) + 1, int(column[1])) in removed
        return b"" if gone else match[0]

    vml = _ANY_SHAPE.sub(kept, vml)
    first = max((int(number) for number in _SHAPE_ID.findall(vml)), default=_IDS_IN_BLOCK) + 1
    new = [] if b'id="_x0000_t202"' in vml or not added else [_SHAPE_TYPE.format(_NAMESPACES)]
    for number, (row, column) in zip(count(first), added, strict=False):
        left, top = min(column + 1, _LAST_COLUMN), min(row - 1, _LAST_ROW - 8)
        right = min(column + 4, _LAST_COLUMN)
        new.append(_SHAPE.format(_NAMESPACES, number, left, top, right, top + 8, row - 1, column))
    blocks = range(first // _IDS_IN_BLOCK, (first + len(added)) // _IDS_IN_BLOCK + 1)

    def mapped(match: re.Match[bytes]) -> bytes:
        known = [int(block) for block in match[2].split(b",") if block.strip()]
        every = ",".join(str(block) for block in dict.fromkeys([*known, *blocks]))
        return match[1] + every.encode() + match[3]

    body, closing, rest = _ID_MAP.sub(mapped, vml, count=1).rpartition(b"</")
    return body + "".join(new).encode() + closing + rest


_REFERENCE: Final = re.compile(rb"""<(?:\w+:)?legacyDrawing\s[^>]*?:id\s*=\s*["']([^"']*)["']""")
_CHUNK: Final = 4 * 1024**2
_OVERLAP: Final = 4096


def _reference_in(part: IO[bytes]) -> str:
    """Return the id of the relation by which a worksheet refers to the shapes of its notes, `""` if it does not."""
    rest = b""
    while chunk := part.read(_CHUNK):
        if match := _REFERENCE.search(rest + chunk):
            return match[1].decode()
        rest = chunk[-_OVERLAP:]
    return ""


_REF: Final = re.compile(r"\$?([A-Z]{1,3})\$?(\d{1,7})")


def _cell(ref: str) -> Cell:
    match = _REF.match(ref)
    return (int(match[2]), column_index(match[1])) if match else (0, 0)
