"""What a file is, from what it holds and never from its name, and the reader that fits."""

import codecs
import mmap
import re
import zipfile
from collections.abc import Mapping
from enum import StrEnum
from importlib import import_module
from pathlib import Path
from typing import Final

from openpars.formats.rows import Limits, Reading, Unreadable
from openpars.rulebook.rules import finding


class Form(StrEnum):
    """The forms of files that can be read, each named after its reader."""

    WORKBOOK = "xlsx"
    TEXT = "tab"
    XML = "xml"
    JSON = "json"


_START: Final = 4096
_ZIP: Final = (b"PK\x03\x04", b"PK\x05\x06")
_OLE: Final = bytes.fromhex("d0cf11e0a1b11ae1")
_ENCRYPTED: Final = "EncryptedPackage".encode("utf-16-le")
_OLD_WORKBOOKS: Final = tuple(f"{name}\0".encode("utf-16-le") for name in ("Workbook", "Book"))
_WORKBOOK: Final = re.compile(r"xl/workbook\d*\.xml", re.IGNORECASE)
_UTF_16: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_NOT_OURS: Final = re.compile(
    r"%PDF-|\{\\rtf|<!doctype\s+html|<html|<\?xml[^>]*>\s*<\?mso-application", re.IGNORECASE
)
"""Text in form, but none of the forms a list is sent in: PDF, RTF, web pages, and Excel's XML of 2003."""


def open_file(
    path: Path, *, mapping: Mapping[str, str] | None = None, limits: Limits | None = None
) -> Reading:
    """Return what a file holds, its rows read as they are asked for.

    `mapping` leads from the folded headings that nobody knows to the paths a person chose for them. Raises
    Unreadable where the file cannot be read, here or while its rows are asked for.
    """
    limits = limits or Limits()
    size = path.stat().st_size
    if size == 0:
        raise Unreadable(finding("file.empty"))
    if size > limits.size:
        raise Unreadable(finding("file.too_large", limit=f"{limits.size // 1024**2:,} MB"))
    # Only the one reader that is needed is loaded, with the library below it.
    form = recognise(path)
    reader = import_module(f"openpars.formats.readers.{form.value}")
    has_columns = form in (Form.WORKBOOK, Form.TEXT)
    reading: Reading = reader.read(path, limits=limits, **({"mapping": mapping} if has_columns else {}))
    return reading


def recognise(path: Path) -> Form:
    """Return what a file is; raises Unreadable where it is nothing that can be read, and says what it is."""
    with path.open("rb") as file:
        start = file.read(_START)
    if start.startswith(_ZIP):
        return _in_archive(path)
    if start.startswith(_OLE):
        raise Unreadable(finding(_in_compound_file(path)))
    text = _as_text(start)
    if _NOT_OURS.match(text):
        raise Unreadable(finding("file.not_recognised"))
    return {"<": Form.XML, "{": Form.JSON, "[": Form.JSON}.get(text[:1], Form.TEXT)


def _in_archive(path: Path) -> Form:
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, OSError, NotImplementedError, UnicodeDecodeError):
        raise Unreadable(finding("file.damaged", problem="its end is missing")) from None
    if any(_WORKBOOK.fullmatch(name) for name in names):
        return Form.WORKBOOK
    raise Unreadable(finding("file.not_recognised"))


def _in_compound_file(path: Path) -> str:
    """Return the rule that says what an OLE file is: a workbook with a password, an old one, or something else."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        if data.find(_ENCRYPTED) >= 0:
            return "file.password_protected"
        if any(data.find(name) >= 0 for name in _OLD_WORKBOOKS):
            return "file.old_excel"
    return "file.not_recognised"


def _as_text(start: bytes) -> str:
    """Return how the file begins as text, as far as it takes to tell the forms of text apart."""
    if start.startswith(_UTF_16) or (b"\0" in start[:2] and start[:1] != start[1:2]):
        wide = "utf-16" if start.startswith(_UTF_16) else "utf-16-be" if start[:1] == b"\0" else "utf-16-le"
        return start.decode(wide, errors="replace").lstrip("\ufeff \t\r\n")
    return start.decode("utf-8", errors="replace").lstrip("\ufeff \t\r\n")
