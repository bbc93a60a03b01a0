"""Splits of which a part is cancelled: whatever is heard first, what lives is promised and sold to the cent."""

from __future__ import annotations

import itertools
from dataclasses import replace
from decimal import Decimal

import pytest

from entrepot.fulfilment import services as fulfilment
from entrepot.fulfilment.models import PackageLine
from entrepot.orders import services as orders

from .conftest import AT, begin, claimed, line, made, package, push, sellable

pytestmark = pytest.mark.django_db

UNITS = tuple(Decimal(x) for x in ("8.29", "8.29", "8.30"))  # 3 × 9.99 with 17 % off, as it is told a unit


def tea(ref, *units):
    """Pieces of one line with a price each; ``unit_price`` is their average, as Trendyol tells it."""
    average = (sum(units) / len(units)).quantize(Decimal("0.0001"))
    gross = {"unit_gross": Decimal("9.99"), "unit_seller_discount": Decimal("9.99") - average}
    return replace(line(ref, quantity=len(units), **gross), unit_price=average, unit_prices=units)


def told(desk, *packages):
    taken = desk.tell(*packages)
    fulfilment.apply_told(told=[fulfilment.Told(taken.order, taken.line_ids, packages)], at=AT)


def root(minutes=3):
    cup = line("S", "CUP", 1, "5.00")
    return package("R", lines=[tea("L", *UNITS), cup], minutes=minutes, state="superseded", total=Decimal("29.88"))


def split():
    """R (3 TEA, 1 CUP) → C, which lives, and D, one TEA at 8.30, which is cancelled."""
    lives = package(
        "C", lines=[tea("L", *UNITS[:2]), line("S", "CUP", 1, "5.00")], minutes=3, origin_refs=("R",),
        total=Decimal("21.58"),
    )  # fmt: skip
    gone = package(
        "D", lines=[tea("L2", UNITS[2])], minutes=3, origin_refs=("R",), state="cancelled", total=Decimal("8.30")
    )
    return {"R": root(), "C": lives, "D": gone}


@pytest.mark.parametrize("arrival", list(itertools.permutations("RCD")), ids="".join)
def test_what_lives_of_a_split_is_sold_whatever_is_heard_first(desk, arrival):
    sellable(desk, by_rule=True)
    for name in arrival:
        told(desk, split()[name])

    order = desk.order()
    assert (order.state, order.hold_reason, order.troubles) == ("queued", "", {})
    assert (desk.held("TEA"), desk.held("CUP")) == (2, 1)
    (sale,) = begin(desk, claimed(desk)).sales.values()
    assert sorted((x.sku, x.quantity, x.gross) for x in sale.lines) == [
        ("CUP", 1, Decimal("5.00")), ("TEA", 2, Decimal("16.58")),
    ]  # fmt: skip
    assert sale.total == Decimal("21.58")


@pytest.mark.parametrize("arrival", list(itertools.permutations("RCD")), ids="".join)
def test_an_order_of_which_every_part_was_cancelled_ends_whatever_is_heard_first(desk, arrival):
    sellable(desk, by_rule=True)
    parts = split()
    parts["C"] = replace(parts["C"], state="cancelled")
    for name in arrival:
        told(desk, parts[name])

    assert desk.order().state == "cancelled"
    assert (desk.held("TEA"), desk.held("CUP")) == (0, 0)


def test_a_piece_that_is_cancelled_after_the_push_is_given_back_at_its_own_price(desk):
    sellable(desk, by_rule=True)
    whole = package("R", lines=root().lines, minutes=1, total=Decimal("29.88"))
    told(desk, whole)
    push(desk)

    told(desk, *split().values())

    (intent,) = (i for i in desk_intents(desk) if i.kind == "store_lower")
    assert orders.pieces_to_lower(order=desk.order(), intent=intent) == [("TEA", 1, Decimal("8.30"))]


def test_pieces_cancelled_one_after_the_other_come_to_what_was_paid_for_each(desk):
    sellable(desk, by_rule=True)
    told(desk, package("R", lines=[tea("L", *UNITS)], minutes=1, total=Decimal("24.88")))
    push(desk)
    pieces = [tea("L", UNITS[0]), tea("L2", UNITS[1]), tea("L3", UNITS[2])]
    for minutes, ref, piece in ((3, "D", pieces[2]), (4, "E", pieces[1])):
        told(
            desk,
            package(ref, lines=[piece], minutes=minutes, origin_refs=("R",), state="cancelled", total=piece.unit_price),
        )

    grosses = [
        orders.pieces_to_lower(order=desk.order(), intent=i)[0] for i in desk_intents(desk) if i.kind == "store_lower"
    ]

    assert grosses == [("TEA", 1, Decimal("8.30")), ("TEA", 1, Decimal("8.29"))]


def test_pieces_told_late_of_an_order_that_is_on_its_way_are_promised(desk):
    sellable(desk, by_rule=True)
    told(desk, package("A", lines=[line("1")]))
    intent = claimed(desk)
    (sale,) = begin(desk, intent).sales.values()

    told(desk, package("A", lines=[line("1", quantity=2)], minutes=4))
    orders.settle_export(intent=intent, made=made(intent, sale), at=AT)

    assert (desk.held(), desk.on_hand()) == (1, 19)
    assert "TEA × 1" in desk.order().troubles["late"]


def desk_intents(desk):
    from entrepot.channels.models import Intent

    return Intent.objects.system().filter(subject_id=desk.order().id).order_by("id")


def test_a_root_told_without_its_lines_ends_nothing(desk):
    sellable(desk, by_rule=True)
    parts = split()
    told(desk, parts["D"])
    told(desk, replace(package("R", minutes=3, state="superseded"), lines=()))
    assert desk.order().state != "cancelled"

    told(desk, parts["C"])

    assert (desk.order().state, desk.held("TEA"), desk.held("CUP")) != ("cancelled", 0, 0)
    assert desk.held("CUP") == 1


def test_a_line_in_two_rows_travels_as_one(desk):
    rows = [line("1", quantity=2), line("1", quantity=1)]

    told(desk, package("P1", lines=rows))
    told(desk, package("P1", lines=rows, minutes=4))

    (kept,) = PackageLine.objects.system().values_list("line_ref", "quantity")
    assert kept == ("1", 3)


@pytest.mark.parametrize(("first", "then"), [(1, 3), (3, 2)], ids=["more", "fewer"])
@pytest.mark.parametrize("is_mended", [False, True])
def test_an_order_that_was_corrected_after_the_push_is_cancelled_whole(desk, first, then, is_mended):
    sellable(desk, by_rule=True)
    told(desk, package("P1", lines=[line(quantity=first)]))
    push(desk)
    told(desk, package("P1", lines=[line(quantity=then)], minutes=4))
    if is_mended:
        orders.added_by_hand(seller_id=desk.seller_id, order_id=desk.order().id, at=AT)

    told(desk, package("P1", lines=[line(quantity=then)], minutes=5, state="cancelled"))

    assert [i.kind for i in desk_intents(desk)][-1] == "store_cancel"
    assert all(x.quantity == x.cancelled_quantity for x in desk.order().lines.all())


def test_a_package_that_lives_in_an_order_that_had_ended_is_said(desk):
    sellable(desk, by_rule=True)
    told(desk, package("P1", state="cancelled"))
    assert desk.order().state == "cancelled"

    told(desk, package("P2", lines=[line("2", "CUP", 1, "5.00")], minutes=4))
    assert "a package of it lives on the marketplace" in desk.order().troubles["cancel"]

    told(desk, package("P2", lines=[line("2", "CUP", 1, "5.00")], minutes=6, state="cancelled"))
    assert desk.order().troubles == {}


def averaged(ref, pieces, price):
    return line(ref, quantity=pieces, price=price, unit_gross=Decimal("10.50"), unit_seller_discount=Decimal("0.50"))


def test_of_averaged_pieces_the_one_that_lives_is_sold_at_what_is_told_of_it(desk):
    sellable(desk, by_rule=True)
    rows = [averaged("1", 3, "9.99"), averaged("2", 2, "10.00")]
    told(desk, package("R", lines=rows, total=Decimal("49.97")))
    lives = package("A", lines=[averaged("1", 1, "9.99")], minutes=3, origin_refs=("R",))
    rest = [averaged("1b", 2, "9.99"), averaged("2", 2, "10.00")]

    gone = package("B", lines=rest, minutes=3, origin_refs=("R",), state="cancelled", total=Decimal("39.98"))
    told(desk, lives, gone)

    (sale,) = begin(desk, claimed(desk)).sales.values()
    assert [(x.quantity, str(x.gross)) for x in sale.lines] == [(1, "9.99")]
