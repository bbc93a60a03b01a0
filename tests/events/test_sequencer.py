"""Numbers are given by one sequencer, so a reader that remembers one number misses nothing."""

from __future__ import annotations

import threading

import pytest
from django.db import connection, connections, transaction

from entrepot.events.models import Event, Outbox
from entrepot.events.services import Happening, record, record_many, sequence_once

pytestmark = pytest.mark.django_db(transaction=True)


def keys_after(seq):
    return [e.key for e in Event.objects.filter(seq__gt=seq).order_by("seq")]


def in_thread(work):
    """Run ``work`` on a connection of its own; its exception is ours."""
    failed = []

    def body():
        try:
            work()
        except BaseException as error:
            failed.append(error)
        finally:
            connections.close_all()

    thread = threading.Thread(target=body)
    thread.start()
    thread.join(20)
    assert not thread.is_alive()
    if failed:
        raise failed[0]


def test_a_row_that_commits_late_is_not_missed():
    with transaction.atomic():
        record(type="order.new", key=1, payload={}, seller_id=7)
        in_thread(lambda: record(type="order.new", key=2, payload={}, seller_id=7))

        in_thread(sequence_once)  # key 1 has the lower outbox id, and is not visible yet
        read_up_to = Event.objects.get().seq

    assert sequence_once() == 1
    assert keys_after(0) == ["2", "1"]
    assert keys_after(read_up_to) == ["1"]


def test_events_keep_the_order_of_their_ids_and_all_they_carry():
    record_many([Happening("order.new", n, {"n": n}, 7, f"order A-{n}") for n in range(250)])
    before = list(Outbox.objects.order_by("id").values_list("event_id", "key", "at"))

    assert sequence_once(limit=100) == 100
    assert sequence_once(limit=100) == 100
    assert sequence_once(limit=100) == 50
    assert sequence_once(limit=100) == 0

    events = list(Event.objects.order_by("seq"))
    assert [(e.event_id, e.key, e.at) for e in events] == before
    assert [e.seq for e in events] == sorted({e.seq for e in events})
    assert (events[3].topic, events[3].type, events[3].payload, events[3].subject) == (
        "order", "order.new", {"n": 3}, "order A-3",
    )  # fmt: skip
    assert Outbox.objects.count() == 0


def test_only_one_of_two_sequencers_works_at_a_time():
    record_many([Happening("order.new", n, {}, 7) for n in range(10)])
    counts = []

    with transaction.atomic():
        assert sequence_once(limit=4) == 4
        in_thread(lambda: counts.append(sequence_once()))
    assert counts == [0]

    in_thread(lambda: counts.append(sequence_once()))
    assert counts == [0, 6]
    assert keys_after(0) == [str(n) for n in range(10)]


def test_two_sequencers_racing_number_every_event_once():
    record_many([Happening("order.new", n, {}, 7) for n in range(2000)])
    done = threading.Event()

    def race():
        while not done.is_set():
            if not sequence_once(limit=50) and not Outbox.objects.exists():
                done.set()
        connections.close_all()

    threads = [threading.Thread(target=race) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert keys_after(0) == [str(n) for n in range(2000)]


def test_a_rolled_back_service_leaves_no_event():
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        record(type="order.new", key=1, payload={}, seller_id=7)
        1 / 0

    assert sequence_once() == 0


def test_a_killed_sequencer_loses_nothing():
    record_many([Happening("order.new", n, {}, 7) for n in range(5)])

    with transaction.atomic():
        assert sequence_once() == 5
        transaction.set_rollback(True)

    assert Event.objects.count() == 0
    assert sequence_once() == 5
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(DISTINCT seq) FROM events_event")
        assert cursor.fetchone()[0] == 5
