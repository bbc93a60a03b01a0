"""What happened, what must be computed again, how far each reader is, and what stood in its way.

The tables of ``Event`` and ``StateChange`` are partitioned by day on ``recorded_at``: their database key is
(id, recorded_at), the model's key is ``id`` alone, and nothing has a foreign key to them.
"""

from __future__ import annotations

import uuid

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models.functions import Now


class Outbox(models.Model):
    """A happening in the transaction in which it happened. The sequencer takes it away; nobody else reads it."""

    event_id = models.UUIDField(default=uuid.uuid4, db_default=models.Func(function="gen_random_uuid"))
    type = models.CharField(max_length=80)  # order.approved
    topic = models.CharField(max_length=40)  # order
    key = models.CharField(max_length=64)  # the subject's id; events of one (topic, key) stay in order
    seller_id = models.BigIntegerField(null=True)  # null: the operator's
    subject = models.CharField(max_length=120, db_default="")  # what a person would call it
    payload = models.JSONField(default=dict)
    at = models.DateTimeField(db_default=Now())  # the business instant

    def __str__(self) -> str:
        return f"{self.type} {self.key}"


class Event(models.Model):
    """A happening in its place: ``seq`` is dense in time, given by the one sequencer."""

    seq = models.BigIntegerField(primary_key=True)
    event_id = models.UUIDField()
    type = models.CharField(max_length=80)
    topic = models.CharField(max_length=40)
    key = models.CharField(max_length=64)
    seller_id = models.BigIntegerField(null=True)
    subject = models.CharField(max_length=120)
    payload = models.JSONField()
    at = models.DateTimeField()
    recorded_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return f"{self.type} {self.key}"


class EventCursor(models.Model):
    """How far a subscriber is: every event up to ``seq`` has had its effect, or is parked.

    Of one that reads Kafka's topics it says so from time to time; its exact places are in ``TopicOffset``.
    """

    LOG, TOPICS = "log", "topics"

    subscriber = models.CharField(max_length=150, unique=True)  # the handler's dotted name, or "relay <cluster>"
    reads = models.CharField(max_length=10, default=LOG, db_default=LOG)  # events_event, or Kafka's topics
    seq = models.BigIntegerField(default=0)
    seen_at = models.DateTimeField(null=True, blank=True)  # recorded_at of the last; null: none yet. Spares partitions
    moved_at = models.DateTimeField(null=True, blank=True)
    cut_off_at = models.DateTimeField(null=True, blank=True)  # dead for too long: retention waits for it no more
    last_error = models.TextField(blank=True)

    def __str__(self) -> str:
        return f"{self.subscriber} at {self.seq}"


class ParkedEvent(models.Model):
    """An event that a subscriber could not take (guilty), or that waits behind one of the same key. A whole copy."""

    subscriber = models.CharField(max_length=150)
    seq = models.BigIntegerField()
    event_id = models.UUIDField()
    type = models.CharField(max_length=80)
    topic = models.CharField(max_length=40)
    key = models.CharField(max_length=64)
    seller_id = models.BigIntegerField(null=True)
    subject = models.CharField(max_length=120)
    payload = models.JSONField()
    at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    is_guilty = models.BooleanField()  # False: only waits for its turn
    error = models.TextField(blank=True)
    tries = models.IntegerField(default=1)
    parked_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["subscriber", "seq"], name="parked_once_per_subscriber")]
        indexes = [models.Index(fields=["subscriber", "topic", "key", "seq"], name="parked_by_key")]  # the dispatcher

    def __str__(self) -> str:
        return f"{self.type} {self.key} for {self.subscriber}"


class StateChange(models.Model):
    """One move of one subject, with who and why."""

    id = models.BigAutoField(primary_key=True)
    machine = models.CharField(max_length=40)
    subject_id = models.BigIntegerField()
    seller_id = models.BigIntegerField(null=True)
    event = models.CharField(max_length=40)
    old = models.CharField(max_length=40)
    new = models.CharField(max_length=40)
    actor = models.CharField(max_length=40)  # hub, seller, store, remote, carrier, operator
    by = models.CharField(max_length=150, db_default="")  # the person or key, when there was one
    note = models.TextField(db_default="")
    inferred = models.BooleanField(db_default=False)  # a step between two that the remote told
    at = models.DateTimeField()
    remote_at = models.DateTimeField(null=True)
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [models.Index(fields=["machine", "subject_id", "id"], name="state_change_of_subject")]  # timelines

    def __str__(self) -> str:
        return f"{self.machine} {self.subject_id}: {self.old} → {self.new}"


class Dirty(models.Model):
    """A mark: compute this level again. Append only, no unique key: writers never wait for each other."""

    kind = models.CharField(max_length=20)
    subject_id = models.BigIntegerField()

    class Meta:
        indexes = [models.Index(fields=["kind", "id"], name="dirty_by_kind")]  # claim_dirty

    def __str__(self) -> str:
        return f"{self.kind} {self.subject_id}"


class TopicOffset(models.Model):
    """The next offset of a partition that a subscriber reads; moved in the transaction of its handler."""

    subscriber = models.CharField(max_length=150)
    cluster = models.CharField(max_length=64)  # Kafka's own id of the cluster
    topic = models.CharField(max_length=120)  # entrepot.order
    partition = models.IntegerField()
    next_offset = models.BigIntegerField()
    moved_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["subscriber", "cluster", "topic", "partition"], name="offset_once_per_partition"
            )
        ]

    def __str__(self) -> str:
        return f"{self.subscriber} at {self.topic}/{self.partition}:{self.next_offset}"


class SeenEvent(models.Model):
    """An event that a subscriber had out of a topic, kept for seven days: published twice, it has one effect."""

    pk = models.CompositePrimaryKey("cursor_id", "event_id")
    cursor_id = models.BigIntegerField()  # of EventCursor; no foreign key: a check of each row would cost more than it
    event_id = models.UUIDField()
    seen_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [BrinIndex(fields=["seen_at"], name="seen_by_age")]  # forget_seen

    def __str__(self) -> str:
        return f"{self.event_id} by {self.cursor_id}"
