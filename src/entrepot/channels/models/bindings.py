"""Which of ours is which of theirs, and what we have set out to create there."""

from __future__ import annotations

from django.db import models

from entrepot.accounts.models import SellerScoped
from entrepot.channels.states import INTENT
from entrepot.jobs.models import Claimable


class Binding(SellerScoped):
    """Our id ↔ their ref. One of ours may have several of theirs (multipacks, re-created listings); one is primary."""

    channel = models.ForeignKey("channels.Channel", models.CASCADE, related_name="bindings")
    storefront = models.ForeignKey("channels.Storefront", models.CASCADE, null=True, blank=True)  # null: whole account
    kind = models.CharField(max_length=16)  # product, variant, listing, order, package
    our_id = models.BigIntegerField()
    their_ref = models.CharField(max_length=120)
    parent_ref = models.CharField(max_length=120, blank=True)  # the product of a variation
    is_primary = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["channel", "storefront", "kind", "their_ref"], nulls_distinct=False, name="binding_once"
            ),
        ]
        indexes = [models.Index(fields=["channel", "kind", "our_id"], name="binding_by_our_id")]  # egress, order push

    def __str__(self) -> str:
        return f"{self.kind} {self.our_id} = {self.their_ref}"


class Intent(SellerScoped, Claimable):
    """One creation or move on a remote, written before it is tried, so that nothing is ever done twice.

    ``payload`` is what to send, without buyers' data (that is read from the order when it is sent).
    """

    channel = models.ForeignKey("channels.Channel", models.CASCADE, related_name="intents")
    kind = models.CharField(max_length=24)  # store_order, settle_total, store_cancel, package_move, label
    subject_id = models.BigIntegerField()
    step = models.CharField(max_length=24, blank=True)  # which of several of one kind: the package's event
    our_ref = models.CharField(max_length=64)
    state = models.CharField(max_length=12, default=INTENT.start)
    correlation = ""  # what everything about its order is found by; said while it is pursued
    payload = models.JSONField(default=dict, blank=True)
    result = models.JSONField(default=dict, blank=True)
    their_ref = models.CharField(max_length=120, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["channel", "kind", "subject_id", "step"], name="intent_once"),
            models.CheckConstraint(condition=models.Q(**INTENT.known()), name="intent_state_known"),
        ]
        indexes = [
            # The intents drainer: what is due.
            models.Index(
                fields=["not_before", "id"],
                condition=models.Q(state__in=["planned", "sent", "unknown"]),
                name="intent_open",
            ),
            models.Index(
                fields=["seller", "not_before", "id"],
                condition=models.Q(state__in=["planned", "sent", "unknown"]),
                name="intent_due",
            ),  # its fair shares between sellers
        ]

    def __str__(self) -> str:
        return self.our_ref
