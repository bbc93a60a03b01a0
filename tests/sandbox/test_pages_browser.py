"""The pages in Chromium: an order by keyboard and eye, light and dark, wide and narrow, without a script."""

from __future__ import annotations

import shutil

import pytest

from entrepot.sandbox.server import SandboxServer

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="no chromium on this machine: apt-get install chromium"),
]
SIZES = {"wide": {"width": 1300, "height": 900}, "narrow": {"width": 390, "height": 844}}
LONG = "Uzunca bir ürün adı, " * 12


@pytest.fixture(scope="module")
def chromium():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def server():
    with SandboxServer() as server:
        act = server.remotes["trendyol"].actions
        for barcode, title in (("CAY-1", "Rize çayı"), ("CAY-2", LONG), ("U" * 40, "Ulvi")):
            act["seed_product"](barcode=barcode, title=title[:100], quantity=9, sale_price=1249.9)
        act["random_order"]()
        server.remotes["woocommerce"].actions["sell"](sku="SABUN-KESE")
        yield server


@pytest.fixture
def visit(chromium, server):
    opened = []

    def visiting(path, size="wide", scheme="light"):
        context = chromium.new_context(viewport=SIZES[size], color_scheme=scheme, base_url=server.url)
        opened.append(context)
        page = context.new_page()
        page.faults = []
        page.on("request", lambda r: None if r.url.startswith((server.url, "data:")) else page.faults.append(r.url))
        page.on("console", lambda m: page.faults.append(m.text) if m.type == "error" else None)
        page.goto(path)
        return page

    yield visiting
    for context in opened:
        context.close()


def ratio(page, selector):
    """The contrast of a text with the card that it stands on, as WCAG 2 reckons it."""
    return page.evaluate(
        """selector => {
            const light = colour => colour.match(/[\\d.]+/g).slice(0, 3).map(v => v / 255)
                .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
                .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0)
            const text = document.querySelector(selector)
            const [a, b] = [getComputedStyle(text).color, getComputedStyle(text.closest('section')).backgroundColor]
                .map(light).sort((x, y) => y - x)
            return (a + 0.05) / (b + 0.05)
        }""",
        selector,
    )


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", list(SIZES))
@pytest.mark.parametrize("path", ["/", "/trendyol/", "/woocommerce/", "/trendyol/?do=cancel", "/woocommerce/?do=edit"])
def test_every_page_fits_its_window_and_can_be_read(visit, path, size, scheme):
    page = visit(path, size, scheme)

    assert page.evaluate("document.documentElement.scrollWidth") <= SIZES[size]["width"]
    assert all(ratio(page, selector) >= 4.5 for selector in ("section a, section td", "h2, section p"))
    assert page.faults == []


@pytest.mark.parametrize("size", list(SIZES))
def test_a_person_places_an_order_of_two_products_and_sees_it(visit, server, size):
    page = visit("/trendyol/", size)

    page.get_by_label("product 1").first.select_option("TR/CAY-1")
    page.get_by_label("quantity").first.fill("3")
    page.get_by_label("product 2").first.select_option("TR/CAY-2")
    page.get_by_role("button", name="Place order").click()
    page.wait_for_selector("[role=status]")

    placed = list(server.remotes["trendyol"].ledger.of("order.placed"))[-1]
    assert [(n["barcode"], n["quantity"]) for n in placed["lines"]] == [("CAY-1", 3), ("CAY-2", 1)]
    assert placed["order_number"] in page.inner_text("[role=status]")
    assert "3 × CAY-1" in page.inner_text("#orders")


def test_a_row_leads_to_its_form_and_the_filter_stays(visit, server):
    page = visit("/trendyol/?q=CAY-1")

    page.click("#listings td.do >> text=stock")
    assert page.get_attribute("#set_stock", "open") is not None
    page.fill("#set_stock [name=quantity]", "0")
    page.click("#set_stock button")
    page.wait_for_selector("[role=status]")

    assert page.input_value("[name=q]") == "CAY-1"
    assert page.inner_text("#listings td.state") == "sold out"
    page.fill("[name=q]", "ulvi")
    page.press("[name=q]", "Enter")
    page.wait_for_url("**q=ulvi*")
    assert page.locator("#listings tbody tr").count() == 1
