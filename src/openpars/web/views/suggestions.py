"""Names to pick while typing: this provider's own and the public lists, never another provider's."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

from openpars.activities.suggestions import suggested_names
from openpars.web.access import visit

#: What is longer is no name anybody is about to pick.
LONGEST = 200


@login_required
@require_safe
def suggestions(request: HttpRequest, number: str) -> JsonResponse:
    """Answer `?kind=&q=` with `{"suggestions": [name, ...]}`; an unknown kind has none."""
    came = visit(request, number)
    typed = request.GET.get("q", "")[:LONGEST].replace("\0", "")
    names = suggested_names(came.scope, request.GET.get("kind", ""), typed)
    return JsonResponse({"suggestions": names})
