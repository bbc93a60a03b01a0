"""Base prices, rules, exchange rates and the prices that follow from them."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from entrepot.accounts.models import ScopedManager, SellerScoped


class BasePrice(SellerScoped):
    """What the seller asks at home, as the store or a person said."""

    variant = models.OneToOneField("catalog.Variant", models.CASCADE, related_name="base_price")
    regular = models.DecimalField(
        max_digits=18, decimal_places=6, null=True
    )  # null: the source gives none that can be one
    sale = models.DecimalField(max_digits=18, decimal_places=6, null=True, blank=True)  # null: not on sale
    cost = models.DecimalField(max_digits=18, decimal_places=6, null=True, blank=True)  # null: unknown; no margin then
    currency = models.CharField(max_length=3)
    is_tax_included = models.BooleanField()
    source = models.CharField(max_length=8)  # store, hub, file
    set_at = models.DateTimeField()
    refused = models.TextField(default="", db_default="", blank=True)  # what the source gave that no price can be
    by = models.CharField(max_length=150, default="", db_default="", blank=True)  # who set it; empty: no person

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(regular__gt=0), name="base_price_positive")]

    def __str__(self) -> str:
        return f"{self.variant.sku} · {self.regular:.2f} {self.currency}"


class PriceRule(SellerScoped):
    """How a base price becomes a price on one storefront. docs/rules/prices.md has the order and examples."""

    storefront = models.OneToOneField("channels.Storefront", models.CASCADE, related_name="price_rule")
    markup_rate = models.DecimalField(max_digits=6, decimal_places=4, default=0)
    fixed_fee = models.DecimalField(max_digits=12, decimal_places=2, default=0)  # in the storefront's currency
    minimum_margin_rate = models.DecimalField(max_digits=6, decimal_places=4, null=True, blank=True)  # null: no floor
    vat_rate = models.DecimalField(max_digits=5, decimal_places=4, null=True, blank=True)  # null: the variant's own
    fx_margin_rate = models.DecimalField(max_digits=5, decimal_places=4, default=0)
    ending = models.CharField(max_length=8, default="none")  # none, 0.99, 0.90, 0.95, 1
    changed_at = models.DateTimeField(auto_now=True)
    changed_by = models.CharField(max_length=150, default="", db_default="", blank=True)  # empty: not known

    def __str__(self) -> str:
        return str(self.storefront)


class FxRate(models.Model):
    """One euro, dollar … of ``base`` is ``rate`` of ``quote`` on ``day``, as ``source`` published it."""

    day = models.DateField()
    base = models.CharField(max_length=3)
    quote = models.CharField(max_length=3)
    rate = models.DecimalField(max_digits=18, decimal_places=8)
    source = models.CharField(max_length=12)  # ecb, file

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["day", "base", "quote", "source"], name="fx_once_a_day"),
            models.CheckConstraint(condition=models.Q(rate__gt=0), name="fx_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.day} 1 {self.base} = {self.rate} {self.quote}"


class FxDay(models.Model):
    """A day on which the prices that cross a currency were looked at again."""

    day = models.DateField(primary_key=True)
    began_at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.day)


class Price(SellerScoped):
    """The price of a variant on a storefront, with how it came about; or why there is none."""

    variant = models.ForeignKey("catalog.Variant", models.CASCADE)
    storefront = models.ForeignKey("channels.Storefront", models.CASCADE)
    list_price = models.DecimalField(max_digits=14, decimal_places=2, null=True)  # null: cannot be computed
    sale_price = models.DecimalField(max_digits=14, decimal_places=2, null=True)
    currency = models.CharField(max_length=3)
    steps = models.JSONField(default=list)  # [{"step", "amount", "why"}], first to last
    problem = models.TextField(blank=True)
    computed_at = models.DateTimeField()
    why = models.TextField(default="", db_default="", blank=True)  # the first step that came out otherwise than before
    by = models.CharField(max_length=150, default="", db_default="", blank=True)  # whose doing; empty: no person's

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["variant", "storefront"], name="price_once_per_storefront"),
            models.CheckConstraint(
                condition=models.Q(list_price__isnull=True) | models.Q(list_price__gte=models.F("sale_price")),
                name="price_list_at_least_sale",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.variant.sku} · {self.storefront}"


class PriceChange(models.Model):
    """One change of a computed price, which the database keeps by itself (triggers on ``Price``): partitioned by day on
    ``recorded_at``, dropped by age, without foreign keys.
    """

    id = models.BigAutoField(primary_key=True)
    seller_id = models.BigIntegerField()
    variant_id = models.BigIntegerField()
    storefront_id = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    old_sale = models.DecimalField(max_digits=14, decimal_places=2, null=True)  # null: there was none
    old_list = models.DecimalField(max_digits=14, decimal_places=2, null=True)
    sale = models.DecimalField(max_digits=14, decimal_places=2, null=True)  # null: cannot be computed any more
    list = models.DecimalField(max_digits=14, decimal_places=2, null=True)
    why = models.TextField()
    by = models.CharField(max_length=150)
    at = models.DateTimeField()
    recorded_at = models.DateTimeField(db_default=Now())

    objects = ScopedManager()

    class Meta:
        indexes = [models.Index(fields=["variant_id", "id"], name="price_change_of_variant")]  # the variant's page

    def __str__(self) -> str:
        return f"{self.variant_id} on {self.storefront_id}: {self.old_sale} → {self.sale} {self.currency}"
