"""Raw messages as kept, how far each pull has come, and what could not be mapped."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from django.db import models

from entrepot.accounts.models import SellerScoped
from entrepot.jobs.models import Claimable


class ExactDecoder(json.JSONDecoder):
    """Reads raw messages back without ever making a float of a number."""

    def __init__(self, **options: Any) -> None:
        super().__init__(parse_float=Decimal, **options)


class Receipt(SellerScoped, Claimable):
    """One raw inbound record, kept before anything is done with it. Applied by subject, all of one order together."""

    channel = models.ForeignKey("channels.Channel", models.CASCADE)
    kind = models.CharField(max_length=24)  # a kind of the connector's spec
    subject_ref = models.CharField(max_length=120)
    identity = models.CharField(max_length=120)  # of the business fact; the same for every delivery of it
    via = models.CharField(max_length=8)  # webhook, poll
    raw = models.JSONField(decoder=ExactDecoder)
    received_at = models.DateTimeField()
    status = models.CharField(max_length=8, default="queued")  # queued, done, dead
    outcome = models.CharField(max_length=12, blank=True)  # applied, stale, set_aside
    applied_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["channel", "kind", "identity"], name="receipt_once")]
        indexes = [
            models.Index(
                fields=["channel", "kind", "subject_ref", "id"],
                condition=models.Q(status="queued"),
                name="receipt_queued",
            ),  # the receipts drainer: whole subjects
            models.Index(
                fields=["seller", "not_before", "id"], condition=models.Q(status="queued"), name="receipt_due"
            ),  # the receipts drainer: fair shares
            models.Index(fields=["received_at"], name="receipt_by_age"),  # retention
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject_ref}"


class Feed(SellerScoped, Claimable):
    """One pull of one channel: how far it has come, and when it is due again."""

    channel = models.ForeignKey("channels.Channel", models.CASCADE, related_name="feeds")
    storefront = models.ForeignKey("channels.Storefront", models.CASCADE, null=True, blank=True)
    name = models.CharField(max_length=24)  # products, stock, orders, fulfilments, listings, observed, webhooks
    watermark_ms = models.BigIntegerField(null=True, blank=True)  # null: nothing read yet
    every_s = models.FloatField()
    is_enabled = models.BooleanField(default=True)
    wanted_refs = models.JSONField(default=list, blank=True)  # hints of webhooks: fetch these next
    wanted_nos = models.JSONField(default=dict, blank=True)  # ref → number of the hint that named it last; absent: 0
    hint_no = models.BigIntegerField(default=0, db_default=0)  # hints so far
    whole_no = models.BigIntegerField(default=0, db_default=0)  # of the last hint that everything is to be read again
    runs = models.IntegerField(default=0)
    last_began_at = models.DateTimeField(null=True, blank=True)
    last_done_at = models.DateTimeField(null=True, blank=True)
    last_count = models.IntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["channel", "storefront", "name"], nulls_distinct=False, name="feed_once_per_channel"
            ),
        ]
        indexes = [
            models.Index(
                fields=["seller", "not_before", "id"], condition=models.Q(is_enabled=True), name="feed_due_fair"
            ),  # the feeds' drainers: fair shares
            models.Index(
                fields=["leased_until"], condition=models.Q(leased_until__isnull=False), name="feed_under_way"
            ),  # which channels are being read
        ]

    def __str__(self) -> str:
        return f"{self.name} of {self.channel_id}"


class SetAside(SellerScoped):
    """A foreign record that could not be mapped: which, where in it, why. Replayed when its cause is mended."""

    channel = models.ForeignKey("channels.Channel", models.CASCADE)
    kind = models.CharField(max_length=24)
    subject = models.CharField(max_length=160)  # "order 109…"
    field = models.CharField(max_length=120)
    reason = models.TextField()
    raw = models.JSONField(null=True, decoder=ExactDecoder)
    state = models.CharField(max_length=8, default="open")  # open, replayed, ignored
    times = models.IntegerField(default=1)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["channel", "kind", "subject", "field"],
                condition=models.Q(state="open"),
                name="set_aside_open_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subject}: {self.field}"


class DriftSeen(SellerScoped):
    """A foreign field that nobody declared, with how often and the last value."""

    channel = models.ForeignKey("channels.Channel", models.CASCADE)
    kind = models.CharField(max_length=24)
    path = models.CharField(max_length=200)
    sample = models.TextField(blank=True)
    times = models.BigIntegerField(default=1)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["channel", "kind", "path"], name="drift_once")]

    def __str__(self) -> str:
        return f"{self.kind}.{self.path}"
