"""Webhooks are judged by what polls find: a miss is told and read again, and only proven ones slow polls down."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.goods_rows import AT, market, store

from entrepot.channels.services import change_settings, want_topic, want_webhooks
from entrepot.core.clock import to_ms
from entrepot.ingress.models import Feed, HookIncident, HookWatch, Receipt
from entrepot.ingress.services.receipts import keep_rows
from entrepot.ingress.services.silence import judge_webhooks, keep_sightings, note_active, note_gaps, pace_s

pytestmark = pytest.mark.django_db
LATE = timedelta(seconds=120)  # hub.webhook_late_s where nobody chose


def after(seconds):
    return AT + timedelta(seconds=seconds)


@pytest.fixture
def ty(aydin):
    """Trendyol with webhooks on and active since AT, and a feed of orders that has read up to then."""
    channel = want_webhooks(seller_id=aydin.id, channel_id=market(aydin).id, is_wanted=True, at=AT)
    note_active(channel=channel, topics=["packages"], at=AT)
    Feed.objects.create(
        seller=aydin, channel=channel, name="orders", every_s=6, not_before=after(9000), watermark_ms=to_ms(after(900))
    )
    return channel


def told(channel, ref, seconds, *, hook=None, poll=None, words="a", kind="package"):
    """News of a package with the remote's stamp ``seconds``, and when a webhook and a poll brought it."""
    keep_rows(
        [
            Receipt(
                seller_id=channel.seller_id, channel_id=channel.id, kind=kind, subject_ref=f"O{ref}", raw={},
                via="webhook" if hook is not None else "poll", identity=f"{ref}:{to_ms(after(seconds))}:{words}",
                received_at=after(hook if hook is not None else poll), told_at=after(seconds),
                hooked_at=None if hook is None else after(hook), polled_at=None if poll is None else after(poll),
            )
        ],
        at=AT,
    )  # fmt: skip


def watch(channel):
    return HookWatch.objects.system().get(channel=channel)


def feed(channel):
    return Feed.objects.system().get(channel=channel)


def incidents(channel):
    rows = HookIncident.objects.system().filter(channel=channel).order_by("id")
    return [(i.cause, i.missed, i.closed_at is None) for i in rows]


def test_news_that_both_brought_is_proof_and_news_that_only_a_webhook_brought_is_none(ty):
    told(ty, 1, 10, hook=11)
    told(ty, 1, 10, poll=15)
    told(ty, 2, 20, poll=21)
    told(ty, 2, 20, hook=23)
    told(ty, 3, 30, hook=31)

    assert judge_webhooks(channel=ty, at=after(400)) == 0
    assert (watch(ty).in_a_row, watch(ty).brought, watch(ty).missed) == (2, 2, 0)
    assert judge_webhooks(channel=ty, at=after(800)) == 0
    assert watch(ty).in_a_row == 2  # nothing is judged twice


def test_what_only_a_poll_found_is_a_silence_and_its_gap_is_read_again_at_once(ty):
    told(ty, 1, 10, hook=11, poll=15)
    told(ty, 2, 50, poll=51)

    assert judge_webhooks(channel=ty, at=after(51) + LATE - timedelta(seconds=1)) == 0
    assert incidents(ty) == []
    assert judge_webhooks(channel=ty, at=after(52) + LATE) == 1

    assert incidents(ty) == [("silence", 1, True)]
    assert (watch(ty).in_a_row, watch(ty).missed) == (0, 1)
    assert (feed(ty).watermark_ms, feed(ty).not_before) == (to_ms(after(50)), after(52) + LATE)


def test_a_pull_that_was_under_way_does_not_take_the_gap_for_read(ty):
    from entrepot.ingress.services.feeds import settle_hints

    claimed = feed(ty)
    told(ty, 2, 50, poll=51)
    judge_webhooks(channel=ty, at=after(400))

    settle_hints(feed=claimed, began=after(399))

    assert feed(ty).watermark_ms == to_ms(after(50))


def test_younger_news_of_the_same_package_by_webhook_counts_for_what_it_overtook(ty):
    told(ty, 1, 10, poll=12)
    told(ty, 1, 14, hook=16, words="b")
    told(ty, 2, 10, poll=12)
    told(ty, 2, 9, hook=13, words="b")  # older: it does not

    assert judge_webhooks(channel=ty, at=after(400)) == 1
    assert (watch(ty).brought, watch(ty).missed) == (1, 1)


def test_what_happened_before_webhooks_were_on_is_no_miss(ty):
    told(ty, 1, -60, poll=5)

    assert judge_webhooks(channel=ty, at=after(400)) == 0
    assert watch(ty).brought == 0


def test_a_silence_is_over_when_the_gap_was_read_and_a_webhook_came_again(ty):
    told(ty, 2, 50, poll=51)
    judge_webhooks(channel=ty, at=after(400))
    Feed.objects.system().update(last_done_at=after(401))
    judge_webhooks(channel=ty, at=after(402))
    assert incidents(ty) == [("silence", 1, True)]  # read, but nothing came since

    told(ty, 3, 410, hook=411, poll=412)
    judge_webhooks(channel=ty, at=after(800))

    assert incidents(ty) == [("silence", 1, False)]
    told(ty, 4, 810, poll=811)
    judge_webhooks(channel=ty, at=after(1200))
    assert incidents(ty) == [("silence", 1, False), ("silence", 1, True)]


def test_a_gap_that_nobody_read_keeps_its_incident_open(ty):
    told(ty, 2, 50, poll=51)
    judge_webhooks(channel=ty, at=after(400))
    told(ty, 3, 410, hook=411, poll=412)

    judge_webhooks(channel=ty, at=after(800))
    assert incidents(ty) == [("silence", 1, True)]


@pytest.mark.parametrize("cause", ["switched_off", "missing"])
def test_what_the_remote_switched_off_is_an_incident_from_when_it_was_seen_active_last(ty, cause):
    ty.webhooks_seen_at = after(300)
    told(ty, 1, 350, poll=352)

    assert note_gaps(channel=ty, causes={"packages": cause}, at=after(400)) == 1
    assert note_gaps(channel=ty, causes={"packages": cause}, at=after(401)) == 0
    note_active(channel=ty, topics=[], at=after(401))
    assert (watch(ty).ok_since, watch(ty).in_a_row) == (None, 0)
    assert feed(ty).watermark_ms == to_ms(after(300))

    note_active(channel=ty, topics=["packages"], at=after(410))
    Feed.objects.system().update(last_done_at=after(411))
    judge_webhooks(channel=ty, at=after(420))
    assert incidents(ty) == [(cause, 1, False)]


def test_a_switch_off_that_nobody_wanted_ends_trust_and_one_that_a_person_wanted_too(ty):
    HookWatch.objects.system().update(in_a_row=50)
    assert pace_s(feed=feed(ty), channel=ty) == 24

    ty = want_topic(seller_id=ty.seller_id, channel_id=ty.id, topic="packages", is_wanted=False, at=AT)
    note_active(channel=ty, topics=[], at=after(100))

    assert pace_s(feed=feed(ty), channel=ty) == 6
    assert feed(ty).not_before == after(100)
    assert incidents(ty) == []


@pytest.mark.parametrize(
    ("in_a_row", "settings", "seconds"),
    [
        (19, {}, 6), (20, {}, 24), (20, {"hub.webhook_trust": 21}, 6), (20, {"hub.webhook_slow": 1}, 6),
        (20, {"hub.webhook_slow": 10}, 60), (20, {"hub.webhook_slow": 10, "hub.webhook_late_s": 60}, 30),
    ],
)  # fmt: skip
def test_polls_slow_down_after_enough_proof_and_never_beyond_what_lets_them_judge(ty, in_a_row, settings, seconds):
    change_settings(seller_id=ty.seller_id, channel_id=ty.id, settings=settings)
    ty.refresh_from_db()
    HookWatch.objects.system().update(in_a_row=in_a_row)

    assert pace_s(feed=feed(ty), channel=ty) == seconds


def test_one_miss_ends_the_slow_pace(ty):
    HookWatch.objects.system().update(in_a_row=500)
    told(ty, 2, 50, poll=51)

    judge_webhooks(channel=ty, at=after(400))

    assert pace_s(feed=feed(ty), channel=ty) == 6


def test_feeds_that_no_webhook_helps_keep_their_pace(ty, aydin):
    HookWatch.objects.system().update(in_a_row=500)
    review = Feed.objects.create(seller=aydin, channel=ty, name="review", every_s=2)

    assert pace_s(feed=review, channel=ty) == 2


def test_a_poll_of_a_shop_notes_what_webhooks_should_have_brought_and_nothing_older(aydin):
    shop = want_webhooks(seller_id=aydin.id, channel_id=store(aydin).id, is_wanted=True, at=AT)
    seen = [("7", after(5)), ("8", after(-5)), ("9", None)]
    keep_sightings(channel=shop, kind="product", told=seen, at=after(6))
    assert not Receipt.objects.system().exists()  # nobody looked whether they are active

    note_active(channel=shop, topics=["product.created", "product.updated", "order.updated"], at=AT)
    keep_sightings(channel=shop, kind="product", told=seen, at=after(6))
    keep_sightings(channel=shop, kind="product", told=seen, at=after(26))

    assert list(Receipt.objects.system().values_list("subject_ref", "status", "outcome")) == [("7", "done", "seen")]
    Feed.objects.create(seller=aydin, channel=shop, name="products", every_s=20, watermark_ms=to_ms(after(300)))
    assert judge_webhooks(channel=shop, at=after(400)) == 1
    assert incidents(shop) == [("silence", 1, True)]


def test_another_sellers_channel_is_judged_by_its_own_news(ty, borealis):
    other = want_webhooks(seller_id=borealis.id, channel_id=market(borealis).id, is_wanted=True, at=AT)
    note_active(channel=other, topics=["packages"], at=AT)
    told(other, 2, 50, poll=51)

    assert judge_webhooks(channel=ty, at=after(400)) == 0
    assert incidents(ty) == []
