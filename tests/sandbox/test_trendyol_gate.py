from __future__ import annotations

from base64 import b64encode

import pytest

from .trendyol_shop import Shop

ADDRESSES = "/sellers/{s}/addresses"


def test_a_call_without_user_agent_is_forbidden():
    shop = Shop()

    assert shop.get(ADDRESSES).status_code == 200
    assert shop.get(ADDRESSES, headers={"User-Agent": None}).status_code == 403
    assert shop.get(ADDRESSES, headers={"User-Agent": " "}).status_code == 403


def test_the_user_agent_names_the_seller_unless_the_switch_allows_any():
    shop = Shop()

    assert shop.get(ADDRESSES, headers={"User-Agent": "python"}).status_code == 403
    assert shop.get(ADDRESSES, headers={"User-Agent": f"{shop.seller} - Entrepot"}).status_code == 200
    assert shop.get(ADDRESSES, headers={"User-Agent": f"{shop.seller} - {'x' * 31}"}).status_code == 403

    shop.do("switch", name="strict_user_agent", value=False)
    assert shop.get(ADDRESSES, headers={"User-Agent": "python"}).status_code == 200


@pytest.mark.parametrize("header", [None, "Basic !", "Bearer x", "Basic " + b64encode(b"wrong:pair").decode()])
def test_a_wrong_pair_is_unauthenticated_in_the_gateway_envelope(header):
    answer = Shop().get(ADDRESSES, headers={"Authorization": header})

    assert answer.status_code == 401
    assert answer.json()["exception"] == "ClientApiAuthenticationException"
    assert set(answer.json()) == {"timestamp", "exception", "errors"}
    assert set(answer.json()["errors"][0]) == {"key", "message", "errorCode"}


def test_another_sellers_path_is_unauthorized():
    shop = Shop()

    answer = shop.get("/sellers/1/addresses")

    assert answer.status_code == 401
    assert answer.json()["exception"] == "TrendyolAuthorizationException"
    assert answer.json()["errors"][0]["key"] == "basic.authorization.failed"
    assert shop.get("/order/sellers/{s}/v2/orders?supplierId=1").status_code == 401
    assert shop.get(f"/order/sellers/{{s}}/v2/orders?supplierId={shop.seller}").status_code == 200


def test_a_label_call_and_a_webhook_call_have_their_own_401():
    shop, wrong = Shop(), {"Authorization": None}

    label = shop.get("/sellers/{s}/common-label/7330000000000001", headers=wrong).json()
    webhook = shop.get("/webhook/sellers/{s}/webhooks", headers=wrong).json()

    assert label["error"]["errors"][0] == {"code": 1002, "type": "UnauthorizedException", "title": "Unauthorized"}
    assert webhook["errors"][0]["message"] == "Invalid token"


def test_an_unknown_storefront_is_refused_and_known_ones_are_read_in_any_case():
    shop = Shop()

    answer = shop.get("/product/brands", headers={"storeFrontCode": "XX"})

    assert (answer.status_code, answer.json()["errors"][0]["key"]) == (400, "invalid.storefrontcode")
    assert shop.get("/product/brands", headers={"STOREFRONTCODE": "de"}).status_code == 200


def test_a_body_that_is_not_json_is_refused():
    shop, path = Shop(), "/product/sellers/{s}/v2/products"
    as_json = {"Content-Type": "application/json"}

    assert shop.call("POST", path, content=b"{", headers=as_json).status_code == 400
    assert shop.call("POST", path, content=b'{"items": [NaN]}', headers=as_json).status_code == 400
    assert shop.call("POST", path, content=b"{}", headers={"Content-Type": "text/plain"}).status_code == 415


def test_request_51_within_ten_seconds_is_too_many_and_the_window_moves():
    shop = Shop()

    assert {shop.get("/product/brands").status_code for _ in range(50)} == {200}
    refused = shop.get("/product/brands")
    assert refused.status_code == 429
    assert refused.json()["errors"][0] == {
        "key": "too.many.requests", "message": "Too many requests", "errorCode": "429"
    }  # fmt: skip
    assert "retry-after" not in refused.headers
    assert shop.get("/product/product-categories").status_code == 200  # another endpoint has its own window
    shop.after(10)
    assert shop.get("/product/brands").status_code == 200

    [exceeded] = shop.kinds("limit.exceeded")
    assert (exceeded["endpoint"], exceeded["allowed"], exceeded["per_s"]) == ("GET /product/brands", 50, 10)


def test_the_order_list_takes_30_requests_a_minute_in_the_lowest_tier_and_100_in_the_highest():
    shop = Shop()

    codes = [shop.get("/order/sellers/{s}/v2/orders").status_code for _ in range(31)]
    assert codes == [200] * 30 + [429]

    shop.do("limits", tier="500K")
    shop.after(10)
    assert [shop.get("/order/sellers/{s}/v2/orders").status_code for _ in range(50)] == [200] * 50


def test_the_product_reads_share_one_count_a_minute():
    shop = Shop()
    shop.do("limits", scale=0.01)  # 10 of 1000 a minute, and one of 50 in 10 s

    reads = ["/product/brands", "/product/product-categories", "/product/categories/520/attributes"]
    codes = []
    for _ in range(4):
        codes += [shop.get(path).status_code for path in reads]
        shop.after(10)

    assert codes == [200] * 10 + [429] * 2


def test_limits_can_be_relaxed_and_wrong_settings_are_refused():
    shop = Shop()
    shop.do("limits", enabled=False)

    assert {shop.get("/product/brands").status_code for _ in range(60)} == {200}
    assert shop.kinds("limit.exceeded") == []
    with pytest.raises(ValueError, match="50K"):
        shop.do("limits", tier="1K")
    with pytest.raises(ValueError, match="above 0"):
        shop.do("limits", scale=0)
    with pytest.raises(ValueError, match="retry_after"):
        shop.do("switch", name="nonsense", value=1)
    with pytest.raises(ValueError, match="envelope"):
        shop.do("switch", name="webhook_body", value="xml")


def test_retry_after_is_sent_when_the_switch_says_so():
    shop = Shop()
    shop.do("switch", name="retry_after", value=True)
    shop.do("limits", scale=0.02)

    shop.get("/product/brands")

    assert shop.get("/product/brands").headers["retry-after"] == "10"


def test_the_same_seed_gives_the_same_credentials():
    assert Shop().remote.credentials == Shop().remote.credentials
    assert Shop().seller.isdecimal()
