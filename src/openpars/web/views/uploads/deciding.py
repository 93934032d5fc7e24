"""What a person decides about an upload: apply it, plan it again, give it up, undo it."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from openpars.activities.queries import RESTORABLE
from openpars.uploads import applying, cancelling, undoing
from openpars.uploads.applying import NotAllGood, NothingToDo, NotPlanned
from openpars.uploads.states import State
from openpars.uploads.undoing import NotApplied
from openpars.web.views.uploads.reaching import page_context, reach
from openpars.web.views.uploads.rows import NOT_PLANNED

_BLOCKED = "Nothing was applied: some rows are blocked. Mend them, or apply only the good rows."
_NOTHING = "Nothing was applied: the plan writes nothing, or every row is left out."
_NOT_APPLIED = "There is nothing to undo: this upload is not applied, or was undone already."
_TOO_LATE = "It was too late to cancel: the page shows where the upload stands now."


@login_required
@require_POST
def apply(request: HttpRequest, number: str, upload_id: UUID) -> HttpResponse:
    """Have the plan applied, all of it, or with `rows=good` only what is not blocked."""
    came, upload = reach(request, number, upload_id, to_write=True)
    try:
        applying.apply_plan(
            upload, good_rows_only=request.POST.get("rows") == "good", scope=came.scope, actor=came.actor
        )
    except NotPlanned:
        messages.warning(request, NOT_PLANNED)
    except NotAllGood:
        messages.error(request, _BLOCKED)
    except NothingToDo:
        messages.warning(request, _NOTHING)
    return redirect("upload", number=number, upload_id=upload_id)


@login_required
@require_POST
def plan_again(request: HttpRequest, number: str, upload_id: UUID) -> HttpResponse:
    """Have the file read and planned once more."""
    came, upload = reach(request, number, upload_id, to_write=True)
    try:
        applying.plan_again(upload, scope=came.scope)
    except NotPlanned:
        messages.warning(request, NOT_PLANNED)
    return redirect("upload", number=number, upload_id=upload_id)


@login_required
@require_POST
def cancel(request: HttpRequest, number: str, upload_id: UUID) -> HttpResponse:
    """Give the upload up before anything of it is written."""
    came, upload = reach(request, number, upload_id, to_write=True)
    if not cancelling.cancel(upload, scope=came.scope):
        messages.warning(request, _TOO_LATE)
    return redirect("upload", number=number, upload_id=upload_id)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def undo(request: HttpRequest, number: str, upload_id: UUID) -> HttpResponse:
    """Ask whether to take back what the upload did; on POST have it done."""
    came, upload = reach(request, number, upload_id, to_write=True)
    if upload.state != State.APPLIED:
        messages.warning(request, _NOT_APPLIED)
        return redirect("upload", number=number, upload_id=upload_id)
    if request.method != "POST":
        context = page_context(came, upload) | {"days": RESTORABLE.days}
        return render(request, "uploads/undo.html", context)
    try:
        undoing.undo_upload(upload, scope=came.scope, actor=came.actor)
    except NotApplied:
        messages.warning(request, _NOT_APPLIED)
    return redirect("upload", number=number, upload_id=upload_id)
