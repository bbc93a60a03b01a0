"""What owners do on the remotes: a new product, a package split, a package given up."""

from __future__ import annotations

import pytest

from entrepot.sandbox.server import SandboxServer

SHIRT, SOAP = "TSHIRT-ANADOLU-KIR-M", "SABUN-DEFNE"


@pytest.fixture
def remotes():
    server = SandboxServer()
    yield server.remotes
    server._socket.close()


@pytest.fixture
def market(remotes):
    act = remotes["trendyol"].actions
    for barcode in (SHIRT, SOAP):
        act["seed_product"](barcode=barcode, title=barcode, sale_price=50.0, quantity=10)
    return act


def bought(market, *barcodes):
    return market["place_order"](lines=[{"barcode": b, "quantity": 2} for b in barcodes])


def test_a_new_product_is_on_sale_once(remotes):
    shop = remotes["woocommerce"]

    made = shop.actions["add_product"](sku="YENI-1", name="Yeni", regular_price="10.00", quantity=3)

    assert made["quantity"] == 3
    assert [e["sku"] for e in shop.ledger.of("product.created") if e["by"] == "shop"] == ["YENI-1"]
    with pytest.raises(ValueError, match="is there already"):
        shop.actions["add_product"](sku="YENI-1", name="Yeni", regular_price="10.00", quantity=3)


def test_a_package_is_split_into_what_stays_and_what_leaves(remotes, market):
    order = bought(market, SHIRT, SOAP)
    first = order["lines"][0]["line_id"]

    made = market["split"](package_id=order["package_id"], line_ids=[first])

    assert made["status"] == "UnPacked"
    assert [[x["barcode"] for x in p["lines"]] for p in made["into"]] == [[SOAP], [SHIRT]]
    with pytest.raises(ValueError, match="must be one of"):
        market["split"](package_id=order["package_id"], line_ids=[first])


@pytest.mark.parametrize("chosen", [[], [0, 1], [9]])
def test_a_split_must_leave_some_lines_and_take_some(market, chosen):
    order = bought(market, SHIRT, SOAP)
    ids = [x["line_id"] for x in order["lines"]]

    with pytest.raises(ValueError, match="keep a line"):
        market["split"](package_id=order["package_id"], line_ids=[ids[i] if i < 2 else 1 for i in chosen])


def test_a_package_that_cannot_be_supplied_is_over(remotes, market):
    order = bought(market, SOAP)

    market["unsupply"](package_id=order["package_id"])

    (entry,) = remotes["trendyol"].ledger.of("order.cancelled")
    assert (entry["by"], entry["lines"][0]["quantity"]) == ("seller", 2)
    with pytest.raises(ValueError, match="UnSupplied"):
        market["unsupply"](package_id=order["package_id"])
    with pytest.raises(ValueError, match="none of"):
        market["unsupply"](package_id=bought(market, SOAP)["package_id"], reason_id=1)
