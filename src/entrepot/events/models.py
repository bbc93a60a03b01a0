"""Happenings: outbox, published events, how far each subscriber is, what poisoned it; levels: dirty marks."""

from __future__ import annotations

from django.db import models


class Outbox(models.Model):
    """A happening, written in the transaction in which it happened. The sequencer empties it."""

    event_id = models.UUIDField()
    topic = models.CharField(max_length=40)
    key = models.CharField(max_length=60)
    type = models.CharField(max_length=60)
    seller_id = models.BigIntegerField()
    subject = models.CharField(max_length=80)
    payload = models.JSONField(default=dict)
    at = models.DateTimeField()

    class Meta:
        db_table = "events_outbox"

    def __str__(self) -> str:
        return self.type


class Event(models.Model):
    """A published happening; ``seq`` has no late comers, so a reader remembers one number. Partitioned by day."""

    seq = models.BigIntegerField(primary_key=True)
    event_id = models.UUIDField()
    topic = models.CharField(max_length=40)
    key = models.CharField(max_length=60)
    type = models.CharField(max_length=60)
    seller_id = models.BigIntegerField()
    subject = models.CharField(max_length=80)
    payload = models.JSONField()
    at = models.DateTimeField()
    recorded_at = models.DateTimeField()

    class Meta:
        managed = False
        db_table = "events_event"

    def __str__(self) -> str:
        return f"{self.seq} {self.type}"


class EventCursor(models.Model):
    """How far one subscriber has come; moved by compare-and-set in the handler's transaction."""

    subscriber = models.CharField(max_length=80, primary_key=True)
    seq = models.BigIntegerField(default=0)
    moved_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.subscriber}@{self.seq}"


class ParkedEvent(models.Model):
    """An event that its handler could not bear, or that waits behind one of the same key."""

    subscriber = models.CharField(max_length=80)
    seq = models.BigIntegerField()
    key = models.CharField(max_length=60)
    type = models.CharField(max_length=60)
    seller_id = models.BigIntegerField()
    event = models.JSONField()
    error = models.TextField(blank=True)  # empty: only waits behind another
    parked_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["subscriber", "seq"], name="parked_once")]
        indexes = [models.Index(fields=["subscriber", "key", "seq"], name="parked_by_key")]

    def __str__(self) -> str:
        return f"{self.subscriber}: {self.type}"


class StateChange(models.Model):
    """One move of one row: who, when, why. Partitioned by day."""

    id = models.BigAutoField(primary_key=True)
    recorded_at = models.DateTimeField()
    machine = models.CharField(max_length=24)
    subject_id = models.BigIntegerField()
    seller_id = models.BigIntegerField(null=True)
    event = models.CharField(max_length=24)
    old = models.CharField(max_length=24)
    new = models.CharField(max_length=24)
    actor = models.CharField(max_length=80)
    note = models.TextField(blank=True)
    is_inferred = models.BooleanField(default=False)
    remote_at = models.DateTimeField(null=True)
    at = models.DateTimeField()

    class Meta:
        managed = False
        db_table = "events_statechange"

    def __str__(self) -> str:
        return f"{self.machine} {self.subject_id}: {self.old} → {self.new}"


class Dirty(models.Model):
    """ "Compute this again". Append only and without a unique key: writers never wait for each other."""

    kind = models.CharField(max_length=12)
    subject_id = models.BigIntegerField()

    class Meta:
        db_table = "events_dirty"
        indexes = [models.Index(fields=["kind", "id"], name="dirty_by_kind")]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject_id}"
