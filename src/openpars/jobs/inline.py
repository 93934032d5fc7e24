"""Doing a job at once, in this very process: for a command that somebody waits for."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from time import monotonic
from uuid import UUID

from django.conf import settings

from openpars.jobs import attempts, leases
from openpars.jobs.leases import Claim, LeaseLost, Progress
from openpars.jobs.models import Job

_NAME = "a command"


class _Here:
    """The line of a job that nobody watches over: it renews its lease itself, between two batches."""

    def __init__(self, claim: Claim, told: Callable[[Progress], None]) -> None:
        self.claim = claim
        self.told = told
        self.progress = Progress()
        self._renewed = monotonic()

    def tell(self, progress: Progress) -> None:
        self.progress = progress
        self.told(progress)
        if monotonic() - self._renewed > settings.JOB_LEASE.total_seconds() / 4:
            leases.renew(self.claim, progress)
            self._renewed = monotonic()

    def cancelled(self) -> bool:
        return False


def run(job_id: UUID, *, told: Callable[[Progress], None] = lambda _: None) -> Job:
    """Do a job that waits, unless a worker is quicker, and return it as it ended.

    `told` hears how far it is. When a worker has taken the job meanwhile, it is returned as it stands.
    """
    claim = leases.claim_this(job_id, _NAME)
    if claim is not None:
        line = _Here(claim, told)
        outcome = attempts.attempt(claim, line)
        if outcome is not None:
            with suppress(LeaseLost):
                attempts.settle(claim, outcome, line.progress)
    job: Job = Job.objects.get(pk=job_id)
    return job
