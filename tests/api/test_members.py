"""People, keys and parked events over HTTP: who may change them."""

from __future__ import annotations

import pytest

from entrepot.accounts.services import create_api_key, create_user
from entrepot.events.models import Outbox, ParkedEvent


@pytest.fixture
def owner(api, aydin):
    create_user(username="ayse", password="uzun-bir-parola-17", role="owner", seller_id=aydin.id)
    return api(create_api_key(name="owner", seller_id=aydin.id, role="owner")[1])


def test_an_owner_shuts_a_person_out_and_lets_them_in(api, keys, owner, world):
    path = f"/users/{world.user.id}"

    assert api(keys.aydin).post(f"{path}/deactivate").status_code == 403  # a manager
    assert api(keys.borealis).post(f"{path}/deactivate").status_code == 404
    assert owner.post(f"{path}/deactivate").json()["is_active"] is False
    assert owner.post(f"{path}/reactivate").json()["is_active"] is True
    assert owner.put(f"{path}/role", {"role": "clerk"}).json()["role"] == "clerk"
    assert owner.put(f"{path}/password", {"password": "12345678"}).status_code == 422
    assert {u["username"] for u in owner.get("/users").json()["items"]} == {"ayse", "leyla"}


def test_the_last_owner_stays(owner):
    (ayse,) = [u for u in owner.get("/users").json()["items"] if u["role"] == "owner"]

    assert owner.post(f"/users/{ayse['id']}/deactivate").status_code == 409


def test_a_key_is_revoked_once_and_never_shown(api, keys, owner, world):
    path = f"/keys/{world.key.id}/revoke"

    assert api(keys.aydin).post(path).status_code == 403
    assert owner.post(path).json()["revoked_at"]
    assert owner.post(path).status_code == 409
    assert "hash" not in owner.get("/keys").content.decode()


def test_a_parked_event_is_dropped_with_a_reason_by_the_operator_only(api, keys, world):
    path = f"/parked-events/{world.parked.id}"
    why = {"reason": "the order was mended by hand"}

    assert api(keys.aydin).post(f"{path}/drop", why).status_code == 403
    assert api(keys.borealis).post(f"{path}/drop", why).status_code == 404
    assert api(keys.operator).post(f"{path}/replay").status_code == 409  # nobody handles it any more
    assert api(keys.operator).post(f"{path}/drop", {"reason": " "}).status_code == 422
    assert api(keys.operator).post(f"{path}/drop", why).json() == {"dropped": world.parked.id}

    assert not ParkedEvent.objects.exists()
    told = Outbox.objects.get(type="parked_event.dropped")
    assert told.payload["reason"] == why["reason"]
    assert told.payload["by"].startswith("key ")
    assert api(keys.operator).post(f"{path}/drop", why).status_code == 404


def test_orders_of_a_channel_are_approved_by_rule_over_http(api, keys, world):
    path = f"/channels/{world.market.id}/auto-approve"

    assert api(keys.borealis).put(path, {"is_automatic": True}).status_code == 404
    assert api(keys.aydin).put(path, {"is_automatic": True}).json()["is_auto_approving"] is True
    assert api(keys.aydin).put(path, {"is_automatic": False}).json()["is_auto_approving"] is False
    assert api(keys.aydin).put(f"/channels/{world.store.id}/auto-approve", {"is_automatic": True}).status_code == 409


def test_a_storefront_is_closed_and_opened_once_each(api, keys, world):
    path, mine = f"/storefronts/{world.front.id}", api(keys.aydin)

    assert api(keys.borealis).post(f"{path}/close").status_code == 404
    closed = mine.post(f"{path}/close")
    assert (closed.status_code, closed.json()["is_open"]) == (202, False)
    assert mine.post(f"{path}/close").status_code == 409
    assert mine.post(f"{path}/open").json()["is_open"] is True
