"""Every kind of thing that Trendyol sends, with what it becomes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from entrepot.kit.spec import Kind

from . import (
    batches,
    errors,
    labels,
    listings,
    lookups,
    packages,
    webhooks,
    wire_batches,
    wire_lookups,
    wire_orders,
    wire_products,
)
from .calls import rows


def _named(word: str, *fields: str) -> Callable[[Any], str]:
    """``word`` and the first of ``fields`` that a raw record has."""

    def name(raw: Any) -> str:
        told = [raw[field] for field in fields if raw.get(field) not in (None, "")]
        return f"{word} {told[0]}"

    return name


def _listing_name(raw: Any) -> str:
    (inner,) = raw.values()
    return _named("listing", "barcode", "contentId")(inner)


_PACKAGE = Kind(
    wire=wire_orders.Package, into=packages.package, unwrap=rows, name_of=_named("package", "shipmentPackageId", "id")
)

KINDS = {
    "package": replace(_PACKAGE, aliases=("order",)),
    "webhook": _PACKAGE,
    "batch": Kind(
        wire=wire_batches.Batch, into=batches.batch, unwrap=rows, name_of=_named("batch", "batchRequestId")
    ),
    "listing": Kind(
        wire=wire_products.Listing, into=listings.listing, unwrap=listings.listing_raws, name_of=_listing_name,
        aliases=("product", "variation"),
    ),
    "observed": Kind(
        wire=wire_products.Observed, into=listings.observed, unwrap=rows, name_of=_named("card", "contentId")
    ),
    "base": Kind(wire=wire_products.Base, into=listings.base, unwrap=rows, name_of=_named("listing", "barcode")),
    "update_audit": Kind(
        wire=wire_products.Audit, into=listings.audit, unwrap=rows, name_of=_named("card", "contentId")
    ),
    "category": Kind(
        wire=wire_lookups.Category, into=lookups.category, unwrap=lookups.category_raws,
        name_of=_named("category", "id"),
    ),
    "attribute": Kind(
        wire=wire_lookups.Attribute, into=lookups.attribute, unwrap=lookups.attribute_raws,
        name_of=lambda raw: f"attribute {raw['attribute']['id']}",
    ),
    "value": Kind(
        wire=wire_lookups.Value, into=lookups.value, unwrap=rows, name_of=_named("value", "attributeValueId")
    ),
    "brand": Kind(
        wire=wire_lookups.Brand, into=lookups.brand, unwrap=lookups.brand_raws, name_of=_named("brand", "id")
    ),
    "address": Kind(
        wire=wire_lookups.Address, into=lookups.address, unwrap=lookups.address_raws, name_of=_named("address", "id")
    ),
    "subscription": Kind(
        wire=webhooks.Hook, into=webhooks.subscription, unwrap=rows, name_of=_named("subscription", "id")
    ),
    "label": Kind(
        wire=wire_lookups.Labels, into=labels.label, unwrap=labels.label_raws, name_of=lambda _: "label"
    ),
    "error": Kind(wire=errors.Error, into=errors.error, unwrap=errors.error_raws, name_of=lambda _: "refusal"),
}  # fmt: skip
