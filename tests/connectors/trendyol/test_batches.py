from __future__ import annotations

from typing import Any

import pytest

from entrepot.connectors.trendyol import SPEC
from entrepot.core.errors import RemoteChanged, RemoteRefused
from entrepot.kit.batch import poll
from entrepot.kit.records import BatchReply
from entrepot.kit.requests import Reply, Request

REF = "7b1c2f04-5f0e-11f1-9c3e-0a1b2c3d4e5f-1790014400"


def batch(items: list[dict[str, Any]], **fields: Any) -> dict[str, Any]:
    return {"batchRequestId": REF, "items": items, **fields}


def item(status: str, reasons: tuple[str, ...] = (), **asked: Any) -> dict[str, Any]:
    return {"requestItem": asked, "status": status, "failureReasons": list(reasons)}


@pytest.fixture
def ask(account):
    def asked(body: Any) -> BatchReply:
        return poll(SPEC, account, REF, lambda _: Reply(200, body))

    return asked


def test_it_is_asked_for_under_product(account):
    request = SPEC.can["poll_batch"].build(account, REF)

    assert (request.method, request.path) == ("GET", f"/product/sellers/9001/products/batch-requests/{REF}")


def test_completed_does_not_mean_that_all_succeeded(ask):
    items = [item("SUCCESS", barcode="A", product={"barcode": "A"}), item("FAILED", ("x", "y"), barcode="B")]

    reply = ask(batch(items, status="COMPLETED"))

    assert reply.is_done
    assert [(v.listing_ref, v.is_ok, v.reason) for v in reply.verdicts] == [("A", True, ""), ("B", False, "x; y")]


@pytest.mark.parametrize(
    ("items", "fields", "is_done"),
    [
        ([], {}, False),
        ([item("SUCCESS", barcode="A")], {}, True),
        ([item("SUCCESS", barcode="A")], {"itemCount": 2}, False),
        ([item("SUCCESS", barcode="A"), item("IN_PROGRESS", barcode="B")], {"itemCount": 2}, False),
        ([item("SUCCESS", barcode="A"), item("FAILED", ("no",), barcode="B")], {"itemCount": 2}, True),
    ],
)
def test_a_batch_without_a_status_is_over_when_no_item_is_under_way(ask, items, fields, is_done):
    assert ask(batch(items, batchRequestType="ProductInventoryUpdate", **fields)).is_done is is_done


@pytest.mark.parametrize("status", ["IN_PROGRESS", "PROCESSING"])
def test_a_batch_under_way_is_not_over(ask, status):
    assert not ask(batch([], status=status)).is_done


@pytest.mark.parametrize(
    ("asked", "listing_ref", "content_ref"),
    [
        ({"barcode": "A", "product": {"barcode": "A"}}, "A", None),
        ({"supplierId": 1, "updateRequest": {"contentId": 880001, "title": "T"}}, "", "880001"),
        ({"supplierId": 1, "updateRequest": {"barcode": "A", "stockCode": "S"}}, "A", None),
        ({"barcode": "A", "request": {"barcode": "A", "deliveryOption": {}}, "storeFrontCode": "TR"}, "A", None),
        ({"updateRequestDate": "2026-05-08T11:37:07.950+00:00", "quantity": 0, "barcode": "A"}, "A", None),
        ({"archived": True, "supplierId": 1, "barcode": "A"}, "A", None),
        ({"barcode": 8690000000012}, "8690000000012", None),
    ],
)
def test_every_type_of_batch_names_its_item(ask, asked, listing_ref, content_ref):
    (verdict,) = ask(batch([item("SUCCESS", **asked)], status="COMPLETED")).verdicts

    assert (verdict.listing_ref, verdict.content_ref) == (listing_ref, content_ref)


def test_404_is_a_forgotten_batch_and_403_is_not(account):
    def gone(request: Request) -> Reply:
        raise RemoteRefused("no", status=404)

    def forbidden(request: Request) -> Reply:
        raise RemoteRefused("no", status=400)

    assert not poll(SPEC, account, REF, gone).is_known
    with pytest.raises(RemoteRefused):
        poll(SPEC, account, REF, forbidden)


@pytest.mark.parametrize(
    "body",
    [
        None, "200 OK", [], {"status": "COMPLETED"}, batch([], status="DONE"), batch([item("OK", barcode="A")]),
        batch([item("SUCCESS")], status="COMPLETED"),
    ],
)  # fmt: skip
def test_an_answer_that_nobody_declared_is_for_us_to_mend(ask, body):
    with pytest.raises(RemoteChanged):
        ask(body)


def test_results_live_four_hours():
    for name in ("push_listings", "push_offers", "update_content", "close_listings"):
        assert SPEC.can[name].batch_life_s == 4 * 3600


@pytest.mark.parametrize("body", [None, "200 OK", {}, {"batchRequestId": None}])
def test_a_batch_without_an_id_is_for_us_to_mend(account, body):
    with pytest.raises(RemoteChanged):
        SPEC.can["push_offers"].read(account, [], Reply(200, body))
