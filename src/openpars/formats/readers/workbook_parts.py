"""The parts of a workbook's archive: whether it is safe to unpack, and where its worksheets lie."""

import posixpath
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from lxml import etree

from openpars.formats.rows import Limits, Unreadable
from openpars.rulebook.rules import finding

_MOST_PARTS: Final = 10_000
_LARGEST_LIST: Final = 16 * 1024**2
"""The most bytes that the list of the sheets may have."""
_ENCRYPTED: Final = 0x1
_RELATION: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_STRICT_RELATION: Final = "{http://purl.oclc.org/ooxml/officeDocument/relationships}id"


@dataclass(frozen=True, slots=True)
class Parts:
    """What the archive says before any worksheet is unpacked.

    `sheets` leads from a sheet's name to its part; `recalculates` says that the program which wrote the workbook
    left its formulas to be calculated when it is opened.
    """

    sheets: dict[str, str]
    recalculates: bool


def parts_of(path: Path, limits: Limits) -> Parts:
    """Return the parts of a workbook; raises Unreadable where unpacking it would take too much or is not possible."""
    try:
        with zipfile.ZipFile(path) as archive:
            _refuse_too_much(archive, limits)
            workbook = next(name for name in archive.namelist() if name.lower().startswith("xl/workbook"))
            folder, name = posixpath.split(workbook)
            targets = {
                relation.get("Id"): posixpath.normpath(
                    posixpath.join(folder, _relative(relation.get("Target")))
                )
                for relation in _parsed(archive, f"{folder}/_rels/{name}.rels").iter("{*}Relationship")
            }
            root = _parsed(archive, workbook)
            sheets = {
                sheet.get("name", ""): targets.get(sheet.get(_RELATION) or sheet.get(_STRICT_RELATION), "")
                for sheet in root.iter("{*}sheet")
            }
            settings = next(root.iter("{*}calcPr"), None)
    except (
        zipfile.BadZipFile,
        OSError,
        EOFError,
        KeyError,
        NotImplementedError,
        etree.XMLSyntaxError,
        zlib.error,
    ):
        raise damaged() from None
    return Parts(sheets, settings is not None and settings.get("fullCalcOnLoad") in ("1", "true"))


def damaged() -> Unreadable:
    """Return the error for a workbook of which a part cannot be unpacked or read."""
    return Unreadable(finding("file.damaged", problem="a part of the workbook cannot be unpacked"))


def _refuse_too_much(archive: zipfile.ZipFile, limits: Limits) -> None:
    """Refuse an archive that says of itself that it holds more than is read; what it hides, the child's limits stop."""
    parts = archive.infolist()
    if any(part.flag_bits & _ENCRYPTED for part in parts):
        raise Unreadable(finding("file.password_protected"))
    if len(parts) > _MOST_PARTS or sum(part.file_size for part in parts) > limits.unpacked:
        raise Unreadable(finding("file.too_much"))


def _relative(target: str | None) -> str:
    """Return where a relation leads, seen from the folder of the workbook."""
    return (target or "").replace("/xl/", "", 1) if (target or "").startswith("/xl/") else target or ""


def _parsed(archive: zipfile.ZipFile, name: str) -> etree._Element:
    with archive.open(name) as part:
        data = part.read(_LARGEST_LIST + 1)
    if len(data) > _LARGEST_LIST:
        raise Unreadable(finding("file.too_much"))
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    return etree.fromstring(data, parser)
