"""On hand as told, promised to open orders, sold but not there, held back."""

from __future__ import annotations

from django.db import models

from entrepot.accounts.models import SellerScoped


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

    class Meta:
        constraints = [models.UniqueConstraint(fields=["variant", "location"], name="stock_once_per_location")]

    def __str__(self) -> str:
        return f"{self.variant_id}@{self.location}: {self.on_hand}"


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
        ]

    def __str__(self) -> str:
        return f"{self.quantity} of {self.variant_id} for line {self.line_id}"


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
        return f"{self.quantity} of {self.variant_id} short"


class Buffer(SellerScoped):
    """Held back from a storefront: a number of pieces, or a fraction of what is there, rounded up."""

    storefront = models.ForeignKey("channels.Storefront", models.CASCADE, null=True, blank=True)  # null: all
    variant = models.ForeignKey("catalog.Variant", models.CASCADE, null=True, blank=True)  # null: all
    pieces = models.PositiveIntegerField(default=0)
    fraction = models.DecimalField(max_digits=4, decimal_places=3, default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["seller", "storefront", "variant"], nulls_distinct=False, name="buffer_once"
            ),
            models.CheckConstraint(
                condition=models.Q(fraction__gte=0, fraction__lte=1), name="buffer_fraction_is_fraction"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pieces} + {self.fraction}"
