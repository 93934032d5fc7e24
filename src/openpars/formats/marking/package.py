"""The archive of a workbook, some of whose parts are written anew while all others go over as they are."""

import posixpath
import re
import zipfile
from copy import copy
from itertools import chain, count
from shutil import copyfileobj
from typing import IO, Final

from lxml import etree

from openpars.formats.rows import Unreadable
from openpars.rulebook.rules import finding

CONTENT_TYPES: Final = "[Content_Types].xml"
MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_STRICT: Final = "http://purl.oclc.org/ooxml/"
_STRICT_RELATIONS: Final = f"{_STRICT}officeDocument/relationships"
_PACKAGE: Final = "http://schemas.openxmlformats.org/package/2006"
_SPREADSHEET: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_LARGEST: Final = 64 * 1024**2
"""The most bytes of a part that is taken to pieces; the lists themselves go by as a stream."""


class Package:
    """The archive of a workbook, and the parts of it that change."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._roots: dict[str, etree._Element] = {}
        self._changed: dict[str, bytes] = {}
        self._removed: set[str] = set()
        self._names = list(dict.fromkeys(archive.namelist()))
        self.workbook = next(name for name in self._names if name.lower().startswith("xl/workbook"))
        root = self.xml(self.workbook)
        self.main = str(etree.QName(root).namespace or MAIN)
        #: The relations of documents that follow the standard strictly have names of their own.
        self.relations = _STRICT_RELATIONS if self.main.startswith(_STRICT) else _RELATIONS

    def read(self, name: str) -> bytes:
        """Return a part as it stands; raises Unreadable where it is too large to be taken to pieces."""
        if name in self._changed:
            return self._changed[name]
        with self._archive.open(name) as part:
            data = part.read(_LARGEST + 1)
        if len(data) > _LARGEST:
            raise Unreadable(finding("file.too_much"))
        return data

    def open(self, name: str) -> IO[bytes]:
        """Open a part as it was."""
        return self._archive.open(name)

    def xml(self, name: str) -> etree._Element:
        """Return the root of a part; what is changed below it is written."""
        if name not in self._roots:
            self._roots[name] = parsed(self.read(name))
        return self._roots[name]

    def has(self, name: str) -> bool:
        """Say whether there is such a part."""
        return name in self._names and name not in self._removed

    def put(self, name: str, data: bytes) -> None:
        """Put a part in the place of what is there under its name, if anything is."""
        self._roots.pop(name, None)
        self._changed[name] = data
        if name not in self._names:
            self._names.append(name)

    def remove(self, name: str) -> None:
        """Leave a part out."""
        self._removed.add(name)

    def add(self, pattern: str, kind: str, data: bytes, *, first: str = "1") -> str:
        """Add a part under the first free name (`xl/comments{}.xml`), of a kind (`comments`); return its name."""
        names = (pattern.format(number) for number in chain([first], count(2)))
        name = next(name for name in names if name not in self._names)
        self.put(name, data)
        types = self.xml(CONTENT_TYPES)
        etree.SubElement(
            types,
            f"{{{_PACKAGE}/content-types}}Override",
            {"PartName": f"/{name}", "ContentType": f"{_SPREADSHEET}.{kind}+xml"},
        )
        return name

    def add_drawing(self, data: bytes) -> str:
        """Add a part with the shapes of notes; return its name."""
        name = self.add("xl/drawings/vmlDrawing{}.vml", "", data)
        types = self.xml(CONTENT_TYPES)
        types[-1].set("ContentType", "application/vnd.openxmlformats-officedocument.vmlDrawing")
        return name

    def targets(self, part: str, kind: str) -> dict[str, str]:
        """Return the parts that a part relates to, of a kind (`comments`), by the id of the relation."""
        name = _relations_of(part)
        if not self.has(name):
            return {}
        root = self._roots[name] if name in self._roots else parsed(self.read(name))
        return {
            relation.get("Id", ""): _absolute(part, relation.get("Target", ""))
            for relation in root
            if relation.get("Type", "").endswith(f"/{kind}")
        }

    def relate(self, part: str, kind: str, target: str) -> str:
        """Let a part relate to another; return the id of the relation."""
        name = _relations_of(part)
        if not self.has(name):
            self._removed.discard(name)
            self.put(name, f'<Relationships xmlns="{_PACKAGE}/relationships"/>'.encode())
        root = self.xml(name)
        taken = {relation.get("Id") for relation in root}
        key = next(f"rId{number}" for number in range(1, len(taken) + 2) if f"rId{number}" not in taken)
        etree.SubElement(
            root,
            f"{{{_PACKAGE}/relationships}}Relationship",
            {"Id": key, "Type": f"{self.relations}/{kind}", "Target": f"/{target}"},
        )
        return key

    def forget_relations(self, part: str) -> None:
        """Leave out what a part relates to."""
        self._removed.add(_relations_of(part))

    def write(self, out: zipfile.ZipFile, streams: dict[str, IO[bytes]]) -> None:
        """Write all parts, those that are given as streams from there."""
        for name, root in self._roots.items():
            self._changed[name] = etree.tostring(
                root, xml_declaration=True, encoding="UTF-8", standalone=True
            )
        for name in self._names:
            if name in self._removed:
                continue
            if name in streams:
                with out.open(name, "w", force_zip64=True) as part:
                    copyfileobj(streams[name], part)
            elif name in self._changed:
                out.writestr(name, self._changed[name])
            else:
                self._copy(name, out)

    def _copy(self, name: str, out: zipfile.ZipFile) -> None:
        info = copy(self._archive.getinfo(name))
        # What is compressed is compressed again, in a way that everybody can read.
        info.compress_type = zipfile.ZIP_DEFLATED if info.compress_type else zipfile.ZIP_STORED
        info.extra = b""
        with self._archive.open(name) as given, out.open(info, "w", force_zip64=True) as part:
            copyfileobj(given, part)


def parsed(data: bytes) -> etree._Element:
    """Return the root of XML that may be anybody's: no entity is resolved and nothing is fetched.

    Comments and processing instructions, which mean nothing there, are left out.
    """
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    return etree.fromstring(data, parser)


_NOT_WRITABLE: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_LIKE_ESCAPED: Final = re.compile("_(?=x[0-9A-Fa-f]{4}_)")


def written(text: str) -> str:
    """Return a text as a cell or a note holds it, so that it reads as it stands."""
    return _NOT_WRITABLE.sub("\ufffd", _LIKE_ESCAPED.sub("_x005F_", text))


def _relations_of(part: str) -> str:
    folder, name = posixpath.split(part)
    return f"{folder}/_rels/{name}.rels"


def _absolute(part: str, target: str) -> str:
    if target.startswith("/"):
        return target[1:]
    return posixpath.normpath(posixpath.join(posixpath.dirname(part), target))
