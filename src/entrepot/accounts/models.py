"""Who our customers are, who may act for them, and the doors to their rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from django.contrib.auth.models import AbstractUser
from django.db import models

if TYPE_CHECKING:
    from entrepot.core.actor import Actor

ROLE_CHOICES = [(r, r) for r in ("operator", "owner", "manager", "clerk")]


class Seller(models.Model):
    """Our customer: every business row belongs to one."""

    code = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=200)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name


class User(AbstractUser):
    """A person. Without a seller: the operator's staff, who see every seller."""

    seller = models.ForeignKey(Seller, models.PROTECT, null=True, blank=True, related_name="users")
    role = models.CharField(max_length=10, choices=ROLE_CHOICES, default="operator")

    class Meta(AbstractUser.Meta):
        constraints = [
            models.CheckConstraint(
                condition=models.Q(role="operator", seller__isnull=True)
                | models.Q(role__in=["owner", "manager", "clerk"], seller__isnull=False),
                name="user_role_fits_seller",
            ),
        ]


class Tries(models.Model):
    """Wrong passwords for one name from one address, or wrong keys from it, in a row. Forgotten by time."""

    door = models.CharField(max_length=5, choices=[("login", "login"), ("key", "key")])
    name_hash = models.CharField(max_length=64, blank=True)  # keyed: a password may be typed as a name; empty: any name
    address = models.CharField(max_length=45, blank=True)  # as web.caller says it; empty: unknown
    count = models.PositiveIntegerField()
    last_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["door", "name_hash", "address"], name="tries_once_per_place")]

    def __str__(self) -> str:
        return f"{self.door} from {self.address}"


class ApiKey(models.Model):
    """A key of a program. Only the hash of its secret is kept; the plain text is shown once."""

    prefix = models.CharField(max_length=12, unique=True)
    hash = models.CharField(max_length=64)  # SHA-256 of the secret part, hex; the secret is random, so no salt
    name = models.CharField(max_length=100)
    seller = models.ForeignKey(Seller, models.CASCADE, null=True, blank=True, related_name="api_keys")  # null: operator
    role = models.CharField(max_length=10, choices=ROLE_CHOICES)
    scopes = models.JSONField(default=list, blank=True)  # ["orders:read"]; empty: all the role allows
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(null=True, blank=True)  # null: never
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)  # to the minute

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(role="operator", seller__isnull=True)
                | models.Q(role__in=["owner", "manager", "clerk"], seller__isnull=False),
                name="api_key_role_fits_seller",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix})"


class ScopedQuerySet(models.QuerySet[Any]):
    """Rows of sellers. The three doors are :meth:`for_seller`, :meth:`for_actor` and :meth:`system`."""

    def for_seller(self, seller_id: int) -> Self:
        """One seller's rows; another seller's row does not exist."""
        return self.filter(seller_id=seller_id)

    def for_actor(self, actor: Actor) -> Self:
        """The rows that ``actor`` may see: all for an operator, none for an actor without sellers."""
        return self.all() if actor.seller_ids is None else self.filter(seller_id__in=sorted(actor.seller_ids))

    def system(self) -> Self:
        """Every seller's rows: for workers and drainers only, in the modules that a test lists."""
        return self.all()


ScopedManager = models.Manager.from_queryset(ScopedQuerySet)


class SellerScoped(models.Model):
    """A row that belongs to one seller."""

    seller = models.ForeignKey(Seller, models.PROTECT, related_name="+")

    objects = ScopedManager()

    class Meta:
        abstract = True
