"""Pages, repeated requests, and how many questions a list asks the database."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
LISTS = ["/products", "/variants", "/stock", "/prices", "/listings", "/orders", "/packages", "/mappings", "/set-aside",
         "/runs", "/channels", "/stock/buffers", "/price-rules", "/sellers"]  # fmt: skip


def test_pages_show_every_row_once_though_rows_come_meanwhile(api, keys, world):
    from entrepot.catalog.models import Product

    for n in range(7):
        Product.objects.create(seller=world.seller, title=f"product {n}")
    first = api(keys.aydin).get("/products?limit=3").json()
    Product.objects.create(seller=world.seller, title="late")

    seen, cursor = [p["id"] for p in first["items"]], first["next"]
    while cursor:
        following = api(keys.aydin).get(f"/products?limit=3&cursor={cursor}").json()
        seen += [p["id"] for p in following["items"]]
        cursor = following["next"]

    assert seen == sorted(Product.objects.values_list("id", flat=True))


def test_the_newest_order_comes_first(api, keys, world):
    later = _order(world, "later")

    assert [o["id"] for o in api(keys.aydin).get("/orders").json()["items"]] == [later.id, world.order.id]


def test_a_cursor_of_one_list_gives_nothing_of_another_seller(api, keys, world):
    cursor = "aWQ6MA"  # id:0

    assert api(keys.borealis).get(f"/products?cursor={cursor}").json() == {"items": [], "next": None}


def test_a_request_sent_twice_with_its_key_is_done_once(api, keys, world):
    from entrepot.catalog.models import Mapping

    body = {"connector": "trendyol", "kind": "brand", "ours": "Lav", "theirs_text": "Lav"}
    first = api(keys.aydin).post("/mappings", body, Idempotency_Key="k1")
    Mapping.objects.filter(ours="Lav").delete()
    again = api(keys.aydin).post("/mappings", body, Idempotency_Key="k1")

    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == first.json()
    assert again["Idempotency-Replayed"] == "true"
    assert "Idempotency-Replayed" not in first
    assert not Mapping.objects.filter(ours="Lav").exists()


def test_a_key_is_of_one_actor_and_one_body(api, keys, world):
    body = {"connector": "trendyol", "kind": "brand", "ours": "Lav", "theirs_text": "Lav"}
    api(keys.aydin).post("/mappings", body, Idempotency_Key="k1")

    assert api(keys.aydin).post("/mappings", {**body, "ours": "Lav 2"}, Idempotency_Key="k1").status_code == 422
    assert api(keys.aydin).post("/mappings", body, Idempotency_Key="").status_code == 422
    other = api(keys.borealis).post("/mappings", body, Idempotency_Key="k1")
    assert other.status_code == 201
    assert "Idempotency-Replayed" not in other


def test_a_refusal_is_kept_too(api, keys, world):
    path = f"/orders/{world.order.id}/retry"

    first = api(keys.aydin).post(path, Idempotency_Key="k2")
    again = api(keys.aydin).post(path, Idempotency_Key="k2")

    assert (first.status_code, again.status_code) == (409, 409)
    assert again["Content-Type"] == "application/problem+json"
    assert again["Idempotency-Replayed"] == "true"


@pytest.mark.parametrize("path", LISTS)
def test_a_list_asks_the_database_as_often_for_thirty_rows_as_for_one(api, keys, world, path):
    one = _queries(api(keys.aydin), path)
    for n in range(29):
        _more(world, n)
    thirty = _queries(api(keys.aydin), path)

    assert thirty == one, path


def test_an_order_asks_as_often_for_thirty_lines_as_for_one(api, keys, world):
    path = f"/orders/{world.order.id}"
    one = _queries(api(keys.aydin), path)
    for n in range(29):
        _line(world, world.order, n)
        _package(world, world.order, n)

    assert _queries(api(keys.aydin), path) == one
    whole = api(keys.aydin).get(path).json()
    assert (len(whole["lines"]), len(whole["packages"])) == (30, 30)


def _queries(api, path):
    api.get(path)  # the key's last use is written once a minute
    with CaptureQueriesContext(
        connection,
    ) as found:
        assert api.get(path).status_code == 200
    return len(found)


def _more(world, n):
    from entrepot.catalog.models import Mapping, Product, Variant
    from entrepot.ingress.models import SetAside
    from entrepot.inventory.models import Buffer, Reservation, StockLevel
    from entrepot.jobs.services import start_run
    from entrepot.listings.models import Listing
    from entrepot.pricing.models import Price

    own = {"seller": world.seller}
    product = Product.objects.create(**own, title=f"p{n}")
    variant = Variant.objects.create(**own, product=product, sku=f"S-{n}")
    StockLevel.objects.create(**own, variant=variant, on_hand=n, read_at=AT, source="hub")
    Reservation.objects.create(**own, variant=variant, line_id=10_000 + n, quantity=1, made_at=AT)
    Buffer.objects.create(**own, variant=variant, pieces=1)
    Price.objects.create(
        **own, variant=variant, storefront=world.front, currency="TRY", computed_at=AT, list_price=2, sale_price=1
    )
    Listing.objects.create(**own, variant=variant, storefront=world.front, listing_ref=f"S-{n}")
    Mapping.objects.create(
        **own, connector="trendyol", kind="brand", ours=f"b{n}", folded=f"b{n}", theirs_text="x", source="own"
    )
    SetAside.objects.create(
        **own, channel=world.market, kind="package", subject=f"s{n}", field="f", reason="r", first_at=AT, last_at=AT
    )
    start_run(kind="import", title=f"r{n}", at=AT, seller_id=world.seller.id)
    order = _order(world, f"o{n}")
    _line(world, order, n)
    _package(world, order, n)


def _order(world, ref):
    from entrepot.orders.models import Order

    return Order.objects.create(
        seller=world.seller, channel=world.market, storefront=world.front, order_ref=ref, placed_at=AT, modified_at=AT,
        seen_at=AT, currency="TRY", gross=1, seller_discount=0, channel_discount=0, shipping=0, total=1, is_paid=True,
    )  # fmt: skip


def _line(world, order, n):
    from entrepot.orders.models import Line

    return Line.objects.create(
        seller=world.seller, order=order, line_ref=f"l{n}", listing_ref="x", title="t", quantity=1, unit_gross=1,
        unit_seller_discount=0, unit_channel_discount=0, unit_price=1, line_total=1, vat_rate=Decimal("0.2"),
    )  # fmt: skip


def _package(world, order, n):
    from entrepot.fulfilment.models import Package, PackageLine

    package = Package.objects.create(
        seller=world.seller, order=order, channel=world.market, package_ref=f"p{order.id}-{n}", their_status="Created",
        modified_at=AT,
    )  # fmt: skip
    PackageLine.objects.create(seller=world.seller, package=package, line=order.lines.first(), quantity=1)


def test_what_is_not_there_is_told_in_our_words(api, keys, world):
    answer = api(keys.aydin).get("/orders/999999999")

    assert (answer.status_code, answer.json()["detail"]) == (404, "there is no such order")


def test_a_store_says_that_it_has_no_storefronts(api, keys, world):
    answer = api(keys.aydin).post(f"/channels/{world.store.id}/storefronts", {"code": "ZZ"})

    assert answer.status_code == 422
    assert "'ZZ' is not possible: a store of WooCommerce has none" in answer.json()["detail"]
