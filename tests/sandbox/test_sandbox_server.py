"""The server: restarts, control, faults, pages, and the command that serves in the foreground."""

from __future__ import annotations

import json
import os
import re
import signal
import ssl
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from entrepot.sandbox.server import SandboxConfig, SandboxServer

NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # plain http only: no certificates to load
SOURCE = str(Path(__file__).parents[2] / "src")
LINE = {"line_items": [{"sku": "SABUN-KESE", "quantity": 1}]}


def client(server: SandboxServer) -> httpx.Client:
    keys = server.remotes["woocommerce"].credentials
    auth = (keys["consumer_key"], keys["consumer_secret"])
    return httpx.Client(base_url=f"{keys['url']}/wp-json/wc/v3", auth=auth, trust_env=False, verify=NO_TLS)


def config(folder: Path | None = None) -> SandboxConfig:
    return SandboxConfig(state_dir=folder, options={"woocommerce": {"settings": {"assume_https": True}}})


def test_everything_outlives_a_restart(tmp_path):
    with SandboxServer(config(tmp_path)) as server, client(server) as api:
        first = server.credentials()
        order = api.post("/orders", json={"status": "processing", **LINE}).json()
        product = api.get("/products", params={"sku": "SABUN-KESE"}).json()[0]
        api.post("/webhooks", json={"topic": "order.created", "delivery_url": "http://127.0.0.1:1/x", "secret": "s"})
        server.remotes["woocommerce"].actions["configure"](currency="EUR")
        seen = len(server.remotes["woocommerce"].ledger.entries)

    with SandboxServer(config(tmp_path)) as server, client(server) as api:
        keys = server.credentials()["woocommerce"]
        assert keys["consumer_secret"] == first["woocommerce"]["consumer_secret"]
        assert api.get(f"/orders/{order['id']}").json()["total"] == order["total"]
        again = api.get("/products", params={"sku": "SABUN-KESE"}).json()[0]
        assert again["stock_quantity"] == product["stock_quantity"] == 95
        assert len(api.get("/webhooks").json()) == 1
        assert api.get("/settings/general/woocommerce_currency").json()["value"] == "EUR"
        assert len(server.remotes["woocommerce"].ledger.entries) >= seen
        assert api.post("/orders", json=LINE).json()["id"] > order["id"]


def test_the_state_is_kept_about_once_a_second(tmp_path, eventually):
    state = tmp_path / "woocommerce" / "state.json"
    with SandboxServer(config(tmp_path)) as server, client(server) as api:
        order = api.post("/orders", json=LINE).json()

        def is_kept() -> bool:
            return any(row["id"] == order["id"] for row in json.loads(state.read_text("utf-8"))["tables"]["orders"])

        eventually(is_kept, within_s=4)
        assert is_kept()


def test_control_lists_summarises_and_tells_the_ledger(shop):
    base = f"{shop.server.url}/control"
    shop.act("set_stock", sku="SABUN-KESE", quantity=5)
    after = len(shop.remote.ledger.entries)
    shop.act("set_stock", sku="SABUN-KESE", quantity=6)

    listing = shop.api.get(base).json()["remotes"]
    assert set(listing) == {"woocommerce", "trendyol"}
    assert listing["woocommerce"]["credentials"] == shop.keys
    assert shop.api.get(f"{base}/woocommerce/summary").json()["counts"]["orders"] == 0
    late = shop.api.get(f"{base}/woocommerce/ledger", params={"after": after, "kind": "stock.set"}).json()
    assert [(e["sku"], e["quantity"], e["by"]) for e in late["entries"]] == [("SABUN-KESE", 6, "shop")]
    assert late["last"] == len(shop.remote.ledger.entries)
    assert shop.api.get(f"{base}/nothing/summary").status_code == 404
    assert shop.api.get(f"{base}/woocommerce/ledger", params={"after": "x"}).status_code == 422


@pytest.mark.parametrize(
    ("action", "given", "says"),
    [
        ("set_stock", {"sku": "YOK", "quantity": 1}, "no product has the SKU 'YOK'"),
        ("set_stock", {"sku": "SABUN-KESE"}, "quantity"),
        ("sell", {"sku": "BAL-KEST-450", "quantity": 23}, "has 22 left, 23 wanted"),
        ("cancel", {"order_id": 1}, "there is no order 1"),
        ("edit", {"sku": "SABUN-KESE", "regular_price": 5}, "regular_price is not of type string."),
        ("configure", {"colour": "red"}, "unknown setting 'colour'"),
        ("configure", {"currency": 5}, "currency must be a str"),
    ],
)
def test_an_action_that_cannot_be_done_says_why(shop, action, given, says):
    answer = shop.api.post(f"{shop.server.url}/control/woocommerce/actions/{action}", json=given)

    assert answer.status_code == 422
    assert says in answer.json()["detail"]


def test_people_act_in_the_shop(shop):
    sold = shop.act("sell", sku="SABUN-KESE", quantity=2)
    assert shop.by_sku("SABUN-KESE")["stock_quantity"] == 94
    order = shop.api.get(f"/orders/{sold['order_id']}").json()
    assert (order["status"], order["created_via"]) == ("processing", "checkout")
    assert shop.act("cancel", order_id=order["id"])["status"] == "cancelled"
    assert shop.by_sku("SABUN-KESE")["stock_quantity"] == 96

    assert shop.act("set_price", sku="SABUN-KESE", regular_price="90.00", sale_price="80.00")["sale_price"] == "80.00"
    assert shop.by_sku("SABUN-KESE")["price"] == "80.00"
    shop.act("unpublish", sku="SABUN-KESE")
    assert shop.by_sku("SABUN-KESE")["status"] == "draft"
    shop.act("edit", sku="TSHIRT-ANADOLU-KIR-S", weight="0.9")
    assert shop.by_sku("TSHIRT-ANADOLU-KIR-S")["weight"] == "0.9"
    shop.act("delete_product", sku="KASE-IZNIK")
    assert shop.api.get("/products", params={"sku": "KASE-IZNIK"}).json() == []


def test_buyers_arrive_at_a_rate_and_stop(shop, eventually):
    shop.act("buyers", per_minute=6000)
    eventually(lambda: len(shop.ledger("shop.sold")) >= 5)
    shop.act("buyers", per_minute=0)

    taken = sum(e["change"] for e in shop.ledger("stock.reduced"))
    assert taken == -len(shop.ledger("shop.sold"))


def test_the_clock_goes_forward_for_all(shop):
    before = shop.api.get(f"{shop.server.url}/control").json()["clock_ms"]
    url = f"{shop.server.url}/control/clock"

    after = shop.api.post(url, json={"advance_s": 3600}).json()["clock_ms"]

    assert all(after[slug] - before[slug] >= 3_600_000 for slug in before)
    assert shop.api.post(url, json={"advance_s": -1}).status_code == 422
    assert shop.api.post(url, json={"advance_s": "soon"}).status_code == 422


def test_dials_are_turned_and_wrong_ones_refused(shop):
    url = f"{shop.server.url}/control/woocommerce/faults"

    assert shop.api.patch(url, json={"too_many_requests": 1}).json()["dials"]["too_many_requests"] == 1
    assert shop.api.get("/products").status_code == 429
    assert shop.api.get(url).json()["done"]["too_many_requests"] >= 1
    assert shop.api.patch(url, json={"too_many_requests": 2}).status_code == 422
    assert "unknown dial" in shop.api.patch(url, json={"speed": 1}).json()["detail"]
    assert shop.api.patch(url, json={"preset": "none"}).json()["dials"]["too_many_requests"] == 0
    assert shop.api.get("/products").status_code == 200


def test_a_lost_answer_loses_the_answer_and_not_the_work(shop, caplog):
    shop.dials(lost_answer=1)
    with pytest.raises(httpx.RemoteProtocolError):
        shop.api.post("/orders", json=LINE)
    shop.dials(lost_answer=0)

    assert caplog.records == []  # it is meant, so the server does not complain

    assert len(shop.api.get("/orders").json()) == 1


def test_a_page_in_html_comes_instead_of_json(shop):
    shop.act("html_mode", on=True)
    answer = shop.api.get("/products")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    shop.act("html_mode", on=False)
    shop.act("configure", php_notice=True)
    with pytest.raises(ValueError):
        shop.api.get("/products").json()


def test_the_pages_show_and_their_forms_act(shop):
    shop.act("sell", sku="SABUN-KESE")
    front = shop.api.get(f"{shop.server.url}/")
    page = shop.api.get(f"{shop.server.url}/woocommerce/")

    assert "/woocommerce/" in front.text and "/trendyol/" in front.text
    assert "Kil ve Lavanta Sabunu" in page.text
    assert "order.created" in page.text
    assert "<script" not in page.text
    assert re.search(r"action='/control/woocommerce/actions/sell'", page.text)
    assert shop.api.get(f"{shop.server.url}/trendyol/").status_code == 200
    form = {"sku": "SABUN-KESE", "quantity": "3"}
    done = shop.api.post(f"{shop.server.url}/control/woocommerce/actions/sell", data=form)
    assert done.status_code == 303
    assert "sell" in shop.api.get(done.headers["location"]).text
    assert shop.by_sku("SABUN-KESE")["stock_quantity"] == 92
    refused = shop.api.post(f"{shop.server.url}/control/woocommerce/actions/sell", data={"sku": "<b>"})
    assert "&lt;b&gt;" in shop.api.get(refused.headers["location"]).text
    dial = shop.api.post(f"{shop.server.url}/control/woocommerce/faults", data={"latency_ms": "3"})
    assert (dial.status_code, shop.remote.faults.dials.latency_ms) == (303, 3)


def test_the_command_says_one_line_and_stops_cleanly(tmp_path):
    command = [
        sys.executable,
        "-m",
        "entrepot.sandbox",
        "--port",
        "0",
        "--state-dir",
        str(tmp_path),
        "--faults",
        "some",
    ]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=os.environ | {"PYTHONPATH": SOURCE})
    try:
        said = json.loads(process.stdout.readline())
        assert httpx.get(f"{said['woocommerce']['url']}/wp-json/", trust_env=False).status_code in {
            200,
            429,
            500,
            502,
            503,
        }
        assert {"url", "consumer_key", "consumer_secret", "readonly_key", "readonly_secret"} <= set(said["woocommerce"])
        assert {"url", "seller_id", "api_key", "api_secret"} <= set(said["trendyol"])
    finally:
        process.send_signal(signal.SIGTERM)
        rest = process.communicate(timeout=10)[0]
    assert (process.returncode, rest) == (0, "")
    assert json.loads((tmp_path / "woocommerce" / "state.json").read_text("utf-8"))["tables"]["products"]
