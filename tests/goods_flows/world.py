"""A connected seller: a WooCommerce shop and Trendyol on one sandbox, with drainers turned by hand until all is quiet."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from entrepot.accounts.services import create_seller
from entrepot.catalog.models import Product, Variant
from entrepot.catalog.services import approve_products
from entrepot.channels import services as channels
from entrepot.channels.models import Channel, Storefront
from entrepot.core.clock import now
from entrepot.demo.judge import Market, read_market
from entrepot.egress import services as egress
from entrepot.egress.models import PushBatch
from entrepot.events.models import Dirty
from entrepot.ingress import services as ingress
from entrepot.ingress.models import Feed
from entrepot.listings.models import Listing, ListingLevel
from entrepot.sandbox.server import SandboxConfig, SandboxServer

HEADER = (
    'ID,Type,SKU,"GTIN, UPC, EAN, or ISBN",Name,Published,Description,Tax class,In stock?,Stock,Weight (kg),'
    "Sale price,Regular price,Categories,Images,Parent,Brands,Attribute 1 name,Attribute 1 value(s),"
    "Attribute 1 global,Attribute 2 name,Attribute 2 value(s),Attribute 2 global"
)
GOODS = """\
201,simple,CAY-1,8690123400171,Rize Çayı 500 g,1,Tavşan kanı.,,1,40,0.52,,189.90,Gıda > Çay,https://img.test/cay.jpg,,Toros,,,,,,
202,simple,CAY-2,8690123400348,Adaçayı 100 g,1,Ege'den.,,1,25,0.12,79.50,94.50,Gıda > Çay,https://img.test/ada.jpg,,Toros,,,,,,
203,variable,TS,,Pamuk Tişört,1,Yumuşak.,,1,,,,,Giyim > Tişört,https://img.test/ts.jpg,,Toros,Renk,"Lacivert, Kırmızı",1,Beden,"S, M",1
204,variation,TS-LAC-S,8690123400515,Pamuk Tişört,1,,,1,8,0.2,,300,,https://img.test/lac.jpg,TS,,Renk,Lacivert,1,Beden,S,1
205,variation,TS-LAC-M,8690123400683,Pamuk Tişört,1,,,1,6,0.2,,300,,https://img.test/lac.jpg,TS,,Renk,Lacivert,1,Beden,M,1
206,variation,TS-KIR-S,8690123400850,Pamuk Tişört,1,,,1,3,0.2,,300,,https://img.test/kir.jpg,TS,,Renk,Kırmızı,1,Beden,S,1
"""
FACTS = """\
sku,origin,vat_rate,attribute:Net Miktar,attribute:Saklama Koşulu,attribute:Web Color,attribute:Cinsiyet
CAY-1,TR,0.10,500 g,Kuru ve serin yerde,,
CAY-2,TR,0.10,100 g,Kuru ve serin yerde,,
TS-LAC-S,TR,0.10,,,Lacivert,Unisex
TS-LAC-M,TR,0.10,,,Lacivert,Unisex
TS-KIR-S,TR,0.10,,,Kırmızı,Unisex
"""
CATEGORIES = ("561", "520")  # Çay, Tişört
SHORTEST_S = 0.04  # between two turns; the remote itself looks for what is due every 0.05
SKUS = ("CAY-1", "CAY-2", "TS-LAC-S", "TS-LAC-M", "TS-KIR-S")


def catalogue(folder: Path, goods: str = GOODS) -> Path:
    """A product file of WooCommerce's importer with these rows."""
    path = folder / "goods.csv"
    path.write_text(f"{HEADER}\n{goods}", "utf-8")
    return path


@dataclass(slots=True)
class World:
    """One seller and two remotes. Nothing moves unless a test turns it."""

    server: SandboxServer
    seller_id: int = 0
    store: Channel = field(default_factory=Channel)
    market: Channel = field(default_factory=Channel)
    home: Storefront = field(default_factory=Storefront)

    # -- remotes -------------------------------------------------------------------------------------------------

    def act(self, slug: str, action: str, **given: Any) -> Any:
        """As a buyer, the shop's owner or the marketplace's people would."""
        return self.server.remotes[slug].actions[action](**given)

    def shop(self, action: str, **given: Any) -> Any:
        return self.act("woocommerce", action, **given)

    def trendyol(self, action: str, **given: Any) -> Any:
        return self.act("trendyol", action, **given)

    def switch(self, **switches: Any) -> None:
        for name, value in switches.items():
            self.trendyol("switch", name=name, value=value)

    def dials(self, slug: str, **dials: float) -> None:
        self.server.remotes[slug].faults.set(**dials)

    def entries(self, *kinds: str, slug: str = "trendyol") -> list[dict[str, Any]]:
        return list(self.server.remotes[slug].ledger.of(*kinds))

    def seen(self) -> Market:
        """The marketplace as its own ledger tells it."""
        return read_market(self.entries())

    def stock_there(self, sku: str, front: str = "TR") -> int | None:
        return self.seen().stock.get((front, self.listing(sku, front).listing_ref))

    def price_there(self, sku: str, front: str = "TR") -> tuple[Decimal, Decimal]:
        return self.seen().price[front, self.listing(sku, front).listing_ref]

    # -- the hub -------------------------------------------------------------------------------------------------

    def variant(self, sku: str) -> Variant:
        return Variant.objects.for_seller(self.seller_id).select_related("product").get(sku=sku)

    def listing(self, sku: str, front: str = "TR") -> Listing:
        rows = Listing.objects.for_seller(self.seller_id).select_related("variant__product", "storefront")
        return rows.get(variant__sku=sku, storefront__code=front)

    def level(self, sku: str, lane: str = "stock", front: str = "TR") -> ListingLevel:
        return ListingLevel.objects.system().get(listing=self.listing(sku, front), lane=lane)

    def states(self) -> dict[str, str]:
        rows = Listing.objects.for_seller(self.seller_id).filter(storefront=self.home)
        return dict(rows.order_by("variant__sku").values_list("variant__sku", "state"))

    def pull(self, name: str) -> Feed:
        """Read one feed of the seller's channels now."""
        for feed in Feed.objects.for_seller(self.seller_id).filter(name=name).order_by("id"):
            ingress.pull_now(feed=feed, at=now())
        return Feed.objects.for_seller(self.seller_id).filter(name=name).order_by("id")[0]

    def turn(self) -> int:
        """One round of every drainer; what they did."""
        at = now()
        done = sum(egress.compute_dirty(kind=kind, at=at) for kind in ("channel", "stock", "price", "content"))
        done += egress.push_offers(at=now()) + egress.push_content(at=now())
        done += egress.poll_batches(limit=20, at=now())
        for feed in Feed.objects.system().filter(name="review", seller_id=self.seller_id).order_by("id"):
            done += ingress.pull_now(feed=feed, at=now())
        return done

    def settle(self, seconds: float = 15) -> None:
        """Turn until nothing is on its way; fails when that never comes."""
        self.until(lambda: not self.busy(), seconds)

    def until(self, done: Callable[[], bool], seconds: float = 15) -> None:
        end, idle_s = time.monotonic() + seconds, SHORTEST_S
        while True:
            moved = self.turn()
            if (moved == 0 and done()) or (done() and not self.busy()):
                return
            assert time.monotonic() < end, f"still busy: {self.busy()}"
            idle_s = SHORTEST_S if moved else min(2 * idle_s, 0.32)  # a remote that is waited for takes its time
            time.sleep(idle_s)

    def busy(self) -> list[str]:
        """What is still on its way, of the channels that may be pushed to."""
        may = {"channel__is_push_paused": False, "channel__first_push_approved_at__isnull": False}
        fronts = Storefront.objects.system().filter(**may)
        rows: dict[str, Any] = {
            "marks": Dirty.objects.all(),
            "levels": ListingLevel.objects.system().filter(storefront__in=fronts, is_due=True),
            "in flight": ListingLevel.objects.system().filter(batch_id__isnull=False),
            "batches": PushBatch.objects.system().filter(state__in=["planned", "submitted", "polling", "unknown"]),
            "listings": Listing.objects.system().filter(
                storefront__in=fronts, state__in=["queued", "submitted", "closing"]
            ),
        }
        return [f"{rows.count()} {name}" for name, rows in rows.items() if rows.exists()]

    # -- steps ---------------------------------------------------------------------------------------------------

    def connect_store(self) -> None:
        ingress.check_channel(channel=self.store, at=now())
        ingress.match_channel(channel=self.store, at=now())
        ingress.go_live(channel=self.store, at=now())

    def connect_market(self) -> None:
        ingress.check_channel(channel=self.market, at=now())
        ingress.match_channel(channel=self.market, at=now())

    def learn(self, categories: Sequence[str] = CATEGORIES) -> None:
        ingress.learn_vocabulary(channel=self.market, at=now())
        ingress.learn_vocabulary(channel=self.market, categories=categories, at=now())

    def sheet(self, text: str = FACTS) -> Any:
        return ingress.import_sheet(seller_id=self.seller_id, connector="trendyol", content=text.encode(), at=now())

    def approve(self, *skus: str) -> list[int]:
        products = Product.objects.for_seller(self.seller_id)
        if skus:
            products = products.filter(variants__sku__in=skus).distinct()
        return approve_products(seller_id=self.seller_id, product_ids=[p.id for p in products], at=now())

    def open_market(self) -> None:
        """Adopt, go live and let the first difference travel."""
        ingress.adopt_live(channel=self.market, at=now())
        ingress.go_live(channel=self.market, at=now())
        channels.approve_first_push(seller_id=self.seller_id, channel_id=self.market.id, at=now())

    def bring_in(self) -> None:
        """The store's goods are in the catalogue with their stock."""
        self.connect_store()
        self.pull("products")
        self.pull("stock")

    def go_live(self) -> None:
        """Everything up to live listings of all five SKUs."""
        self.bring_in()
        self.connect_market()
        self.learn()
        self.sheet()
        self.approve()
        self.open_market()
        self.settle()


@contextmanager
def open_world(folder: Path, goods: str | Path = GOODS) -> Iterator[World]:
    """A sandbox with ``goods`` (rows, or a product file), and a seller whose two channels are drafts."""
    config = SandboxConfig(catalogue=goods if isinstance(goods, Path) else catalogue(folder, goods))
    with SandboxServer(config) as server:
        yield drafted(server)


def drafted(server: SandboxServer) -> World:
    """A seller whose two channels are drafts, and remotes that answer soon."""
    world = World(server)
    world.switch(batch_delay_s=0.03, approval_delay_s=0.05)
    _channels(world)
    return world


def _channels(world: World) -> None:
    seller = create_seller(code="aydin", name="Aydın Züccaciye")
    woo, ty = world.server.credentials()["woocommerce"], world.server.credentials()["trendyol"]
    pair = {name: woo[name] for name in ("consumer_key", "consumer_secret")}
    world.seller_id = seller.id
    world.store = channels.add_channel(
        seller_id=seller.id, slug="woocommerce", name="Dükkân", base_url=woo["url"], secrets=pair, at=now()
    )
    world.market = channels.add_channel(
        seller_id=seller.id, slug="trendyol", name="Trendyol", base_url=ty["url"], account_ref=ty["seller_id"],
        secrets={name: ty[name] for name in ("api_key", "api_secret")}, at=now(),
    )  # fmt: skip
    world.home = channels.open_storefront(seller_id=seller.id, channel_id=world.market.id, code="TR")
