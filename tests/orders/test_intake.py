"""What becomes an order: amounts that add up or not, pieces told in parts, addresses, holds."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from itertools import permutations

import pytest

from entrepot.channels.models import Channel
from entrepot.core.errors import Refused
from entrepot.kit import records
from entrepot.orders import services as orders
from entrepot.orders.models import Line, Order

from .conftest import AT, PARTY, line, package

WHOLE = package("P", lines=[line("L", quantity=3, price="10.00"), line("M", "CUP", 1, "5.00")])
# Trendyol: P becomes UnPacked; the first part of a divided line keeps its id, later parts get new ones.
GONE = replace(WHOLE, state="superseded", their_status="UnPacked", modified_at=WHOLE.modified_at.replace(minute=1))
FIRST = package("A", lines=[line("L", quantity=1), line("M", "CUP", 1, "5.00")], minutes=1, origin_refs=("P",))
SECOND = package("B", lines=[line("L2", quantity=2)], minutes=1, origin_refs=("P",))


def units(order):
    rows = Line.objects.system().filter(order=order).values_list("sku", "quantity")
    found = {}
    for sku, quantity in rows:
        found[sku] = found.get(sku, 0) + quantity
    return found


def test_a_split_never_adds_pieces_again_and_leaves_reservations_alone(desk):
    desk.tell(WHOLE)
    desk.tell(GONE, FIRST, SECOND)
    desk.tell(SECOND)

    order = desk.order()
    assert units(order) == {"TEA": 3, "CUP": 1}
    assert order.total == Decimal("35.00") and order.difference == 0 and order.hold_reason == ""
    assert (desk.held("TEA"), desk.held("CUP")) == (3, 1)
    assert Line.objects.system().get(line_ref="L").split_refs == ["L2"]


@pytest.mark.parametrize(
    "told", list(permutations([GONE, FIRST, SECOND])), ids=lambda t: "".join(p.package_ref for p in t)
)
@pytest.mark.parametrize("is_apart", [True, False], ids=["one by one", "at once"])
def test_an_order_first_seen_in_parts_ends_whole_in_whatever_order_they_come(desk, told, is_apart):
    for packages in [[p] for p in told] if is_apart else [list(told)]:
        desk.tell(*packages)

    order = desk.order()
    assert units(order) == {"TEA": 3, "CUP": 1}
    assert order.total == Decimal("35.00") and order.hold_reason == ""
    assert (desk.held("TEA"), desk.held("CUP")) == (3, 1)


def test_an_order_told_in_part_is_held_until_the_rest_is_told(desk):
    Channel.objects.system().filter(id=desk.market.id).update(is_auto_approving=True)
    desk.market.refresh_from_db()

    desk.tell(SECOND)
    assert "package P, which was split, has not been told with its lines yet" in desk.order().hold_reason
    assert desk.order().state == "new"

    desk.tell(GONE)
    assert (desk.order().hold_reason, desk.order().state) == ("", "queued")


def test_a_split_of_a_split_still_means_the_first_line(desk):
    desk.tell(WHOLE)
    desk.tell(GONE, FIRST, SECOND)
    desk.tell(package("C", lines=[line("L3", quantity=1)], minutes=2, origin_refs=("B",)))

    assert units(desk.order()) == {"TEA": 3, "CUP": 1}


def test_a_total_that_does_not_add_up_holds_the_order_with_the_difference(desk):
    desk.tell(package(lines=[line(quantity=2)], total=Decimal("19.50")))

    order = desk.order()
    assert order.difference == Decimal("-0.50") and desk.held() == 2
    assert "total 19.50 TRY is not the sum of its lines and shipping: -0.50 TRY is unexplained" in order.hold_reason
    with pytest.raises(Refused, match="is held"):
        orders.approve_orders(seller_id=desk.seller_id, order_ids=[order.id], at=AT)

    desk.tell(package(lines=[line(quantity=2)], total=Decimal("20.00"), minutes=1))  # the marketplace corrects itself
    assert (desk.order().difference, desk.order().hold_reason) == (0, "")


@pytest.mark.parametrize(
    ("total", "is_explained"),
    [("26.98", True), ("26.96", True), ("26.99", False), ("26.95", False)],
)
def test_an_average_explains_half_a_cent_a_unit_and_no_more(desk, total, is_explained):
    # 3 × 9.99 less 10 % is 26.97 or a cent beside it; the average a unit is told as 8.99. Half a cent × 3 = 0.015.
    tea = line(quantity=3, price="8.99", unit_gross=Decimal("9.99"), unit_seller_discount=Decimal("1.00"))

    desk.tell(package(lines=[tea], total=Decimal(total)))

    order = desk.order()
    assert (order.difference == 0) is is_explained
    assert (order.hold_reason == "") is is_explained
    if is_explained:
        assert order.lines.get().line_total == Decimal(total)


def test_units_with_prices_of_their_own_are_added_one_by_one(desk):
    each = (Decimal("8.99"), Decimal("8.99"), Decimal("9.00"))
    tea = line(quantity=3, price="8.99", unit_prices=each, unit_seller_discount=Decimal("1.00"))

    desk.tell(package(lines=[tea], total=Decimal("26.98")))

    assert desk.order().lines.get().line_total == Decimal("26.98") and desk.order().hold_reason == ""


def test_a_foreign_currency_holds_the_order(desk):
    desk.tell(package(currency="USD"))

    assert desk.order().hold_reason == "currency USD is not sold in on TR (TRY)" and desk.held() == 1


def test_a_foreign_listing_waits_for_a_person_who_maps_it(desk):
    desk.tell(package(lines=[line("11"), line("12", "GHOST", 2)]))
    order = desk.order()
    assert order.hold_reason == "listing GHOST is not ours: map it to a variant"
    assert (desk.held("TEA"), desk.held("CUP")) == (1, 0)

    ghost = order.lines.get(listing_ref="GHOST")
    mapped = {"seller_id": desk.seller_id, "order_id": order.id, "at": AT}
    orders.edit_lines(**mapped, variants={ghost.id: desk.variants["CUP"]})

    order.refresh_from_db()
    assert (order.hold_reason, order.state) == ("", "edited") and desk.held("CUP") == 2

    orders.edit_lines(**mapped, variants={ghost.id: desk.variants["POT"]})  # a second thought, and back
    assert (desk.held("CUP"), desk.held("POT")) == (0, 2)
    orders.edit_lines(**mapped, variants={ghost.id: desk.variants["CUP"]})
    assert (desk.held("CUP"), desk.held("POT")) == (2, 0)


def test_another_sellers_order_cannot_be_mended_and_does_not_exist(desk, borealis):
    desk.tell(package())
    order = desk.order()

    for act in (
        lambda: orders.approve_orders(seller_id=borealis.id, order_ids=[order.id], at=AT),
        lambda: orders.edit_party(seller_id=borealis.id, order_id=order.id, role="ship_to", changes={}, at=AT),
        lambda: orders.cancel_order(seller_id=borealis.id, order_id=order.id, reason="", at=AT),
        lambda: orders.cancel_in_store(seller_id=borealis.id, order_id=order.id, at=AT),
        lambda: orders.retry_export(seller_id=borealis.id, order_id=order.id, at=AT),
    ):
        with pytest.raises(Order.DoesNotExist):
            act()


@pytest.mark.parametrize(
    "party",
    [
        records.Party(), replace(PARTY, lines=("***",)), replace(PARTY, name="***"), replace(PARTY, city="***"),
        replace(PARTY, lines=()), replace(PARTY, country=""),
    ],
    ids=["empty", "street masked", "name masked", "city masked", "no street", "no country"],
)  # fmt: skip
def test_an_address_to_come_holds_the_order_and_lets_go_by_itself(desk, party):
    desk.tell(package(ship_to=party))
    assert desk.order().hold_reason == "the delivery address is empty or masked" and desk.held() == 1

    desk.tell(package(minutes=1))
    assert desk.order().hold_reason == ""

    desk.tell(package(ship_to=party, minutes=2, state="picking"))  # masked or left out again: what is known stays
    assert desk.order().hold_reason == ""
    assert desk.order().parties.get(role="ship_to").name == "Şükrü Işık"


def test_late_news_does_not_bring_an_old_address_back(desk):
    moved = replace(PARTY, lines=("Yeni Sk. 1",))
    desk.tell(package(ship_to=moved, minutes=5))

    desk.tell(package(minutes=1))

    assert desk.order().parties.get(role="ship_to").lines == ["Yeni Sk. 1"]


def test_emoji_and_dotless_letters_survive(desk):
    desk.tell(package(ship_to=replace(PARTY, name="IŞIL İNCE 🌷 ığdır")))

    assert desk.order().parties.get(role="ship_to").name == "IŞIL İNCE 🌷 ığdır"


def test_what_a_person_edited_waits_for_a_person(desk):
    Channel.objects.system().filter(id=desk.market.id).update(is_auto_approving=True)
    desk.market.refresh_from_db()
    desk.tell(package(lines=[line("12", "GHOST")]))
    order = desk.order()
    orders.edit_lines(
        seller_id=desk.seller_id, order_id=order.id, variants={order.lines.get().id: desk.variants["TEA"]}, at=AT
    )

    desk.tell(package(lines=[line("12", "GHOST")], minutes=1))

    assert desk.order().state == "edited"
