"""News that will not be mended: a person sells what lives, and nothing else."""

from __future__ import annotations

from decimal import Decimal

import pytest

from entrepot.channels.models import Intent
from entrepot.core.errors import Refused
from entrepot.orders import services as orders
from entrepot.orders.services.accept import accept_living, is_acceptable

from .conftest import AT, begin, claimed, line, package, piece_gone, push, sellable, tell

pytestmark = pytest.mark.django_db

WRONG = {"total": Decimal("17.00")}  # of two pieces of 10.00


def whole(**more):
    return package("R", lines=[line("L", quantity=2)], **more)


def half(ref, *lines, **more):
    return package(ref, lines=lines, minutes=3, origin_refs=("R",), **more)


def accept(desk):
    return accept_living(seller_id=desk.seller_id, order_id=desk.order().id, at=AT)


def sold(desk):
    orders.approve_orders(seller_id=desk.seller_id, order_ids=[desk.order().id], at=AT)
    (sale,) = begin(desk, claimed(desk)).sales.values()
    return [(x.sku, x.quantity, str(x.gross)) for x in sale.lines], str(sale.total)


@pytest.mark.parametrize(
    ("news", "sale"),
    [
        ([whole(**WRONG)], ([("TEA", 2, "17.00")], "17.00")),
        ([whole(**WRONG), half("C", line("L")), half("D", line("L2"))], ([("TEA", 2, "20.00")], "20.00")),
        ([whole(), half("C", line("L")), half("D", line("L2", "POT"))],
         ([("TEA", 1, "10.00"), ("POT", 1, "10.00")], "20.00")),
        ([whole(), half("C", line("L")), half("D", line("L2", quantity=2))], ([("TEA", 3, "30.00")], "30.00")),
        ([whole(), half("D", line("L2", price="6.00"))], ([("TEA", 2, "20.00")], "20.00")),
        ([half("C", line("L")), half("D", line("L2"))], ([("TEA", 2, "20.00")], "20.00")),
        ([whole(), half("C", line("L")), half("D", line("L2", "POT"), state="cancelled")],
         ([("TEA", 1, "10.00")], "10.00")),
    ],
    ids=["another total", "halves of another total", "other goods", "more pieces", "another price", "no whole",
         "other goods that are cancelled"],
)  # fmt: skip
def test_what_lives_is_sold_as_it_is_told(desk, news, sale):
    sellable(desk)
    tell(desk, *news)
    assert desk.order().hold_reason and is_acceptable(desk.order())

    accept(desk)

    order = desk.order()
    assert (order.state, order.hold_reason, order.difference, str(order.total)) == ("edited", "", 0, sale[1])
    living = {}
    for sku, n, _ in sale[0]:
        living[sku] = living.get(sku, 0) + n
    assert {sku: desk.held(sku) for sku in desk.variants if desk.held(sku)} == living
    lines, total = sold(desk)
    merged = {}
    for sku, n, gross in lines:
        merged[sku] = (merged.get(sku, (0,))[0] + n, merged.get(sku, (0, Decimal(0)))[1] + Decimal(gross))
    assert (merged, total) == ({sku: (n, Decimal(gross)) for sku, n, gross in sale[0]}, sale[1])


def test_the_same_news_again_does_not_hold_what_was_accepted_and_other_news_does(desk):
    sellable(desk)
    tell(desk, whole(**WRONG))
    accept(desk)

    tell(desk, whole(**WRONG, minutes=5, state="picking"))
    assert (desk.order().hold_reason, str(desk.order().total)) == ("", "17.00")

    tell(desk, whole(total=Decimal("16.00"), minutes=6))
    assert "-4.00 TRY is unexplained" in desk.order().hold_reason
    tell(desk, whole(minutes=7))
    assert (desk.order().hold_reason, str(desk.order().total)) == ("", "20.00")


def test_what_was_accepted_is_followed_when_a_part_of_it_is_cancelled(desk):
    sellable(desk)
    odd = half("D", line("L2", "POT"))
    tell(desk, whole(), half("C", line("L")), odd)
    accept(desk)
    orders.approve_orders(seller_id=desk.seller_id, order_ids=[desk.order().id], at=AT)
    push(desk)
    assert (desk.on_hand("TEA"), desk.on_hand("POT")) == (19, 19)

    tell(desk, half("D", line("L2", "POT"), state="cancelled"))

    kept = {x.sku: (x.quantity, x.cancelled_quantity) for x in desk.order().lines.all() if x.quantity}
    assert kept == {"TEA": (1, 0), "POT": (1, 1)}


def test_only_news_that_is_wrong_of_an_order_that_no_store_has_heard_of_is_accepted(desk):
    sellable(desk)
    tell(desk, whole())
    with pytest.raises(Refused, match="is not one whose news is in part, or contradicts itself"):
        accept(desk)

    orders.approve_orders(seller_id=desk.seller_id, order_ids=[desk.order().id], at=AT)
    push(desk)
    tell(desk, whole(**WRONG, minutes=5))
    with pytest.raises(Refused, match="is not one whose news"):
        accept(desk)


def test_an_order_of_which_nothing_lives_has_nothing_to_accept(desk):
    sellable(desk)
    tell(desk, half("C", line("L"), state="cancelled"))
    assert desk.order().hold_reason

    assert not is_acceptable(desk.order())


def test_an_approved_order_that_its_news_held_back_is_accepted_and_approved_again(desk):
    sellable(desk, by_rule=True)
    tell(desk, whole())
    tell(desk, whole(**WRONG, minutes=5))
    assert begin(desk, claimed(desk)).sales == {}
    assert desk.order().state == "failed"

    accept(desk)

    orders.approve_orders(seller_id=desk.seller_id, order_ids=[desk.order().id], at=AT)
    assert desk.order().state == "queued"


def test_pieces_cancelled_before_the_acceptance_are_not_sold_nor_taken_off_twice(desk):
    sellable(desk)
    tell(desk, package("P1", lines=[line("1", quantity=3)], total=Decimal("29.00")))
    piece_gone(desk)
    assert desk.order().hold_reason

    accept(desk)

    lines, _ = sold(desk)
    assert (sum(n for _, n, _ in lines), desk.held()) == (2, 2)


def test_what_was_accepted_and_pushed_loses_the_piece_that_is_cancelled_and_no_other(desk):
    sellable(desk)
    dead, two = package("P1", lines=[line("1")]), [line("2", quantity=2, price="5.00")]
    tell(desk, dead, package("P2", lines=two, minutes=1, total=Decimal("11.00")))
    tell(desk, package("P1", lines=[line("1")], minutes=2, state="cancelled"))
    accept(desk)
    orders.approve_orders(seller_id=desk.seller_id, order_ids=[desk.order().id], at=AT)
    push(desk)
    split = {"minutes": 4, "origin_refs": ("P2",), "total": Decimal("5.50")}

    tell(
        desk, package("P2", lines=two, minutes=4, total=Decimal("11.00"), state="superseded"),
        package("A", lines=[line("2", price="5.00")], **split),
        package("B", lines=[line("3", price="5.00")], state="cancelled", **split),
    )  # fmt: skip

    left = {x.line_ref: x.quantity - x.cancelled_quantity for x in desk.order().lines.all()}
    assert ({ref: n for ref, n in left.items() if n}, desk.held()) == ({"2": 1}, 0)
    assert "add it there" not in desk.order().troubles["late"]


def test_what_the_gate_holds_back_is_acceptable_too(desk):
    sellable(desk, by_rule=True)
    up = package("P1", total=Decimal("11.00"))
    tell(desk, up, package("P2", lines=[line("2", "CUP", price="5.00")], total=Decimal("4.00")))
    tell(desk, package("P1", total=Decimal("11.00"), minutes=2, state="cancelled"))
    assert begin(desk, claimed(desk)).sales == {}

    accept(desk)

    orders.approve_orders(seller_id=desk.seller_id, order_ids=[desk.order().id], at=AT)
    Intent.objects.system().update(state="planned")  # the store was asked, and has none
    (sale,) = begin(desk, claimed(desk)).sales.values()
    assert ([(x.sku, x.quantity) for x in sale.lines], str(sale.total)) == ([("CUP", 1)], "4.00")
