"""Whatever the control API is told, it does it or says what is wrong: never a fault of its own."""

from __future__ import annotations

import inspect
import json
import ssl

import httpx
import pytest

from entrepot.sandbox.control import parameters
from entrepot.sandbox.server import SandboxServer

NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # plain http only: no certificates to load

NASTY = [None, [], {}, True, "", "x", -1, 0, 1.5, 10**30, "9" * 50, [None], {"sku": []}, "\x00", "²"]


@pytest.fixture(scope="module")
def sandbox():
    with SandboxServer() as server:
        yield server


@pytest.fixture(scope="module")
def control(sandbox):
    with httpx.Client(base_url=sandbox.url, trust_env=False, verify=NO_TLS) as client:

        def post(slug, action, body):
            content = body if isinstance(body, bytes) else json.dumps(body).encode()
            return client.post(f"/control/{slug}/actions/{action}", content=content)

        yield post


@pytest.mark.parametrize(
    ("slug", "action", "name", "value", "why"),
    [
        ("woocommerce", "buyers", "per_minute", None, "per_minute must be a number, not null"),
        ("woocommerce", "buyers", "per_minute", [], "per_minute must be a number, not []"),
        ("woocommerce", "buyers", "per_minute", {}, "per_minute must be a number, not {}"),
        ("woocommerce", "buyers", "per_minute", "many", "per_minute must be a number, not"),
        ("woocommerce", "cancel", "order_id", None, "order_id must be a whole number, not null"),
        ("woocommerce", "cancel", "order_id", [], "order_id must be a whole number, not []"),
        ("woocommerce", "cancel", "order_id", {}, "order_id must be a whole number, not {}"),
        ("woocommerce", "cancel", "order_id", 7.5, "order_id must be a whole number, not 7.5"),
        ("woocommerce", "delete_product", "sku", [], "sku must be text, not []"),
        ("woocommerce", "edit", "sku", {}, "sku must be text, not {}"),
        ("woocommerce", "sell", "sku", [], "sku must be text, not []"),
        ("woocommerce", "unpublish", "sku", {}, "sku must be text, not {}"),
        ("woocommerce", "html_mode", "on", "yes", "on must be true or false, not"),
        ("trendyol", "ship", "package_id", [], "package_id must be a whole number, not []"),
        ("trendyol", "approve", "barcode", None, "barcode must be text, not null"),
        ("trendyol", "forget_batch", "batch_id", [], "batch_id must be text, not []"),
    ],
)
def test_an_argument_of_another_kind_is_refused_with_what_is_allowed(control, slug, action, name, value, why):
    answer = control(slug, action, {name: value})

    assert answer.status_code == 422
    assert why in answer.json()["detail"]


def test_null_is_taken_where_an_action_says_so(control, sandbox):
    sku = next(row["sku"] for row in sandbox.remotes["woocommerce"].snapshot()["tables"]["products"] if row["sku"])

    assert control("woocommerce", "set_price", {"sku": sku, "regular_price": 10, "sale_price": None}).status_code == 200


def every_argument(sandbox):
    for slug, remote in sandbox.remotes.items():
        for action, call in remote.actions.items():
            for parameter in parameters(call):
                name = "fields" if parameter.kind is inspect.Parameter.VAR_KEYWORD else parameter.name
                yield slug, action, call, name


def test_no_argument_of_any_action_breaks_it(sandbox, control):
    broken = [
        (slug, action, name, value, answer.text[:80])
        for slug, action, call, name in every_argument(sandbox)
        for value in NASTY
        for answer in [control(slug, action, {**good(sandbox, call), name: value})]
        if answer.status_code not in (200, 422)
    ]

    assert broken == []


def good(sandbox, call):
    """Arguments that the action would take, for those that it needs."""
    products = sandbox.remotes["woocommerce"].snapshot()["tables"]["products"]
    known = {"sku": next((row["sku"] for row in products if row["sku"]), "x"), "order_id": 1}
    needed = [p for p in parameters(call) if p.default is p.empty and p.kind is not p.VAR_KEYWORD]
    return {p.name: known.get(p.name, "1") for p in needed}


@pytest.mark.parametrize(
    "body", [b"[]", b"null", b"7", b"{", b"\xff", b"[" * 100_000, b'{"sku": 1e999}', b'{"sku": NaN}']
)
def test_a_body_that_is_no_object_is_refused(control, body):
    assert control("woocommerce", "sell", body).status_code == 422
