"""One id from the news of an order to the calls that are made for it, in the call log, the logs and the panel."""

from __future__ import annotations

import pytest
import structlog
from django.contrib.admin.sites import site
from structlog.testing import capture_logs

from entrepot.channels.models import CallLog
from entrepot.core.correlation import correlation_id, correlation_ids
from entrepot.egress.services import intents
from entrepot.ingress.services import apply
from entrepot.orders import services as orders
from entrepot.panel import timelines

from .world import LINEN, SOAP

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def fresh_loggers(monkeypatch):
    """Loggers that no earlier test has bound to its own configuration."""
    for module in (apply, intents):
        monkeypatch.setattr(module, "log", structlog.get_logger(module.__name__))


def named(order):
    return correlation_id(order.channel_id, order.order_ref)


def calls(order, **wanted):
    return CallLog.objects.filter(correlation__contains=[named(order)], **wanted)


def test_every_call_for_an_order_carries_the_id_that_its_news_had(world, auto):
    first, second = world.buy((SOAP, 1)), world.buy((LINEN, 2))

    _travelled(world)

    one, other = world.order(first), world.order(second)
    assert named(one) == f"{world.market.id}:{one.order_ref}"
    assert calls(one, method="POST", channel_id=world.store.id).exists()
    moves = CallLog.objects.filter(channel_id=world.market.id, method="PUT")
    assert {tuple(c.correlation) for c in moves} == {(named(one),), (named(other),)}  # each is told alone
    assert correlation_ids() == ()


def test_orders_that_travel_together_are_all_named_on_the_one_call(world, auto):
    told = [world.buy((SOAP, 1)) for _ in range(3)]
    world.poll()
    world.apply()

    world.settle()

    made = CallLog.objects.get(channel_id=world.store.id, method="POST", endpoint__contains="batch")
    assert set(made.correlation) == {named(world.order(ref)) for ref in told}


def test_what_goes_wrong_on_the_way_is_logged_under_the_orders_id(world, auto, monkeypatch):
    order = world.order(_applied(world))

    def broken(*_args, **_more):
        raise RuntimeError(f"out of order, at work on {correlation_ids()}")

    monkeypatch.setitem(intents.PURSUE, "store_order", broken)
    with capture_logs(processors=[_correlated]) as written:
        world.pursue()

    (line,) = [x for x in written if x["event"] == "intent.failed"]
    assert line["correlation"] == [named(order)]
    assert f"at work on ('{named(order)}',)" in str(line["exc_info"])


def test_news_that_cannot_be_applied_is_logged_under_the_orders_id(world, monkeypatch):
    told = world.buy((SOAP, 1))
    world.poll()

    def broken(**_more):
        raise RuntimeError("out of order")

    monkeypatch.setattr(orders, "take_orders", broken)
    with capture_logs(processors=[_correlated]) as written:
        world.apply()

    (line,) = [x for x in written if x["event"] == "receipt.failed"]
    assert line["correlation"] == [correlation_id(world.market.id, str(told["order_number"]))]


def test_an_orders_page_shows_the_calls_that_were_made_for_it_and_no_others(world, auto, rf):
    first, second = world.buy((SOAP, 1)), world.buy((LINEN, 2))
    _travelled(world)
    order, other = world.order(first), world.order(second)

    (table,) = [s for s in timelines.order(rf.get("/"), order) if getattr(s, "title", "") == "Calls made for it"]

    shown = "".join(str(cell) for row in table.rows for cell in row)
    assert len(table.rows) == calls(order).count() > 1
    assert all(f"/{call.pk}/" in shown for call in calls(order))
    assert not any(f"/{call.pk}/" in shown for call in calls(other, method="PUT"))


def test_the_call_log_is_searched_by_it(world, auto, rf):
    order = world.order(_applied(world))
    world.settle()

    found, _ = site._registry[CallLog].get_search_results(rf.get("/"), CallLog.objects.all(), f" {named(order)} ")

    assert set(found) == set(calls(order))
    assert found


def _travelled(world):
    """Into the shop, and both packages on their way."""
    world.arrive()
    world.read_shop()
    world.settle()


def _applied(world):
    told = world.buy((SOAP, 1))
    world.poll()
    world.apply()
    return told


def _correlated(_logger, _name, event):
    from entrepot.config.logs import _correlate

    return _correlate(_logger, _name, event)
