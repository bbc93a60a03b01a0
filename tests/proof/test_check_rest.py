"""Rest: each thing that can stay open is seen, and with any of them there is no rest."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest
from django.db import connection
from proof.checks import events
from proof.rest import bury, come_to_rest, open_things, unread
from tests.proof.world import AT, NUMBER

from entrepot.channels.models import Channel
from entrepot.ingress.models import Feed, SetAside
from entrepot.jobs.models import Run
from proof import rest

pytestmark = pytest.mark.django_db


class Ledgers:
    """Of a marketplace where these orders were bought."""

    def __init__(self, *numbers: str) -> None:
        self.bought = dict.fromkeys(numbers)

    def read(self) -> None:
        """Nothing is written since."""


@pytest.fixture(autouse=True)
def no_time(monkeypatch):
    """Looks follow one another without a pause, on the one connection of the test."""
    monkeypatch.setattr(rest, "_LOOK_S", 0)
    monkeypatch.setattr(rest.connections, "close_all", lambda: None)


def sql(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def opened() -> list[str]:
    return [finding.counter for finding in open_things()]


def feed(**facts: object) -> Feed:
    market = Channel.objects.system().get(role="marketplace")
    given = {"name": "orders", "every_s": 60, "last_began_at": AT, "last_done_at": AT, **facts}
    return Feed.objects.system().create(seller_id=market.seller_id, channel=market, **given)


@pytest.mark.parametrize(("kind", "counters"), [("package", ["receipts_open"]), ("product", [])])
def test_a_package_that_could_not_be_read_is_open_and_a_product_is_for_a_person(world, kind, counters):
    store = Channel.objects.system().get(role="store")
    SetAside.objects.system().create(
        seller_id=store.seller_id, channel=store, kind=kind, subject="x", field="total", reason="?", first_at=AT,
        last_at=AT,
    )  # fmt: skip

    assert opened() == counters


@pytest.mark.parametrize("state", ["queued", "submitted", "closing"])
def test_a_listing_on_its_way_is_open(world, state):
    world.update("listings_listing", f"state = '{state}'")

    assert opened() == ["items_open"]


@pytest.mark.parametrize(("state", "counters"), [("queued", 1), ("running", 1), ("done", 0)])
def test_a_run_without_an_end_is_open(world, state, counters):
    Run.objects.create(kind="sheet", title="x", state=state, asked_at=AT)

    assert opened() == ["items_open"] * counters


def test_an_event_that_was_not_seen_yet_is_open(world):
    sql("DELETE FROM proof.seen")

    assert opened() == ["items_open"]


def test_an_event_that_nobody_recorded_is_found(world):
    sql("DELETE FROM proof.recorded")

    assert world.found(events.check_events) == ["events_twice"]


@pytest.mark.parametrize("lacking", ["last_began_at", "last_done_at"])
def test_a_feed_that_was_not_read_to_its_end_since_is_unread(world, lacking):
    row = feed()
    assert unread(AT) == []
    assert len(unread(AT + timedelta(seconds=1))) == 1

    Feed.objects.system().filter(id=row.id).update(**{lacking: None})
    assert len(unread(AT)) == 1

    Feed.objects.system().filter(id=row.id).update(is_enabled=False)
    assert unread(AT) == []


def test_an_order_that_is_not_known_is_no_rest(world):
    assert come_to_rest(Ledgers(NUMBER), pids=list, seconds=1) == []

    left = come_to_rest(Ledgers(NUMBER, "777"), pids=list, seconds=0.1)

    assert Counter(finding.counter for finding in left) == {"receipts_open": 1}


def test_a_claim_of_the_dead_is_waited_for_and_cut_short_only_where_there_is_no_time(world):
    claim = "claimed_by = 'vm:4711:drain-0', leased_until = now() + interval '1 hour'"
    world.update("ingress_receipt", claim)

    left = come_to_rest(Ledgers(NUMBER), pids=lambda: [4712], seconds=0.1)

    assert [finding.counter for finding in left] == ["claims_open"]
    assert bury([4711]) == 0
    assert come_to_rest(Ledgers(NUMBER), pids=lambda: [4712], seconds=1, is_hurried=True) == []
