"""A backup agrees with itself: events, cursors, what is parked and what is not sequenced yet."""

from __future__ import annotations

from urllib.parse import quote

import psycopg
import pytest
from django.db import connection

from entrepot.accounts.services import create_seller
from entrepot.config.database import backup, check_backup, restore
from entrepot.events.models import ParkedEvent
from entrepot.events.services import Happening, deliver_once, record_many, sequence_once
from entrepot.events.services.subscribers import Subscriber

pytestmark = pytest.mark.django_db(transaction=True)
COUNTS = {
    "events": "SELECT count(*), max(seq), min(key) FROM events_event",
    "outbox": "SELECT count(*) FROM events_outbox",
    "cursors": "SELECT subscriber, seq FROM events_eventcursor",
    "parked": "SELECT key, is_guilty, error FROM events_parkedevent ORDER BY seq",
    "sellers": "SELECT code, name FROM accounts_seller",
    "partitions": "SELECT count(*) FROM pg_inherits WHERE inhparent = 'events_event'::regclass",
}


def address(name):
    s = connection.settings_dict
    user = f"{quote(s['USER'])}:{quote(s['PASSWORD'])}@" if s["PASSWORD"] else f"{quote(s['USER'])}@"
    return f"postgresql://{user}/{name}?host={quote(s['HOST'], safe='')}" + (f"&port={s['PORT']}" if s["PORT"] else "")


def read(url):
    with psycopg.connect(url) as other:
        return {name: other.execute(sql).fetchall() for name, sql in COUNTS.items()}


@pytest.fixture
def other_database():
    """An empty database beside the test's."""
    name = f"{connection.settings_dict['NAME']}_restored"
    with psycopg.connect(address("postgres"), autocommit=True) as server:
        server.execute(f'DROP DATABASE IF EXISTS "{name}"')
        server.execute(f'CREATE DATABASE "{name}"')
    yield address(name)
    with psycopg.connect(address("postgres"), autocommit=True) as server:
        server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def refuses_bad(events):
    if any(e.key == "bad" for e in events):
        raise ValueError("bad")


def test_events_cursors_and_parked_events_come_back_as_they_were(other_database, tmp_path):
    create_seller(code="aydin", name="Aydın Züccaciye ☕")
    record_many([Happening("order.new", key, {"n": "İı"}, 1) for key in ("a", "bad", "b", "bad")])
    sequence_once()
    wired = Subscriber("tests.refuses_bad", refuses_bad, frozenset({"order.new"}))
    while deliver_once(wired):
        pass
    assert ParkedEvent.objects.count() == 2
    record_many([Happening("order.new", "late", {}, 1)])
    here = read(address(connection.settings_dict["NAME"]))

    backup(address(connection.settings_dict["NAME"]), tmp_path / "entrepot.dump")
    restore(other_database, tmp_path / "entrepot.dump")
    assert read(other_database) == here

    # The numbers go on where they were: a cursor of the backup does not skip what comes next.
    with psycopg.connect(other_database) as other:
        given = other.execute("SELECT nextval('events_event_seq')").fetchone()[0]
    assert given > here["events"][0][1]

    restore(other_database, tmp_path / "entrepot.dump")  # over what is there
    assert read(other_database) == here


def test_a_backup_that_lost_its_end_is_found_out_without_a_database(tmp_path):
    whole = tmp_path / "whole.dump"
    backup(address(connection.settings_dict["NAME"]), whole)
    assert check_backup(whole) == ""

    for share in (0.02, 0.5):  # the last blocks are of empty tables: nothing is lost without them
        cut = tmp_path / f"{share}.dump"
        cut.write_bytes(whole.read_bytes()[: int(whole.stat().st_size * share)])

        assert "cut off or damaged" in check_backup(cut)
