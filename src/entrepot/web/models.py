"""Answers kept so that a repeated request is answered, not done, again."""

from __future__ import annotations

from django.db import models


class IdempotencyKey(models.Model):
    """One ``Idempotency-Key`` of one actor: what was asked, and what we answered. Kept for a day."""

    actor = models.CharField(max_length=180)
    key = models.CharField(max_length=255)
    method = models.CharField(max_length=8)
    path = models.CharField(max_length=500)
    body_hash = models.CharField(max_length=64)  # SHA-256, hex
    status = models.IntegerField(null=True)  # null: still at work
    content_type = models.CharField(max_length=100, blank=True)
    response = models.BinaryField(null=True)
    made_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["actor", "key"], name="idempotency_key_once_per_actor")]
        indexes = [models.Index(fields=["made_at"], name="idempotency_key_by_age")]  # retention

    def __str__(self) -> str:
        return self.key
