"""Raw news kept before anything is done with it, and applied by order."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from tests.orders.conftest import AT

from entrepot.connectors.trendyol import SPEC
from entrepot.fulfilment.models import Package
from entrepot.ingress import services as ingress
from entrepot.ingress.models import Receipt, SetAside
from entrepot.ingress.services.aside import keep_aside
from entrepot.kit.read import Aside, read_raws
from entrepot.kit.requests import Account, loads
from entrepot.orders.models import Order

MS = 1_777_888_800_000  # 2026-05-04 10:00 UTC


def raw(package=71, order="O1", status="Created", minutes=0, **more):
    """A package in Trendyol's words (page "Order stream"), of one tea for 10.00."""
    line = {
        "lineId": 11, "quantity": 1, "barcode": "TEA", "stockCode": "TEA", "productName": "Çay", "lineGrossAmount": 10.0,
        "lineSellerDiscount": 0.0, "lineTyDiscount": 0.0, "lineUnitPrice": 10.0, "vatRate": 20.0, "discountDetails": [],
        "orderLineItemStatusName": status,
    }  # fmt: skip
    address = {
        "firstName": "Şükrü", "lastName": "Işık", "address1": "Iğdır Sk. 3/B", "city": "İzmir", "countryCode": "TR",
    }  # fmt: skip
    told = {
        "shipmentPackageId": package, "orderNumber": order, "status": status, "orderDate": MS + 10_800_000,
        "lastModifiedDate": MS + minutes * 60_000, "currencyCode": "TRY", "orderCountryCode": "TR", "lines": [line],
        "packageGrossAmount": 10.0, "packageSellerDiscount": 0.0, "packageTyDiscount": 0.0, "packageTotalPrice": 10.0,
        "customerFirstName": "Şükrü", "customerLastName": "Işık", "customerEmail": "", "identityNumber": "11111111111",
        "shipmentAddress": address, "invoiceAddress": address, "cargoTrackingNumber": 7330027500000017,
        "createdBy": "order-creation", "originPackageIds": None, "micro": False, **more,
    }  # fmt: skip
    return loads(json.dumps(told))  # numbers as they come over the wire: never floats


def keep(desk, *raws, via="webhook"):
    read = read_raws(SPEC, "package", raws, Account("http://127.0.0.1"))
    assert read.set_aside == []
    return ingress.keep_receipts(
        channel=desk.market, kind="package", raws=read.raws, records_=read.records, via=via, at=AT
    )


def outcomes():
    return list(Receipt.objects.system().order_by("id").values_list("status", "outcome"))


def test_the_same_fact_by_webhook_and_poll_is_kept_once(desk):
    assert keep(desk, raw()) == 1
    assert keep(desk, raw(), via="poll") == 0
    assert keep(desk, raw(), raw(status="Picking", minutes=1), via="poll") == 1


@pytest.mark.parametrize("is_reversed", [False, True], ids=["in order", "the cancel first"])
def test_all_news_of_one_order_is_applied_together_and_the_youngest_wins(desk, is_reversed):
    news = [raw(), raw(status="Picking", minutes=1), raw(status="Cancelled", minutes=2)]
    for one in reversed(news) if is_reversed else news:
        keep(desk, one)

    assert ingress.apply_receipts(limit=10, at=AT) == 3

    assert Package.objects.system().get().state == "cancelled"
    assert Order.objects.system().get().state == "cancelled" and desk.held() == 0
    assert sorted(o for _, o in outcomes()) == ["applied", "stale", "stale"]


def test_each_order_is_a_transaction_of_its_own(desk):
    keep(desk, raw(order="O1"), raw(package=72, order="O2"))
    desk.market.refresh_from_db()
    Receipt.objects.system().filter(subject_ref="O1").update(raw={"shipmentPackageId": 71, "orderNumber": "O1"})

    assert ingress.apply_receipts(limit=10, at=AT) == 2

    assert outcomes() == [("done", "set_aside"), ("done", "applied")]
    assert Order.objects.system().get().order_ref == "O2"


def test_what_is_not_due_waits(desk):
    keep(desk, raw())
    Receipt.objects.system().update(not_before=AT + timedelta(minutes=1))

    assert ingress.apply_receipts(limit=10, at=AT) == 0
    assert ingress.apply_receipts(limit=10, at=AT + timedelta(minutes=2)) == 1


def test_a_set_aside_record_is_ignored_only_by_its_seller(desk, borealis):
    keep_aside(channel=desk.market, kind="package", asides=[Aside("package 71", "status", "odd", raw())], at=AT)
    row = SetAside.objects.system().get()

    with pytest.raises(SetAside.DoesNotExist):
        ingress.ignore_aside(seller_id=borealis.id, aside_id=row.id, at=AT)
    with pytest.raises(SetAside.DoesNotExist):
        ingress.replay_aside(seller_id=borealis.id, aside_id=row.id, at=AT)
    assert ingress.replay_aside(seller_id=desk.seller_id, aside_id=row.id, at=AT).state == "replayed"
    assert ingress.apply_receipts(limit=10, at=AT) == 1 and Order.objects.system().get().order_ref == "O1"
