"""The connector passes the suite that every connector passes."""

from __future__ import annotations

from entrepot.core.errors import RemoteRefused
from entrepot.kit import conformance
from entrepot.kit.requests import Request, loads

ASK = Request("GET", "/wp-json/wc/v3/products")


def test_the_suite_finds_nothing(spec, samples):
    assert [str(finding) for finding in conformance.run(spec, samples)] == []


def test_a_refusal_is_told_in_the_stores_own_words(spec, samples):
    invalid, params, refund = loads((samples / "refusals.json").read_bytes())["refusals"]

    assert spec.words(invalid) == "Invalid ID. [woocommerce_rest_product_invalid_id]"
    assert "per_page must be between 1" in spec.words(params)
    assert spec.words(refund) == "Invalid refund amount. [woocommerce_rest_cannot_create_order_refund]"  # data is 500


def test_a_firewalls_page_does_not_count_as_a_wrong_key(spec):
    for status in (403, 406, 501):
        known = spec.classify(ASK, status, "<html><h1>Forbidden</h1></html>")

        assert type(known) is RemoteRefused
        assert "firewall" in str(known)


def test_a_refusal_sent_as_500_is_a_refusal(spec):
    body = {"code": "woocommerce_rest_cannot_create_order_refund", "message": "Invalid refund amount.", "data": 500}

    assert type(spec.classify(ASK, 500, body)) is RemoteRefused
    assert spec.classify(ASK, 500, {"code": "internal_server_error", "message": "…"}) is None
    assert spec.classify(ASK, 401, {"code": "woocommerce_rest_cannot_view", "message": "…"}) is None
