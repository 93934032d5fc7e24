"""Reads drawn HTML as a browser does; what stands in a <template> is no part of the page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

from django.http import QueryDict

_VOID = {"input", "br", "img", "meta", "link", "hr", "use"}


@dataclass
class Element:
    """One element with its attributes and everything inside it."""

    tag: str
    attributes: dict[str, str]
    inside: list[Element | str] = field(default_factory=list)

    def text(self) -> str:
        """All text inside, without what stands in templates."""
        return "".join(
            part if isinstance(part, str) else part.text() for part in self.inside if not _is_template(part)
        )

    def all(self, tag: str = "", *, templates: bool = False, **attributes: str) -> list[Element]:
        """Elements inside, in their order; `data_x="y"` looks for data-x, `cls` for one of its classes."""
        return list(self._found(tag, attributes, templates=templates))

    def one(self, tag: str = "", **attributes: str) -> Element:
        """The only such element."""
        (found,) = self._found(tag, attributes, templates=False)
        return found

    def _found(self, tag: str, wanted: dict[str, str], *, templates: bool) -> Iterator[Element]:
        for part in self.inside:
            if isinstance(part, str) or (_is_template(part) and not templates):
                continue
            if (not tag or part.tag == tag) and part._has(wanted):
                yield part
            yield from part._found(tag, wanted, templates=templates)

    def _has(self, wanted: dict[str, str]) -> bool:
        own = self.attributes
        classes = own.get("class", "").split()
        return all(
            value in classes if name == "cls" else own.get(name.replace("_", "-")) == value
            for name, value in wanted.items()
        )


def _is_template(part: Element | str) -> bool:
    return isinstance(part, Element) and part.tag == "template"


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.root = Element("", {})
        self.open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        assert len(names) == len(set(names)), f"<{tag}> names an attribute twice: {names}"
        element = Element(tag, {name: value or "" for name, value in attrs})
        self.open[-1].inside.append(element)
        if tag not in _VOID:
            self.open.append(element)

    def handle_endtag(self, tag: str) -> None:
        if tag in _VOID:
            return
        assert self.open[-1].tag == tag, f"</{tag}> closes <{self.open[-1].tag}>"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        if self.open[-1].tag == "textarea" and not self.open[-1].inside:
            data = data.removeprefix("\n")  # as browsers do
        self.open[-1].inside.append(data)


def read(html: str) -> Element:
    """Return the root of the drawn HTML; elements must be closed in order."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    assert len(reader.open) == 1, f"<{reader.open[-1].tag}> is not closed"
    return reader.root


def posted(root: Element) -> QueryDict:
    """Return what a browser would post if the form were sent as it was drawn."""
    data = QueryDict(mutable=True)
    for box in root.all():
        name, kind = box.attributes.get("name"), box.attributes.get("type", "text")
        if not name or "disabled" in box.attributes:
            continue
        if box.tag == "select":
            chosen = [o for o in box.all("option") if "selected" in o.attributes] or box.all("option")[:1]
            data.appendlist(name, chosen[0].attributes["value"])
        elif box.tag == "textarea":
            data.appendlist(name, box.text().replace("\n", "\r\n"))
        elif box.tag == "input" and (kind not in {"checkbox", "radio"} or "checked" in box.attributes):
            data.appendlist(name, box.attributes.get("value", ""))
    return data
