"""What was promised of a kit, or of what is one now, stays promised of the goods that it was made of then."""

from __future__ import annotations

from datetime import timedelta

import pytest

from entrepot.catalog.models import Product, Variant
from entrepot.catalog.services import make_kit, share_stock
from entrepot.channels.models import Channel
from entrepot.inventory.models import Reservation
from entrepot.inventory.queries import available
from entrepot.inventory.services import (
    absorb,
    draw_from,
    give_back,
    give_back_some,
    lower,
    record_readings,
    release,
    reserve,
)

from ..goods_rows import AT, goods, store

pytestmark = pytest.mark.django_db
LATER = AT + timedelta(minutes=1)


def made(kit: Variant, **parts: int) -> None:
    """A kit of ``SKU_1=pieces``."""
    told = [(sku.replace("_", "-"), pieces) for sku, pieces in parts.items()]
    make_kit(seller_id=kit.seller_id, variant_id=kit.id, parts=told)


def promised() -> dict[str, tuple[int, str]]:
    rows = Reservation.objects.system().order_by("id")
    names = dict(Variant.with_pools.system().values_list("id", "sku"))
    return {names[r.variant_id]: (r.quantity, r.state) for r in rows}


@pytest.fixture
def shelf(aydin) -> list[Variant]:
    """A kit to be, and two goods, twenty of each."""
    rows = goods(aydin, 3)
    record_readings(seller_id=aydin.id, readings=[(v.id, 20) for v in rows], began_at=AT)
    return rows


def left(rows: list[Variant]) -> list[int | None]:
    found = available(variant_ids=[v.id for v in rows])
    return [found[v.id] for v in rows]


def test_a_line_that_was_promised_has_had_its_due_whatever_it_is_made_of_now(shelf):
    kit, tea, cup = shelf
    reserve(seller_id=kit.seller_id, lines=[(1, kit.id, 3)], at=AT)

    made(kit, SKU_1=2)
    reserve(seller_id=kit.seller_id, lines=[(1, kit.id, 3)], at=LATER)
    assert promised() == {"SKU-0": (3, "held")}
    assert left(shelf) == [10, 20, 20]

    reserve(seller_id=kit.seller_id, lines=[(2, kit.id, 3)], at=LATER)
    made(kit, SKU_2=5)
    reserve(seller_id=kit.seller_id, lines=[(2, kit.id, 3)], at=LATER)
    assert promised() == {"SKU-0": (3, "held"), "SKU-1": (6, "held")}
    assert left([tea, cup]) == [14, 20]


@pytest.mark.parametrize("now", [{}, {"SKU_1": 7}, {"SKU_2": 1}, {"SKU_1": 1, "SKU_2": 4}], ids=str)
def test_fewer_pieces_free_what_they_were_promised(shelf, now):
    kit, *parts = shelf
    made(kit, SKU_1=2, SKU_2=1)
    reserve(seller_id=kit.seller_id, lines=[(1, kit.id, 3)], at=AT)
    assert left(parts) == [14, 17]

    made(kit, **now)
    lower(seller_id=kit.seller_id, lines=[(1, 2)], at=LATER)
    assert promised() == {"SKU-1": (4, "held"), "SKU-2": (2, "held")}
    lower(seller_id=kit.seller_id, lines=[(1, 2)], at=LATER)
    assert left(parts) == [16, 18]

    release(seller_id=kit.seller_id, line_ids=[1], at=LATER)
    assert left(parts) == [20, 20]


def test_ordinary_goods_that_become_a_kit_free_their_own_stock(shelf):
    kit, tea, _ = shelf
    reserve(seller_id=kit.seller_id, lines=[(1, kit.id, 3)], at=AT)

    made(kit, SKU_1=2)
    lower(seller_id=kit.seller_id, lines=[(1, 1)], at=LATER)

    assert promised() == {"SKU-0": (1, "held")}
    made(kit)
    assert left([kit, tea]) == [19, 20]


@pytest.mark.parametrize("now", [{}, {"SKU_1": 7}, {"SKU_2": 1}], ids=str)
def test_what_the_store_took_is_given_back_as_it_was_taken(shelf, now):
    kit, *parts = shelf
    made(kit, SKU_1=2, SKU_2=1)
    reserve(seller_id=kit.seller_id, lines=[(1, kit.id, 3)], at=AT)
    made(kit, **now)

    absorb(seller_id=kit.seller_id, line_ids=[1], at=LATER)
    assert left(parts) == [14, 17]

    asked = LATER + timedelta(minutes=1)
    give_back_some(seller_id=kit.seller_id, lines=[(1, 1)], asked_at=asked, at=asked)
    assert promised() == {"SKU-1": (4, "absorbed"), "SKU-2": (2, "absorbed")}
    assert left(parts) == [16, 18]

    give_back(seller_id=kit.seller_id, line_ids=[1], at=asked)
    assert left(parts) == [20, 20]


@pytest.mark.parametrize("steps", [["blue red"], ["blue", "blue red"], ["red", "blue red"]], ids=str)
def test_parts_that_come_to_share_their_stock_are_promised_together(aydin, steps):
    shop = store(aydin)
    kit, blue, red = goods(aydin, 3, source=shop)
    record_readings(seller_id=aydin.id, readings=[(v.id, 20) for v in (kit, blue, red)], began_at=AT)
    made(kit, SKU_1=2, SKU_2=1)
    reserve(seller_id=aydin.id, lines=[(1, kit.id, 3), (2, red.id, 1)], at=AT)

    for names in [*steps, steps[-1]]:
        pools = share(shop, [{"blue": blue, "red": red}[name] for name in names.split()])
    record_readings(seller_id=aydin.id, readings=[(pools[blue.id], 20)], began_at=AT)

    rows = Reservation.objects.system().order_by("line_id")
    assert [(r.line_id, r.variant_id, r.quantity) for r in rows] == [(1, pools[red.id], 9), (2, pools[red.id], 1)]
    assert left([kit, blue]) == [3, 10]
    lower(seller_id=aydin.id, lines=[(1, 1)], at=LATER)
    assert left([kit, blue]) == [5, 16]


def share(shop: Channel, rows: list[Variant]) -> dict[int, int]:
    """The store says that these share the stock of one product."""
    first = Product.objects.for_seller(shop.seller_id).order_by("id").first()
    shared = {v.id: first.product_ref for v in rows}
    pools = share_stock(seller_id=shop.seller_id, channel_id=shop.id, seen=list(shared), shared=shared)
    draw_from(seller_id=shop.seller_id, pools=pools)
    return pools
