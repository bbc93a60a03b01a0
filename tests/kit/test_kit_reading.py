"""Pages into records, and files into documents; nothing that is JSON breaks it."""

from __future__ import annotations

import json
from dataclasses import replace

import bazaria
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from entrepot.connectors.woocommerce import SPEC as STORE
from entrepot.core.errors import Invalid, MappingError, RemoteChanged
from entrepot.kit.parse import account_for, exit_status, jsonable, parse, parse_file
from entrepot.kit.read import pull, read_raws
from entrepot.kit.redact import redact
from entrepot.kit.requests import Account, Reply, Request, Window, dumps, loads
from entrepot.kit.wire import Amount, Ref, Wire

ACCOUNT = Account("https://api.bazaria.example", settings={"account.currency": "EUR"})
FACTS = ["store.currency=EUR", "store.weight_unit=kg", "store.length_unit=cm"]


def order(**changed):
    line = {"lineId": 5, "sellerSku": "TEA-250", "title": "Tea", "quantity": 2, "price": "12.90"}
    return {"orderNumber": "1", "orderDate": 0, "status": "New", "country": "DE", "lines": [line], **changed}


def content(*raws):
    return json.dumps(list(raws)).encode()


def test_one_bad_record_is_set_aside_and_the_others_pass():
    read = read_raws(bazaria.SPEC, "order", [order(), order(status="??"), None, order(orderNumber="3")], ACCOUNT)

    assert [p.package_ref for p in read.records] == ["1", "3"]
    assert [(a.where, a.field) for a in read.set_aside] == [
        ("order 1", "status"),
        ("record 3 of the page", "(whole record)"),
    ]


def test_a_field_that_nobody_declared_is_drift_and_breaks_nothing():
    raw = order(giftNote="…")
    raw["lines"][0]["colour"] = {"code": 7}

    read = read_raws(bazaria.SPEC, "order", [raw], ACCOUNT)

    assert len(read.records) == 1
    assert {(d.path, str(d.value)) for d in read.drift} == {("giftNote", "…"), ("lines[0].colour", "{'code': 7}")}


def test_one_of_theirs_may_be_several_of_ours():
    spec = replace(
        bazaria.SPEC,
        kinds={
            "order": replace(
                bazaria.SPEC.kinds["order"], into=lambda t, a: ("x", MappingError("order 1", "y", "is bad"), "z")
            )
        },
    )

    read = read_raws(spec, "order", [order()], ACCOUNT)

    assert (read.records, len(read.raws)) == (["x", "z"], 2)
    assert [(a.where, a.field) for a in read.set_aside] == [("order 1", "y")]


@pytest.mark.parametrize(
    "error", [KeyError("x"), ZeroDivisionError(), TypeError("x"), RecursionError(), OverflowError()]
)
def test_a_payload_that_the_mapping_did_not_foresee_costs_only_itself(error):
    def into(theirs, account):
        if theirs.orderNumber == "2":
            raise error
        return theirs.orderNumber

    spec = replace(bazaria.SPEC, kinds={"order": replace(bazaria.SPEC.kinds["order"], into=into)})

    read = read_raws(spec, "order", [order(), order(orderNumber="2"), order(orderNumber="3")], ACCOUNT)

    assert read.records == ["1", "3"]
    assert read.set_aside[0].where == "order 2"


def test_paging_that_asks_the_same_again_is_stopped():
    way = replace(bazaria.SPEC.can["pull_orders"], page=lambda a, asked, reply: ([], asked))
    spec = replace(bazaria.SPEC, can={**bazaria.SPEC.can, "pull_orders": way})

    with pytest.raises(RemoteChanged, match="twice"):
        list(pull(spec, "pull_orders", ACCOUNT, Window(), lambda _: Reply(200, {})))


def test_pages_that_differ_in_their_body_are_not_the_same():
    def page(account, asked, reply):
        return [], Request("POST", "/q", body={"page": 1}) if asked.body == {"page": 0} else None

    way = replace(
        bazaria.SPEC.can["pull_orders"], first=lambda a, w: Request("POST", "/q", body={"page": 0}), page=page
    )
    spec = replace(bazaria.SPEC, can={**bazaria.SPEC.can, "pull_orders": way})

    assert len(list(pull(spec, "pull_orders", ACCOUNT, Window(), lambda _: Reply(200, {})))) == 2


@pytest.mark.parametrize(
    "text", ["NaN", "[Infinity]", "[" * 100_000, "1e9999999999999999999999", "9" * 5000, "", "nope"]
)
def test_what_is_no_json_is_refused_without_a_crash(text):
    with pytest.raises(ValueError):
        loads(text)


def test_a_decimal_of_too_many_digits_is_not_sent_as_another_number():
    with pytest.raises(ValueError, match="more digits"):
        dumps({"price": loads("0.12345678901234567890")})


class Money(Wire):
    amount: Amount
    id: Ref = "0"


@pytest.mark.parametrize("value", [12.9, True, "NaN", "Infinity", "1e999999999", "twelve", None, []])
def test_an_amount_is_a_finite_decimal_of_sane_size(value):
    with pytest.raises(ValueError, match="amount"):
        Money.model_validate({"amount": value})


def test_an_id_may_come_as_a_number_of_any_size():
    assert Money.model_validate({"amount": "1", "id": 10**18}).id == "1000000000000000000"


def test_everything_mapped_is_exit_0_also_with_drift():
    found = parse(bazaria.SPEC, "order", content(order(giftNote="…")), ACCOUNT)

    assert exit_status(found) == 0
    assert found["drift"] == [{"path": "giftNote", "value": "…"}]


def test_something_set_aside_is_exit_3():
    found = parse(bazaria.SPEC, "order", content(order(), order(status="??")), ACCOUNT)

    assert exit_status(found) == 3
    assert len(found["records"]) == 1
    assert found["set_aside"][0]["field"] == "status"


@pytest.mark.parametrize("form", [order(), [order()], {"content": [order()], "totalPages": 1}])
def test_a_file_holds_an_object_a_list_or_a_page(form):
    assert len(parse(bazaria.SPEC, "order", b"\xef\xbb\xbf" + json.dumps(form).encode(), ACCOUNT)["records"]) == 1


@pytest.mark.parametrize(("kind", "text"), [("claim", b"[]"), ("order", b"<html>"), ("order", b"\xff"), ("order", b"")])
def test_an_unknown_kind_or_an_unreadable_file_is_refused(kind, text):
    with pytest.raises(Invalid):
        parse(bazaria.SPEC, kind, text, ACCOUNT)


def test_an_unknown_slug_is_exit_2():
    status, found = parse_file("nosuch", "order", b"[]")

    assert status == 2
    assert "nosuch" in found["error"]


def test_settings_are_given_by_name_and_read_as_json_where_they_are():
    account = account_for(STORE, ['store.features=["wc/v3"]', "gtin_source=meta:_ean", "base_url=https://s.example"])

    assert account.base_url == "https://s.example"
    assert account.settings["store.features"] == ["wc/v3"]
    assert account.settings["gtin_source"] == "meta:_ean"
    assert account.settings["brand_source"] == "auto"  # the spec's default
    with pytest.raises(Invalid, match="NAME=VALUE"):
        account_for(STORE, ["gtin_source"])


def test_a_document_is_plain_json():
    assert jsonable({1: (loads("1.50"), b"\x00", loads('"\\ud800"'))}) == {"1": ["1.50", "AA==", "?"]}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.integers(-(10**400), 10**400) | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=12) | st.sampled_from(["NaN", "1e999999", "", "parent", "variable", "-0", "2026-02-30T00:00:00"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(
        ["id", "type", "status", "content", "lines", "meta_data", "key", "value", "stock_quantity", "manage_stock", "price",
         "weight", "dimensions", "attributes", "namespaces", "rate", "line_items", "fulfillments", "x", "_y"]), inner, max_size=6),
    max_leaves=20,
)  # fmt: skip


@given(st.sampled_from([(STORE, kind) for kind in STORE.kinds] + [(bazaria.SPEC, "order")]), JSON)
@settings(max_examples=400, deadline=None)
def test_any_json_ends_mapped_set_aside_or_refused(target, value):
    spec, kind = target
    account = account_for(spec, [*FACTS, "account.currency=EUR"])

    try:
        found = parse(spec, kind, json.dumps(value).encode(), account)
    except Invalid:
        return

    assert json.loads(json.dumps(found, ensure_ascii=False).encode()) == found
    assert exit_status(found) in (0, 3)


SAMPLE = {"id": 802, "name": "Tea", "type": "simple", "status": "publish", "sku": "TEA", "regular_price": "5.40",
          "manage_stock": True, "stock_quantity": 3, "weight": "0.25", "dimensions": {"length": "1"}, "images": [{"src": "x"}],
          "attributes": [{"name": "A", "options": ["B"]}], "meta_data": [{"key": "_e", "value": "1"}]}  # fmt: skip


@given(st.sampled_from(sorted(SAMPLE)), JSON)
@settings(max_examples=300, deadline=None)
def test_any_value_in_any_field_ends_mapped_or_set_aside(field, value):
    raw = json.dumps([SAMPLE, {**SAMPLE, field: value}]).encode()

    found = parse(STORE, "product", raw, account_for(STORE, FACTS))

    assert len(found["records"]) == 2 or found["set_aside"]
    assert found["records"][0]["title"] == "Tea"


@pytest.mark.parametrize(
    ("field", "kept", "aside"),
    [("id", 1, "product_ref"), ("name", 1, "title"), ("sku", 2, "sku")],
    ids=["a product whose id cannot be kept", "nor its title", "only its variant cannot"],
)
def test_what_cannot_be_kept_is_set_aside_once(field, kept, aside):
    raw = json.dumps([SAMPLE, {**SAMPLE, field: "\x00"}]).encode()

    found = parse(STORE, "product", raw, account_for(STORE, FACTS))

    assert len(found["records"]) == kept
    assert [a["field"] for a in found["set_aside"]] == [aside]


@given(JSON)
def test_redacting_never_breaks_and_never_grows(value):
    assert len(json.dumps(redact(value))) <= len(json.dumps(value)) * 4 + 60


@pytest.mark.parametrize(
    "name", ["consumer_secret", "firstName", "last_name", "email", "phone", "taxNumber", "billing", "address1"]
)
def test_personal_and_secret_fields_are_hidden(name):
    assert redact({name: "Jana", "sku": "TEA"}) == {name: "•••", "sku": "TEA"}


def test_long_lists_and_texts_are_cut():
    kept = redact({"ids": list(range(100)), "text": "x" * 5000})

    assert kept["ids"][-1] == "… 60 more"
    assert len(kept["text"]) == 2000
