"""The dispatcher brings what was committed to who asked for it, soon, and stops when told."""

from __future__ import annotations

import threading
import time

import pytest
from django.db import connections

from entrepot.events.dispatcher import Dispatcher
from entrepot.events.models import EventCursor, ParkedEvent
from entrepot.events.queries import lags, unsequenced
from entrepot.events.services import record
from entrepot.events.services.subscribers import Subscriber
from entrepot.jobs import notices

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def dispatch():
    """Start a dispatcher over these subscribers; it is stopped at the end."""
    stop, threads = threading.Event(), []

    def start(*subscribers, threads_each=2):
        dispatcher = Dispatcher(subscribers, threads=threads_each, stop=stop)
        thread = threading.Thread(target=dispatcher.run)
        thread.start()
        threads.append(thread)

    yield start
    stop.set()
    for thread in threads:
        thread.join(20)
        assert not thread.is_alive()
    notices.NOTICES.stop()
    connections.close_all()


def until(condition, timeout_s=10.0):
    end = time.monotonic() + timeout_s
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.01)
    return False


def happen(key):
    record(type="order.new", key=key, payload={}, seller_id=7)


def test_events_reach_every_subscriber_once_with_two_dispatchers_running(dispatch):
    first, second = [], []
    wired = [
        Subscriber("first", lambda events: first.extend(e.key for e in events), frozenset({"order.new"})),
        Subscriber("second", lambda events: second.extend(e.key for e in events), frozenset({"order.new"})),
    ]
    dispatch(*wired)
    dispatch(*wired)

    for n in range(50):
        happen(n)

    assert until(lambda: len(first) >= 50 and len(second) >= 50)
    time.sleep(0.1)
    assert [int(k) for k in first] == list(range(50))
    assert [int(k) for k in second] == list(range(50))
    assert unsequenced() == 0


def test_one_failing_subscriber_does_not_hold_up_the_other(dispatch):
    seen = []

    def fails(events):
        raise ValueError("no")

    dispatch(
        Subscriber("fails", fails, frozenset({"order.new"})),
        Subscriber("works", lambda events: seen.extend(events), frozenset({"order.new"})),
        threads_each=1,
    )
    happen(1)

    assert until(lambda: len(seen) == 1 and ParkedEvent.objects.count() == 1)
    assert until(
        lambda: {lag.subscriber: (lag.behind, lag.parked) for lag in lags()} == {"fails": (0, 1), "works": (0, 0)}
    )


def test_a_dispatcher_whose_connections_are_cut_goes_on(dispatch):
    seen = []
    dispatch(Subscriber("s", lambda events: seen.extend(e.key for e in events), frozenset({"order.new"})))
    happen(1)
    assert until(lambda: seen == ["1"] and EventCursor.objects.filter(seq__gt=0).exists())

    with connections["default"].cursor() as cursor:
        cursor.execute(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    happen(2)

    assert until(lambda: seen == ["1", "2"])
    assert EventCursor.objects.get().last_error == ""
