"""Telling Trendyol what became of a package (page "Package writes"). Answers are empty; the move itself comes back.

No move is safe to repeat: a package that has gone on answers 404. What may have arrived is looked up by re-reading it.
"""

from __future__ import annotations

from typing import Any

from entrepot.core.errors import MappingError
from entrepot.kit.records import PackageMove
from entrepot.kit.requests import Account, Reply, Request
from entrepot.kit.spec import Paged

from .calls import seller
from .content_fields import number
from .orders import by_order, by_refs
from .states import PROOF
from .storefronts import HOME, storefront_of

# Ours → reasonId (page "Unsupplied items").
REASONS = {
    "out_of_stock": 500, "defective": 501, "wrong_price": 502, "integration_error": 504, "bulk_purchase": 505,
    "force_majeure": 506,
}  # fmt: skip
REASON_WORDS = {
    "out_of_stock": "out of stock", "defective": "defective", "wrong_price": "wrong price",
    "integration_error": "an error of the integration", "bulk_purchase": "bulk purchase",
    "force_majeure": "force majeure",
}  # fmt: skip
_MADE = "UnPacked"


def move(account: Account, wanted: PackageMove) -> Request:
    """pick, invoice or unsupply.

    Raises:
        MappingError: another event, or one that lacks what it needs: lines, invoice number, reason.
    """
    record = f"package {wanted.package_ref}"
    if wanted.event == "unsupply":
        body = {"lines": _lines(wanted, record), "reasonId": _reason(wanted, record)}
        return _put(account, wanted, "/items/unsupplied", "unsupplied", body, group="package_rare")
    if wanted.event == "pick":
        said: dict[str, object] = {"status": "Picking", "params": {}}
    elif wanted.event == "invoice":
        if not wanted.invoice_number:
            raise MappingError(record, "invoice_number", "is missing; Trendyol takes no invoice without its number")
        said = {"status": "Invoiced", "params": {"invoiceNumber": wanted.invoice_number}}
    else:
        raise MappingError(record, "event", f"must be pick, invoice or unsupply, not {wanted.event!r}")
    return _put(account, wanted, "", "package_status", {"lines": _lines(wanted, record), **said})


def split(account: Account, wanted: PackageMove) -> Request:
    """The lines go into a package of their own; what is not listed forms one more. Trendyol does it later.

    Raises:
        MappingError: no lines.
    """
    record = f"package {wanted.package_ref}"
    details = [{"orderLineId": one["lineId"], "quantities": one["quantity"]} for one in _lines(wanted, record)]
    path = f"/order/sellers/{seller(account)}/shipment-packages/{_package(wanted)}/split-packages"
    return Request(
        "POST", path, body={"splitPackages": [{"packageDetails": details}]}, endpoint="split_packages",
        group="package_rare", is_safe=False,
    )  # fmt: skip


def track(account: Account, wanted: PackageMove) -> Request:
    """Our tracking number. At home the carrier stays; abroad the carrier's code goes with it.

    Raises:
        MappingError: no tracking number, or abroad no carrier.
    """
    record = f"package {wanted.package_ref}"
    if not wanted.tracking_ref:
        raise MappingError(record, "tracking_ref", "is missing")
    if storefront_of(account) == HOME:
        body: dict[str, object] = {"trackingNumber": wanted.tracking_ref}
        return _put(account, wanted, "/update-tracking-number", "tracking_number", body)
    if not wanted.carrier:
        raise MappingError(record, "carrier", "is missing; abroad the carrier's code is needed, such as DHLMP")
    body = {"cargoSenderNumber": wanted.tracking_ref, "providerCode": wanted.carrier}
    return _put(account, wanted, "/tracking-details", "tracking_details", body)


def done(account: Account, wanted: PackageMove, reply: Reply) -> PackageMove:
    """The move, taken."""
    return wanted


def find_first(account: Account, wanted: PackageMove) -> Request:
    """The package as it stands."""
    return by_refs(account, (_package(wanted),))


def find_page(account: Account, asked: Request, reply: Reply) -> Paged:
    """The package, and then its siblings: a split or unsupplied one lives on under other ids of the same order.

    Lines get new ids on the way, so each sibling is told which barcode was which line of the order's packages.
    """
    found = reply.body["content"]
    if "shipmentPackageIds" in asked.query and found:
        return found, by_order(account, str(found[0]["orderNumber"]))
    barcodes = {_line_ref(line): line.get("barcode") for raw in found for line in raw.get("lines") or []}
    return [{**raw, "barcodes": barcodes} for raw in found], None


def match(account: Account, wanted: PackageMove, raw: Any) -> PackageMove | None:
    """The move where a package proves that it arrived.

    ``pick`` and ``invoice`` by the package's status; an invoice also by its number. ``split`` by the package being
    unpacked. ``unsupply`` by the package, or one made of it, being unsupplied with a line of the move.
    """
    ref, status = _ref(raw), raw.get("status")
    is_own = ref == wanted.package_ref
    if wanted.event in PROOF:
        is_ours = wanted.event == "pick" or raw.get("invoiceNumber") in (None, "", wanted.invoice_number)
        return wanted if is_own and status in PROOF[wanted.event] and is_ours else None
    if wanted.event == "split":
        return wanted if is_own and status == _MADE else None
    if wanted.event == "unsupply":
        is_kin = is_own or wanted.package_ref in map(str, raw.get("originPackageIds") or [])
        return wanted if is_kin and status == "UnSupplied" and _shares_line(wanted, raw) else None
    return wanted if is_own and wanted.tracking_ref in _numbers(raw) else None


def _shares_line(wanted: PackageMove, raw: Any) -> bool:
    lines, barcodes = raw.get("lines") or [], raw.get("barcodes", {})
    theirs = {_line_ref(line) for line in lines} | {line.get("barcode") for line in lines}
    return any(ref in theirs or barcodes.get(ref, "") in theirs for ref, _ in wanted.lines)


def _line_ref(line: Any) -> str:
    return str(line.get("lineId", line.get("id")))


def _numbers(raw: Any) -> set[str]:
    return {str(raw.get("cargoTrackingNumber")), str(raw.get("cargoSenderNumber"))}


def _ref(raw: Any) -> str:
    return str(raw.get("shipmentPackageId", raw.get("id")))


def _package(wanted: PackageMove) -> str:
    return str(number(wanted.package_ref, "package_ref", f"package {wanted.package_ref}"))


def _lines(wanted: PackageMove, record: str) -> list[dict[str, object]]:
    if not wanted.lines:
        raise MappingError(record, "lines", "are missing; each is named with its quantity")
    return [{"lineId": number(ref, "line_ref", record), "quantity": quantity} for ref, quantity in wanted.lines]


def _reason(wanted: PackageMove, record: str) -> int:
    if wanted.reason not in REASONS:
        raise MappingError(record, "reason", f"must be one of {', '.join(REASONS)}, not {wanted.reason!r}")
    return REASONS[wanted.reason]


def _put(
    account: Account, wanted: PackageMove, tail: str, endpoint: str, body: dict[str, object],
    group: str = "package_moves",
) -> Request:  # fmt: skip
    path = f"/order/sellers/{seller(account)}/shipment-packages/{_package(wanted)}{tail}"
    return Request("PUT", path, body=body, endpoint=endpoint, group=group, is_safe=False)
