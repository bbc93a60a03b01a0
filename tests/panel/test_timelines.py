"""What happened to a row, from several domains at once, oldest first; and what we set out to do."""

from __future__ import annotations

from entrepot.channels.admin.bindings import _SUBJECTS, IntentPage
from entrepot.channels.models import Intent
from entrepot.core.clock import now
from entrepot.egress.services.intents import PURSUE
from entrepot.events.models import StateChange
from entrepot.events.services import move
from entrepot.orders.states import ORDER
from entrepot.panel.timelines import _ORDER_INTENTS

from .test_buttons import press
from .test_pages import address


def test_an_order_shows_what_happened_in_its_order(people, ours):
    order = ours.orders[0]
    move(order, ORDER, "hold", actor="seller", at=now(), note="buyer asked to wait")
    order.refresh_from_db()
    move(order, ORDER, "approve", actor="seller", at=now(), note="payment is there")

    page = people.aydin.get(address("orders.order", "change", order.pk)).content.decode()

    assert page.index("buyer asked to wait") < page.index("payment is there")


def test_everything_that_we_do_to_an_order_in_the_store_is_on_its_page():
    of_packages = {"package_move", "label"}

    assert set(_ORDER_INTENTS) == set(PURSUE) - of_packages
    assert set(PURSUE) <= set(_SUBJECTS)


def test_an_intent_is_read_and_not_moved_by_hand(people, ours):
    assert not IntentPage.buttons
    intent = Intent.objects.filter(seller=ours.seller).first()

    page = people.aydin.get(address("channels.intent", "change", intent.pk))

    assert page.context["row_buttons"] == []


def test_history_says_who_pressed(people, ours):
    first, second = ours.orders
    press(people.aydin, "orders.order", first, "hold")
    press(people.operator, "orders.order", second, "hold")

    told = StateChange.objects.filter(machine="order", event="hold").values_list("subject_id", "by")
    assert dict(told) == {first.pk: "ayse", second.pk: "olga"}
