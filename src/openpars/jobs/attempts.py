"""One attempt at a job: its handler is called, and what comes of it is written down."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from django.db import InterfaceError, OperationalError

from openpars.jobs import handlers, leases
from openpars.jobs.leases import Claim, LeaseLost, Progress
from openpars.jobs.models import State
from openpars.jobs.running import Cancelled, Failed, Line, Running

log = logging.getLogger(__name__)

#: What people read when a handler broke.
BROKEN = (
    "Something went wrong on our side, and the work was stopped. Please start it once more; if it ends like this "
    "again, tell whoever runs this site that the log explains job {job}."
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an attempt ended: done, failed for a reason in words for people, or cancelled."""

    state: State
    error: str = ""


def attempt(claim: Claim, line: Line) -> Outcome | None:
    """Do the job. None says that this attempt does not count for the job: it was not ours any more, or the
    database was away; whoever has the lease, or gets it next, does it anew."""
    try:
        handlers.of(claim.kind).handle(Running(claim, line))
    except Cancelled:
        return Outcome(State.CANCELLED)
    except Failed as problem:
        return Outcome(State.FAILED, str(problem))
    except LeaseLost:
        log.warning(
            "Job %s (%s) is not ours any more; nothing more of it is done here", claim.job, claim.kind
        )
        return None
    except (OperationalError, InterfaceError):
        log.exception("Job %s (%s) met a database that does not answer", claim.job, claim.kind)
        return None
    except Exception:
        log.exception("Job %s (%s) failed", claim.job, claim.kind)
        return Outcome(State.FAILED, BROKEN.format(job=claim.job))
    return Outcome(State.DONE)


def settle(claim: Claim, outcome: Outcome, progress: Progress) -> None:
    """Write down how a job ended. Raises LeaseLost."""
    if outcome.state == State.DONE:
        leases.done(claim, progress)
    else:
        leases.undone(claim, outcome.state, outcome.error)
