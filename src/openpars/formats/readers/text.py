"""Text files in the encodings that offices have: UTF-8 and UTF-16, marked or not, else Windows-1252."""

import codecs
import io
from collections.abc import Iterator
from typing import Final, TextIO

from openpars.formats.rows import Unreadable
from openpars.formats.sources import Source
from openpars.rulebook.rules import finding

_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_START: Final = 1 << 16
_CHUNK: Final = 1 << 20
_CONTROLS: Final = dict.fromkeys(code for code in range(0x20) if chr(code) not in "\t\n\x0b\x0c\r")
_CONTROLS_IN_BINARY: Final = 0.03
"""Text has hardly any control characters; of compressed or compiled bytes every tenth is one."""


def open_text(source: Source) -> TextIO:
    """Open a text file in its encoding, its line ends as they stand.

    Raises Unreadable where the file is empty, is no text, or is written in none of the encodings. The whole
    file is looked at first, so reading it meets no character that cannot be read.
    """
    encoding = encoding_of(source)
    return io.TextIOWrapper(source.open("rb"), encoding=encoding, newline="")


def encoding_of(source: Source) -> str:
    """Return the name of the encoding a text file is written in; raises Unreadable as `open_text` does."""
    with source.open("rb") as file:
        start = file.read(_START)
    if not start:
        raise Unreadable(finding("file.empty"))
    encoding = _marked(start) or _unmarked_utf16(start) or "utf-8"
    text = start.decode(encoding, errors="replace")
    if len(text) - len(text.translate(_CONTROLS)) > _CONTROLS_IN_BINARY * len(text):
        raise Unreadable(finding("file.not_recognised"))
    try:
        plain = True
        for piece in _decoded(source, encoding):
            plain = plain and piece.isascii()
        return encoding
    except UnicodeDecodeError as error:
        # What was UTF-8 up to here has been damaged; read as Windows-1252 all its accents would be wrong.
        if encoding != "utf-8" or not plain or not error.object[: error.start].isascii():
            raise Unreadable(finding("file.encoding")) from None
    try:
        for _ in _decoded(source, "cp1252"):
            pass
    except UnicodeDecodeError:
        raise Unreadable(finding("file.encoding")) from None
    return "cp1252"


def _marked(start: bytes) -> str | None:
    return next((name for mark, name in _MARKS if start.startswith(mark)), None)


def _unmarked_utf16(start: bytes) -> str | None:
    # Of what is mostly English every other byte is zero, and no byte of any other text is.
    low, high = start[0::2].count(0), start[1::2].count(0)
    if min(low, high) * 10 > max(low, high) or max(low, high) * 4 < len(start):
        return None
    return "utf-16-le" if high > low else "utf-16-be"


def _decoded(source: Source, encoding: str) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder(encoding)()
    with source.open("rb") as file:
        while chunk := file.read(_CHUNK):
            yield decoder.decode(chunk)
    yield decoder.decode(b"", final=True)
