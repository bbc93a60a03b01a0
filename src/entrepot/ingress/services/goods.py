"""Products of a page into the catalogue, their stock and prices into the ledgers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from entrepot.catalog import services as catalog
from entrepot.channels.services import client_for
from entrepot.inventory import services as inventory
from entrepot.kit import records
from entrepot.kit.read import Aside, Read, pull
from entrepot.kit.registry import connector
from entrepot.kit.requests import Window
from entrepot.pricing import services as pricing

from .aside import keep_aside, settle_asides

if TYPE_CHECKING:
    from entrepot.channels.models import Channel


def take_products(*, channel: Channel, read: Read, began: datetime) -> catalog.Applied:
    """Take a page in: what cannot be taken is set aside by name, and what was and now can is settled."""
    products = _with_paths(channel, read.records, began)
    applied = catalog.apply_products(seller_id=channel.seller_id, channel_id=channel.id, products=products, at=began)
    raw_of = {name: raw for p, raw in zip(read.records, read.raws, strict=False) for name in _names_of(p)}
    refused = [Aside(record, field, why, raw_of.get(record)) for record, field, why in applied.refused]
    keep_aside(channel=channel, kind="product", asides=refused, at=began)
    _mended(channel, products, applied, began)
    taken = [(applied.variant_ids[v.variant_ref], v) for p in products for v in p.variants
             if v.variant_ref in applied.variant_ids]  # fmt: skip
    keep_stock(channel=channel, rows=[(i, v.quantity, v.shared_stock_ref) for i, v in taken], began=began)
    keep_prices(channel=channel, rows=[(i, v.regular_price, v.sale_price) for i, v in taken], began=began)
    return applied


def _names_of(product: records.Product) -> list[str]:
    """How the catalogue names a product's variants when it refuses them."""
    return [f"variant {v.variant_ref} of product {product.product_ref}" for v in product.variants]


def keep_stock(*, channel: Channel, rows: Sequence[tuple[int, int | None, str | None]], began: datetime) -> None:
    """Stock of (variant id, quantity, product whose stock it shares or None); what is shared is counted once."""
    pool_of = catalog.share_stock(
        seller_id=channel.seller_id, channel_id=channel.id, seen=[i for i, _, _ in rows],
        shared={i: ref for i, _, ref in rows if ref is not None},
    )  # fmt: skip
    inventory.draw_from(seller_id=channel.seller_id, pools=pool_of)
    inventory.record_readings(
        seller_id=channel.seller_id, readings=[(pool_of.get(i, i), quantity) for i, quantity, _ in rows],
        channel_id=channel.id, began_at=began,
    )  # fmt: skip


def keep_prices(
    *, channel: Channel, rows: Sequence[tuple[int, Decimal | None, Decimal | None]], began: datetime
) -> None:
    """Base prices of (variant id, regular, sale) as the store says them; none, or one of zero, makes it unknown.

    Nothing where the store has not told its currency, and whether tax is in: an amount alone is no price.
    """
    currency, is_taxed = (channel.settings.get(f"store.{name}") for name in ("currency", "prices_include_tax"))
    if currency is None or is_taxed is None:
        return
    pricing.set_base_prices(
        seller_id=channel.seller_id,
        rows=rows,
        currency=currency, is_tax_included=is_taxed, at=began,
    )  # fmt: skip


def _with_paths(channel: Channel, products: Sequence[records.Product], at: datetime) -> list[records.Product]:
    """Products with their categories' paths; the store's tree is read again when one of them is new to us."""
    found, is_unknown = catalog.with_paths(channel_id=channel.id, products=products)
    if not is_unknown or not connector(channel.connector).has("pull_categories"):
        return found
    client = client_for(channel)
    told = [
        c for page in pull(client.spec, "pull_categories", client.account, Window(), client.send) for c in page.records
    ]
    catalog.keep_categories(seller_id=channel.seller_id, channel_id=channel.id, categories=told, at=at)
    return catalog.with_paths(channel_id=channel.id, products=products)[0]


def _mended(channel: Channel, products: Sequence[records.Product], applied: catalog.Applied, at: datetime) -> None:
    """What was set aside before and has now been taken is no longer open."""
    names = {f"product {p.product_ref}" for p in products}
    for p in products:
        for v in p.variants:
            if v.variant_ref in applied.variant_ids:
                names |= {f"{word} {v.variant_ref} of product {p.product_ref}" for word in ("variant", "variation")}
    settle_asides(channel=channel, kind="product", subjects=names, at=at)
