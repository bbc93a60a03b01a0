"""Every operation of the document, walked by those who may not: another seller, nobody, and who only reads."""

from __future__ import annotations

import json

import pytest

from .document import document

pytestmark = pytest.mark.usefixtures("rows")

WRITES = {"POST", "PUT", "PATCH", "DELETE"}
# Operations about no row of a seller: what everybody may see, or only the operator.
OF_NOBODY = {"get_actor", "list_fx_rates", "load_fx_rates"}
OWN = {"list_sellers", "list_keys"}  # borealis has a row of its own there


def operations():
    """(operation id, method, path below /api/v1, example of the body) of all."""
    for path, methods in document()["paths"].items():
        for method, operation in methods.items():
            content = operation.get("requestBody", {}).get("content", {})
            media, body = next(((m, c["example"]) for m, c in content.items()), ("application/json", None))
            yield operation["operationId"], method.upper(), path.removeprefix("/api/v1"), media, body


OPERATIONS = list(operations())
IDS = [o[0] for o in OPERATIONS]
# Operations that may be told whose rows are meant; others refuse what they do not read.
NAMES_A_SELLER = {
    operation["operationId"]
    for methods in document()["paths"].values()
    for operation in methods.values()
    if any(p["name"] == "seller_id" and p["in"] == "query" for p in operation.get("parameters", []))
}


def filled(path, world):
    """The path with ids of aydin's rows."""
    ids = {
        "channel_id": world.market.id, "product_id": world.product.id, "variant_id": world.variant.id,
        "mapping_id": world.mapping.id, "storefront_id": world.front.id, "listing_id": world.listing.id,
        "order_id": world.order.id, "line_id": world.line.id, "package_id": world.package.id, "run_id": world.run.id,
        "aside_id": world.aside.id, "receipt_id": world.receipt.id, "role": "ship_to", "subscription_id": "1116",
        "user_id": world.user.id, "key_id": world.key.id, "parked_id": world.parked.id,
    }  # fmt: skip
    return path.format(**ids)


def asked(name, path, world):
    """As :func:`filled`, with the query that some operations need; aydin is named as the seller where one may be."""
    query = [f"seller_id={world.seller.id}"] if name in NAMES_A_SELLER else []
    query += ["connector=trendyol", "kind=brand"] if "suggestions" in path else []
    query += [f"variant_id={world.variant.id}"] if path.endswith("/history") else []
    return filled(path, world) + ("?" + "&".join(query) if query else "")


def with_ids(body, world):
    """An example body that names aydin's rows in place of the example's."""
    text = json.dumps(body)
    if isinstance(body, dict) and "ids" in body:
        return {**body, "ids": [world.order.id if "reason" not in text else world.product.id]}
    if isinstance(body, dict) and "cells" in body:
        row = world.product if body["cells"][0]["field"] == "brand" else world.variant
        return {"cells": [{**body["cells"][0], "id": row.id}]}
    return body


def send(api, method, path, media, body):
    if body is None:
        return api(method, path)
    if media == "application/json":
        return api(method, path, body)
    return api(method, path, raw=body.encode(), content_type=media)


@pytest.mark.parametrize(("name", "method", "path", "media", "body"), OPERATIONS, ids=IDS)
def test_another_sellers_rows_do_not_exist(api, keys, world, borealis, name, method, path, media, body):
    answer = send(api(keys.borealis), method, asked(name, path, world), media, with_ids(body, world))

    if name in OF_NOBODY:
        assert answer.status_code == (403 if method in WRITES else 200)
    elif method == "GET" and "{" not in path and answer.status_code == 200:
        own = [r for r in answer.json()["items"] if not (name in OWN and r.get("seller_id", r["id"]) == borealis.id)]
        assert own == []
    else:
        assert answer.status_code == 404, answer.content
        assert "Çay" not in answer.content.decode()


@pytest.mark.parametrize(("name", "method", "path", "media", "body"), OPERATIONS, ids=IDS)
def test_without_a_key_nothing_is_answered(api, world, name, method, path, media, body):
    answer = send(api(None), method, asked(name, path, world), media, body)

    assert answer.status_code == 401
    assert answer["Content-Type"] == "application/problem+json"
    assert answer["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize(("name", "method", "path", "media", "body"), OPERATIONS, ids=IDS)
def test_a_clerk_reads_and_never_writes(api, keys, world, name, method, path, media, body):
    answer = send(api(keys.clerk), method, asked(name, path, world), media, with_ids(body, world))

    if method in WRITES:
        assert answer.status_code == 403, answer.content
    elif name in ("export_buyer", "list_audit"):
        assert answer.status_code == 403  # only an owner may
    elif name == "get_package_label":
        assert answer.status_code == 404  # nobody has made one yet
    else:
        assert answer.status_code == 200, answer.content


def test_a_key_with_scopes_opens_only_their_areas(api, keys, world):
    reader = api(keys.reader)

    assert reader.get(f"/orders/{world.order.id}").status_code == 200
    assert reader.get("/products").status_code == 403
    assert reader.put(f"/orders/{world.order.id}/note", {"note": "x"}).status_code == 403


def test_a_logged_in_person_reads_and_needs_a_key_to_write(client, api, aydin, world):
    from entrepot.accounts.services import create_user

    user = create_user(username="ayse", password="uzun-bir-parola-17", role="owner", seller_id=aydin.id)
    client.force_login(user)
    session = api(None)

    assert session.get(f"/orders/{world.order.id}").status_code == 200
    assert session.put(f"/orders/{world.order.id}/note", {"note": "x"}).status_code == 401
    assert session.get("/orders", Authorization="Bearer en_wrong").status_code == 401
