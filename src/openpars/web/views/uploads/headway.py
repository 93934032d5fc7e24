"""How far a worker is with what a page waits for."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from openpars.jobs.models import Job


@dataclass(frozen=True, slots=True)
class Headway:
    """How far a worker is: the stage, and how many of how many, where it is known."""

    stage: str
    done: int
    total: int | None


def headway_of(job_id: UUID | None, *, before: str) -> Headway:
    """Return how far a job is; `before` says what it is at until it has said so itself."""
    job = Job.objects.filter(pk=job_id).first()
    if job is None:
        return Headway(before, 0, None)
    return Headway(job.stage or before, job.done, job.total)
