"""Many orders in one request to ``orders/batch``: a verdict for each, and none taken for another."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from entrepot.core.errors import OutcomeUnknown, RemoteChanged, RemoteRefused, RemoteUnauthorised
from entrepot.kit import records
from entrepot.kit.requests import Reply

PLACED = datetime(2026, 6, 1, 9, 0, tzinfo=UTC)


def sales(number):
    line = records.SalesLine(
        sku="LS-B", product_ref="801", variant_ref="811", title="Linen Shirt", quantity=1, gross=Decimal("25.00"),
        vat_rate=Decimal("0.19"), tax_class="",
    )  # fmt: skip
    party = records.Party(name="Ayşe Yılmaz", lines=("Lindenweg 4",), city="Köln", postcode="50667", country="DE")
    return records.SalesOrder(
        our_ref=f"EN-order-{number}-1", channel="bazaria", order_ref=f"BZ-{number}",
        placed_at=PLACED + timedelta(minutes=number), currency="EUR", lines=(line,), shipping=Decimal("5.00"),
        total=Decimal("30.00"), ship_to=party, bill_to=party,
    )  # fmt: skip


@pytest.fixture
def made(order):
    """What the store shows of the order that it made for us."""

    def shown(number, **changed):
        return order(
            id=number, meta_data=[{"id": 1, "key": "_entrepot_ref", "value": f"EN-order-{number}-1"}], **changed
        )

    return shown


@pytest.fixture
def read(spec, store):
    def batch(rows, *numbers):
        many = spec.can["push_order"].many
        return many.read(store(), [sales(n) for n in numbers], Reply(200, {"create": rows}))

    return batch


def refusal(status, code="woocommerce_rest_invalid_product_id"):
    return {"id": 0, "error": {"code": code, "message": "Product ID is invalid.", "data": {"status": status}}}


def test_each_is_created_as_it_would_be_alone(spec, store):
    call = spec.can["push_order"]

    sent = call.many.build(store(), [sales(1), sales(2)])

    assert (sent.method, sent.path, sent.is_safe) == ("POST", "/wp-json/wc/v3/orders/batch", False)
    assert sent.body == {"create": [call.build(store(), sales(n)).body for n in (1, 2)]}
    assert call.many.most == 100  # "total ≤ 100"; more is refused with 413


def test_the_errors_of_one_are_its_own(read, made):
    found = read([made(1), refusal(400), made(3)], 1, 2, 3)

    assert [found[0].our_ref, found[2].our_ref] == ["EN-order-1-1", "EN-order-3-1"]
    assert type(found[1]) is RemoteRefused
    assert "order BZ-2" in str(found[1])
    assert "Product ID is invalid." in str(found[1])


@pytest.mark.parametrize(
    ("row", "kind"),
    [
        (refusal(404), RemoteRefused),
        (refusal(500, "woocommerce_rest_cannot_create"), RemoteRefused),  # a refusal that is sent as 500
        (refusal(401), RemoteUnauthorised),
        (refusal(403), RemoteUnauthorised),
        (refusal(500, "internal_server_error"), OutcomeUnknown),  # a plugin failed, perhaps after it was saved
        (refusal(None), OutcomeUnknown),
        ({"id": 0, "error": {"code": "x", "data": None}}, OutcomeUnknown),
        ({"id": 0, "error": "?"}, OutcomeUnknown),
        (None, OutcomeUnknown),
        ({}, OutcomeUnknown),
    ],
)
def test_what_is_no_clear_no_leaves_it_open(read, made, row, kind):
    first, second = read([row, made(2)], 1, 2)

    assert type(first) is kind
    assert second.our_ref == "EN-order-2-1"


def test_an_answer_in_another_order_is_not_believed(read, made):
    found = read([made(2), made(1)], 1, 2)

    assert [type(f) for f in found] == [OutcomeUnknown, OutcomeUnknown]


@pytest.mark.parametrize("rows", [None, [], "?"])
def test_an_answer_of_another_length_says_nothing_of_any(read, made, rows):
    with pytest.raises(RemoteChanged):
        read(rows, 1, 2)
    with pytest.raises(RemoteChanged):
        read([made(1)], 1, 2)


def test_one_search_covers_all_from_an_hour_before_the_oldest_on(spec, store):
    (question,) = spec.can["push_order"].find

    asked = question.first_of(store(), [sales(7), sales(3)])

    assert asked.query["after"] == "2026-06-01T08:03:00"


def test_a_row_is_found_by_our_reference_alone(spec, store, made):
    (question,) = spec.can["push_order"].find

    assert question.match(store(), sales(1), made(1)).our_ref == "EN-order-1-1"
    assert question.match(store(), sales(2), made(1)) is None
    assert question.match(store(), replace(sales(2), our_ref="EN-order-1-1"), made(1)) is not None
