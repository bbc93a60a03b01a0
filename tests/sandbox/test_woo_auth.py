"""The table of reference §1.1: who gets in, and with which words the others are turned away."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import time
from urllib.parse import quote, urlencode

import httpx
import pytest

HASHES = {"HMAC-SHA1": hashlib.sha1, "HMAC-SHA256": hashlib.sha256}


def enc(text: str) -> str:
    return quote(text, safe="-._~")


def signed(method: str, url: str, key: str, secret: str, params: dict[str, str], **oauth: str) -> dict[str, str]:
    """One-legged OAuth 1.0a: RFC 5849 §3.4 with ``secret&`` as the key."""
    name = oauth.get("oauth_signature_method", "HMAC-SHA256")
    given = {
        "oauth_consumer_key": key,
        "oauth_timestamp": str(int(time.time())),
        "oauth_nonce": secrets.token_hex(20),
        "oauth_signature_method": name,
        **oauth,
    }
    pairs = sorted((enc(k), enc(v)) for k, v in (params | given).items())
    base = "&".join([method, enc(url), enc("&".join(f"{k}={v}" for k, v in pairs))])
    made = hmac.new(f"{secret}&".encode(), base.encode(), HASHES.get(name, hashlib.sha1)).digest()
    return params | given | {"oauth_signature": base64.b64encode(made).decode()}


def call(shop, method="GET", path="/products", params=None, key=None, secret=None, **oauth):
    url = f"{shop.keys['url']}/wp-json/wc/v3{path}"
    names = key or shop.keys["consumer_key"], secret or shop.keys["consumer_secret"]
    return httpx.request(method, url, params=signed(method, url, *names, params or {}, **oauth), trust_env=False)


@pytest.mark.parametrize("method", ["HMAC-SHA1", "HMAC-SHA256"])
def test_a_signed_call_over_plain_http_gets_in(strict_shop, method):
    answer = call(strict_shop, params={"search": "çay & bal"}, oauth_signature_method=method)

    assert answer.status_code == 200


def test_basic_and_query_keys_are_not_seen_over_plain_http(strict_shop):
    keys = strict_shop.keys
    url = f"{keys['url']}/wp-json/wc/v3/products"
    basic = httpx.get(url, auth=(keys["consumer_key"], keys["consumer_secret"]), trust_env=False)
    pair = {name: keys[name] for name in ("consumer_key", "consumer_secret")}
    query = httpx.get(url, params=pair, trust_env=False)

    for answer in (basic, query, httpx.get(url, trust_env=False)):
        assert answer.status_code == 401
        assert answer.json()["code"] == "woocommerce_rest_cannot_view"
        assert answer.json()["message"] == "Sorry, you cannot list resources."
        assert answer.json()["data"] == {"status": 401}
    assert httpx.post(url, json={}, trust_env=False).json()["code"] == "woocommerce_rest_cannot_create"
    assert httpx.put(f"{url}/1", json={}, trust_env=False).json()["code"] == "woocommerce_rest_cannot_edit"
    assert httpx.delete(f"{url}/1", trust_env=False).json()["code"] == "woocommerce_rest_cannot_delete"


@pytest.mark.parametrize(
    "wrong",
    [
        {"key": "ck_" + "0" * 40},
        {"secret": "cs_" + "0" * 40},
        {"oauth_signature_method": "PLAINTEXT"},
        {"oauth_timestamp": str(int(time.time()) - 86_400)},
        {"oauth_timestamp": str(int(time.time()) + 86_400)},
    ],
    ids=["unknown key", "bad secret", "bad method", "too old", "from the future"],
)
def test_a_wrong_signature_is_an_authentication_error(strict_shop, wrong):
    assert call(strict_shop).status_code == 200

    answer = call(strict_shop, **wrong)

    assert answer.status_code == 401
    assert answer.json()["code"] == "woocommerce_rest_authentication_error"


def test_a_nonce_works_once(strict_shop):
    assert call(strict_shop, oauth_nonce="once").status_code == 200

    answer = call(strict_shop, oauth_nonce="once")

    assert (answer.status_code, answer.json()["code"]) == (401, "woocommerce_rest_authentication_error")


def test_a_timestamp_within_a_quarter_of_an_hour_is_taken(strict_shop):
    assert call(strict_shop, oauth_timestamp=str(int(time.time()) - 14 * 60)).status_code == 200


def test_missing_oauth_parameters_have_a_code_of_their_own(strict_shop):
    url = f"{strict_shop.keys['url']}/wp-json/wc/v3/products"
    answer = httpx.get(url, params={"oauth_consumer_key": strict_shop.keys["consumer_key"]}, trust_env=False)

    assert answer.status_code == 401
    assert answer.json()["code"] == "woocommerce_rest_authentication_missing_parameter"


def test_duplicate_query_keys_collapse_to_the_last(strict_shop):
    url = f"{strict_shop.keys['url']}/wp-json/wc/v3/products"
    names = strict_shop.keys["consumer_key"], strict_shop.keys["consumer_secret"]
    once = signed("GET", url, *names, {"per_page": "3"})

    answer = httpx.get(f"{url}?per_page=9&{urlencode(once)}", trust_env=False)

    assert answer.status_code == 200
    assert len(answer.json()) == 3


def test_over_tls_basic_and_the_query_pair_get_in_and_the_pair_is_looked_at_first(shop):
    keys = shop.keys
    pair = {"consumer_key": keys["consumer_key"], "consumer_secret": keys["consumer_secret"]}
    url = f"{keys['url']}/wp-json/wc/v3/products"

    assert shop.api.get("/products").status_code == 200
    assert httpx.get(url, params=pair, auth=("ck_none", "cs_none"), trust_env=False).status_code == 200


def test_over_tls_a_bad_secret_is_refused_and_an_unknown_key_is_nobody(shop):
    url = f"{shop.keys['url']}/wp-json/wc/v3/products"
    bad = httpx.get(url, auth=(shop.keys["consumer_key"], "cs_wrong"), trust_env=False)
    unknown = httpx.get(url, auth=("ck_unknown", "cs_wrong"), trust_env=False)

    assert (bad.status_code, bad.json()["code"]) == (401, "woocommerce_rest_authentication_error")
    assert bad.headers["www-authenticate"].startswith("Basic realm=")
    assert (unknown.status_code, unknown.json()["code"]) == (401, "woocommerce_rest_cannot_view")


def test_a_key_does_only_what_it_may(shop):
    reader = shop.client("readonly_key", "readonly_secret")
    writer = shop.client("writeonly_key", "writeonly_secret")

    assert reader.get("/products").status_code == 200
    refusals = [reader.post("/products", json={"name": "x"}), writer.get("/products")]
    assert writer.post("/products", json={"name": "x"}).status_code == 201
    for answer in refusals:
        assert (answer.status_code, answer.json()["code"]) == (401, "woocommerce_rest_authentication_error")
    assert reader.options("/products").status_code == 200
    reader.close()
    writer.close()


def test_the_front_door_is_open_and_an_unknown_route_is_not_there(shop):
    index = httpx.get(f"{shop.keys['url']}/wp-json/", trust_env=False).json()

    assert index["timezone_string"] == "Europe/Istanbul"
    assert index["gmt_offset"] == "3"
    assert "wc/v3" in index["namespaces"]
    assert httpx.get(f"{shop.keys['url']}/wp-json/wc/v3", trust_env=False).json()["namespace"] == "wc/v3"
    answer = shop.api.get("/nothing")
    assert (answer.status_code, answer.json()["code"]) == (404, "rest_no_route")
    assert shop.api.put("/products", json={}).json()["code"] == "rest_no_route"


def test_plain_permalinks_reach_the_same_routes(shop):
    names = shop.keys["consumer_key"], shop.keys["consumer_secret"]
    answer = httpx.get(f"{shop.keys['url']}/", params={"rest_route": "/wc/v3/products"}, auth=names, trust_env=False)

    assert answer.json() == shop.api.get("/products").json()
