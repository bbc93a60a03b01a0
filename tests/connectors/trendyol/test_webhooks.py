from __future__ import annotations

import base64
import dataclasses
import json

import pytest

from entrepot.connectors.trendyol import SPEC
from entrepot.core.errors import MappingError, RemoteChanged
from entrepot.kit.read import read_raws
from entrepot.kit.records import Subscription
from entrepot.kit.requests import Reply

HOOKS, RECEIVE = SPEC.can["register_webhooks"], SPEC.can["read_webhook"]
WANTED = Subscription(
    subscription_ref="", url="https://hub.example.test/ty/9001", topic="packages", is_active=True, secret="s3cr3t"
)
PATH = "/webhook/sellers/9001/webhooks"


def basic(user, password):
    return {"authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()}


def test_one_subscription_asks_for_everything(account):
    request = HOOKS.create(account, WANTED)
    made = HOOKS.created(account, WANTED, Reply(200, {"id": "9f0c"}))

    assert (request.method, request.path, request.is_safe) == ("POST", PATH, False)
    assert request.body == {
        "url": "https://hub.example.test/ty/9001", "authenticationType": "API_KEY", "apiKey": "s3cr3t",
        "subscribedStatuses": [],
    }  # fmt: skip
    assert made == dataclasses.replace(WANTED, subscription_ref="9f0c")
    assert "s3cr3t" not in repr(made)


def test_basic_authentication_is_a_choice(account):
    chosen = dataclasses.replace(account, settings={**account.settings, "webhook_auth": "BASIC_AUTHENTICATION"})

    body = HOOKS.create(chosen, WANTED).body

    assert (body["authenticationType"], body["password"]) == ("BASIC_AUTHENTICATION", "s3cr3t")
    assert RECEIVE.verify(basic(body["username"], body["password"]), b"{}", "s3cr3t")


def test_the_rest_of_a_subscriptions_life(account):
    there = dataclasses.replace(WANTED, subscription_ref="9f0c")

    made = [
        HOOKS.update(account, there), HOOKS.activate(account, "9f0c"), HOOKS.deactivate(account, "9f0c"),
        HOOKS.delete(account, "9f0c"), HOOKS.listing(account),
    ]  # fmt: skip

    assert [(r.method, r.path) for r in made] == [
        ("PUT", f"{PATH}/9f0c"), ("PUT", f"{PATH}/9f0c/activate"), ("PUT", f"{PATH}/9f0c/deactivate"),
        ("DELETE", f"{PATH}/9f0c"), ("GET", PATH),
    ]  # fmt: skip
    assert made[0].body == HOOKS.create(account, WANTED).body


def test_what_others_subscribed_is_seen_as_it_is(account):
    raw = {
        "id": "1", "createdDate": 1, "lastModifiedDate": None, "url": "https://x.example", "username": "u",
        "authenticationType": "API_KEY", "status": "PASSIVE", "subscribedStatuses": ["CREATED", "PICKING"],
    }  # fmt: skip

    assert HOOKS.into(account, raw) == Subscription(
        subscription_ref="1", url="https://x.example", topic="CREATED,PICKING", is_active=False
    )
    assert HOOKS.into(account, {**raw, "status": "ACTIVE", "subscribedStatuses": None}) == Subscription(
        subscription_ref="1", url="https://x.example", topic="packages", is_active=True
    )
    with pytest.raises(MappingError, match="'GONE' is not known"):
        HOOKS.into(account, {**raw, "status": "GONE"})


@pytest.mark.parametrize("word", ["Trendyol", "trendyol", "DOLAP", "localhost", "LocalHost"])
def test_addresses_that_trendyol_refuses_are_told_before(account, word):
    url = f"https://{word}.example.test/in"

    assert word.lower() in HOOKS.url_rule(url)
    with pytest.raises(MappingError, match="url must not contain"):
        HOOKS.create(account, dataclasses.replace(WANTED, url=url))
    assert HOOKS.url_rule(WANTED.url) is None


def test_a_subscription_needs_a_secret_and_a_known_topic(account):
    with pytest.raises(MappingError, match="secret is missing"):
        HOOKS.create(account, dataclasses.replace(WANTED, secret=""))
    with pytest.raises(MappingError, match="topic must be packages"):
        HOOKS.create(account, dataclasses.replace(WANTED, topic="orders"))


def test_only_our_key_opens_the_door():
    assert RECEIVE.verify({"x-api-key": "s3cr3t"}, b"{}", "s3cr3t")
    assert RECEIVE.verify(basic("entrepot", "s3cr3t"), b"{}", "s3cr3t")
    for headers in (
        {},
        {"x-api-key": ""},
        {"x-api-key": "s3cr3"},
        {"x-api-key": "ş"},
        basic("entrepot", "x"),
        basic("", "s3cr3t"),
    ):
        assert not RECEIVE.verify(headers, b"{}", "s3cr3t")
        assert not RECEIVE.verify(headers, b"{}", "")


def test_both_forms_of_a_delivery_say_the_same(account, package):
    raw = json.loads(json.dumps(package(), default=float))
    envelope = {"totalElements": 1, "totalPages": 1, "page": 0, "size": 1, "content": [raw]}

    bare, wrapped = (RECEIVE.read({}, json.dumps(body).encode()) for body in (raw, envelope))

    assert bare == wrapped
    assert (wrapped.kind, wrapped.is_full, wrapped.subject_refs) == ("package", True, ("3400000010",))
    assert wrapped.identity == f"3400000010:Invoiced:{raw['lastModifiedDate']}"
    assert read_raws(SPEC, wrapped.kind, wrapped.raws, account).records[0].package_ref == "3400000010"


def test_another_status_or_moment_is_another_fact(package):
    def identity(**fields):
        return RECEIVE.read({}, json.dumps(package(**fields), default=float).encode()).identity

    assert (
        len({identity(), identity(status="Shipped"), identity(lastModifiedDate=1), identity(shipmentPackageId=1)}) == 4
    )
    assert identity(invoiceLink="x") == identity()


@pytest.mark.parametrize("body", [b"", b"null", b"7", b"[]", b"{", b"[7]", b'{"content":[]}', b"\xff\xfe"])
def test_a_body_without_a_package_is_for_us_to_mend(body):
    with pytest.raises(RemoteChanged):
        RECEIVE.read({}, body)
