"""The connector against the simulator, over HTTP: two readings of the same pages by two people."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import httpx
import pytest

from entrepot.connectors.trendyol import SPEC
from entrepot.core.errors import RemoteRefused
from entrepot.kit.batch import poll, submit
from entrepot.kit.client import Client
from entrepot.kit.find import find
from entrepot.kit.ports import MemoryBreaker, MemoryBudget, MemoryCalls, MemoryTokens
from entrepot.kit.read import pull, read_raws
from entrepot.kit.records import AttributeChoice, BatchReply, Content, Offer, Package, PackageMove, Subscription
from entrepot.kit.requests import Account, Window
from entrepot.kit.shipping import LabelRequest

TIER = "500K"  # 30 order pages a minute, the smallest tier's, would make these tests wait
server = pytest.importorskip("entrepot.sandbox.server")


class Shop:
    """A seller on the simulator, with our client and the simulator's control."""

    def __init__(self, url: str, facts: dict[str, str], http: httpx.Client) -> None:
        self.url, self.http, self.calls = url, http, MemoryCalls()
        self.account = Account(
            facts["url"],
            account_ref=facts["seller_id"],
            settings={s.name: s.default for s in SPEC.settings} | {"tier": TIER},
        )
        self.client = Client(
            SPEC, self.account, MemoryTokens({"api_key": facts["api_key"], "api_secret": facts["api_secret"]}),
            MemoryBudget(), self.calls, MemoryBreaker(), http,
        )  # fmt: skip

    def control(self, action: str, **facts: Any) -> dict[str, Any]:
        answer = self.http.post(f"{self.url}/control/trendyol/actions/{action}", json=facts)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def pull(self, capability: str, **window: Any) -> list[Any]:
        reads = list(pull(SPEC, capability, self.account, Window(**window), self.client.send))
        assert [d for r in reads for d in r.drift] == []
        assert [a for r in reads for a in r.set_aside] == []
        return [record for r in reads for record in r.records]

    def package(self, ref: str) -> Package:
        (one,) = self.pull("pull_orders", refs=(ref,))
        assert isinstance(one, Package)
        return one

    def push(self, capability: str, *items: Any) -> BatchReply:
        reply = submit(SPEC, capability, self.account, items, self.client.send)
        for _ in range(100):
            if reply.is_done:
                return reply
            time.sleep(0.05)
            reply = poll(SPEC, self.account, reply.batch_ref or "", self.client.send)
        raise AssertionError("the batch is never over")

    def call(self, capability: str, subject: Any) -> Any:
        way = SPEC.can[capability]
        return way.read(self.account, subject, self.client.send(way.build(self.account, subject)))

    def found(self, capability: str, subject: Any) -> bool:
        return find(SPEC, capability, self.account, subject, self.client.send) == subject

    def order(self, *lines: tuple[str, int], **facts: Any) -> Package:
        wanted = [{"barcode": barcode, "quantity": quantity} for barcode, quantity in lines]
        return self.package(str(self.control("place_order", lines=wanted, **facts)["package_id"]))


@pytest.fixture(scope="module")
def shop() -> Iterator[Shop]:
    with server.SandboxServer() as running, httpx.Client(timeout=20, trust_env=False) as http:
        made = Shop(running.url, running.credentials()["trendyol"], http)
        for name in ("batch_delay_s", "approval_delay_s"):
            made.control("switch", name=name, value=0.05)
        made.control("limits", tier=TIER)
        yield made


def content(shop: Shop, ref: str, **fields: Any) -> Content:
    leaf = "520"
    chosen = []
    for attribute in shop.pull("pull_attributes", refs=(leaf,)):
        if attribute.is_custom:
            chosen.append(AttributeChoice(attribute_ref=attribute.attribute_ref, text="Lacivert"))
        elif attribute.is_required:
            value = shop.pull("pull_values", refs=(f"{leaf}/{attribute.attribute_ref}",))[0]
            chosen.append(AttributeChoice(attribute_ref=attribute.attribute_ref, value_ref=value.value_ref))
    facts: dict[str, Any] = {
        "listing_ref": ref, "sku": f"SKU-{ref}", "model_ref": f"M-{ref}", "title": f"Kuzey tişört {ref}",
        "description": "<p>Yumuşak pamuk</p>", "brand_ref": shop.pull("pull_brands")[0].brand_ref, "category_ref": leaf,
        "attributes": tuple(chosen), "images": ("https://img.example.test/1.jpg",), "origin": "TR",
        "vat_rate": Decimal("0.10"), "weight_g": 250, "list_price": Decimal("349.90"), "sale_price": Decimal("299.90"),
        "currency": "TRY", "quantity": 40, "storefront": "TR",
    }  # fmt: skip
    return Content(**{**facts, **fields})


def listed(shop: Shop, ref: str) -> Content:
    """A live listing."""
    made = content(shop, ref)
    assert [v.is_ok for v in shop.push("push_listings", made).verdicts] == [True]
    for _ in range(100):
        seen = shop.pull("pull_listings", refs=(ref,))
        if [o.state for o in seen] == ["live"]:
            return made
        time.sleep(0.05)
    raise AssertionError(f"{ref} does not go live: {seen}")


def test_the_vocabulary_is_read(shop):
    categories = {c.category_ref: c for c in shop.pull("pull_categories")}

    assert categories["520"].parent_ref in categories
    assert categories["520"].is_leaf
    assert {use for a in shop.pull("pull_addresses") for use in a.uses} == {"ship", "bill", "return"}


def test_a_listing_lives(shop):
    made = listed(shop, "KZY-ŞİI-1")
    offer = Offer(
        listing_ref=made.listing_ref, storefront="TR", quantity=0, sale_price=Decimal("280.50"),
        list_price=Decimal("349.90"), currency="TRY",
    )  # fmt: skip

    first, again = shop.push("push_offers", offer), shop.push("push_offers", offer)
    (seen,) = shop.pull("pull_observed", refs=(made.listing_ref,))
    assert [v.is_ok for v in first.verdicts] == [True]
    assert [(v.is_ok, v.is_repeat) for v in again.verdicts] == [(False, True)]
    assert (seen.quantity, seen.sale_price, seen.list_price) == (0, Decimal("280.5"), Decimal("349.9"))

    changed = content(shop, made.listing_ref, title="Kuzey tişört yeni", content_ref=seen.content_ref)
    assert [v.content_ref for v in shop.push("update_content", changed).verdicts] == [seen.content_ref]
    assert [v.is_ok for v in shop.push("update_variants", content(shop, made.listing_ref, sku="NEW")).verdicts] == [
        True
    ]
    assert [v.is_ok for v in shop.push("close_listings", made).verdicts] == [True]
    (closed,) = shop.pull("pull_listings", refs=(made.listing_ref,))
    assert (closed.state, closed.sku) == ("closed", "NEW")
    assert [v.is_ok for v in shop.push("reopen_listings", made).verdicts] == [True]
    assert [o.state for o in shop.pull("pull_listings", refs=(made.listing_ref,))] == ["live"]


def test_a_listing_that_is_not_there_fails_by_itself(shop):
    listed(shop, "KZY-2")

    reply = shop.push(
        "push_offers", Offer(listing_ref="KZY-2", storefront="TR", quantity=7),
        Offer(listing_ref="NOBODYS", storefront="TR", quantity=7),
    )  # fmt: skip

    assert {v.listing_ref: v.is_ok for v in reply.verdicts} == {"KZY-2": True, "NOBODYS": False}


def test_an_order_is_read_with_its_money_and_its_time(shop):
    listed(shop, "KZY-3")
    before = time.time()

    package = shop.order(("KZY-3", 3))

    assert abs(package.placed_at.timestamp() - before) < 60
    assert package.placed_at <= package.modified_at
    assert package.gross - package.seller_discount - package.channel_discount == package.total
    assert sum(line.unit_price * line.quantity for line in package.lines) == package.total
    assert (package.state, package.storefront, package.currency) == ("created", "TR", "TRY")
    now_ms = round(before * 1000)
    for capability in ("pull_orders", "pull_orders_page"):
        seen = shop.pull(capability, since_ms=now_ms - 60_000, until_ms=now_ms + 60_000)
        assert package in seen


def test_an_order_that_awaits_payment_is_seen(shop):
    listed(shop, "KZY-4")

    package = shop.order(("KZY-4", 1), awaiting=True)

    assert (package.state, package.is_paid, package.tracking_ref) == ("awaiting", False, None)
    now_ms = round(time.time() * 1000)
    for capability in ("pull_orders", "pull_orders_page"):
        refs = {p.package_ref for p in shop.pull(capability, since_ms=now_ms - 60_000, until_ms=now_ms + 60_000)}
        assert package.package_ref in refs


def test_older_names_read_the_same(shop):
    listed(shop, "KZY-5")
    package = shop.order(("KZY-5", 2))

    shop.control("switch", name="order_names", value="before_april_2026")
    older = shop.package(package.package_ref)
    shop.control("switch", name="order_names", value="current")

    assert older == package


def test_every_move_arrives_once_and_is_found_again(shop):
    listed(shop, "KZY-6")
    listed(shop, "KZY-7")
    package = shop.order(("KZY-6", 3), ("KZY-7", 1))
    lines = tuple((line.line_ref, line.quantity) for line in package.lines)

    def step(capability: str, event: str, of: Package, **fields: Any) -> None:
        wanted = PackageMove(**{"event": event, "package_ref": of.package_ref, "lines": lines, **fields})
        assert not shop.found(capability, wanted)
        assert shop.call(capability, wanted) == wanted
        assert any(shop.found(capability, wanted) or time.sleep(0.05) for _ in range(100))  # a split happens later
        with pytest.raises(RemoteRefused):
            shop.call(capability, wanted)

    step("move_package", "pick", package)
    step("move_package", "invoice", package, invoice_number="KZY2026000000001")
    assert shop.package(package.package_ref).state == "invoiced"
    step("split_package", "split", package, lines=((lines[0][0], 1),))

    of_order = [p for p in shop.pull("pull_orders") if p.order_ref == package.order_ref]
    parts = [p for p in of_order if p.origin_refs == (package.package_ref,)]
    assert shop.package(package.package_ref).state == "superseded"
    assert sum(part.total for part in parts) == package.total

    (larger,) = [p for p in parts if len(p.lines) == 2]
    step(
        "move_package", "unsupply", larger, lines=((larger.lines[0].line_ref, 1),), reason="out_of_stock",
    )  # fmt: skip


def test_a_label_is_made_and_printed(shop):
    listed(shop, "KZY-8")
    package = shop.order(("KZY-8", 1))
    wanted = LabelRequest(tracking_ref=package.tracking_ref or "", boxes=2)

    with pytest.raises(RemoteRefused):
        shop.call("get_label", wanted)
    shop.call("make_label", wanted)
    label = shop.call("get_label", wanted)

    assert (label.tracking_ref, len(label.pages)) == (package.tracking_ref, 2)
    assert all(page.startswith(b"^XA") for page in label.pages)


def test_a_package_of_nobody_is_refused_and_our_keys_stay_good(shop):
    with pytest.raises(RemoteRefused) as refused:
        shop.call("move_package", PackageMove(event="pick", package_ref="1", lines=(("1", 1),)))

    assert type(refused.value) is RemoteRefused


class _Receiver(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.server.got.append(({k.lower(): v for k, v in self.headers.items()}, body))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *args: Any) -> None:
        """Says nothing."""


@pytest.fixture
def receiver() -> Iterator[HTTPServer]:
    listening = HTTPServer(("127.0.0.1", 0), _Receiver)
    listening.got = []
    thread = threading.Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    yield listening
    listening.shutdown()
    listening.server_close()
    thread.join()


@pytest.mark.parametrize("body", ["envelope", "bare"])
@pytest.mark.parametrize("proof", ["API_KEY", "BASIC_AUTHENTICATION"])
def test_a_delivery_tells_what_a_pull_would(shop, receiver, body, proof):
    listed(shop, f"KZY-H-{body}-{proof}"[:40])
    hooks, receive = SPEC.can["register_webhooks"], SPEC.can["read_webhook"]
    account = Account(
        shop.account.base_url, shop.account.account_ref, settings={**shop.account.settings, "webhook_auth": proof}
    )
    wanted = Subscription(
        subscription_ref="", url=f"http://127.0.0.1:{receiver.server_port}/in", topic=hooks.topics[0], is_active=True,
        secret="s3cr3t-of-ours",
    )  # fmt: skip
    shop.control("switch", name="webhook_body", value=body)
    made = hooks.created(account, wanted, shop.client.send(hooks.create(account, wanted)))

    package = shop.order((f"KZY-H-{body}-{proof}"[:40], 1))
    for _ in range(200):
        if receiver.got:
            break
        time.sleep(0.05)

    raws, _ = hooks.page(account, hooks.listing(account), shop.client.send(hooks.listing(account)))
    shop.client.send(hooks.delete(account, made.subscription_ref))
    assert [hooks.into(account, raw).topic for raw in raws] == ["packages"]
    headers, posted = receiver.got[0]
    assert receive.verify(headers, posted, "s3cr3t-of-ours")
    assert not receive.verify(headers, posted, "another")
    news = receive.read(headers, posted)
    read = read_raws(SPEC, news.kind, news.raws, shop.account)
    assert (read.drift, read.set_aside, read.records) == ([], [], [package])


def test_a_forgotten_batch_is_told_or_goes_on_for_ever(shop):
    assert not poll(SPEC, shop.account, "0a0b0c0d-1-1", shop.client.send).is_done

    shop.control("switch", name="unknown_batch", value="not_found")

    assert not poll(SPEC, shop.account, "0a0b0c0d-1-1", shop.client.send).is_known
