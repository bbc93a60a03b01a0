"""Rows that are their own queue, the health of those who drain them, and runs that a person watches."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from entrepot.core.clock import now


class Claimable(models.Model):
    """A row that workers claim in sets. ``claim_no`` counts claims: who closes a row must name the one it holds."""

    claim_no = models.BigIntegerField(default=0, db_default=0)
    claimed_by = models.CharField(max_length=80, default="", db_default="", blank=True)  # host:pid:thread; empty: free
    leased_until = models.DateTimeField(null=True, blank=True)  # null: free; past: its worker is taken for dead
    not_before = models.DateTimeField(default=now, db_default=Now())  # back-off
    attempts = models.IntegerField(default=0, db_default=0)  # failures and leases that ran out, since the last success
    last_error = models.TextField(default="", db_default="", blank=True)

    class Meta:
        abstract = True


class DrainerHealth(models.Model):
    """The pulse of one drainer in one process."""

    drainer = models.CharField(max_length=80)
    worker = models.CharField(max_length=80)  # host:pid
    lane = models.CharField(max_length=12)
    beat_at = models.DateTimeField()
    worked_at = models.DateTimeField(null=True, blank=True)  # null: found nothing yet
    row_count = models.BigIntegerField(default=0)  # since the process started
    failures = models.IntegerField(default=0)  # in a row
    last_error = models.TextField(blank=True)
    last_error_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["drainer", "worker"], name="drainer_once_per_worker")]

    def __str__(self) -> str:
        return f"{self.drainer} on {self.worker}"


class Run(models.Model):
    """A long job that a person watches. The row says where it is, its lines say what happened."""

    STATES = ("queued", "running", "done", "failed", "cancelled")

    kind = models.CharField(max_length=40)
    seller_id = models.BigIntegerField(null=True, blank=True)  # null: the operator's
    title = models.CharField(max_length=200)
    state = models.CharField(max_length=10, default="queued")
    outcome = models.CharField(max_length=12, blank=True)  # ok, partial, refused; empty while it runs
    total = models.BigIntegerField(null=True, blank=True)  # null: not known yet
    done = models.BigIntegerField(default=0)  # failed ones among them
    failed = models.BigIntegerField(default=0)
    asked_by = models.CharField(max_length=150, blank=True)
    asked_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True, blank=True)
    advanced_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    report = models.JSONField(default=dict, blank=True)  # what the kind wants shown at the end

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=["queued", "running", "done", "failed", "cancelled"]),
                name="run_state_known",
            ),
            models.CheckConstraint(condition=models.Q(failed__lte=models.F("done")), name="run_failed_within_done"),
        ]
        indexes = [models.Index(fields=["seller_id", "-id"], name="run_by_seller")]  # the panel's list

    def __str__(self) -> str:
        return self.title


class RunLine(models.Model):
    """One line of a run's log."""

    run = models.ForeignKey(Run, models.CASCADE, related_name="lines")
    at = models.DateTimeField()
    level = models.CharField(max_length=8, default="note")  # note, fault
    text = models.TextField()

    class Meta:
        indexes = [models.Index(fields=["run", "id"], name="run_line_in_order")]

    def __str__(self) -> str:
        return self.text
