"""A package that is told anew: followed as long as the store has heard nothing, said afterwards."""

from __future__ import annotations

from decimal import Decimal

import pytest

from entrepot.core.errors import Refused
from entrepot.orders import services as orders

from .conftest import AT, begin, claimed, line, made, package, push, sellable, tell

pytestmark = pytest.mark.django_db

AVERAGED = {"unit_gross": Decimal("10.50"), "unit_seller_discount": Decimal("0.50")}


def lines(desk):
    return [(x.line_ref, x.quantity, str(x.line_total)) for x in desk.order().lines.order_by("id")]


def added(desk):
    return orders.added_by_hand(seller_id=desk.seller_id, order_id=desk.order().id, at=AT)


# Queued, nothing sent: also a cent that averaging explains.
@pytest.mark.parametrize("total", ["30.00", "30.01"])
def test_an_order_that_waits_for_the_store_is_sent_as_corrected(desk, total):
    sellable(desk, by_rule=True)
    desk.tell(package("P1", lines=[line("1", quantity=2, **AVERAGED)]))
    assert desk.order().state == "queued"

    desk.tell(package("P1", lines=[line("1", quantity=3, **AVERAGED)], minutes=4, total=Decimal(total)))

    assert (desk.order().state, desk.order().hold_reason, desk.held()) == ("queued", "", 3)
    (sale,) = begin(desk, claimed(desk)).sales.values()
    assert [(x.quantity, x.gross) for x in sale.lines] == [(3, Decimal(total))]


@pytest.mark.parametrize(
    ("again", "sent"),
    [
        ([line("1", quantity=1, price="20.00")], [("TEA", 1, "0.2")]),
        ([line("1", quantity=2, vat_rate=Decimal("0.1"))], [("TEA", 2, "0.1")]),
        ([line("1", "CUP", 2)], [("CUP", 2, "0.2")]),
    ],
    ids=["pieces", "tax", "goods"],
)
def test_what_keeps_the_total_is_followed_too(desk, again, sent):
    sellable(desk)
    desk.tell(package("P1", lines=[line("1", quantity=2)]))

    desk.tell(package("P1", lines=again, minutes=4))

    kept = desk.order().lines.select_related("variant")
    assert [(x.variant.sku, x.quantity, str(x.vat_rate.normalize())) for x in kept] == sent
    assert (desk.held("TEA"), desk.held("CUP")) == tuple(
        sum(n for name, n, _ in sent if name == sku) for sku in ("TEA", "CUP")
    )


def test_a_line_that_is_taken_out_is_neither_promised_nor_sent(desk):
    sellable(desk, by_rule=True)
    desk.tell(package("P1", lines=[line("1"), line("2", "CUP", 1, "5.00")]))

    desk.tell(package("P1", lines=[line("1")], minutes=4))

    assert lines(desk) == [("1", 1, "10.00"), ("2", 0, "0.00")]
    assert (desk.held("TEA"), desk.held("CUP"), desk.order().hold_reason) == (1, 0, "")
    (sale,) = begin(desk, claimed(desk)).sales.values()
    assert [(x.sku, x.gross) for x in sale.lines] == [("TEA", Decimal("10.00"))]


def test_a_line_told_in_two_rows_is_the_sum_of_both_however_often_it_is_told(desk):
    sellable(desk)
    rows = [line("1", quantity=2), line("1", quantity=1)]
    desk.tell(package("P1", lines=rows))

    desk.tell(package("P1", lines=rows, minutes=4))

    assert (lines(desk), desk.held(), desk.order().hold_reason) == ([("1", 3, "30.00")], 3, "")


def test_pieces_told_after_the_push_are_promised_and_said_until_they_are_added(desk):
    sellable(desk, by_rule=True)
    desk.tell(package("P1"))
    push(desk)
    assert (desk.on_hand(), desk.held()) == (19, 0)

    for minutes in (4, 5):  # told once more, it is no more
        desk.tell(package("P1", lines=[line(quantity=3), line("2", "CUP", 1, "5.00")], minutes=minutes))

    assert "told after the store had the order: TEA × 2, CUP × 1; add it there" in desk.order().troubles["late"]
    assert (desk.held("TEA"), desk.held("CUP"), desk.order().total) == (2, 1, Decimal("35.00"))
    assert lines(desk) == [("11", 1, "10.00"), ("11+1", 2, "20.00"), ("2", 1, "5.00")]
    added(desk)
    assert (desk.order().troubles, desk.on_hand("TEA"), desk.on_hand("CUP"), desk.held()) == ({}, 17, 19, 0)


def test_another_price_after_the_push_is_said_until_it_is_mended_in_the_store(desk):
    sellable(desk, by_rule=True)
    desk.tell(package("P1"))
    push(desk)

    desk.tell(package("P1", lines=[line(price="8.00")], minutes=4))

    assert (
        "it has TEA × 1 at 10.00, and what lives on the marketplace is TEA × 1 at 8.00; mend it there"
        in desk.order().troubles["late"]
    )
    added(desk)
    assert desk.order().troubles == {}
    with pytest.raises(Refused, match="nothing that the store's order lacks"):
        added(desk)


def test_what_is_corrected_while_the_answer_of_the_store_is_out_is_said_with_it(desk):
    sellable(desk, by_rule=True)
    desk.tell(package("P1"))
    intent = claimed(desk)
    (sale,) = begin(desk, intent).sales.values()
    desk.tell(package("P1", lines=[line(quantity=2)], minutes=4))
    assert desk.held() == 2

    orders.settle_export(intent=intent, made=made(intent, sale), at=AT)

    assert "TEA × 1; add it there" in desk.order().troubles["late"]
    assert (desk.held(), desk.on_hand()) == (1, 19)


def test_one_of_several_packages_told_otherwise_is_followed(desk):
    sellable(desk, by_rule=True)
    desk.tell(package("P1"), package("P2", lines=[line("2", "CUP", 1, "5.00")]))

    desk.tell(package("P1", lines=[line(quantity=3)], minutes=4))
    desk.tell(package("P1", lines=[line(quantity=9)], minutes=2))  # older news says nothing

    assert (desk.order().hold_reason, desk.order().total, desk.held()) == ("", Decimal("35.00"), 3)
    (sale,) = begin(desk, claimed(desk)).sales.values()
    assert [(x.sku, x.quantity, str(x.gross)) for x in sale.lines] == [("TEA", 3, "30.00"), ("CUP", 1, "5.00")]


def test_one_of_several_packages_told_otherwise_after_the_push_is_said_once(desk):
    sellable(desk, by_rule=True)
    desk.tell(package("P1"), package("P2", lines=[line("2", "CUP", 1, "5.00")]))
    push(desk)

    desk.tell(package("P1", lines=[line(quantity=3)], minutes=4))
    assert "TEA × 2; add it there" in desk.order().troubles["late"]
    assert desk.held() == 2
    added(desk)
    desk.tell(package("P1", lines=[line(quantity=3)], minutes=5))

    assert (desk.order().troubles, desk.order().total) == ({}, Decimal("35.00"))
    assert (desk.held(), desk.on_hand()) == (0, 17)


@pytest.mark.parametrize(
    ("again", "sold"),
    [([line("1", "POT", 2)], [("POT", 2)]), ([line("1", quantity=1, price="20.00")], [("TEA", 1)])],
    ids=["other goods", "fewer at a higher price"],
)
def test_one_of_several_packages_with_other_goods_at_the_same_sum_is_followed(desk, again, sold):
    sellable(desk, by_rule=True)
    desk.tell(package("P1", lines=[line("1", quantity=2)]), package("P2", lines=[line("2", "CUP", 1, "5.00")]))

    desk.tell(package("P1", lines=again, minutes=4))

    (sale,) = begin(desk, claimed(desk)).sales.values()
    assert ([(x.sku, x.quantity) for x in sale.lines], str(sale.total)) == ([*sold, ("CUP", 1)], "25.00")
    assert (desk.held("TEA"), desk.held("POT")) == tuple(dict(sold).get(sku, 0) for sku in ("TEA", "POT"))


def test_a_wrong_total_of_one_of_several_packages_is_followed(desk):
    sellable(desk, by_rule=True)
    wrong = package("P1", total=Decimal("12.00"), gross=Decimal("12.00"))
    desk.tell(wrong, package("P2", lines=[line("2", "CUP", 1, "5.00")]))
    assert "is unexplained" in desk.order().hold_reason

    desk.tell(package("P1", minutes=4))

    assert (desk.order().hold_reason, desk.order().total, desk.order().state) == ("", Decimal("15.00"), "queued")


def test_a_package_that_is_corrected_and_cancelled_is_not_sold(desk):
    sellable(desk, by_rule=True)
    tell(desk, package("P1"), package("P2", lines=[line("2", "CUP", 1, "5.00")]))
    tell(desk, package("P1", lines=[line(quantity=3)], minutes=4))

    tell(desk, package("P1", lines=[line(quantity=3)], minutes=5, state="cancelled"))

    (sale,) = begin(desk, claimed(desk)).sales.values()
    assert ([(x.sku, x.quantity) for x in sale.lines], desk.held()) == ([("CUP", 1)], 0)


@pytest.mark.parametrize(
    ("again", "there", "lives"),
    [
        ([line("11", "CUP", 2)], "it then has CUP × 2 at 20.00, TEA × 2 at 20.00", "CUP × 2 at 20.00"),
        ([line("11", quantity=1, price="20.00")], "it has TEA × 2 at 20.00", "TEA × 1 at 20.00"),
        ([line("11", quantity=2, vat_rate=Decimal("0.1"))], "it has TEA × 2 at 20.00 with 20 % VAT",
         "TEA × 2 at 20.00 with 10 % VAT"),
    ],
    ids=["goods", "pieces and price", "tax"],
)  # fmt: skip
def test_another_purchase_at_the_same_sum_after_the_push_is_said(desk, again, there, lives):
    sellable(desk, by_rule=True)
    desk.tell(package("P1", lines=[line("11", quantity=2)]))
    push(desk)

    desk.tell(package("P1", lines=again, minutes=4))

    assert f"{there}, and what lives on the marketplace is {lives}; mend it there" in desk.order().troubles["late"]
    added(desk)
    desk.tell(package("P1", lines=again, minutes=5))
    assert desk.order().troubles == {}


def test_more_pieces_at_a_lower_price_after_the_push_are_both_said(desk):
    sellable(desk, by_rule=True)
    desk.tell(package("P1"))
    push(desk)

    desk.tell(package("P1", lines=[line(quantity=2, price="4.00")], minutes=4))

    said = desk.order().troubles["late"]
    assert "TEA × 1; add it there; it then has TEA × 2 at 10.00, and what lives" in said
    assert "is TEA × 2 at 8.00; mend it there" in said
    assert [x.line_total >= 0 for x in desk.order().lines.all()] == [True, True]


@pytest.mark.parametrize(("first", "kept"), [(1, 2), (2, 2)])
def test_a_second_row_of_a_listing_is_a_line_of_its_own(desk, first, kept):
    sellable(desk)
    desk.tell(package("P1", lines=[line("1", quantity=first)]))

    desk.tell(package("P1", lines=[line("1"), line("2")], minutes=4))

    assert lines(desk) == [("1", 1, "10.00"), ("2", 1, "10.00")]
    assert (desk.held(), desk.order().hold_reason) == (kept, "")


def test_averages_of_one_listing_explain_no_cent_of_another(desk):
    sellable(desk, by_rule=True)
    desk.tell(package("P", lines=[line("1", quantity=10, **AVERAGED)]), package("Q", lines=[line("2", "CUP")]))
    push(desk)

    desk.tell(package("Q", lines=[line("2", "CUP", price="10.05")], minutes=4))

    assert "CUP × 1 at 10.05" in desk.order().troubles["late"]
