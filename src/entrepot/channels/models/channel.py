"""Channel and storefront."""

from __future__ import annotations

from django.db import models

from entrepot.accounts.models import SellerScoped
from entrepot.channels.states import CHANNEL


class Channel(SellerScoped):
    """A seller's account on a remote. ``secrets`` is encrypted; nothing but ``channels.services`` reads it."""

    name = models.CharField(max_length=120)
    connector = models.SlugField(max_length=40)  # kit.registry slug
    role = models.CharField(max_length=12)  # store, marketplace, carrier, supplier: as the spec says
    base_url = models.URLField(max_length=300)
    account_ref = models.CharField(max_length=80, blank=True)  # their number of this account
    secrets = models.BinaryField(default=bytes, editable=False)
    settings = models.JSONField(default=dict, blank=True)
    state = models.CharField(max_length=12, default=CHANNEL.start)
    is_push_paused = models.BooleanField(default=False)  # kill switch: nothing travels out
    is_zeroed = models.BooleanField(default=False)  # kill switch: publish stock 0 everywhere
    orders_from = models.DateTimeField(null=True, blank=True)  # older orders are seen and never pushed; null: none yet
    first_push_approved_at = models.DateTimeField(null=True, blank=True)  # a person saw the first difference
    is_auto_approving = models.BooleanField(default=False)  # orders that add up need no person
    webhook_token = models.CharField(max_length=64, unique=True)
    webhook_secret = models.BinaryField(default=bytes, editable=False)
    last_ok_at = models.DateTimeField(null=True, blank=True)
    last_error = models.TextField(blank=True)
    last_error_at = models.DateTimeField(null=True, blank=True)
    checks = models.JSONField(default=dict, blank=True)  # capability → what the last check found
    webhooks_seen_at = models.DateTimeField(null=True, blank=True)  # null: nobody looked at the remote's yet
    match_report = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["seller", "name"], name="channel_name_once_per_seller"),
            models.CheckConstraint(condition=models.Q(**CHANNEL.known()), name="channel_state_known"),
        ]

    def __str__(self) -> str:
        return self.name


class Storefront(SellerScoped):
    """One country's window on a marketplace channel."""

    channel = models.ForeignKey(Channel, models.CASCADE, related_name="storefronts")
    code = models.CharField(max_length=12)  # theirs, such as TR or DE
    country = models.CharField(max_length=2)
    currency = models.CharField(max_length=3)
    language = models.CharField(max_length=8)
    is_open = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["channel", "code"], name="storefront_once_per_channel"),
        ]

    def __str__(self) -> str:
        return f"{self.channel.name} · {self.code}"
