"""WooCommerce's own sample goods, as its importer ships them, on their way to a marketplace.

The file is not ours to copy: it is read from a shared folder beside the repository, or where ENTREPOT_SHARED_DATA says.
"""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from entrepot.catalog.models import Product, Variant
from entrepot.catalog.services import edit_products
from entrepot.core.clock import now
from entrepot.listings.models import Listing

from ..goods_rows import gtin
from .world import World, open_world

DATA = Path(os.environ.get("ENTREPOT_SHARED_DATA") or Path(__file__).resolve().parents[3] / "shared" / "data")
SAMPLE = DATA / "stores" / "woocommerce" / "sample_products.csv"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not SAMPLE.exists(), reason="sample_products.csv is not in the shared folder"),
]

# Their categories in Trendyol's words, and the colours of the shop in its palette.
WORDS = "kind,scope,ours,theirs\n" + "".join(
    f"{kind},,{ours},{theirs}\n"
    for kind, ours, theirs in (
        ("category", "Clothing > Tshirts", "Tişört"),
        ("category", "Hoodies", "Kazak"),  # by the last name alone
        ("category", "Accessories", "Şal"),
        ("category", "bags", "Sırt Çantası"),
        ("brand", "Woo", "Toros"),
    )
)
CATEGORIES = ("520", "523", "540", "532")
PALETTE = {"Blue": "Mavi", "Gray": "Gri", "Red": "Kırmızı", "Yellow": "Sarı", "Green": "Yeşil", "": "Siyah"}


def rows() -> list[dict[str, str]]:
    with SAMPLE.open(encoding="utf-8-sig", newline="") as lines:
        return list(csv.DictReader(lines))


def sold() -> list[dict[str, str]]:
    """What can be sold: simple goods and variations."""
    return [row for row in rows() if row["Type"] in ("simple", "variation")]


def facts() -> str:
    """What the shop does not know: brand, origin, VAT, weight, GTIN for half of them, a quantity, and attributes."""
    out = io.StringIO()
    columns = ["sku", "brand", "origin", "vat_rate", "weight_g", "gtin", "quantity"]
    columns += ["attribute:Renk", "attribute:Web Color", "attribute:Beden", "attribute:Cinsiyet"]
    sheet = csv.writer(out)
    sheet.writerow(columns)
    for i, row in enumerate(sold()):
        colour = row["Attribute 1 value(s)"] if row["Attribute 1 name"] == "Color" else ""
        size = "L" if row["SKU"] == "woo-hoodie-blue-logo" else "M"
        barcode = gtin(700 + i) if i % 2 else ""  # the others are known by their SKU
        sheet.writerow(
            [row["SKU"], "Woo", "TR", "0.10", 300, barcode, 10 + i, PALETTE[colour], PALETTE[colour], size, "Unisex"]
        )
    return out.getvalue()


@pytest.fixture
def shop(transactional_db, tmp_path) -> Iterator[World]:
    with open_world(tmp_path, SAMPLE) as world:
        world.bring_in()
        world.connect_market()
        world.learn(CATEGORIES)
        yield world


def test_every_row_of_the_file_is_taken_or_refused_with_its_reason(shop):
    refused = dict(Product.objects.system().exclude(refusal="").values_list("title", "refusal"))

    assert set(refused) == {"Album", "Single", "Logo Collection", "WordPress Pennant"}
    assert "virtual" in refused["Album"]
    assert "group of other products" in refused["Logo Collection"]
    assert "another site" in refused["WordPress Pennant"]
    assert set(Variant.objects.system().values_list("sku", flat=True)) == {row["SKU"] for row in sold()}
    assert Product.objects.system().get(title="Hoodie").category == "Clothing > Hoodies"
    assert {p.state for p in Product.objects.system()} == {"new"}


def test_without_the_sheet_nothing_goes_live_and_every_missing_fact_is_named(shop):
    shop.approve()
    shop.open_market()
    shop.settle(30)

    assert set(shop.states().values()) == {"draft"}
    assert len(shop.states()) == len(sold())
    for row in Listing.objects.system():
        lacking = {m["field"] for m in row.missing}
        assert {"origin", "vat_rate", "brand", "category", "quantity"} <= lacking, row.variant.sku
        assert all(m["why"] for m in row.missing)
    assert shop.entries("product.created") == []


def test_with_the_sheet_simple_and_variable_goods_are_live_with_their_stock(shop):
    assert shop.sheet(WORDS).problems == []
    assert shop.sheet(facts()).problems == []
    shop.approve()
    shop.open_market()
    shop.settle(60)

    # Trendyol wants five letters in a name: what it refuses keeps its words, and is mended.
    short = {sku for sku, state in shop.states().items() if state == "failed"}
    assert short == {"woo-belt", "woo-cap", "woo-polo"}
    for sku in short:
        assert "en az 5 karakter" in shop.listing(sku).refusal
        product = shop.variant(sku).product
        cells = [(product.id, "title", product.title, f"Woo {product.title}")]
        edit_products(seller_id=shop.seller_id, cells=cells, at=now())
    # The file has five bags without a picture; nothing else keeps them.
    bare = Listing.objects.system().filter(state="draft").select_related("variant__product")
    assert [row.variant.sku for row in bare if row.missing != [{"field": "images", "why": "has no image"}]] == []
    assert {row.variant.product.title for row in bare} == {row["Name"] for row in sold() if row["Categories"] == "bags"}
    for row in bare:
        cells = [(row.variant.product_id, "images", [], ["https://img.test/bag.jpg"])]
        edit_products(seller_id=shop.seller_id, cells=cells, at=now())
    shop.approve()
    shop.settle(60)

    assert set(shop.states().values()) == {"live"}
    assert set(shop.states()) == {row["SKU"] for row in sold()}
    for i, row in enumerate(sold()):
        assert shop.stock_there(row["SKU"]) == 10 + i
        assert shop.listing(row["SKU"]).listing_ref == (gtin(700 + i) if i % 2 else row["SKU"])
    hoodies = Listing.objects.system().filter(variant__product__title="Hoodie")
    assert len({h.content_ref for h in hoodies}) == 1  # two variants on one card
