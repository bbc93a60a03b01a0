"""Rows as queues, and long jobs that a person watches."""

from __future__ import annotations

from django.db import models
from django.utils import timezone


class Claimable(models.Model):
    """A row that workers take from a queue. Every closing update names ``claim_no``: who woke up late changes nothing."""

    claim_no = models.BigIntegerField(default=0, editable=False)
    leased_until = models.DateTimeField(null=True, blank=True, editable=False)  # null: nobody has it
    not_before = models.DateTimeField(default=timezone.now, editable=False)
    attempts = models.IntegerField(default=0, editable=False)
    last_error = models.TextField(blank=True, editable=False)

    class Meta:
        abstract = True


class Run(models.Model):
    """A long job that a person started or watches."""

    kind = models.CharField(max_length=40)
    title = models.CharField(max_length=200)
    seller_id = models.BigIntegerField(null=True)  # null: ours
    status = models.CharField(max_length=10, default="queued")  # queued, running, done, dead
    outcome = models.CharField(max_length=10, blank=True)  # ok, partial, refused
    total = models.BigIntegerField(null=True)  # null: not known yet
    done = models.BigIntegerField(default=0)
    failed = models.BigIntegerField(default=0)
    log = models.JSONField(default=list)  # the last 200 lines: {"at", "text"}
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.title


class Pulse(models.Model):
    """When a drainer of a process was last alive, and its last error."""

    name = models.CharField(max_length=60)
    process = models.CharField(max_length=80)
    lane = models.CharField(max_length=12)
    beat_at = models.DateTimeField()
    done = models.BigIntegerField(default=0)
    errors = models.BigIntegerField(default=0)
    last_error = models.TextField(blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["name", "process"], name="pulse_once")]

    def __str__(self) -> str:
        return f"{self.name}@{self.process}"
