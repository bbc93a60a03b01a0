"""Several orders on their way into the shop at once: one request, one answer lost, one refused, one shop that hangs."""

from __future__ import annotations

import threading

import pytest
from django.db import connection

from entrepot.channels import services as channels
from entrepot.channels.models import Channel, Intent
from entrepot.core.clock import now
from entrepot.egress import services as egress
from entrepot.egress.services.intents import PURSUE
from entrepot.orders.models import Order

from .test_push import approved
from .world import LINEN, SHOP, SOAP

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_set_goes_in_one_request_and_an_answer_that_is_lost_leaves_each_order_there_once(world):
    waiting = [approved(world, (SOAP, 1)) for _ in range(4)]
    world.dial(SHOP, lost_answer=1.0)

    world.pursue()

    assert [world.intent("store_order", o.id).state for o in waiting] == ["unknown"] * 4
    assert len(world.shop_orders()) == 4
    assert calls(world, "orders.batch") == 1
    world.dial(SHOP, lost_answer=0.0)
    world.settle()
    assert Order.objects.system().filter(state="synced").count() == 4
    assert len({o["meta"]["_entrepot_ref"] for o in world.shop_orders()}) == len(world.shop_orders()) == 4
    assert calls(world, "orders.search") == 1
    assert calls(world, "orders.batch") + calls(world, "orders.create") == 1
    assert world.shop_stock(SOAP) == world.on_hand(SOAP)


def test_an_order_that_the_shop_refuses_does_not_keep_those_of_its_request(world):
    waiting = [approved(world, (SOAP, 1)), approved(world, (LINEN, 1)), approved(world, (SOAP, 2))]
    world.act(SHOP, "delete_product", sku=LINEN)

    world.settle()

    states = [Order.objects.system().get(id=o.id).state for o in waiting]
    assert states[0] == states[2] == "synced"
    assert states[1] == "failed"
    assert len(world.shop_orders()) <= 3


def test_what_stayed_without_an_answer_and_is_not_there_is_sent_alone(world):
    waiting = [approved(world, (SOAP, 1)) for _ in range(3)]
    world.dial(SHOP, server_error=1.0)
    world.pursue()
    world.dial(SHOP, server_error=0.0)

    world.settle()

    assert [Order.objects.system().get(id=o.id).state for o in waiting] == ["synced"] * 3
    assert len(world.shop_orders()) == 3
    assert calls(world, "orders.create") == 3


def test_of_a_shop_that_takes_one_order_a_call_each_goes_alone(world):
    Channel.objects.system().filter(id=world.store.id).update(
        settings=world.store.settings | {"hub.orders_per_call": 1}
    )
    for _ in range(3):
        approved(world, (SOAP, 1))

    world.settle()

    assert (calls(world, "orders.create"), calls(world, "orders.batch")) == (3, 0)
    assert len(world.shop_orders()) == 3


def test_a_shop_that_hangs_holds_one_thread_and_no_other_remote_waits_for_it(world, monkeypatch):
    order = approved(world, (SOAP, 1))
    hangs, goes_on = threading.Event(), threading.Event()
    pursue_all = PURSUE["store_order"]

    def slowly(intents, store):
        hangs.set()
        assert goes_on.wait(20)
        return pursue_all(intents, store)

    monkeypatch.setitem(PURSUE, "store_order", slowly)
    first = threading.Thread(target=world.pursue_apart)
    first.start()
    try:
        assert hangs.wait(20)
        for channel, kind_of in ((world.store, "store_waybills"), (world.market, "package_move")):
            channels.plan_intent(
                seller_id=world.seller.id, channel_id=channel.id, kind=kind_of, subject_id=order.id, at=now()
            )
        assert egress.pursue_intents(limit=50, at=now()) == 1
        done = Intent.objects.system().get(kind="package_move")
        assert done.claim_no == 1
        assert egress.pursue_intents(limit=50, at=now()) == 0  # the shop's other work waits for the shop
    finally:
        goes_on.set()
        first.join()

    assert len(world.shop_orders()) == 1


def calls(world, endpoint):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM channels_calllog WHERE endpoint = %s AND channel_id = %s", [endpoint, world.store.id]
        )
        return cursor.fetchone()[0]
