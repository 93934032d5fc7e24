"""Files to take away: lists of activities, templates with a list in them, and what was sent, as it came."""

from __future__ import annotations

from typing import BinaryIO
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_safe

from openpars.activities.summary import SummaryFilter
from openpars.formats.rows import Kind, Unreadable
from openpars.formats.templates import Form
from openpars.uploads import exporting
from openpars.uploads import marked as marking
from openpars.uploads.exporting import SERVED, Format
from openpars.uploads.marked import BeingRead
from openpars.uploads.preparing import Order, What
from openpars.web.access import Visit, visit
from openpars.web.views.uploads import prepared
from openpars.web.views.uploads.reaching import reach
from openpars.web.views.uploads.standing import KINDS

#: What a list can be downloaded as, in words.
EXPORTS = {
    Format.XLSX: "Excel workbook",
    Format.TAB: "Tab-delimited text",
    Format.XML: "XML",
    Format.JSON: "JSON",
}
_TEMPLATES = {
    Form.XLSX: "Excel workbook",
    Form.TAB: "Tab-delimited text",
    Form.XML: "XML",
}
#: Never shown by the browser, whatever it holds: it is somebody's file, not our page.
_ANYTHING = "application/octet-stream"


@login_required
@require_safe
def templates(request: HttpRequest, number: str) -> HttpResponse:
    """Show every template, empty or with the provider's list in it."""
    came = visit(request, number)
    context = came.context | {"kinds": KINDS.items(), "forms": _TEMPLATES.items()}
    return render(request, "uploads/templates.html", context)


@login_required
@require_GET
def template(request: HttpRequest, number: str, kind: str, form: str) -> HttpResponseBase:
    """Send a template with the provider's activities in it, those that the filters in the address let through.

    A long list is prepared by a worker.
    """
    came = visit(request, number)
    try:
        wanted, chosen = Kind(kind), Format(Form(form))
    except ValueError as unknown:
        raise Http404 from unknown
    return _listed(came, What.TEMPLATE, chosen, kind=wanted)


@login_required
@require_GET
def export(request: HttpRequest, number: str, form: str) -> HttpResponseBase:
    """Send the list of activities that the filters in the address let through; a long one is prepared by a worker."""
    came = visit(request, number)
    try:
        chosen = Format(form)
    except ValueError as unknown:
        raise Http404 from unknown
    return _listed(came, What.LIST, chosen, kind=Kind.ACTIVITIES)


def _listed(came: Visit, what: What, form: Format, *, kind: Kind) -> HttpResponseBase:
    """Send a list as a file at once, or have it prepared where it is long."""
    asked = SummaryFilter.parse(came.request.GET)
    served = SERVED[form]
    name = f"{kind.value}-{came.provider.number}-{came.today}.{served.ending}"
    if exporting.takes_long(came.scope, asked, now=came.now):
        order = Order(what, name, served.media_type, form.value, kind.value, asked.parameters())
        return prepared.prepare(came, order)
    content: BinaryIO
    if what is What.TEMPLATE:
        content = exporting.filled_template(
            came.scope, asked, Form(form.value), kind=kind, now=came.now, today=came.today
        )
    else:
        content = exporting.export(came.scope, asked, form, kind=kind, now=came.now, today=came.today)
    return FileResponse(content, as_attachment=True, filename=name, content_type=served.media_type)


@login_required
@require_safe
def file(request: HttpRequest, number: str, upload_id: UUID) -> HttpResponseBase:
    """Send the file as it came, under the name it came with."""
    _, upload = reach(request, number, upload_id)
    try:
        content = upload.file.open("rb")
    except FileNotFoundError as gone:
        raise Http404 from gone
    return FileResponse(content, as_attachment=True, filename=upload.file_name, content_type=_ANYTHING)


@login_required
@require_GET
def marked(request: HttpRequest, number: str, upload_id: UUID) -> HttpResponseBase:
    """Send the file with what was found in it marked: cells and notes, a column, or a list.

    A large one is prepared by a worker.
    """
    came, upload = reach(request, number, upload_id)
    if not upload.counts.get("findings"):
        raise Http404
    name = marking.marked_name(upload)
    if marking.takes_long(upload):
        return prepared.prepare(came, Order(What.MARKED, name, _ANYTHING, upload=upload.pk))
    try:
        content = marking.marked(upload)
    except BeingRead:
        return redirect("upload", number=number, upload_id=upload_id)
    except FileNotFoundError as gone:
        raise Http404 from gone
    except Unreadable as unreadable:
        messages.error(request, f"{unreadable.finding.message} {unreadable.finding.mend}")
        return redirect("upload", number=number, upload_id=upload_id)
    return FileResponse(content, as_attachment=True, filename=name, content_type=_ANYTHING)
