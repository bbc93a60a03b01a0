"""Rows of the goods' side made by hand: variants, channels, listings, words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from entrepot.catalog.models import Product, Variant
from entrepot.channels.models import Channel, Storefront
from entrepot.channels.services import learn_taxa
from entrepot.kit import records
from entrepot.listings.models import Listing
from entrepot.listings.services import make_listings

AT = datetime(2026, 11, 24, 12, tzinfo=UTC)


def gtin(number: int) -> str:
    """A GTIN-13 with its check digit (GS1: weights 1 and 3 from the left, to the next ten)."""
    body = f"869{number:09d}"
    total = sum(int(d) * (3 if i % 2 else 1) for i, d in enumerate(body))
    return body + str(-total % 10)


def store(seller: Any, name: str = "Dükkân") -> Channel:
    return Channel.objects.create(
        seller=seller, name=name, connector="woocommerce", role="store", base_url="https://shop.test", state="live",
        webhook_token=f"{seller.code}-{name}"[:64], settings={"store.currency": "TRY", "store.prices_include_tax": True},
    )  # fmt: skip


def market(seller: Any, codes: Sequence[str] = ("TR",), state: str = "live") -> Channel:
    channel = Channel.objects.create(
        seller=seller, name="Trendyol", connector="trendyol", role="marketplace", base_url="https://ty.test", state=state,
        webhook_token=f"{seller.code}-ty",
    )  # fmt: skip
    known = {"TR": ("TR", "TRY", "tr"), "DE": ("DE", "EUR", "de")}
    for code in codes:
        country, currency, language = known[code]
        Storefront.objects.create(
            seller=seller, channel=channel, code=code, country=country, currency=currency, language=language
        )
    return channel


def goods(
    seller: Any, count: int, *, source: Channel | None = None, state: str = "approved", **facts: Any
) -> list[Variant]:
    """``count`` products of one variant each, approved and complete but for what ``facts`` say otherwise."""
    about: dict[str, Any] = {
        "brand": "Toros",
        "category": "Gıda > Çay",
        "description": "Demli.",
        "images": ["https://i.test/1.jpg"],
    }
    about |= {name: facts.pop(name) for name in list(facts) if name in about}
    products = Product.objects.bulk_create(
        Product(seller=seller, source=source, product_ref=f"{900 + i}", title=f"Çay {i}", state=state, **about)
        for i in range(count)
    )
    own: dict[str, Any] = {
        "origin": "TR", "vat_rate": Decimal("0.10"), "weight_g": 500,
        "attributes": {"Net Miktar": "500 g", "Saklama Koşulu": "Kuru ve serin yerde"},
    } | facts  # fmt: skip
    return Variant.objects.bulk_create(
        Variant(
            seller=seller,
            product=p,
            sku=f"SKU-{i}",
            gtin=own.get("gtin", gtin(i)),
            **{k: v for k, v in own.items() if k != "gtin"},
        )
        for i, p in enumerate(products)
    )


def listings(variants: Sequence[Variant]) -> list[Listing]:
    """Their listings on every open storefront, as drafts."""
    make_listings(variant_ids=[v.id for v in variants])
    return list(Listing.objects.system().filter(variant__in=variants).order_by("storefront_id", "variant_id"))


def words() -> None:
    """The little of Trendyol's vocabulary that tea needs. Numbers are invented."""
    category = records.Category(category_ref="561", name="Çay", path="Süpermarket > Çay")
    mugs = [
        records.Category(category_ref="801", name="Kupa", path="Ev > Mutfak > Kupa"),
        records.Category(category_ref="802", name="Kupa", path="Spor > Kupa"),
    ]
    learn_taxa(connector="trendyol", kind="category", scope="", words=[category, *mugs], is_complete=True, at=AT)
    brands = [records.Brand(brand_ref="70001", name="Toros"), records.Brand(brand_ref="70002", name="Pera")]
    learn_taxa(connector="trendyol", kind="brand", scope="", words=brands, is_complete=True, at=AT)
    attributes = [
        records.Attribute(
            attribute_ref="1",
            category_ref="561",
            name="Net Miktar",
            is_required=True,
            is_custom=False,
            is_varianter=True,
        ),
        records.Attribute(
            attribute_ref="2", category_ref="561", name="Saklama Koşulu", is_required=True, is_custom=False
        ),
        records.Attribute(attribute_ref="3", category_ref="561", name="Yöre", is_required=False, is_custom=True),
    ]
    learn_taxa(connector="trendyol", kind="attribute", scope="561", words=attributes, is_complete=True, at=AT)
    for scope, ref, name in (("561/1", "10", "500 g"), ("561/2", "20", "Kuru ve serin yerde")):
        value = records.AttributeValue(value_ref=ref, attribute_ref=scope[-1], category_ref="561", name=name)
        learn_taxa(connector="trendyol", kind="value", scope=scope, words=[value], is_complete=True, at=AT)
