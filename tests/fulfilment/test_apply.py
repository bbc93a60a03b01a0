"""Packages as told: jumps, stale and impossible news, splits; moves that we ask for."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from tests.orders.conftest import AT, line, package

from entrepot.channels.models import Intent
from entrepot.channels.services import drop_intent
from entrepot.core.errors import IllegalMove, Invalid, Refused
from entrepot.events.models import Outbox, StateChange
from entrepot.fulfilment import services as fulfilment
from entrepot.fulfilment.models import Package, PackageLine
from entrepot.fulfilment.services.invoices import NO_INVOICE
from entrepot.kit.records import StoreOrder
from entrepot.orders.models import Order


def tell(desk, *packages):
    taken = desk.tell(*packages)
    return fulfilment.apply_told(told=[fulfilment.Told(taken.order, taken.line_ids, packages)], at=AT)


def row(ref="P1"):
    return Package.objects.system().get(package_ref=ref)


def history():
    rows = StateChange.objects.filter(machine="package").order_by("id")
    return list(rows.values_list("event", "inferred"))


def test_a_jump_ahead_replays_the_moves_between_marked_as_inferred(desk):
    tell(desk, package())
    tell(desk, package(state="delivered", minutes=9))

    assert row().state == "delivered"
    assert history() == [("confirm", False), ("hand_over", True), ("deliver", False)]
    assert StateChange.objects.filter(event="deliver").get().remote_at == AT + timedelta(minutes=9)


def test_older_news_is_recorded_and_moves_nothing(desk):
    tell(desk, package(state="shipped", minutes=5, tracking_ref="7250"))

    assert tell(desk, package(state="picking", minutes=1, tracking_ref="9999")) == {"P1": "stale"}

    assert (row().state, row().tracking_ref) == ("shipped", "7250")
    assert Outbox.objects.get(type="package.stale_news").payload["told"] == "picking"


def test_impossible_news_is_recorded_and_shown(desk):
    tell(desk, package(state="delivered", minutes=5))

    assert tell(desk, package(state="created", minutes=6)) == {"P1": "impossible"}

    assert row().state == "delivered"
    assert row().stuck_reason == "the marketplace says created, which cannot follow delivered: look at it there"
    assert Outbox.objects.get(type="package.impossible_news").payload["known"] == "delivered"


def test_the_same_news_twice_moves_once(desk):
    tell(desk, package(state="picking", minutes=1))
    tell(desk, package(state="picking", minutes=1))

    assert history() == [("confirm", True), ("pick", False)]


def test_a_split_moves_pieces_under_the_refs_of_each_package(desk):
    whole = [line("L", quantity=3)]
    tell(desk, package("P", lines=whole))
    tell(
        desk,
        package("P", lines=whole, state="superseded", minutes=1),
        package("A", lines=[line("L", quantity=1)], minutes=1, origin_refs=("P",)),
        package("B", lines=[line("L2", quantity=2)], minutes=1, origin_refs=("P",)),
    )

    assert {p.package_ref: p.state for p in Package.objects.system()} == {
        "P": "superseded",
        "A": "created",
        "B": "created",
    }
    rows = PackageLine.objects.system().order_by("id").values_list("package__package_ref", "line_ref", "quantity")
    assert list(rows) == [("P", "L", 3), ("A", "L", 1), ("B", "L2", 2)]
    assert len({x.line_id for x in PackageLine.objects.system()}) == 1
    assert desk.held() == 3


def test_a_part_that_is_not_supplied_leaves_the_order_and_only_that(desk):
    whole = [line("L", quantity=3)]
    tell(desk, package("P", lines=whole))
    tell(
        desk,
        package("P", lines=whole, state="superseded", minutes=1),
        package("A", lines=[line("L", quantity=1)], minutes=1, origin_refs=("P",)),
        package("B", lines=[line("L2", quantity=2)], minutes=1, state="unsupplied", origin_refs=("P",)),
    )

    assert desk.order().lines.get().cancelled_quantity == 2 and desk.order().state == "new"
    assert desk.held() == 1  # before the store has it the promise shrinks


def test_waybills_of_what_still_travels_go_with_the_order(desk):
    tell(desk, package("P", tracking_ref="7250000000000001"))
    assert desk.order().waybills == "7250000000000001"

    tell(
        desk,
        package("P", state="superseded", minutes=1, tracking_ref="7250000000000001"),
        package("A", minutes=1, origin_refs=("P",), tracking_ref="7250000000000002"),
        package("B", lines=[line("12", "CUP")], minutes=1, origin_refs=("P",), tracking_ref="7250000000000003"),
    )
    assert desk.order().waybills == "7250000000000002, 7250000000000003"


def test_a_seller_who_ships_has_no_waybill_of_the_channel(desk):
    tell(desk, package("P", tracking_ref="7250000000000001", pays_carriage="seller"))

    assert desk.order().waybills == ""


def in_store(desk, state="synced"):
    Order.objects.system().update(state=state, store=desk.store, store_ref="77")
    return desk.order()


def theirs(state="open", **more):
    return StoreOrder(
        store_ref="77", number="77", state=state, their_status=state, total=Decimal("10.00"), currency="TRY",
        our_ref="EN-store_order-1-1", **more,
    )  # fmt: skip


def intents():
    rows = Intent.objects.system().filter(kind="package_move").order_by("id")
    return list(rows.values_list("step", "state"))


def agree(step):
    intent = Intent.objects.system().get(kind="package_move", step=step)
    fulfilment.confirm_move(intent=intent, at=AT)


def test_without_an_invoice_number_a_package_stays_in_picking_and_says_so(desk):
    tell(desk, package())
    fulfilment.follow_stores(told=[(in_store(desk), theirs())], at=AT)
    assert intents() == [("pick", "planned")]
    agree("pick")
    order = in_store(desk, "processed")

    fulfilment.follow_stores(told=[(order, theirs("fulfilled"))], at=AT)
    assert (row().state, row().stuck_reason) == ("picking", NO_INVOICE)
    assert intents() == [("pick", "confirmed")]

    fulfilment.set_invoice_number(
        seller_id=desk.seller_id, package_id=row().id, invoice_number=" KHB2026000000001 ", at=AT
    )
    assert (row().invoice_number, row().stuck_reason) == ("KHB2026000000001", "")
    assert intents() == [("pick", "confirmed"), ("invoice", "planned")]


def test_the_stores_invoice_number_is_used_as_soon_as_the_package_is_picked(desk):
    tell(desk, package())
    order = in_store(desk, "processed")
    fulfilment.follow_stores(told=[(order, theirs("fulfilled", invoice_number="INV-7"))], at=AT)
    assert intents() == [("pick", "planned")]

    agree("pick")

    assert intents() == [("pick", "confirmed"), ("invoice", "planned")]
    move = fulfilment.package_move(intent=Intent.objects.system().get(step="invoice"))
    assert (move.event, move.invoice_number, move.lines) == ("invoice", "INV-7", (("11", 1),))


def test_a_refused_move_is_not_repeated_by_the_stores_news_but_by_a_person(desk):
    tell(desk, package())
    order = in_store(desk)
    fulfilment.follow_stores(told=[(order, theirs())], at=AT)
    intent = Intent.objects.system().get(step="pick")
    fulfilment.refuse_move(intent=intent, why="invalid.package.status", at=AT)

    fulfilment.follow_stores(told=[(order, theirs())], at=AT)
    assert intents() == [("pick", "refused")] and row().stuck_reason == "invalid.package.status"

    fulfilment.plan_move(seller_id=desk.seller_id, package_id=row().id, event="pick", at=AT)
    assert intents() == [("pick", "unknown")]  # asked for before it is sent again
    assert (row().wants, row().stuck_reason) == ("picking", "")


def test_a_wrong_invoice_number_can_be_typed_in_again(desk):
    tell(desk, package(state="picking"))
    number = {"seller_id": desk.seller_id, "package_id": row().id, "at": AT}
    fulfilment.set_invoice_number(**number, invoice_number="WRONG")
    fulfilment.refuse_move(intent=Intent.objects.system().get(step="invoice"), why="invoice number is taken", at=AT)

    fulfilment.set_invoice_number(**number, invoice_number="RIGHT")

    assert intents() == [("invoice", "unknown")]
    assert fulfilment.package_move(intent=Intent.objects.system().get(step="invoice")).invoice_number == "RIGHT"


def test_an_invoice_number_is_letters_digits_and_a_few_marks(desk):
    tell(desk, package(state="picking"))
    number = {"seller_id": desk.seller_id, "package_id": row().id, "at": AT}

    for odd in ("", "   ", "N" * 41, "<b>1</b>", "INV-😀", "A\nB", "A\x00B", "A;B"):
        with pytest.raises(Invalid, match="1 to 40 letters, digits, and the marks"):
            fulfilment.set_invoice_number(**number, invoice_number=odd)
    assert (row().invoice_number, intents()) == ("", [])  # a refusal sends nothing
    fulfilment.set_invoice_number(**number, invoice_number="İST 2026/07-A_1.b")

    assert row().invoice_number == "İST 2026/07-A_1.b"
    assert intents() == [("invoice", "planned")]


@pytest.mark.parametrize("state", ["superseded", "cancelled", "unsupplied"])
def test_a_package_of_which_nothing_is_sold_takes_no_invoice_number(desk, state):
    tell(desk, package(state="picking"))
    Package.objects.system().update(state=state)

    with pytest.raises(Refused, match=f"is {state}: there is nothing to invoice"):
        fulfilment.set_invoice_number(seller_id=desk.seller_id, package_id=row().id, invoice_number="INV-1", at=AT)

    assert (row().invoice_number, intents()) == ("", [])


def test_a_store_number_that_no_invoice_has_keeps_its_package_in_picking_and_stops_nothing_else(desk):
    tell(desk, package())
    order = in_store(desk, "processed")
    fulfilment.follow_stores(told=[(order, theirs("fulfilled", invoice_number="<b>😀</b>"))], at=AT)
    agree("pick")

    assert (row().state, row().invoice_number, row().wants) == ("picking", "", "")
    assert row().stuck_reason.startswith("waits for an invoice number: the store's own cannot be used, it holds '<'")
    assert intents() == [("pick", "confirmed")]
    fulfilment.follow_stores(told=[(order, theirs("fulfilled", invoice_number="INV-7"))], at=AT)

    assert (row().invoice_number, row().stuck_reason) == ("INV-7", "")
    assert intents() == [("pick", "confirmed"), ("invoice", "planned")]


def test_only_moves_that_the_table_has_can_be_asked_for(desk, borealis):
    tell(desk, package(state="delivered"))
    ask = {"seller_id": desk.seller_id, "package_id": row().id, "at": AT}

    with pytest.raises(IllegalMove, match="cannot 'pick'"):
        fulfilment.plan_move(**ask, event="pick")
    with pytest.raises(Invalid, match="must be one of pick, invoice, unsupply, hand_over"):
        fulfilment.plan_move(**ask, event="teleport")
    with pytest.raises(Package.DoesNotExist):
        fulfilment.plan_move(**(ask | {"seller_id": borealis.id}), event="pick")
    assert intents() == []


def test_where_the_seller_ships_the_stores_number_goes_to_the_marketplace(desk):
    tell(desk, package(state="picking", pays_carriage="seller", tracking_ref="7330000000000001"))
    order = in_store(desk)

    fulfilment.follow_stores(told=[(order, theirs(tracking_ref="1234567890123456", carrier="PTT"))], at=AT)
    tell(desk, package(state="picking", pays_carriage="seller", tracking_ref="7330000000000001", minutes=1))

    assert row().tracking_ref == "1234567890123456"  # their older number does not come back
    move = fulfilment.package_move(intent=Intent.objects.system().get(step="hand_over"))
    assert (move.event, move.tracking_ref, move.carrier) == ("hand_over", "1234567890123456", "PTT")


def test_an_open_intent_survives_what_cannot_be_dropped(desk):
    tell(desk, package())
    fulfilment.follow_stores(told=[(in_store(desk), theirs())], at=AT)
    intent = Intent.objects.system().get(step="pick")
    Intent.objects.system().filter(id=intent.id).update(state="sent")

    assert not drop_intent(
        seller_id=desk.seller_id, channel_id=intent.channel_id, kind="package_move", subject_id=intent.subject_id,
        step="pick", at=AT,
    )  # fmt: skip
