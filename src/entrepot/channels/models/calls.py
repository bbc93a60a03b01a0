"""What was called, how much budget is used, and whether a remote answers at all."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models


class CallLog(models.Model):
    """One remote call. Partitioned by day on ``recorded_at`` and dropped by age; bodies are redacted."""

    id = models.BigAutoField(primary_key=True)
    recorded_at = models.DateTimeField()
    seller_id = models.BigIntegerField()
    channel_id = models.BigIntegerField()
    method = models.CharField(max_length=8)
    path = models.TextField()
    endpoint = models.CharField(max_length=60)
    status = models.IntegerField(null=True)  # null: no answer
    ms = models.IntegerField()
    sent_bytes = models.IntegerField()
    received_bytes = models.IntegerField()
    outcome = models.CharField(max_length=12)
    attempt = models.IntegerField()
    error = models.TextField(blank=True)
    correlation = ArrayField(models.TextField(), default=list)  # what it was about: core.correlation
    request_body = models.JSONField(null=True)
    response_body = models.JSONField(null=True)

    class Meta:
        managed = False
        db_table = "channels_calllog"

    def __str__(self) -> str:
        return f"{self.method} {self.path} → {self.status}"


class BudgetUse(models.Model):
    """When the calls of one budget were made, oldest first: a sliding window that all workers share."""

    key = models.CharField(max_length=200, primary_key=True)
    taken = ArrayField(models.FloatField(), default=list)  # seconds since 1970

    def __str__(self) -> str:
        return self.key


class BreakerState(models.Model):
    """How often in a row a channel's remote did not answer, and until when it is left alone."""

    channel = models.OneToOneField("channels.Channel", models.CASCADE, primary_key=True)
    failures = models.IntegerField(default=0)
    open_until = models.FloatField(default=0)  # seconds since 1970

    def __str__(self) -> str:
        return f"channel {self.channel_id}: {self.failures} failures"
