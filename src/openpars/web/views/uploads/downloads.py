"""Files to take away: lists of activities, templates with a list in them, and what was sent, as it came."""

from __future__ import annotations

from typing import BinaryIO
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from openpars.activities.summary import SummaryFilter
from openpars.formats.rows import Kind, Unreadable
from openpars.formats.templates import Form
from openpars.uploads import exporting
from openpars.uploads import marked as marking
from openpars.uploads.exporting import SERVED, Format
from openpars.web.access import visit
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


@login_required
@require_safe
def templates(request: HttpRequest, number: str) -> HttpResponse:
    """Show every template, empty or with the provider's list in it."""
    came = visit(request, number)
    context = came.context | {"kinds": KINDS.items(), "forms": _TEMPLATES.items()}
    return render(request, "uploads/templates.html", context)


@login_required
@require_safe
def template(request: HttpRequest, number: str, kind: str, form: str) -> HttpResponseBase:
    """Send a template with the provider's activities in it, those that the filters in the address let through."""
    came = visit(request, number)
    try:
        wanted, chosen = Kind(kind), Form(form)
    except ValueError as unknown:
        raise Http404 from unknown
    filled = exporting.filled_template(
        came.scope,
        SummaryFilter.parse(request.GET),
        chosen,
        kind=wanted,
        now=came.now,
        today=came.today,
    )
    return _sent(filled, Format(form), f"{kind}-{number}-{came.today}")


@login_required
@require_safe
def export(request: HttpRequest, number: str, form: str) -> HttpResponseBase:
    """Send the list of activities that the filters in the address let through."""
    came = visit(request, number)
    try:
        chosen = Format(form)
    except ValueError as unknown:
        raise Http404 from unknown
    file = exporting.export(
        came.scope, SummaryFilter.parse(request.GET), chosen, now=came.now, today=came.today
    )
    return _sent(file, chosen, f"activities-{number}-{came.today}")


def _sent(content: BinaryIO, form: Format, name: str) -> FileResponse:
    served = SERVED[form]
    return FileResponse(
        content, as_attachment=True, filename=f"{name}.{served.ending}", content_type=served.media_type
    )


@login_required
@require_safe
def file(request: HttpRequest, number: str, upload_id: UUID) -> HttpResponseBase:
    """Send the file as it came, under the name it came with."""
    _, upload = reach(request, number, upload_id)
    try:
        content = upload.file.open("rb")
    except FileNotFoundError as gone:
        raise Http404 from gone
    # Never shown by the browser, whatever it holds: it is somebody's file, not our page.
    return FileResponse(
        content, as_attachment=True, filename=upload.file_name, content_type="application/octet-stream"
    )


@login_required
@require_safe
def marked(request: HttpRequest, number: str, upload_id: UUID) -> HttpResponseBase:
    """Send the file with what was found in it marked: cells and notes, a column, or a list."""
    _, upload = reach(request, number, upload_id)
    if not upload.counts.get("findings"):
        raise Http404
    try:
        content = marking.marked(upload)
    except FileNotFoundError as gone:
        raise Http404 from gone
    except Unreadable as unreadable:
        messages.error(request, f"{unreadable.finding.message} {unreadable.finding.mend}")
        return redirect("upload", number=number, upload_id=upload_id)
    return FileResponse(
        content,
        as_attachment=True,
        filename=marking.marked_name(upload),
        content_type="application/octet-stream",
    )
