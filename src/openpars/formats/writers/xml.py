"""Writing activities as XML in the MEMS/PARS dialect: one way only, one activity after the other."""

from collections.abc import Iterable
from typing import IO, Any, Final
from xml.sax.saxutils import escape, quoteattr

from openpars.formats.dialect import Record, values_of
from openpars.formats.elements import DEFAULT, NAMESPACES, ROOT, TREE, Element
from openpars.formats.results import NAMESPACE, PREFIX, RESULT, RESULTS, Result
from openpars.rulebook.kinds.trouble import visible

_DECLARATION: Final = '<?xml version="1.0" encoding="UTF-8"?>\n'
_HEAD: Final = (
    _DECLARATION
    + f"<op:{ROOT}"
    + "".join(
        f'\n    xmlns{"" if prefix == DEFAULT else f":{prefix}"}="{namespace}"'
        for prefix, namespace in NAMESPACES.items()
    )
    + '\n    xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">\n'
)
_TAIL: Final = f"</op:{ROOT}>\n"
#: XML cannot hold a vertical tab or a form feed.
_ENTITIES: Final = {"\r": "&#13;", "\x0b": "\u240b", "\x0c": "\u240c"}


def write(stream: IO[bytes], records: Iterable[Record]) -> None:
    """Write records, in the plain JSON of the contract, as UTF-8; memory does not grow with their number."""
    stream.write(_HEAD.encode())
    for record in records:
        lines: list[str] = []
        _write_holder(TREE, values_of(record), " ", lines)
        stream.write("".join(lines).encode())
    stream.write(_TAIL.encode())


def write_results(stream: IO[bytes], given: Iterable[Result]) -> None:
    """Write what became of activities that were sent, as UTF-8."""
    root = RESULTS.written
    lines = [_DECLARATION, f'<{root} xmlns:{PREFIX}="{NAMESPACE}">\n']
    _write_element(RESULT, [*given], " ", lines)
    lines.append(f"</{root}>\n")
    stream.write("".join(lines).encode())


def _write_holder(holder: Element, values: dict[str, Any], indent: str, lines: list[str]) -> bool:
    """Write a holder with all that stands in it; one in which nothing does is left out, if it may be."""
    start = len(lines)
    lines.append(f"{indent}<{holder.written}>\n")
    inside = f"{indent} "
    written = False
    for element in holder.parts:
        if element.holder:
            written = _write_holder(element, values, inside, lines) or written
        elif element.name in values:
            _write_element(element, values[element.name], inside, lines)
            written = True
    if not written and not holder.always:
        del lines[start:]
        return False
    lines.append(f"{indent}</{holder.written}>\n")
    return True


def _write_element(element: Element, value: Any, indent: str, lines: list[str]) -> None:
    write_one = _write_group if element.parts else _write_leaf
    for entry in value if element.many else (value,):
        write_one(element, entry, indent, lines)


def _write_leaf(element: Element, value: Any, indent: str, lines: list[str]) -> None:
    text = _escaped(value, element)
    if element.inner:
        text = f"<{element.inner}>{text}</{element.inner}>"
    lines.append(f"{indent}<{element.written}>{text}</{element.written}>\n")


def _write_group(element: Element, value: dict[str, Any], indent: str, lines: list[str]) -> None:
    tag = element.written
    start = f"{indent}<{tag}"
    for part in element.attributes:
        if part.name in value:
            start += f" {part.written}={quoteattr(visible(value[part.name]), _ENTITIES)}"
    if element.text_part is None:
        lines.append(f"{start}>\n")
        for part in element.parts:
            if value.get(part.name) is not None and not part.is_attribute:
                _write_element(part, value[part.name], f"{indent} ", lines)
            elif part.always:
                lines.append(f"{indent} <{part.written}/>\n")
        lines.append(f"{indent}</{tag}>\n")
    elif element.nillable and element.text_part not in value:
        lines.append(f'{start} xsi:nil="true"/>\n')
    else:
        lines.append(f"{start}>{_escaped(value[element.text_part], element)}</{tag}>\n")


def _escaped(value: Any, element: Element) -> str:
    if isinstance(value, str):
        return escape(visible(value), _ENTITIES)
    if isinstance(value, bool):
        return (("no", "yes") if element.kind == "yes-no" else ("false", "true"))[value]
    return str(value)
