"""What is wrong with a request is said as a problem (RFC 9457), and never as a 500."""

from __future__ import annotations

import pytest


def problem(answer, status):
    """The problem's body, after looking that it is one."""
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    body = answer.json()
    assert body["status"] == status
    assert {"type", "title"} <= set(body)
    return body


def test_a_field_that_is_wrong_is_named(api, keys, world):
    body = problem(api(keys.aydin).post("/channels", {"connector": 7, "name": "x", "secrets": {}, "extra": 1}), 422)

    assert body["type"] == "/problems/invalid"
    assert {e["field"] for e in body["errors"]} == {"connector", "extra"}


def test_a_move_that_the_state_does_not_have_says_what_is_allowed(api, keys, world):
    world.package.state = "delivered"
    world.package.save()

    body = problem(api(keys.aydin).post(f"/packages/{world.package.id}/pick"), 409)

    assert body["type"] == "/problems/illegal-move"
    assert body["allowed"] == []
    assert body["state"] == "delivered"


@pytest.mark.parametrize(
    "raw",
    [
        b"", b"{", b"[]", b"null", b'"text"', b"\xff\xfe", b'{"note": NaN}', b'{"note": Infinity}', b'{"note": 1e999}',
        b'{"note": ' + b"[" * 50_000 + b"]" * 50_000 + b"}", b'{"note": ' + b"9" * 5000 + b"}",
        b'{"note": "\\u0000"}', b'{"note": "\\ud800"}', b'{"note": true}', b'{"note": 7}', b'{"note": null}', b"{}",
    ],
    ids=range(17),
)  # fmt: skip
def test_a_body_that_is_no_note_is_refused(api, keys, world, raw):
    path = f"/orders/{world.order.id}/note"

    answer = api(keys.aydin).put(path, raw=raw)

    assert answer.status_code in (400, 422), answer.content
    problem(answer, answer.status_code)
    assert api(keys.aydin).put(path, {"note": "İıŞş 🫖\n2. satır"}).json()["note"] == "İıŞş 🫖\n2. satır"


@pytest.mark.parametrize("count", [True, False, "7", 7.5, 2**31, -(2**31) - 5, 10**400, [], {}], ids=str)
def test_a_count_that_is_no_whole_number_is_refused(api, keys, world, count):
    body = problem(api(keys.aydin).post("/stock/readings", {"readings": [{"sku": "TEA-250", "on_hand": count}]}), 422)

    assert body["errors"][0]["field"].startswith("readings.0.on_hand")


@pytest.mark.parametrize("count", [0, -3, 7])
def test_zero_and_negative_counts_are_kept_as_told(api, keys, world, count):
    given = api(keys.aydin).post("/stock/readings", {"readings": [{"sku": "TEA-250", "on_hand": count}]})
    stock = api(keys.aydin).get("/stock?sku=TEA-250").json()["items"][0]

    assert given.json() == {"changed": [world.variant.id]}
    assert stock["levels"][0]["on_hand"] == count
    assert stock["available"] == count


def test_an_unknown_count_takes_back_what_was_told_here_and_not_what_the_store_counts(api, keys, world):
    def tell(count):
        body = {"readings": [{"sku": "TEA-250", "on_hand": count}]}
        return api(keys.aydin).post("/stock/readings", body).json()["changed"]

    assert tell(None) == []  # the store counted 12
    assert tell(7) == [world.variant.id]
    assert tell(None) == [world.variant.id]
    assert api(keys.aydin).get("/stock").json()["items"][0]["available"] is None


def test_a_reading_of_an_unknown_sku_keeps_none(api, keys, world):
    two = [{"sku": "TEA-250", "on_hand": 1}, {"sku": "ÇAY-404", "on_hand": 1}]

    body = problem(api(keys.aydin).post("/stock/readings", {"readings": two}), 422)

    assert "ÇAY-404" in body["detail"]
    assert api(keys.aydin).get("/stock").json()["items"][0]["levels"][0]["on_hand"] == 12


@pytest.mark.parametrize(
    ("amount", "currency", "status"),
    [
        ("1.50", "TRY", 200), ("0", "TRY", 200), ("1.50", "EUR", 422), ("1.505", "TRY", 422), (1.5, "TRY", 422),
        ("NaN", "TRY", 422), ("1e3", "TRY", 422), ("999999999999", "TRY", 422), ("1.50", "try", 422), ("1,50", "TRY", 422),
    ],
)  # fmt: skip
def test_a_fee_is_money_in_the_storefronts_currency(api, keys, world, amount, currency, status):
    body = {"fixed_fee": {"amount": amount, "currency": currency}}

    answer = api(keys.aydin).put(f"/price-rules/{world.front.id}", body)

    assert answer.status_code == status, answer.content
    if status == 200:
        assert answer.json()["fixed_fee"] == {"amount": f"{float(amount):.2f}", "currency": "TRY"}


@pytest.mark.parametrize(
    ("field", "was", "value", "status"),
    [
        ("weight_g", 250, 300, 200), ("weight_g", 250, 0, 422), ("weight_g", 250, True, 422), ("weight_g", 1, 300, 422),
        ("weight_g", 250, 10**12, 422), ("weight_g", 250, "1e12", 422), ("vat_rate", None, "0.20", 200), ("vat_rate", None, 20, 422), ("origin", "", "TR", 200),
        ("origin", "", "XX", 422), ("gtin", "", "8690000000005", 200), ("gtin", "", "8690000000004", 422), ("options", {}, ["x"], 422),
        ("options", {}, {"Renk": "\x00"}, 422), ("images", [], "x", 422), ("title", "", "ç" * 301, 422),
        ("hs_code", "", "7013.37", 200), ("sku", "TEA-250", "X", 422),
    ],
)  # fmt: skip
def test_a_cell_is_saved_when_its_value_is_one_and_nobody_else_was_faster(api, keys, world, field, was, value, status):
    cells = [{"id": world.variant.id, "field": field, "was": was, "value": value}]

    answer = api(keys.aydin).patch("/variants", {"cells": cells})

    assert answer.status_code == status, answer.content
    if status == 200:
        assert answer.json() == {"changed": [world.variant.id]}


@pytest.mark.parametrize(
    ("path", "field", "value", "told"),
    [
        ("variants", "weight_g", "1,5", "TEA-250: weight_g is not a number: '1,5'"),
        ("variants", "weight_g", True, "TEA-250: weight_g cannot be True"),
        ("variants", "vat_rate", "0.123456", "TEA-250: vat_rate must have at most 4 decimal places"),
        ("products", "brand", "x" * 121, "{title}: brand has 121 characters; at most 120 are allowed"),
    ],
)
def test_a_refused_cell_is_named_by_its_row_and_field(api, keys, world, path, field, value, told):
    row = world.variant if path == "variants" else world.product
    cells = [{"id": row.id, "field": field, "was": getattr(row, field), "value": value}]

    answer = api(keys.aydin).patch(f"/{path}", {"cells": cells})

    assert answer.status_code == 422
    assert answer.json()["detail"].startswith(told.format(title=world.product.title))


@pytest.mark.parametrize("path", ["/products?search=%00", "/orders?cursor=%F0%9F%8D%B5", "/orders?cursor=aWQ6LTE",
                                  "/orders?limit=0", "/orders?limit=501", "/orders?state=lost", "/orders/abc",
                                  "/orders?since=2026-03-01T00:00:00", "/orders?since=0001-01-01T00:00:00%2B23:00"])  # fmt: skip
def test_an_address_that_means_nothing_is_refused(api, keys, world, path):
    assert problem(api(keys.aydin).get(path), 422)["type"] == "/problems/invalid"


@pytest.mark.parametrize("number", ["0", "-1", "9223372036854775807", "9" * 30])
def test_a_number_of_nothing_is_not_found(api, keys, world, number):
    assert problem(api(keys.aydin).get(f"/orders/{number}"), 404)["status"] == 404


def test_an_unknown_address_and_a_wrong_method_are_problems_too(api, keys, world):
    problem(api(keys.aydin).get("/nothing/here"), 404)
    answer = api(keys.aydin)("DELETE", "/orders")
    problem(answer, 405)
    assert "GET" in answer["Allow"]


def test_a_body_that_is_too_large_is_refused(api, keys, world, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000

    body = problem(api(keys.aydin).put(f"/orders/{world.order.id}/note", {"note": "x" * 2000}), 413)

    world.order.refresh_from_db()
    assert (body["status"], "x" * 2000 in world.order.note) == (413, False)


def test_a_sheet_tells_the_bad_rows_and_takes_the_good(api, keys, world):
    sheet = "sku,origin,weight_g,quantity\nTEA-250,TR,300,7\nTEA-250,,0,\nNOPE,TR,,\n"

    answer = api(keys.aydin).post("/products/sheet", raw=sheet.encode(), content_type="text/csv").json()

    assert answer["changed"] == 2  # one row of facts, one count
    assert [(p["line"], p["column"]) for p in answer["problems"]] == [(3, "weight_g"), (4, "sku")]
    for broken in (b"\xff\xfe", b"a,b\n1,2\n", b"", b"sku,origin\nTEA-250,\x00\n"):
        answer = api(keys.aydin).post("/products/sheet", raw=broken, content_type="text/csv")
        assert answer.status_code in (200, 422), answer.content


def test_rates_are_loaded_by_the_operator_alone(api, keys, world):
    rates = b"day,base,quote,rate\n2026-02-27,EUR,TRY,40.1234\n"

    assert api(keys.aydin).post("/fx-rates", raw=rates, content_type="text/csv").status_code == 403
    assert api(keys.operator).post("/fx-rates", raw=rates, content_type="text/csv").json() == {"kept": 1}
    assert api(keys.aydin).get("/fx-rates?base=EUR").json()["items"][0]["rate"] == "40.12340000"
    for broken in (b"\xff", b"day,base\n1,2\n", b"day,base,quote,rate\n2026-02-27,EUR,TRY,1e400\n"):
        problem(api(keys.operator).post("/fx-rates", raw=broken, content_type="text/csv"), 422)
    problem(api(keys.operator).post("/fx-rates", raw=b"<a>", content_type="application/xml"), 422)


def test_an_operator_says_for_which_seller(api, keys, world):
    mapping = {"connector": "trendyol", "kind": "brand", "ours": "Lav", "theirs_text": "Lav"}

    assert problem(api(keys.operator).post("/mappings", mapping), 422)["errors"][0]["field"] == "seller_id"
    assert api(keys.operator).post(f"/mappings?seller_id={world.seller.id}", mapping).status_code == 201
    problem(api(keys.operator).post("/mappings?seller_id=999999", mapping), 404)
