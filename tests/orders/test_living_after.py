"""After the store has an order: what the marketplace cancels, splits or corrects is followed, or a person is told."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from entrepot.channels.models import Intent
from entrepot.fulfilment import services as fulfilment
from entrepot.orders import services as orders

from .conftest import AT, begin, claimed, line, package, push, sellable

pytestmark = pytest.mark.django_db
LATER = AT + timedelta(minutes=30)
CUP = line("22", "CUP")


def tell(desk, *news):
    for one in news:
        taken = desk.tell(one)
        fulfilment.apply_told(told=[fulfilment.Told(taken.order, taken.line_ids, [one])], at=AT)
    return desk.order()


def at(news, minute, **changed):
    return replace(news, modified_at=AT + timedelta(minutes=minute), **changed)


def gone(news, minute=9):
    return at(news, minute, state="cancelled")


def part(ref, *lines, of="R", minutes=3):
    return package(ref, lines=lines, minutes=minutes, origin_refs=(of,))


def approved(desk, *news):
    sellable(desk)
    order = tell(desk, *news)
    orders.approve_orders(seller_id=desk.seller_id, order_ids=[order.id], at=AT)
    return order


def synced(desk, *news):
    approved(desk, *news)
    push(desk)
    order = desk.order()
    assert (order.state, order.troubles) == ("synced", {})
    return order


def lowered(desk):
    """Pieces that are asked to be taken out of the store's order, by SKU and amount."""
    order, found = desk.order(), []
    for intent in Intent.objects.system().filter(kind="store_lower").exclude(state="dropped").order_by("id"):
        found += orders.pieces_to_lower(order=order, intent=intent)
    return [(sku, pieces, f"{gross:.2f}") for sku, pieces, gross in found]


def is_cancelled_there(desk):
    return Intent.objects.system().filter(kind="store_cancel").exists()


PRICED = package("R", lines=[line("1", quantity=2), line("2", quantity=2, price="5.00")])
DEAR, CHEAP = part("P2", line("1", quantity=2)), part("P3", line("2", price="5.00"))
NAMED = part("P4", line("31", price="5.00"))


def test_a_piece_with_a_new_name_is_of_the_line_with_its_price(desk):
    synced(desk, PRICED)

    tell(desk, at(PRICED, 3, state="superseded"), DEAR, CHEAP, NAMED, gone(NAMED))

    assert lowered(desk) == [("TEA", 1, "5.00")]
    assert desk.order().troubles == {}


def test_when_nothing_lives_any_more_the_whole_is_cancelled_however_its_pieces_were_named(desk):
    synced(desk, PRICED)

    tell(desk, at(PRICED, 3, state="superseded"), DEAR, CHEAP, NAMED, gone(NAMED), gone(CHEAP), gone(DEAR))

    assert is_cancelled_there(desk)


@pytest.mark.parametrize("first", ["11", "21"], ids=["keeps its name", "another name"])
def test_pieces_that_were_added_by_hand_are_cancelled_too(desk, first):
    order = synced(desk, package("R"))
    big = package("R", lines=[line(quantity=3)], minutes=1)
    tell(desk, big)
    orders.added_by_hand(seller_id=desk.seller_id, order_id=order.id, at=LATER)
    two, one = part("A", line(first, quantity=2)), part("B", line("31"))

    tell(desk, at(big, 3, state="superseded"), two, one, gone(two))

    assert sum(pieces for _, pieces, _ in lowered(desk)) == 2
    assert desk.order().troubles == {}
    tell(desk, gone(one, 10))
    assert is_cancelled_there(desk)


def test_what_came_late_and_ended_is_promised_no_more(desk):
    synced(desk, package("R"))
    late = package("P2", lines=[line("22", "CUP", 2)], minutes=5)
    tell(desk, late)
    assert desk.held("CUP") == 2

    tell(desk, gone(late))

    assert (desk.held("CUP"), desk.on_hand("CUP"), desk.order().troubles) == (0, 20, {})


def test_what_lives_when_the_store_confirms_a_cancellation_stays_promised_and_is_said(desk):
    order = synced(desk, package("P1"))
    other = package("P2", lines=[CUP], minutes=6)
    tell(desk, gone(package("P1"), 5), other)

    orders.confirm_cancelled(order_id=order.id, is_in_store=True, at=LATER, asked_at=LATER)

    assert (desk.order().state, desk.held("CUP")) == ("cancelled", 1)
    assert "lives on the marketplace" in desk.order().troubles["cancel"]
    tell(desk, gone(other, 40))
    assert (desk.held("CUP"), desk.order().troubles) == (0, {})


def test_of_several_packages_what_one_was_corrected_to_is_added_by_hand_and_cancelled_whole(desk):
    order = synced(desk, package("P1"), package("P2", lines=[CUP]))
    big = package("P1", lines=[line(quantity=3)], minutes=1)
    tell(desk, big)
    assert "late" in desk.order().troubles

    orders.added_by_hand(seller_id=desk.seller_id, order_id=order.id, at=LATER)
    assert (desk.on_hand("TEA"), desk.order().troubles) == (17, {})
    tell(desk, gone(big))

    assert sum(pieces for _, pieces, _ in lowered(desk)) == 3


def test_other_goods_in_a_part_are_said_until_a_person_has_seen_to_them(desk):
    whole = package("R", lines=[line("L", quantity=2)])
    order = synced(desk, whole)

    tell(desk, at(whole, 3, state="superseded"), part("C", line("L")), part("D", line("L2", "POT")))

    assert "was told, and what came from it is told as" in desk.order().troubles["late"]
    orders.added_by_hand(seller_id=desk.seller_id, order_id=order.id, at=LATER)
    assert desk.order().troubles == {}


RESTUFFED = [
    package("R", lines=[line("L"), line("S", "CUP")]),
    part("C", line("L"), line("S", "CUP")),
    part("C", line("L"), minutes=5),
    part("D", line("S", "CUP"), minutes=5),
]


def test_what_a_package_no_longer_holds_is_not_cancelled_with_it(desk):
    root, *news = RESTUFFED
    synced(desk, root)

    tell(desk, at(root, 3, state="superseded"), *news, gone(news[1]))

    assert lowered(desk) == [("TEA", 1, "10.00")]


def test_the_same_before_the_push_sells_what_lives(desk):
    root, *news = RESTUFFED
    approved(desk, root)
    tell(desk, at(root, 3, state="superseded"), *news, gone(news[1]))

    (sale,) = begin(desk, claimed(desk)).sales.values()

    assert [(x.sku, x.quantity) for x in sale.lines] == [("CUP", 1)]


def test_an_order_of_which_only_a_bare_package_lives_waits_for_its_lines_and_goes_on(desk):
    approved(desk, package("P1"))
    bare = replace(package("P2", minutes=4), lines=())
    tell(desk, bare, gone(package("P1"), 5))
    assert begin(desk, claimed(desk)).sales == {}
    assert (desk.order().state, "held" in desk.order().troubles) == ("failed", True)

    tell(desk, package("P2", lines=[CUP], minutes=8))

    assert desk.order().state == "queued"


def test_what_was_taken_out_keeps_its_price_after_a_person_has_added_something_else(desk):
    whole = package("R", lines=[line("L", quantity=2)])
    order = synced(desk, whole)
    one, two = part("A", line("L")), part("B", line("L2"))
    tell(desk, at(whole, 3, state="superseded"), one, two, gone(one, 4))
    (taken,) = Intent.objects.system().filter(kind="store_lower")
    orders.confirm_lowered(intent=taken, refund_ref="1", at=LATER)
    tell(desk, package("P2", lines=[CUP], minutes=6))
    orders.added_by_hand(seller_id=desk.seller_id, order_id=order.id, at=LATER)

    tell(desk, gone(two, 8))

    assert lowered(desk) == [("TEA", 1, "10.00"), ("TEA", 1, "10.00")]


def test_pieces_are_taken_out_at_the_price_that_a_person_has_mended(desk):
    whole = package("R", lines=[line("L", quantity=2)])
    order = synced(desk, whole)
    less = package("R", lines=[line("L", quantity=2, price="9.00")], minutes=1)
    tell(desk, less)
    orders.added_by_hand(seller_id=desk.seller_id, order_id=order.id, at=LATER)
    one = part("A", line("L", price="9.00"))

    tell(desk, at(less, 3, state="superseded"), one, part("B", line("L2", price="9.00")), gone(one))

    assert lowered(desk) == [("TEA", 1, "9.00")]


def test_what_the_store_refused_to_take_out_keeps_its_price_too(desk):
    whole = package("R", lines=[line("L", quantity=2)])
    order = synced(desk, whole)
    one = part("A", line("L"))
    tell(desk, at(whole, 3, state="superseded"), one, part("B", line("L2")), gone(one, 4))
    (refused,) = Intent.objects.system().filter(kind="store_lower")
    orders.refuse_lowering(intent=refused, why="it was shipped", at=LATER)
    tell(desk, package("P2", lines=[CUP], minutes=6))
    who = {"seller_id": desk.seller_id, "order_id": order.id, "at": LATER}
    orders.added_by_hand(**who)

    orders.lower_in_store(**who)

    assert lowered(desk) == [("TEA", 1, "10.00")]


def test_an_order_from_before_amounts_were_kept_with_what_was_sent_is_not_complained_of(desk):
    root = package("R", lines=[line("L", quantity=2), line("S", "CUP")])
    synced(desk, root)
    creation = Intent.objects.system().get(kind="store_order")
    del creation.payload["owed"]
    creation.save(update_fields=["payload"])
    one, rest = part("A", line("L")), part("B", line("L2"), line("S", "CUP"))

    tell(desk, at(root, 3, state="superseded"), one, rest, gone(one))

    assert desk.order().troubles == {}
    assert lowered(desk) == [("TEA", 1, "10.00")]


@pytest.mark.parametrize("answer", ["not told yet", "refused", "refused later"])
def test_what_turns_out_to_live_keeps_the_store_from_cancelling_the_whole(desk, answer):
    order = synced(desk, package("P1"))
    tell(desk, gone(package("P1"), 5))
    (cancel,) = Intent.objects.system().filter(kind="store_cancel")
    if answer == "refused":
        Intent.objects.system().filter(id=cancel.id).update(state="refused")
        orders.refuse_cancel(seller_id=desk.seller_id, order_id=order.id, why="it was trashed", at=AT)
    other = package("P2", lines=[CUP], minutes=6)
    if answer == "refused later":
        Intent.objects.system().filter(id=cancel.id).update(state="sent")

    tell(desk, other)
    if answer == "refused later":
        Intent.objects.system().filter(id=cancel.id).update(state="refused")
        orders.refuse_cancel(seller_id=desk.seller_id, order_id=order.id, why="it was trashed", at=AT)

    assert (lowered(desk), set(desk.order().troubles), desk.held("CUP")) == ([("TEA", 1, "10.00")], {"late"}, 1)
    cancel.refresh_from_db()
    assert cancel.state == "dropped"
    tell(desk, gone(other, 9))
    cancel.refresh_from_db()
    assert cancel.state == "unknown"  # asked for, then cancelled


def test_nothing_is_taken_out_of_an_order_that_the_store_is_about_to_cancel(desk):
    order = synced(desk, package("P1"))

    tell(desk, gone(package("P1"), 5))

    assert not orders.waits_to_be_lowered(order)


def test_of_two_lines_each_loses_what_is_gone_of_it_in_one_batch(desk):
    synced(desk, PRICED)
    gone_of_both = part("B", line("1b"), line("2b", price="5.00"))
    batch = [at(PRICED, 3, state="superseded"), part("A", line("1"), line("2", price="5.00")), gone(gone_of_both, 3)]

    taken = desk.tell(*batch)
    fulfilment.apply_told(told=[fulfilment.Told(taken.order, taken.line_ids, batch)], at=AT)

    assert lowered(desk) == [("TEA", 1, "10.00"), ("TEA", 1, "5.00")]
    assert desk.order().troubles == {}


def test_after_the_store_was_mended_by_hand_what_is_taken_out_is_what_the_buyer_pays(desk):
    whole = package("R", lines=[line("L", quantity=3)])
    order = synced(desk, whole)
    one, two, three = (part(ref, line(f"L{n}")) for n, ref in enumerate("ABC"))
    tell(desk, at(whole, 3, state="superseded"), two, three, gone(one, 3))
    cheaper = package("B", lines=[line("L1", price="9.00")], minutes=6, origin_refs=("R",))
    tell(desk, cheaper)
    assert "was told, and what came from it is told as" in desk.order().troubles["late"]

    orders.added_by_hand(seller_id=desk.seller_id, order_id=order.id, at=LATER)
    tell(desk, gone(cheaper))

    assert lowered(desk) == [("TEA", 1, "10.00"), ("TEA", 1, "9.00")]


def test_a_piece_is_taken_from_the_row_that_can_have_it(desk):
    two = line("2", quantity=2, price="8.50", unit_prices=(Decimal("9.00"), Decimal("8.00")))
    whole = package("R", lines=[line("1"), two], total=Decimal("27.00"))
    synced(desk, whole)
    rest = part("B", line("1"), line("2", price="9.00"))

    tell(desk, at(whole, 3, state="superseded"), gone(part("A", line("2b", price="8.00")), 3), rest)

    assert (lowered(desk), desk.order().troubles) == ([("TEA", 1, "8.00")], {})


def test_what_lives_after_the_end_stays_promised_while_it_is_split(desk):
    tell(desk, gone(package("P"), 1))
    late = package("Q", lines=[line("2", quantity=4)], minutes=2)
    tell(desk, late)
    assert desk.held() == 4

    tell(desk, at(late, 3, state="superseded"))
    assert (desk.held(), "cancel" in desk.order().troubles) == (4, True)
    halves = [part("Q1", line("2", quantity=2), of="Q"), part("Q2", line("2b", quantity=2), of="Q")]
    tell(desk, *halves)

    assert (desk.held(), "cancel" in desk.order().troubles) == (4, True)
    tell(desk, gone(halves[0]), at(halves[1], 9, state="delivered"))
    assert (desk.held(), desk.order().troubles) == (0, {})


def test_a_piece_that_turns_out_to_live_on_a_line_that_the_store_gives_back_is_promised_again(desk):
    whole = package("R", lines=[line("L", quantity=2)])
    order = synced(desk, whole)
    tell(desk, gone(part("C", line("L")), 4), gone(whole, 5))
    Intent.objects.system().filter(kind="store_cancel").update(state="sent", sent_at=LATER)
    lives = part("D", line("L2"), minutes=6)
    tell(desk, lives)

    orders.confirm_cancelled(order_id=order.id, is_in_store=True, at=LATER, asked_at=LATER)

    assert (desk.order().state, desk.held(), desk.on_hand()) == ("cancelled", 1, 20)
    assert "lives on the marketplace" in desk.order().troubles["cancel"]
    tell(desk, gone(lives, 40))
    assert (desk.held(), desk.order().troubles) == (0, {})
