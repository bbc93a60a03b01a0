"""What lives by the news of each package, beside what would be sold."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from entrepot.orders.living import differs, picture
from entrepot.orders.parts import told_parts
from entrepot.orders.rows import Row, Sold, by_ref

from .conftest import AT, line, package

CENT = Decimal("0.01")
WHOLE = package("R", lines=[line("L", quantity=2), line("S", "CUP", price="5.00")], minutes=1)
LEFT = package("C", lines=[line("L")], minutes=3, origin_refs=("R",))
RIGHT = package("D", lines=[line("L2"), line("S", "CUP", price="5.00")], minutes=3, origin_refs=("R",))


def sold(*rows, shipping="0"):
    found = Sold(shipping=Decimal(shipping))
    for ref, pieces, amount in rows:
        found.add(ref, pieces, Decimal(amount), Decimal("0.2"))
    return found


def said(news, *rows, shipping="0"):
    seen = picture(told_parts({}, news), minor=CENT)
    return differs(seen, sold(*rows, shipping=shipping), minor=CENT, they="there is")


ALL = (("TEA", 2, "20.00"), ("CUP", 1, "5.00"))


@pytest.mark.parametrize("news", [[WHOLE], [WHOLE, LEFT], [WHOLE, LEFT, RIGHT], [LEFT, RIGHT]], ids=str)
def test_a_whole_is_sold_however_much_of_its_split_is_told(news):
    assert said(news, *ALL) == ""


@pytest.mark.parametrize(
    "rows",
    [
        (("TEA", 1, "20.00"), ("CUP", 1, "5.00")),  # the amount is right, the pieces are not
        (("TEA", 3, "20.00"), ("CUP", 1, "5.00")),
        (("TEA", 2, "20.01"), ("CUP", 1, "4.99")),  # the sum is right, the lines are not
        (("TEA", 2, "20.00"),),
        (("TEA", 2, "20.00"), ("POT", 1, "5.00")),
        (*ALL, ("POT", 1, "0.00")),  # a gift that nobody was promised
    ],
    ids=str,
)
@pytest.mark.parametrize("news", [[WHOLE], [WHOLE, LEFT, RIGHT]], ids=["whole", "split"])
def test_other_pieces_goods_or_amounts_are_told_with_both_sides(news, rows):
    told = said(news, *rows)

    assert "and what lives on the marketplace is CUP × 1 at 5.00, TEA × 2 at 20.00" in told


def test_what_is_cancelled_does_not_live_and_what_is_not_told_yet_does():
    gone = replace(LEFT, state="cancelled")

    assert said([WHOLE, gone], ("TEA", 1, "10.00"), ("CUP", 1, "5.00")) == ""
    assert said([WHOLE, gone, RIGHT], ("TEA", 1, "10.00"), ("CUP", 1, "5.00")) == ""
    assert said([WHOLE, gone, RIGHT], *ALL) != ""


def test_shipping_is_compared_too():
    costs = replace(WHOLE, shipping=Decimal("4.90"), total=WHOLE.total + Decimal("4.90"))

    assert said([costs], *ALL, shipping="4.90") == ""
    assert "shipping 4.90" in said([costs], *ALL)


def test_a_total_that_its_lines_do_not_come_to_is_told_by_package():
    assert said([replace(WHOLE, total=Decimal("24.00"))], *ALL) == "-1.00 of the total told is on no line"


def test_a_cent_of_an_average_is_explained_and_not_more():
    averaged = line("L", quantity=3, price="8.99", unit_seller_discount=Decimal("1.00"))
    told = [package("R", lines=[averaged], total=Decimal("26.98"))]

    assert said(told, ("TEA", 3, "26.98")) == ""
    assert said(told, ("TEA", 3, "26.95")) != ""


def test_averages_explain_no_more_in_all_than_they_do_by_unit_and_no_shipping():
    off = [line("L", quantity=3, price="8.99", unit_seller_discount=Decimal("1.00")),
           line("S", "CUP", quantity=3, price="8.99", unit_seller_discount=Decimal("1.00"))]  # fmt: skip
    told = [package("R", lines=off)]

    assert said(told, ("TEA", 3, "26.98"), ("CUP", 3, "26.98")) == ""
    assert said(told, ("TEA", 3, "26.95"), ("CUP", 3, "26.95")) != ""
    assert said(told, ("TEA", 3, "26.97"), ("CUP", 3, "26.97"), shipping="0.01") != ""


def test_a_package_that_was_split_lives_in_what_came_from_it_alone():
    gone = replace(WHOLE, state="cancelled")

    assert said([gone, LEFT], ("TEA", 1, "10.00")) == ""
    chain = [WHOLE, LEFT, replace(RIGHT, state="superseded"), replace(RIGHT, package_ref="E", modified_at=AT)]
    assert said(chain, *ALL) == ""  # the last names the first of its chain


@pytest.mark.parametrize(
    "odd",
    [
        replace(RIGHT, lines=(line("L2", quantity=2), line("S", "CUP", price="5.00")), total=Decimal("25.00")),
        replace(RIGHT, lines=(line("L2", "POT"), line("S", "CUP", price="5.00"))),
        replace(RIGHT, lines=(line("L2", price="9.00"), line("S", "CUP", price="5.00")), total=Decimal("14.00")),
    ],
    ids=["pieces", "goods", "price"],
)
def test_a_split_that_holds_what_the_whole_did_not_is_told_whatever_would_be_sold(odd):
    assert "was told, and what came from it is told as" in said([WHOLE, LEFT, odd], *ALL)


def test_older_news_of_a_package_says_nothing_and_news_without_lines_keeps_what_was_in_it():
    parts = told_parts({}, [WHOLE])

    older = told_parts(parts, [replace(WHOLE, modified_at=AT, lines=(line("X", "POT"),))])
    assert older == {"R": {**parts["R"], "since": AT.isoformat()}}
    bare = told_parts(parts, [replace(WHOLE, modified_at=AT.replace(minute=9), lines=(), state="cancelled")])
    kept = {row["listing"]: row["pieces"] for row in bare["R"]["rows"]}
    assert (bare["R"]["state"], kept) == ("cancelled", {"TEA": 2, "CUP": 1})


def seen(*news):
    return picture(told_parts({}, news), minor=CENT)


STRAY = package("E", lines=[line("L9")], minutes=6, origin_refs=("D",))


def test_what_came_from_a_package_that_is_not_told_is_of_a_split_whole_that_has_room_for_it():
    chain = seen(WHOLE, LEFT, STRAY)

    assert (chain.sold().text(), chain.awaited, chain.wrong) == ("CUP × 1 at 5.00, TEA × 2 at 20.00", ["D"], [])


@pytest.mark.parametrize(
    ("news", "text"),
    [
        ([WHOLE, STRAY], "CUP × 1 at 5.00, TEA × 3 at 30.00"),  # nothing says that it was split
        ([WHOLE, LEFT, replace(STRAY, lines=(line("L9", "POT"),))], "CUP × 1 at 5.00, POT × 1 at 10.00, TEA × 2 at 20.00"),
        ([WHOLE, LEFT, replace(STRAY, lines=(line("L9", quantity=2),))], "CUP × 1 at 5.00, TEA × 4 at 40.00"),
    ],
    ids=["not split", "other goods", "too many"],
)  # fmt: skip
def test_what_no_split_whole_has_room_for_lives_beside_it_and_is_awaited(news, text):
    beside = seen(*news)

    assert (beside.sold().text(), beside.awaited, beside.wrong) == (text, ["D"], [])


def test_the_shipping_of_a_whole_lives_with_what_is_not_told_of_it_yet():
    costs = replace(WHOLE, shipping=Decimal("4.90"), total=WHOLE.total + Decimal("4.90"))
    gone = replace(costs, state="cancelled", modified_at=AT.replace(minute=8))

    assert seen(costs, LEFT).shipping == Decimal("4.90")
    assert seen(costs, replace(LEFT, shipping=Decimal("4.90"), total=Decimal("14.90"))).shipping == Decimal("4.90")
    assert seen(costs, LEFT, gone).shipping == 0


def test_pieces_of_a_split_are_taken_from_the_row_of_their_name_then_of_their_price():
    dear_and_cheap = package("R", lines=[line("1", quantity=2), line("2", quantity=2, price="5.00")], minutes=1)
    part = replace(LEFT, lines=(line("2"),))  # of the name of the cheap one, at the price of the dear one

    assert seen(dear_and_cheap, part).wrong != []
    named = seen(dear_and_cheap, replace(LEFT, lines=(line("9", price="5.00"),), state="cancelled", total=Decimal(5)))
    assert (named.sold().text(), named.wrong) == ("TEA × 3 at 25.00", [])


@pytest.mark.parametrize(("amount", "is_right"), [("9.00", True), ("10.00", True), ("8.50", False)])
def test_pieces_with_a_price_each_come_to_no_less_than_the_cheapest_of_them(amount, is_right):
    each = (Decimal("10.00"), Decimal("9.00"))
    whole = package("R", lines=[line("L", quantity=2, price="9.50", unit_prices=each)], minutes=1)

    part = replace(LEFT, lines=(line("L", price=amount),), total=Decimal(amount))

    assert (seen(whole, part).wrong == []) is is_right


def test_two_goods_under_one_long_name_stay_two():
    rows = [Row("x" * 64, listing, count, Decimal(count)) for listing, count in (("A", 1), ("B", 2), ("B", 1))]

    found = by_ref(rows).values()
    assert [(row.listing, row.pieces, len(row.ref)) for row in found] == [("A", 1, 64), ("B", 3, 64)]
