"""A job as its handler sees it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

from openpars.jobs import leases
from openpars.jobs.leases import Claim, LeaseLost, Progress

__all__ = ["Cancelled", "Failed", "LeaseLost", "Line", "Running"]


class Cancelled(Exception):
    """Raised by a handler that stops because somebody asked it to."""


class Failed(Exception):
    """Raised by a handler that cannot do the job; its text is shown to people."""


class Line(Protocol):
    """The way from a handler to the worker that watches over it."""

    def tell(self, progress: Progress) -> None:
        """Say how far the job is; raises LeaseLost when the worker is gone."""

    def cancelled(self) -> bool:
        """Say whether the worker has heard that somebody asked to stop."""


@dataclass(frozen=True, slots=True)
class Running:
    """What a handler gets: its arguments, and ways to say how far it is and to hear that it shall stop."""

    _claim: Claim
    _line: Line

    @property
    def id(self) -> UUID:
        """The job's id."""
        return self._claim.job

    @property
    def args(self) -> dict[str, Any]:
        """What `enqueue` was given."""
        return self._claim.args

    @property
    def attempt(self) -> int:
        """1 the first time, more after a worker was lost."""
        return self._claim.attempt

    def progress(self, done: int, total: int | None = None, stage: str = "") -> None:
        """Say how much has been done, after it was done, once per batch.

        It costs next to nothing: the worker writes it down, at most twice a second, even while the handler
        is in a transaction. In one stage, a smaller number than before changes nothing. Raises LeaseLost.
        """
        self._line.tell(Progress(done=done, total=total, stage=stage))

    def cancelled(self) -> bool:
        """Say whether somebody asked to stop; ask between batches, then clean up and raise Cancelled."""
        return self._line.cancelled()

    def hold_lease(self) -> None:
        """Inside a transaction: make sure that the job is still ours until the transaction has ended.

        Call it before what must happen once only, and, when that takes long, again as the last thing: the
        lease is then fresh when the transaction ends. Raises LeaseLost when another worker has the job, and
        everything must be rolled back.
        """
        leases.hold(self._claim)
