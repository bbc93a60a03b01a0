"""Products of a shop into the catalogue, beside fetching the same pages and throwing them away."""

from __future__ import annotations

import csv
import secrets
import time
from pathlib import Path
from typing import Any

from .figures import Figure, Stopwatch, rss_mib
from .hub import Remotes, hub

COUNT, RUNS = 2_000, 3
COLUMNS = (
    "ID", "Type", "SKU", "GTIN, UPC, EAN, or ISBN", "Name", "Published", "Visibility in catalog", "Description",
    "Tax status", "In stock?", "Stock", "Weight (kg)", "Regular price", "Categories", "Images", "Brands",
)  # fmt: skip


def measure() -> Figure:
    """Median of three first loads, each of a seller that has nothing yet; limits off, no faults."""
    with hub() as home:
        catalogue = home / "catalogue.csv"
        write_catalogue(catalogue, COUNT)
        with Remotes("--catalogue", str(catalogue)) as remotes:
            ours, floor = Stopwatch(), Stopwatch()
            for n in range(RUNS):
                feed = _connected(remotes, n)
                with floor.run():
                    _fetch(remotes)
                with ours.run():
                    count = _pulled(feed)
                assert count >= COUNT, f"{count} of {COUNT} products came: {feed.last_error}"
        return Figure(
            id="pull", work=f"{COUNT} products of a WooCommerce shop into the catalogue, first load",
            unit="products/s", ours=ours.per_second(COUNT), floor=floor.per_second(COUNT), rss_mib=rss_mib(),
            cpu_s=ours.cpu_s, runs=RUNS,
        )  # fmt: skip


def write_catalogue(path: Path, count: int) -> None:
    """A WooCommerce product CSV of ``count`` simple products with good GTINs."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for n in range(1, count + 1):
            writer.writerow([
                n, "simple", f"BENCH-{n:05}", gtin(n), f"Çay bardağı no {n}", 1, "visible", "<p>İnce belli.</p>",
                "taxable", 1, n % 200, "0.25", f"{100 + n % 50}.90", "Ev > Mutfak", f"https://bench.test/{n}.jpg",
                "Kehribar",
            ])  # fmt: skip


def gtin(n: int) -> str:
    """The n-th GTIN-13 of an invented company: 869 is Türkiye's prefix; the last digit checks the others."""
    digits = f"8699999{n:05}"
    weighted = sum(int(d) * (3 if i % 2 else 1) for i, d in enumerate(digits))
    return f"{digits}{-weighted % 10}"


def _connected(remotes: Remotes, n: int) -> Any:
    """The products feed of a new seller's channel, live."""
    from entrepot.accounts.services import create_seller
    from entrepot.channels.services import add_channel
    from entrepot.core.clock import now
    from entrepot.ingress import services as ingress

    told = remotes.credentials["woocommerce"]
    seller = create_seller(code=f"bench-{n}", name=f"Bench {n}")
    channel = add_channel(
        seller_id=seller.id, slug="woocommerce", name=f"Shop {n}", base_url=told["url"], at=now(),
        secrets={name: told[name] for name in ("consumer_key", "consumer_secret")},
    )  # fmt: skip
    ingress.check_channel(channel=channel, at=now())
    channel.refresh_from_db()
    ingress.match_channel(channel=channel, at=now())
    channel.refresh_from_db()
    ingress.go_live(channel=channel, at=now())
    return channel.feeds.get(name="products")


def _pulled(feed: Any) -> int:
    from entrepot.core.clock import now
    from entrepot.ingress.services import pull_now

    count = pull_now(feed=feed, at=now())
    feed.refresh_from_db()
    return count


def _fetch(remotes: Remotes) -> None:
    """The same pages, signed as the shop demands, by a plain client that keeps connections."""
    from entrepot.kit.auth import OAuth1, Signing

    told = remotes.credentials["woocommerce"]
    url, auth = f"{told['url']}/wp-json/wc/v3/products", OAuth1("consumer_key", "consumer_secret")
    for offset in range(0, COUNT, 100):
        query = {"per_page": "100", "offset": str(offset), "orderby": "id", "order": "asc", "status": "any"}
        signed = auth.sign(Signing("GET", url, query, int(time.time()), secrets.token_hex(16), told))
        answer = remotes.http.get(url, params={**query, **signed.query})
        answer.raise_for_status()
        assert len(answer.json()) == min(100, COUNT - offset)
