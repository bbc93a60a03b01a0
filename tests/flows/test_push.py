"""An order on its way into the shop: lost answers, dead workers, late workers, wrong answers, wrong keys."""

from __future__ import annotations

import threading
import time
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection

from entrepot.channels import services as channels
from entrepot.channels.models import Channel, Intent
from entrepot.core.clock import now
from entrepot.core.errors import Refused
from entrepot.egress import services as egress
from entrepot.egress.services import store_order
from entrepot.egress.services.intents import PURSUE
from entrepot.ingress import services as ingress
from entrepot.ingress.tasks import RECEIPTS
from entrepot.jobs.worker import DrainerThread
from entrepot.orders import services as orders
from entrepot.orders.models import Order

from .world import LINEN, SHOP, SOAP

pytestmark = pytest.mark.django_db(transaction=True)


def approved(world, *lines):
    """An order that is queued for the shop, and nothing sent yet."""
    told = world.buy(*lines)
    world.poll()
    world.apply()
    order = world.order(told)
    world.approve(order)
    return order


def test_an_answer_lost_after_the_shop_had_saved_the_order_is_asked_for_and_never_sent_again(world):
    order = approved(world, (SOAP, 2))
    world.dial(SHOP, lost_answer=1.0)

    world.pursue()

    intent = world.intent("store_order", order.id)
    assert intent.state == "unknown"
    assert len(world.shop_orders()) == 1
    world.dial(SHOP, lost_answer=0.0)
    world.settle()
    order.refresh_from_db()
    (held,) = world.shop_orders()
    assert (order.state, order.store_ref) == ("synced", str(held["id"]))
    assert world.shop_stock(SOAP) == world.on_hand(SOAP)


def test_a_shop_that_saves_the_order_after_our_time_out_has_it_once(world):
    """A slow host goes on with what it read, though nobody waits any more."""
    order = approved(world, (SOAP, 1))
    Channel.objects.system().filter(id=world.store.id).update(settings=world.store.settings | {"hub.late_commit_s": 4})
    world.dial(SHOP, late_commit=1.0, late_commit_s=2.0)
    world.pursue()
    world.dial(SHOP, late_commit=0.0)

    intent = world.intent("store_order", order.id)
    assert (intent.state, world.shop_orders()) == ("unknown", [])
    Intent.objects.system().update(not_before=now())
    world.pursue()  # asked for, and not there yet: that proves nothing
    intent.refresh_from_db()
    assert (intent.state, world.shop_orders()) == ("unknown", [])
    assert intent.last_error.startswith("the remote does not show it yet")

    end = time.monotonic() + 20
    while not world.shop_orders():
        assert time.monotonic() < end
        time.sleep(0.05)
    Intent.objects.system().update(not_before=now())
    world.settle()

    order.refresh_from_db()
    assert order.state == "synced"
    assert len(world.shop_orders()) == 1


def test_what_a_shop_never_took_is_sent_again_after_it_was_given_time(world):
    order = approved(world, (SOAP, 1))
    intent = world.intent("store_order", order.id)
    Channel.objects.system().filter(id=world.store.id).update(
        settings=world.store.settings | {"hub.late_commit_s": 300}
    )
    Intent.objects.system().filter(id=intent.id).update(state="unknown", sent_at=now() - timedelta(seconds=200))
    for _ in range(2):
        Intent.objects.system().update(not_before=now())
        world.pursue()
    assert world.shop_orders() == []

    Intent.objects.system().filter(id=intent.id).update(sent_at=now() - timedelta(seconds=301), not_before=now())
    world.settle()

    order.refresh_from_db()
    assert (order.state, len(world.shop_orders())) == ("synced", 1)


def test_a_call_whose_turn_comes_too_late_is_not_made(world, settings):
    """The lease of what was marked as sent outlives the call, or the call is not made."""
    order = approved(world, (SOAP, 1))
    settings.ENTREPOT_REMOTE_TIMEOUT_S = 10.0
    intent = world.intent("store_order", order.id)
    at = now()

    assert channels.send_intent(intent, at=at)
    assert intent.leased_until == at + timedelta(seconds=40)
    assert channels.call_by(intent) == at + timedelta(seconds=10)
    Intent.objects.system().filter(id=intent.id).update(state="planned", leased_until=None)
    settings.ENTREPOT_REMOTE_TIMEOUT_S = 0.0  # every turn is too late
    world.pursue()

    intent.refresh_from_db()
    assert (intent.state, "too late" in intent.last_error, world.shop_orders()) == ("planned", True, [])


def test_an_answer_lost_again_and_again_still_makes_one_order(world):
    order = approved(world, (LINEN, 3))
    world.dial(SHOP, lost_answer=0.7, server_error=0.3, html_answer=0.3)

    for _ in range(12):
        world.pursue()
    world.dial(SHOP, lost_answer=0.0, server_error=0.0, html_answer=0.0)
    for _ in range(3):
        world.settle()

    order.refresh_from_db()
    assert order.state == "synced" and len(world.shop_orders()) == 1
    assert world.shop_orders()[0]["total"] == "29.97"  # 3 × 9.99


@pytest.mark.parametrize("has_it", [True, False], ids=["after the shop had saved it", "before anything was sent"])
def test_a_worker_that_dies_between_send_and_settle_leaves_a_question_not_a_second_order(world, has_it):
    order = approved(world, (SOAP, 1))
    intent = world.intent("store_order", order.id)
    if has_it:
        world.dial(SHOP, lost_answer=1.0)
        world.pursue()
        world.dial(SHOP, lost_answer=0.0)
    # What a killed worker leaves behind: sent, and its lease running.
    Intent.objects.system().filter(id=intent.id).update(
        state="sent", claim_no=5, not_before=now() + timedelta(minutes=2)
    )

    assert egress.pursue_intents(limit=10, at=now()) == 0  # the lease still runs: nobody touches it
    world.settle()

    order.refresh_from_db()
    assert order.state == "synced" and len(world.shop_orders()) == 1


def test_a_worker_that_wakes_up_late_changes_nothing(world):
    order = approved(world, (SOAP, 1))
    asleep = world.intent("store_order", order.id)  # it read the row, then slept past its lease
    world.settle()

    PURSUE["store_order"]([asleep], world.store)  # it had not sent yet: it finds that it may not
    with pytest.raises(Refused, match="settled by somebody else"):
        asleep.state = "sent"  # or it had, and comes with an answer
        made = world.server.remotes[SHOP].summary()["orders"][0]
        orders.settle_export(intent=asleep, made=_store_order(made), at=now())
    orders.fail_export(intent=asleep, why="too late", at=now())

    order.refresh_from_db()
    assert (order.state, order.failure) == ("synced", "")
    assert len(world.shop_orders()) == 1


def _store_order(made):
    from entrepot.kit.records import StoreOrder

    return StoreOrder(
        store_ref=str(made["id"]), number=str(made["id"]), state="open", their_status="processing",
        total=Decimal(made["total"]), currency=made["currency"], our_ref=None,
    )  # fmt: skip


def test_a_shop_that_answers_with_a_page_makes_the_order_wait_not_fail(world):
    order = approved(world, (SOAP, 1))
    world.act(SHOP, "html_mode", on=True)

    world.pursue()
    world.pursue()
    order.refresh_from_db()
    assert order.state == "queued" and order.failure == ""
    assert "HTML" in world.intent("store_order", order.id).last_error

    world.act(SHOP, "html_mode", on=False)
    world.settle()
    order.refresh_from_db()
    assert order.state == "synced" and len(world.shop_orders()) == 1


def test_an_answer_that_cannot_be_read_is_not_taken_for_a_no(world):
    order = approved(world, (SOAP, 1))
    world.act(SHOP, "configure", php_notice=True)  # a notice is printed before the JSON: saved, and unreadable

    world.pursue()
    world.pursue()

    order.refresh_from_db()
    assert world.intent("store_order", order.id).state == "unknown" and order.state == "queued"
    world.act(SHOP, "configure", php_notice=False)
    world.settle()
    order.refresh_from_db()
    assert order.state == "synced" and len(world.shop_orders()) == 1


def test_keys_that_stop_working_lock_the_shop_out_and_orders_wait_until_it_is_regained(world):
    good = {name: world.server.remotes[SHOP].credentials[name] for name in ("consumer_key", "consumer_secret")}
    order = approved(world, (SOAP, 1))
    who = {"seller_id": world.seller.id, "channel_id": world.store.id}
    channels.replace_secrets(**who, secrets={**good, "consumer_secret": "cs_wrong"}, at=now())

    world.settle()

    world.store.refresh_from_db()
    assert world.store.state == "locked_out" and world.store.last_error
    second = approved(world, (LINEN, 1))  # another comes in meanwhile: it is queued, not failed
    world.settle()
    assert {o.state for o in Order.objects.system()} == {"queued"}

    channels.replace_secrets(**who, secrets=good, at=now())
    world.store.refresh_from_db()
    ingress.check_channel(channel=world.store, at=now())
    world.settle()

    assert Channel.objects.system().get(id=world.store.id).state == "live"
    assert {world.order(o.order_ref).state for o in (order, second)} == {"synced"}
    assert len(world.shop_orders()) == 2


def test_a_seller_without_a_shop_sees_the_order_fail_with_the_reason_and_retries_it(world):
    Channel.objects.system().filter(id=world.store.id).update(state="retired")
    order = approved(world, (SOAP, 1))

    order.refresh_from_db()
    assert (order.state, order.failure) == ("failed", "the seller has no live store to push to")

    Channel.objects.system().filter(id=world.store.id).update(state="live")
    orders.retry_export(seller_id=world.seller.id, order_id=order.id, at=now())
    world.settle()
    order.refresh_from_db()
    assert (order.state, order.failure) == ("synced", "")


def test_goods_deleted_in_the_shop_leave_the_order_failed_by_name_until_it_is_mended_there(world):
    order = approved(world, (SOAP, 1), (LINEN, 1))
    world.act(SHOP, "delete_product", sku=LINEN)

    world.settle()

    order.refresh_from_db()
    assert order.state == "failed" and f"without SKU {LINEN}" in order.failure
    assert (world.held(SOAP), world.held(LINEN)) == (0, 1)  # what the shop took, and what it did not
    with pytest.raises(Refused, match="mend it there"):
        orders.retry_export(seller_id=world.seller.id, order_id=order.id, at=now())
    with pytest.raises(Refused, match="mend it there"):
        orders.cancel_order(seller_id=world.seller.id, order_id=order.id, reason="out", at=now())
    assert len(world.shop_orders()) == 1


def test_a_refusal_keeps_the_shops_words_and_a_retry_asks_before_it_sends(world):
    order = approved(world, (SOAP, 1))
    who = {"seller_id": world.seller.id, "channel_id": world.store.id}
    rates = world.store.settings["store.tax_rates"]
    channels.change_settings(**who, settings={"store.tax_rates": [["TR", "standard", "0.18"]]})

    world.settle()

    order.refresh_from_db()
    assert order.state == "failed"
    assert order.failure == f"order {order.order_ref}: vat_rate 0.2 has no tax class in Dükkân for TR; it has: 0.18"
    assert world.held(SOAP) == 1  # still promised

    channels.change_settings(**who, settings={"store.tax_rates": rates})
    orders.retry_export(seller_id=world.seller.id, order_id=order.id, at=now())
    assert world.intent("store_order", order.id).state == "unknown"
    world.settle()
    order.refresh_from_db()
    assert (order.state, order.failure) == ("synced", "") and len(world.shop_orders()) == 1


def test_a_failed_order_can_be_mended_here_and_approved_again(world):
    order = approved(world, (SOAP, 1))
    Intent.objects.system().filter(subject_id=order.id).update(state="sent", claim_no=1)
    intent = world.intent("store_order", order.id)
    orders.fail_export(intent=intent, why="the shop knows no such country", at=now())

    orders.edit_party(seller_id=world.seller.id, order_id=order.id, role="ship_to", changes={"city": "İzmir"}, at=now())
    order.refresh_from_db()
    assert order.state == "edited"
    world.approve(order)
    world.settle()

    order.refresh_from_db()
    assert order.state == "synced" and len(world.shop_orders()) == 1


def test_a_database_that_goes_away_loses_nothing_and_the_drainer_goes_on(world):
    told = world.buy((SOAP, 1))
    world.webhook(told["package_id"])
    drainer = DrainerThread(RECEIPTS, 1, stop=None)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        pid = cursor.fetchone()[0]
    killer = threading.Thread(target=_kill, args=(pid,))
    killer.start()
    killer.join()

    assert drainer._work() == 0 and drainer.failures == 1
    assert drainer._work() == 1 and drainer.failures == 0

    assert world.order(told).state == "new" and world.held(SOAP) == 1


def _kill(pid):
    try:
        with connection.cursor() as cursor:  # a connection of this thread's own
            cursor.execute("SELECT pg_terminate_backend(%s)", [pid])
    finally:
        connection.close()


def test_one_order_that_breaks_our_code_does_not_stop_the_next(world):
    first, second = approved(world, (SOAP, 1)), approved(world, (LINEN, 1))
    first.parties.all().delete()  # rows that no service would leave like this

    world.pursue()

    assert world.order(second.order_ref).state == "synced"
    assert world.intent("store_order", first.id).last_error


def test_what_cannot_be_settled_fails_alone_and_is_asked_for_later(world, monkeypatch):
    first, second = approved(world, (SOAP, 1)), approved(world, (LINEN, 1))
    settle = orders.settle_exports

    def breaks(*, made, at):
        if any(intent.subject_id == first.id for intent, _ in made):
            raise ZeroDivisionError("a fault of ours")
        return settle(made=made, at=at)

    monkeypatch.setattr(store_order.orders, "settle_exports", breaks)
    world.pursue()
    assert world.order(second.order_ref).state == "synced"
    assert world.intent("store_order", first.id).state == "unknown"  # the shop has it: it is asked, never sent again

    monkeypatch.undo()
    world.settle()
    assert world.order(first.order_ref).state == "synced" and len(world.shop_orders()) == 2
