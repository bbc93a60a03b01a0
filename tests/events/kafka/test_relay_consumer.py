"""A real broker between the event log and the handlers: order, and one effect, whatever is killed."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime

import pytest

from entrepot.accounts.models import Seller
from entrepot.core.clock import now
from entrepot.core.errors import Refused
from entrepot.events.kafka.consumer import TopicReader
from entrepot.events.models import Event, EventCursor, ParkedEvent, SeenEvent, TopicOffset
from entrepot.events.services import Happening, deliver_once, record_many, replay_parked, sequence_once
from entrepot.events.services.transport import settle, switch_transport, transport_in_force

from .stream import (
    CONSUMER,
    RELAY,
    backup_of_the_database,
    count_in_topic,
    event_ids,
    happen,
    messages_of,
    plainly_read,
    process,
    publish,
    read_until,
)

pytestmark = pytest.mark.django_db(transaction=True)


def test_each_key_has_its_events_in_order_and_each_event_one_effect(on_kafka, reader, effects, subscriber):
    happen(*[f"k{n % 7}" for n in range(700)])

    assert publish(on_kafka) == 700
    read_until(*reader(), lambda: len(effects.seen) >= 700)

    assert {key: effects.of(key) for key in (f"k{n}" for n in range(7))} == {
        f"k{n}": list(range(n, 700, 7)) for n in range(7)
    }
    assert SeenEvent.objects.count() == 700
    assert len({o.partition for o in TopicOffset.objects.all() if o.next_offset}) == 3


def test_a_relay_killed_after_publishing_publishes_twice_and_the_effect_is_one(
    on_kafka, reader, effects, cluster, broker, tmp_path
):
    happen(*"abcab")
    with process(RELAY, broker, tmp_path) as relay:
        assert relay.stdout.readline() == b"published\n"
        relay.kill()

    assert publish(on_kafka) == 5  # its position had not moved

    found = messages_of(cluster, event_ids())
    assert sorted(found) == sorted([*event_ids(), *event_ids()])
    made, consumer = reader()
    read_until(made, consumer, lambda: sum(o.next_offset for o in TopicOffset.objects.all()) >= count_in_topic(cluster))
    assert sorted(effects.seen) == ["a:0", "a:3", "b:1", "b:4", "c:2"]


def test_a_consumer_that_was_overtaken_changes_nothing(on_kafka, reader, effects):
    happen(*"abcdef")
    publish(on_kafka)
    lists = []

    class Zombie(TopicReader):
        """Stands still between reading and delivering, long enough for the group to go on without it."""

        def _passage(self, messages):
            passage = super()._passage(messages)
            if passage is not None and passage.events:
                lists.append([e.key for e in passage.events])
                zombies.unsubscribe()
                read_until(*reader(), lambda: len(effects.seen) == 6)
                SeenEvent.objects.all().delete()  # as after a week: the moved offsets alone say that it is too late
            return passage

    zombie, zombies = reader(Zombie)
    offsets = lambda: sorted(TopicOffset.objects.values_list("partition", "next_offset"))
    read_until(zombie, zombies, lambda: bool(lists))
    after = offsets()
    zombie.read_once(reader()[1])

    assert lists
    assert lists[0]
    assert sorted(effects.seen) == [f"{key}:{n}" for n, key in enumerate("abcdef")]
    assert offsets() == after


@pytest.mark.slow
def test_two_consumers_share_the_partitions_and_the_living_one_takes_all(
    on_kafka, effects, subscriber, broker, tmp_path
):
    keys = [f"k{n}" for n in range(30)]
    rounds = 0

    def share():
        nonlocal rounds
        happen(*keys, start=rounds * 30)
        rounds += 1
        publish(on_kafka)
        until = time.monotonic() + 40
        while time.monotonic() < until and Seller.objects.count() < rounds * 30:
            time.sleep(0.1)
        return {name.rsplit(":", 1)[1] for name in Seller.objects.values_list("name", flat=True).order_by("-id")[:30]}

    with (
        process(CONSUMER, broker, tmp_path, subscriber.name) as one,
        process(CONSUMER, broker, tmp_path, subscriber.name) as two,
    ):
        try:
            until = time.monotonic() + 60
            while time.monotonic() < until and share() != {str(one.pid), str(two.pid)}:
                pass
            both = share()
            one.kill()
            alone = share()
        finally:
            one.kill()
            two.kill()

    assert both == {str(one.pid), str(two.pid)}
    assert alone == {str(two.pid)}
    counts = [name.rsplit(":", 1)[0] for name in Seller.objects.values_list("name", flat=True)]
    assert sorted(counts) == sorted(f"{key}:{n}" for n, key in enumerate(keys * rounds))


def test_a_plain_client_reads_a_cloud_event(on_kafka, broker, cluster):
    at = datetime(2026, 3, 29, 1, 59, 59, 999999, tzinfo=UTC)
    record_many([Happening("order.new", "41", {"order_ref": "İ-41"}, None, "order/A-41", at)])
    sequence_once()
    publish(on_kafka)
    event = Event.objects.get()

    key, headers, value = plainly_read(broker, cluster, str(event.event_id))

    assert (key, json.loads(value)) == ("41", {"order_ref": "İ-41"})
    recorded = headers.pop("ce_recordedat")
    assert datetime.fromisoformat(recorded) == event.recorded_at
    assert headers == {
        "content-type": "application/json", "ce_specversion": "1.0", "ce_id": str(event.event_id),
        "ce_source": "/entrepot", "ce_type": "order.new", "ce_subject": "order/A-41", "ce_topic": "order",
        "ce_time": "2026-03-29T01:59:59.999999Z", "ce_seq": str(event.seq),
    }  # fmt: skip


def test_a_killed_broker_that_comes_back_has_lost_nothing(on_kafka, reader, effects, broker):
    happen(*"ab")
    publish(on_kafka)
    made, consumer = reader()
    read_until(made, consumer, lambda: len(effects.seen) == 2)

    broker.restart()
    happen(*"abc", start=2)
    assert publish(on_kafka) == 3
    read_until(made, consumer, lambda: len(effects.seen) >= 5)

    assert (effects.of("a"), effects.of("b"), effects.of("c")) == ([0, 2], [1, 3], [4])


def test_the_guilty_event_is_parked_and_its_key_waits_behind_it(on_kafka, reader, effects, subscriber):
    effects.poison = {"bad"}
    happen("good", "bad", "good", "bad")
    publish(on_kafka)

    made, consumer = reader()
    read_until(made, consumer, lambda: len(effects.seen) == 2 and ParkedEvent.objects.count() == 2)

    assert sorted(effects.seen) == ["good:0", "good:2"]
    assert [(p.key, p.is_guilty) for p in ParkedEvent.objects.order_by("seq")] == [("bad", True), ("bad", False)]
    effects.poison = set()
    assert replay_parked(ParkedEvent.objects.get(is_guilty=True).id, subscriber=subscriber) == 2
    assert effects.of("bad") == [1, 3]


def test_after_a_restore_nothing_is_lost_and_nothing_has_a_second_effect(on_kafka, reader, effects, cluster):
    happen("a", "b")
    publish(on_kafka)
    made, consumer = reader()
    read_until(made, consumer, lambda: len(effects.seen) == 2)
    happen("a", "b", start=2)  # in the backup, and not yet published
    with backup_of_the_database():
        publish(on_kafka)
        read_until(made, consumer, lambda: len(effects.seen) == 4)
        happen("a", "lost", start=4)  # of a future that the backup does not know
        publish(on_kafka)
        read_until(made, consumer, lambda: len(effects.seen) == 6)
    consumer.close()
    assert sorted(effects.seen) == ["a:0", "b:1"]

    happen("a", "new", start=7)  # numbered as those that are forgotten were
    assert publish(on_kafka) == 4  # the two of the backup again, and the two new ones
    read_until(*reader(), lambda: sum(o.next_offset for o in TopicOffset.objects.all()) >= count_in_topic(cluster))

    assert effects.of("a") == [0, 2, 7]
    assert sorted(effects.seen) == ["a:0", "a:2", "a:7", "b:1", "b:3", "new:8"]


def test_what_a_topic_no_longer_has_is_published_again(on_kafka, reader, effects, subscriber):
    happen("a", "b")
    publish(on_kafka)
    made, consumer = reader()
    read_until(made, consumer, lambda: len(effects.seen) == 2)
    consumer.close()
    settle(subscriber, at=now())
    happen("a", start=2)
    publish(on_kafka)
    TopicOffset.objects.update(next_offset=1_000_000)  # as of topics that were made anew since

    made, consumer = reader()
    made.read_once(consumer)

    assert publish(on_kafka) == 1  # from the first that it may not have had
    read_until(made, consumer, lambda: len(effects.seen) >= 3)
    assert effects.of("a") == [0, 2]


def test_the_transport_changes_only_when_every_subscriber_has_had_everything(cluster, reader, effects, subscriber):
    from entrepot.events.kafka.relay import Relay

    happen("a")
    with pytest.raises(Refused, match=f"{subscriber.name}: 1"):
        switch_transport(to="kafka", at=now(), subscribers=[subscriber])
    deliver_once(subscriber)
    switch_transport(to="kafka", at=now(), subscribers=[subscriber])
    relay = Relay(cluster)
    relay.start()

    happen("b", "b", start=1)
    assert deliver_once(subscriber) == 0
    assert publish(relay) == 2
    made, consumer = reader()
    read_until(made, consumer, lambda: len(effects.seen) == 3)
    switch_transport(to="postgres", at=now(), subscribers=[subscriber])

    assert transport_in_force() == "postgres"
    assert not EventCursor.objects.filter(subscriber__startswith="relay ").exists()
    with pytest.raises(Refused, match="the transport is postgres"):
        relay.start()
    happen("c", start=3)
    assert relay.once() == 0
    deliver_once(subscriber)
    assert effects.seen == ["a:0", "b:1", "b:2", "c:3"]
    relay.close()


def test_the_cursor_follows_what_was_read_so_that_old_partitions_can_go(on_kafka, reader, effects, subscriber):
    happen("a", "b")
    publish(on_kafka)
    made, consumer = reader()
    first, second = Event.objects.order_by("seq").values_list("seq", flat=True)

    settle(subscriber, at=now())
    assert EventCursor.objects.get(subscriber=subscriber.name).seq == first - 1
    read_until(made, consumer, lambda: len(effects.seen) == 2)
    settle(subscriber, at=now())

    relay = EventCursor.objects.get(subscriber=on_kafka.name)
    assert EventCursor.objects.get(subscriber=subscriber.name).seq == relay.seq == second
