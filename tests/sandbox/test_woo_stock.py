"""Stock: who counts, what is ignored silently, and what orders do to it (reference §1.4)."""

from __future__ import annotations

import pytest


def test_a_quantity_without_management_is_ignored_silently(shop):
    made = shop.product(sku="S")

    answer = shop.api.put(f"/products/{made['id']}", json={"stock_quantity": 7, "backorders": "yes"})

    assert answer.status_code == 200
    shown = answer.json()
    assert (shown["stock_quantity"], shown["manage_stock"], shown["backorders"]) == (None, False, "no")
    assert shop.ledger("stock.set") == []


def test_a_managed_quantity_decides_the_status(shop):
    made = shop.product(sku="S", manage_stock=True, stock_quantity=7)
    path = f"/products/{made['id']}"
    assert (made["stock_quantity"], made["stock_status"]) == (7, "instock")

    assert shop.api.put(path, json={"stock_quantity": 0}).json()["stock_status"] == "outofstock"
    assert shop.api.put(path, json={"backorders": "notify"}).json()["stock_status"] == "onbackorder"
    minus = shop.api.put(path, json={"stock_quantity": -3}).json()
    assert (minus["stock_quantity"], minus["backordered"]) == (-3, True)
    assert [e["quantity"] for e in shop.ledger("stock.set")] == [7, 0, -3]
    assert {e["by"] for e in shop.ledger("stock.set")} == {"api"}


@pytest.mark.parametrize("quantity", [4.5, "4.5", "many", None, True])
def test_a_quantity_that_is_no_integer_is_refused(shop, quantity):
    made = shop.product(manage_stock=True, stock_quantity=7)

    answer = shop.api.put(f"/products/{made['id']}", json={"stock_quantity": quantity})

    assert answer.status_code == 400
    assert shop.api.get(f"/products/{made['id']}").json()["stock_quantity"] == 7


def test_a_quantity_may_come_as_text_and_as_a_difference(shop):
    made = shop.product(manage_stock=True, stock_quantity=7)
    path = f"/products/{made['id']}"

    assert shop.api.put(path, json={"stock_quantity": "9"}).json()["stock_quantity"] == 9
    assert shop.api.put(path, json={"inventory_delta": -4}).json()["stock_quantity"] == 5


def test_a_variation_under_a_counting_parent_says_parent(shop):
    attribute = [{"name": "Beden", "options": ["S", "M"], "variation": True}]
    parent = shop.product(type="variable", manage_stock=True, stock_quantity=10, attributes=attribute)
    below = f"/products/{parent['id']}/variations"
    body = {"regular_price": "5.00", "sku": "V-S", "attributes": [{"name": "Beden", "option": "S"}]}
    child = shop.api.post(below, json=body).json()

    assert (child["manage_stock"], child["stock_quantity"]) == ("parent", 10)
    own = shop.api.put(f"{below}/{child['id']}", json={"manage_stock": True, "stock_quantity": 3}).json()
    assert (own["manage_stock"], own["stock_quantity"]) == (True, 3)
    back = shop.api.put(f"{below}/{child['id']}", json={"manage_stock": "parent"}).json()
    assert (back["manage_stock"], back["stock_quantity"]) == ("parent", 10)
    shop.order(line_items=[{"sku": "V-S", "quantity": 4}])
    assert shop.api.get(f"/products/{parent['id']}").json()["stock_quantity"] == 6


def test_stock_goes_down_once_and_comes_back_once(shop):
    made = shop.product(sku="S", manage_stock=True, stock_quantity=10)

    def left() -> int:
        return shop.api.get(f"/products/{made['id']}").json()["stock_quantity"]

    order = shop.order(status="pending", line_items=[{"sku": "S", "quantity": 3}])
    path = f"/orders/{order['id']}"
    seen = [left()]
    for status in ("on-hold", "processing", "completed", "cancelled", "cancelled", "processing", "pending", "failed"):
        assert shop.api.put(path, json={"status": status}).status_code == 200
        seen.append(left())

    assert seen == [10, 7, 7, 7, 10, 10, 7, 10, 10]
    assert len(shop.ledger("stock.reduced")) == 2
    assert len(shop.ledger("stock.restored")) == 2


def test_an_order_moves_the_date_of_a_product_unless_the_shop_has_the_blind_spot(shop):
    made = shop.product(sku="S", manage_stock=True, stock_quantity=10)
    path = f"/products/{made['id']}"
    shop.remote.clock.advance(60)
    shop.order(line_items=[{"sku": "S", "quantity": 1}])
    moved = shop.api.get(path).json()
    assert moved["date_modified_gmt"] > made["date_modified_gmt"]

    shop.act("bump_modified", on=False)
    shop.remote.clock.advance(60)
    shop.order(line_items=[{"sku": "S", "quantity": 1}])

    blind = shop.api.get(path).json()
    assert (blind["stock_quantity"], blind["date_modified_gmt"]) == (8, moved["date_modified_gmt"])


def test_a_plugin_can_turn_quantities_into_text(shop):
    shop.act("configure", text_quantities=True)

    assert shop.by_sku("SABUN-KESE")["stock_quantity"] == "96"
