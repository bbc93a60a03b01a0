"""Pages are applied in their order, each while the next one is on its way; what fails in between is kept, not lost."""

from __future__ import annotations

import threading

import pytest
from tests.goods_rows import store

from entrepot.accounts.services import create_seller
from entrepot.channels.models import Channel
from entrepot.core.clock import now
from entrepot.ingress.models import Feed
from entrepot.ingress.services import pull as module
from entrepot.ingress.services.pull import pull_now
from entrepot.kit.read import Read
from entrepot.kit.requests import Request

pytestmark = pytest.mark.django_db(transaction=True)


class Remote:
    """Pages that say when they were asked for, and applied."""

    def __init__(self, count: int, *, fails_at: int | None = None) -> None:
        self.count, self.fails_at, self.told = count, fails_at, []
        self.asked_next = threading.Event()

    def pages(self, *_: object):
        for n in range(self.count):
            self.told.append(("asked", n, threading.current_thread() is threading.main_thread()))
            if n:
                self.asked_next.set()
            yield Read(records=[n], next=Request("GET", f"/{n + 1}") if n + 1 < self.count else None)

    def apply(self, _feed, _channel, read, *_: object) -> None:
        (n,) = read.records
        if n + 1 < self.count:
            assert self.asked_next.wait(5), "the next page was not asked for meanwhile"
            self.asked_next.clear()
        if n == self.fails_at:
            raise ValueError("cannot be applied")
        self.told.append(("applied", n, True))


@pytest.fixture
def feed(db):
    channel = store(create_seller(code="aydin", name="Aydın Züccaciye"))
    return Feed.objects.create(seller=channel.seller, channel=channel, name="products", every_s=60, not_before=now())


def pulled(monkeypatch, feed: Feed, remote: Remote) -> int:
    monkeypatch.setattr(module, "pull", remote.pages)
    way = module.PAGES["products"]
    monkeypatch.setitem(module.PAGES, "products", type(way)(way.windows, remote.apply, way.finish))
    count = pull_now(feed=feed, at=now())
    feed.refresh_from_db()
    return count


def test_the_next_page_is_asked_for_while_one_is_applied_and_all_are_applied_in_order(monkeypatch, feed):
    remote = Remote(4)

    assert pulled(monkeypatch, feed, remote) == 4

    assert [n for what, n, _ in remote.told if what == "applied"] == [0, 1, 2, 3]
    assert [n for what, n, _ in remote.told if what == "asked"] == [0, 1, 2, 3]
    assert (feed.last_error, feed.watermark_ms is not None) == ("", True)


def test_a_single_page_needs_no_thread_of_its_own(monkeypatch, feed):
    remote = Remote(1)

    assert pulled(monkeypatch, feed, remote) == 1

    assert remote.told == [("asked", 0, True), ("applied", 0, True)]


def test_a_page_that_cannot_be_applied_stops_the_pull_and_the_watermark_stays(monkeypatch, feed):
    remote = Remote(5, fails_at=1)

    pulled(monkeypatch, feed, remote)

    assert [n for what, n, _ in remote.told if what == "asked"] == [0, 1, 2]
    assert "cannot be applied" in feed.last_error
    assert feed.watermark_ms is None
    assert Channel.objects.system().get().state == "live"
    assert not [t for t in threading.enumerate() if t.name.startswith("page-ahead")]
