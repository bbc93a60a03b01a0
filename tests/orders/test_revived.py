"""Pieces that were taken for cancelled turn out to live: they are promised, and the store's order gets them."""

from __future__ import annotations

from decimal import Decimal

import pytest

from entrepot.channels import services as channels
from entrepot.channels.models import Intent
from entrepot.orders import services as orders

from .conftest import AT, line, package, push, sellable, tell

pytestmark = pytest.mark.django_db
POT, CUPS = line("1", "POT"), line("2", "CUP", 3, "5.00")


def heir(pieces=2, *, minutes=3, **more):
    """What is told late of a cancelled P2: it had been split, and these pieces live."""
    return package("P3", lines=[line("2", "CUP", pieces, "5.00")], minutes=minutes, origin_refs=("P2",), **more)


def cups(desk):
    """Pieces and pieces cancelled of the lines of cups."""
    rows = desk.order().lines.filter(listing_ref="CUP").order_by("id")
    return [tuple(x) for x in rows.values_list("quantity", "cancelled_quantity")]


def lowerings(desk):
    rows = Intent.objects.system().filter(kind="store_lower").order_by("id")
    return [(i.state, sum(i.payload["lines"].values()), i.payload["owed"]) for i in rows]


def in_store(desk, *news):
    """An order of a pot and three cups; the package of cups was cancelled after the store had it."""
    sellable(desk, by_rule=True)
    tell(desk, *(news or (package("P1", lines=[POT]), package("P2", lines=[CUPS]))))
    push(desk)
    tell(desk, package("P2", lines=[CUPS], state="cancelled", minutes=2))


def lowering():
    return Intent.objects.system().filter(kind="store_lower").exclude(state="dropped").get()


def sent(desk):
    intent = lowering()
    channels.send_intent(intent, at=AT)
    return intent


def added(desk):
    orders.added_by_hand(seller_id=desk.seller_id, order_id=desk.order().id, at=AT)


def test_a_piece_of_an_ended_order_is_promised(desk):
    sellable(desk)
    tell(desk, package("P2", lines=[POT, CUPS], state="cancelled", minutes=2))
    assert (desk.order().state, desk.held("CUP")) == ("cancelled", 0)

    tell(desk, heir())
    tell(desk, heir(state="picking", minutes=4))
    assert (desk.held("CUP"), desk.held("POT")) == (2, 0)
    assert desk.order().troubles == {"cancel": orders.LIVES}

    tell(desk, heir(state="cancelled", minutes=5))
    assert desk.held("CUP") == 0
    assert desk.order().troubles == {}


def test_a_piece_that_the_store_was_never_given_is_added_to_its_order(desk):
    sellable(desk, by_rule=True)
    tell(desk, package("P1", lines=[POT]))
    push(desk)
    tell(desk, package("P2", lines=[CUPS], state="cancelled", minutes=2))
    assert cups(desk) == [(3, 3)]

    tell(desk, heir())
    assert (cups(desk), desk.held("CUP")) == ([(3, 1)], 2)
    assert "CUP × 2; add it there" in desk.order().troubles["late"]
    added(desk)
    assert (desk.held("CUP"), desk.on_hand("CUP"), desk.order().troubles) == (0, 18, {})


def test_what_was_taken_out_of_the_store_is_added_again(desk):
    in_store(desk)
    orders.confirm_lowered(intent=sent(desk), refund_ref="r", at=AT)
    assert desk.on_hand("CUP") == 20

    tell(desk, heir())
    assert (cups(desk), desk.held("CUP")) == ([(1, 1), (2, 0)], 2)
    assert "CUP × 2; add it there" in desk.order().troubles["late"]
    added(desk)
    assert (desk.held("CUP"), desk.on_hand("CUP"), desk.order().troubles) == (0, 18, {})

    tell(desk, heir(state="cancelled", minutes=5))
    assert [(state, pieces, sum(map(Decimal, owed.values()))) for state, pieces, owed in lowerings(desk)] == [
        ("confirmed", 3, Decimal("15.00")), ("planned", 2, Decimal("10.00")),
    ]  # fmt: skip
    orders.confirm_lowered(
        intent=Intent.objects.system().get(kind="store_lower", state="planned"), refund_ref="s", at=AT
    )
    assert desk.on_hand("CUP") == 20


def test_while_the_answer_is_open_it_counts_as_taken_out(desk):
    in_store(desk)
    intent = sent(desk)
    tell(desk, heir())
    assert (cups(desk), desk.held("CUP")) == ([(1, 1), (2, 0)], 2)

    orders.confirm_lowered(intent=intent, refund_ref="r", at=AT)
    added(desk)
    assert (desk.held("CUP"), desk.on_hand("CUP"), desk.order().troubles) == (0, 18, {})


@pytest.mark.parametrize("is_refused", [False, True])
def test_what_has_not_been_taken_out_stays_in(desk, is_refused):
    in_store(desk)
    if is_refused:
        orders.refuse_lowering(intent=sent(desk), why="no", at=AT)
    tell(desk, heir())

    assert (cups(desk), desk.held("CUP"), desk.on_hand("CUP")) == ([(3, 1)], 0, 17)
    assert "late" not in desk.order().troubles
    assert [(state, pieces) for state, pieces, _ in lowerings(desk)] == [("dropped", 3), ("planned", 1)]
    orders.confirm_lowered(intent=sent(desk), refund_ref="r", at=AT)
    assert (desk.on_hand("CUP"), desk.order().troubles) == (18, {})


def test_when_all_of_it_lives_nothing_is_taken_out(desk):
    in_store(desk)
    orders.refuse_lowering(intent=sent(desk), why="no", at=AT)
    tell(desk, heir(3))

    assert (cups(desk), desk.order().troubles) == ([(3, 0)], {})
    assert [state for state, _, _ in lowerings(desk)] == ["dropped"]


def test_a_piece_that_was_gone_before_the_push_and_lives_is_added(desk):
    sellable(desk)
    tell(desk, package("P1", lines=[POT, CUPS]))
    tell(desk, package("PX", lines=[line("9", "CUP", 1, "5.00")], minutes=1, origin_refs=("P1",), state="cancelled"))
    orders.approve_orders(seller_id=desk.seller_id, order_ids=[desk.order().id], at=AT)
    push(desk)
    assert (cups(desk), desk.on_hand("CUP")) == ([(3, 1)], 18)

    tell(desk, package("PY", lines=[line("9", "CUP", 1, "5.00")], minutes=2, origin_refs=("PX",)))
    assert (cups(desk), desk.held("CUP")) == ([(2, 0), (1, 0)], 1)
    assert "CUP × 1; add it there" in desk.order().troubles["late"]
    added(desk)
    assert (desk.held("CUP"), desk.on_hand("CUP"), desk.order().troubles) == (0, 17, {})
