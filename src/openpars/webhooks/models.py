"""Subscriptions and their deliveries, as they are stored."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from uuid_utils.compat import uuid7


class Subscription(models.Model):
    """An address that wants to hear what happens at a provider.

    What happens to activities is read from the feed, behind `cursor`: what waits there needs no row of its own.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    provider = models.ForeignKey("accounts.Provider", on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=100)
    address = models.CharField(max_length=2000)
    events = models.JSONField(default=list)
    secret = models.CharField(max_length=100)
    """Signs every delivery, so it is kept as it is."""
    former_secret = models.CharField(max_length=100, default="")
    """The one before, which signs as well until `former_until`."""
    former_until = models.DateTimeField(null=True)
    cursor = models.BigIntegerField(default=0)
    paused_at = models.DateTimeField(null=True)
    paused_because = models.TextField(default="")
    """Why nothing is sent, when it was not a person who said so."""
    page = models.CharField(max_length=500)
    """The page about it, for letters: the worker does not know the site's name."""
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=200)

    objects: ClassVar[models.Manager[Any]] = models.Manager()

    class Meta:
        ordering = ["created_at", "id"]

    def __str__(self) -> str:
        return self.name


class State(models.TextChoices):
    """Where a delivery is."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    FAILED = "failed"


class Delivery(models.Model):
    """One message to a subscription, with one event or many, and what came of it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    subscription = models.ForeignKey(
        Subscription, on_delete=models.CASCADE, related_name="deliveries", db_index=False
    )
    event = models.CharField(max_length=40)
    """What it tells of; of several kinds of activity events, `activity`."""
    count = models.PositiveIntegerField(default=1)
    body = models.TextField()
    """The message, the same at every attempt."""
    created_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    by_hand = models.BooleanField(default=False)
    """Whether a person asked for it: it is tried even while the subscription is paused."""
    attempts = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField(null=True)
    tried_at = models.DateTimeField(null=True)
    status = models.PositiveSmallIntegerField(null=True)
    """The status of the last answer."""
    answer = models.TextField(default="")
    """The beginning of the last answer."""
    problem = models.CharField(max_length=300, default="")
    """Why there was none, in words."""

    objects: ClassVar[models.Manager[Any]] = models.Manager()

    class Meta:
        indexes = [
            models.Index(fields=["subscription", "-id"], name="delivery_log"),
            models.Index(fields=["next_try_at"], condition=Q(state="waiting"), name="delivery_waiting"),
            models.Index(fields=["created_at"], condition=~Q(state="waiting"), name="delivery_ended"),
        ]

    def __str__(self) -> str:
        return f"{self.event} to {self.subscription_id}"
