"""A purchase as the channel told it, amounts as sent. Buyers' data only in Party."""

from __future__ import annotations

from django.db import models

from entrepot.accounts.models import SellerScoped

from .states import ORDER, TROUBLES


class Order(SellerScoped):
    """A purchase on a marketplace. Its state is ours; the remote's words move packages and lines."""

    channel = models.ForeignKey("channels.Channel", models.PROTECT, related_name="orders")
    storefront = models.ForeignKey("channels.Storefront", models.PROTECT, null=True, related_name="orders")
    order_ref = models.CharField(max_length=64)  # the channel's number, exactly as it sent it
    state = models.CharField(max_length=24, default=ORDER.start)
    placed_at = models.DateTimeField()
    modified_at = models.DateTimeField()  # the remote's own stamp of the youngest news applied
    seen_at = models.DateTimeField()
    currency = models.CharField(max_length=3)
    gross = models.DecimalField(max_digits=14, decimal_places=2)
    seller_discount = models.DecimalField(max_digits=14, decimal_places=2)
    channel_discount = models.DecimalField(max_digits=14, decimal_places=2)
    shipping = models.DecimalField(max_digits=14, decimal_places=2)
    total = models.DecimalField(max_digits=14, decimal_places=2)  # as sent: what the buyer pays, tax included
    difference = models.DecimalField(max_digits=14, decimal_places=2, default=0)  # sent − computed; not 0: quarantined
    hold_reason = models.TextField(blank=True)  # why a person has to look; empty: nobody has to
    is_paid = models.BooleanField()
    is_export = models.BooleanField(default=False)
    is_history = models.BooleanField(default=False)  # older than the channel's chosen instant: never pushed
    store = models.ForeignKey("channels.Channel", models.PROTECT, null=True, related_name="store_orders")
    store_ref = models.CharField(max_length=64, blank=True)
    store_currency = models.CharField(max_length=3, blank=True)
    store_total = models.DecimalField(max_digits=14, decimal_places=2, null=True)  # as the store holds it
    fx_rate = models.DecimalField(max_digits=18, decimal_places=8, null=True)  # used at the push; null: kept
    waybills = models.CharField(max_length=300, blank=True)  # of its packages that the channel has carried
    undone_at = models.DateTimeField(null=True)  # the store's owner cancelled it there; null: the store wants it
    store_waybills = models.CharField(max_length=300, blank=True)  # those that the store's order carries
    storefront_code = models.CharField(max_length=24, default="", db_default="", blank=True)  # as the channel names it
    parts = models.JSONField(default=dict, db_default={}, blank=True)  # the youngest news of each package: parts.py
    accepted = models.CharField(max_length=16, default="", db_default="", blank=True)  # what a person sells as it lives
    note = models.TextField(blank=True)
    approved_at = models.DateTimeField(null=True, blank=True)
    troubles = models.JSONField(default=dict, db_default={}, blank=True)  # kind (``states.TROUBLES``) → text

    class Meta:
        constraints = [
            # A webhook and a poll may bring it at once; the second must fail here.
            models.UniqueConstraint(fields=["channel", "order_ref"], name="order_once_per_channel"),
            models.CheckConstraint(condition=models.Q(**ORDER.known()), name="order_state_known"),
        ]
        indexes = [models.Index(fields=["seller", "state", "id"], name="order_by_state")]  # panel, API

    def __str__(self) -> str:
        return self.order_ref

    @property
    def failure(self) -> str:
        """Why a person has to look at its way into the store, the gravest first; empty: nobody has to."""
        return "; ".join(self.troubles[kind] for kind in TROUBLES if kind in self.troubles)


class Line(SellerScoped):
    """One SKU in a purchase; amounts per unit, tax included. Splits move it between packages, never copy it."""

    order = models.ForeignKey(Order, models.CASCADE, related_name="lines")
    line_ref = models.CharField(max_length=64)
    split_refs = models.JSONField(default=list, blank=True)  # what splits call pieces of this line
    variant = models.ForeignKey("catalog.Variant", models.PROTECT, null=True, blank=True)  # null: not ours, held
    listing_ref = models.CharField(max_length=60)
    sku = models.CharField(max_length=100, blank=True)
    title = models.CharField(max_length=300)
    quantity = models.PositiveIntegerField()
    cancelled_quantity = models.PositiveIntegerField(default=0)
    cancelled_total = models.DecimalField(max_digits=14, decimal_places=2, null=True)  # of these; null: an average
    unit_gross = models.DecimalField(max_digits=14, decimal_places=4)
    unit_seller_discount = models.DecimalField(max_digits=14, decimal_places=4)
    unit_channel_discount = models.DecimalField(max_digits=14, decimal_places=4)
    unit_price = models.DecimalField(max_digits=14, decimal_places=4)
    line_total = models.DecimalField(max_digits=14, decimal_places=2)  # what the buyer pays for all units
    vat_rate = models.DecimalField(max_digits=5, decimal_places=4)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["order", "line_ref"], name="line_once_per_order"),
            models.CheckConstraint(
                condition=models.Q(cancelled_quantity__lte=models.F("quantity")), name="line_cancelled_at_most_all"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.sku}"


class Party(SellerScoped):
    """Buyers' data: nowhere else. Erasing a buyer empties these rows."""

    order = models.ForeignKey(Order, models.CASCADE, related_name="parties")
    role = models.CharField(max_length=8)  # ship_to, bill_to
    name = models.CharField(max_length=200, blank=True)
    company = models.CharField(max_length=200, blank=True)
    phone = models.CharField(max_length=40, blank=True)
    email = models.CharField(max_length=200, blank=True)
    lines = models.JSONField(default=list, blank=True)
    district = models.CharField(max_length=120, blank=True)
    city = models.CharField(max_length=120, blank=True)
    region = models.CharField(max_length=120, blank=True)
    postcode = models.CharField(max_length=20, blank=True)
    country = models.CharField(max_length=2, blank=True)
    tax_number = models.CharField(max_length=40, blank=True)
    tax_office = models.CharField(max_length=120, blank=True)
    typed = models.JSONField(default=list, blank=True)  # fields a person wrote: news does not overwrite them

    class Meta:
        constraints = [models.UniqueConstraint(fields=["order", "role"], name="party_once_per_role")]

    def __str__(self) -> str:
        return f"{self.role} of order {self.order_id}"


class Adjustment(SellerScoped):
    """An amount that is on no line, by a written rule, so that totals agree to the cent."""

    order = models.ForeignKey(Order, models.CASCADE, related_name="adjustments")
    kind = models.CharField(max_length=16)  # rounding
    amount = models.DecimalField(max_digits=14, decimal_places=2)
    currency = models.CharField(max_length=3)
    rule = models.CharField(max_length=120)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["order", "kind"], name="adjustment_once_per_kind")]

    def __str__(self) -> str:
        return f"{self.kind} {self.amount} {self.currency}"
