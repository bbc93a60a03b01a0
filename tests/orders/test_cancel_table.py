"""Every cell of (order state × state of the intent) when the marketplace cancels: an action, or a reason."""

from __future__ import annotations

import itertools

import pytest

from entrepot.channels.models import Intent
from entrepot.channels.services import plan_intent
from entrepot.channels.states import INTENT
from entrepot.events.models import StateChange
from entrepot.inventory.services import absorb
from entrepot.orders import services as orders
from entrepot.orders.models import Order
from entrepot.orders.states import CANCEL, CANCEL_ACTIONS, INTENTS, ORDER

from .conftest import AT, line, package

CELLS = list(itertools.product(sorted(ORDER.states), INTENTS))


def test_the_table_has_every_cell_and_each_has_an_action_or_a_reason():
    assert set(INTENTS) == INTENT.states | {"none"}
    assert set(CANCEL) == ORDER.states
    assert all(set(cells) == set(INTENTS) for cells in CANCEL.values())
    for state, intent in CELLS:
        action, why = CANCEL[state][intent]
        assert action in CANCEL_ACTIONS
        assert bool(why) == (action == "impossible"), (state, intent)


def test_no_action_of_the_table_is_unused_and_none_is_a_move_that_the_machine_forbids():
    used = {CANCEL[s][i][0] for s, i in CELLS}
    assert used == set(CANCEL_ACTIONS)
    for state, intent in CELLS:
        if CANCEL[state][intent][0] in ("end", "drop", "wait", "compensate"):
            assert "cancel" in ORDER.allowed(state, "remote"), (state, intent)


@pytest.mark.parametrize(("state", "intent"), CELLS)
def test_what_a_cell_says_is_what_is_done(desk, state, intent):
    taken = desk.tell(package(lines=[line(quantity=3)]))
    order = given(desk, taken.order, state, intent)
    action, why = CANCEL[state][intent]

    done = orders.cancel_by_remote(order=order, gone=["P1"], at=AT)

    assert done == action
    order.refresh_from_db()
    creation = Intent.objects.system().filter(kind="store_order").first()
    cancel = Intent.objects.system().filter(kind="store_cancel").first()
    moved = StateChange.objects.filter(machine="order", event="cancel").count()
    if action in ("end", "drop"):
        assert (order.state, desk.held(), cancel, moved) == ("cancelled", 0, None, 1)
        assert creation is None or creation.state in ("dropped", "refused")
    elif action in ("wait", "compensate"):
        assert order.state == state and moved == 0
        assert cancel.state == "planned" and creation.state == intent
    else:
        assert (order.state, cancel, moved) == (state, None, 0)
    if action in ("wait", "compensate", "person", "impossible", "nothing"):
        assert desk.held() == (0 if intent == "confirmed" else 3)  # nothing released
        assert desk.on_hand() == (17 if intent == "confirmed" else 20)  # and nothing given back
    if action == "person":
        assert "stop the parcel" in order.failure
    if action == "impossible":
        assert why in order.failure  # a person sees it


def given(desk, order, state, intent):
    """The order in this cell; where the store has confirmed it, it has also taken the goods."""
    Order.objects.system().filter(id=order.id).update(state=state, store=desk.store, troubles={})
    if intent != "none":
        row = plan_intent(
            seller_id=desk.seller_id, channel_id=desk.store.id, kind="store_order", subject_id=order.id, at=AT
        )
        Intent.objects.system().filter(id=row.id).update(state=intent)
    if intent == "confirmed":
        absorb(seller_id=desk.seller_id, line_ids=[x.id for x in order.lines.all()], at=AT)
    order.refresh_from_db()
    return order


@pytest.mark.parametrize(("is_in_store", "back"), [(True, 20), (False, 17)])
def test_only_the_stores_yes_gives_stock_back(desk, is_in_store, back):
    taken = desk.tell(package(lines=[line(quantity=3)]))
    order = given(desk, taken.order, "synced", "confirmed")
    orders.cancel_by_remote(order=order, gone=["P1"], at=AT)
    assert desk.on_hand() == 17

    orders.confirm_cancelled(order_id=order.id, is_in_store=is_in_store, at=AT)

    assert desk.on_hand() == back
    order.refresh_from_db()
    assert order.state == "cancelled"


def test_a_refused_cancel_gives_nothing_back_and_says_so(desk):
    taken = desk.tell(package(lines=[line(quantity=3)]))
    order = given(desk, taken.order, "synced", "confirmed")
    desk.tell(package(lines=[line(quantity=3)], minutes=1, state="cancelled"))
    orders.cancel_by_remote(order=order, gone=["P1"], at=AT)

    orders.refuse_cancel(seller_id=order.seller_id, order_id=order.id, why="it was trashed", at=AT)

    order.refresh_from_db()
    assert (order.state, desk.on_hand()) == ("synced", 17)
    assert order.failure == "cancelled by the marketplace, but the store refuses to cancel it: it was trashed"
