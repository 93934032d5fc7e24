"""Files to take away: what was sent, as it came."""

from __future__ import annotations

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from openpars.web.views.uploads.reaching import reach


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
