"""Forms: a person picks, posts, and is told what came of it or what is allowed."""

from __future__ import annotations

import re
import ssl
from html import unescape

import httpx
import pytest

from entrepot.sandbox.desk import Field, Form, picked
from entrepot.sandbox.form_read import arguments, parameters
from entrepot.sandbox.page_forms import fields_of
from entrepot.sandbox.server import SandboxServer
from entrepot.sandbox.woocommerce.desk import STATUSES

NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # plain http only: no certificates to load


class Desk:
    """A person at the pages of one sandbox with three products on Trendyol."""

    def __init__(self, server):
        self.server = server
        self.client = httpx.Client(base_url=server.url, trust_env=False, verify=NO_TLS, timeout=30)
        for barcode, storefront in (("CAY-1", "TR"), ("CAY-2", "TR"), ("CAY-1", "DE")):
            self.act(
                "seed_product", barcode=barcode, storefront=storefront, title="Rize çayı", quantity=10, sale_price=100.0
            )

    def act(self, action, slug="trendyol", **facts):
        return self.server.remotes[slug].actions[action](**facts)

    def post(self, action, slug="trendyol", headers=None, **fields):
        """The page that a posted form leads to, as text."""
        path = f"/control/{slug}/actions/{action}"
        answer = self.client.post(path, data=fields, headers=headers or {})
        assert answer.status_code == 303
        self.led_to = answer.headers["location"]
        return self.client.get(self.led_to).text

    def last(self, *kinds, slug="trendyol"):
        return list(self.server.remotes[slug].ledger.of(*kinds))[-1]


@pytest.fixture
def desk():
    with SandboxServer() as server:
        desk = Desk(server)
        yield desk
        desk.client.close()


def said(page):
    return unescape(re.search(r"class='said'>(.*?)</p>", page)[1])


def refused(page):
    return unescape(re.search(r"class='refused'>(.*?)</p>", page)[1])


def form(page, action):
    return re.search(rf"<form method='post' action='/control/\w+/actions/{action}'>(.*?)</form>", page, re.DOTALL)[1]


def test_an_order_is_placed_by_picking_from_what_is_on_sale(desk):
    offered = re.findall(r"<option value='([^']+)'>", form(desk.client.get("/trendyol/").text, "place_order"))
    assert set(offered) == {"TR/CAY-1", "TR/CAY-2", "DE/CAY-1"}

    page = desk.post("place_order", **{"item.1": "TR/CAY-1", "quantity.1": "2", "item.2": "TR/CAY-2", "quantity.2": ""})

    placed = desk.last("order.placed")
    assert [(n["barcode"], n["quantity"]) for n in placed["lines"]] == [("CAY-1", 2), ("CAY-2", 1)]
    assert (placed["storefront"], placed["currency"], placed["total"]) == ("TR", "TRY", "300.00")
    assert f"order number {placed['order_number']}" in said(page)


def test_the_storefront_of_a_picked_product_decides_the_currency(desk):
    desk.post("place_order", **{"item.1": "DE/CAY-1", "awaiting": "true"})

    placed = desk.last("order.placed")
    assert (placed["storefront"], placed["currency"], placed["status"]) == ("DE", "EUR", "Awaiting")


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"item.1": "TR/CAY-1", "quantity.1": "99"}, "CAY-1 on TR: only 10 in stock, 99 wanted"),
        ({"item.1": "TR/CAY-1", "quantity.1": "two"}, "quantity of TR/CAY-1 must be a whole number above 0, not 'two'"),
        ({"item.1": "TR/CAY-1", "item.2": "DE/CAY-1"}, "an order is of one storefront; these lines are of TR and DE"),
        ({"item.1": "TR/YOK"}, "YOK on TR: not on sale, 1 wanted"),
        ({"item.1": "XX/CAY-1"}, "storefront must be one of TR, DE"),
        ({"lines": "CAY-RIZE-500 2"}, """lines must be a list such as [{"barcode": "CAY-RIZE-500", "quantity": 2}], not 'CAY-RIZE-500 2'"""),
        ({"lines": "{}"}, 'lines must be a list such as [{"barcode": "CAY-RIZE-500", "quantity": 2}]'),
        ({"item.1": "TR/CAY-1", "customer": "[]"}, 'customer must be a JSON object, such as {"first_name": "Ada"'),
        ({"awaiting": "true"}, "choose at least one product"),
    ],
)  # fmt: skip
def test_a_wrong_order_says_what_is_allowed_and_places_nothing(desk, fields, says):
    page = desk.post("place_order", **fields)

    assert says in refused(page)
    assert desk.server.remotes["trendyol"].ledger.count("order.placed") == 0


def test_a_refused_form_comes_back_as_it_was_filled(desk):
    page = desk.post(
        "set_stock", listing="TR/CAY-2", quantity="-4", headers={"Referer": "/trendyol/?q=cay&rows=100&do=x"}
    )

    again = form(page, "set_stock")
    assert desk.led_to.endswith("#set_stock")
    assert "<details id='set_stock' open>" in page
    assert re.search(r"value='TR/CAY-2' selected", again)
    assert re.search(r"name='quantity'[^>]* value='-4'", again)
    assert "quantity must be a whole number from 0" in refused(page)
    assert page.count("class='refused'") == 1
    assert re.search(r"name='q' value='cay'", page)


def test_some_lines_of_a_package_are_cancelled(desk):
    placed = desk.act("place_order", lines=[{"barcode": "CAY-1", "quantity": 1}, {"barcode": "CAY-2", "quantity": 3}])
    one, two = (str(n["line_id"]) for n in placed["lines"])
    wanted = {"package_id": str(placed["package_id"]), "reason": "Vazgeçtim"}

    page = desk.post("cancel", line_ids=["7"], **wanted)
    assert f"line_ids must be of [{one}, {two}]" in refused(page)
    desk.post("cancel", line_ids=[two], **wanted)

    assert [n["barcode"] for n in desk.last("order.cancelled")["lines"]] == ["CAY-2"]


def test_parcels_are_offered_to_the_steps_that_they_are_ready_for(desk):
    placed = desk.act("place_order", lines=[{"barcode": "CAY-1", "quantity": 1}], awaiting=True)
    page, option = desk.client.get("/trendyol/").text, f"value='{placed['package_id']}'"

    assert option in form(page, "pay")
    assert "Needs a package that is Picking or Invoiced." in page
    assert "actions/ship'" not in page

    desk.post("pay", package_id=str(placed["package_id"]))
    assert desk.last("package.moved")["new"] == "Created"


def test_a_product_is_archived_put_back_and_not_twice(desk):
    desk.post("archive", listing="TR/CAY-1")
    assert "CAY-1 is archived already" in refused(desk.post("archive", listing="TR/CAY-1"))
    assert "CAY-1 on TR: not on sale" in refused(desk.post("place_order", **{"item.1": "TR/CAY-1"}))

    desk.post("unarchive", listing="TR/CAY-1")
    assert "CAY-1 is not archived" in refused(desk.post("unarchive", listing="TR/CAY-1"))
    assert "CAY-1 on SA" not in said(desk.post("place_order", **{"item.1": "CAY-1"}))
    assert desk.last("order.placed")["storefront"] == "TR"


def test_a_product_is_seeded_from_plain_fields(desk):
    desk.post("seed_product", barcode="CAY-3", title="Filtre kahve", sale_price="12.5", quantity="4", storefront="TR")
    assert desk.server.remotes["trendyol"].actions["set_stock"](barcode="CAY-3", quantity=5)["sale_price"] == 12.5

    page = desk.post("seed_product", barcode="CAY-4", title="Kahve", sale_price="cheap", quantity="4", more="[]")
    assert "sale_price must be a number, not 'cheap'" in refused(page)


def test_a_switch_takes_words_numbers_and_truth(desk):
    desk.post("switch", name="dedup", value="item")
    desk.post("switch", name="batch_delay_s", value="1.5")
    desk.post("switch", name="restock_on_cancel", value="true")

    kept = desk.server.remotes["trendyol"].snapshot()["switches"]
    assert (kept["dedup"], kept["batch_delay_s"], kept["restock_on_cancel"]) == ("item", 1.5, True)
    assert "switch dedup takes 'body', 'item', not 'soul'" in refused(desk.post("switch", name="dedup", value="soul"))


def test_an_order_of_several_products_is_placed_in_the_shop(desk):
    desk.post("place_order", "woocommerce", **{"item.1": "SABUN-KESE", "quantity.1": "2", "item.2": "BAL-KEST-450"})

    order = desk.last("order.created", slug="woocommerce")
    assert [(n["sku"], n["quantity"]) for n in order["lines"]] == [("SABUN-KESE", 2), ("BAL-KEST-450", 1)]
    page = desk.post(
        "fulfil", "woocommerce", order_id=str(order["id"]), tracking_number="RR123456789TR", provider="PTT"
    )
    assert "status completed" in said(page)


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ({"lines": [{"sku": "BAL-KEST-450", "quantity": 12}] * 2}, "BAL-KEST-450 has 22 left, 24 wanted"),
        ({"lines": []}, 'lines must be a list such as [{"sku": "SABUN-KESE", "quantity": 2}]'),
        ({"lines": [{"barcode": "x"}]}, "lines must be a list such as"),
        ({"lines": [{"sku": "SABUN-KESE"}], "currency": "euro"}, "currency must be three capital letters such as EUR"),
        ({"lines": [{"sku": "SABUN-KESE"}, {"sku": "YOK"}]}, "no product has the SKU 'YOK'"),
    ],
)
def test_the_shop_refuses_an_order_that_it_cannot_fill(desk, body, says):
    answer = desk.client.post("/control/woocommerce/actions/place_order", json=body)

    assert answer.status_code == 422
    assert says in answer.json()["detail"]
    assert desk.server.remotes["woocommerce"].ledger.count("order.created") == 0


def test_a_body_that_is_no_json_is_told_so(desk):
    answer = desk.client.post("/control/trendyol/actions/place_order", content=b"CAY-RIZE-500 2")

    assert answer.status_code == 422
    assert answer.json()["detail"].startswith("the body must be a JSON object")


def test_every_action_has_a_form_with_its_whole_description(desk):
    desk.act("place_order", lines=[{"barcode": "CAY-1", "quantity": 1}], awaiting=True)

    for slug, remote in desk.server.remotes.items():
        page = desk.client.get(f"/{slug}/").text
        assert [name for name in remote.actions if f" id='{name}'" not in page] == []
    assert "a masked address. <code>line</code> overrides keys of every line" in desk.client.get("/trendyol/").text


def test_many_products_are_suggested_while_typing(desk):
    for number in range(130):
        desk.act("seed_product", barcode=f"K-{number}", title="Kupa", quantity=1, sale_price=5.0)

    page = desk.client.get("/trendyol/").text

    assert re.search(r"<input name='item.1' required placeholder='TR/CAY-RIZE-500' list='place_order-items'", page)
    assert page.count("<option value='TR/K-7'") <= 8  # once for each form, not for each line


def test_a_form_reads_what_its_action_takes():
    def action(*, count: int = 1, ids: list[int] | None = None, is_on: bool = False, **more: object) -> None: ...

    form = Form("action", "Buyers", [Field("price", "price", "number")])

    assert [f.name for f in fields_of(action, form)] == ["price", "count", "ids", "is_on", "more"]


def test_picked_lines_need_an_item_and_whole_quantities():
    assert picked({"item.1": "A", "quantity.1": "3", "item.4": "B", "quantity.2": "9"}) == [("A", 3), ("B", 1)]
    for text in ("0", "-1", "1.5", "²", "9" * 12):
        with pytest.raises(ValueError, match="whole number above 0"):
            picked({"item.1": "A", "quantity.1": text})


def test_text_becomes_arguments_by_annotation(desk):
    ship = desk.server.remotes["trendyol"].actions["cancel"]

    assert arguments(ship, None, {"package_id": "7", "line_ids": "1, 2"}) == {"package_id": 7, "line_ids": [1, 2]}
    assert arguments(ship, None, {"line_ids": "[3]"}) == {"line_ids": [3]}
    with pytest.raises(ValueError, match="package_id must be a whole number, not 'x'"):
        arguments(ship, None, {"package_id": "x"})
    with pytest.raises(ValueError, match="line_ids must be whole numbers with commas between"):
        arguments(ship, None, {"line_ids": "a"})


def test_every_field_of_a_form_is_an_argument_or_is_folded_into_one(desk):
    folded = {"listing", "lines", "more"}

    for remote in desk.server.remotes.values():
        for form in remote.forms():
            taken = {p.name: p.kind for p in parameters(remote.actions[form.action])}
            takes_any = any(kind is kind.VAR_KEYWORD for kind in taken.values())
            assert takes_any or {f.name for f in form.fields} - folded <= set(taken), form.action


def test_every_status_that_the_form_offers_is_one_that_the_shop_takes(desk):
    assert [
        desk.act("unpublish", "woocommerce", sku="SABUN-KESE", status=status)["status"] for status in STATUSES
    ] == list(STATUSES)
