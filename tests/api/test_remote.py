"""A channel from its credentials to live over HTTP, against the sandbox; and what a remote's refusal becomes."""

from __future__ import annotations

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from entrepot.channels.models import Channel
from entrepot.channels.services import client_for
from entrepot.channels.tasks import work_on_channel
from entrepot.core.clock import now
from entrepot.ingress.services import hook_url, is_ours, watch_webhooks
from entrepot.ingress.services.subscribe import subscriptions
from entrepot.sandbox.server import SandboxServer

pytestmark = pytest.mark.django_db(transaction=True)  # no remote is called inside a test's transaction


@pytest.fixture(scope="module")
def sandbox():
    with SandboxServer() as server:
        yield server.credentials() | {"remotes": server.remotes}


@pytest.fixture
def added(api, keys, sandbox, settings):
    """Adds a channel of the sandbox over HTTP; its address below ``/channels``."""
    settings.ENTREPOT_PUBLIC_URL = "https://hub.example"

    def add(slug, **changes):
        told = sandbox[slug]
        names = {"woocommerce": ("consumer_key", "consumer_secret"), "trendyol": ("api_key", "api_secret")}[slug]
        body = {
            "connector": slug, "name": slug.title(), "base_url": told["url"],
            "account_ref": str(told.get("seller_id", "")), "secrets": {n: told[n] for n in names} | changes,
        }  # fmt: skip
        answer = api(keys.aydin).post("/channels", body)
        assert answer.status_code == 201, answer.content
        return f"/channels/{answer.json()['id']}"

    return add


@pytest.fixture
def asked(api, keys):
    """Asks for work on a channel, lets the worker's job do it, and gives the run as the API tells it."""

    def ask(path, body=None, method="POST"):
        answer = api(keys.aydin)(method, path, body)
        assert answer.status_code == 202, answer.content
        assert answer.json()["state"] == "queued"  # no remote was called within the request
        job = ProcrastinateJob.objects.get(args__run_id=answer.json()["id"])
        work_on_channel(**job.args)
        return api(keys.aydin).get(f"/runs/{answer.json()['id']}").json()

    return ask


def test_a_store_goes_from_credentials_to_live(api, keys, added, asked):
    mine, channel = api(keys.aydin), added("woocommerce")
    early = mine.post(f"{channel}/match").status_code, mine.post(f"{channel}/go-live").status_code

    checked = asked(f"{channel}/check")
    state = mine.get(channel).json()["state"]
    matched = asked(f"{channel}/match")
    live = asked(f"{channel}/go-live")

    assert early == (409, 409)
    assert set(checked["report"]["checks"].values()) == {"ok"}, checked
    assert (checked["outcome"], state) == ("ok", "checked")
    assert matched["report"]["read"] > 0
    assert mine.get(channel).json()["state"] == "live"
    assert live["report"]["feeds"] == len(mine.get(f"{channel}/feeds").json()["items"]) > 0
    assert mine.post(f"{channel}/go-live").status_code == 409


def test_a_live_store_is_pulled_now_feed_by_feed(api, keys, added, asked):
    mine, channel = api(keys.aydin), added("woocommerce")
    for step in ("check", "match", "go-live"):
        asked(f"{channel}/{step}")

    pulled = asked(f"{channel}/pull", {"feeds": ["products"]})

    assert (pulled["state"], pulled["outcome"], pulled["done"]) == ("done", "ok", 1)
    (feed,) = pulled["report"]["feeds"]
    assert (feed["feed"], feed["error"]) == ("products", "")
    assert feed["records"] > 0
    runs = {f["name"]: f["runs"] for f in mine.get(f"{channel}/feeds").json()["items"]}
    assert runs.pop("products") == 1
    assert set(runs.values()) == {0}
    nothing = mine.post(f"{channel}/pull", {"feeds": ["weather"]})
    assert nothing.status_code == 409
    assert "it has fulfilments, products, stock" in nothing.json()["detail"]
    assert mine.post(f"{channel}/push", {}).status_code == 409  # offers are pushed to marketplaces


def test_an_empty_marketplace_is_pushed_to_and_has_nothing_due(api, keys, added, asked):
    mine, channel = api(keys.aydin), added("trendyol")
    mine.post(f"{channel}/storefronts", {"code": "TR"})
    for step in ("check", "match", "go-live"):
        asked(f"{channel}/{step}")
    early = mine.post(f"{channel}/push", {"wait_s": 0})

    mine.post(f"{channel}/approve-push")
    pushed = asked(f"{channel}/push", {"wait_s": 0})

    assert early.status_code == 409
    assert "nobody approved the first push" in early.json()["detail"]
    assert (pushed["outcome"], pushed["report"]["due"]) == ("ok", 0)


def test_wrong_credentials_are_said_in_the_check(api, keys, added, asked):
    channel = added("trendyol", api_secret="wrong")

    checked = asked(f"{channel}/check")

    assert (checked["state"], checked["outcome"]) == ("done", "refused")
    assert api(keys.aydin).get(channel).json()["state"] == "draft"
    assert any("no permission" in result for result in checked["report"]["checks"].values())
    assert "wrong" not in str(checked)


def states(listed):
    return [(w["topic"], w["state"]) for w in listed["items"] if w["state"] != "of_others"]


def test_webhooks_are_enabled_once_listed_and_deleted(api, keys, added, asked):
    mine, channel = api(keys.aydin), added("trendyol")
    before = mine.get(f"{channel}/webhooks").json()

    asked(f"{channel}/webhooks")
    asked(f"{channel}/webhooks")
    listed = mine.get(f"{channel}/webhooks").json()

    assert (before["is_wanted"], before["seen_at"], before["items"]) == (False, None, [])
    assert (listed["is_wanted"], listed["differs"]) == (True, False)
    ours = [w for w in listed["items"] if w["state"] != "of_others"]
    assert [(w["state"], w["is_active"], w["host"]) for w in ours] == [("ok", True, "hub.example")]
    token = Channel.objects.get(id=channel.split("/")[-1]).webhook_token
    assert token not in str(listed)  # with the whole address anybody could post

    assert asked(f"{channel}/webhooks", method="DELETE")["report"] == {"deleted": 1}
    after = mine.get(f"{channel}/webhooks").json()
    assert (after["is_wanted"], states(after)) == (False, [])


def test_a_webhook_that_a_person_switches_off_stays_off_until_switched_on(api, keys, added, asked):
    mine, channel = api(keys.aydin), added("trendyol")
    asked(f"{channel}/webhooks")
    hook = next(w for w in mine.get(f"{channel}/webhooks").json()["items"] if w["state"] == "ok")
    one = f"{channel}/webhooks/{hook['subscription_ref']}"
    row = Channel.objects.get(id=channel.split("/")[-1])

    asked(f"{one}/deactivate")
    row.refresh_from_db()
    assert watch_webhooks(channel=row, at=now()) == 0
    off = mine.get(f"{channel}/webhooks").json()
    asked(f"{one}/activate")
    on = mine.get(f"{channel}/webhooks").json()
    asked(one, method="DELETE")
    row.refresh_from_db()
    assert watch_webhooks(channel=row, at=now()) == 0
    gone = mine.get(f"{channel}/webhooks").json()

    assert (states(off), off["differs"]) == ([(hook["topic"], "off")], False)
    assert states(on) == [(hook["topic"], "ok")]
    assert (states(gone), gone["differs"]) == ([], False)
    assert mine.post(f"{one}/activate").status_code == 404


def hosts(listed):
    return [w["host"] for w in listed["items"] if w["state"] == "ok"]


def test_a_new_address_of_ours_moves_the_subscription_and_leaves_none_behind(api, keys, added, asked, settings):
    mine, channel = api(keys.aydin), added("trendyol")
    asked(f"{channel}/webhooks")
    row = Channel.objects.get(id=channel.split("/")[-1])
    assert watch_webhooks(channel=row, at=now()) == 0

    settings.ENTREPOT_PUBLIC_URL = "https://new.example"
    asked(f"{channel}/webhooks/look")
    before = mine.get(f"{channel}/webhooks").json()
    moved = watch_webhooks(channel=row, at=now())
    after = mine.get(f"{channel}/webhooks").json()

    assert hosts(before) == ["hub.example"]  # ours, though at an address that we had
    assert (moved, hosts(after)) == (1, ["new.example"])
    assert [s.url for s in subscriptions(client_for(row)) if is_ours(row, s)] == [hook_url(row)]
    assert watch_webhooks(channel=row, at=now()) == 0


def test_what_the_remote_switched_off_is_drift_until_the_watch_revives_it(api, keys, added, asked):
    mine, channel = api(keys.aydin), added("trendyol")
    asked(f"{channel}/webhooks")
    row = Channel.objects.get(id=channel.split("/")[-1])
    client = client_for(row)
    (hook,) = [w for w in subscriptions(client) if w.url == hook_url(row)]
    client.send(client.spec.can["register_webhooks"].deactivate(client.account, hook.subscription_ref))

    asked(f"{channel}/webhooks/look")
    drifted = mine.get(f"{channel}/webhooks").json()
    revived = watch_webhooks(channel=row, at=now())
    mended = mine.get(f"{channel}/webhooks").json()

    assert (drifted["differs"], states(drifted)) == (True, [(hook.topic, "switched_off")])
    assert (revived, mended["differs"], states(mended)) == (1, False, [(hook.topic, "ok")])


def test_an_address_that_the_remote_would_refuse_is_refused_here(api, keys, added, settings):
    channel = added("trendyol")
    Channel.objects.filter(id=channel.split("/")[-1]).update(base_url="https://apigw.trendyol.com")
    settings.ENTREPOT_PUBLIC_URL = "http://localhost:8000"

    answer = api(keys.aydin).post(f"{channel}/webhooks")

    assert answer.status_code == 422
    assert "localhost" in answer.json()["detail"]


def test_a_remote_elsewhere_is_not_told_an_address_of_this_machine(api, keys, added, settings):
    channel = added("woocommerce")
    Channel.objects.filter(id=channel.split("/")[-1]).update(base_url="https://shop.example.com")
    settings.ENTREPOT_PUBLIC_URL = "http://127.0.0.1:8000"

    answer = api(keys.aydin).post(f"{channel}/webhooks")

    assert answer.status_code == 422
    assert "must be an address that Woocommerce can reach, not http://127.0.0.1:8000" in answer.json()["detail"]
