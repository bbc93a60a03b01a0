"""Buyers' data on an order's page: a link for owners, and a button when the order is over."""

from __future__ import annotations

from .test_buttons import buttons_of, press, told
from .test_pages import address


def test_a_buyer_is_erased_by_an_owner_when_the_order_is_over(people, ours):
    order = ours.orders[0]
    assert "erase-buyer" not in buttons_of(people.aydin, "orders.order", order)
    type(order).objects.filter(pk=order.pk).update(state="cancelled")
    order.packages.update(state="cancelled")

    assert "erase-buyer" in buttons_of(people.aydin, "orders.order", order)
    assert press(people.clerk, "orders.order", order, "erase-buyer").status_code == 403
    answer = press(people.aydin, "orders.order", order, "erase-buyer")

    assert "Erased" in told(people.aydin, answer)[0]
    assert set(order.parties.values_list("name", flat=True)) == {""}
    page = people.aydin.get(address("orders.order", "change", order.pk)).content.decode()
    assert f"/api/v1/orders/{order.pk}/buyer" in page
    assert (
        f"/orders/{order.pk}/buyer"
        not in people.clerk.get(address("orders.order", "change", order.pk)).content.decode()
    )
