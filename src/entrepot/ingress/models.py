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
    """One raw inbound record, kept before anything is done with it. Applied by subject, all of one order together.

    Of what is read elsewhere (a thin webhook, the goods and orders of a store) it only says that it was told, and how.
    """

    channel = models.ForeignKey("channels.Channel", models.CASCADE)
    kind = models.CharField(max_length=24)  # a kind of the connector's spec
    subject_ref = models.CharField(max_length=120)
    identity = models.CharField(max_length=120)  # of the business fact; the same for every delivery of it
    via = models.CharField(max_length=8)  # webhook, poll
    raw = models.JSONField(decoder=ExactDecoder)
    body = models.BinaryField(null=True, editable=False)  # the delivery, byte for byte; null: of a poll, or beside it
    received_at = models.DateTimeField()
    told_at = models.DateTimeField(null=True, blank=True)  # the remote's own stamp; null: it tells none
    hooked_at = models.DateTimeField(null=True, blank=True)  # when a webhook brought it; null: none did
    polled_at = models.DateTimeField(null=True, blank=True)  # when a poll found it; null: none did
    status = models.CharField(max_length=8, default="queued")  # queued, done, dead
    outcome = models.CharField(max_length=12, blank=True)  # applied, stale, set_aside; hint, seen: read elsewhere
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
            models.Index(fields=["seller", "received_at"], name="receipt_by_seller_age"),  # retention, silence
            models.Index(
                fields=["channel", "kind", "subject_ref", "hooked_at"],
                condition=models.Q(outcome="hint"),
                name="receipt_hint",
            ),  # the receiver: what was told last of a subject
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
        return f"{self.name} · {self.channel.name}"


class HookWatch(SellerScoped):
    """How well webhooks bring one kind of news of a channel. Where they prove healthy its polls slow down."""

    channel = models.ForeignKey("channels.Channel", models.CASCADE, related_name="hook_watches")
    kind = models.CharField(max_length=24)  # a kind of the connector's spec
    ok_since = models.DateTimeField(null=True, blank=True)  # every topic of it active since; null: it is not
    judged_until = models.DateTimeField()  # what polls found up to then has been judged
    in_a_row = models.IntegerField(default=0)  # found by polls, brought by webhooks, since the last miss
    brought = models.BigIntegerField(default=0)
    missed = models.BigIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["channel", "kind"], name="hook_watch_once_per_kind")]

    def __str__(self) -> str:
        return f"{self.kind} · {self.channel.name}"


class HookIncident(SellerScoped):
    """Webhooks that did not come as they should, from when on, and what polls brought instead."""

    channel = models.ForeignKey("channels.Channel", models.CASCADE, related_name="hook_incidents")
    kind = models.CharField(max_length=24)
    cause = models.CharField(max_length=12)  # silence, switched_off, missing
    opened_at = models.DateTimeField()
    gap_from = models.DateTimeField()  # what happened since then was read again
    missed = models.IntegerField(default=0)  # found by polls alone, so far
    closed_at = models.DateTimeField(null=True, blank=True)  # null: still open

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["channel", "kind"], condition=models.Q(closed_at=None), name="hook_incident_open_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} · {self.channel.name}"


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
