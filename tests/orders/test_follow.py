"""What the store says of our orders later, many at once."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from django.db import connection
from django.test.utils import CaptureQueriesContext

from entrepot.kit.records import StoreOrder
from entrepot.orders.models import Adjustment, Order
from entrepot.orders.services.follow import note_gone, note_store_orders, open_store_refs
from entrepot.orders.services.troubles import say

from .conftest import AT
from .test_entry import told


def theirs(ref, state="open"):
    return StoreOrder(
        store_ref=ref, number=ref, state=state, their_status=state, total=Decimal("10.00"), currency="TRY",
        our_ref="EN-store_order-1-1", modified_at=AT + timedelta(minutes=1),
    )  # fmt: skip


def in_store(desk, count):
    from entrepot.orders import services as orders

    orders.take_orders(channel=desk.market, told=told(count), at=AT)
    for n, order in enumerate(Order.objects.system().order_by("id")):
        Order.objects.system().filter(id=order.id).update(state="synced", store=desk.store, store_ref=f"S{n}")


def test_many_fulfilled_orders_are_noted_with_as_many_statements_as_one(desk):
    in_store(desk, 31)

    def statements(refs):
        with CaptureQueriesContext(connection) as seen:
            note_store_orders(channel=desk.store, theirs=[theirs(r, "fulfilled") for r in refs], at=AT)
        return len(seen)

    assert statements([f"S{n}" for n in range(1, 31)]) == statements(["S0"])
    assert set(Order.objects.system().values_list("state", "store_total")) == {("processed", Decimal("10.00"))}


def test_what_the_owner_undid_is_said_and_taken_back_when_it_is_opened_again(desk):
    in_store(desk, 2)

    note_store_orders(channel=desk.store, theirs=[theirs("S0", "refunded"), theirs("S1")], at=AT)
    first, second = Order.objects.system().order_by("id")
    assert first.failure.startswith("the store no longer wants it (it is refunded there)") and second.failure == ""
    assert open_store_refs(channel=desk.store, limit=10) == ["S1"]

    assert list(note_store_orders(channel=desk.store, theirs=[theirs("S0"), theirs("FOREIGN")], at=AT)) == ["S0"]
    assert not Order.objects.system().exclude(troubles={}).exists()


def test_what_the_store_no_longer_shows_is_said_of_orders_of_ours_only(desk):
    in_store(desk, 1)

    assert [o.store_ref for o in note_gone(channel=desk.store, store_refs=["S0", "FOREIGN"])] == ["S0"]
    assert "it was deleted there" in desk.order("O0").failure


def test_a_residue_that_somebody_took_out_in_the_store_is_no_trouble_any_more(desk):
    in_store(desk, 2)
    for order, residue in zip(Order.objects.system().order_by("id"), ("-0.01", "-0.05"), strict=True):
        Order.objects.system().filter(id=order.id).update(store_total=Decimal("10.01"))
        Adjustment.objects.system().create(
            seller_id=order.seller_id, order=order, kind="rounding", amount=Decimal(residue), currency="TRY", rule="r"
        )
        say([order], "total", "the store's total differs")

    note_store_orders(channel=desk.store, theirs=[theirs("S0"), theirs("S1")], at=AT)

    assert list(Order.objects.system().order_by("id").values_list("troubles", flat=True)) == [
        {}, {"total": "the store's total differs"},
    ]  # fmt: skip
