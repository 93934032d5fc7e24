"""Files that a worker prepares: those there are, how far each is, and the file itself when it is ready."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import HttpResponseClientRefresh

from openpars.uploads import preparing, queries
from openpars.uploads.models import Download
from openpars.uploads.preparing import Order, TooMany
from openpars.uploads.queries import NoSuchDownload
from openpars.uploads.states import DownloadState
from openpars.web.access import Visit, visit
from openpars.web.parts import in_part, signed_in
from openpars.web.views.uploads.headway import headway_of
from openpars.web.views.uploads.standing import Badge

PAGE_SIZE = 25
TOO_MANY = (
    f"{preparing.MOST_UNDER_WAY} files are being prepared for this provider already. Wait until one of them is "
    "ready, or cancel one, and then ask again."
)
_NOT_YOURS = "Only who asked for this file, or somebody who may change activities, can cancel it."
_TOO_LATE = "It was too late to cancel: the page shows where the file stands now."
_WAITING = "Waiting for its turn"
_BADGES: Final[dict[DownloadState, Badge]] = {
    DownloadState.WAITING: Badge("Being prepared", "update", "draft"),
    DownloadState.READY: Badge("Ready", "check_circle", "active"),
    DownloadState.CANCELLED: Badge("Canceled", "close", "draft"),
    DownloadState.FAILED: Badge("Something went wrong", "error", "trouble"),
}


def prepare(came: Visit, order: Order) -> HttpResponse:
    """Have a file prepared, and lead to the page that shows how far it is."""
    try:
        download = preparing.prepare(order, scope=came.scope, actor=came.actor)
    except TooMany:
        messages.warning(came.request, TOO_MANY)
        return redirect("downloads", number=came.provider.number)
    return redirect("download", number=came.provider.number, download_id=download.pk)


@login_required
@require_safe
def downloads(request: HttpRequest, number: str) -> HttpResponse:
    """List the prepared files of the provider, the newest first."""
    came = visit(request, number)
    page = Paginator(queries.downloads(came.scope), PAGE_SIZE).get_page(request.GET.get("page"))
    rows = [{"download": one, "badge": _badge_of(one)} for one in page.object_list]
    context = came.context | {
        "page": page,
        "rows": rows,
        "days": preparing.KEPT.days,
        "time_zone": came.provider.accreditor.time_zone,
    }
    return render(request, "uploads/downloads.html", context)


@signed_in
@require_safe
def download(request: HttpRequest, number: str, download_id: UUID) -> HttpResponse:
    """Show how far a file is; when it is ready, it can be downloaded."""
    came, found = _reach(request, number, download_id)
    context = _context(came, found) | {
        "badge": _badge_of(found),
        "can_cancel": preparing.may_cancel(found, scope=came.scope, actor=came.actor),
        "time_zone": came.provider.accreditor.time_zone,
    }
    return render(request, "uploads/download.html", context)


@signed_in
@require_safe
def progress(request: HttpRequest, number: str, download_id: UUID) -> HttpResponse:
    """Draw how far the file is; when no worker is at it any longer, have the whole page drawn anew."""
    came, found = _reach(request, number, download_id)
    if not in_part(request):
        return redirect("download", number=number, download_id=download_id)
    if found.state != DownloadState.WAITING:
        return HttpResponseClientRefresh()
    response = render(request, "uploads/progress.html", _context(came, found))
    patch_vary_headers(response, ["HX-Request"])
    return response


@login_required
@require_safe
def file(request: HttpRequest, number: str, download_id: UUID) -> HttpResponseBase:
    """Send the file."""
    _, found = _reach(request, number, download_id)
    if found.state != DownloadState.READY:
        return redirect("download", number=number, download_id=download_id)
    try:
        content = found.file.open("rb")
    except FileNotFoundError as gone:
        raise Http404 from gone
    return FileResponse(content, as_attachment=True, filename=found.file_name, content_type=found.media_type)


@login_required
@require_POST
def cancel(request: HttpRequest, number: str, download_id: UUID) -> HttpResponse:
    """Give the file up before it is ready."""
    came, found = _reach(request, number, download_id)
    if not preparing.may_cancel(found, scope=came.scope, actor=came.actor):
        raise PermissionDenied(_NOT_YOURS)
    if not preparing.cancel(found, scope=came.scope, actor=came.actor):
        messages.warning(request, _TOO_LATE)
    return redirect("download", number=number, download_id=download_id)


def _reach(request: HttpRequest, number: str, download_id: UUID) -> tuple[Visit, Download]:
    """Return the visit and the prepared file, of this provider and nobody else's. Raises Http404."""
    came = visit(request, number)
    try:
        return came, queries.download(came.scope, download_id)
    except NoSuchDownload as none:
        raise Http404 from none


def _context(came: Visit, found: Download) -> dict[str, Any]:
    told: dict[str, Any] = came.context | {"download": found, "unit": "activities"}
    if found.state == DownloadState.WAITING:
        told["headway"] = headway_of(found.job, before=_WAITING)
    return told


def _badge_of(found: Download) -> Badge:
    return _BADGES[DownloadState(found.state)]
