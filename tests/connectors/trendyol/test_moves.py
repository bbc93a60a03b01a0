from __future__ import annotations

from typing import Any

import pytest

from entrepot.connectors.trendyol import SPEC
from entrepot.core.errors import MappingError, RemoteRefused
from entrepot.kit.find import find
from entrepot.kit.records import PackageMove
from entrepot.kit.requests import Account, Reply, Request
from entrepot.kit.shipping import LabelRequest

P = "/order/sellers/9001/shipment-packages/3400000001"
LINES = (("4800000001", 2),)


def move(event: str, **fields: Any) -> PackageMove:
    return PackageMove(**{"event": event, "package_ref": "3400000001", "lines": LINES, **fields})


def built(account: Account, capability: str, wanted: PackageMove) -> tuple[str, str, Any]:
    request = SPEC.can[capability].build(account, wanted)
    assert not request.is_safe
    return request.method, request.path, request.body


def test_pick_and_invoice(account):
    lines = [{"lineId": 4800000001, "quantity": 2}]

    assert built(account, "move_package", move("pick")) == (
        "PUT", P, {"lines": lines, "params": {}, "status": "Picking"},
    )  # fmt: skip
    assert built(account, "move_package", move("invoice", invoice_number="KZY2026000000001")) == (
        "PUT", P, {"lines": lines, "params": {"invoiceNumber": "KZY2026000000001"}, "status": "Invoiced"},
    )  # fmt: skip


@pytest.mark.parametrize(
    ("reason", "number"),
    [
        ("out_of_stock", 500), ("defective", 501), ("wrong_price", 502), ("integration_error", 504),
        ("bulk_purchase", 505), ("force_majeure", 506),
    ],
)  # fmt: skip
def test_unsupply_says_why_in_their_number(account, reason, number):
    _, path, body = built(account, "move_package", move("unsupply", reason=reason))

    assert (path, body) == (
        f"{P}/items/unsupplied",
        {"lines": [{"lineId": 4800000001, "quantity": 2}], "reasonId": number},
    )


def test_split_takes_whole_lines_and_parts_of_lines(account):
    _, path, body = built(account, "split_package", move("split", lines=(("1", 2), ("2", 1))))

    assert path == f"{P}/split-packages"
    assert body == {
        "splitPackages": [
            {"packageDetails": [{"orderLineId": 1, "quantities": 2}, {"orderLineId": 2, "quantities": 1}]}
        ]
    }


def test_tracking_numbers_go_home_and_abroad(account):
    abroad = Account(account.base_url, "9001", "DE", account.settings)
    wanted = move("hand_over", tracking_ref="733", carrier="DHLMP")

    assert built(account, "push_tracking", wanted)[1:] == (f"{P}/update-tracking-number", {"trackingNumber": "733"})
    assert built(abroad, "push_tracking", wanted)[1:] == (
        f"{P}/tracking-details", {"cargoSenderNumber": "733", "providerCode": "DHLMP"},
    )  # fmt: skip
    with pytest.raises(MappingError, match="carrier is missing"):
        SPEC.can["push_tracking"].build(abroad, move("hand_over", tracking_ref="733"))


@pytest.mark.parametrize(
    ("capability", "wanted", "why"),
    [
        ("move_package", move("invoice"), "invoice_number is missing"),
        ("move_package", move("invoice", invoice_number=""), "invoice_number is missing"),
        ("move_package", move("unsupply"), "reason must be one of out_of_stock"),
        ("move_package", move("unsupply", reason="mood"), "reason must be one of"),
        ("move_package", move("hand_over"), "event must be pick, invoice or unsupply"),
        ("move_package", move("pick", lines=()), "lines are missing"),
        ("move_package", move("pick", lines=(("x", 1),)), "line_ref must be a number"),
        ("move_package", move("pick", package_ref="../1"), "package_ref must be a number"),
        ("split_package", move("split", lines=()), "lines are missing"),
        ("push_tracking", move("hand_over"), "tracking_ref is missing"),
    ],
)
def test_what_cannot_be_told_names_package_and_field(account, capability, wanted, why):
    with pytest.raises(MappingError, match=why) as refused:
        SPEC.can[capability].build(account, wanted)

    assert refused.value.record == f"package {wanted.package_ref}"


def raw(ref: int, status: str, **fields: Any) -> dict[str, Any]:
    lines = [{"lineId": 4800000001, "barcode": "A"}]
    return {"shipmentPackageId": ref, "status": status, "orderNumber": "109", "lines": lines, **fields}


def found(account: Account, capability: str, wanted: PackageMove, *packages: dict[str, Any]) -> bool:
    def send(request: Request) -> Reply:
        ids = request.query.get("shipmentPackageIds", "").split(",")
        known = [p for p in packages if not ids[0] or str(p["shipmentPackageId"]) in ids]
        return Reply(200, {"totalPages": 1, "content": known})

    return find(SPEC, capability, account, wanted, send) == wanted


@pytest.mark.parametrize(
    ("status", "picked", "invoiced"),
    [
        ("Created", False, False), ("Picking", True, False), ("Invoiced", True, True), ("Shipped", True, True),
        ("Cancelled", False, False),
    ],
)  # fmt: skip
def test_after_a_timeout_the_package_tells_whether_it_arrived(account, status, picked, invoiced):
    there = raw(3400000001, status, invoiceNumber="N-1")

    assert found(account, "move_package", move("pick"), there) is picked
    assert found(account, "move_package", move("invoice", invoice_number="N-1"), there) is invoiced
    assert not found(account, "move_package", move("invoice", invoice_number="N-2"), there)


def test_a_split_arrived_when_the_package_is_unpacked(account):
    assert not found(account, "split_package", move("split"), raw(3400000001, "Created"))
    assert found(account, "split_package", move("split"), raw(3400000001, "UnPacked"))
    assert not found(account, "split_package", move("split"), raw(3400000001, "Created"), raw(3400000002, "UnPacked"))


def test_an_unsupply_is_found_under_the_new_package_and_line(account):
    wanted = move("unsupply", reason="defective")
    parent = raw(3400000001, "UnPacked")
    child = raw(3400000002, "UnSupplied", originPackageIds=[3400000001], lines=[{"lineId": 4800000077, "barcode": "A"}])
    of_another_line = {**child, "lines": [{"lineId": 4800000078, "barcode": "B"}]}
    of_another_package = {**child, "originPackageIds": [3400000009]}

    assert found(account, "move_package", wanted, raw(3400000001, "UnSupplied"))
    assert found(account, "move_package", wanted, parent, child)
    assert not found(account, "move_package", wanted, parent, of_another_line)
    assert not found(account, "move_package", wanted, parent, of_another_package)
    assert not found(account, "move_package", wanted, raw(3400000001, "Picking"))


def test_a_package_of_another_seller_is_no_matter_of_keys():
    body = {"exception": "TrendyolAuthorizationException", "errors": [{"key": "x", "message": "not yours"}]}
    about_it = Request("PUT", P, group="package_moves", is_safe=False)

    assert type(SPEC.classify(about_it, 401, body)) is RemoteRefused
    assert SPEC.classify(Request("GET", "/x", group="orders_page"), 401, body) is None
    assert SPEC.classify(about_it, 401, {"exception": "ClientApiAuthenticationException"}) is None


def test_a_label_is_made_and_then_fetched(account):
    wanted, make, get = (
        LabelRequest(tracking_ref="7330000000000001", boxes=2),
        SPEC.can["make_label"],
        SPEC.can["get_label"],
    )

    made = make.build(account, wanted)
    asked = get.build(account, wanted)
    label = get.read(
        account,
        wanted,
        Reply(200, {"data": [{"label": "^XA1^XZ", "format": "ZPL"}, {"label": "^XAç^XZ", "format": "ZPL"}]}),
    )

    path = "/sellers/9001/common-label/7330000000000001"
    assert (made.method, made.path, made.body) == ("POST", path, {"format": "ZPL", "boxQuantity": 2})
    assert (asked.method, asked.path) == ("GET", path)
    assert (label.tracking_ref, label.format) == ("7330000000000001", "zpl")
    assert label.pages == (b"^XA1^XZ", "^XAç^XZ".encode())
