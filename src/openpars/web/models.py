"""What a person typed and could not be stored as an activity yet."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import ClassVar

from django.conf import settings
from django.db import models

from openpars.accounts.models import Provider

#: How long an entry nobody came back to is kept.
KEPT_FOR = timedelta(days=60)


class FormEntry(models.Model):
    """One step of the form as one person typed it, kept for that person alone until it is saved.

    It holds what no activity can hold yet: the first step before title, format and dates are there, and
    what was sent when the sign-in had run out or somebody else had just closed the activity. Its id is
    drawn into the form, so that a form sent twice is still one entry and becomes one draft.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    provider = models.ForeignKey(Provider, on_delete=models.CASCADE, related_name="+")
    #: The activity the step belongs to; null while there is none. Activities are never erased, so that a
    #: number is enough, and the entry needs no way round the scoped queries.
    activity_id = models.PositiveBigIntegerField(null=True, blank=True)
    step = models.CharField(max_length=40)
    #: Raw answers, as the form posted them.
    raw = models.JSONField(default=dict)
    #: The revision of the activity the form was drawn from.
    base_revision = models.PositiveIntegerField(null=True, blank=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    objects: ClassVar[models.Manager[FormEntry]] = models.Manager()

    class Meta:
        verbose_name_plural = "form entries"
        indexes = [models.Index(fields=["updated_at"], name="form_entry_age")]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "activity_id", "step"],
                condition=models.Q(activity_id__isnull=False),
                name="one_entry_per_step",
            )
        ]

    def __str__(self) -> str:
        return f"{self.step} of {self.activity_id or 'a new activity'}"


def forget_old_entries(*, now: datetime) -> int:
    """Delete the entries nobody came back to within KEPT_FOR, and return how many there were."""
    return FormEntry.objects.filter(updated_at__lt=now - KEPT_FOR).delete()[0]
