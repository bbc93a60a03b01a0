from __future__ import annotations

import asyncio
import json
from base64 import b64encode

import httpx
import pytest

from .trendyol_shop import Receiver, Shop

BASE = "/webhook/sellers/{s}/webhooks"


@pytest.fixture
def receiver():
    server = Receiver()
    yield server
    server.close()


def by_key(url, *statuses):
    return {"url": url, "authenticationType": "API_KEY", "apiKey": "s3cr3t", "subscribedStatuses": list(statuses)}


def by_basic(url):
    return {"url": url, "authenticationType": "BASIC_AUTHENTICATION", "username": "u", "password": "p"}


def delivered(shop, *, until=None, seconds=3.0):
    """Tick as the server does until nothing is on its way, or until the condition holds."""

    def is_over():
        return until() if until else not shop.remote.summary()["messages_on_their_way"]

    async def run():
        shop.remote.tick()
        for _ in range(int(seconds / 0.01)):
            await asyncio.sleep(0.01)
            if is_over():
                break
        client = shop.remote.deliveries._client
        if client is not None:
            await client.aclose()
            shop.remote.deliveries._client = None

    asyncio.run(run())


def test_a_webhook_is_created_listed_replaced_switched_and_deleted(receiver):
    shop = Shop()

    made = shop.post(BASE, by_key(receiver.url, "CREATED"))
    path = f"{BASE}/{made.json()['id']}"
    [row] = shop.get(BASE).json()
    assert row["lastModifiedDate"] is None
    assert row | {"createdDate": 0} == {
        "id": made.json()["id"], "createdDate": 0, "lastModifiedDate": None, "url": receiver.url, "username": None,
        "authenticationType": "API_KEY", "status": "ACTIVE", "subscribedStatuses": ["CREATED"],
    }  # fmt: skip

    answers = [shop.put(path, by_basic(receiver.url)), shop.put(f"{path}/deactivate"), shop.put(f"{path}/activate")]
    assert [(a.status_code, a.text) for a in answers] == [(200, "200 OK")] * 3
    [row] = shop.get(BASE).json()
    assert (row["username"], row["subscribedStatuses"], row["status"]) == ("u", None, "ACTIVE")
    assert row["lastModifiedDate"] is not None
    assert shop.call("DELETE", path).text == "200 OK"
    assert shop.call("DELETE", path).status_code == 404
    assert shop.get(BASE).json() == []
    assert [e["kind"] for e in shop.kinds()] == [
        "webhook.created", "webhook.updated", "webhook.deactivated", "webhook.activated", "webhook.deleted"
    ]  # fmt: skip


@pytest.mark.parametrize("body", [
    by_key("https://hub.test/Trendyol"), by_key("https://dolap.test/"), by_key("ftp://hub.test/"), by_key("nonsense"), {},
    {**by_key("https://hub.test/"), "apiKey": ""}, {**by_basic("https://hub.test/"), "password": None},
    {**by_key("https://hub.test/"), "authenticationType": "NONE"}, by_key("https://hub.test/", "SHIPPED", "LOST"),
])  # fmt: skip
def test_a_webhook_that_breaks_a_rule_is_refused_in_the_product_envelope(body):
    shop = Shop()

    answer = shop.post(BASE, body)

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["errorCode"] == "400"
    assert shop.get(BASE).json() == []


def test_localhost_is_allowed_only_by_the_switch():
    shop = Shop()

    assert shop.post(BASE, by_key("http://localhost:1/")).status_code == 200
    shop.do("switch", name="allow_localhost", value=False)
    assert shop.post(BASE, by_key("http://localhost:1/")).status_code == 400


def test_a_seller_has_at_most_15_webhooks_passive_ones_counted():
    shop = Shop()
    for n in range(15):
        made = shop.post(BASE, by_key(f"https://hub.test/{n}"))
    shop.put(f"{BASE}/{made.json()['id']}/deactivate")

    assert shop.post(BASE, by_key("https://hub.test/15")).status_code == 400


def test_a_status_is_delivered_in_an_envelope_with_the_secret(receiver):
    shop = Shop()
    shop.live()
    shop.post(BASE, by_key(receiver.url, "CREATED", "PICKING"))
    placed = shop.order()
    shop.move(placed, "Picking")
    shop.do("ship", package_id=placed["package_id"])

    delivered(shop)

    bodies = [json.loads(body) for _, body in receiver.taken]
    assert sorted(b["content"][0]["status"] for b in bodies) == ["Created", "Picking"]
    assert {(b["totalElements"], b["totalPages"], b["page"], b["size"]) for b in bodies} == {(1, 1, 0, 1)}
    assert {headers["x-api-key"] for headers, _ in receiver.taken} == {"s3cr3t"}
    assert {e["package_status"] for e in shop.kinds("webhook.sent")} == {"Created", "Picking"}


def test_a_bare_package_is_delivered_with_basic_authentication_when_the_switch_says_so(receiver):
    shop = Shop()
    shop.live()
    shop.do("switch", name="webhook_body", value="bare")
    shop.post(BASE, by_basic(receiver.url))
    placed = shop.order(awaiting=True)

    delivered(shop)

    [(headers, body)] = receiver.taken
    assert headers["authorization"] == "Basic " + b64encode(b"u:p").decode()
    assert json.loads(body)["shipmentPackageId"] == placed["package_id"]
    assert json.loads(body)["status"] == "Awaiting"


def test_a_refused_message_is_sent_again_after_five_minutes_until_it_is_taken(receiver):
    shop = Shop()
    shop.live()
    shop.post(BASE, by_key(receiver.url))
    receiver.status = 500
    shop.order()

    delivered(shop)
    shop.remote.clock.advance(299)
    delivered(shop)
    assert len(receiver.taken) == 1
    receiver.status = 200
    shop.remote.clock.advance(2)
    delivered(shop)
    shop.remote.clock.advance(301)
    delivered(shop)

    assert len(receiver.taken) == 2
    assert [e["attempt"] for e in shop.kinds("webhook.sent")] == [1, 2]
    assert receiver.taken[0][1] == receiver.taken[1][1]


def test_thirteen_failures_make_a_webhook_passive_and_what_happens_meanwhile_is_lost(receiver):
    shop = Shop()
    shop.live()
    shop.post(BASE, by_key(receiver.url))
    receiver.status = 500
    shop.order()

    for attempt in range(13):
        assert shop.get(BASE).json()[0]["status"] == "ACTIVE", attempt
        delivered(shop)
        shop.remote.clock.advance(300)
    [row] = shop.get(BASE).json()
    assert row["status"] == "PASSIVE"
    assert shop.kinds("webhook.passivated")[0]["messages_lost"] == 1
    receiver.status = 200
    shop.order()
    shop.put(f"{BASE}/{row['id']}/activate")
    delivered(shop)
    assert len(receiver.taken) == 13
    shop.order()
    delivered(shop)
    assert len(receiver.taken) == 14


def test_a_webhook_is_passivated_by_hand_or_by_the_dial(receiver):
    shop = Shop(passivate_subscription=1.0)
    shop.live()
    made = shop.post(BASE, by_key(receiver.url)).json()
    shop.order()

    delivered(shop)
    assert (len(receiver.taken), shop.get(BASE).json()[0]["status"]) == (1, "PASSIVE")
    shop.put(f"{BASE}/{made['id']}/activate")
    shop.do("passivate_webhook", webhook_id=made["id"])
    assert shop.get(BASE).json()[0]["status"] == "PASSIVE"
    with pytest.raises(ValueError, match="does not exist"):
        shop.do("passivate_webhook", webhook_id="x")


def test_the_dials_duplicate_forge_and_lose_messages(receiver):
    shop = Shop(duplicate_webhook=1.0, forged_webhook=1.0)
    shop.live()
    shop.post(BASE, by_key(receiver.url))
    shop.order()

    delivered(shop, until=lambda: len(shop.kinds("webhook.sent", "webhook.forged")) == 3)
    keys = sorted(headers["x-api-key"] for headers, _ in receiver.taken)
    forged = next(json.loads(body) for headers, body in receiver.taken if headers["x-api-key"] == "forged")
    assert keys == ["forged", "s3cr3t", "s3cr3t"]
    assert forged["content"][0]["status"] == "Cancelled"

    shop.remote.faults.set(lost_webhook=1.0)
    shop.order()
    delivered(shop)
    shop.remote.clock.advance(301)
    delivered(shop)
    assert len(receiver.taken) == 3
    assert len(shop.kinds("webhook.lost")) == 1


def test_nobody_listening_counts_as_a_failure():
    shop = Shop()
    shop.live()
    shop.post(BASE, by_key("http://127.0.0.1:9/"))
    shop.order()

    delivered(shop)

    assert shop.kinds("webhook.sent")[0]["status"] is None


def test_a_write_whose_answer_is_lost_was_done():
    shop = Shop()
    shop.live()
    shop.remote.faults.set(lost_answer=1.0)

    try:
        answer = shop.offer({"barcode": "KZY-1", "quantity": 3})
        assert answer.content == b""
    except httpx.HTTPError:
        pass
    shop.after(0.3)

    assert shop.kinds("stock.set")[-1]["quantity"] == 3
