"""Feeds are claimed in turns of sellers, one at a time of a channel, and kept for as long as they are read."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connection
from tests.goods_rows import store

from entrepot.accounts.services import create_seller
from entrepot.core.clock import now
from entrepot.core.errors import RemoteRefused
from entrepot.ingress.models import Feed
from entrepot.ingress.services import NEWS_FEEDS, WHOLE_FEEDS, hint_feed, pull_due
from entrepot.ingress.services import pull as module
from entrepot.ingress.services.pull import pull_now, take_feed
from entrepot.kit.read import Read
from entrepot.kit.requests import Request

pytestmark = pytest.mark.django_db(transaction=True)
NAMES = ("products", "fulfilments")


@pytest.fixture
def make(db):
    """Makes a store of a new seller with these feeds, due; its feeds by name."""

    def made(code: str, *names: str) -> dict[str, Feed]:
        channel = store(create_seller(code=code, name=code))
        return {
            n: Feed.objects.create(seller=channel.seller, channel=channel, name=n, every_s=60, not_before=now())
            for n in names
        }

    return made


@pytest.fixture
def read(monkeypatch):
    """Have pulls answer with ``pages``, a generator function; what they bring goes nowhere."""
    first = dict(module.PAGES)

    def use(pages, finish=None):
        monkeypatch.setattr(module, "pull", pages)
        for name in ("products", "stock", "fulfilments"):
            way = first[name]
            monkeypatch.setitem(
                module.PAGES, name, type(way)(way.windows, lambda *_: None, finish or way.finish)
            )  # fmt: skip

    return use


def one_page(*_: object):
    yield Read(records=[1])


def again(feed: Feed) -> Feed:
    return Feed.objects.get(id=feed.id)


def due(feed: Feed) -> None:
    Feed.objects.filter(id=feed.id).update(not_before=now())


def test_a_pull_is_closed_and_due_again_after_its_time(make, read):
    feed = make("aydin", "products")["products"]
    read(one_page)

    assert pull_due(limit=1, names=NEWS_FEEDS, at=now()) == 1

    done = again(feed)
    assert (done.runs, done.last_count, done.claim_no, done.claimed_by, done.leased_until) == (1, 1, 1, "", None)
    assert timedelta(seconds=50) < done.not_before - now() <= timedelta(seconds=60)
    assert pull_due(limit=1, names=NEWS_FEEDS, at=now()) == 0


def test_a_refusal_counts_as_an_attempt_and_is_told(make, read):
    feed = make("aydin", "products")["products"]

    def refused(*_: object):
        raise RemoteRefused("400: no such shop")
        yield

    read(refused)
    pull_due(limit=1, names=NEWS_FEEDS, at=now())
    assert (again(feed).attempts, again(feed).last_error, again(feed).leased_until) == (1, "400: no such shop", None)

    due(feed)
    read(one_page)
    pull_due(limit=1, names=NEWS_FEEDS, at=now())
    assert (again(feed).attempts, again(feed).last_error) == (0, "")


def test_only_feeds_of_live_channels_that_are_on_are_claimed(make, read):
    off, away = make("aydin", "products")["products"], make("borealis", "products")["products"]
    Feed.objects.filter(id=off.id).update(is_enabled=False)
    type(away.channel).objects.filter(id=away.channel_id).update(state="locked_out")
    read(one_page)

    assert pull_due(limit=5, names=NEWS_FEEDS, at=now()) == 0


def test_a_slow_channel_holds_one_thread_and_others_go_on(make, read):
    slow = make("slow", *NAMES)
    quick = make("quick", "products")["products"]
    Feed.objects.filter(id=quick.id).update(not_before=now() + timedelta(hours=1))
    begun, go_on = threading.Event(), threading.Event()

    def waiting(*_: object):
        begun.set()
        assert go_on.wait(20)
        yield Read(records=[1])

    def drain():
        pull_due(limit=1, names=NEWS_FEEDS, at=now())
        connection.close()

    read(waiting)
    thread = threading.Thread(target=drain)
    thread.start()
    try:
        assert begun.wait(20)
        read(one_page)
        assert pull_due(limit=5, names=NEWS_FEEDS, at=now()) == 0  # the other feed of the slow channel waits
        due(quick)
        assert pull_due(limit=5, names=NEWS_FEEDS, at=now()) == 1
    finally:
        go_on.set()
        thread.join()

    assert pull_due(limit=5, names=NEWS_FEEDS, at=now()) == 1
    assert {again(f).runs for f in slow.values()} == {1}


def test_a_pass_over_all_goods_does_not_hold_back_what_is_new(make, read):
    feeds = make("aydin", "stock", "products")
    take_feed(feed=feeds["stock"], at=now())
    read(one_page)

    assert pull_due(limit=1, names=WHOLE_FEEDS, at=now()) == 0
    assert pull_due(limit=1, names=NEWS_FEEDS, at=now()) == 1


def test_a_lease_that_ran_out_is_claimed_again(make, read):
    feed = make("aydin", "products")["products"]
    take_feed(feed=feed, at=now() - timedelta(hours=1))
    read(one_page)

    assert pull_due(limit=1, names=NEWS_FEEDS, at=now()) == 1
    assert again(feed).claim_no == 2


def test_a_long_pull_keeps_its_claim_between_pages_and_requests(make, read, monkeypatch):
    feed = make("aydin", "products")["products"]
    monkeypatch.setattr(module, "_BEAT_S", 0.0)
    told = []

    def pages(_spec, _capability, _account, _window, send):
        for n in range(3):
            Feed.objects.filter(id=feed.id).update(leased_until=now() - timedelta(seconds=1))  # it took so long
            send(Request("GET", f"/{n}"))
            told.append(again(feed).leased_until > now())
            yield Read(records=[n], next=Request("GET", "/next") if n < 2 else None)

    class Remote:
        spec, account = None, None

        def send(self, _request):
            return None

    monkeypatch.setattr(module.channels, "client_for", lambda *_: Remote())
    monkeypatch.setattr(module, "_keep", lambda *_: None)
    read(pages)

    assert pull_due(limit=1, names=NEWS_FEEDS, at=now()) == 3

    assert told == [True, True, True]
    assert again(feed).runs == 1


def test_who_was_fenced_off_in_the_middle_stops_and_says_nothing_of_the_end(make, read):
    feed = make("aydin", "products")["products"]
    finished = []

    def pages(*_: object):
        take_feed(feed=again(feed), at=now())  # a person pulls it now
        yield Read(records=[1])

    read(pages, finish=lambda *_: finished.append(1))
    pull_due(limit=1, names=NEWS_FEEDS, at=now())

    assert finished == []
    assert (again(feed).runs, again(feed).claim_no, again(feed).last_error) == (0, 2, "")
    assert again(feed).leased_until is not None  # of who has it now


def test_a_hint_in_the_middle_of_a_pull_is_read_at_once_by_the_next(make, read):
    feed = make("aydin", "products")["products"]
    Feed.objects.filter(id=feed.id).update(wanted_refs=["7"], wanted_nos={"7": 0})

    def pages(*_: object):
        hint_feed(channel_id=feed.channel_id, name="products", refs=["7"], at=now())
        yield Read(records=[1])

    read(pages)
    pull_now(feed=again(feed), at=now())
    assert again(feed).wanted_refs == ["7"]
    assert again(feed).not_before <= now()

    read(one_page)
    pull_now(feed=again(feed), at=now())
    assert again(feed).wanted_refs == []
    assert again(feed).not_before > now()


def test_sellers_take_turns_whoever_has_more_feeds_waiting(make, read):
    for code in ("many-a", "many-b"):
        make(code, *NAMES)
    (few,) = make("few", "products").values()
    Feed.objects.exclude(id=few.id).update(not_before=now() - timedelta(hours=1))
    read(one_page)

    pull_due(limit=3, names=NEWS_FEEDS, at=now())

    assert sorted(Feed.objects.filter(runs=1).values_list("seller__code", flat=True)) == ["few", "many-a", "many-b"]
