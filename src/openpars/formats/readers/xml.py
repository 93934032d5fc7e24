"""Reading XML in the MEMS/PARS dialect: one activity after the other, in memory that does not grow."""

import re
from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO, Final, NoReturn
from xml.parsers import expat

from lxml import etree

from openpars.formats.dialect import Said, row_of, take
from openpars.formats.elements import ACTIVITY, FINDER, Element, Table, local, word_of
from openpars.formats.keeping import Strangers
from openpars.formats.rows import Layout, Limits, Reading, Row, Unreadable
from openpars.formats.sources import Source
from openpars.rulebook.rules import finding

_CHUNK: Final = 1 << 16
_LOOKED_AT: Final = 1 << 20
_NIL: Final = "{http://www.w3.org/2001/XMLSchema-instance}nil"
_WORD: Final = word_of(ACTIVITY)
_OPEN: Final = re.compile(r"Premature end of data in tag (.+) line (\d+)")
_CROSSED: Final = re.compile(r"Opening and ending tag mismatch: (.+) line (\d+) and (.+)")
_ERROR = etree.ErrorTypes
_PROBLEMS: Final = {
    _ERROR.ERR_INTERNAL_ERROR: "a name between & and ; is not known; write the character itself",
    _ERROR.ERR_DOCUMENT_EMPTY: "it does not begin with an element",
    _ERROR.ERR_DOCUMENT_END: "something stands after the end of the last element",
    _ERROR.ERR_INVALID_CHAR: "there is a character that XML cannot hold",
    _ERROR.ERR_ENTITYREF_SEMICOL_MISSING: "an & that stands for itself is written &amp;",
    _ERROR.ERR_UNDECLARED_ENTITY: "a name between & and ; is not known; write the character itself",
    _ERROR.ERR_LT_IN_ATTRIBUTE: "a < in an attribute is written &lt;",
    _ERROR.ERR_ATTRIBUTE_NOT_STARTED: "the value of an attribute stands in quotes",
    _ERROR.ERR_ATTRIBUTE_NOT_FINISHED: "the value of an attribute is not closed by a quote",
    _ERROR.ERR_ATTRIBUTE_REDEFINED: "an element has the same attribute twice",
    _ERROR.ERR_NAME_REQUIRED: "a < or & that stands for itself is written &lt; or &amp;",
    _ERROR.ERR_GT_REQUIRED: "the file ends in the middle of an element",
    _ERROR.ERR_INVALID_ENCODING: "a character is not written in the encoding of the file",
    _ERROR.ERR_RESOURCE_LIMIT: "its elements stand too deep in one another, or hold too long a text",
    _ERROR.NS_ERR_UNDEFINED_NAMESPACE: "a prefix is used that is not declared",
}


def read(source: Source, *, limits: Limits) -> Reading:
    """Read a file in the dialect, with or without namespaces, its names in any case.

    A row's number is the position of the activity from 1. Elements that stand in the wrong holder are found;
    those that nobody knows are kept. Raises Unreadable for a document type, before anything it declares is looked
    at, and for what is no XML.
    """
    name = _name_in(source)
    return Reading(Layout("xml", total=_counted(source, name)), _rows(source, local(name), limits))


def _name_in(source: Source) -> str:
    """Return what an activity is called in the file; refuse a document type on the way to the first."""
    parser = expat.ParserCreate()
    found: list[str] = []

    def begin(name: str, _: dict[str, str]) -> None:
        if not found and word_of(local(name)) == _WORD:
            found.append(name)

    parser.StartElementHandler = begin
    parser.StartDoctypeDeclHandler = _refuse_doctype
    with source.open("rb") as file:
        try:
            while not found and file.tell() < _LOOKED_AT and (chunk := file.read(_CHUNK)):
                parser.Parse(chunk)
        except expat.ExpatError:
            # The reading itself meets it again, and says what is wrong.
            pass
    return found[0] if found else ACTIVITY


def _refuse_doctype(*_: Any) -> NoReturn:
    raise Unreadable(finding("file.doctype"))


def _counted(source: Source, name: str) -> int | None:
    """Return how many activities are closed in the file, which takes a fraction of the time of reading it.

    None where they cannot be counted so, as in UTF-16.
    """
    end = f"</{name}".encode()
    count = 0
    rest = b""
    with source.open("rb") as file:
        while chunk := file.read(_LOOKED_AT):
            chunk = rest + chunk
            count += chunk.count(end)
            # An end tag may be cut in two, and is counted with the next piece.
            rest = chunk[len(chunk) - len(end) + 1 :]
    return count or None


def _rows(source: Source, spelling: str, limits: Limits) -> Iterator[Row]:
    strangers = Strangers()
    number = 0
    waiting: Row | None = None
    parent = None
    with source.open("rb") as file:
        for activity in _activities(file, spelling):
            if number == limits.rows:
                raise Unreadable(finding("file.too_many_rows", limit=f"{limits.rows:,}"))
            if waiting is not None:
                yield waiting
            number += 1
            parent = activity.getparent()
            waiting = row_of(number, _said(activity), strangers)
            strangers.tell(waiting, _beside(activity.itersiblings(preceding=True)), "file.element.not_read")
            activity.clear(keep_tail=False)  # type: ignore[call-arg]
            while parent is not None and (before := activity.getprevious()) is not None:
                parent.remove(before)
    if waiting is None:
        raise Unreadable(finding("file.no_activities"))
    # What stands after the last activity is told at it, for want of another.
    strangers.tell(waiting, _beside(parent if parent is not None else ()), "file.element.not_read")
    yield waiting


def _activities(file: BinaryIO, spelling: str) -> Iterator[etree._Element]:
    """Yield each activity when it has been read whole; what stands inside of one is none."""
    tags = [f"{{*}}{name}" for name in sorted({spelling, ACTIVITY})]
    context = etree.iterparse(
        file,
        events=("end",),
        tag=tags,
        resolve_entities=False,
        no_network=True,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    first = True
    try:
        for _, element in context:
            if first and element.getroottree().docinfo.internalDTD is not None:
                _refuse_doctype()
            first = False
            if next(element.iterancestors(*tags), None) is None:
                yield element
    except etree.XMLSyntaxError as error:
        raise Unreadable(finding("file.not_xml", problem=_in_words(error, context))) from None


def _in_words(error: etree.XMLSyntaxError, context: Any) -> str:
    entry = context.error_log[0] if len(context.error_log) else None
    code, line, column, message = (
        (entry.type, entry.line, entry.column, entry.message)
        if entry is not None
        else (_ERROR.ERR_INTERNAL_ERROR, *error.position, error.msg or "")
    )
    if match := _OPEN.match(message):
        words = f"the file ends before the element {match[1]} of line {match[2]} is closed"
    elif match := _CROSSED.match(message):
        words = f"the element {match[1]} of line {match[2]} is open where {match[3]} is closed"
    else:
        words = _PROBLEMS.get(code) or message.strip()
    return f"line {line}, column {column}: {words}"


def _beside(siblings: Iterable[etree._Element]) -> Iterator[str]:
    """Yield the names and lines of the elements beside activities that are none."""
    for element in siblings:
        if word_of(local(element.tag)) != _WORD:
            yield f"{local(element.tag)} (line {element.sourceline})"


def _said(activity: etree._Element) -> Said:
    said = Said()
    _gather(activity, FINDER, said.values, said, "")
    return said


def _gather(around: etree._Element, table: Table, values: dict[str, Any], said: Said, within: str) -> None:
    # Most of the time of reading is spent in this loop, so the usual cases stand in it and come first.
    known = table.known
    for child in around:
        tag = child.tag
        element = known.get(tag) or table.find(tag)
        if element is None:
            said.strange.append((within + local(tag), _plain(child)))
        elif element.holder:
            if len(child):
                _gather(child, FINDER, values, said, "")
            elif (text := _text(child)) is not None:
                _take_bare(element, text, values, said)
        elif element.parts:
            _gather_group(child, element, values, said, within)
        else:
            text = child.text
            if not text or text.isspace():
                text = _text(child)
                if text is None:
                    if child.attrib and child.get(_NIL) in ("true", "1") and not element.many:
                        values.setdefault(element.name, None)
                    continue
            if element.many or element.name in values:
                take(values, element, text)
            else:
                values[element.name] = text


def _take_bare(holder: Element, text: str, values: dict[str, Any], said: Said) -> None:
    """Take the text of a holder: a list that was written without elements of its own."""
    if len(holder.parts) == 1:
        take(values, holder.parts[0], text)
    else:
        said.strange.append((holder.name, text))


def _gather_group(
    child: etree._Element, element: Element, values: dict[str, Any], said: Said, within: str
) -> None:
    entry: dict[str, Any] = {}
    table = element.table
    for name, given in child.items():
        part = table.find(str(name))
        if part is not None:
            entry[part.name] = given
    inside = len(child)
    if inside:
        _gather(child, table, entry, said, f"{within}{element.name}.")
    elif (text := child.text) and element.text_part is not None:
        entry[element.text_part] = text
    elif text and not text.isspace():
        if element.many:
            take(values, element, text)
        else:
            said.strange.append((within + element.name, text))
    if entry:
        take(values, element, entry)


def _text(element: etree._Element) -> str | None:
    """Return the text of an element, or the first that stands inside; None where all is blank."""
    text = element.text
    if text and not text.isspace():
        return text
    for child in element:
        inner = _text(child)
        if inner is not None:
            return inner
    return None


def _plain(element: etree._Element) -> Any:
    """Return an element that nobody knows as text, or by its attributes and the elements inside."""
    inside: dict[str, Any] = {f"@{local(str(name))}": text for name, text in element.items()}
    for child in element:
        name = local(child.tag)
        value = _plain(child)
        inside[name] = value if name not in inside else [*_listed(inside[name]), value]
    text = (element.text or "").strip()
    if not inside:
        return text
    return {"": text, **inside} if text else inside


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
