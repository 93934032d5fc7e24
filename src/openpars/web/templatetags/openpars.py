"""The tags and filters of the pages: `{% load openpars %}`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from django import template
from django.contrib.messages.storage.base import Message
from django.core.paginator import Paginator
from django.template.context import Context
from django.template.loader import get_template
from django.templatetags.static import static
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from openpars.rulebook.declaring import Field, Question
from openpars.rulebook.findings import Finding
from openpars.rulebook.lifecycle import Status
from openpars.rulebook.questions import QUESTIONS
from openpars.rulebook.vocabularies import VOCABULARIES
from openpars.web.forms.shapes import BoundField, Choice, Unsaved, field_id

register = template.Library()

_STATUS_ICONS = {
    Status.DRAFT: "edit",
    Status.ACTIVE: "check_circle",
    Status.READY: "schedule",
    Status.CLOSED: "lock",
}


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """Draw an icon of the sprite; with a label it speaks, without one it is decoration."""
    says = format_html('role="img" aria-label="{}"', label) if label else mark_safe('aria-hidden="true"')
    address = static("openpars/built/icons.svg")
    return format_html(
        '<svg class="usa-icon" focusable="false" {}><use href="{}#{}"></use></svg>', says, address, name
    )


@register.simple_tag
def status_badge(status: str, phase: str = "") -> SafeString:
    """Draw the status of an activity with its icon and word, and its mark (Upcoming, In progress)."""
    known = Status(status)
    badge = format_html(
        '<span class="op-status op-status--{}">{}{}</span>',
        known.name.lower(),
        icon(_STATUS_ICONS[known]),
        known.value,
    )
    if phase in {"upcoming", "in progress"} and known in {Status.DRAFT, Status.ACTIVE}:
        badge += format_html(' <span class="op-phase">{}</span>', phase.capitalize())
    return badge


@register.simple_tag(takes_context=True)
def field(context: Context, bound: BoundField, **extra: Any) -> SafeString:
    """Draw one bound field, with its label, hint, box and findings.

    Takes `provider` from the context for type-ahead. Further keywords reach the field's template.
    """
    drawn = get_template(f"fields/{bound.widget}.html").render(
        {"bound": bound, "provider": context.get("provider"), **extra}
    )
    return mark_safe(drawn)  # noqa: S308 - drawn by a template, which escapes


@register.simple_tag
def applies(bound: BoundField | Choice) -> SafeString:
    """Write the attributes that show and hide an element as its condition says."""
    if bound.applies is None:
        return SafeString("")
    return format_html('data-applies="{}"{}', bound.applies, mark_safe(" data-off") if bound.is_off else "")


@register.simple_tag
def wiring(bound: BoundField) -> SafeString:
    """Write the attributes that tie a box to its hint and findings for assistive technology."""
    parts = []
    if bound.described_by:
        parts.append(format_html('aria-describedby="{}"', bound.described_by))
    if bound.errors:
        parts.append(SafeString('aria-invalid="true"'))
    return SafeString(" ".join(parts))


@register.simple_tag
def suggest_url(bound: BoundField, provider: Any) -> str:
    """Return where the box asks for suggestions while somebody types, empty where it does not."""
    if not bound.suggest or not provider:
        return ""
    try:
        address = reverse("suggestions", kwargs={"number": provider.number})
    except NoReverseMatch:
        return ""
    return f"{address}?{urlencode({'kind': bound.suggest})}"


@register.simple_tag
def options(bound: BoundField) -> SafeString:
    """Draw the options of a select; long unchanging lists are drawn once and kept."""
    chosen = [choice for choice in bound.choices if choice.checked]
    plain = _plain_options(
        tuple((choice.value, choice.label) for choice in bound.choices if not choice.unknown)
    )
    for choice in chosen:
        mark = format_html('<option value="{}"', choice.value)
        if choice.unknown:
            plain += format_html("{} selected>{} (not on the list)</option>", mark, choice.label)
        else:
            plain = mark_safe(plain.replace(f"{mark}>", f"{mark} selected>", 1))  # noqa: S308 - both parts are escaped
    return plain


@lru_cache(maxsize=64)
def _plain_options(pairs: tuple[tuple[str, str], ...]) -> SafeString:
    return format_html_join("", '<option value="{}">{}</option>', pairs)


@register.filter
def by_group(choices: Iterable[Choice]) -> list[tuple[str, list[Choice]]]:
    """Put choices under the names of their groups, in their order; those without one come last."""
    groups: dict[str, list[Choice]] = {}
    for choice in choices:
        groups.setdefault(choice.group, []).append(choice)
    return sorted(groups.items(), key=lambda item: item[0] == "")


@register.filter
def anchor(path: str) -> str:
    """Return the id of the field at a path, for links to it."""
    return field_id(path)


@register.filter
def get(mapping: Mapping[Any, Any], key: Any) -> Any:
    """Return what a mapping holds under a key, or None."""
    return mapping.get(key)


@register.filter
def day(value: date | str | None) -> str:
    """Write a day as people in a CME office do: Mar 4, 2026. An ISO text is read first."""
    if isinstance(value, str):
        try:
            read = date.fromisoformat(value)
        except ValueError:
            return value
        return day(read)
    return f"{value:%b} {value.day}, {value.year}" if value else ""


@register.filter
def number(value: Any) -> str:
    """Write a whole number with thousands apart; a missing one as a dash."""
    return "–" if value is None else f"{value:,}"


@register.filter
def lines(value: str) -> SafeString:
    """Keep the lines of a text; the class does it, so that nothing is added to the text."""
    return format_html('<span class="op-lines">{}</span>', value)


@register.inclusion_tag("partials/summary_of_findings.html")
def summary_of_findings(
    findings: Iterable[Finding],
    heading: str = "",
    href: str = "",
    *,
    level: int = 2,
    focus: bool = False,
    told: Iterable[Message] = (),
    unsaved: Unsaved | None = None,
) -> dict[str, Any]:
    """List findings, each linked to its field; draws nothing when there are none.

    `href` is the address of the page the fields are on, empty for this page. `focus` brings a person who
    has just pressed a button here. What the server `told` about the press, and that what is shown is
    `unsaved`, stand in the same box, so that one message says it all.
    """
    once = list(dict.fromkeys((finding.path, finding.message, finding.mend) for finding in findings))
    return {
        "findings": [{"path": path, "message": message, "mend": mend} for path, message, mend in once],
        "heading": heading or _heading(len(once)),
        "href": href,
        "level": level,
        "focus": focus,
        "told": told,
        "unsaved": unsaved,
    }


def _heading(count: int) -> str:
    return "One answer needs attention" if count == 1 else f"{count} answers need attention"


@dataclass(frozen=True, slots=True)
class Panel:
    """The questions about one field, or about one kind of a repeated group (`collaborations.moc`)."""

    name: str
    label: str
    questions: tuple[Question, ...]


@register.inclusion_tag("partials/questions.html")
def questions(bounds: Iterable[BoundField]) -> dict[str, Any]:
    """Draw the questions people ask about these fields, for the right-hand column; they follow the focus."""
    return {"panels": [panel for bound in bounds for panel in _panels(bound.field)]}


def _panels(field: Field) -> Iterator[Panel]:
    if field.questions:
        yield Panel(field.path, field.label, field.questions)
    for part in field.item:
        yield from _panels(part)
        if part.name == "kind" and part.vocabulary:
            for term in VOCABULARIES[part.vocabulary].entries:
                asked = QUESTIONS.get(f"{field.path}.{term.code}")
                if asked:
                    yield Panel(f"{field.path}.{term.code}", term.label, asked)


@register.simple_tag(takes_context=True)
def with_query(context: Context, **changes: Any) -> str:
    """Return this page's query with some parts changed; None takes a part away. Starts with `?`."""
    query = context["request"].GET.copy()
    for name, value in changes.items():
        query.pop(name, None)
        if isinstance(value, list | tuple):
            query.setlist(name, [str(one) for one in value])
        elif value is not None:
            query[name] = str(value)
    return f"?{query.urlencode()}"


@register.filter
def page_numbers(paginator: Paginator[Any], current: int) -> list[int | None]:
    """Return the pages to link to: the first, the last, the current one and its neighbours; None is a gap."""
    last = paginator.num_pages
    near = sorted({1, last, *(page for page in range(current - 1, current + 2) if 1 <= page <= last)})
    shown: list[int | None] = []
    for before, page in zip([0, *near], near, strict=False):
        if page - before == 2:
            shown.append(page - 1)
        elif page - before > 2:
            shown.append(None)
        shown.append(page)
    return shown


@register.inclusion_tag("partials/breadcrumbs.html")
def breadcrumbs(*parts: Any) -> dict[str, Any]:
    """Draw breadcrumbs from labels and addresses in turn; the last label stands alone: it is this page."""
    crumbs = [(str(label), str(url)) for label, url in zip(parts[::2], [*parts[1::2], ""], strict=False)]
    return {"crumbs": crumbs}
