"""The end of a job that was not done: it failed, or was cancelled."""

from __future__ import annotations

import logging

from django.db import transaction
from django.db.models.functions import Now

from openpars.jobs import handlers
from openpars.jobs.models import Job, State, plain

log = logging.getLogger(__name__)


def undone(job: Job, state: State, error: str = "") -> None:
    """Mark a job, locked by the caller's transaction, as failed or cancelled, and tell its room.

    What the room does is undone when it goes wrong; the job has ended all the same.
    """
    Job.objects.filter(pk=job.pk).update(
        state=state, error=plain(error), claim=None, lease_until=None, finished_at=Now()
    )
    job.refresh_from_db()
    try:
        with transaction.atomic():
            tell = handlers.of(job.kind).ended
            if tell is not None:
                tell(job)
    except Exception:
        log.exception("Job %s ended as %s, but its room could not take note of it", job.id, state)
