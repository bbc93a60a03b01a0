"""A channel from its credentials to live over HTTP, against the sandbox; and what a remote's refusal becomes."""

from __future__ import annotations

import pytest

from entrepot.sandbox.server import SandboxServer

pytestmark = pytest.mark.django_db(transaction=True)  # no remote is called inside a test's transaction


@pytest.fixture(scope="module")
def sandbox():
    with SandboxServer() as server:
        yield server.credentials()


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


def test_a_store_goes_from_credentials_to_live(api, keys, added):
    mine, channel = api(keys.aydin), added("woocommerce")
    early = mine.post(f"{channel}/match").status_code, mine.post(f"{channel}/go-live").status_code

    checked = mine.post(f"{channel}/check").json()
    matched = mine.post(f"{channel}/match").json()
    live = mine.post(f"{channel}/go-live").json()

    assert early == (409, 409)
    assert set(checked["checks"].values()) == {"ok"}, checked
    assert checked["channel"]["state"] == "checked"
    assert matched["read"] > 0
    assert live["channel"]["state"] == "live"
    assert live["feeds"] == len(mine.get(f"{channel}/feeds").json()["items"]) > 0
    assert mine.post(f"{channel}/go-live").status_code == 409


def test_wrong_credentials_are_said_in_the_check(api, keys, added):
    channel = added("trendyol", api_secret="wrong")

    checked = api(keys.aydin).post(f"{channel}/check").json()

    assert checked["channel"]["state"] == "draft"
    assert any("no permission" in result for result in checked["checks"].values())
    assert "wrong" not in str(checked)


def test_webhooks_are_enabled_once_and_listed(api, keys, added):
    mine, channel = api(keys.aydin), added("trendyol")

    first = mine.post(f"{channel}/webhooks")
    again = mine.post(f"{channel}/webhooks")
    listed = mine.get(f"{channel}/webhooks").json()

    assert (first.status_code, again.status_code) == (200, 200), first.content
    assert listed == again.json()
    assert [h["is_active"] for h in listed["items"]] == [True]
    assert listed["url"].startswith("https://hub.example/hooks/")


def test_an_address_that_the_remote_would_refuse_is_refused_here(api, keys, added, settings):
    channel = added("trendyol")
    settings.ENTREPOT_PUBLIC_URL = "http://localhost:8000"

    answer = api(keys.aydin).post(f"{channel}/webhooks")

    assert answer.status_code == 422
    assert "localhost" in answer.json()["detail"]
