"""Asking for work, and taking it back."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import transaction

from openpars.jobs import ending, handlers
from openpars.jobs.models import Job, State


def enqueue(kind: str, args: dict[str, Any] | None = None) -> Job:
    """Ask for a job to be done; workers see it when the caller's transaction has been committed.

    `args` is plain JSON. Raises UnknownKind when nobody does such jobs.
    """
    handlers.of(kind)
    job: Job = Job.objects.create(kind=kind, args=args or {})
    return job


def cancel(job_id: UUID) -> bool:
    """Ask for a job to be given up; answers whether it will, or can still, be.

    One that waits is cancelled at once. One that runs stops between two batches, if its handler can, and may
    be done before it does. One that has ended, or has been cleared away, stays as it is.
    """
    with transaction.atomic():
        job = Job.objects.select_for_update().filter(pk=job_id).first()
        if job is None or job.ended:
            return False
        if job.state == State.QUEUED:
            ending.undone(job, State.CANCELLED)
        else:
            job.cancel_requested = True
            job.save(update_fields=["cancel_requested"])
    return True
