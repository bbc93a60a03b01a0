"""Master data: what a seller sells."""

from __future__ import annotations

from typing import Any

from django.db import models

from entrepot.accounts.models import ScopedManager, SellerScoped

from .states import PRODUCT


class Product(SellerScoped):
    """What it is, with one or more variants. ``refusal`` says why it can never be sold abroad; empty: it can."""

    source = models.ForeignKey("channels.Channel", models.PROTECT, null=True, blank=True)  # null: made by hand or file
    product_ref = models.CharField(max_length=80, blank=True)  # the store's id, exactly as it sent it
    kind = models.CharField(max_length=12, default="simple")
    title = models.CharField(max_length=300)
    description = models.TextField(blank=True)
    brand = models.CharField(max_length=120, blank=True)  # empty: the store did not say
    category = models.CharField(max_length=300, blank=True)  # the store's path, ``A > B``
    attributes = models.JSONField(default=dict, blank=True)  # name → list of values
    images = models.JSONField(default=list, blank=True)
    state = models.CharField(max_length=20, default=PRODUCT.start)
    refusal = models.TextField(blank=True)
    is_published = models.BooleanField(default=True)  # False: draft, private or deleted in the store
    is_off = models.BooleanField(default=False, db_default=False)  # rejected or archived, and not approved since
    origins = models.JSONField(default=dict, blank=True)  # field → {source, at}: where the present value came from
    store_hash = models.CharField(max_length=32, blank=True)  # of the store's record as last applied
    modified_at = models.DateTimeField(null=True, blank=True)  # the store's stamp
    edited_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["source", "product_ref"],
                condition=models.Q(source__isnull=False),
                name="product_once_per_source",
            ),
            models.CheckConstraint(condition=models.Q(**PRODUCT.known()), name="product_state_known"),
        ]
        indexes = [models.Index(fields=["seller", "state", "id"], name="product_by_state")]  # panel, approval

    def __str__(self) -> str:
        return self.title or f"product {self.product_ref or self.pk}"  # a store may have one without a title


class _Goods(ScopedManager):  # type: ignore[misc,valid-type]
    """Variants that are goods. What only counts the stock that some of them share is no goods."""

    def get_queryset(self) -> models.QuerySet[Any]:
        found: models.QuerySet[Any] = super().get_queryset().filter(is_pool=False)
        return found


class Variant(SellerScoped):
    """What is sold: one colour and size. Stock, prices and listings hang on it.

    ``objects`` are goods; the rows that only count shared stock are among ``with_pools``.
    """

    product = models.ForeignKey(Product, models.CASCADE, related_name="variants")
    sku = models.CharField(max_length=100)
    gtin = models.CharField(max_length=14, blank=True)  # checked digits; empty: unknown
    title = models.CharField(max_length=300, blank=True)
    options = models.JSONField(default=dict, blank=True)  # what sets it apart: {"Renk": "Mavi"}
    attributes = models.JSONField(default=dict, blank=True)  # name → value, as the hub or a file says; beats the store
    images = models.JSONField(default=list, blank=True)
    weight_g = models.PositiveIntegerField(null=True, blank=True)  # null: not told; 0 is a fault
    length_mm = models.PositiveIntegerField(null=True, blank=True)
    width_mm = models.PositiveIntegerField(null=True, blank=True)
    height_mm = models.PositiveIntegerField(null=True, blank=True)
    origin = models.CharField(max_length=2, blank=True)  # ISO 3166 alpha-2 of making; empty: unknown
    vat_rate = models.DecimalField(max_digits=5, decimal_places=4, null=True, blank=True)  # fraction at home
    hs_code = models.CharField(max_length=12, blank=True)
    tax_class = models.CharField(max_length=60, blank=True)  # the store's
    is_published = models.BooleanField(default=True)
    is_pool = models.BooleanField(default=False, db_default=False)  # no goods: the stock that variants of it share
    notes = models.JSONField(default=list, blank=True)  # oddities a person should see
    origins = models.JSONField(default=dict, blank=True)

    objects = _Goods()  # type: ignore[misc]
    with_pools = ScopedManager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["seller", "sku"], name="variant_sku_once_per_seller"),
            models.CheckConstraint(
                condition=models.Q(vat_rate__isnull=True) | models.Q(vat_rate__gte=0, vat_rate__lt=1),
                name="variant_vat_is_fraction",
            ),
        ]
        indexes = [models.Index(fields=["seller", "gtin"], name="variant_by_gtin")]  # matching

    def __str__(self) -> str:
        return self.sku


class Component(SellerScoped):
    """What a kit is made of. A kit's availability is the minimum over its components."""

    kit = models.ForeignKey(Variant, models.CASCADE, related_name="components")
    part = models.ForeignKey(Variant, models.PROTECT, related_name="kits")
    quantity = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kit", "part"], name="component_once"),
            models.CheckConstraint(condition=models.Q(quantity__gt=0), name="component_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.part_id} in {self.kit_id}"


class FullPass(SellerScoped):
    """What full passes over one store showed: how much there was, what the last one missed, and what a person said."""

    channel = models.OneToOneField("channels.Channel", models.CASCADE)
    baseline_count = models.PositiveIntegerField()  # variants on show, the most in a day: what went is measured by it
    baseline_at = models.DateTimeField()
    began_at = models.DateTimeField()  # of the last pass
    known_count = models.PositiveIntegerField(default=0)  # variants on show when it ended
    missed_ids = models.JSONField(default=list, blank=True)  # variants that it missed and that are still on show
    needs_person = models.BooleanField(default=False)  # too many to be believed, however often they are missed
    approved_ids = models.JSONField(default=list, blank=True)  # what a person said had really left
    approved_at = models.DateTimeField(null=True, blank=True)  # null: nobody did, or it was done

    def __str__(self) -> str:
        return f"full pass of channel {self.channel_id}"


class FieldOwner(SellerScoped):
    """Which truth owns a field of a channel's products: the store, the hub or a file. A pull leaves others' alone.

    The nearest row says: of the variant, of its product, of the channel.
    """

    channel = models.ForeignKey("channels.Channel", models.CASCADE)
    product = models.ForeignKey(Product, models.CASCADE, null=True, blank=True)  # null: all products of the channel
    variant = models.ForeignKey(
        Variant, models.CASCADE, null=True, blank=True
    )  # null: the product and all its variants
    field = models.CharField(max_length=40)
    owner = models.CharField(max_length=8)  # store, hub, file

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["channel", "product", "variant", "field"], nulls_distinct=False, name="field_owner_once"
            ),
            models.CheckConstraint(condition=models.Q(owner__in=["store", "hub", "file"]), name="field_owner_known"),
        ]

    def __str__(self) -> str:
        return f"{self.field}: {self.owner}"


class StoreCategory(SellerScoped):
    """A category of a seller's store, with its path from the root, ``A > B``: products name only the last of it."""

    channel = models.ForeignKey("channels.Channel", models.CASCADE)
    ref = models.CharField(max_length=40)
    name = models.CharField(max_length=300)
    parent_ref = models.CharField(max_length=40, blank=True)  # empty: at the root
    path = models.TextField()
    seen_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["channel", "ref"], name="store_category_once")]

    def __str__(self) -> str:
        return self.path


class Mapping(SellerScoped):
    """Ours in a marketplace's words: this category, brand, attribute name or value is that one of theirs."""

    connector = models.SlugField(max_length=40)
    kind = models.CharField(max_length=12)  # category, brand, attribute, value
    scope = models.CharField(max_length=80, blank=True)  # their category, or ``category/attribute``
    ours = models.CharField(max_length=300)
    folded = models.CharField(max_length=300)  # core.text.fold of ours, which is what is compared
    theirs_ref = models.CharField(max_length=40, blank=True)
    theirs_text = models.CharField(max_length=300, blank=True)  # free text, where they allow it
    source = models.CharField(max_length=12)  # own, gtin, suggestion
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["seller", "connector", "kind", "scope", "folded"], name="mapping_once_per_seller"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.ours} = {self.theirs_ref or self.theirs_text}"
