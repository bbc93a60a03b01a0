"""Whole cancellations whatever was told of the lines, and packages that live after an order has ended."""

from __future__ import annotations

import itertools
from dataclasses import replace
from decimal import Decimal

import pytest

from entrepot.channels.models import Intent
from entrepot.fulfilment import services as fulfilment
from entrepot.orders import services as orders

from .conftest import AT, begin, claimed, line, made, package, piece_gone, push, sellable, tell

pytestmark = pytest.mark.django_db

BARE = {"lines": (), "total": Decimal(0), "gross": Decimal(0)}


def told(desk, *packages):
    taken = desk.tell(*packages)
    fulfilment.apply_told(told=[fulfilment.Told(taken.order, taken.line_ids, packages)], at=AT)


def gone(*, is_bare=True):
    root = package("R", lines=[line("L", quantity=2)], minutes=4, state="cancelled")
    return {
        "R": replace(root, **BARE) if is_bare else root,
        "C": package("C", lines=[line("L")], minutes=3, origin_refs=("R",), state="cancelled"),
        "D": package("D", lines=[line("L2")], minutes=3, origin_refs=("R",), state="cancelled"),
    }


@pytest.mark.parametrize("arrival", list(itertools.permutations("RCD")), ids="".join)
@pytest.mark.parametrize("is_bare", [True, False])
def test_a_root_that_is_cancelled_ends_the_order_with_or_without_its_lines(desk, arrival, is_bare):
    sellable(desk, by_rule=True)
    for name in arrival:
        told(desk, gone(is_bare=is_bare)[name])

    assert (desk.order().state, desk.held()) == ("cancelled", 0)


def test_a_root_that_is_cancelled_bare_after_the_push_cancels_the_whole_in_the_store(desk):
    sellable(desk, by_rule=True)
    told(desk, package("R", lines=[line("L", quantity=2)]))
    push(desk)

    told(desk, gone()["R"])

    kinds = Intent.objects.system().filter(subject_id=desk.order().id).order_by("id").values_list("kind", flat=True)
    assert list(kinds) == ["store_order", "store_cancel"]


def test_an_order_that_was_only_ever_told_bare_and_cancelled_ends(desk):
    told(desk, gone()["R"])

    assert desk.order().state == "cancelled"


def test_one_successor_that_lives_keeps_the_order_though_its_root_was_cancelled_bare(desk):
    sellable(desk, by_rule=True)
    parts = gone() | {"C": package("C", lines=[line("L")], minutes=3, origin_refs=("R",))}
    for name in "CDR":
        told(desk, parts[name])

    assert (desk.order().state != "cancelled", desk.held()) == (True, 1)


@pytest.mark.parametrize("ending", ["cancelled", "unsupplied", "delivered"])
def test_what_lives_after_an_order_has_ended_is_promised_and_said_until_its_package_ends(desk, ending):
    sellable(desk, by_rule=True)
    told(desk, package("P1", state="cancelled"))
    living = [line("2", "CUP", 2, "5.00")]

    for minutes in (4, 5):
        told(desk, package("P2", lines=living, minutes=minutes))
        assert "a package of it lives on the marketplace" in desk.order().troubles["cancel"]
        assert (desk.order().state, desk.held("CUP"), desk.held("TEA")) == ("cancelled", 2, 0)

    told(desk, package("P2", lines=living, minutes=6, state=ending))
    assert (desk.order().troubles, desk.held("CUP")) == ({}, 0)


def test_a_part_of_what_lives_after_the_end_is_cancelled_and_the_rest_stays_promised(desk):
    sellable(desk, by_rule=True)
    told(desk, package("P1"))
    push(desk)
    told(desk, package("P1", minutes=3, state="cancelled"))
    orders.confirm_cancelled(order_id=desk.order().id, is_in_store=True, at=AT)
    told(desk, package("P2", lines=[line("2", "CUP", 3, "5.00")], minutes=4))

    rest = {"lines": [line("2b", "CUP", 1, "5.00")], "origin_refs": ("P2",), "minutes": 5}
    told(
        desk,
        package("P2", lines=[line("2", "CUP", 3, "5.00")], minutes=5, state="superseded"),
        package("P3", lines=[line("2", "CUP", 2, "5.00")], minutes=5, origin_refs=("P2",)),
        package("P4", state="cancelled", **rest),
    )

    assert (desk.held("CUP"), set(desk.order().troubles)) == (2, {"cancel"})


def test_what_a_person_cancelled_here_is_not_promised_again_by_the_same_news(desk):
    sellable(desk)
    told(desk, package("P1"))
    orders.cancel_order(seller_id=desk.seller_id, order_id=desk.order().id, reason="buyer", at=AT)

    told(desk, package("P1", minutes=4))

    assert desk.held() == 0


@pytest.fixture
def held_back(desk):
    """Approved, held back by news before anything was sent, and on its way again."""
    sellable(desk, by_rule=True)
    told(desk, package("P1", lines=[line(quantity=3)]))
    told(desk, package("P1", lines=[line(quantity=3)], minutes=2, total=Decimal("7.00")))
    begin(desk, claimed(desk))
    told(desk, package("P1", lines=[line(quantity=3)], minutes=3))
    return desk


def test_pieces_cancelled_after_an_order_was_held_back_are_promised_no_more(held_back):
    assert held_back.order().state == "queued"

    piece_gone(held_back, minutes=4)

    assert held_back.held() == 2


def test_fewer_pieces_told_after_an_order_was_held_back_are_followed(held_back):
    told(held_back, package("P1", lines=[line(quantity=2)], minutes=4))

    assert (held_back.held(), held_back.order().hold_reason, held_back.order().lines.get().quantity) == (2, "", 2)


def test_fewer_pieces_told_while_the_answer_of_the_store_is_out_are_not_followed(desk):
    sellable(desk, by_rule=True)
    told(desk, package("P1", lines=[line(quantity=3)]))
    intent = claimed(desk)
    begin(desk, intent)
    Intent.objects.system().filter(id=intent.id).update(state="unknown")

    told(desk, package("P1", lines=[line(quantity=2)], minutes=4))

    assert (desk.order().lines.get().quantity, desk.held()) == (3, 3)


@pytest.mark.parametrize(("price", "is_said"), [("5.00", False), ("4.00", True)])
def test_a_price_that_is_corrected_is_said_also_where_a_piece_was_cancelled(desk, price, is_said):
    sellable(desk, by_rule=True)
    first = [line("1", quantity=2), line("2", "CUP", 1, "5.00")]
    told(desk, package("P1", lines=first))
    push(desk)
    told(desk, package("P2", lines=[line("1")], minutes=2, origin_refs=("P1",), state="cancelled"))
    assert desk.order().troubles == {}

    again = [line("1", quantity=2), line("2", "CUP", 1, price)]
    told(desk, package("P1", lines=again, minutes=4))

    said = desk.order().troubles.get("late", "")
    assert ("is CUP × 1 at 4.00, TEA × 1 at 10.00; mend it there" in said) is is_said
    assert bool(said) is is_said


def test_a_price_is_said_also_where_pieces_came_late_and_one_was_cancelled(desk):
    sellable(desk, by_rule=True)
    told(desk, package("P1", lines=[line("1", quantity=2)]))
    push(desk)
    piece_gone(desk)

    told(desk, package("P1", lines=[line("1", quantity=2, price="8.00"), line("2", "CUP", 1, "5.00")], minutes=4))

    said = desk.order().troubles["late"]
    assert "CUP × 1; add it there" in said and "package P1 (CUP × 1 at 5.00, TEA × 2 at 16.00) was told" in said


def lacking(desk):
    """P1 is pushed, and the store makes the order without its goods."""
    sellable(desk, by_rule=True)
    told(desk, package("P1", lines=[line("1")]))
    intent = claimed(desk)
    (sale,) = begin(desk, intent).sales.values()
    orders.settle_export(intent=intent, made=replace(made(intent, sale), missing_skus=("TEA",)), at=AT)
    return made(intent, sale)


def test_pieces_told_late_are_not_taken_for_rounding_when_the_store_is_mended(desk):
    theirs = lacking(desk)
    told(desk, package("P2", lines=[line("2", "CUP", 1, "0.40")], minutes=4))

    mended = replace(theirs, total=theirs.total + Decimal("0.40"), modified_at=AT)
    orders.note_store_order(channel=desk.store, theirs=mended, at=AT)

    order = desk.order()
    assert order.state == "synced" and "CUP × 1; add it there" in order.troubles["late"]
    assert not Intent.objects.system().filter(kind="settle_total").exists()
    assert (desk.held("CUP"), desk.held("TEA"), desk.on_hand("TEA")) == (1, 0, 19)


def test_a_cent_that_the_mended_order_is_off_by_is_still_settled(desk):
    theirs = lacking(desk)

    orders.note_store_order(
        channel=desk.store, theirs=replace(theirs, total=theirs.total + Decimal("0.01"), modified_at=AT), at=AT
    )

    assert Intent.objects.system().get(kind="settle_total").payload["difference"] == "-0.01"


CUPS = [line("3", "CUP", 2, "5.00")]
AGAIN = {
    "root": package("P1", lines=[line("1"), *CUPS], state="cancelled", minutes=2),
    "half": package("P2", lines=CUPS, minutes=2, origin_refs=("P1",)),
    "one": package("P3", lines=[line("3", "CUP", 1, "5.00")], minutes=3, origin_refs=("P2",)),
    "other": package("P4", lines=[line("4", "CUP", 1, "5.00")], minutes=3, origin_refs=("P2",)),
    "split": package("P2", lines=CUPS, minutes=3, origin_refs=("P1",), state="superseded"),
}


@pytest.mark.parametrize("arrival", list(itertools.permutations(AGAIN))[::11], ids=" ".join)
def test_an_ended_order_promises_what_lives_of_it_and_no_more(desk, arrival):
    sellable(desk)
    for name in arrival:
        tell(desk, AGAIN[name])

    assert (desk.held("CUP"), desk.held("TEA")) == (2, 0)
