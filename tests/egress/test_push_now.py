"""Push now: what a worker does, here and at once, and what is left of it."""

from __future__ import annotations

import pytest

from entrepot.channels.services import start_work
from entrepot.channels.services.work import Told
from entrepot.egress.services import push_now
from entrepot.listings.models import Listing

from ..goods_rows import AT, goods, listings, market

pytestmark = pytest.mark.django_db


@pytest.fixture
def channel(aydin):
    channel = market(aydin, state="live")
    channel.first_push_approved_at = AT
    channel.save()
    return channel


@pytest.fixture
def told(channel):
    run = start_work(seller_id=channel.seller_id, channel_id=channel.id, work="push", is_deferred=False, at=AT)
    return Told(run.pk)


def test_where_nothing_is_due_it_is_done_at_once(channel, told):
    assert push_now.PUSH.do(channel, {"wait_s": 300}, told) == (
        "ok", {"due": 0, "offers": 0, "content": 0, "in_review": 0, "refused": 0},
    )  # fmt: skip


def test_what_was_refused_is_counted_and_the_run_says_partial(aydin, channel, told):
    listings(goods(aydin, 2))
    first, _ = Listing.objects.for_seller(aydin.id).order_by("id")
    Listing.objects.for_seller(aydin.id).filter(pk=first.pk).update(state="failed")

    outcome, found = push_now.PUSH.do(channel, {"wait_s": 0}, told)

    assert (outcome, found["refused"]) == ("partial", 1)
