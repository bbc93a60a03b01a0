from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from entrepot.connectors.trendyol import SPEC
from entrepot.core.errors import MappingError, RemoteChanged
from entrepot.kit.conformance import report, run
from entrepot.kit.limits import allowances
from entrepot.kit.parse import account_for, parse
from entrepot.kit.read import read_raws
from entrepot.kit.requests import Account, Request, loads

SAMPLES = Path(__file__).parents[3] / "src/entrepot/connectors/trendyol/samples"
DOCUMENTED = Path(__file__).parents[4] / "shared/data/trendyol"  # beside the checkout, never in it


def test_the_conformance_suite_finds_nothing():
    found = run(SPEC, SAMPLES)

    assert not found, report(SPEC, found)


def test_headers_name_the_caller_and_the_storefront(account):
    abroad = Account(account.base_url, "9001", "DE", {**account.settings, "integrator": "Entrepot1", "language": "tr"})

    assert dict(SPEC.headers(account)) == {"User-Agent": "9001 - SelfIntegration", "Accept-Language": "tr"}
    assert dict(SPEC.headers(abroad)) == {
        "User-Agent": "9001 - Entrepot1", "Accept-Language": "tr", "storeFrontCode": "DE",
    }  # fmt: skip


# Page "Service limits": calls a minute in tiers 50K, 75K, 150K, 500K, unlimited; None: no limit.
PER_MINUTE = {
    "product_read": (1000, 1250, 1500, 1750, 2000), "product_write": (200, 300, 400, 500, 600),
    "offers": (350, 500, 1000, 1500, 2000), "orders_page": (30, 40, 50, 100, 100), "orders_stream": (1000,) * 5,
    "package_moves": (300, 300, 500, None, None), "package_rare": (100, 100, 200, None, None), "labels": (100,) * 5,
}  # fmt: skip


@pytest.mark.parametrize("group", PER_MINUTE)
def test_limits_are_the_tiers(account, group):
    asked = Request("GET", "/x", endpoint="e", group=group)
    for tier, count in zip(("50K", "75K", "150K", "500K", "unlimited"), PER_MINUTE[group], strict=True):
        taken = allowances(SPEC, Account(account.base_url, "9001", settings={"tier": tier}), asked)

        assert [(a.count, a.per_s) for a in taken] == [(50, 10)] + ([(count, 60)] if count else [])


def test_fifty_calls_in_ten_seconds_are_counted_by_endpoint(account):
    keys = {a.key for e in ("one", "two") for a in allowances(SPEC, account, Request("GET", "/x", endpoint=e))}

    assert len(keys) == 2


def test_words_come_out_of_every_envelope():
    bodies: dict[str, Any] = {
        "generic.exception: Exception Occured": {
            "timestamp": 1, "exception": "TrendyolSystemException",
            "errors": [{"key": "generic.exception", "message": "Exception Occured", "errorCode": ""}],
        },
        "invalid.barcode: no": {"errors": [{"key": "invalid.barcode", "message": "no", "errorCode": "400"}]},
        "wrong; string": {"error": "string", "message": "wrong"},
        "Tracking is wrong": {"error": {"status": 400, "errors": [{"code": 1001, "type": "X", "title": "Tracking is wrong"}]}},
        "No offer": {"hasError": True, "messages": [{"type": "error", "content": "No offer"}]},
        "ClientApiBusinessException": {"timestamp": 1, "exception": "ClientApiBusinessException", "errors": [{}]},
        "an HTML page": "<!doctype html><html><body>Forbidden</body></html>",
    }  # fmt: skip

    assert [SPEC.words(body) for body in bodies.values()] == list(bodies)


def test_a_closed_service_is_for_us_to_mend():
    assert isinstance(SPEC.classify(Request("GET", "/order/sellers/1/orders"), 426, None), RemoteChanged)


# Every documented answer of a service that we use: file → (kind, records).
ANSWERS = {
    "docs2025_brands": ("brand", 3), "docs2025_brands_by_name": ("brand", 1), "docs2025_category_tree": ("category", 5),
    "docs2025_common_label_get": ("label", 1), "docs2025_supplier_addresses": ("address", 4),
    "docs2025_webhooks_list": ("subscription", 3), "docs2026_batch_archive": ("batch", 1),
    "docs2026_batch_delete": ("batch", 1), "docs2026_batch_inventory": ("batch", 1),
    "docs2026_category_attribute_values_v2": ("value", 1), "docs2026_category_attributes_v2": ("attribute", 1),
    "docs2026_inventory_and_price": ("observed", 1), "docs2026_orders_stream_response": ("package", 1),
    "docs2026_product_base": ("base", 1), "docs2026_products_approved": ("listing", 2),
    "docs2026_products_unapproved": ("listing", 1), "docs2026_update_audits": ("update_audit", 1),
    "docs2026_webhook_payload_envelope": ("webhook", 1),
}  # fmt: skip
TEMPLATES = "docs2026_batch_templates"
here = pytest.mark.skipif(not DOCUMENTED.is_dir(), reason="the documented samples are not here")


def documented(name: str) -> bytes:
    return (DOCUMENTED / f"{name}.json").read_bytes()


@here
@pytest.mark.parametrize("name", ANSWERS)
def test_every_documented_answer_is_read_whole(name):
    kind, count = ANSWERS[name]

    found = parse(SPEC, kind, documented(name), account_for(SPEC, []))

    assert (len(found["records"]), found["drift"], found["set_aside"]) == (count, [], [])


@here
def test_no_documented_answer_is_forgotten():
    names = {path.stem for path in DOCUMENTED.glob("docs*.json") if not path.stem.endswith("_request")}

    assert names == {*ANSWERS, TEMPLATES}


@here
def test_templates_of_batches_are_set_aside_for_their_placeholders_and_nothing_else():
    account = account_for(SPEC, [])
    templates = loads(documented(TEMPLATES))

    found = parse(SPEC, "batch", documented(TEMPLATES), account)
    assert (found["records"], len(found["set_aside"])) == ([], len(templates))
    assert {aside["field"] for aside in found["set_aside"]} == {"items.status"}

    for template in templates:
        template["status"] = "COMPLETED"
        template["items"][0]["status"] = "SUCCESS"
        update = template["items"][0]["requestItem"].get("updateRequest", {})
        update |= {"contentId": 880001} if "contentId" in update else {}
    filled = read_raws(SPEC, "batch", templates, account)
    assert (len(filled.records), filled.drift, filled.set_aside) == (len(templates), [], [])


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.decimals(allow_nan=True, allow_infinity=True) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=60, deadline=None)
@given(junk=st.lists(JSON, max_size=5))
def test_junk_never_stops_a_reading(junk):
    account = account_for(SPEC, [])
    for name, kind in SPEC.kinds.items():
        for body in (junk, {"content": junk}, *junk):
            raws = list(kind.unwrap(body))
            found = read_raws(SPEC, name, raws, account)
            assert len(found.set_aside) <= len(raws)


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_a_sample_with_one_wrong_value_is_read_or_set_aside(data):
    """A well-formed record in which one value, at whatever depth, became something else."""
    account = account_for(SPEC, [])
    path = data.draw(st.sampled_from(sorted(p for p in SAMPLES.glob("*.json") if "reply" in loads(p.read_bytes()))))
    document = loads(path.read_bytes())
    way = SPEC.can.get(path.stem)
    name = document.get("kind") or getattr(way, "kind", path.stem)
    raws = list(SPEC.kinds[name].unwrap(document["reply"]))
    here: Any = raws
    while isinstance(here, (list, dict)) and here:
        key = data.draw(st.sampled_from(range(len(here)) if isinstance(here, list) else sorted(here)))
        inner = here[key]
        if not isinstance(inner, (list, dict)) or not inner or data.draw(st.integers(0, 3)) == 0:
            here[key] = data.draw(JSON)
            break
        here = inner

    found = read_raws(SPEC, name, raws, account)

    assert len(found.set_aside) <= len(raws)


@pytest.mark.parametrize(
    ("ref", "integrator", "field"),
    [
        ("", "SelfIntegration", "account_ref"),
        ("9001\r\nX: 1", "SelfIntegration", "account_ref"),
        ("9001", "My Co.", "integrator"),
        ("9001", "x" * 31, "integrator"),
    ],
)
def test_a_caller_without_a_proper_name_does_not_call(account, ref, integrator, field):
    of = Account(account.base_url, ref, settings={**account.settings, "integrator": integrator})

    with pytest.raises(MappingError) as refused:
        SPEC.headers(of)

    assert refused.value.field == field
