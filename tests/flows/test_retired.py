"""A channel that is retired leaves nothing behind that waits for it."""

from __future__ import annotations

import pytest

from entrepot.channels import services as channels
from entrepot.channels.models import Channel, Intent
from entrepot.config.subscribers import SUBSCRIBERS
from entrepot.core.clock import now
from entrepot.egress import services as egress
from entrepot.egress.models import PushBatch
from entrepot.events.models import Event
from entrepot.orders import services as orders

from .world import SHOP, SOAP

pytestmark = pytest.mark.django_db(transaction=True)


def retire(channel: Channel) -> None:
    """A person retires it, and the dispatcher tells those who have to know."""
    assert SUBSCRIBERS["channel.retired"] == [f"{egress.follow_retired.__module__.rsplit('.', 1)[0]}.follow_retired"]
    channel.refresh_from_db()
    channels.move_channel(channel=channel, event="retire", actor="seller", at=now())
    egress.follow_retired([Event(type="channel.retired", key=str(channel.id))])


@pytest.mark.parametrize(
    ("state", "why"),
    [("planned", "Dükkân was retired"), ("unknown", "Dükkân was retired before it was known whether it has this")],
)
def test_orders_on_their_way_into_a_retired_shop_have_failed_and_go_into_the_next(world, state, why):
    told = world.buy((SOAP, 2))
    world.poll()
    world.apply()
    order = world.order(told)
    world.approve(order)
    Intent.objects.system().filter(subject_id=order.id).update(state=state)

    retire(world.store)

    order.refresh_from_db()
    assert (order.state, order.failure) == ("failed", why)
    orders.retry_export(seller_id=world.seller.id, order_id=order.id, at=now())
    order.refresh_from_db()
    assert (order.state, "store" in order.failure) == ("failed", True)  # there is none

    woo = world.server.remotes[SHOP].credentials
    other = channels.add_channel(
        seller_id=world.seller.id, slug=SHOP, name="Yeni dükkân", base_url=woo["url"], at=now(),
        secrets={name: woo[name] for name in ("consumer_key", "consumer_secret")},
    )  # fmt: skip
    Channel.objects.system().filter(id=other.id).update(state="live", settings=world.store.settings)
    orders.retry_export(seller_id=world.seller.id, order_id=order.id, at=now())
    order.refresh_from_db()
    assert (order.state, order.store_id) == ("queued", other.id)


def test_a_move_of_a_package_that_a_retired_marketplace_never_heard_of_says_so(world):
    told = world.buy((SOAP, 1))
    world.arrive()
    package = world.package(told)
    intent = channels.plan_intent(
        seller_id=world.seller.id, channel_id=world.market.id, kind="package_move", subject_id=package.id,
        payload={"event": "pick"}, at=now(),
    )  # fmt: skip

    retire(world.market)

    intent.refresh_from_db()
    package.refresh_from_db()
    assert (intent.state, intent.last_error) == ("refused", "Trendyol was retired")
    assert "retired" in package.stuck_reason


def test_a_batch_of_a_retired_marketplace_is_not_asked_for_for_ever(world):
    front = world.market.storefronts.get()
    batch = PushBatch.objects.system().create(
        seller_id=world.seller.id, channel=world.market, storefront=front, capability="push_offers", item_count=0,
        made_at=now(), state="submitted", batch_ref="b-1",
    )  # fmt: skip
    retire(world.market)

    egress.poll_batches(limit=10, at=now())

    batch.refresh_from_db()
    assert (batch.state, batch.last_error) == ("failed", "Trendyol was retired")


def test_a_channel_that_never_went_live_does_not_go_live_by_losing_its_keys(world):
    woo = world.server.remotes[SHOP].credentials
    fresh = channels.add_channel(
        seller_id=world.seller.id, slug=SHOP, name="Yeni dükkân", base_url=woo["url"], at=now(),
        secrets={name: woo[name] for name in ("consumer_key", "consumer_secret")},
    )  # fmt: skip
    for state in ("draft", "checked", "matched"):
        Channel.objects.system().filter(id=fresh.id).update(state=state)

        channels.access_lost(channel_id=fresh.id, why="401", at=now())
        channels.access_regained(channel_id=fresh.id, at=now())

        fresh.refresh_from_db()
        assert (fresh.state, fresh.last_error) == (state, "401")
