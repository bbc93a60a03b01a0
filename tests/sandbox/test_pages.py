"""The pages: what a remote holds, found and read by a person; no JavaScript, nothing from elsewhere."""

from __future__ import annotations

import re
import ssl

import httpx
import pytest
from starlette.datastructures import QueryParams

from entrepot.sandbox.page_view import View, folded
from entrepot.sandbox.server import SandboxServer

NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # plain http only: no certificates to load


@pytest.fixture
def server():
    with SandboxServer() as server:
        yield server


@pytest.fixture
def page(server):
    """The text of a page; one section of it when ``of`` is named."""
    with httpx.Client(base_url=server.url, trust_env=False, verify=NO_TLS) as client:

        def get(path, of=""):
            text = client.get(path).text
            return re.search(rf"<section id='{of}'>.*?</section>", text, re.DOTALL)[0] if of else text

        yield get


@pytest.fixture
def act(server):
    return lambda action, slug="trendyol", **facts: server.remotes[slug].actions[action](**facts)


def cells(section):
    """The rows of a section's table, each as its texts."""
    rows = re.findall(r"<tr>(.*?)</tr>", section, re.DOTALL)[1:]
    return [[re.sub("<[^>]+>", "", c) for c in re.findall(r"<td.*?>(.*?)</td>", row, re.DOTALL)] for row in rows]


def seed(act, barcode="CAY-1", storefront="TR", **more):
    facts = {"title": "Rize çayı, 500 g", "quantity": 40, "sale_price": 249.9, "list_price": 299.0, **more}
    return act("seed_product", barcode=barcode, storefront=storefront, **facts)


def test_listings_show_stock_price_and_currency_of_each_storefront(page, act):
    seed(act)
    seed(act, storefront="DE", quantity=3, sale_price=9.5, list_price=9.5)

    rows = cells(page("/trendyol/", of="listings"))

    assert [row[:8] for row in rows] == [
        ["CAY-1", "Rize çayı, 500 g", "DE", "on sale", "3", "9.50", "9.50", "EUR"],
        ["CAY-1", "Rize çayı, 500 g", "TR", "on sale", "40", "249.90", "299.00", "TRY"],
    ]


def test_a_listing_says_what_keeps_it_from_sale(page, act):
    for barcode in ("ARCHIVED", "LOCKED", "EMPTY"):
        seed(act, barcode, quantity=0 if barcode == "EMPTY" else 5)
    act("archive", barcode="ARCHIVED")
    act("lock", barcode="LOCKED", reason="CRITICAL_PRICE")

    rows = {row[0]: row[3] for row in cells(page("/trendyol/", of="listings"))}

    assert rows == {"ARCHIVED": "archived", "LOCKED": "locked", "EMPTY": "sold out"}


def test_what_waits_and_what_was_refused_is_told_apart_with_the_reason(page, act, server):
    seed(act, "WAITS")
    seed(act, "REFUSED")
    kept = server.remotes["trendyol"].snapshot()
    for row in kept["listings"]:
        row["status"] = "pendingApproval"
    server.remotes["trendyol"].restore(kept)
    act("refuse", barcode="REFUSED", reason="Hatalı Görsel")

    section = page("/trendyol/", of="listings")

    assert {row[0]: row[3] for row in cells(section)} == {"WAITS": "waiting approval", "REFUSED": "refused"}
    assert "Hatalı Görsel" in section
    assert "do=approve&amp;f.listing=TR%2FWAITS" in section


def test_orders_and_packages_show_lines_status_and_total(page, act):
    seed(act, "CAY-1", sale_price=100.0)
    seed(act, "CAY-2", sale_price=50.5, list_price=60.0)
    placed = act("place_order", lines=[{"barcode": "CAY-1", "quantity": 2}, {"barcode": "CAY-2", "quantity": 1}])
    act("cancel", package_id=placed["package_id"], line_ids=[placed["lines"][1]["line_id"]])

    orders, packages = (page("/trendyol/", of=name) for name in ("orders", "packages"))

    [[number, storefront, status, _, lines, total, currency]] = cells(orders)
    assert (number, storefront, status, total, currency) == (
        placed["order_number"],
        "TR",
        "CreatedCancelled",
        "250.50",
        "TRY",
    )
    assert lines == "2 × CAY-11 × CAY-2 (cancelled)"
    assert [row[3] for row in cells(packages)] == ["Cancelled", "Created", "UnPacked"]


def test_the_shop_shows_stock_and_orders(page, act):
    sold = act("sell", "woocommerce", sku="SABUN-KESE", quantity=2)

    products, orders = (page("/woocommerce/?q=SABUN-KESE", of=name) for name in ("products", "orders"))

    [[sku, name, kind, status, stock, *_]] = cells(products)
    assert (sku, name, kind, status, stock) == ("SABUN-KESE", "Kil ve Lavanta Sabunu 120 g", "simple", "publish", "94")
    [[number, status, _, lines, total, currency, *_]] = cells(orders)
    assert (number, status, lines) == (str(sold["order_id"]), "processing", "2 × SABUN-KESE")
    assert (total, currency) == (sold["total"], "TRY")


@pytest.mark.parametrize("search", ["CAY-2", "cay-2", "fincan", "FİNCANI", "ışıltılı fincan", "isiltili"])
def test_the_filter_finds_by_any_word_whatever_its_case_and_accents(page, act, search):
    seed(act, "CAY-1")
    seed(act, "CAY-2", title="Işıltılı fincanı")

    rows = cells(page(f"/trendyol/?q={search}", of="listings"))

    assert [row[0] for row in rows] == ["CAY-2"]


def test_a_state_and_a_limit_narrow_a_table(page, act):
    for number in range(30):
        seed(act, f"CAY-{number:02}", quantity=number % 2)

    usual, sold_out = page("/trendyol/", of="listings"), page("/trendyol/?state.listings=sold+out", of="listings")

    assert len(cells(usual)) == 25
    assert "5 more" in usual and "<b>15</b>" in usual
    assert {row[3] for row in cells(sold_out)} == {"sold out"}
    assert len(cells(page("/trendyol/?rows=100", of="listings"))) == 30
    assert len(cells(page("/trendyol/?rows=many", of="listings"))) == 25
    assert "Nothing fits the filter" in page("/trendyol/?q=nowhere", of="listings")


def test_an_empty_remote_says_so(page):
    for name in ("listings", "orders", "packages", "batches", "webhooks"):
        assert "class='none'" in page("/trendyol/", of=name)
    assert "Nothing happened yet." in page("/trendyol/", of="ledger")
    assert "Nothing is on sale and in stock" in page("/trendyol/", of="place_order")


def test_the_ledger_reads_as_a_table_with_the_entry_behind_each_row(page, act):
    seed(act, "CAY-1", sale_price=100.0)
    placed = act("place_order", lines=[{"barcode": "CAY-1", "quantity": 2}])
    act("cancel", package_id=placed["package_id"])

    section = page("/trendyol/", of="ledger")

    told = {row[1]: row for row in reversed(cells(section))}
    assert re.fullmatch(r"\d\d:\d\d:\d\d", told["order.placed"][0])
    assert f"order number {placed['order_number']}" in told["order.placed"][2]
    assert "lines 2 × CAY-1" in told["order.placed"][2] and "total 200.00" in told["order.placed"][2]
    assert "Created → Cancelled" in told["package.moved"][2]
    assert "&quot;kind&quot;: &quot;order.placed&quot;" in told["order.placed"][3]
    assert {row[1] for row in cells(page("/trendyol/?kind=stock.set", of="ledger"))} == {"stock.set"}
    assert len(cells(page("/trendyol/?q=CAY-1&kind=order.placed", of="ledger"))) == 1


NASTY = "<script>alert(1)</script>'\"><img src=x onerror=alert(2)>"


def test_nothing_that_a_caller_wrote_becomes_html(page, act):
    seed(act, "CAY-1", title=NASTY)
    act("place_order", lines=[{"barcode": "CAY-1", "quantity": 1}], customer={"first_name": NASTY})
    act("edit", "woocommerce", sku="SABUN-KESE", name=NASTY)
    act("sell", "woocommerce", sku="SABUN-KESE")
    asked = httpx.QueryParams(
        {"q": "1", "kind": "", "do": "place_order", "refused": NASTY, "f.item.1": NASTY, "f.quantity.1": NASTY,
         "f.customer": NASTY, "state.orders": NASTY, f"state.{NASTY}": NASTY}
    )  # fmt: skip
    strange = httpx.QueryParams({"q": NASTY, "kind": NASTY, "said": NASTY, "do": NASTY, "refused": NASTY})

    for path in ("/", "/trendyol/", "/woocommerce/"):
        for query in ("", f"?{asked}", f"?{strange}"):
            text = page(path + query)
            assert "<script" not in text and "<img" not in text
            assert "'\"" not in text.replace("&#x27;", "")
    assert "&lt;script&gt;alert(1)" in page("/trendyol/", of="listings")


def test_nothing_is_fetched_from_elsewhere(page, act):
    seed(act)

    for path in ("/", "/trendyol/", "/woocommerce/"):
        assert re.findall(r"(?:src|href|action)='(?![/?#]|data:,)[^']*'", page(path)) == []
        assert "url(" not in page(path) and "@import" not in page(path)


def test_a_view_keeps_its_other_filters_when_one_changes():
    view = View.of(QueryParams("q=cay&rows=100&state.orders=Created&do=ship&f.package_id=7"))

    assert view.address(kind="stock.set") == "?q=cay&amp;rows=100&amp;kind=stock.set&amp;state.orders=Created"
    assert view.address(q="") == "?rows=100&amp;state.orders=Created"
    assert (view.do, view.filled) == ("ship", {"package_id": "7"})
    assert folded("IŞIK İnce ÇAY") == "isik ince cay"
