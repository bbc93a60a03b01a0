"""What holds an order keeps it from the store at every step, and lets it go once it is mended."""

from __future__ import annotations

import itertools
from dataclasses import replace
from decimal import Decimal

import pytest

from entrepot.channels import services as channels
from entrepot.channels.models import Intent
from entrepot.core.errors import Refused
from entrepot.events.models import Outbox
from entrepot.listings.models import Listing
from entrepot.orders import services as orders

from .conftest import AT, begin, claimed, line, package, piece_gone, sellable

pytestmark = pytest.mark.django_db

WRONG = {"total": Decimal("7.00"), "minutes": 3}  # of one line of 10.00


def test_news_that_does_not_add_up_stops_an_order_that_was_approved_already(desk):
    sellable(desk, by_rule=True)
    desk.tell(package())
    desk.tell(package(**WRONG))

    begun = begin(desk, claimed(desk))

    order = desk.order()
    assert not begun.sales and not begun.refused
    assert order.state == "failed" and "-3.00 TRY is unexplained" in order.troubles["held"]
    assert Intent.objects.system().get().state == "refused"


def test_what_was_held_back_goes_on_its_way_when_news_clears_it(desk):
    sellable(desk, by_rule=True)
    desk.tell(package())
    desk.tell(package(**WRONG))
    begin(desk, claimed(desk))

    desk.tell(package(minutes=4))

    assert (desk.order().state, desk.order().troubles) == ("queued", {})
    assert claimed(desk).state == "unknown"  # the store is asked for it first, as after every refusal


def test_a_held_order_that_failed_is_not_pushed_by_trying_again(desk):
    sellable(desk, by_rule=True)
    desk.tell(package())
    orders.fail_export(intent=claimed(desk), why="no such country", at=AT)
    desk.tell(package(**WRONG))

    with pytest.raises(Refused, match=r"is held: total 7\.00"):
        orders.retry_export(seller_id=desk.seller_id, order_id=desk.order().id, at=AT)

    assert desk.order().state == "failed"


def test_an_order_without_lines_is_held(desk):
    sellable(desk, by_rule=True)
    desk.tell(replace(package(), lines=(), total=Decimal(0), gross=Decimal(0)))

    assert (desk.order().state, desk.order().hold_reason) == ("new", "it was told without lines")


def test_opening_the_storefront_frees_what_was_bought_there(desk):
    sellable(desk)
    desk.tell(replace(package(), storefront="DE", currency="EUR"))
    desk.tell(replace(package("P9", order_ref="O9"), storefront="RO", currency="RON"))
    assert "its storefront is not open here" in desk.order().hold_reason

    front = channels.open_storefront(seller_id=desk.seller_id, channel_id=desk.market.id, code="DE")
    tea = {"seller_id": desk.seller_id, "variant_id": desk.variants["TEA"], "storefront": front}
    Listing.objects.create(**tea, listing_ref="TEA", state="live")
    told = Outbox.objects.filter(type="channel.storefront_opened", payload__code="DE")  # as the event will tell it
    orders.follow_storefronts(list(told))

    order = desk.order()
    assert (order.storefront.code, order.hold_reason, desk.held()) == ("DE", "", 1)
    assert "not open" in desk.order("O9").hold_reason
    changes = {"city": "Berlin"}
    orders.edit_party(seller_id=desk.seller_id, order_id=order.id, role="ship_to", changes=changes, at=AT)
    assert "not open" not in desk.order().hold_reason


def test_a_line_of_a_package_told_bare_at_first_is_counted_with_its_successors(desk):
    shell = replace(package("P", minutes=1), lines=(), state="superseded", total=Decimal(0), gross=Decimal(0))
    first = package("A", lines=[line("L", quantity=1)], minutes=1, origin_refs=("P",))
    second = package("B", lines=[line("L2", quantity=2)], minutes=1, origin_refs=("P",))

    desk.tell(shell)
    desk.tell(first, second)

    order = desk.order()
    assert (order.total, desk.held()) == (Decimal("30.00"), 3)
    assert "package P, which was split, has not been told with its lines yet" in order.hold_reason
    desk.tell(package("P", lines=[line("L", quantity=3)], minutes=2))  # told whole after all
    assert (desk.order().total, desk.held(), desk.order().hold_reason) == (Decimal("30.00"), 3, "")


def test_a_package_told_late_replaces_its_successors_amounts_and_no_others(desk):
    whole = package("P", lines=[line("L", quantity=3, price="10.00")])
    desk.tell(package("Q", lines=[line("Z", "POT", 1, "7.00")]))
    desk.tell(
        package("A", lines=[line("L", quantity=1)], minutes=1, origin_refs=("P",)),
        package("B", lines=[line("L2", quantity=2)], minutes=1, origin_refs=("P",)),
    )

    desk.tell(replace(whole, state="superseded", modified_at=whole.modified_at.replace(minute=1)))

    order = desk.order()
    assert (order.total, order.gross, order.difference) == (Decimal("37.00"), Decimal("37.00"), 0)
    assert (desk.held("TEA"), desk.held("POT")) == (3, 1)


# P1 as it is told first and again: what was wrong is the total, which the lines follow.
@pytest.mark.parametrize(
    ("first", "again", "total"),
    [
        (line("1", price="10.00"), [line("1", price="12.00")], "12.00"),
        (line("1", quantity=1), [line("1", quantity=2)], "20.00"),
        (line("1"), [line("1"), line("2", "CUP", 1, "5.00")], "15.00"),
    ],
    ids=["price", "pieces", "another line"],
)
def test_a_correction_of_the_lines_is_pushed_as_corrected(desk, first, again, total):
    sellable(desk, by_rule=True)
    desk.tell(package("P1", lines=[first], total=Decimal(total), gross=Decimal(total)))
    assert "is unexplained" in desk.order().hold_reason

    desk.tell(package("P1", lines=again, minutes=4))

    (sale,) = begin(desk, claimed(desk)).sales.values()
    assert sale.total == Decimal(total) == sum(x.gross for x in sale.lines)
    assert desk.held() == sum(x.quantity for x in again if x.sku == "TEA")


def test_a_correction_reaches_an_order_that_a_person_has_in_hand(desk):
    sellable(desk)
    desk.tell(package("P1", lines=[line("1", quantity=2)]))
    orders.hold_orders(seller_id=desk.seller_id, order_ids=[desk.order().id], at=AT)

    desk.tell(package("P1", lines=[line("1", quantity=3)], minutes=4))

    order = desk.order()
    assert (order.hold_reason, order.lines.get().quantity, desk.held()) == ("", 3, 3)


def test_opening_a_storefront_promises_nothing_of_what_was_cancelled(desk):
    sellable(desk)
    desk.tell(replace(package(), storefront="DE", currency="EUR"))
    orders.cancel_order(seller_id=desk.seller_id, order_id=desk.order().id, reason="buyer", at=AT)
    front = channels.open_storefront(seller_id=desk.seller_id, channel_id=desk.market.id, code="DE")
    tea = {"seller_id": desk.seller_id, "variant_id": desk.variants["TEA"], "storefront": front}
    Listing.objects.create(**tea, listing_ref="TEA", state="live")

    orders.follow_storefronts(list(Outbox.objects.filter(type="channel.storefront_opened", payload__code="DE")))

    assert desk.held() == 0


def test_a_part_that_was_cancelled_before_the_push_holds_nothing(desk):
    sellable(desk)
    desk.tell(package("P1", lines=[line("1", quantity=3, price="9.99")]))
    piece_gone(desk, price="9.99")

    desk.tell(package("P1", lines=[line("1", quantity=3, price="9.99")], minutes=4))

    assert desk.order().hold_reason == ""


def test_no_order_of_news_of_a_double_split_lets_wrong_pieces_through(desk):
    """A → B, C and C → D, E, each naming the root (reference: origin package ids).

    The parts arrive in any order, and the root at any place among them.
    """
    sellable(desk)
    tree = {
        "A": package("A", lines=[line("L", quantity=6)], minutes=1, state="superseded"),
        "B": package("B", lines=[line("L", quantity=2)], minutes=1, origin_refs=("A",)),
        "C": package("C", lines=[line("L2", quantity=4)], minutes=2, origin_refs=("A",), state="superseded"),
        "D": package("D", lines=[line("L2", quantity=1)], minutes=2, origin_refs=("A",)),
        "E": package("E", lines=[line("L3", quantity=3)], minutes=2, origin_refs=("A",)),
    }
    for number, parts in enumerate(itertools.permutations("BCDE")):
        arrival = (*parts[: number % 5], "A", *parts[number % 5 :])
        for name in arrival:
            refs = tuple(f"{ref}{number}" for ref in tree[name].origin_refs)
            told = replace(tree[name], order_ref=f"N{number}", package_ref=f"{name}{number}", origin_refs=refs)
            desk.tell(told)
        order = desk.order(f"N{number}")
        kept = sum(x.quantity for x in order.lines.all())
        assert (kept, order.total) == (6, Decimal(60)) or order.hold_reason, arrival


@pytest.mark.parametrize("arrival", [(0, 1), (1, 0)], ids=["bare first", "bare last"])
def test_a_package_told_bare_and_with_lines_is_known_by_its_lines(desk, arrival):
    sellable(desk, by_rule=True)
    news = [replace(package("P1", minutes=3, state="picking"), lines=(), total=Decimal(0)), package("P1", minutes=1)]

    for at in arrival:
        desk.tell(news[at])

    assert (desk.order().state, desk.order().hold_reason, desk.held()) == ("queued", "", 1)


def test_two_goods_under_one_name_in_two_packages_are_two_lines(desk):
    sellable(desk, by_rule=True)

    desk.tell(package("P1", lines=[line("1")]), package("P2", lines=[line("1", "POT", price="5.00")]))

    (sale,) = begin(desk, claimed(desk)).sales.values()
    assert sorted((x.sku, str(x.gross)) for x in sale.lines) == [("POT", "5.00"), ("TEA", "10.00")]
