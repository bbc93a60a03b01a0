from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from entrepot.connectors.trendyol import SPEC
from entrepot.kit.read import Read, read_raws
from entrepot.kit.requests import Account
from entrepot.kit.words import PACKAGE_STATES

# Page "Order statuses": every word of theirs, and what it means here.
STATUSES = {
    "Awaiting": "awaiting", "Verified": "awaiting", "Created": "created", "Picking": "picking", "Invoiced": "invoiced",
    "Shipped": "shipped", "AtCollectionPoint": "at_pickup_point", "Delivered": "delivered",
    "UnDelivered": "undelivered", "Returned": "returned", "Cancelled": "cancelled", "UnSupplied": "unsupplied",
    "UnPacked": "superseded",
}  # fmt: skip


@pytest.fixture
def one(account):
    """The one record that a raw package becomes, without drift."""

    def read(raw):
        found = read_raws(SPEC, "package", [raw], account)
        assert (found.set_aside, found.drift) == ([], [])
        (record,) = found.records
        return record

    return read


def test_order_date_is_three_hours_ahead_and_nothing_else_is(one, package):
    # The documented sample: orderDate − first createdDate = 10 796 061 ms, three hours less some 4 s.
    raw = package(
        orderDate=1762253333685, lastModifiedDate=1762865408581, agreedDeliveryDate=1762376340000,
        packageHistories=[{"createdDate": 1762242537624, "status": "Created"}],
    )  # fmt: skip

    record = one(raw)

    assert record.placed_at == datetime(2025, 11, 4, 7, 48, 53, 685000, UTC)
    assert record.placed_at < datetime(2025, 11, 4, 7, 48, 57, 624000, UTC)  # when the package was made
    assert record.modified_at == datetime(2025, 11, 11, 12, 50, 8, 581000, UTC)
    assert record.ship_by == datetime(2025, 11, 5, 20, 59, tzinfo=UTC)


@pytest.mark.parametrize(("theirs", "ours"), STATUSES.items())
def test_every_status_has_a_state_of_ours(one, package, theirs, ours):
    record = one(package(status=theirs))

    assert (record.state, record.their_status, ours in PACKAGE_STATES) == (ours, theirs, True)
    assert record.is_paid is (theirs != "Awaiting")


def test_an_unknown_status_waits_for_a_person(account, package):
    found = read_raws(SPEC, "package", [package(status="Teleported"), package()], account)

    assert len(found.records) == 1
    (aside,) = found.set_aside
    assert (aside.where, aside.field) == ("package 3400000010", "status")
    assert "'Teleported' is not known" in aside.reason


def test_repack_moves_nothing_and_says_why(account, package):
    found = read_raws(SPEC, "package", [package(status="Repack")], account)

    assert (found.records, found.set_aside) == ([], [])
    assert SPEC.ignored_statuses["Repack"]


def test_line_status_may_differ_from_the_packages(account, one, package):
    raw = package(status="Picking")
    raw["lines"][0]["orderLineItemStatusName"] = "Cancelled"
    assert one(raw).lines[0].state == "cancelled"

    raw["lines"][0]["orderLineItemStatusName"] = "Evaporated"
    (aside,) = read_raws(SPEC, "package", [raw], account).set_aside
    assert aside.field == "orderLineItemStatusName"


def test_amounts_are_per_unit_and_add_up(one, package):
    record = one(package())

    (line,) = record.lines
    assert (line.quantity, line.unit_gross, line.unit_seller_discount) == (2, Decimal("349.9"), 25)
    assert (line.unit_channel_discount, line.unit_price, line.vat_rate) == (0, Decimal("324.9"), Decimal("0.1"))
    assert line.unit_prices == ()
    assert (record.gross, record.seller_discount, record.channel_discount) == (Decimal("699.8"), 50, 0)
    assert record.total == Decimal("649.8") == line.unit_price * line.quantity


def test_units_that_differ_by_a_cent_are_told_one_by_one(one, package):
    # 10.00 off three units of 10.00: 6.67 + 6.67 + 6.66 = 20.00, where three times the average would be 20.01.
    raw = package(packageTotalPrice=Decimal("20.00"))
    raw["lines"][0] |= {
        "quantity": 3, "lineGrossAmount": Decimal("10.00"), "lineSellerDiscount": Decimal("3.33"),
        "lineUnitPrice": Decimal("6.67"),
        "discountDetails": [
            {"lineItemPrice": Decimal(price), "lineItemSellerDiscount": 0, "lineItemTyDiscount": 0}
            for price in ("6.67", "6.67", "6.66")
        ],
    }  # fmt: skip

    record = one(raw)

    assert record.lines[0].unit_prices == (Decimal("6.67"), Decimal("6.67"), Decimal("6.66"))
    assert sum(record.lines[0].unit_prices) == record.total


def test_units_are_not_told_when_one_is_missing(one, package):
    raw = package()
    raw["lines"][0]["discountDetails"] = [{"lineItemPrice": Decimal("324.89")}]

    assert one(raw).lines[0].unit_prices == ()


@pytest.mark.parametrize(("theirs", "ours"), [(7260000000000017, "7260000000000017"), (2**70, str(2**70)), (0, None)])
def test_tracking_numbers_keep_every_digit_and_zero_is_none(one, package, theirs, ours):
    assert one(package(cargoTrackingNumber=theirs)).tracking_ref == ours


def test_awaiting_orders_come_with_empty_buyers(one, package):
    raw = package(
        status="Awaiting", shipmentAddress=None, invoiceAddress={"firstName": None, "address1": ""},
        customerFirstName="", customerLastName=None, customerEmail=None, cargoTrackingNumber=0,
        originPackageIds=None, invoiceRejectedReasonKeys="",
    )  # fmt: skip

    record = one(raw)

    assert (record.ship_to.name, record.ship_to.lines, record.bill_to.lines) == ("", (), ())
    assert (record.tracking_ref, record.origin_refs, record.is_paid) == (None, (), False)


def test_names_from_before_april_2026_mean_the_same(one, package):
    new = package()
    old = dict(new)
    for theirs, former in {
        "shipmentPackageId": "id", "packageGrossAmount": "grossAmount", "packageSellerDiscount": "totalDiscount",
        "packageTyDiscount": "totalTyDiscount", "packageTotalPrice": "totalPrice",
    }.items():  # fmt: skip
        old[former] = old.pop(theirs)
    line = old["lines"][0] = dict(old["lines"][0])
    for theirs, former in {
        "lineId": "id", "stockCode": "merchantSku", "sellerId": "merchantId", "contentId": "productCode",
        "vatRate": "vatBaseAmount", "lineGrossAmount": "amount", "lineSellerDiscount": "discount",
        "lineTyDiscount": "tyDiscount", "lineUnitPrice": "price",
    }.items():  # fmt: skip
        line[former] = line.pop(theirs)

    assert one(old) == one(new)


def test_both_names_at_once_are_no_drift(one, package):
    raw = package()
    raw["id"], raw["totalPrice"] = raw["shipmentPackageId"], 1

    assert one(raw).total == Decimal("649.8")


@pytest.mark.parametrize(
    ("fields", "pays"), [({"whoPays": 1}, "seller"), ({}, "channel"), ({"whoPays": None}, "channel")]
)
def test_who_pays_the_carriage(one, package, fields, pays):
    assert one(package(**fields)).pays_carriage == pays


def test_a_split_names_what_it_replaces(one, package):
    record = one(package(createdBy="split", originPackageIds=[3400000001, 3400000002]))

    assert (record.origin_refs, record.made_by) == (("3400000001", "3400000002"), "split")


@pytest.mark.parametrize(
    ("country", "currency", "account_storefront", "storefront"),
    [
        ("TR", "TRY", "", "TR"),
        ("DE", "EUR", "", "DE"),
        ("RO", "RON", "TR", "RO"),
        ("SA", "TRY", "", "TR"),  # micro-export: the buyer is abroad, the sale at home
        ("AZ", "TRY", "TR", "TR"),
        ("", "EUR", "SK", "SK"),
    ],
)
def test_the_storefront_is_where_the_order_was_placed(
    account, package, country, currency, account_storefront, storefront
):
    of = Account(account.base_url, "9001", account_storefront, account.settings)

    found = read_raws(SPEC, "package", [package(orderCountryCode=country, currencyCode=currency)], of)

    assert [p.storefront for p in found.records] == [storefront]


def test_micro_export_is_export(one, package):
    assert [one(package(micro=flag)).is_export for flag in (True, False, None)] == [True, False, False]


def test_the_invoice_address_carries_the_tax_number(one, package):
    company = one(package())
    masked = one(package(invoiceAddress={"fullName": "Ada"}, identityNumber="11111111111"))
    person = one(package(invoiceAddress={"fullName": "Ada"}, identityNumber="22345678901"))

    assert (company.bill_to.tax_number, company.bill_to.tax_office, company.bill_to.company) == (
        "1234567890", "Bornova", "Kuzey A.Ş.",
    )  # fmt: skip
    assert (masked.bill_to.tax_number, person.bill_to.tax_number) == ("", "22345678901")
    assert company.ship_to.tax_number == ""


def test_address_lines_come_once_each(one, package):
    address = {"address1": "Gül Sk. 5", "address2": "Gül Sk. 5", "neighborhood": "Erzene Mah", "city": "İzmir"}
    elsewhere = {"addressLines": {"addressLine1": "King Rd 1", "addressLine2": ""}, "stateName": "Riyadh"}

    assert one(package(shipmentAddress=address)).ship_to.lines == ("Gül Sk. 5", "Erzene Mah")
    party = one(package(shipmentAddress=elsewhere)).ship_to
    assert (party.lines, party.region) == (("King Rd 1",), "Riyadh")


def test_a_new_field_is_drift_and_costs_nothing(account, package):
    raw = package(loyaltyTier="gold")
    raw["lines"][0]["giftNote"] = "x"

    found: Read = read_raws(SPEC, "package", [raw], account)

    assert len(found.records) == 1
    assert sorted((d.path, d.value) for d in found.drift) == [("lines[0].giftNote", "x"), ("loyaltyTier", "gold")]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("orderDate", None), ("orderDate", -1), ("orderDate", 10**18), ("lastModifiedDate", "soon"), ("currencyCode", None),
        ("packageTotalPrice", None), ("packageTotalPrice", "NaN"), ("lines", None), ("lines", [None]), ("status", 7),
    ],
)  # fmt: skip
def test_a_fact_that_is_missing_is_never_made_up(account, package, field, value):
    found = read_raws(SPEC, "package", [package(**{field: value})], account)

    assert not found.records
    assert found.set_aside[0].where == "package 3400000010"
    assert found.set_aside[0].field.startswith(field)
