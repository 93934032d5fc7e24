"""The styles of a workbook: for each style of a cell that is marked, the same with a tint."""

from copy import deepcopy
from typing import Final

from lxml import etree

from openpars.formats.marking.package import MAIN
from openpars.formats.marking.work import Severity

TINTS: Final = {Severity.BLOCKS: "FFF8C9C4", Severity.CONFIRM: "FFFFE9A8", Severity.LATER: "FFD3E3F5"}
"""The color of each severity. Nobody else is likely to use just these, so they are known again."""

EMPTY: Final = f'<styleSheet xmlns="{MAIN}"/>'.encode()
_SECTIONS: Final = {
    "fonts": '<font xmlns="{0}"><sz val="11"/><name val="Calibri"/></font>',
    "fills": '<fill xmlns="{0}"><patternFill patternType="none"/></fill>'
    '|<fill xmlns="{0}"><patternFill patternType="gray125"/></fill>',
    "borders": '<border xmlns="{0}"><left/><right/><top/><bottom/><diagonal/></border>',
    "cellStyleXfs": '<xf xmlns="{0}" numFmtId="0" fontId="0" fillId="0" borderId="0"/>',
    "cellXfs": '<xf xmlns="{0}" numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>',
}
"""The parts of a style sheet up to the styles of cells, in order, and what stands in each where it is missing."""


class Styles:
    """The style sheet of a workbook. Styles of cells are numbers; new ones are added at the end."""

    def __init__(self, root: etree._Element) -> None:
        self._root = root
        self._main = str(etree.QName(root).namespace or MAIN)
        # What a style of a cell refers to has to be there, too.
        fonts, fills, _, _, xfs = map(self._section, _SECTIONS)
        self._fonts, self._fills, self._xfs = fonts, fills, xfs
        self._made: dict[tuple[int, Severity], int] = {}
        self._tints: dict[Severity, int] = {}
        ours = {str(number) for number, fill in enumerate(self._fills) if _color(fill) in TINTS.values()}
        #: For each style with a tint from an earlier marking the same without.
        self.plain = {
            number: self._added(xf, fillId="0")
            for number, xf in enumerate(list(self._xfs))
            if xf.get("fillId") in ours
        }

    def tinted(self, style: int, severity: Severity) -> int:
        """Return a style with the tint of a severity."""
        key = (style, severity)
        if key not in self._made:
            if severity not in self._tints:
                self._tints[severity] = self._fill(TINTS[severity])
            base = self._xfs[style] if style < len(self._xfs) else self._xfs[0]
            self._made[key] = self._added(base, fillId=str(self._tints[severity]), applyFill="1")
        return self._made[key]

    def heading(self) -> int:
        """Return a style for headings."""
        return self._added(self._xfs[0], fontId=str(self._font("<b/>")), applyFont="1", wrap=True)

    def link(self) -> int:
        """Return a style for links."""
        font = self._font("<u/>", '<color rgb="FF0B4F9E"/>')
        return self._added(self._xfs[0], fontId=str(font), applyFont="1", wrap=True)

    def text(self) -> int:
        """Return a style for text that is longer than its cell is wide."""
        return self._added(self._xfs[0], wrap=True)

    def _section(self, name: str) -> etree._Element:
        order = list(_SECTIONS)
        found = self._root.find(f"{{{self._main}}}{name}")
        if found is None:
            found = etree.Element(f"{{{self._main}}}{name}")
            for text in _SECTIONS[name].split("|"):
                found.append(etree.fromstring(text.format(self._main)))
            found.set("count", str(len(found)))
            before = {f"{{{self._main}}}{earlier}" for earlier in ("numFmts", *order[: order.index(name)])}
            self._root.insert(sum(child.tag in before for child in self._root), found)
        return found

    def _added(self, base: etree._Element, *, wrap: bool = False, **changes: str) -> int:
        xf = deepcopy(base)
        for name, value in changes.items():
            xf.set(name, value)
        if wrap:
            for old in xf.findall(f"{{{self._main}}}alignment"):
                xf.remove(old)
            xf.insert(0, etree.Element(f"{{{self._main}}}alignment", vertical="top", wrapText="1"))
            xf.set("applyAlignment", "1")
        return _append(self._xfs, xf)

    def _fill(self, color: str) -> int:
        pattern = (
            f'<patternFill patternType="solid"><fgColor rgb="{color}"/><bgColor indexed="64"/></patternFill>'
        )
        return _append(self._fills, etree.fromstring(f'<fill xmlns="{self._main}">{pattern}</fill>'))

    def _font(self, first: str, color: str = "") -> int:
        text = f'<font xmlns="{self._main}">{first}<sz val="11"/>{color}<name val="Calibri"/></font>'
        return _append(self._fonts, etree.fromstring(text))


def _append(section: etree._Element, element: etree._Element) -> int:
    section.append(element)
    section.set("count", str(len(section)))
    return len(section) - 1


def _color(fill: etree._Element) -> str | None:
    return next((color.get("rgb") for color in fill.iter("{*}fgColor")), None)
