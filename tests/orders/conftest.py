"""Orders without a remote: a seller, its channels and goods, and packages as a connector would tell them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from entrepot.accounts.services import create_seller
from entrepot.catalog.models import Product, Variant
from entrepot.channels import services as channels
from entrepot.channels.models import Channel, Storefront
from entrepot.fulfilment import services as fulfilment
from entrepot.inventory.models import Reservation, StockLevel
from entrepot.kit import records
from entrepot.listings.models import Listing
from entrepot.orders import services as orders
from entrepot.orders.models import Order

AT = datetime(2026, 5, 4, 10, tzinfo=UTC)
PARTY = records.Party(
    name="Şükrü Işık", lines=("Iğdır Sk. 3/B",), district="Bornova", city="İzmir", postcode="35040", country="TR"
)


def line(ref="11", sku="TEA", quantity=1, price="10.00", **more):
    price = Decimal(price)
    more = {"unit_gross": price, "unit_seller_discount": Decimal(0), "unit_channel_discount": Decimal(0), **more}
    return records.Line(
        line_ref=ref, listing_ref=sku, sku=sku, title=sku, quantity=quantity, unit_price=price,
        vat_rate=more.pop("vat_rate", Decimal("0.2")), **more,
    )  # fmt: skip


def package(ref="P1", *, lines=(), state="created", minutes=0, order_ref="O1", **more):
    lines = tuple(lines) or (line(),)
    total = sum((x.unit_price * x.quantity for x in lines), Decimal(0))
    more = {"total": total, "gross": total, "ship_to": PARTY, "bill_to": PARTY, "currency": "TRY", **more}
    return records.Package(
        package_ref=ref, order_ref=order_ref, storefront="TR", state=state, their_status=state, placed_at=AT,
        modified_at=AT + timedelta(minutes=minutes), lines=lines, seller_discount=Decimal(0),
        channel_discount=Decimal(0), **more,
    )  # fmt: skip


@dataclass(slots=True)
class Desk:
    """A seller with a shop, Trendyol TR, and 20 pieces each of TEA, CUP and POT."""

    seller_id: int
    store: Channel
    market: Channel
    front: Storefront
    variants: dict[str, int]

    def tell(self, *packages):
        return orders.take_order(channel=self.market, packages=packages, at=AT)

    def order(self, ref="O1"):
        return Order.objects.system().get(order_ref=ref)

    def held(self, sku="TEA"):
        rows = Reservation.objects.system().filter(variant_id=self.variants[sku], state="held")
        return sum(rows.values_list("quantity", flat=True))

    def on_hand(self, sku="TEA"):
        return StockLevel.objects.system().get(variant_id=self.variants[sku]).on_hand


def tell(desk, *packages):
    """As the hub hears of them: the order, then its packages."""
    taken = desk.tell(*packages)
    fulfilment.apply_told(told=[fulfilment.Told(taken.order, taken.line_ids, packages)], at=AT)


def piece_gone(desk, ref="PX", *, of="P1", minutes=1, **what):
    """The marketplace cancels one piece of a package: it is split, and the smaller part is cancelled."""
    tell(desk, package(ref, lines=[line(f"{ref}-1", **what)], origin_refs=(of,), minutes=minutes, state="cancelled"))


def sellable(desk, *, by_rule=False):
    """The store has a tax class for everything and every good is bound there; ``by_rule``: orders are approved."""
    who = {"seller_id": desk.seller_id, "channel_id": desk.store.id}
    channels.change_settings(**who, settings={"store.tax_rates": [["TR", "standard", "0.2"]]})
    pairs = [(variant_id, sku, "1") for sku, variant_id in desk.variants.items()]
    channels.bind_many(**who, kind="variant", pairs=pairs)
    Channel.objects.system().filter(id=desk.market.id).update(is_auto_approving=by_rule)
    desk.store.refresh_from_db()
    desk.market.refresh_from_db()


def claimed(desk):
    """The only open intent, in a worker's hands."""
    (intent,) = channels.claim_turn(busy=(), limit=10, lease_s=60, at=AT + timedelta(minutes=1))
    return intent


def begin(desk, intent):
    return orders.begin_exports(intents=[intent], store=desk.store, at=AT + timedelta(minutes=1))


def made(intent, sale, ref="77"):
    """What the store makes of a sale, to the cent."""
    return records.StoreOrder(
        store_ref=ref, number=ref, state="open", their_status="processing", total=sale.total, currency="TRY",
        our_ref=intent.our_ref,
    )  # fmt: skip


def push(desk):
    """The only queued order goes into the store; the intent that did it."""
    intent = claimed(desk)
    (sale,) = begin(desk, intent).sales.values()
    orders.settle_export(intent=intent, made=made(intent, sale), at=AT + timedelta(minutes=2))
    return intent


@pytest.fixture
def desk(db):
    seller = create_seller(code="aydin", name="Aydın Züccaciye")
    add = {"seller_id": seller.id, "at": AT}
    store = channels.add_channel(
        **add, slug="woocommerce", name="Dükkân", base_url="http://127.0.0.1:9",
        secrets={"consumer_key": "ck_1", "consumer_secret": "cs_1"},
    )  # fmt: skip
    market = channels.add_channel(
        **add, slug="trendyol", name="Trendyol", base_url="http://127.0.0.1:9", account_ref="1",
        secrets={"api_key": "k", "api_secret": "s"},
    )  # fmt: skip
    front = channels.open_storefront(seller_id=seller.id, channel_id=market.id, code="TR")
    Channel.objects.system().update(state="live", orders_from=AT - timedelta(days=1))
    product = Product.objects.create(seller_id=seller.id, source=store, product_ref="1", title="Çay")
    variants = {}
    for sku in ("TEA", "CUP", "POT"):
        row = Variant.objects.create(seller_id=seller.id, product=product, sku=sku)
        variants[sku] = row.id
        StockLevel.objects.create(
            seller_id=seller.id, variant=row, on_hand=20, read_at=AT - timedelta(hours=1), source="store"
        )
        Listing.objects.create(seller_id=seller.id, variant=row, storefront=front, listing_ref=sku, state="live")
    for channel in (store, market):
        channel.refresh_from_db()
    return Desk(seller.id, store, market, front, variants)
