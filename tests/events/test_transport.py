"""The way back from Kafka with no broker: the log has everything, and what was had is not given again."""

from __future__ import annotations

import pytest

from entrepot.core.clock import now
from entrepot.events.models import Event, EventCursor, SeenEvent
from entrepot.events.services import Happening, deliver_once, record_many, sequence_once
from entrepot.events.services.subscribers import Subscriber
from entrepot.events.services.transport import switch_transport

pytestmark = pytest.mark.django_db(transaction=True)


def happen(type_: str, *keys: str) -> None:
    record_many([Happening(type_, key, {}, 7, f"order {key}") for key in keys])
    sequence_once()


def test_what_a_topic_did_not_bring_comes_out_of_the_log_once():
    had: list[Event] = []
    subscriber = Subscriber("tests.back", had.extend, frozenset({"order.new"}))
    switch_transport(to="kafka", at=now(), subscribers=[subscriber])
    happen("order.new", "a", "b", "c")
    second = Event.objects.order_by("seq")[1]
    cursor = EventCursor.objects.get(subscriber=subscriber.name)
    SeenEvent.objects.create(cursor_id=cursor.id, event_id=second.event_id)  # a consumer had it

    switch_transport(to="postgres", at=now(), subscribers=[subscriber])
    deliver_once(subscriber)
    deliver_once(subscriber)

    assert [event.key for event in had] == ["a", "c"]
