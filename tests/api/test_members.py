"""People, keys and parked events over HTTP: who may change them."""

from __future__ import annotations

import pytest

from entrepot.accounts.models import ApiKey, User
from entrepot.accounts.services import create_api_key, create_user
from entrepot.events.models import Outbox, ParkedEvent
from entrepot.web.models import IdempotencyKey


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


NEW_KEY = {"name": "ERP", "role": "clerk", "scopes": ["orders:read"], "expires_at": "2099-01-01T00:00:00Z"}


def test_an_owner_makes_a_key_that_opens_what_it_says_and_is_shown_once(api, keys, owner, aydin):
    assert api(keys.aydin).post("/keys", NEW_KEY).status_code == 403  # a manager
    assert api(keys.clerk).post("/keys", NEW_KEY).status_code == 403
    assert api(keys.borealis).post(f"/keys?seller_id={aydin.id}", NEW_KEY).status_code == 404
    answer = owner.post("/keys", NEW_KEY)

    made = answer.json()
    assert (answer.status_code, answer["Cache-Control"]) == (201, "no-store")
    assert (made["seller_id"], made["role"], made["scopes"]) == (aydin.id, "clerk", ["orders:read"])
    assert api(made["key"]).get("/orders").status_code == 200
    assert api(made["key"]).get("/products").status_code == 403
    assert made["key"] not in owner.get("/keys").content.decode()
    assert [k["name"] for k in owner.get("/keys").json()["items"]].count("ERP") == 1


def test_a_key_made_with_an_idempotency_key_is_made_once_and_its_text_is_kept_nowhere(owner):
    first = owner.post("/keys", NEW_KEY, Idempotency_Key="k1")
    again = owner.post("/keys", NEW_KEY, Idempotency_Key="k1")

    assert (first.status_code, again.status_code, again.json()["type"]) == (201, 409, "/problems/shown-once")
    assert ApiKey.objects.filter(name="ERP").count() == 1
    secret = first.json()["key"]
    assert secret.encode() not in bytes(IdempotencyKey.objects.get().response)


def test_a_key_makes_none_that_opens_more_than_itself_and_no_people(api, aydin, world):
    narrow = api(
        create_api_key(name="n", seller_id=aydin.id, role="owner", scopes=["accounts:write", "orders:write"])[1]
    )
    person = {"username": "can", "role": "owner", "password": "uzun-bir-parola-17"}

    assert narrow.post("/keys", {**NEW_KEY, "scopes": ["products:read"]}).status_code == 403
    assert narrow.post("/keys", {**NEW_KEY, "scopes": []}).status_code == 403
    assert narrow.post("/keys", {**NEW_KEY, "scopes": ["*:read"]}).status_code == 403
    assert narrow.post("/users", person).status_code == 403
    assert narrow.put(f"/users/{world.user.id}/role", {"role": "owner"}).status_code == 403
    assert narrow.put(f"/users/{world.user.id}/password", {"password": "uzun-bir-parola-18"}).status_code == 403
    assert narrow.post("/keys", NEW_KEY).status_code == 201


@pytest.mark.parametrize(
    ("wrong", "field"),
    [({"scopes": ["orders"]}, "scopes"), ({"scopes": ["nothing:read"]}, "scopes"), ({"role": "operator"}, "role"),
     ({"name": ""}, "name"), ({"expires_at": "2026-01-01T00:00:00"}, "expires_at")],
)  # fmt: skip
def test_a_key_that_makes_no_sense_is_refused_by_field(owner, wrong, field):
    answer = owner.post("/keys", {**NEW_KEY, **wrong})

    assert answer.status_code == 422, answer.content
    assert field in answer.json()["errors"][0]["field"]


def test_an_owner_adds_a_person_who_can_log_in_and_the_operator_says_for_whom(api, keys, owner, aydin, client):
    person = {"username": "mehmet", "email": "m@aydin.example", "role": "clerk", "password": "uzun-bir-parola-17"}
    assert api(keys.aydin).post("/users", person).status_code == 403  # a manager
    assert api(keys.borealis).post(f"/users?seller_id={aydin.id}", person).status_code == 404
    assert api(keys.operator).post("/users", person).status_code == 422
    assert not User.objects.filter(username="mehmet").exists()

    made = owner.post("/users", person)
    other = api(keys.operator).post(f"/users?seller_id={aydin.id}", {**person, "username": "elif"})

    assert (made.status_code, made.json()["role"], made.json()["seller_id"]) == (201, "clerk", aydin.id)
    assert (other.status_code, other.json()["seller_id"]) == (201, aydin.id)
    assert "password" not in made.json()
    assert client.login(username="mehmet", password="uzun-bir-parola-17")


@pytest.mark.parametrize(
    ("wrong", "field"),
    [({"username": "ayse"}, "username"), ({"password": "12345678"}, "password"), ({"role": "operator"}, "role"),
     ({"email": "nobody"}, "email"), ({"username": "two words"}, "username")],
)  # fmt: skip
def test_a_person_who_makes_no_sense_is_refused_by_field(owner, wrong, field):
    person = {"username": "mehmet", "email": "", "role": "clerk", "password": "uzun-bir-parola-17"}

    answer = owner.post("/users", {**person, **wrong})

    assert answer.status_code == 422, answer.content
    assert field in answer.json()["errors"][0]["field"]


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
