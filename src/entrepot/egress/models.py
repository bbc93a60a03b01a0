"""What we sent to channels, and what became of each item."""

from __future__ import annotations

from django.db import models

from entrepot.accounts.models import SellerScoped
from entrepot.jobs.models import Claimable

from .states import PUSH_BATCH


class Outlet(SellerScoped, Claimable):
    """The turn of one storefront to send in one lane. Who holds it sends one request of the remote's largest size; so
    storefronts take turns, sellers get fair shares, and a slow remote keeps one thread only.
    """

    storefront = models.ForeignKey("channels.Storefront", models.CASCADE)
    lane = models.CharField(max_length=8)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["storefront", "lane"], name="outlet_once_per_lane"),
            models.CheckConstraint(condition=models.Q(lane__in=["offers", "content"]), name="outlet_lane_known"),
        ]
        indexes = [models.Index(fields=["lane", "seller", "not_before", "id"], name="outlet_turns")]  # fair claims

    def __str__(self) -> str:
        return f"{self.lane} of {self.storefront_id}"


class PushBatch(SellerScoped, Claimable):
    """One request of many items to a channel."""

    channel = models.ForeignKey("channels.Channel", models.CASCADE)
    storefront = models.ForeignKey("channels.Storefront", models.CASCADE)
    capability = models.CharField(max_length=24)  # push_listings, update_listings, push_offers, close_listings
    state = models.CharField(max_length=12, default=PUSH_BATCH.start)
    batch_ref = models.CharField(max_length=120, blank=True)
    item_count = models.IntegerField()
    failed_count = models.IntegerField(default=0)
    made_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)  # when the remote forgets its verdicts
    settled_at = models.DateTimeField(null=True, blank=True)
    polls = models.IntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(**PUSH_BATCH.known()), name="batch_state_known"),
        ]
        indexes = [
            models.Index(
                fields=["seller", "not_before", "id"],
                condition=models.Q(state__in=["planned", "submitted", "polling", "unknown"]),
                name="batch_open_fair",
            ),  # the polls drainer
            # How long a storefront takes to acknowledge.
            models.Index(
                fields=["storefront", "settled_at"],
                condition=models.Q(capability="push_offers", state="settled"),
                name="batch_delay",
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.id}"


class PushItem(SellerScoped):
    """One item of a batch: what was sent for one listing, and the verdict."""

    batch = models.ForeignKey(PushBatch, models.CASCADE, related_name="items")
    listing = models.ForeignKey("listings.Listing", models.CASCADE)
    listing_ref = models.CharField(max_length=60)
    sent = models.JSONField(default=dict)  # stock, sale, list, hash: as sent, with the versions of the levels
    is_ok = models.BooleanField(null=True)  # null: not decided
    reason = models.TextField(blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["batch", "listing"], name="push_item_once_per_batch")]

    def __str__(self) -> str:
        return self.listing_ref
