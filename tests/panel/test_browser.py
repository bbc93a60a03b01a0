"""The panel in Chromium: keyboard and eye, light and dark, wide and narrow. No request leaves this machine.

Pictures go to a temporary folder, or to docs/images when ENTREPOT_SCREENSHOTS is set.
"""

from __future__ import annotations

import os
import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from entrepot.accounts.services import create_seller, create_user
from entrepot.catalog.models import Product, Variant
from entrepot.channels.models import CallLog
from entrepot.fulfilment.models import Package
from entrepot.ingress.models import SetAside
from entrepot.listings.models import Listing
from entrepot.orders.models import Order

from .conftest import PASSWORD
from .rows import World, now

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:No directory at"),  # nothing was collected: whitenoise serves from the packages
    pytest.mark.skipif(CHROMIUM is None, reason="no chromium on this machine: apt-get install chromium"),
]
WIDE, NARROW = {"width": 1360, "height": 860}, {"width": 390, "height": 844}
TITLES = ["İnce belli çay bardağı", "Türk kahvesi fincanı", "Bakır cezve, 250 ml", "Porselen demlik", "Keten masa örtüsü",
          "Şeffaf sürahi, 1 L", "Zeytin ağacı kesme tahtası", "Seramik kase, mavi", "Bambu tepsi", "Peştamal, 90 × 180 cm"]  # fmt: skip
LISTING_STATES = ["live", "live", "live", "live", "submitted", "queued", "failed", "draft", "live", "update"]
ORDER_STATES = [
    "new",
    "synced",
    "awaiting_confirmation",
    "queued",
    "failed",
    "processed",
    "synced",
    "cancelled",
    "new",
    "synced",
]


@pytest.fixture(scope="module")
def chromium():
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = (
        "1"  # playwright's loop runs in this thread; the ORM is not used inside it
    )
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()
    os.environ.pop("DJANGO_ALLOW_ASYNC_UNSAFE")


@pytest.fixture
def shop(transactional_db):
    """Ten products, listings and orders of a seller, in the states of an ordinary morning."""
    seller = create_seller(code="aydin", name="Aydın Züccaciye")
    create_user(username="ayse", password=PASSWORD, role="owner", seller_id=seller.id)
    world = World(seller).add(10)
    for i, row in enumerate(world.products):
        Product.objects.filter(pk=row.pk).update(title=TITLES[i], state=["new", "approved", "edited"][i % 3])
        state = LISTING_STATES[i]
        facts = (
            []
            if state != "draft"
            else [{"field": "gtin", "why": "is not known"}, {"field": "brand", "why": "is not mapped"}]
        )
        Listing.objects.filter(pk=world.listings[i].pk).update(state=state, missing=facts)
        placed = now() - timedelta(days=(i * i) % 13, hours=i)
        Order.objects.filter(pk=world.orders[i].pk).update(state=ORDER_STATES[i], placed_at=placed)
    CallLog.objects.filter(seller_id=seller.id).delete()
    for hour in range(24):
        for n in range(3 + (hour * 7) % 11):
            CallLog.objects.create(
                recorded_at=now() - timedelta(hours=hour), seller_id=seller.id, channel_id=world.market.id, method="GET",
                path="/orders", endpoint="orders", status=500 if n > 10 else 200, ms=20 + n, sent_bytes=0, received_bytes=900,
                outcome="ok", attempt=1,
            )  # fmt: skip
    return world


@pytest.fixture
def visit(chromium, live_server, shop):
    """A page of a person who has logged in by the form; every request and every error of the page is kept."""
    opened = []

    def visiting(*, size=WIDE, dark=False, with_js=True):
        context = chromium.new_context(
            viewport=size,
            color_scheme="dark" if dark else "light",
            java_script_enabled=with_js,
            base_url=live_server.url,
        )
        page = context.new_page()
        page.foreign, page.faults = [], []
        page.on(
            "request", lambda r: None if r.url.startswith((live_server.url, "data:")) else page.foreign.append(r.url)
        )
        page.on("pageerror", lambda e: page.faults.append(str(e)))
        page.on("console", lambda m: page.faults.append(m.text) if m.type == "error" else None)
        page.goto("/panel/login/")
        page.fill("#id_username", "ayse")
        page.fill("#id_password", PASSWORD)
        page.press("#id_password", "Enter")
        page.wait_for_url("**/panel/")
        opened.append(context)
        return page

    yield visiting
    for context in opened:
        context.close()


@pytest.fixture
def picture(tmp_path):
    wanted = os.environ.get("ENTREPOT_SCREENSHOTS")
    folder = Path(__file__).parents[2] / "docs" / "images" if wanted else tmp_path
    folder.mkdir(parents=True, exist_ok=True)

    def taken(page, name):
        page.evaluate("document.fonts.ready")
        page.wait_for_timeout(900)  # Chart.js draws its bars for as long
        path = folder / f"{name}.png"
        page.screenshot(path=path)
        assert 10_000 < path.stat().st_size < 400_000
        return path

    return taken


def fits(page):
    """Whether nothing makes the page wider than the window."""
    return page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


@pytest.mark.parametrize(("dark", "name"), [(False, "home-light"), (True, "home-dark")])
def test_home_draws_its_charts_offline(visit, picture, dark, name):
    page = visit(dark=dark)

    page.wait_for_function(
        "document.querySelectorAll('canvas.chart').length === 4 && Object.keys(Chart.instances).length === 4"
    )
    picture(page, name)

    assert page.evaluate("document.documentElement.classList.contains('dark')") is dark
    assert page.locator(".figure").count() >= 10
    assert (page.foreign, page.faults) == ([], [])


def test_an_order_is_found_and_approved(visit, picture, shop):
    page = visit()
    page.goto("/panel/orders/order/")
    picture(page, "orders")

    page.fill("input[name=q]", shop.orders[0].order_ref)
    page.press("input[name=q]", "Enter")
    page.wait_for_url("**q=*")
    page.click(f"text={shop.orders[0].order_ref}")
    page.wait_for_selector("[data-press=approve]")
    picture(page, "order")
    page.click("[data-press=approve]")
    page.wait_for_selector("text=queued")

    shop.orders[0].refresh_from_db()
    assert shop.orders[0].state == "queued"
    assert (page.foreign, page.faults) == ([], [])


def test_cells_are_edited_by_keyboard_and_saved_once(visit, picture, shop):
    page = visit()
    page.goto("/panel/catalog/product/")
    cell = page.locator("input.cell[name$=-brand]").first
    pk = page.locator("input[name$=-id]").first.input_value()

    cell.fill("Kütahya")
    assert "cell-changed" in cell.get_attribute("class")
    picture(page, "product-cells")
    cell.press("Enter")
    page.wait_for_selector("text=1 row changed.")

    assert Product.objects.get(pk=pk).brand == "Kütahya"
    assert page.faults == []


def test_a_lost_race_is_shown_at_its_cell(visit, shop):
    page = visit()
    page.goto("/panel/catalog/product/")
    pk = page.locator("input[name$=-id]").first.input_value()
    Product.objects.filter(pk=pk).update(brand="Theirs")

    page.locator("input.cell[name$=-brand]").first.fill("Mine")
    page.locator("input.cell[name$=-brand]").first.press("Enter")
    page.wait_for_selector("td.errors")

    assert "changed meanwhile" in page.locator("td.errors").first.inner_text()
    assert Product.objects.get(pk=pk).brand == "Theirs"


@pytest.mark.parametrize(
    "url", ["/panel/", "/panel/orders/order/", "/panel/catalog/product/", "/panel/listings/listing/"]
)
def test_pages_fit_a_telephone(visit, url):
    page = visit(size=NARROW)
    page.goto(url)

    assert fits(page)
    assert page.faults == []


@pytest.mark.parametrize("size", [{"width": 1300, "height": 860}, NARROW], ids=["wide", "narrow"])
def test_a_call_with_a_long_path_fits_the_window(visit, shop, size):
    call = CallLog.objects.filter(seller_id=shop.seller.id).last()
    path = "/suppliers/107703/orders?" + "&".join(f"status=Created{n}" for n in range(60))
    CallLog.objects.filter(pk=call.pk).update(path=path, error="E" * 400)
    page = visit(size=size)

    page.goto(f"/panel/channels/calllog/{call.pk}/change/")

    assert page.locator("text=status=Created59").count() >= 1
    assert fits(page)


def test_an_orders_page_fits_a_telephone(visit, picture, shop):
    page = visit(size=NARROW, dark=True)
    page.goto(f"/panel/orders/order/{shop.orders[0].pk}/change/")
    picture(page, "order-narrow-dark")

    assert fits(page)


def test_everything_works_without_javascript(visit, shop):
    page = visit(with_js=False)
    page.goto(f"/panel/orders/order/{shop.orders[0].pk}/change/")

    page.click("[data-press=hold]")
    page.wait_for_url(f"**/{shop.orders[0].pk}/change/")

    shop.orders[0].refresh_from_db()
    assert shop.orders[0].state == "awaiting_confirmation"


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize(
    "url", ["/panel/", "/panel/catalog/product/", "/panel/orders/order/{order}/change/", "/panel/channels/channel/"]
)
def test_axe_finds_nothing(visit, shop, url, dark):
    from axe_playwright_python.sync_playwright import Axe

    page = visit(dark=dark)
    page.goto(url.format(order=shop.orders[0].pk))
    page.wait_for_timeout(1200)  # colours fade in

    found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa"]}).response["violations"]

    assert [(v["id"], n["target"], n["html"][:160]) for v in found for n in v["nodes"]] == []


_CUT = "e => e.scrollWidth > e.clientWidth || e.scrollHeight > e.clientHeight + 1"


def test_codes_and_waybills_are_seen_whole_at_1300(visit, shop):
    Variant.objects.update(gtin="00012345600012", hs_code="701337990019")
    Package.objects.update(
        tracking_ref="7250000000000009", carrier="Trendyol Express Marketplace",
        stuck_reason="waits for an invoice number: set it in the store's order, or type it in here",
    )  # fmt: skip
    page = visit(size={"width": 1300, "height": 860})

    page.goto("/panel/catalog/variant/")
    assert not any(page.locator("input.cell").evaluate_all(f"all => all.map({_CUT})"))
    page.goto("/panel/fulfilment/package/")
    box = page.locator("td.field-tracking_ref").first.bounding_box()
    assert box["x"] + box["width"] <= 1284  # the list's frame


def test_a_long_reason_is_seen_whole_on_a_telephone(visit, shop):
    SetAside.objects.update(reason="the total is not the sum of its lines, and a person has to look at it " * 2)
    page = visit(size=NARROW)

    page.goto("/panel/ingress/setaside/")

    cells = page.locator("#result_list td.field-reason_brief")
    assert cells.count() == len(shop.products)
    assert not any(cells.evaluate_all(f"all => all.map({_CUT})"))
    assert fits(page)
