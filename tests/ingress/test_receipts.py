"""Raw news kept before anything is done with it, and applied by order."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.db.models import Q
from tests.orders.conftest import AT

from entrepot.connectors.trendyol import SPEC
from entrepot.core.errors import Refused
from entrepot.fulfilment.models import Package
from entrepot.ingress import services as ingress
from entrepot.ingress.models import Receipt, SetAside
from entrepot.ingress.services import apply
from entrepot.ingress.services.aside import keep_aside
from entrepot.jobs.services import claim
from entrepot.kit.read import Aside, read_raws
from entrepot.kit.requests import Account, loads
from entrepot.orders import services as orders
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


def test_one_order_that_breaks_our_code_waits_alone_and_the_others_of_its_set_are_done(desk, monkeypatch):
    keep(desk, *[raw(package=70 + n, order=f"O{n}") for n in range(9)])
    take = orders.take_orders

    def breaks(*, channel, told, at):
        if "O5" in told:
            raise ZeroDivisionError("a fault of ours")
        return take(channel=channel, told=told, at=at)

    monkeypatch.setattr(orders, "take_orders", breaks)

    assert ingress.apply_receipts(limit=100, at=AT) == 8

    assert Order.objects.system().count() == 8
    stuck = Receipt.objects.system().get(status="queued")
    assert (stuck.subject_ref, stuck.attempts, stuck.leased_until) == ("O5", 1, None)
    assert stuck.last_error == "ZeroDivisionError: a fault of ours" and stuck.not_before > AT


def test_news_of_an_order_has_what_waits_of_it_tried_again_at_once(desk):
    keep(desk, raw())
    Receipt.objects.system().update(not_before=AT + timedelta(minutes=5))

    keep(desk, raw(status="Picking", minutes=1))

    assert ingress.apply_receipts(limit=10, at=AT) == 2


def test_what_a_worker_lost_to_another_it_does_not_apply(desk):
    keep(desk, raw())
    rows = claim(Receipt, where=Q(status="queued"), at=AT, together=["channel", "kind", "subject_ref"])
    Receipt.objects.system().update(claim_no=7)  # its lease ran out, and another has it

    assert apply._apply(desk.market, apply._read(desk.market, {"O1": rows}), AT) == 0
    assert not Order.objects.system().exists()


def test_a_dead_receipt_is_tried_again_only_by_its_seller(desk, borealis):
    keep(desk, raw())
    Receipt.objects.system().update(status="dead", attempts=10)
    row = Receipt.objects.system().get()

    with pytest.raises(Receipt.DoesNotExist):
        ingress.retry_receipt(seller_id=borealis.id, receipt_id=row.id, at=AT)
    assert ingress.retry_receipt(seller_id=desk.seller_id, receipt_id=row.id, at=AT) == 1
    with pytest.raises(Refused, match="nothing of it was given up"):
        ingress.retry_receipt(seller_id=desk.seller_id, receipt_id=row.id, at=AT)
    assert ingress.apply_receipts(limit=10, at=AT) == 1
