"""The XML Schema of what OpenPARS writes, drawn from the elements and the rulebook.

It is for output and documentation; what is read is judged by the rulebook alone. There is one document for each
namespace, and those of activities name each other: keep them in one folder.
"""

from collections.abc import Iterator, Mapping
from typing import Final
from xml.sax.saxutils import escape, quoteattr

from openpars.formats import results
from openpars.formats.elements import NAMESPACES, ROOT, TREE, Element, local
from openpars.rulebook.declaring import Field
from openpars.rulebook.fields import ALL_FIELDS

_FILES: Final = {
    "op": "openpars-activities.xsd",
    "mems": "openpars-mems.xsd",
    "lom": "openpars-lom.xsd",
    "hx": "openpars-healthcare.xsd",
    "a": "openpars-address.xsd",
}
MAIN: Final = _FILES["op"]
"""The document to validate a file against; the others are its parts."""
RESULTS: Final = "openpars-results.xsd"
"""The document that describes what the PARS dialect's web service answers to activities; it stands alone."""

_TYPES: Final = {
    "text": "xs:string",
    "boolean": "xs:boolean",
    "count": "xs:nonNegativeInteger",
    "number": "xs:decimal",
    "date": "xs:date",
    "date-time": "xs:dateTime",
    "year": "xs:gYear",
}


def documents() -> dict[str, str]:
    """Return the text of each schema document by its file name, the main one first."""
    return {name: _document(prefix) for prefix, name in _FILES.items()} | {RESULTS: _results()}


def _document(prefix: str) -> str:
    body: list[str] = []
    if prefix == "op":
        body += [
            f'  <xs:element name="{ROOT}">',
            *_documentation("    ", "Activities of a provider, one MedicalEducationMetrics for each."),
            "    <xs:complexType>",
            "      <xs:sequence>",
            f'        <xs:element ref="{TREE.tag}" minOccurs="0" maxOccurs="unbounded"/>',
            "      </xs:sequence>",
            "    </xs:complexType>",
            "  </xs:element>",
        ]
    for element in _roots(TREE, "op"):
        if _prefix(element.tag) == prefix:
            body += _element(element, "  ", prefix)
    for tag in sorted({tag for tag in _inner_tags(TREE) if _prefix(tag) == prefix}):
        body.append(f'  <xs:element name="{local(tag)}" type="xs:string"/>')
    imports = [
        f'  <xs:import namespace="{NAMESPACES[other]}" schemaLocation="{file}"/>'
        for other, file in _FILES.items()
        if other != prefix
    ]
    return _schema(NAMESPACES, prefix, [*imports, *body])


def _results() -> str:
    return _schema(
        {results.PREFIX: results.NAMESPACE},
        results.PREFIX,
        _element(results.RESULTS, "  ", results.PREFIX),
    )


def _schema(namespaces: Mapping[str, str], target: str, body: list[str]) -> str:
    names = " ".join(f'xmlns:{name}="{namespace}"' for name, namespace in namespaces.items())
    return "\n".join(
        [
            '<?xml version="1.0" encoding="UTF-8"?>',
            f'<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" {names}',
            f'    targetNamespace="{namespaces[target]}" elementFormDefault="qualified" version="1">',
            *body,
            "</xs:schema>",
            "",
        ]
    )


def _prefix(tag: str) -> str:
    return tag.partition(":")[0]


def _roots(element: Element, around: str) -> Iterator[Element]:
    """Yield the elements that stand in one of another namespace, and so are declared by themselves."""
    prefix = _prefix(element.tag)
    if prefix != around:
        yield element
    for part in element.parts:
        if not part.is_attribute and not part.is_text:
            yield from _roots(part, prefix)


def _inner_tags(element: Element) -> Iterator[str]:
    """Yield the names of elements that stand inside one of another namespace, for its text alone."""
    if element.inner and _prefix(element.inner) != _prefix(element.tag):
        yield element.inner
    for part in element.parts:
        yield from _inner_tags(part)


def _element(element: Element, indent: str, prefix: str, *, occurs: str = "") -> list[str]:
    nillable = ' nillable="true"' if element.nillable else ""
    start = f'{indent}<xs:element name="{local(element.tag)}"{nillable}{occurs}'
    inside = [*_words(element, f"{indent}  "), *_type(element, f"{indent}  ", prefix)]
    return [f"{start}>", *inside, f"{indent}</xs:element>"]


def _words(element: Element, indent: str) -> list[str]:
    field = ALL_FIELDS.get(element.field)
    if field is None:
        return []
    return _documentation(indent, f"{field.label}. {field.help}" if field.help else field.label)


def _documentation(indent: str, words: str) -> list[str]:
    return [
        f"{indent}<xs:annotation>",
        f"{indent}  <xs:documentation>{escape(words)}</xs:documentation>",
        f"{indent}</xs:annotation>",
    ]


def _type(element: Element, indent: str, prefix: str) -> list[str]:
    if element.inner:
        return [
            f"{indent}<xs:complexType>",
            f"{indent}  <xs:sequence>",
            *_inner(element, f"{indent}    ", prefix),
            f"{indent}  </xs:sequence>",
            f"{indent}</xs:complexType>",
        ]
    if not element.parts:
        return _simple_type(element, indent)
    attributes = [
        f'  <xs:attribute name="{local(part.tag)}" type="xs:string"/>'
        for part in element.parts
        if part.is_attribute
    ]
    if element.text_part is not None:
        kind = next(part.kind for part in element.parts if part.is_text)
        return [
            f"{indent}<xs:complexType>",
            f"{indent}  <xs:simpleContent>",
            f'{indent}    <xs:extension base="{_TYPES[kind]}">',
            *(f"{indent}    {attribute}" for attribute in attributes),
            f"{indent}    </xs:extension>",
            f"{indent}  </xs:simpleContent>",
            f"{indent}</xs:complexType>",
        ]
    inside = [part for part in element.parts if not part.is_attribute]
    return [
        f"{indent}<xs:complexType>",
        f"{indent}  <xs:sequence>",
        *(line for part in inside for line in _part(part, f"{indent}    ", prefix)),
        f"{indent}  </xs:sequence>",
        *(f"{indent}{attribute}" for attribute in attributes),
        f"{indent}</xs:complexType>",
    ]


def _part(part: Element, indent: str, prefix: str) -> list[str]:
    occurs = ("" if part.always else ' minOccurs="0"') + (' maxOccurs="unbounded"' if part.many else "")
    if _prefix(part.tag) != prefix:
        return [f'{indent}<xs:element ref="{part.tag}"{occurs}/>']
    return _element(part, indent, prefix, occurs=occurs)


def _inner(element: Element, indent: str, prefix: str) -> list[str]:
    # An element that is always there may be empty.
    occurs = ' minOccurs="0"' if element.always else ""
    if _prefix(element.inner) != prefix:
        return [f'{indent}<xs:element ref="{element.inner}"{occurs}/>']
    return [
        f'{indent}<xs:element name="{local(element.inner)}"{occurs}>',
        *_simple_type(element, f"{indent}  "),
        f"{indent}</xs:element>",
    ]


def _simple_type(element: Element, indent: str) -> list[str]:
    values = ("yes", "no") if element.kind == "yes-no" else element.values
    field = ALL_FIELDS.get(element.field)
    base = _TYPES.get(element.kind, "xs:string")
    return [
        f"{indent}<xs:simpleType>",
        f'{indent}  <xs:restriction base="{base}">',
        *(f"{indent}    <xs:enumeration value={quoteattr(value)}/>" for value in values),
        *(f"{indent}    {facet}" for facet in _facets(field, element) if not values),
        f"{indent}  </xs:restriction>",
        f"{indent}</xs:simpleType>",
    ]


def _facets(field: Field | None, element: Element) -> Iterator[str]:
    if field is None:
        return
    if element.kind == "text" and field.max_length and not (element.many and field.kind == "group"):
        yield f'<xs:maxLength value="{field.max_length}"/>'
    if element.kind in ("count", "number", "date") and field.minimum:
        yield f'<xs:minInclusive value="{field.minimum}"/>'
    if element.kind in ("count", "number", "date") and field.maximum:
        yield f'<xs:maxInclusive value="{field.maximum}"/>'
