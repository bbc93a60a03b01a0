from __future__ import annotations

import json

from entrepot.sandbox.faults import Dials
from entrepot.sandbox.trendyol import build

from .trendyol_shop import Shop, product


def busy_shop():
    shop = Shop()
    shop.live(quantity=50)
    shop.create(product("B"), product("C", title="Yok"))
    shop.after(0.8)
    shop.offer({"barcode": "KZY-1", "quantity": 40})  # still in progress
    shop.post(
        "/webhook/sellers/{s}/webhooks", {"url": "http://127.0.0.1:9/", "authenticationType": "API_KEY", "apiKey": "k"}
    )
    for _ in range(3):
        placed = shop.order(quantity=2)
    shop.move(placed, "Picking")
    line = placed["lines"][0]["line_id"]
    shop.post(f"{shop.path(placed)}/quantity-split", {"quantitySplit": [{"orderLineId": line, "quantities": [1]}]})
    shop.do("switch", name="category_list", value="bare")
    shop.do("limits", tier="150K")
    return shop


def restored(kept):
    remote = build(url="http://sandbox.test/trendyol", seed=7, dials=Dials(), state_dir=None)
    remote.restore(kept)
    return Shop(remote)


def test_a_restored_remote_is_equal_and_goes_on_where_it_was():
    shop = busy_shop()
    cursor = shop.get("/order/sellers/{s}/orders/stream?size=1").json()["nextCursor"]

    text = json.dumps(shop.remote.snapshot())
    twin = restored(json.loads(text))

    assert json.dumps(twin.remote.snapshot()) == text
    assert twin.orders() == shop.orders()
    for each in (shop, twin):
        page = each.get(f"/order/sellers/{{s}}/orders/stream?size=1&nextCursor={cursor}").json()
        assert len(page["content"]) == 1
        assert each.offer({"barcode": "KZY-1", "quantity": 40}).status_code == 400  # fingerprints are remembered
        each.remote.clock.advance(1)
        assert [p["status"] for p in each.orders("status=UnPacked")] == ["UnPacked"]  # the split is finished
        assert each.order()["order_number"] == "10900000004"


def test_a_later_change_of_the_world_does_not_reach_a_written_snapshot():
    shop = busy_shop()
    kept = shop.remote.snapshot()
    text = json.dumps(kept)

    twin = restored(kept)
    twin.order()
    twin.do("set_stock", barcode="KZY-1", quantity=1)

    assert json.dumps(shop.remote.snapshot()) == text


def test_numbers_that_the_ledger_knows_are_not_given_again_after_a_crash(tmp_path):
    first = Shop(build(url="u", seed=7, dials=Dials(), state_dir=tmp_path))
    first.live()
    before = first.order()

    second = Shop(build(url="u", seed=7, dials=Dials(), state_dir=tmp_path))  # no state was kept
    second.live()
    after = second.order()

    assert second.remote.credentials == first.remote.credentials
    assert int(after["order_number"]) > int(before["order_number"])
    assert after["package_id"] > before["package_id"]
    for shop in (first, second):
        shop.remote.ledger._file.close()


def test_the_summary_counts_what_there_is():
    summary = busy_shop().remote.summary()

    assert summary["listings"] == {"TR": {"approved": 2, "rejected": 1}}
    assert summary["packages"] == {"Created": 2, "Picking": 1}
    assert (summary["orders"], summary["webhooks"]) == (3, 1)


def test_a_thousand_items_are_answered_and_processed():
    shop = Shop()
    items = [product(f"B-{n}") for n in range(1000)]

    answer = shop.post("/product/sellers/{s}/v2/products", {"items": items})
    verdicts = shop.verdicts(answer)

    assert {status for status, _ in verdicts} == {"SUCCESS"}
    assert len(verdicts) == 1000
