"""Packages: what one waybill covers."""

from __future__ import annotations

from django.db import models

from entrepot.accounts.models import SellerScoped

from .states import PACKAGE


class Package(SellerScoped):
    """What one waybill covers. Carries no money: totals live on the order."""

    order = models.ForeignKey("orders.Order", models.CASCADE, related_name="packages")
    channel = models.ForeignKey("channels.Channel", models.PROTECT)
    package_ref = models.CharField(max_length=64)  # the channel's id, exactly as it sent it
    state = models.CharField(max_length=20, default=PACKAGE.start)
    their_status = models.CharField(max_length=40)
    modified_at = models.DateTimeField()  # the remote's own stamp of the youngest news applied
    ship_by = models.DateTimeField(null=True, blank=True)  # the channel's promise to the buyer; null: none given
    pays_carriage = models.CharField(max_length=8, default="channel")  # or seller: who issues the waybill
    tracking_ref = models.CharField(max_length=64, blank=True)
    own_tracking_ref = models.CharField(max_length=64, blank=True)  # the seller's waybill, where the seller ships
    tracking_url = models.TextField(blank=True)
    carrier = models.CharField(max_length=80, blank=True)
    invoice_number = models.CharField(max_length=40, blank=True)
    wants = models.CharField(max_length=20, blank=True)  # the state we asked the channel for; empty: nothing asked
    stuck_reason = models.TextField(blank=True)  # what a person has to do; empty: nothing
    origin_refs = models.JSONField(default=list, blank=True)  # the packages it replaced
    made_by = models.CharField(max_length=24, blank=True)
    label = models.ForeignKey("documents.Document", models.SET_NULL, null=True, blank=True)

    class Meta:
        constraints = [
            # A webhook and a poll may bring it at once; the second must fail here.
            models.UniqueConstraint(fields=["channel", "package_ref"], name="package_once_per_channel"),
            models.CheckConstraint(condition=models.Q(**PACKAGE.known()), name="package_state_known"),
        ]
        indexes = [models.Index(fields=["seller", "state", "ship_by"], name="package_by_state")]  # panel, late packages

    def __str__(self) -> str:
        return self.package_ref


class PackageLine(SellerScoped):
    """How many of an order line travel in a package."""

    package = models.ForeignKey(Package, models.CASCADE, related_name="lines")
    line = models.ForeignKey("orders.Line", models.CASCADE, related_name="package_lines")
    line_ref = models.CharField(max_length=64)  # what the channel calls these pieces in this package
    quantity = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["package", "line_ref"], name="package_line_once")]

    def __str__(self) -> str:
        return f"{self.quantity} of line {self.line_id}"
