"""A package that came from a split is split again, and cancelled: what is left of it went with it, and nothing else."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from itertools import permutations

import pytest

from entrepot.orders.living import picture
from entrepot.orders.parts import told_parts

from .conftest import begin, claimed, line, package, sellable, tell

CENT = Decimal("0.01")


def cups(pieces, ref="2"):
    return line(ref, "CUP", pieces, "5.00")


WHOLE = [line("1"), cups(3)]
NEWS = [
    package("P1", lines=WHOLE),
    package("P1", lines=WHOLE, minutes=1, state="superseded"),
    package("P2", lines=[line("1")], minutes=1, origin_refs=("P1",)),
    package("P3", lines=[cups(3)], minutes=1, origin_refs=("P1",)),
    package("P4", lines=[cups(1)], minutes=2, origin_refs=("P3",)),
    package("P5", lines=[cups(1, "21")], minutes=2, origin_refs=("P3",)),
]
REST_GONE = package("P3", lines=[cups(3)], minutes=2, origin_refs=("P1",), state="cancelled")
LATER = NEWS[-1].modified_at + timedelta(minutes=1)
ALL_GONE = [replace(NEWS[i], state="cancelled", modified_at=LATER) for i in (2, 4, 5)]


def living(*news):
    parts = {}
    for one in news:
        parts = told_parts(parts, [one])
    seen = picture(parts, minor=CENT)
    return seen.wrong, {ref: n for ref, n in seen.sold().pieces.items() if n}


def arrivals(news, count=60):
    rng = random.Random(7)
    return [rng.sample(news, len(news)) for _ in range(count)]


@pytest.mark.parametrize(
    ("changed", "lives"),
    [
        ((), {"TEA": 1, "CUP": 3}),
        ((REST_GONE,), {"TEA": 1, "CUP": 2}),
        ((REST_GONE, *ALL_GONE), {}),
        # the first of the chain is cancelled, and what it was split into lives: also what that has not told of again
        ((replace(NEWS[1], state="cancelled", modified_at=LATER),), {"TEA": 1, "CUP": 3}),
    ],
)
def test_the_rest_of_a_package_goes_its_way_in_whatever_order_it_is_told(changed, lives):
    for arrival in arrivals([*NEWS, *changed]):
        assert living(*arrival) == ([], lives)


def test_a_piece_that_names_only_the_first_of_the_chain_is_no_second_one():
    first = replace(NEWS[0], lines=(line("1"), cups(4)), total=Decimal(30), gross=Decimal(30))
    over = replace(first, state="cancelled", modified_at=NEWS[1].modified_at)  # the fourth cup
    named_first = replace(NEWS[5], origin_refs=("P1",))
    split = replace(NEWS[3], state="superseded", modified_at=named_first.modified_at)
    again = replace(split, modified_at=LATER)  # told once more, with nothing changed
    for arrival in arrivals([first, over, NEWS[2], NEWS[3], NEWS[4], named_first, split, again]):
        assert living(*arrival) == ([], {"TEA": 1, "CUP": 3})


@pytest.mark.django_db
def test_what_is_left_is_sold(desk):
    sellable(desk, by_rule=True)
    for one in (*NEWS, REST_GONE):
        tell(desk, one)
    (sale,) = begin(desk, claimed(desk)).sales.values()

    assert ([(x.sku, x.quantity) for x in sale.lines], sale.total) == ([("TEA", 1), ("CUP", 2)], Decimal("20.00"))
    assert desk.held("CUP") == 2


@pytest.mark.django_db
def test_when_the_last_of_it_is_cancelled_the_order_ends(desk):
    sellable(desk)
    for one in (*NEWS, REST_GONE, *ALL_GONE):
        tell(desk, one)

    assert (desk.order().state, desk.held("CUP"), desk.held("TEA")) == ("cancelled", 0, 0)


@pytest.mark.django_db
@pytest.mark.parametrize("arrival", list(permutations("abc")))
def test_the_youngest_lines_count_also_where_younger_news_has_none(desk, arrival):
    bare = replace(package("P1", minutes=2, state="picking"), lines=(), total=Decimal(0), gross=Decimal(0))
    news = {
        "a": package("P1", lines=[line("1", price="10.00")]),
        "b": package("P1", lines=[line("1", price="8.00")], minutes=1),
        "c": bare,
    }
    for name in arrival:
        tell(desk, news[name])

    assert desk.order().total == Decimal("8.00")
