"""A merchant hands keys to an application (reference §1.1)."""

from __future__ import annotations

import json

import pytest

ASKED = {"app_name": "Entrepot", "scope": "read_write", "user_id": "tenant-42", "return_url": "https://hub.test/back"}


def test_approval_posts_a_key_that_works_and_goes_back(shop, receiver):
    url, asked = f"{shop.keys['url']}/wc-auth/v1/authorize", ASKED | {"callback_url": receiver.url}

    page = shop.api.get(url, params=asked)
    done = shop.api.post(url, params=asked, data={"answer": "approve"})

    assert "Entrepot" in page.text and page.status_code == 200
    assert done.headers["location"] == "https://hub.test/back?success=1&user_id=tenant-42"
    got = json.loads(receiver.got[0][1])
    assert (got["user_id"], got["key_permissions"]) == ("tenant-42", "read_write")
    pair = (got["consumer_key"], got["consumer_secret"])
    assert shop.api.get("/products", auth=pair).status_code == 200


def test_refusal_goes_back_without_a_key(shop, receiver):
    url, asked = f"{shop.keys['url']}/wc-auth/v1/authorize", ASKED | {"callback_url": receiver.url}

    done = shop.api.post(url, params=asked, data={"answer": "deny"})

    assert done.headers["location"] == "https://hub.test/back?success=0&user_id=tenant-42"
    assert receiver.got == []


@pytest.mark.parametrize(
    "wrong", [{"callback_url": "http://hub.test/cb"}, {"scope": "everything"}, {"user_id": ""}, {"return_url": "x"}]
)
def test_a_request_that_is_not_right_is_not_shown(shop, receiver, wrong):
    url, asked = f"{shop.keys['url']}/wc-auth/v1/authorize", ASKED | {"callback_url": receiver.url} | wrong

    assert shop.api.post(url, params=asked, data={"answer": "approve"}).status_code == 401
    assert receiver.got == []


def test_a_callback_that_fails_grants_nothing(shop, receiver):
    url, asked = f"{shop.keys['url']}/wc-auth/v1/authorize", ASKED | {"callback_url": receiver.url}
    receiver.status = 500

    assert shop.api.post(url, params=asked, data={"answer": "approve"}).status_code == 401
    pair = json.loads(receiver.got[0][1])
    answer = shop.api.get("/products", auth=(pair["consumer_key"], pair["consumer_secret"]))
    assert answer.status_code == 401
