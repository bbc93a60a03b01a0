"""On hand as told, promised to open orders, sold but not there, held back."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from entrepot.accounts.models import ScopedManager, SellerScoped


class StockLevel(SellerScoped):
    """On hand of a variant at one location, as told; may be negative. ``read_at`` is when the reading *began*.

    ``moved_at`` is when the store last took an order of ours or gave its goods back: a reading that began before that
    knows less.
    """

    variant = models.ForeignKey("catalog.Variant", models.CASCADE, related_name="levels")
    location = models.CharField(max_length=60, default="store")
    on_hand = models.IntegerField(null=True, blank=True)  # null: unknown, and unknown is never published
    read_at = models.DateTimeField()
    moved_at = models.DateTimeField(null=True, blank=True)
    source = models.CharField(max_length=12)  # store, hub, file
    channel = models.ForeignKey("channels.Channel", models.SET_NULL, null=True, blank=True)  # null: no store told it
    why = models.CharField(max_length=12, default="told", db_default="told")  # told, taken (by an order), returned
    by = models.CharField(max_length=150, default="", db_default="", blank=True)  # who told it; empty: no person

    class Meta:
        constraints = [models.UniqueConstraint(fields=["variant", "location"], name="stock_once_per_location")]

    def __str__(self) -> str:
        return f"{self.variant.sku} · {self.location}"


class StockChange(models.Model):
    """One change of what is on hand, which the database keeps by itself (triggers on ``StockLevel``): partitioned by
    day on ``recorded_at``, dropped by age, without foreign keys.
    """

    id = models.BigAutoField(primary_key=True)
    seller_id = models.BigIntegerField()
    variant_id = models.BigIntegerField()
    location = models.CharField(max_length=60)
    old = models.IntegerField(null=True)  # null: was not known
    new = models.IntegerField(null=True)  # null: is not known any more
    why = models.CharField(max_length=12)
    source = models.CharField(max_length=12)
    by = models.CharField(max_length=150)
    at = models.DateTimeField()  # when the reading began, or the store took or returned the goods
    recorded_at = models.DateTimeField(db_default=Now())

    objects = ScopedManager()

    class Meta:
        indexes = [models.Index(fields=["variant_id", "id"], name="stock_change_of_variant")]  # the variant's page

    def __str__(self) -> str:
        return f"{self.variant_id}@{self.location}: {self.old} → {self.new}"


class StockPass(SellerScoped):
    """When the last complete reading of a store began: each of its variants was read then or later, changed or not."""

    channel = models.OneToOneField("channels.Channel", models.CASCADE)
    began_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"channel {self.channel_id} at {self.began_at}"


class Reservation(SellerScoped):
    """Goods promised to an order line. It never fails: too little stock makes a shortage."""

    variant = models.ForeignKey("catalog.Variant", models.PROTECT, related_name="reservations")
    line_id = models.BigIntegerField()  # orders.Line, which is above us
    quantity = models.PositiveIntegerField()
    pieces = models.PositiveIntegerField(null=True)  # of the line, that it is for; null: as many
    state = models.CharField(max_length=10, default="held")  # held, absorbed (the store took it), released
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["line_id", "variant"], name="reservation_once_per_line"),
            models.CheckConstraint(
                condition=models.Q(state__in=["held", "absorbed", "released"]), name="reservation_state_known"
            ),
        ]
        indexes = [
            # Availability: what is promised and not yet taken from the shelf.
            models.Index(fields=["variant"], condition=models.Q(state="held"), name="reservation_held"),
            models.Index(fields=["made_at"], name="reservation_made"),  # how fast goods sell
        ]

    def __str__(self) -> str:
        return f"{self.variant.sku} × {self.quantity}"


class Shortage(SellerScoped):
    """Sold, but not there: an alarm until somebody re-sources it or says that it cannot be supplied."""

    variant = models.ForeignKey("catalog.Variant", models.PROTECT, related_name="shortages")
    line_id = models.BigIntegerField()
    quantity = models.PositiveIntegerField()
    found_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    ending = models.CharField(max_length=40, blank=True)  # restocked, unsupplied, cancelled

    class Meta:
        constraints = [models.UniqueConstraint(fields=["line_id", "variant"], name="shortage_once_per_line")]

    def __str__(self) -> str:
        return f"{self.variant.sku} × {self.quantity}"


class Buffer(SellerScoped):
    """Held back: a number of pieces, a fraction of what is there, and what sells while a channel learns of a change;
    each rounded up, all together. Of one storefront, one channel or all; of one variant or all.
    """

    storefront = models.ForeignKey("channels.Storefront", models.CASCADE, null=True, blank=True)  # null: all
    channel = models.ForeignKey("channels.Channel", models.CASCADE, null=True, blank=True)  # null: all
    variant = models.ForeignKey("catalog.Variant", models.CASCADE, null=True, blank=True)  # null: all
    pieces = models.PositiveIntegerField(default=0)
    fraction = models.DecimalField(max_digits=4, decimal_places=3, default=0)
    pace = models.DecimalField(max_digits=5, decimal_places=2, default=0, db_default=0)  # times pieces a day × delay

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["seller", "storefront", "channel", "variant"], nulls_distinct=False, name="buffer_once_a_place"
            ),
            models.CheckConstraint(
                condition=models.Q(fraction__gte=0, fraction__lte=1), name="buffer_fraction_is_fraction"
            ),
            models.CheckConstraint(condition=models.Q(pace__gte=0, pace__lte=100), name="buffer_pace_in_range"),
            models.CheckConstraint(
                condition=models.Q(storefront__isnull=True) | models.Q(channel__isnull=True), name="buffer_of_one_place"
            ),
        ]
        indexes = [
            # Which buffer holds for a listing: asked for each of them.
            models.Index(fields=["seller", "variant", "storefront", "channel"], name="buffer_of_listing"),
        ]

    def __str__(self) -> str:
        return f"{self.pieces} + {self.fraction} + {self.pace} × pace"


class SalesPace(SellerScoped):
    """How many pieces of a variant orders take a day; as measured last, absent where there were none."""

    variant = models.OneToOneField("catalog.Variant", models.CASCADE)
    per_day = models.DecimalField(max_digits=12, decimal_places=2)
    measured_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.per_day} of {self.variant_id} a day"


class ChannelDelay(SellerScoped):
    """Seconds from our sending a stock to the channel's word that it has it: what 95 of 100 requests take at most."""

    storefront = models.OneToOneField("channels.Storefront", models.CASCADE)
    delay_s = models.DecimalField(max_digits=9, decimal_places=1)
    request_count = models.PositiveIntegerField()  # of which it was measured
    measured_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.delay_s} s on {self.storefront_id}"
