"""Stock and prices of a large catalogue, computed again from marks; beside bare UPDATEs of as many levels."""

from __future__ import annotations

import os
from typing import Any

from .figures import Figure, Stopwatch, rss_mib
from .hub import hub

# How many variants, on five storefronts each, and of how many the stock or price changes. Each run takes others.
VARIANTS, CHANGED = int(os.environ.get("BENCH_VARIANTS", "200000")), 20_000
_CODES = {"TR": "TRY", "DE": "EUR", "SA": "SAR", "AE": "AED", "RO": "RON"}
_RUNS = 3
_LARGE = ("inventory_stocklevel", "listings_listing", "listings_listinglevel", "pricing_price", "catalog_variant")


def measure() -> list[Figure]:
    """Medians of three runs, every one over other goods.

    Raises:
        RuntimeError: a chunk read a large table from end to end.
    """
    with hub():
        load(VARIANTS)
        return [_stock(), _prices()]


def load(count: int) -> None:
    """``count`` variants with stock 5 to 54 and a price, live on five storefronts, with nothing to send."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SET ROLE NONE")  # the owner of the tables
        cursor.execute("SET session_replication_role = replica")  # our own rows: nobody has to check what they refer to
        product = _product()
        _copies(cursor, product, f"generate_series(2, {count}) n", product_ref="'P' || n", title="'Mug ' || n")
        goods, fronts = "catalog_variant x", "catalog_variant x CROSS JOIN channels_storefront s"
        variant = _variant(product)
        _copies(cursor, variant, "catalog_product x", product_id="x.id", sku="'SKU-' || x.id")
        _copies(cursor, _level(variant), goods, variant_id="x.id", on_hand="5 + x.id %% 50")
        _copies(cursor, _base(variant), goods, variant_id="x.id", regular="100 + x.id %% 900")
        listing, price, lanes = _offered(variant)
        ref = {"variant_id": "x.id", "storefront_id": "s.id"}
        _copies(cursor, listing, fronts, listing_ref="x.sku", **ref)
        _copies(cursor, price, fronts, **ref)
        for lane in lanes:
            _copies(cursor, lane, "listings_listing x", listing_id="x.id", storefront_id="x.storefront_id")
        cursor.execute("SET session_replication_role = DEFAULT")
        cursor.execute("DELETE FROM events_dirty")
        cursor.execute("VACUUM ANALYZE")
        cursor.execute("RESET ROLE")


def _copies(cursor: Any, row: Any, source: str, **other: str) -> None:
    """A copy of ``row`` for each row of ``source``, with other values in some columns; ``row`` is one of them."""
    names = [f.column for f in row._meta.concrete_fields if not f.primary_key]
    values, table = [other.get(n, f"t.{n}") for n in names], row._meta.db_table
    cursor.execute(
        f"INSERT INTO {table} ({', '.join(names)}) SELECT {', '.join(values)} FROM {table} t CROSS JOIN {source} "
        "WHERE t.id = %s ON CONFLICT DO NOTHING", [row.pk]
    )  # fmt: skip


def _product() -> Any:
    """The first product, of a seller with a marketplace account and five storefronts."""
    from entrepot.accounts.services import create_seller
    from entrepot.catalog.models import Product
    from entrepot.channels.models import Channel, Storefront
    from entrepot.core.clock import now

    seller = create_seller(code="large", name="Large")
    channel = Channel.objects.system().create(
        seller=seller, name="Trendyol", connector="trendyol", role="marketplace", base_url="https://ty.test",
        state="live", first_push_approved_at=now(),
    )  # fmt: skip
    for code, currency in _CODES.items():
        Storefront.objects.system().create(
            seller=seller, channel=channel, code=code, country=code, currency=currency, language="en"
        )
    return Product.objects.system().create(seller=seller, product_ref="P1", title="Mug 1", state="approved")


def _variant(product: Any) -> Any:
    from entrepot.catalog.models import Variant

    return Variant.objects.system().create(
        seller=product.seller, product=product, sku=f"SKU-{product.id}", vat_rate="0.20"
    )


def _level(variant: Any) -> Any:
    from entrepot.core.clock import now
    from entrepot.inventory.models import StockLevel

    return StockLevel.objects.system().create(
        seller=variant.seller, variant=variant, on_hand=5, read_at=now(), source="store"
    )


def _base(variant: Any) -> Any:
    from entrepot.core.clock import now
    from entrepot.pricing.models import BasePrice

    return BasePrice.objects.system().create(
        seller=variant.seller, variant=variant, regular=100, currency="TRY", is_tax_included=True, source="store",
        set_at=now(),
    )  # fmt: skip


def _offered(variant: Any) -> tuple[Any, Any, list[Any]]:
    """The first listing, its price, and its two lanes: at stock 1 and price 2.00, acknowledged."""
    from entrepot.channels.models import Storefront
    from entrepot.core.clock import now
    from entrepot.listings.models import Listing, ListingLevel
    from entrepot.pricing.models import Price

    front = Storefront.objects.system().order_by("id")[0]
    own = {"seller": variant.seller, "storefront": front}
    listing = Listing.objects.system().create(
        **own, variant=variant, listing_ref=variant.sku, state="live", live_at=now()
    )
    price = Price.objects.system().create(
        **own, variant=variant, list_price=2, sale_price=2, currency=front.currency, computed_at=now()
    )
    lanes = [
        ListingLevel.objects.system().create(
            **own, listing=listing, lane=lane, desired_value=value, acknowledged_value=value, desired_list=listed,
            acknowledged_list=listed, acknowledged_at=now(),
        )
        for lane, value, listed in (("stock", 1, None), ("price", 2, 2))
    ]  # fmt: skip
    return listing, price, lanes


def _rates() -> None:
    """A euro, dollar … of today in lira: of these alone it can be told what a price is there."""
    from entrepot.core.clock import now
    from entrepot.pricing.models import FxRate

    day = now().date()
    FxRate.objects.bulk_create(
        FxRate(day=day, base=currency, quote="TRY", rate=40, source="file")
        for currency in _CODES.values()
        if currency != "TRY"
    )


def _changed(run: int) -> list[int]:
    """Ids of the goods of one run, spread over the whole catalogue."""
    from entrepot.catalog.models import Variant

    ids = Variant.objects.system().order_by("id").values_list("id", flat=True)
    step = max(1, VARIANTS // CHANGED)
    return list(ids[run % step :: step][:CHANGED])


def _stock() -> Figure:
    from django.db import connection

    from entrepot.core.clock import now
    from entrepot.inventory.services import record_readings

    ours, floor = Stopwatch(), Stopwatch()
    for run in range(_RUNS):
        ids = _changed(run)
        for i in range(0, len(ids), 1000):
            readings = [(v, 100 + run) for v in ids[i : i + 1000]]
            record_readings(seller_id=1, readings=readings, began_at=now())
        _drained(ours, "stock")
        with floor.run(), connection.cursor() as cursor:
            for i in range(0, len(ids), 1000):
                cursor.execute(_BARE, {"variants": ids[i : i + 1000], "lane": "stock"})
    return _figure("catalogue-stock", "stock from marks", ours, floor)


# The least: as many rows found by their goods and written with another value.
_BARE = """
UPDATE listings_listinglevel l SET desired_at = now(), version = version + 1
  FROM listings_listing g WHERE g.id = l.listing_id AND g.variant_id = ANY(%(variants)s) AND l.lane = %(lane)s"""


def _prices() -> Figure:
    from decimal import Decimal

    from django.db import connection

    from entrepot.core.clock import now
    from entrepot.pricing.services import set_base_prices

    _rates()
    ours, floor = Stopwatch(), Stopwatch()
    for run in range(_RUNS):
        ids = _changed(run)
        for i in range(0, len(ids), 1000):
            rows = [(v, Decimal(2000 + run), None) for v in ids[i : i + 1000]]
            set_base_prices(seller_id=1, rows=rows, currency="TRY", is_tax_included=True, at=now())
        _drained(ours, "price")
        with floor.run(), connection.cursor() as cursor:
            for i in range(0, len(ids), 1000):
                cursor.execute(_BARE, {"variants": ids[i : i + 1000], "lane": "price"})
    return _figure("catalogue-price", "prices from marks", ours, floor)


def _drained(watch: Stopwatch, kind: str) -> None:
    """Every mark of a kind worked off; no chunk may read a large table from end to end.

    Raises:
        RuntimeError: one did.
    """
    from entrepot.core.clock import now
    from entrepot.egress.services import compute_dirty

    before = _whole_reads()
    with watch.run():
        while compute_dirty(kind=kind, at=now()):
            pass
    if read := sorted(table for table, count in _whole_reads().items() if count > before[table]):
        raise RuntimeError(f"{kind}: read from end to end: {', '.join(read)}")


def _whole_reads() -> dict[str, int]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_force_next_flush()")
        cursor.execute("SELECT relname, seq_scan FROM pg_stat_user_tables WHERE relname = ANY(%s)", [list(_LARGE)])
        return dict(cursor.fetchall())


def _figure(name: str, what: str, ours: Stopwatch, floor: Stopwatch) -> Figure:
    count = CHANGED * len(_CODES)
    return Figure(
        id=name, work=f"{what}: {count} levels of {VARIANTS} variants on {len(_CODES)} storefronts", unit="levels/s",
        ours=ours.per_second(count), floor=floor.per_second(count), rss_mib=rss_mib(), cpu_s=ours.cpu_s, runs=_RUNS,
    )  # fmt: skip
