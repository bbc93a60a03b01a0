"""Two sellers with keys: aydin has one of everything; borealis must see none of it; clerks only read."""

from __future__ import annotations

import copy
import json
import uuid
from datetime import UTC, datetime
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import transaction
from django.test import override_settings

from .. import sellers

QUICK = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # how slow a password is to hash is not tested
AT = datetime(2026, 3, 1, 12, tzinfo=UTC)


class Api:
    """The API with one key (None: without). Answers are Django's; ``problem`` is the body of a refusal."""

    def __init__(self, client: Any, key: str | None) -> None:
        self.client = client
        self.headers = {} if key is None else {"Authorization": f"Bearer {key}"}

    def __call__(self, method: str, path: str, body: Any = None, *, raw: bytes | None = None, **headers: str) -> Any:
        content = raw if raw is not None else b"" if body is None else json.dumps(body).encode()
        return self.client.generic(
            method, f"/api/v1{path}", content, headers.pop("content_type", "application/json"),
            headers={**self.headers, **{k.replace("_", "-"): v for k, v in headers.items()}},
        )  # fmt: skip

    def get(self, path: str, **headers: str) -> Any:
        return self("GET", path, **headers)

    def post(self, path: str, body: Any = None, **more: Any) -> Any:
        return self("POST", path, body, **more)

    def put(self, path: str, body: Any = None, **more: Any) -> Any:
        return self("PUT", path, body, **more)

    def patch(self, path: str, body: Any = None, **more: Any) -> Any:
        return self("PATCH", path, body, **more)


@pytest.fixture(autouse=True)
def _quick(settings, tmp_path):
    """WhiteNoise warns where the folder of static files is not there."""
    settings.STATIC_ROOT = tmp_path
    settings.PASSWORD_HASHERS = QUICK


@pytest.fixture
def api(client):
    """Makes an :class:`Api` for a key's text."""
    client.raise_request_exception = False  # a fault of ours is a 500, as outside

    def make(key: str | None) -> Api:
        return Api(client, key)

    return make


@pytest.fixture(scope="module")
def rows(django_db_setup, django_db_blocker):
    """What the tests of a file share that asks for it: one of everything, written once.

    It is there in a transaction around the file; each test works in a savepoint of its own.
    """
    around = transaction.atomic()
    with django_db_blocker.unblock(), override_settings(PASSWORD_HASHERS=QUICK):
        around.__enter__()
        aydin, borealis = sellers.aydin(), sellers.borealis()
        shop = _shop(aydin)
        shared = SimpleNamespace(
            aydin=aydin, borealis=borealis, keys=_keys(aydin, borealis), shop=shop, world=_world(shop)
        )
    yield shared
    with django_db_blocker.unblock():
        transaction.set_rollback(True)
        around.__exit__(None, None, None)


@pytest.fixture
def mine(request, db):
    """Gives a test its own copy of what is shared by this name; None: its file shares nothing."""
    shared = request.getfixturevalue("rows") if "rows" in request.fixturenames else None
    return lambda name: shared and copy.deepcopy(getattr(shared, name))


@pytest.fixture
def aydin(mine):
    return mine("aydin") or sellers.aydin()


@pytest.fixture
def borealis(mine):
    return mine("borealis") or sellers.borealis()


@pytest.fixture
def keys(mine, aydin, borealis):
    """Keys in plain text by whose they are."""
    return mine("keys") or _keys(aydin, borealis)


@pytest.fixture
def shop(mine, aydin):
    """One of everything that a seller has, by name."""
    return mine("shop") or _shop(aydin)


@pytest.fixture
def world(mine, shop):
    """The shop with goods, listings, orders and what hangs on them."""
    return mine("world") or _world(shop)


def _keys(aydin: Any, borealis: Any) -> SimpleNamespace:
    from entrepot.accounts.services import create_api_key

    def key(seller: Any, role: str, *scopes: str) -> str:
        return create_api_key(name=role, seller_id=seller.id if seller else None, role=role, scopes=scopes)[1]

    return SimpleNamespace(
        aydin=key(aydin, "manager"),
        borealis=key(borealis, "owner"),
        clerk=key(aydin, "clerk"),
        reader=key(aydin, "manager", "orders:read"),
        operator=key(None, "operator"),
    )


def _shop(seller: Any) -> SimpleNamespace:
    return SimpleNamespace(seller=seller, **_channels(seller))


def _world(shop: Any) -> SimpleNamespace:
    goods = _goods(shop)
    return SimpleNamespace(**vars(shop), **goods, **_orders(shop, goods["variant"]), **_rest(shop))


def _channels(seller: Any) -> dict[str, Any]:
    from entrepot.channels.services import add_channel, open_storefront

    store = add_channel(
        seller_id=seller.id, slug="woocommerce", name="Dükkân", base_url="http://127.0.0.1:9/woocommerce",
        secrets={"consumer_key": "ck_1", "consumer_secret": "cs_1"}, at=AT,
    )  # fmt: skip
    market = add_channel(
        seller_id=seller.id, slug="trendyol", name="Trendyol", base_url="http://127.0.0.1:9/trendyol",
        account_ref="107703", secrets={"api_key": "k", "api_secret": "s"}, at=AT,
    )  # fmt: skip
    return {
        "store": store,
        "market": market,
        "front": open_storefront(seller_id=seller.id, channel_id=market.id, code="TR"),
    }


def _goods(shop: Any) -> dict[str, Any]:
    from entrepot.catalog.models import Product, Variant
    from entrepot.catalog.services import map_word
    from entrepot.inventory.services import record_readings, set_buffer
    from entrepot.listings.models import Listing, ListingLevel
    from entrepot.pricing.models import Price
    from entrepot.pricing.services import set_rule

    own = {"seller_id": shop.seller.id}
    product = Product.objects.create(**own, source=shop.store, product_ref="11", title="Çay bardağı", brand="Paşabahçe")
    variant = Variant.objects.create(**own, product=product, sku="TEA-250", weight_g=250)
    record_readings(**own, readings=[(variant.id, 12)], began_at=AT)
    price = Price.objects.create(
        **own, variant=variant, storefront=shop.front, currency="TRY", list_price=Decimal("120.00"),
        sale_price=Decimal("99.90"), computed_at=AT, steps=[{"step": "base", "amount": "100.0000", "why": "TRY"}],
    )  # fmt: skip
    listing = Listing.objects.create(
        **own, variant=variant, storefront=shop.front, listing_ref="TEA-250",
        missing=[{"field": "origin", "why": "is not known"}],
    )  # fmt: skip
    for lane, value in (("stock", 10), ("price", Decimal("99.90"))):
        ListingLevel.objects.create(**own, listing=listing, storefront=shop.front, lane=lane, desired_value=value)
    return {
        "product": product,
        "variant": variant,
        "price": price,
        "listing": listing,
        "rule": set_rule(**own, storefront_id=shop.front.id, markup_rate=Decimal("0.3")),
        "buffer": set_buffer(**own, pieces=2, storefront_id=shop.front.id),
        "mapping": map_word(**own, connector="trendyol", kind="brand", ours="Paşabahçe", theirs_text="Paşabahçe"),
    }


def _orders(shop: Any, variant: Any) -> dict[str, Any]:
    from entrepot.fulfilment.models import Package, PackageLine
    from entrepot.orders.models import Line, Order, Party

    own = {"seller_id": shop.seller.id}
    order = Order.objects.create(
        **own, channel=shop.market, storefront=shop.front, order_ref="9103214567", placed_at=AT, modified_at=AT,
        seen_at=AT, currency="TRY", gross=200, seller_discount=0, channel_discount=0, shipping=0, total=Decimal("199.80"),
        is_paid=True,
    )  # fmt: skip
    line = Line.objects.create(
        **own, order=order, line_ref="4711", variant=variant, listing_ref="TEA-250", sku="TEA-250", title="Çay bardağı",
        quantity=2, unit_gross=100, unit_seller_discount=0, unit_channel_discount=0, unit_price=Decimal("99.90"),
        line_total=Decimal("199.80"), vat_rate=Decimal("0.2"),
    )  # fmt: skip
    for role in ("ship_to", "bill_to"):
        Party.objects.create(**own, order=order, role=role, name="Ayşe Yılmaz", lines=["Moda Cd. 12"], country="TR")
    package = Package.objects.create(
        **own,
        order=order,
        channel=shop.market,
        package_ref="333",
        state="created",
        their_status="Created",
        modified_at=AT,
    )
    PackageLine.objects.create(**own, package=package, line=line, quantity=2)
    return {"order": order, "line": line, "package": package}


def _rest(shop: Any) -> dict[str, Any]:
    from entrepot.accounts.services import create_api_key, create_user
    from entrepot.channels.models import Subscription
    from entrepot.events.models import ParkedEvent
    from entrepot.ingress.models import Feed, Receipt, SetAside
    from entrepot.jobs.services import start_run

    own = {"seller_id": shop.seller.id}
    receipt = Receipt.objects.create(
        **own, channel=shop.market, kind="package", subject_ref="1", identity="1", via="poll", raw={}, received_at=AT,
        status="dead",
    )  # fmt: skip
    aside = SetAside.objects.create(
        **own, channel=shop.market, kind="package", subject="package 1", field="status", reason="'Lost' is not known",
        raw={}, first_at=AT, last_at=AT,
    )  # fmt: skip
    Subscription.objects.create(
        **own, channel=shop.market, subscription_ref="1116", topic="packages", host="hub.example", is_active=True,
        is_ours=True, seen_at=AT,
    )  # fmt: skip
    parked = ParkedEvent.objects.create(
        **own, subscriber="entrepot.nobody.listens", seq=1, event_id=uuid.uuid4(), type="order.new", topic="order",
        key="1", subject="order/1", payload={}, at=AT, recorded_at=AT, is_guilty=True, error="ValueError: Çay", parked_at=AT,
    )  # fmt: skip
    return {
        "user": create_user(username="leyla", password="uzun-bir-parola-17", role="manager", seller_id=shop.seller.id),
        "key": create_api_key(name="ERP", seller_id=shop.seller.id, role="clerk")[0],
        "parked": parked,
        "aside": aside,
        "receipt": receipt,
        "feed": Feed.objects.create(**own, channel=shop.market, name="orders", every_s=6, storefront=shop.front),
        "run": start_run(kind="import", title="Products", at=AT, seller_id=shop.seller.id, total=10),
    }
