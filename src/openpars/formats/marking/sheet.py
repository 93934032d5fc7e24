"""The worksheet that is marked: its cells get tints as it goes by; what is not marked stays byte for byte."""

import re
from collections.abc import Iterator, Mapping
from typing import IO, Final

from lxml import etree

from openpars.formats.marking.package import parsed
from openpars.formats.marking.styles import Styles
from openpars.formats.marking.work import Severity
from openpars.formats.rows import Unreadable, column_index, letters
from openpars.rulebook.rules import finding

Marks = Mapping[int, Mapping[int, Severity]]
"""For each row that is marked, the severity of each marked cell by the index of its column."""

_CHUNK: Final = 4 * 1024**2
_LONGEST: Final = 64 * 1024**2
_ROOT: Final = re.compile(rb"<(\w+:)?worksheet\b[^>]*>")
_NUMBER: Final = re.compile(rb"""\br\s*=\s*["'](\d{1,7})["']""")
_PLACE: Final = re.compile(rb"""\br\s*=\s*["']([A-Z]{1,3})\d{1,7}["']""")
_STYLE: Final = re.compile(rb"""\bs\s*=\s*["'](\d{1,6})["']""")
_SPANS: Final = re.compile(rb"""\s+spans\s*=\s*["'][^"']*["']""")
_AFTER_NOTES: Final = frozenset(
    {
        *(
            "legacyDrawingHF",
            "drawingHF",
            "picture",
            "oleObjects",
            "controls",
            "webPublishItems",
            "tableParts",
        ),
        *("extLst", "AlternateContent"),
    }
)
"""What stands behind the reference to the notes, in the order of a worksheet."""


class Sheet:
    """A worksheet going by: what stands before its rows, the rows, and what stands behind them."""

    def __init__(self, source: IO[bytes]) -> None:
        self._source = source
        self._buffer = b""
        start = self._up_to(b"<sheetData", b":sheetData")
        root = _ROOT.search(start)
        if root is None:
            raise Unreadable(finding("file.damaged", problem="a part of the workbook cannot be unpacked"))
        self._root, self._prefix = root[0], root[1] or b""
        opened = start.index(b"<" + self._prefix + b"sheetData")
        self._head, self._buffer = start[:opened], start[opened:] + self._buffer

    def write(self, sink: IO[bytes], marks: Marks, styles: Styles, *, notes: tuple[str, str] | None) -> None:
        """Write the sheet with its marks.

        `notes` is the namespace of relations and the id of that to the shapes of the notes, where the sheet has
        no such reference yet.
        """
        sink.write(self._head)
        painter = _Painter(self._prefix, marks, styles, _column_styles(self._head, self._prefix))
        for piece in self._rows():
            sink.write(painter.painted(piece) if isinstance(piece, _RowBytes) else piece)
        tail = self._buffer + self._source.read(_LONGEST + 1)
        if len(tail) > _LONGEST:
            raise Unreadable(finding("file.too_much"))
        sink.write(_with_notes(self._root, tail, *notes) if notes else tail)

    def _up_to(self, *words: bytes) -> bytes:
        """Return what has been read when one of the words is there, with what came along behind it."""
        while not any(word in self._buffer for word in words):
            chunk = self._source.read(_CHUNK)
            if not chunk or len(self._buffer) > _LONGEST:
                raise Unreadable(finding("file.damaged", problem="a part of the workbook cannot be unpacked"))
            self._buffer += chunk
        taken, self._buffer = self._buffer, b""
        return taken

    def _rows(self) -> Iterator[bytes]:
        """Give the rows whole, and what stands between them; stop before the tag that closes them all."""
        row, row_end = b"<" + self._prefix + b"row", b"</" + self._prefix + b"row>"
        last = b"</" + self._prefix + b"sheetData>"
        while True:
            start = 0
            while True:
                opened = _tag(self._buffer, row, start)
                done = self._buffer.find(last, start, opened if opened >= 0 else len(self._buffer))
                if done >= 0:
                    yield self._buffer[start:done]
                    self._buffer = self._buffer[done:]
                    return
                closed = self._buffer.find(b">", opened) if opened >= 0 else -1
                if closed < 0:
                    break
                if self._buffer[closed - 1] == ord("/"):
                    end = closed + 1
                elif (end := self._buffer.find(row_end, closed)) >= 0:
                    end += len(row_end)
                else:
                    break
                yield self._buffer[start:opened]
                yield _RowBytes(self._buffer[opened:end])
                start = end
            rest = self._buffer[start:]
            chunk = self._source.read(_CHUNK)
            if not chunk or len(rest) > _LONGEST:
                # The list has no end, or its tag has nothing in it.
                self._buffer = rest
                return
            self._buffer = rest + chunk


class _RowBytes(bytes):
    """A row as it stands in the worksheet."""


class _Painter:
    """Paints the rows that are marked, and takes earlier tints from all."""

    def __init__(self, prefix: bytes, marks: Marks, styles: Styles, columns: Mapping[int, int]) -> None:
        self._marks, self._styles, self._columns = marks, styles, columns
        self._prefix = prefix
        self._cell = re.compile(rb"<" + prefix + rb"c\b([^>]*?)(/>|>.*?</" + prefix + rb"c>)", re.DOTALL)
        self._number = 0

    def painted(self, row: bytes) -> bytes:
        """Return a row with the tints it shall have."""
        closed = row.index(b">")
        head = row[:closed]
        stated = _NUMBER.search(head)
        self._number = int(stated[1]) if stated else self._number + 1
        marks = self._marks.get(self._number)
        if not marks and not self._styles.plain:
            return row
        end = b"</" + self._prefix + b"row>"
        cells, behind = self._cells(row[closed + 1 : -len(end)] if row.endswith(end) else b"")
        for place, severity in (marks or {}).items():
            cell = cells.get(place)
            cells[place] = self._new(head, place, severity) if cell is None else self._tinted(cell, severity)
        opened = _SPANS.sub(b"", head.removesuffix(b"/"))
        return opened + b">" + b"".join(cells[place] for place in sorted(cells)) + behind + end

    def _cells(self, inside: bytes) -> tuple[dict[int, bytes], bytes]:
        """Return the cells of a row without earlier tints, by the index of their column, and what stands behind."""
        cells: dict[int, bytes] = {}
        place, end, plain = -1, 0, self._styles.plain
        for match in self._cell.finditer(inside):
            stated = _PLACE.search(match[1])
            place = column_index(stated[1].decode()) if stated else place + 1
            cell, end = match[0], match.end()
            if plain and (style := _STYLE.search(match[1])) and int(style[1]) in plain:
                cell = self._styled(cell, plain[int(style[1])])
            cells[place] = cell
        return cells, inside[end:]

    def _tinted(self, cell: bytes, severity: Severity) -> bytes:
        style = _STYLE.search(cell, 0, cell.index(b">"))
        return self._styled(cell, self._styles.tinted(int(style[1]) if style else 0, severity))

    def _styled(self, cell: bytes, style: int) -> bytes:
        closed = cell.index(b">")
        attribute = f's="{style}"'.encode()
        head, replaced = _STYLE.subn(attribute, cell[:closed], count=1)
        if not replaced:
            name = b"<" + self._prefix + b"c"
            head = name + b" " + attribute + cell[len(name) : closed]
        return head + cell[closed:]

    def _new(self, row: bytes, place: int, severity: Severity) -> bytes:
        """Return a cell where there was none; it looks as its row or its column does."""
        own = _STYLE.search(row) if b"customFormat" in row else None
        base = int(own[1]) if own else self._columns.get(place, 0)
        style = self._styles.tinted(self._styles.plain.get(base, base), severity)
        return f'<{self._prefix.decode()}c r="{letters(place)}{self._number}" s="{style}"/>'.encode()


def _tag(buffer: bytes, name: bytes, start: int) -> int:
    """Return where a tag of this name is opened, or -1."""
    while (opened := buffer.find(name, start)) >= 0:
        if buffer[opened + len(name) : opened + len(name) + 1] in (b" ", b">", b"/", b"\t", b"\r", b"\n"):
            return opened
        start = opened + 1
    return -1


def _column_styles(head: bytes, prefix: bytes) -> dict[int, int]:
    """Return the style of each column that has one."""
    styles: dict[int, int] = {}
    for match in re.finditer(rb"<" + prefix + rb"col\b([^>]*)>", head):
        found: dict[bytes, bytes] = dict(
            re.findall(rb"""\b(min|max|style)\s*=\s*["'](\d{1,6})["']""", match[1])
        )
        if b"style" in found and b"min" in found:
            first, last = int(found[b"min"]), min(int(found.get(b"max", found[b"min"])), 16_384)
            styles.update(dict.fromkeys(range(first - 1, last), int(found[b"style"])))
    return styles


def _with_notes(root: bytes, tail: bytes, namespace: str, key: str) -> bytes:
    """Return what stands behind the rows, with a reference to the shapes of the notes in its place."""
    prefix = root[1 : root.index(b"worksheet")]
    rows = b"<" + prefix + b"sheetData>"
    sheet = parsed(root + rows + tail)
    main = etree.QName(sheet).namespace
    behind = [child for child in sheet if etree.QName(child).localname in _AFTER_NOTES]
    reference = etree.SubElement(sheet, f"{{{main}}}legacyDrawing", {f"{{{namespace}}}id": key})
    if behind:
        behind[0].addprevious(reference)
    written = etree.tostring(sheet)
    empty = b"<" + prefix + b"sheetData/>"
    return b"</" + prefix + b"sheetData>" + written[written.index(empty) + len(empty) :]
