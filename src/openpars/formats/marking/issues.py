"""The sheet *Issues* of a marked workbook: every finding in a row of its own, with a link to its cell."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Final
from xml.sax.saxutils import escape, quoteattr

from lxml import etree

from openpars.formats.marking.listing import HEADINGS, cells_of
from openpars.formats.marking.package import Package, written
from openpars.formats.marking.styles import Styles
from openpars.formats.marking.work import Work, more_than_listed
from openpars.formats.rows import ISSUES, letters
from openpars.rulebook.findings import Finding
from openpars.rulebook.vocabularies import folded

_NAME: Final = "OpenPARS_Issues"
"""The hidden name of the sheet's first cell, by which it is known again."""
_WIDTHS: Final = (10, 8, 28, 30, 60, 60, 20, 36)
_MOST_LINKS: Final = 65_530
"""Excel follows no more links than this in one sheet."""
_LONGEST: Final = 2_000
_BEHIND_NAMES: Final = frozenset(
    {
        *("calcPr", "oleSize", "customWorkbookViews", "pivotCaches", "smartTagPr", "smartTagTypes"),
        *("webPublishing", "fileRecoveryPr", "webPublishObjects", "extLst"),
    }
)
"""What stands behind the names, in the order of a workbook."""


@dataclass(frozen=True, slots=True)
class Looks:
    """The styles of the sheet's cells."""

    heading: int
    text: int
    link: int

    @classmethod
    def of(cls, styles: Styles) -> "Looks":
        """Return the styles of the sheet, added to those of the workbook."""
        return cls(styles.heading(), styles.text(), styles.link())


def place_issues(package: Package) -> str:
    """Make room for the sheet, in the place of the one from an earlier marking; return its part."""
    root = package.xml(package.workbook)
    main = f"{{{package.main}}}"
    sheets = next(root.iter(f"{main}sheets"))
    parts = package.targets(package.workbook, "worksheet")
    names = _names_in(root, main)
    earlier = next((name for name in names if name.get("name") == _NAME), None)
    by_name = {sheet.get("name", ""): sheet for sheet in sheets}
    if earlier is not None:
        known = (earlier.text or "").rpartition("!")[0].strip("'").replace("''", "'")
        if known in by_name and (part := parts.get(by_name[known].get(f"{{{package.relations}}}id", ""))):
            package.forget_relations(part)
            return part
        names.remove(earlier)
    part = package.add("xl/worksheets/sheet{}.xml", "worksheet", b"")
    taken = {folded(name) for name in by_name}
    title = next(name for name in _titles() if folded(name) not in taken)
    number = max((int(sheet.get("sheetId", "0")) for sheet in sheets), default=0) + 1
    attributes = {"name": title, "sheetId": str(number)}
    attributes[f"{{{package.relations}}}id"] = package.relate(package.workbook, "worksheet", part)
    etree.SubElement(sheets, f"{main}sheet", attributes)
    name = etree.SubElement(names, f"{main}definedName", {"name": _NAME, "hidden": "1"})
    name.text = f"'{title}'!$A$1"
    return part


def write_issues(sink: IO[bytes], work: Work, looks: Looks, *, main: str, first_column: int) -> None:
    """Write the sheet. What has no cell of its own is linked to the first column of its row."""
    width = letters(len(HEADINGS) - 1)
    sink.write(
        f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<worksheet xmlns="{main}">'
        '<sheetPr><tabColor rgb="FFB50909"/></sheetPr><sheetViews><sheetView workbookViewId="0">'
        '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>'
        "<cols>".encode()
    )
    for number, characters in enumerate(_WIDTHS, 1):
        sink.write(f'<col min="{number}" max="{number}" width="{characters}" customWidth="1"/>'.encode())
    sink.write(b"</cols><sheetData>")
    sink.write(_row(1, HEADINGS, [looks.heading] * len(HEADINGS)))
    links: list[bytes] = []
    row = 1
    styles = [looks.link, *[looks.text] * (len(HEADINGS) - 1)]
    for row, found in enumerate(work.each_finding(), 2):
        target = _target(found, first_column)
        cells = (target or "", *cells_of(found)[1:])
        sink.write(_row(row, cells, styles))
        if target and len(links) < _MOST_LINKS:
            links.append(_link(row, found, target))
    if work.more:
        sink.write(_row(row + 1, ("", "", "", "", more_than_listed(work.more)), [looks.text] * 5))
    sink.write(f'</sheetData><autoFilter ref="A1:{width}{row}"/>'.encode())
    if links:
        sink.write(b"<hyperlinks>" + b"".join(links) + b"</hyperlinks>")
    sink.write(b"</worksheet>")


def _names_in(root: etree._Element, main: str) -> etree._Element:
    """Return the list of names of the workbook, an empty one in its place where there is none."""
    found = root.find(f"{main}definedNames")
    if found is None:
        found = etree.Element(f"{main}definedNames")
        behind = next((child for child in root if etree.QName(child).localname in _BEHIND_NAMES), None)
        if behind is None:
            root.append(found)
        else:
            behind.addprevious(found)
    return found


def _titles() -> Iterator[str]:
    yield ISSUES
    number = 1
    while True:
        yield f"{ISSUES} (OpenPARS {number})"
        number += 1


def _target(found: Finding, first_column: int) -> str | None:
    """Return the cell that a finding is about, the first of its row where it is about all of it."""
    where = found.where
    if where is None or where.row is None:
        return None
    return where.cell or f"{letters(first_column)}{where.row}"


def _link(row: int, found: Finding, target: str) -> bytes:
    sheet = ((found.where.sheet if found.where else None) or "").replace("'", "''")
    location = quoteattr(written(f"'{sheet}'!{target}"))
    return f'<hyperlink ref="A{row}" location={location} display={quoteattr(target)}/>'.encode()


def _row(number: int, cells: tuple[str, ...], styles: list[int]) -> bytes:
    parts = [f'<row r="{number}">']
    for index, (cell, style) in enumerate(zip(cells, styles, strict=True)):
        place = f"{letters(index)}{number}"
        if index == _ROW_NUMBER and cell.isdecimal():
            parts.append(f'<c r="{place}" s="{style}"><v>{cell}</v></c>')
        elif cell:
            # A text that stands in the cell itself is never taken for a formula.
            shown = escape(written(cell if len(cell) <= _LONGEST else f"{cell[:_LONGEST]} …"))
            parts.append(
                f'<c r="{place}" s="{style}" t="inlineStr"><is><t xml:space="preserve">{shown}</t></is></c>'
            )
    return "".join([*parts, "</row>"]).encode()


_ROW_NUMBER: Final = HEADINGS.index("Row")
