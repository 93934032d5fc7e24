"""What integrators and offices take away: empty templates, their columns, the XML schema. Open to everybody."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from openpars.formats import templates, xsd
from openpars.formats.columns import WORDS, TemplateColumn, columns_for
from openpars.formats.rows import Kind
from openpars.formats.templates.describing import as_told, limits_of, when_needed
from openpars.uploads.exporting import SERVED, Format
from openpars.web.views.help import help_page
from openpars.web.views.uploads.standing import KINDS


@dataclass(frozen=True, slots=True)
class ToldColumn:
    """A column as the reference tells of it: what to enter, when it is needed, other headings that are read."""

    column: TemplateColumn
    needed: str
    limits: str
    aliases: tuple[str, ...]


@require_safe
def columns(request: HttpRequest) -> HttpResponse:
    """Show every column of the templates."""
    return help_page(
        request,
        "help/columns.html",
        page_title="Columns of the templates",
        here="columns",
        kinds=[(kind.value, words, _told(kind)) for kind, words in KINDS.items()],
    )


def _told(kind: Kind) -> list[ToldColumn]:
    """Return the columns of a template; of the numbered groups the first."""
    one_of_each = dict.fromkeys(("joint_providers", "support", "collaborations", "instances"), 1)
    return [
        ToldColumn(column, when_needed(column), limits_of(column), _aliases(column))
        for column in as_told(columns_for(kind, groups=one_of_each), kind)
    ]


def _aliases(column: TemplateColumn) -> tuple[str, ...]:
    if column.path in WORDS:
        return WORDS[column.path][1:]
    # A part of a group is called by its group's names, too; only what stands alone has names of its own.
    return column.field.columns[1:] if column.field is not None and "." not in column.path else ()


@require_safe
def template(request: HttpRequest, kind: str, form: str) -> HttpResponse:  # noqa: ARG001 - as Django calls it
    """Send an empty template."""
    try:
        wanted = Kind(kind), templates.Form(form)
    except ValueError as unknown:
        raise Http404 from unknown
    served = SERVED[Format(form)]
    response = HttpResponse(_empty(*wanted), content_type=served.media_type)
    response["Content-Disposition"] = f'attachment; filename="openpars-{kind}.{served.ending}"'
    return response


@lru_cache
def _empty(kind: Kind, form: templates.Form) -> bytes:
    stream = BytesIO()
    templates.template(kind, form, stream)
    return stream.getvalue()


@require_safe
def schema(request: HttpRequest, name: str) -> HttpResponse:  # noqa: ARG001 - as Django calls it
    """Send a document of the XML schema."""
    documents = _documents()
    if name not in documents:
        raise Http404
    response = HttpResponse(documents[name], content_type="application/xml")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@lru_cache
def _documents() -> dict[str, str]:
    return xsd.documents()
