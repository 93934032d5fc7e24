"""From an address to the upload it is about, and what all of its pages are drawn with."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest

from openpars.activities.history import NOTHING
from openpars.formats.rows import Kind
from openpars.uploads import queries
from openpars.uploads.models import Upload
from openpars.uploads.queries import NoSuchUpload
from openpars.web.access import Visit, visit
from openpars.web.views.uploads.standing import KINDS, badge_of, meaning_of


def reach(
    request: HttpRequest, number: str, upload_id: UUID, *, to_write: bool = False
) -> tuple[Visit, Upload]:
    """Return the visit and the upload, of this provider and nobody else's.

    Raises Http404 and PermissionDenied as `visit` does, and Http404 for an upload that is not there.
    """
    came = visit(request, number, to_write=to_write)
    try:
        return came, queries.one(came.scope, upload_id)
    except NoSuchUpload as none:
        raise Http404 from none


def page_context(came: Visit, upload: Upload) -> dict[str, Any]:
    """Return what every page of an upload is drawn with."""
    return came.context | {
        "upload": upload,
        "badge": badge_of(upload),
        "meaning": meaning_of(upload),
        "total": upload.counts.get("rows"),
        "kind_words": KINDS[Kind(upload.kind)],
        "nothing": NOTHING,
        "time_zone": came.provider.accreditor.time_zone,
    }
