"""Where the store's order has a line, among its lines of the same goods."""

from __future__ import annotations

from entrepot.orders.models import Line
from entrepot.orders.services.kits import places

KIT, TEA, NEVER, AGAIN = (Line(id=n, sku=sku, quantity=1) for n, sku in enumerate(("SET", "TEA", "TEA", "TEA"), 1))
LINES = [KIT, TEA, NEVER, AGAIN]
PARTS = {"1": [["TEA", 2, "1"], ["CUP", 1, "1"]]}


def test_lines_are_counted_by_the_sku_that_they_were_sent_under():
    sent = {"lines": {"1": 1, "2": 1, "3": 0, "4": 1}, "kits": PARTS}

    assert places(sent, LINES) == {1: [0, 0], 2: [1], 4: [2]}


def test_a_line_that_was_not_sent_is_in_no_place():
    assert places({"lines": {"1": 1, "4": 1}, "kits": PARTS}, LINES) == {1: [0, 0], 4: [1]}


def test_where_it_is_not_known_what_was_sent_all_lines_were():
    assert places({}, LINES) == {1: [0], 2: [0], 3: [1], 4: [2]}
