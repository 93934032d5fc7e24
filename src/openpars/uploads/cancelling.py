"""Giving an upload up before anything of it is written."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.db import transaction

from openpars.accounts.scopes import Scope
from openpars.activities import staging
from openpars.jobs import queue
from openpars.uploads import queries
from openpars.uploads.models import Upload
from openpars.uploads.states import CANCELLABLE, State


def cancel(upload: Upload, *, scope: Scope) -> bool:
    """Give an upload up; answers whether that was still possible. Raises PermissionDenied, NoSuchUpload.

    Its page stays, with what was found. A worker that is at it stops between two batches.
    """
    if not scope.may_write:
        raise PermissionDenied
    with transaction.atomic():
        held = queries.locked(upload.pk, scope=scope)
        if held.state not in CANCELLABLE:
            return False
        job, plan = held.job, held.plan
        held.state = State.CANCELLED
        held.plan = None
        held.save(update_fields=["state", "plan"])
    if job is not None:
        queue.cancel(job)
    if plan is not None:
        staging.discard(plan)
    return True
