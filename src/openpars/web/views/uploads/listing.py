"""The list of what was uploaded, the newest first."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from openpars.uploads import queries
from openpars.web.access import visit
from openpars.web.views.uploads.standing import badge_of, counted, meaning_of

PAGE_SIZE = 25
#: All that a line of the list shows; what was found in a file can be long.
_SHOWN = ("provider", "state", "file_name", "actor_name", "door", "adopt", "counts", "created_at")


@login_required
@require_safe
def uploads(request: HttpRequest, number: str) -> HttpResponse:
    """List the uploads of the provider."""
    came = visit(request, number)
    page = Paginator(queries.of(came.scope).only(*_SHOWN), PAGE_SIZE).get_page(request.GET.get("page"))
    context = came.context | {
        "page": page,
        "rows": [
            {
                "upload": upload,
                "badge": badge_of(upload),
                "meaning": meaning_of(upload),
                "total": upload.counts.get("rows"),
                "counted": counted(upload),
            }
            for upload in page.object_list
        ],
        "time_zone": came.provider.accreditor.time_zone,
    }
    return render(request, "uploads/list.html", context)
