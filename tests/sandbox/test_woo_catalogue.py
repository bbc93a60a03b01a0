"""The goods from a file, the sample's planted faults, and the speed of a big shop."""

from __future__ import annotations

import csv
import os
from pathlib import Path

import httpx
import pytest

from entrepot.sandbox.faults import Dials
from entrepot.sandbox.server import SandboxConfig, SandboxServer
from entrepot.sandbox.woocommerce import build
from entrepot.sandbox.woocommerce.catalogue import SAMPLE

VENDOR_SAMPLE = "ENTREPOT_WOOCOMMERCE_SAMPLE"


def listed(path: Path, **params: object) -> list[dict]:
    options = {"woocommerce": {"settings": {"assume_https": True}}}
    with SandboxServer(SandboxConfig(catalogue=path, options=options)) as server:
        keys = server.remotes["woocommerce"].credentials
        auth = (keys["consumer_key"], keys["consumer_secret"])
        url = f"{keys['url']}/wp-json/wc/v3/products"
        answer = httpx.get(url, params={"per_page": 100, "order": "asc", **params}, auth=auth, trust_env=False)
        assert answer.status_code == 200
        return answer.json()


def check_digit_is_right(code: str) -> bool:
    """GS1: weights 3 and 1 from the right, the sum with the check digit a multiple of ten."""
    weights = [3 if place % 2 else 1 for place in range(len(code))]
    return sum(int(d) * w for d, w in zip(reversed(code), weights, strict=True)) % 10 == 0


def test_the_sample_has_valid_codes_and_turkish_names():
    with SAMPLE.open(encoding="utf-8-sig", newline="") as lines:
        rows = list(csv.DictReader(lines))

    codes = [row["GTIN, UPC, EAN, or ISBN"] for row in rows if row["GTIN, UPC, EAN, or ISBN"]]
    assert len(rows) >= 40
    assert len(codes) == len(set(codes)) >= 30
    assert all(len(code) == 13 and check_digit_is_right(code) for code in codes)
    assert all(any(letter in row["Name"] for row in rows) for letter in "İışŞ")


def test_the_samples_planted_faults_are_in_the_shop(shop):
    def one(sku: str) -> dict:
        return shop.by_sku(sku)

    everything = shop.api.get("/products", params={"per_page": 100}).json()
    assert [p["name"] for p in everything if p["sku"] == ""] == ["Etiketsiz Mantar Tıpa"]
    assert len(shop.api.get("/products", params={"sku": "SABUN-DEFNE"}).json()) == 2
    assert one("KUMAS-METRE")["stock_quantity"] == 12.5
    assert (one("KANDIL-CAM")["stock_quantity"], one("KANDIL-CAM")["stock_status"]) == (-2, "outofstock")
    assert one("NAZAR-BONCUK")["weight"] == ""
    assert ".invalid" in one("KILIM-KUCUK")["images"][0]["src"]
    assert one("HEDIYE-500")["virtual"] is True
    assert one("KITAP-CINI")["type"] == "external"
    assert len(one("SET-HAMAM")["grouped_products"]) == 3
    assert one("VAZO-TASLAK")["status"] == "draft"
    assert one("CANTA-STOKSUZ")["manage_stock"] is False


def test_the_sample_brings_categories_brands_and_variations(shop):
    tea = shop.by_sku("CAY-RIZE-500")
    parent = shop.by_sku("TERLIK-YEMENI")
    sizes = shop.api.get(f"/products/{parent['id']}/variations").json()

    assert [c["name"] for c in tea["categories"]] == ["Çay"]
    above = next(c for c in shop.api.get("/products/categories", params={"per_page": 100}).json() if c["name"] == "Çay")
    assert shop.api.get(f"/products/categories/{above['parent']}").json()["name"] == "Gıda"
    assert [b["name"] for b in tea["brands"]] == ["Kehribar"]
    assert tea["tax_class"] == "reduced-rate"
    assert {v["attributes"][0]["option"]: v["stock_quantity"] for v in sizes} == {"38": 8, "40": 11, "42": 0}


def test_a_file_with_other_units_a_mark_and_parents_below_sets_the_shop_up(tmp_path):
    path = tmp_path / "goods.csv"
    header = "ID,Type,SKU,Name,Published,In stock?,Stock,Weight (lbs),Length (in),Regular price,Categories,Parent,Attribute 1 name,Attribute 1 value(s),Attribute 1 visible,Attribute 1 global"
    rows = [
        "901,variation,T-S,,1,1,4,.5,,10,,T,Size,Small,,1",
        '902,variable,T,Tee,1,1,,.5,24,,"Clothing > Tees, Gifts",,Size,"Small, Large",1,1',
        "903,variation,T-L,,1,1,,.5,,11,,id:902,Size,Large,,1",
        '904,simple,M,"Mug, blue",-1,0,,1,,7,Gifts,,,,,',
    ]  # fmt: skip
    path.write_text("\ufeff" + "\n".join([header, *rows]), "utf-8")

    remote = build(url="http://shop.test", seed=1, dials=Dials(), state_dir=None, catalogue_file=path)

    held = remote.summary()
    assert (held["settings"]["weight_unit"], held["settings"]["dimension_unit"]) == ("lbs", "in")
    assert held["counts"]["products"] == 2 and held["counts"]["variations"] == 2
    tee, mug = listed(path)
    assert (tee["id"], tee["variations"], tee["price"]) == (902, [901, 903], "10")
    assert sorted(c["name"] for c in tee["categories"]) == ["Gifts", "Tees"]
    assert (mug["name"], mug["status"], mug["manage_stock"], mug["stock_status"]) == (
        "Mug, blue",
        "draft",
        False,
        "outofstock",
    )


def test_a_variation_without_its_parent_is_named(tmp_path):
    path = tmp_path / "goods.csv"
    path.write_text("Type,SKU,Name,Parent\nvariation,A-1,,NOPE\n", "utf-8")

    with pytest.raises(ValueError, match=r"'A-1' names the parent 'NOPE'"):
        build(url="http://shop.test", seed=1, dials=Dials(), state_dir=None, catalogue_file=path)


def test_the_vendors_own_sample_loads():
    path = Path(os.environ.get(VENDOR_SAMPLE, "") or "absent.csv")
    if not path.is_file():
        pytest.skip(f"{VENDOR_SAMPLE} does not name WooCommerce's sample_products.csv")

    products = listed(path)

    assert len(products) == 23  # 25 rows of which two are variations
    assert {p["type"] for p in products} == {"simple", "variable", "external", "grouped"}
    assert all(not p["manage_stock"] for p in products if p["type"] == "simple")


def test_pages_of_a_hundred_out_of_ten_thousand_hold_each_its_own(tmp_path):
    path = tmp_path / "many.csv"
    lines = [f"simple,S-{n},Ürün {n},1,{n % 90},{n % 900 + 1}.00,Gıda > Çay" for n in range(10_000)]
    path.write_text("Type,SKU,Name,Published,Stock,Regular price,Categories\n" + "\n".join(lines), "utf-8")
    options = {"woocommerce": {"settings": {"assume_https": True}}}

    with SandboxServer(SandboxConfig(catalogue=path, options=options)) as server:
        keys = server.remotes["woocommerce"].credentials
        auth = (keys["consumer_key"], keys["consumer_secret"])
        base = f"{keys['url']}/wp-json/wc/v3"
        with httpx.Client(base_url=base, auth=auth, trust_env=False) as client:
            order = {"per_page": 100, "orderby": "id", "order": "asc"}
            for page in (1, 50, 100):
                told = client.get("/products", params={**order, "page": page}).json()
                assert [row["sku"] for row in told] == [f"S-{n}" for n in range(page * 100 - 100, page * 100)]
            assert [row["sku"] for row in client.get("/products", params={"sku": "S-7777"}).json()] == ["S-7777"]
