"""Which of the store's lines pieces are taken from."""

from __future__ import annotations

from decimal import Decimal

import pytest

from entrepot.egress.services.store_lower import _line_of
from entrepot.kit.lowering import HeldLine


def held(ref, sku, quantity, net, tax):
    return HeldLine(line_ref=ref, sku=sku, quantity=quantity, net=Decimal(net), taxes=(("1", Decimal(tax)),))


# 3 × 12.00 and 1 × 10.80 of one SKU: the second had a discount. Net and 20 % tax.
FULL, LESS = held("55", "LINEN", 3, "30.00", "6.00"), held("56", "LINEN", 1, "9.00", "1.80")
SOAP = held("57", "SOAP", 5, "50.00", "10.00")


def left(**taken):
    return {x.line_ref: (x, x.quantity - taken.get(f"of_{x.line_ref}", 0)) for x in (SOAP, FULL, LESS)}


NOWHERE = 9  # a place that the store's order has not


def test_of_two_lines_of_one_sku_the_one_of_this_price_is_lowered():
    assert _line_of(left(), "LINEN", 1, Decimal("10.80"), NOWHERE) == LESS
    assert _line_of(left(), "LINEN", 1, Decimal("12.00"), NOWHERE) == FULL
    assert _line_of(left(), "LINEN", 3, Decimal("32.40"), NOWHERE) == FULL  # only this one has so many


def test_a_line_whose_pieces_are_taken_is_not_taken_from_again():
    assert _line_of(left(of_56=1), "LINEN", 1, Decimal("10.80"), NOWHERE) == FULL
    assert _line_of(left(of_55=2, of_56=1), "LINEN", 2, Decimal("24.00"), NOWHERE) is None


def test_a_sku_that_the_stores_order_lacks_has_no_line():
    assert _line_of(left(), "SHIRT", 1, Decimal("10.00"), NOWHERE) is None


@pytest.mark.parametrize("place", [0, 1])
def test_the_line_in_its_place_is_lowered_whatever_it_costs(place):
    same = [line for line, _ in left().values() if line.sku == "LINEN"]

    assert _line_of(left(), "LINEN", 1, Decimal("1.00"), place) == same[place]
