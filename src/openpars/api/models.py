"""What the web services keep of the calls they had."""

from __future__ import annotations

from django.db import models


class CallCount(models.Model):
    """How many calls a key made in the minute it called in last. `limits` alone writes it.

    It is worth nothing after that minute: on PostgreSQL the table is unlogged, so that counting waits for no disk.
    """

    api_key = models.OneToOneField(
        "accounts.ApiKey", on_delete=models.CASCADE, primary_key=True, related_name="+", db_constraint=False
    )
    minute = models.BigIntegerField()
    """The minute since 1970."""
    calls = models.PositiveIntegerField()

    def __str__(self) -> str:
        return f"{self.calls} calls of key {self.api_key_id}"


class IdempotentAnswer(models.Model):
    """What a write answered that came with an Idempotency-Key: who sends it again gets the same bytes.

    `status` is empty only while the transaction that does the write is under way, which nobody else sees.
    """

    api_key = models.ForeignKey("accounts.ApiKey", on_delete=models.CASCADE, related_name="+", db_index=False)
    idempotency_key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64)
    """SHA-256 of what was asked: method, address, type and body."""
    status = models.PositiveSmallIntegerField(null=True)
    headers = models.JSONField(default=dict)
    body = models.TextField(default="")
    created_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["api_key", "idempotency_key"], name="idempotency_key_once")
        ]

    def __str__(self) -> str:
        return f"{self.idempotency_key}: {self.status}"
