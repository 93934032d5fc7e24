"""How workers take a job, keep it, and let go of it.

A lease is held by the claim of the job's row, and measured by the database's clock. Whoever does not renew it
loses the job to another worker. On SQLite the transaction itself keeps others away (BEGIN IMMEDIATE); on
PostgreSQL rows are locked, and rows that somebody else has locked are passed over.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q, QuerySet, Value
from django.db.models.functions import Now
from uuid_utils.compat import uuid7

from openpars.jobs import ending, handlers
from openpars.jobs.models import ENDED, Job, State, plain

log = logging.getLogger(__name__)


class LeaseLost(Exception):
    """The job is not ours any more; nothing of this attempt may be committed."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A job that was taken, and the token that proves who has it."""

    job: UUID
    token: UUID
    kind: str
    args: dict[str, Any]
    attempt: int


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a job is: `done` of `total` (None while nobody knows) of what `stage` says."""

    done: int = 0
    total: int | None = None
    stage: str = ""

    def after(self, before: Progress) -> Progress:
        """Return this as it follows on `before`: never more than all, and never back within a stage."""
        total = None if self.total is None else max(0, self.total)
        done = max(0, self.done) if total is None else max(0, min(self.done, total))
        stage = plain(self.stage)[:200]
        return Progress(
            done=max(done, before.done) if stage == before.stage else done, total=total, stage=stage
        )


#: What people read about a job whose process was lost again and again.
LOST = (
    "The work was ended {attempts} times before it was done, and is not tried again. Please start it once more; "
    "if it ends like this again, tell whoever runs this site."
)


def waiting() -> bool:
    """Say whether there may be a job to take; one plain read."""
    return _claimable().exists()


def claim(worker: str) -> Claim | None:
    """Take the job that has waited longest, in the name of `worker`; None when there is none.

    A job whose lease has run out counts as waiting. One that was lost too often fails here, and one that
    somebody asked to cancel is cancelled.
    """
    while True:
        with transaction.atomic():
            job = _claimable().select_for_update(skip_locked=True).order_by("created_at", "id").first()
            if job is None:
                return None
            if (taken := _take_or_end(job, worker)) is not None:
                return taken


def claim_this(job_id: UUID, worker: str) -> Claim | None:
    """Take one job, in the name of `worker`; None when somebody else has it, or it has ended, here at the latest."""
    with transaction.atomic():
        job = _claimable().select_for_update(skip_locked=True).filter(pk=job_id).first()
        return None if job is None else _take_or_end(job, worker)


def _take_or_end(job: Job, worker: str) -> Claim | None:
    """Take a job that waits; None when it ends instead, because somebody asked to, or it was lost too often."""
    if job.cancel_requested:
        ending.undone(job, State.CANCELLED)
    elif job.attempts >= settings.JOB_ATTEMPTS:
        log.error("Job %s (%s) was lost %s times; it has failed", job.id, job.kind, job.attempts)
        ending.undone(job, State.FAILED, LOST.format(attempts=job.attempts))
    else:
        return _take(job, worker)
    return None


def _claimable() -> QuerySet[Job]:
    free = Q(state=State.QUEUED) | Q(state=State.RUNNING, lease_until__lt=Now())
    found: QuerySet[Job] = Job.objects.filter(free, kind__in=handlers.kinds())
    return found


def _take(job: Job, worker: str) -> Claim:
    token = uuid7()
    if job.attempts:
        log.warning("Job %s (%s) is taken up again from %s", job.id, job.kind, job.worker)
    Job.objects.filter(pk=job.pk).update(
        state=State.RUNNING,
        worker=worker,
        claim=token,
        attempts=F("attempts") + 1,
        lease_until=_lease(),
        heartbeat_at=Now(),
        started_at=Now(),
        stage="",
        done=0,
        total=None,
    )
    return Claim(job=job.id, token=token, kind=job.kind, args=job.args, attempt=job.attempts + 1)


def look(claim: Claim) -> bool:
    """Say whether somebody asked to cancel; one plain read. Raises LeaseLost."""
    asked: bool | None = _ours(claim).values_list("cancel_requested", flat=True).first()
    if asked is None:
        raise LeaseLost
    return asked


def renew(claim: Claim, progress: Progress) -> bool:
    """Renew the lease and write down how far the job is.

    Answers False when the row is locked just now, or not ours any more; `look` knows which.
    """
    with transaction.atomic():
        if _locked(claim) is None:
            return False
        _ours(claim).update(
            lease_until=_lease(),
            heartbeat_at=Now(),
            done=progress.done,
            total=progress.total,
            stage=progress.stage,
        )
    return True


def hold(claim: Claim) -> None:
    """Renew the lease as part of the caller's transaction, and keep others from the job until that ends.

    Raises LeaseLost.
    """
    if not transaction.get_connection().in_atomic_block:
        message = "A lease is held by a transaction, and there is none."
        raise transaction.TransactionManagementError(message)
    if not _ours(claim).update(lease_until=_lease()):
        raise LeaseLost


def done(claim: Claim, progress: Progress) -> None:
    """End a job as done. Raises LeaseLost."""
    ended = _ours(claim).update(
        state=State.DONE,
        claim=None,
        lease_until=None,
        finished_at=Now(),
        done=progress.done,
        total=progress.total,
        stage=progress.stage,
    )
    if not ended:
        raise LeaseLost


def undone(claim: Claim, state: State, error: str = "") -> None:
    """End a job as failed, for a reason in words for people, or as cancelled. Raises LeaseLost."""
    with transaction.atomic():
        job = _ours(claim).select_for_update().first()
        if job is None:
            raise LeaseLost
        ending.undone(job, state, error)


def give_back(claim: Claim, *, counted: bool) -> None:
    """Let the next worker have the job at once; an attempt that is not `counted` was none. Raises LeaseLost."""
    given = _ours(claim).update(
        state=State.QUEUED, claim=None, lease_until=None, attempts=F("attempts") - (0 if counted else 1)
    )
    if not given:
        raise LeaseLost


def clear() -> int:
    """Remove jobs that ended long ago; answers how many."""
    return int(Job.objects.filter(state__in=ENDED, finished_at__lt=Now() - settings.JOB_KEPT).delete()[0])


def _ours(claim: Claim) -> QuerySet[Job]:
    found: QuerySet[Job] = Job.objects.filter(pk=claim.job, claim=claim.token, state=State.RUNNING)
    return found


def _locked(claim: Claim) -> Job | None:
    return _ours(claim).select_for_update(skip_locked=True).first()


def _lease() -> Any:
    return Now() + Value(settings.JOB_LEASE)
