"""One listing's content from catalogue, mappings, price and stock; every missing fact is named, none is invented."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from entrepot.catalog.queries import Resolver
from entrepot.core.text import fold
from entrepot.kit.spec import Spec

from ..models import Listing

if TYPE_CHECKING:
    from entrepot.catalog.models import Variant
    from entrepot.pricing.models import Price


@dataclass(slots=True)
class Draft:
    """Content as far as it is known, in the words of ``kit.records.Content``, and what is missing."""

    content: dict[str, Any] = field(default_factory=dict)
    missing: list[dict[str, str]] = field(default_factory=list)

    def lacks(self, name: str, why: str) -> None:
        """Note that ``name`` keeps the listing from being sent."""
        self.missing.append({"field": name, "why": why})


def complete(
    *, listing: Listing, variant: Variant, price: Price | None, vat_rate: Decimal | None, quantity: int | None,
    resolver: Resolver, spec: Spec, twins: Sequence[str] = (),
) -> Draft:  # fmt: skip
    """What this listing should say on its storefront.

    Args:
        vat_rate: the storefront's own; None: the variant's.
        quantity: what may be published, buffers held back; None: unknown.
        twins: SKUs of other variants with the same GTIN, of which all but one must be wrong.
    """
    product, front, draft = variant.product, listing.storefront, Draft()
    draft.content = {
        "listing_ref": listing.listing_ref, "sku": variant.sku, "storefront": front.code,
        "model_ref": product.product_ref or f"P{product.id}", "title": _title(variant),
        "description": product.description,
        "images": [*variant.images, *(i for i in product.images if i not in variant.images)],
        "content_ref": listing.content_ref or None,
        "length_mm": variant.length_mm, "width_mm": variant.width_mm, "height_mm": variant.height_mm,
    }  # fmt: skip
    _texts(draft, variant)
    if variant.gtin and twins:
        draft.lacks("gtin", f"{variant.gtin} is also the GTIN of {', '.join(sorted(twins)[:3])}; give each its own")
    _facts(draft, variant, front.currency)
    _vat(draft, variant.vat_rate if vat_rate is None else vat_rate, spec, front.code)
    _words(draft, variant, resolver, spec)
    _levels(draft, price, quantity)
    return draft


def _title(variant: Variant) -> str:
    """The product's, which the variants of one card share, unless somebody gave the variant one of its own."""
    is_given = variant.origins.get("title", {}).get("source") in ("hub", "file")
    return variant.title if variant.title and is_given else variant.product.title or variant.title


def _texts(draft: Draft, variant: Variant) -> None:
    if not draft.content["title"].strip():
        draft.lacks("title", "is empty")
    if not variant.product.description.strip():
        draft.lacks("description", "is empty; the marketplace wants one")
    if not draft.content["images"]:
        draft.lacks("images", "has no image")


def _facts(draft: Draft, variant: Variant, currency: str) -> None:
    draft.content |= {"origin": variant.origin, "weight_g": variant.weight_g, "currency": currency}
    if not variant.origin:
        draft.lacks("origin", "is not known; give the country of making")
    if not variant.weight_g:
        draft.lacks("weight_g", "is not known; give the weight in grams")


def _vat(draft: Draft, rate: Decimal | None, spec: Spec, code: str) -> None:
    allowed = next((s.vat_rates for s in spec.storefronts if s.code == code), ())
    draft.content["vat_rate"] = None if rate is None else format(rate.normalize(), "f")
    if rate is None:
        draft.lacks("vat_rate", "is not known; give the rate as a fraction, such as 0.20")
    elif allowed and format(rate.normalize(), "f") not in {_plain(a) for a in allowed}:
        draft.lacks("vat_rate", f"{rate.normalize():f} is not accepted on {code}; accepted: {', '.join(allowed)}")


def _plain(text: str) -> str:
    return format(Decimal(text).normalize(), "f")


def _words(draft: Draft, variant: Variant, resolver: Resolver, spec: Spec) -> None:
    product = variant.product
    brand = resolver.resolve("brand", product.brand) if product.brand else None
    draft.content["brand_ref"] = brand.ref if brand else ""
    if not product.brand:
        draft.lacks("brand", "is not known; give the brand")
    elif brand is None:
        draft.lacks("brand", f"{product.brand!r} is not mapped to a brand of the marketplace")
    category = resolver.resolve("category", product.category) if product.category else None
    draft.content["category_ref"] = category.ref if category else ""
    if not product.category:
        draft.lacks("category", "is not known; give a category")
    elif category is None:
        draft.lacks("category", f"{product.category!r} is not mapped to a category of the marketplace")
    elif spec.has("pull_attributes") and category.ref and not resolver.is_learnt(category.ref):
        why = f"the attributes of {category.name} were not learnt yet; learn the channel's words again"
        draft.lacks("category", why)
    draft.content["attributes"] = _attributes(draft, variant, resolver, category.ref) if category else []


def _attributes(draft: Draft, variant: Variant, resolver: Resolver, category_ref: str) -> list[dict[str, str | None]]:
    ours = _our_attributes(variant)
    named: dict[str, str] = {}
    for name, value in ours.items():
        mapped = resolver.resolve("attribute", name, category_ref)
        if mapped:
            named.setdefault(mapped.ref, value)
    chosen: list[dict[str, str | None]] = []
    for taxon in sorted(resolver.words("attribute", category_ref), key=lambda t: t.ref):
        value = named.get(taxon.ref)
        if value is None:
            if taxon.facts.get("required"):
                draft.lacks(f"attribute {taxon.name}", "is required in this category and not known")
            continue
        word = resolver.resolve("value", value, f"{category_ref}/{taxon.ref}")
        if word and word.ref:
            chosen.append({"attribute_ref": taxon.ref, "value_ref": word.ref, "text": None})
        elif taxon.facts.get("custom"):
            chosen.append({"attribute_ref": taxon.ref, "value_ref": None, "text": word.text if word else value})
        elif taxon.facts.get("required") or taxon.facts.get("varianter") or taxon.facts.get("slicer"):
            draft.lacks(f"attribute {taxon.name}", f"{value!r} is not mapped to a value of the marketplace")
    return chosen


def _our_attributes(variant: Variant) -> dict[str, str]:
    """Name → value: what hub or file say of the variant beats what sets it apart in the store, and that beats what the
    product says; names are compared folded.
    """
    found: dict[str, tuple[str, str]] = {}
    for name, values in variant.product.attributes.items():
        if len(values) == 1 or (values and name not in variant.options):
            found[fold(name)] = (name, values[0])
    for name, value in [*variant.options.items(), *variant.attributes.items()]:
        if value:
            found[fold(name)] = (name, value)
    return dict(found.values())


def _levels(draft: Draft, price: Price | None, quantity: int | None) -> None:
    draft.content |= {"list_price": None, "sale_price": None, "quantity": None}
    if price is None or price.sale_price is None or price.list_price is None:
        draft.lacks("price", price.problem if price else "was not computed yet")
    else:
        draft.content |= {"list_price": format(price.list_price, "f"), "sale_price": format(price.sale_price, "f")}
    if quantity is None:
        draft.lacks("quantity", "is not known: the store does not count this one; give a quantity")
    else:
        draft.content["quantity"] = max(0, quantity)
