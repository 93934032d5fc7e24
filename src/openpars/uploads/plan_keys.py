"""The keys of the plans that the attempts at a job make, by which is found what a killed one has left behind."""

from __future__ import annotations

from uuid import UUID, uuid5

from openpars.activities import staging


def of_attempt(job: UUID, attempt: int) -> UUID:
    """Return the key of the plan of one attempt; no two attempts have the same, so none gets in another's way."""
    return uuid5(job, str(attempt))


def discard_before(job: UUID, attempt: int, *, but: UUID | None = None) -> None:
    """Throw away the plans of all attempts before this one, but for one key; most often there are none."""
    for earlier in range(1, attempt):
        if (key := of_attempt(job, earlier)) != but:
            staging.discard(key)
