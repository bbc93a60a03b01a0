"""Hints of webhooks: none is lost, whenever it comes and however many there are."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.goods_rows import AT, store

from entrepot.core.clock import to_ms
from entrepot.ingress.models import Feed
from entrepot.ingress.services import NEWS_FEEDS, WHOLE_FEEDS
from entrepot.ingress.services.feeds import MARKET_FEEDS, STORE_FEEDS, hint_feed, read_again, settle_hints

pytestmark = pytest.mark.django_db
SOON = AT + timedelta(seconds=5)


@pytest.fixture
def feed(aydin):
    return Feed.objects.create(
        seller=aydin, channel=store(aydin), name="products", every_s=20, not_before=SOON, watermark_ms=1
    )


def hint(feed: Feed, *refs: str, at=AT) -> None:
    hint_feed(channel_id=feed.channel_id, name="products", refs=refs, at=at)


def now(feed: Feed) -> Feed:
    return Feed.objects.get(id=feed.id)


def test_hints_are_coalesced_and_due_at_once(feed):
    hint(feed, "2", "1")
    hint(feed, "2", "3")

    assert (now(feed).wanted_refs, now(feed).not_before) == (["1", "2", "3"], AT)


def test_what_was_read_is_wanted_no_more_and_the_watermark_moves_to_the_start(feed):
    hint(feed, "1", "2")

    settle_hints(feed=now(feed), began=AT)

    found = now(feed)
    assert (found.wanted_refs, found.wanted_nos, found.watermark_ms) == ([], {}, to_ms(AT))


def test_what_is_named_in_the_middle_of_a_pull_is_read_once_more_though_that_pull_names_it(feed):
    hint(feed, "1", "2")
    claimed = now(feed)
    hint(feed, "2", "3")

    settle_hints(feed=claimed, began=AT)
    assert now(feed).wanted_refs == ["2", "3"]

    settle_hints(feed=now(feed), began=SOON)
    assert now(feed).wanted_refs == []


def test_what_was_wanted_before_hints_had_numbers_is_settled_too(feed):
    Feed.objects.update(wanted_refs=["1"])

    settle_hints(feed=now(feed), began=AT)

    assert now(feed).wanted_refs == []


def test_more_than_can_be_named_is_read_from_the_beginning_and_nothing_is_cut(feed):
    hint(feed, *(str(i) for i in range(3000)))
    assert (len(now(feed).wanted_refs), now(feed).watermark_ms) == (3000, 1)

    hint(feed, "x")
    assert (now(feed).wanted_refs, now(feed).watermark_ms) == ([], None)

    settle_hints(feed=now(feed), began=AT)
    assert now(feed).watermark_ms == to_ms(AT)


@pytest.mark.parametrize("watermark", [1, None])
def test_a_pull_that_began_before_all_was_wanted_again_does_not_count_for_it(feed, watermark):
    Feed.objects.update(watermark_ms=watermark)
    claimed = now(feed)
    read_again(channel_id=feed.channel_id, name="products", at=AT)

    settle_hints(feed=claimed, began=AT)

    assert (now(feed).watermark_ms, now(feed).not_before) == (None, AT)


def test_who_lost_the_claim_settles_nothing(feed):
    hint(feed, "1")
    claimed = now(feed)
    Feed.objects.update(claim_no=claimed.claim_no + 1)

    settle_hints(feed=claimed, began=AT)

    assert (now(feed).wanted_refs, now(feed).watermark_ms) == (["1"], 1)


def test_another_feed_of_the_channel_and_another_channel_hear_nothing(feed, borealis):
    other = Feed.objects.create(seller=borealis, channel=store(borealis), name="products", every_s=20, not_before=SOON)
    stock = Feed.objects.create(seller=feed.seller, channel=feed.channel, name="stock", every_s=20, not_before=SOON)

    hint(feed, "1")

    assert [now(f).wanted_refs for f in (other, stock)] == [[], []]


def test_every_feed_is_drained_by_one_drainer():
    known = {"webhooks", *STORE_FEEDS, *MARKET_FEEDS}

    assert set(NEWS_FEEDS) | set(WHOLE_FEEDS) == known
    assert not set(NEWS_FEEDS) & set(WHOLE_FEEDS)
