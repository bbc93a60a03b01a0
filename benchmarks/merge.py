"""Products merged into the catalogue that it knows already, beside a COPY of the same rows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from .figures import Figure, Stopwatch, rss_mib
from .hub import hub
from .pull import gtin

COUNT, CHUNK, RUNS = 20_000, 1_000, 3
_AT = datetime(2026, 11, 24, tzinfo=UTC)


def measure() -> Figure:
    """Median of three passes over 20,000 products of one variant each, of which nothing changed; pages of 1,000."""
    with hub():
        seller_id, channel_id = _shop()
        pages = [_page(first) for first in range(1, COUNT, CHUNK)]
        _merge(seller_id, channel_id, pages, _AT)
        ours, floor = Stopwatch(), Stopwatch()
        for n in range(RUNS):
            with floor.run():
                _copy(seller_id, pages)
            with ours.run():
                _merge(seller_id, channel_id, pages, _AT + timedelta(minutes=n + 1))
        return Figure(
            id="merge", work=f"{COUNT} products that did not change, merged in pages of {CHUNK}", unit="products/s",
            ours=ours.per_second(COUNT), floor=floor.per_second(COUNT), rss_mib=rss_mib(), cpu_s=ours.cpu_s, runs=RUNS,
        )  # fmt: skip


def _shop() -> tuple[int, int]:
    from entrepot.accounts.services import create_seller
    from entrepot.channels.services import add_channel
    from entrepot.core.clock import now

    seller = create_seller(code="bench", name="Bench")
    secrets = {"consumer_key": "ck_bench", "consumer_secret": "cs_bench"}
    channel = add_channel(
        seller_id=seller.id, slug="woocommerce", name="Shop", base_url="http://127.0.0.1:1", at=now(), secrets=secrets
    )
    return seller.id, channel.id


def _page(first: int) -> list[Any]:
    from entrepot.kit import records

    return [
        records.Product(
            product_ref=str(n), kind="simple", title=f"Çay bardağı no {n}", description="<p>İnce belli.</p>",
            brand="Kehribar", images=(f"https://bench.test/{n}.jpg",),
            categories=(records.Category(category_ref="1", name="Mutfak", path="Ev > Mutfak"),),
            variants=(
                records.Variant(variant_ref=str(n), sku=f"BENCH-{n:05}", gtin=gtin(n), title=f"No {n}", weight_g=250),
            ),
        )
        for n in range(first, first + CHUNK)
    ]  # fmt: skip


def _merge(seller_id: int, channel_id: int, pages: Sequence[list[Any]], at: datetime) -> None:
    from entrepot.catalog.services import apply_products

    for page in pages:
        applied = apply_products(seller_id=seller_id, channel_id=channel_id, products=page, at=at)
        assert len(applied.variant_ids) == len(page), applied.refused[:3]


def _copy(seller_id: int, pages: Sequence[list[Any]]) -> None:
    """The same texts into a table without constraints, by COPY alone."""
    from django.db import connection, transaction

    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE bench_staged (seller_id bigint, ref text, sku text, title text, told text)"
                       " ON COMMIT DROP")  # fmt: skip
        with cursor.copy("COPY bench_staged FROM STDIN") as copy:
            for page in pages:
                for product in page:
                    variant = product.variants[0]
                    copy.write_row((seller_id, product.product_ref, variant.sku, product.title, product.description))
