"""All rows of an upload, by what becomes of them; while it is planned, rows can be left out."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from openpars.uploads import applying, queries
from openpars.uploads.applying import NotPlanned
from openpars.uploads.models import Upload, UploadRow
from openpars.uploads.states import WRITTEN, State
from openpars.web.access import Visit
from openpars.web.views.uploads.reaching import page_context, reach
from openpars.web.views.uploads.row_words import shown_rows
from openpars.web.views.uploads.standing import RESULTS
from openpars.web.views.uploads.stretches import stretch

NOT_PLANNED = "The plan is not waiting any more: somebody has applied it, planned it again or given it up."
#: What a row can be filtered by, beside its result: words and condition.
_BESIDES: Final[dict[str, tuple[str, Q]]] = {
    "closes": ("Closed by this file", Q(closes=True)),
    "not-closed": ("Saved, but not closed", Q(not_closed=True)),
    "left-out": ("Left out", Q(ticked=False, result__in=WRITTEN)),
}
_LONGEST_NUMBER = 9


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def rows(request: HttpRequest, number: str, upload_id: UUID) -> HttpResponse:
    """List the rows; on POST leave out those of this page that are not ticked."""
    came, upload = reach(request, number, upload_id, to_write=request.method == "POST")
    if request.method == "POST":
        return _leave_out(came, upload)
    show = request.GET.get("show", "")
    page = stretch(_shown(upload, request.GET), ("number",), request.GET)
    context = page_context(came, upload) | {
        "page": page,
        "rows": shown_rows(came, upload, page.entries),
        "show": show,
        "choices": _choices(upload),
        "may_tick": came.scope.may_write and upload.state == State.PLANNED,
    }
    return render(request, "uploads/rows.html", context)


def _shown(upload: Upload, asked: QueryDict) -> QuerySet[UploadRow]:
    show, begin = asked.get("show", ""), asked.get("row", "")
    found = queries.rows(upload)
    if show in RESULTS:
        found = found.filter(result=show)
    elif show in _BESIDES:
        found = found.filter(_BESIDES[show][1])
    if begin.isascii() and begin.isdigit() and len(begin) <= _LONGEST_NUMBER:
        found = found.filter(number__gte=int(begin))
    return found


def _choices(upload: Upload) -> list[tuple[str, str]]:
    """Return what the list can be narrowed to, with how many there are where that is known."""
    counts = upload.counts
    results = [
        (result.value, f"{badge.words} ({counts[result]:,})")
        for result, (badge, _) in RESULTS.items()
        if counts.get(result)
    ]
    return results + [(name, words) for name, (words, _) in _BESIDES.items()]


def _leave_out(came: Visit, upload: Upload) -> HttpResponse:
    """Take in what is ticked of the rows that were shown, and leave the others out."""
    request = came.request
    shown, ticked = (_numbers(request.POST, name) for name in ("shown", "ticked"))
    try:
        applying.tick(upload, leave_out=shown - ticked, take_in=shown & ticked, scope=came.scope)
    except NotPlanned:
        messages.warning(request, NOT_PLANNED)
        return redirect("upload", number=came.provider.number, upload_id=upload.pk)
    messages.success(request, _told(len(shown - ticked)))
    return redirect(request.get_full_path())


def _told(left_out: int) -> str:
    if not left_out:
        return "All rows of this page are taken in."
    return (
        "One row of this page is left out."
        if left_out == 1
        else f"{left_out} rows of this page are left out."
    )


def _numbers(posted: QueryDict, name: str) -> set[int]:
    texts = posted.getlist(name)
    return {int(text) for text in texts if text.isascii() and text.isdigit() and len(text) <= _LONGEST_NUMBER}
