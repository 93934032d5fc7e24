"""Forgetting what nobody needs any more: an upload of a command that wrote nothing, and files kept for a day."""

from __future__ import annotations

from django.db import transaction

from openpars import clock
from openpars.activities import staging
from openpars.jobs import queue
from openpars.uploads import queries
from openpars.uploads.models import Download, Upload, UploadFinding, UploadFix, UploadRow
from openpars.uploads.states import State

#: States of an upload that has written something, or is about to.
_WROTE = frozenset({State.APPLYING, State.APPLIED, State.UNDOING, State.UNDONE})
_AT_ONCE = 5_000


def forget(upload: Upload) -> bool:
    """Remove an upload with its file, its plan and all that was found; answers whether it could be.

    One that has written something, or is about to, stays: it is the receipt. Nobody waits for it: a few thousand
    rows go at a time.
    """
    with transaction.atomic():
        held = queries.locked(upload.pk)
        if held.state in _WROTE:
            return False
        job, plan = held.job, held.plan
        held.state = State.CANCELLED
        held.plan = None
        held.save(update_fields=["state", "plan"])
    if job is not None:
        queue.cancel(job)
    if plan is not None:
        staging.discard(plan)
    for model in (UploadFinding, UploadFix, UploadRow):
        while ids := list(model.objects.filter(upload=held).values_list("pk", flat=True)[:_AT_ONCE]):
            model.objects.filter(pk__in=ids).delete()
    for download in Download.objects.filter(upload=held):
        _forget(download)
    held.delete()
    held.file.delete(save=False)
    return True


def forget_downloads() -> None:
    """Remove every prepared file whose day is over."""
    for download in Download.objects.filter(kept_until__lt=clock.now()):
        _forget(download)


def _forget(download: Download) -> None:
    # The file goes first: what is left of a row is found, and forgotten, once more.
    download.file.delete(save=False)
    download.delete()
    if download.job is not None:
        queue.cancel(download.job)
