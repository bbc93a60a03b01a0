"""How well webhooks come, in one word, and over HTTP."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.goods_rows import AT, market

from entrepot.channels.services import change_settings
from entrepot.ingress.models import HookIncident, HookWatch
from entrepot.ingress.queries import hook_health

pytestmark = pytest.mark.django_db


@pytest.fixture
def channel(aydin):
    return market(aydin)


def watched(channel, kind, **given):
    own = {"seller_id": channel.seller_id, "channel_id": channel.id}
    HookWatch.objects.create(**own, kind=kind, judged_until=AT, **given)


def gap(channel, kind, *, closed_at=None):
    own = {"seller_id": channel.seller_id, "channel_id": channel.id}
    HookIncident.objects.create(
        **own, kind=kind, cause="silence", opened_at=AT, gap_from=AT - timedelta(minutes=9), closed_at=closed_at
    )


def states(channel):
    return {h.kind: h.state for h in hook_health(channel=channel)}


def test_webhooks_are_off_young_healthy_or_silent(channel):
    watched(channel, "a", ok_since=None, in_a_row=0)
    watched(channel, "b", ok_since=AT, in_a_row=19)
    watched(channel, "c", ok_since=AT, in_a_row=20)
    watched(channel, "d", ok_since=AT, in_a_row=500)
    gap(channel, "d")
    gap(channel, "c", closed_at=AT)  # over
    gap(channel, "a", closed_at=AT)

    assert states(channel) == {"a": "off", "b": "young", "c": "healthy", "d": "silent"}


def test_how_many_it_takes_to_be_healthy_is_a_setting(channel):
    watched(channel, "a", ok_since=AT, in_a_row=3)

    assert states(channel) == {"a": "young"}
    channel = change_settings(seller_id=channel.seller_id, channel_id=channel.id, settings={"hub.webhook_trust": 3})
    assert states(channel) == {"a": "healthy"}


def test_a_channel_takes_two_queries_whatever_it_has(channel, django_assert_num_queries):
    for kind in ("a", "b", "c"):
        watched(channel, kind)

    with django_assert_num_queries(2):
        assert [h.kind for h in hook_health(channel=channel)] == ["a", "b", "c"]
