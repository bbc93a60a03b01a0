"""A variant on a storefront: content, and the levels of stock and price."""

from __future__ import annotations

from django.db import models

from entrepot.accounts.models import SellerScoped
from entrepot.jobs.models import Claimable

from .states import LISTING


class Listing(SellerScoped, Claimable):
    """A variant offered on one storefront. ``listing_ref`` is the channel's key, fixed once the listing is live."""

    variant = models.ForeignKey("catalog.Variant", models.PROTECT, related_name="listings")
    storefront = models.ForeignKey("channels.Storefront", models.PROTECT, related_name="listings")
    listing_ref = models.CharField(max_length=60)
    state = models.CharField(max_length=12, default=LISTING.start)
    content = models.JSONField(default=dict, blank=True)  # desired, as kit.records.Content has it
    content_hash = models.CharField(max_length=32, blank=True)
    submitted_hash = models.CharField(max_length=32, blank=True)
    acknowledged_hash = models.CharField(max_length=32, blank=True)
    content_ref = models.CharField(max_length=60, blank=True)  # their card
    missing = models.JSONField(default=list, blank=True)  # [{"field", "why"}]: what keeps it from being listed
    refusal = models.TextField(blank=True)  # the marketplace's own words
    submitted_at = models.DateTimeField(null=True, blank=True)
    live_at = models.DateTimeField(null=True, blank=True)
    checked_at = models.DateTimeField(null=True, blank=True)  # last asked for while submitted or in review
    closed_at = models.DateTimeField(null=True, blank=True)  # null: is or may be on sale
    is_withdrawn = models.BooleanField(default=False, db_default=False)  # by hand over there: not put back by itself
    is_there = models.BooleanField(default=False, db_default=False)  # the marketplace has it, in its review at least
    review_ref = models.CharField(max_length=120, blank=True, default="", db_default="")  # the batch whose change of a
    # live card the marketplace still judges; empty: none

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["storefront", "listing_ref"], name="listing_ref_once_per_storefront"),
            models.UniqueConstraint(fields=["storefront", "variant"], name="listing_once_per_variant"),
            models.CheckConstraint(condition=models.Q(**LISTING.known()), name="listing_state_known"),
        ]
        indexes = [
            models.Index(fields=["seller", "state", "id"], name="listing_by_state"),  # panel
            # The content drainer: what waits to be sent.
            models.Index(
                fields=["storefront", "not_before", "id"],
                condition=models.Q(state__in=["queued", "closing"]),
                name="listing_to_push",
            ),
            # The review feed: what waits to be heard of.
            models.Index(
                fields=["storefront", "not_before", "id"],
                condition=models.Q(state="submitted"),
                name="listing_in_review",
            ),
            # The feed of verdicts on changes of live cards.
            models.Index(
                fields=["storefront", "content_ref"], condition=~models.Q(review_ref=""), name="card_in_review"
            ),
        ]

    def __str__(self) -> str:
        return self.listing_ref


class ListingLevel(SellerScoped, Claimable):
    """One lane (stock or price) of a listing. Narrow, written often; ``desired`` ≠ ``acknowledged`` is work.

    Stock uses ``*_value`` alone (pieces); price uses ``*_value`` for the sale price and ``*_list`` for the crossed-out
    one. Null means: not known, not sent, not read.
    """

    listing = models.ForeignKey(Listing, models.CASCADE, related_name="levels")
    storefront = models.ForeignKey("channels.Storefront", models.CASCADE)
    lane = models.CharField(max_length=5)
    version = models.BigIntegerField(default=0)  # moves with every change of desired
    desired_value = models.DecimalField(max_digits=14, decimal_places=2, null=True)
    desired_list = models.DecimalField(max_digits=14, decimal_places=2, null=True)
    desired_at = models.DateTimeField(null=True)
    submitted_value = models.DecimalField(max_digits=14, decimal_places=2, null=True)
    submitted_list = models.DecimalField(max_digits=14, decimal_places=2, null=True)
    submitted_version = models.BigIntegerField(null=True)
    batch_id = models.BigIntegerField(null=True)  # egress.PushBatch in flight; null: nothing is
    acknowledged_value = models.DecimalField(max_digits=14, decimal_places=2, null=True)
    acknowledged_list = models.DecimalField(max_digits=14, decimal_places=2, null=True)
    acknowledged_at = models.DateTimeField(null=True)
    observed_value = models.DecimalField(max_digits=14, decimal_places=2, null=True)
    observed_list = models.DecimalField(max_digits=14, decimal_places=2, null=True)
    observed_at = models.DateTimeField(null=True)
    is_due = models.BooleanField(default=False)  # desired differs from acknowledged, and the listing can take it
    is_urgent = models.BooleanField(default=False)  # stock to zero
    repeats = models.PositiveSmallIntegerField(default=0)  # refusals as "the same again"; the next body differs by it
    refusal = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["listing", "lane"], name="level_once_per_lane"),
            models.CheckConstraint(condition=models.Q(lane__in=["stock", "price"]), name="level_lane_known"),
            models.CheckConstraint(
                condition=models.Q(lane="price")
                | models.Q(desired_value__isnull=True)
                | models.Q(desired_value__gte=0),
                name="published_stock_never_negative",
            ),
        ]
        indexes = [
            # The offers drainer: due and not in flight, urgent first.
            models.Index(
                fields=["storefront", "is_urgent", "not_before"],
                condition=models.Q(is_due=True, batch_id__isnull=True),
                name="level_due",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.listing.listing_ref} · {self.lane}"


class Reconciliation(SellerScoped):
    """What passes over a storefront saw, beside what was acknowledged there. The first five fields are of the pass that
    runs or ran last, the ``last_`` ones of the last that ended.

    Only what nothing was in flight for is compared. Less stock than we gave may be a sale that we have not heard of.
    """

    storefront = models.OneToOneField("channels.Storefront", models.CASCADE)
    began_at = models.DateTimeField()
    compared = models.PositiveIntegerField(default=0)  # levels
    stock_otherwise = models.PositiveIntegerField(default=0)  # more than we gave, or where we gave none
    stock_lower = models.PositiveIntegerField(default=0)
    price_otherwise = models.PositiveIntegerField(default=0)
    ended_at = models.DateTimeField(null=True)  # null: none ended yet
    last_compared = models.PositiveIntegerField(default=0)
    last_stock_otherwise = models.PositiveIntegerField(default=0)
    last_stock_lower = models.PositiveIntegerField(default=0)
    last_price_otherwise = models.PositiveIntegerField(default=0)
    last_unseen = models.PositiveIntegerField(default=0)  # live listings that the pass did not show
    drift_ever = models.BigIntegerField(default=0)  # levels that were otherwise, in all passes that ended

    def __str__(self) -> str:
        return f"storefront {self.storefront_id} at {self.ended_at}"
