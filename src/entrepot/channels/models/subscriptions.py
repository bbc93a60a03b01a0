"""Webhook subscriptions of an account, as the remote had them when we looked last."""

from __future__ import annotations

from django.db import models

from entrepot.accounts.models import SellerScoped


class Subscription(SellerScoped):
    """One subscription at the remote. Of its address only the host is kept: the whole of ours lets anybody post."""

    channel = models.ForeignKey("channels.Channel", models.CASCADE, related_name="subscriptions")
    subscription_ref = models.CharField(max_length=120)
    topic = models.CharField(max_length=500)
    host = models.CharField(max_length=260)
    is_active = models.BooleanField()
    is_ours = models.BooleanField()  # False: it leads to another address, and is none of our business
    seen_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["channel", "subscription_ref"], name="subscription_once_per_channel")
        ]

    def __str__(self) -> str:
        return f"{self.topic} ({self.subscription_ref})"
