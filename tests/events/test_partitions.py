"""Partitions are made ahead, and dropped only behind the slowest subscriber."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from entrepot.events.models import EventCursor
from entrepot.events.services import drop_old_partitions, ensure_partitions
from entrepot.events.services.partitions import days_ready, partitioned_tables, partitions

pytestmark = pytest.mark.django_db
NOW = datetime(2031, 5, 20, 23, 30, tzinfo=UTC)
KEEP = {"events_event": 7}


def day(n):
    return f"events_event_p{NOW + timedelta(days=n):%Y%m%d}"


def event(seq, at):
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO events_event (seq, event_id, type, topic, key, subject, payload, at, recorded_at)"
            " VALUES (%s, gen_random_uuid(), 'order.new', 'order', '1', '', '{}', %s, %s)",
            [seq, at, at],
        )


def dropped():
    """What goes at NOW, without the partitions that the migration made for the real present."""
    return [name for name in drop_old_partitions(keep_days=KEEP, at=NOW) if "_p2031" in name]


def old_partitions():
    """Partitions of eight to ten days before NOW, with one event each: seq 1, 2, 3."""
    ensure_partitions(at=NOW - timedelta(days=9), days_ahead=1)
    for seq, age in ((1, 10), (2, 9), (3, 8)):
        event(seq, NOW - timedelta(days=age))
    return [day(-10), day(-9), day(-8)]


def test_the_coming_fourteen_days_are_made_once():
    assert {day(n) for n in range(-1, 15)} <= set(ensure_partitions(at=NOW))
    assert ensure_partitions(at=NOW) == []
    assert set(partitioned_tables()) >= {"events_event", "events_statechange"}
    assert days_ready(at=NOW) == 14
    assert days_ready(at=NOW + timedelta(days=12)) == 2
    assert days_ready(at=NOW + timedelta(days=15)) == -1


def test_a_row_lands_in_its_utc_day():
    ensure_partitions(at=NOW)

    event(1, NOW)

    with connection.cursor() as cursor:
        cursor.execute("SELECT tableoid::regclass::text FROM events_event WHERE seq = 1")
        assert cursor.fetchone()[0] == day(0)


def test_old_partitions_go_when_every_subscriber_has_read_them():
    old = old_partitions()
    EventCursor.objects.create(subscriber="a", seq=3, moved_at=NOW)
    EventCursor.objects.create(subscriber="b", seq=2, moved_at=NOW)

    assert dropped() == old[:2]

    EventCursor.objects.filter(subscriber="b").update(seq=3)
    assert dropped() == old[2:]
    assert not set(old) & set(partitions("events_event"))


def test_partitions_within_their_age_stay():
    ensure_partitions(at=NOW - timedelta(days=7), days_ahead=0)

    drop_old_partitions(keep_days=KEEP, at=NOW)

    assert day(-7) in partitions("events_event")
    assert day(-8) not in partitions("events_event")


def test_a_dead_subscriber_is_cut_off_and_holds_nothing_up(caplog):
    old = old_partitions()
    EventCursor.objects.create(subscriber="dead", seq=1, moved_at=NOW - timedelta(days=15))
    EventCursor.objects.create(subscriber="alive", seq=3, moved_at=NOW)

    assert dropped() == old

    assert EventCursor.objects.get(subscriber="dead").cut_off_at == NOW
    assert EventCursor.objects.get(subscriber="alive").cut_off_at is None
    assert "subscriber.cut_off" in caplog.text


def test_tables_without_an_age_are_kept():
    old_partitions()
    count = len(partitions("events_statechange"))

    drop_old_partitions(keep_days=KEEP, at=NOW + timedelta(days=900))

    assert len(partitions("events_statechange")) == count
