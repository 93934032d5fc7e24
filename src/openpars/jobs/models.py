"""A job as it is stored. `queue` asks for work, `leases` is how workers take it and keep it."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from uuid_utils.compat import uuid7


class State(models.TextChoices):
    """Where a job is. The last three are its end."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


#: Nothing more happens to a job in one of these.
ENDED = (State.DONE, State.FAILED, State.CANCELLED)


class Job(models.Model):
    """One piece of background work, how far it is, and who is at it.

    All its times are the database's: workers on several machines measure leases by one clock, and a demo's
    chosen day does not stop them.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(max_length=100)
    args = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)

    # How far it is: `done` of `total` (null while nobody knows), and what is being counted, in words for
    # people. Each attempt, and each stage in it, counts from nothing.
    stage = models.CharField(max_length=200, default="")
    done = models.PositiveBigIntegerField(default=0)
    total = models.PositiveBigIntegerField(null=True)
    #: Why it failed, in words for people; what programmers need is in the log.
    error = models.TextField(default="")
    cancel_requested = models.BooleanField(default=False)

    # Who is at it: `claim` is new each time the job is taken, so that who had it before can tell.
    worker = models.CharField(max_length=200, default="")
    claim = models.UUIDField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    heartbeat_at = models.DateTimeField(null=True)

    created_at = models.DateTimeField(db_default=Now())
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    objects: ClassVar[models.Manager[Any]] = models.Manager()

    class Meta:
        indexes = [
            models.Index(
                fields=["created_at", "id"],
                condition=Q(state__in=[State.QUEUED, State.RUNNING]),
                name="job_not_ended",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.id} ({self.state})"

    @property
    def ended(self) -> bool:
        """Whether nothing more will happen to it."""
        return self.state in ENDED


def plain(text: str) -> str:
    """Return words as every database takes them, whatever file they quote from."""
    return text.replace("\0", "").encode(errors="replace").decode()
