"""The job that throws away what is left of a plan that was applied. It takes its time, and nobody waits for it."""

from __future__ import annotations

from uuid import UUID

from openpars.activities import staging
from openpars.jobs import queue
from openpars.jobs.running import Running

CLEAR = "uploads.clear"


def later(plan: UUID) -> None:
    """Have a worker throw a plan away, once the caller's transaction is committed."""
    queue.enqueue(CLEAR, {"plan": str(plan)})


def run(job: Running) -> None:
    """Throw away the plan that the job names; where it is gone already, there is nothing to do."""
    staging.discard(UUID(job.args["plan"]))
