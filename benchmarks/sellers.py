"""Sellers to measure orders with: each a shop and a marketplace account of its own, on a host of its own."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from .hub import Remotes
from .pull import COLUMNS, gtin

if TYPE_CHECKING:
    from entrepot.accounts.models import Seller
    from entrepot.channels.models import Channel

GOODS, PLENTY, PRICE = 30, 90_000, "149.90"


@dataclass(frozen=True, slots=True)
class Connected:
    """A seller whose two channels are live, and the goods on sale on its marketplace, by barcode."""

    remotes: Remotes
    seller: Seller
    store: Channel
    market: Channel
    barcodes: list[str]


def write_goods(path: Path, *, stock: int = PLENTY, count: int = GOODS) -> None:
    """A WooCommerce product CSV of simple products of one price."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for n in range(1, count + 1):
            writer.writerow([
                n, "simple", f"BENCH-{n:05}", gtin(n), f"Çay bardağı no {n}", 1, "visible", "<p>İnce belli.</p>",
                "taxable", 1, stock, "0.25", PRICE, "Ev > Mutfak", f"https://bench.test/{n}.jpg", "Kehribar",
            ])  # fmt: skip


def connect(remotes: Remotes, n: int, *, count: int = GOODS, stock: int = PLENTY) -> Connected:
    """The n-th seller: goods come from the shop, and are found live on the marketplace; pushes are approved."""
    from entrepot.accounts.services import create_seller
    from entrepot.channels import services as channels
    from entrepot.core.clock import now

    woo, ty = remotes.credentials["woocommerce"], remotes.credentials["trendyol"]
    seller = create_seller(code=f"bench-{n}", name=f"Bench {n}")
    # The simulator commits at once or never; a real shop is given minutes.
    store = channels.add_channel(
        seller_id=seller.id, slug="woocommerce", name=f"Shop {n}", base_url=woo["url"], at=now(),
        secrets={name: woo[name] for name in ("consumer_key", "consumer_secret")}, settings={"hub.late_commit_s": 2},
    )  # fmt: skip
    market = channels.add_channel(
        seller_id=seller.id, slug="trendyol", name=f"Trendyol {n}", base_url=ty["url"], account_ref=ty["seller_id"],
        at=now(), secrets={name: ty[name] for name in ("api_key", "api_secret")}, settings={"hub.every.orders": 4},
    )  # fmt: skip
    channels.open_storefront(seller_id=seller.id, channel_id=market.id, code="TR")
    barcodes = [gtin(i) for i in range(1, count + 1)]
    for barcode in barcodes:
        remotes.act(
            "trendyol",
            "seed_product",
            barcode=barcode,
            title=barcode,
            sale_price=float(PRICE),
            quantity=min(stock, 20_000),
        )
    _live(store, is_market=False)
    _live(market, is_market=True)
    channels.approve_first_push(seller_id=seller.id, channel_id=market.id, at=now())
    channels.approve_by_rule(seller_id=seller.id, channel_id=market.id, is_automatic=True, at=now())
    return Connected(remotes, seller, store, market, barcodes)


def _live(channel: Channel, *, is_market: bool) -> None:
    from entrepot.core.clock import now
    from entrepot.ingress import services as ingress

    for step in (ingress.check_channel, ingress.match_channel):
        step(channel=channel, at=now())
        channel.refresh_from_db()
    if is_market:
        ingress.adopt_live(channel=channel, at=now())
    ingress.go_live(channel=channel, at=now())
    channel.refresh_from_db()
    for feed in channel.feeds.filter(name="products"):
        ingress.pull_now(feed=feed, at=now())
