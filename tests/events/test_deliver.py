"""A handler's writes and its cursor are one transaction; poison is found, parked and replayed in order."""

from __future__ import annotations

import threading
from datetime import UTC, datetime

import pytest
from django.db import OperationalError, connection, connections, transaction

from entrepot.accounts.models import Seller
from entrepot.core.errors import Refused
from entrepot.events.models import Event, EventCursor, ParkedEvent
from entrepot.events.services import Happening, deliver_once, record_many, replay_parked, sequence_once
from entrepot.events.services.deliver import LIST
from entrepot.events.services.subscribers import Subscriber

pytestmark = pytest.mark.django_db(transaction=True)


class Recorder:
    """A handler that writes what it saw into a table, and fails on the keys it is told to."""

    def __init__(self, poison=()):
        self.poison, self.calls = set(poison), []

    def __call__(self, events):
        self.calls.append([e.key for e in events])
        for event in events:
            Seller.objects.create(code=f"s-{event.seq}", name=f"{event.key}:{event.payload['n']}")
            if event.key in self.poison:
                raise ValueError(f"cannot take {event.key}")

    @property
    def effects(self):
        return [s.name for s in Seller.objects.order_by("id")]


def subscriber(handler, *, in_order=True, types=("order.new",)):
    return Subscriber("tests.handler", handler, frozenset(types), in_order)


def happen(*keys, type="order.new"):
    record_many([Happening(type, key, {"n": n}, 7) for n, key in enumerate(keys)])
    sequence_once()


def drain(wired):
    while deliver_once(wired):
        pass


def test_each_event_has_its_effect_once_and_in_order():
    handler = Recorder()
    happen("a", "b", "a")

    assert deliver_once(subscriber(handler)) == 3
    assert deliver_once(subscriber(handler)) == 0
    happen("c")
    assert deliver_once(subscriber(handler)) == 1

    assert handler.effects == ["a:0", "b:1", "a:2", "c:0"]
    assert handler.calls == [["a", "b", "a"], ["c"]]


def test_a_handler_sees_what_was_recorded_to_the_microsecond():
    at, seen = datetime(2026, 3, 29, 1, 59, 59, 999999, tzinfo=UTC), []
    record_many([Happening("order.new", 7, {"n": "İ", "amount": "0.10"}, 7, "order/A-7", at)])
    sequence_once()

    deliver_once(subscriber(seen.extend))

    assert [(e.key, e.subject, e.payload, e.at) for e in seen] == [("7", "order/A-7", {"n": "İ", "amount": "0.10"}, at)]
    assert seen[0].recorded_at == Event.objects.get().recorded_at


def test_only_the_types_asked_for_are_delivered():
    handler = Recorder()
    happen("a")
    happen("b", type="order.cancelled")

    drain(subscriber(handler, types=("order.cancelled",)))

    assert handler.effects == ["b:0"]


def test_a_list_has_at_most_five_thousand_events():
    sizes = []
    happen(*range(LIST + 7))

    drain(subscriber(lambda events: sizes.append(len(events))))

    assert sizes == [LIST, 7]


def test_death_between_handler_and_cursor_undoes_the_handler():
    class Killed(BaseException):
        """What SystemExit or a lost process is to the transaction."""

    handler = Recorder()
    happen("a", "b")

    def dies(events):
        handler(events)
        raise Killed

    with pytest.raises(Killed):
        deliver_once(subscriber(dies))
    assert handler.effects == []
    assert ParkedEvent.objects.count() == 0

    deliver_once(subscriber(handler))
    assert handler.effects == ["a:0", "b:1"]


@pytest.fixture
def stuck_cursor():
    """A cursor that cannot be moved; call it to free it."""

    def sql(statement):
        with connection.cursor() as cursor:
            cursor.execute(statement)

    sql(
        "CREATE FUNCTION tests_stuck() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN RAISE EXCEPTION 'stuck' USING ERRCODE = '40001'; END $$"
    )
    sql("CREATE TRIGGER tests_stuck BEFORE UPDATE ON events_eventcursor FOR EACH ROW EXECUTE FUNCTION tests_stuck()")
    yield lambda: sql("DROP TRIGGER tests_stuck ON events_eventcursor")
    sql("DROP FUNCTION tests_stuck CASCADE")


def test_a_cursor_that_does_not_move_takes_the_handlers_writes_back(stuck_cursor):
    handler = Recorder()
    happen("a", "b")

    with pytest.raises(OperationalError):
        deliver_once(subscriber(handler))
    assert handler.effects == []

    stuck_cursor()
    assert deliver_once(subscriber(handler)) == 2
    assert handler.effects == ["a:0", "b:1"]


def test_two_dispatchers_deliver_once():
    handler = Recorder()
    happen("a", "b")
    other = []

    def slow(events):
        handler(events)
        thread = threading.Thread(
            target=lambda: (other.append(deliver_once(subscriber(handler))), connections.close_all())
        )
        thread.start()
        thread.join(10)

    assert deliver_once(subscriber(slow)) == 2
    assert other == [0]
    assert handler.effects == ["a:0", "b:1"]


def test_the_guilty_event_is_found_and_parked_and_the_rest_goes_on():
    handler = Recorder(poison={"37"})
    happen(*range(100))

    drain(subscriber(handler))

    assert handler.effects == [f"{n}:{n}" for n in range(100) if n != 37]
    parked = ParkedEvent.objects.get()
    assert (parked.key, parked.is_guilty, parked.error) == ("37", True, "ValueError: cannot take 37")
    assert len(handler.calls) <= 1 + 2 * 7  # halving: two calls for each of log2(100) steps


def test_two_guilty_events_are_both_found():
    handler = Recorder(poison={"3", "4"})
    happen(*range(8))

    drain(subscriber(handler))

    assert sorted(ParkedEvent.objects.values_list("key", flat=True)) == ["3", "4"]
    assert handler.effects == ["0:0", "1:1", "2:2", "5:5", "6:6", "7:7"]


def test_later_events_of_a_parked_key_wait_behind_it_and_are_replayed_in_order():
    handler = Recorder(poison={"a"})
    happen("a", "b", "a", "c")
    drain(subscriber(handler))
    happen("a", "b")
    drain(subscriber(handler))
    assert handler.effects == ["b:1", "c:3", "b:1"]
    assert [(p.key, p.is_guilty) for p in ParkedEvent.objects.order_by("seq")] == [
        ("a", True),
        ("a", False),
        ("a", False),
    ]

    guilty = ParkedEvent.objects.get(is_guilty=True)
    assert replay_parked(guilty.id, subscriber=subscriber(handler)) == 0
    assert ParkedEvent.objects.get(id=guilty.id).tries == 2
    assert ParkedEvent.objects.count() == 3

    handler.poison.clear()
    assert replay_parked(guilty.id, subscriber=subscriber(handler)) == 3
    assert handler.effects == ["b:1", "c:3", "b:1", "a:0", "a:2", "a:0"]
    happen("a")
    drain(subscriber(handler))
    assert handler.effects[-1] == "a:0"
    assert ParkedEvent.objects.count() == 0


def test_the_same_key_of_another_topic_does_not_wait():
    handler = Recorder(poison={"1"})
    wired = subscriber(handler, types=("order.new", "listing.live"))
    happen("1")
    drain(wired)
    handler.poison.clear()

    happen("1", type="listing.live")
    drain(wired)

    assert handler.effects == ["1:0"]
    assert ParkedEvent.objects.get().topic == "order"


def test_nothing_waits_when_order_does_not_matter():
    handler = Recorder(poison={"a"})
    happen("a")
    drain(subscriber(handler, in_order=False))
    handler.poison.clear()

    happen("a")
    drain(subscriber(handler, in_order=False))

    assert handler.effects == ["a:0"]
    assert ParkedEvent.objects.count() == 1


def test_a_replay_does_not_race_the_dispatcher():
    handler = Recorder(poison={"a"})
    happen("a")
    drain(subscriber(handler))
    parked_id = ParkedEvent.objects.get().id
    failed = []

    def replays():
        try:
            replay_parked(parked_id, subscriber=subscriber(handler))
        except Refused as error:
            failed.append(error)
        finally:
            connections.close_all()

    with transaction.atomic():
        EventCursor.objects.select_for_update().get(subscriber="tests.handler")
        thread = threading.Thread(target=replays)
        thread.start()
        thread.join(10)

    assert len(failed) == 1


@pytest.mark.parametrize("sqlstate", ["40P01", "40001"])
def test_a_deadlock_is_tried_again_and_nothing_is_parked(sqlstate):
    import psycopg.errors

    handler = Recorder()
    happen("a", "b")
    times = []

    def unlucky(events):
        times.append(1)
        if len(times) < 3:
            raise OperationalError("unlucky") from psycopg.errors.lookup(sqlstate)("unlucky")
        handler(events)

    assert deliver_once(subscriber(unlucky)) == 2
    assert handler.effects == ["a:0", "b:1"]
    assert ParkedEvent.objects.count() == 0


def test_an_idle_subscriber_follows_the_head_without_a_write_each_time():
    wired = subscriber(Recorder(), types=("never.happens",))
    happen("a")
    deliver_once(wired)
    first = EventCursor.objects.get()
    happen("b")

    deliver_once(wired)

    assert first.seq == Event.objects.order_by("seq").first().seq
    assert EventCursor.objects.get().seq == first.seq  # moves again when it is 5,000 behind, or an hour old
