"""``entrepot.ingress.services.rewrite`` over HTTP: written anew, and given a new secret; at both remotes of the sandbox."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from entrepot.channels.models import Channel
from entrepot.channels.services import begin_secret, client_for
from entrepot.channels.services.hooks import webhook_secrets
from entrepot.core.clock import now
from entrepot.ingress.services import is_ours
from entrepot.ingress.services.subscribe import subscriptions

from .test_remote import added, asked, sandbox  # noqa: F401 - fixtures

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(params=["trendyol", "woocommerce"])
def on(request, added, asked, sandbox):  # noqa: F811 - fixtures
    """A channel with webhooks on: its address, its row, and all that its remote keeps, as text."""
    channel = added(request.param)
    asked(f"{channel}/webhooks")
    return (
        channel,
        Channel.objects.get(id=channel.split("/")[-1]),
        lambda: str(sandbox["remotes"][request.param].snapshot()),
    )


def ours(row):
    return sorted((s.topic, s.is_active) for s in subscriptions(client_for(row)) if is_ours(row, s))


def test_a_new_secret_reaches_every_subscription_and_changes_nothing_else_of_it(on, api, keys, asked):  # noqa: F811
    channel, row, kept = on
    off = api(keys.aydin).get(f"{channel}/webhooks").json()["items"][0]
    asked(f"{channel}/webhooks/{off['subscription_ref']}/deactivate")
    before, (old,) = ours(row), webhook_secrets(row, at=now())
    times = kept().count(old)

    run = asked(f"{channel}/webhooks/renew-secret")

    row.refresh_from_db()
    new, still = webhook_secrets(row, at=now())
    assert (times, still) == (len(before), old)
    assert (kept().count(old), kept().count(new)) == (0, times)
    assert ours(row) == before
    until = datetime.fromisoformat(run["report"]["before_until"])
    assert abs(until - now() - timedelta(days=1)) < timedelta(minutes=5)
    assert webhook_secrets(row, at=until) == (new,)
    assert new not in str(run)


def test_a_renewal_that_the_remote_broke_off_is_ended_by_asking_again(on, asked):  # noqa: F811 - fixtures
    channel, row, kept = on
    begun = webhook_secrets(begin_secret(seller_id=row.seller_id, channel_id=row.id), at=now())

    asked(f"{channel}/webhooks/renew-secret")

    row.refresh_from_db()
    assert webhook_secrets(row, at=now()) == begun
    assert begun[0] in kept()


def test_a_subscription_is_written_anew_at_our_present_address_on_or_off(on, api, keys, asked, settings):  # noqa: F811
    channel, row, _ = on
    listed = f"{channel}/webhooks"
    hook = api(keys.aydin).get(listed).json()["items"][0]
    one = f"{listed}/{hook['subscription_ref']}"

    def seen():
        rows = api(keys.aydin).get(listed).json()["items"]
        return next((w["state"], w["host"]) for w in rows if w["subscription_ref"] == hook["subscription_ref"])

    settings.ENTREPOT_PUBLIC_URL = "https://new.example"
    told = []
    for is_active in (False, None, True):
        asked(one, {"is_active": is_active}, "PATCH")
        told.append(seen())

    assert told == [("off", "new.example"), ("off", "new.example"), ("ok", "new.example")]
    assert api(keys.borealis).patch(one, {"is_active": False}).status_code == 404
    assert api(keys.aydin).patch(f"{listed}/nobody", {"is_active": False}).status_code == 404
    settings.ENTREPOT_PUBLIC_URL = "https://localhost"
    Channel.objects.filter(id=row.id).update(base_url="https://remote.example")
    assert api(keys.aydin).patch(one, {"is_active": True}).status_code == 422
