"""A package as the order list, the stream and the webhooks show it."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from .customers import masked
from .fixture import CARRIERS
from .ledger_notes import money

if TYPE_CHECKING:
    from .model import Line, Package
    from .world import World

GMT3_MS = 10_800_000  # orderDate alone is the epoch of a GMT+3 wall clock
DAY_MS = 86_400_000


def shown(hundredths: Decimal | float) -> float:
    """Whole or mean hundredths as a JSON number with two decimals."""
    return float(money(Decimal(str(hundredths)) / 100))


def package_json(world: World, package: Package) -> dict[str, Any]:
    """The package with the names of today, or of before April 2026 when the switch says so."""
    waiting = package.status == "Awaiting"
    ship, bill = (masked(package.buyer[k]) if waiting else package.buyer[k] for k in ("ship", "bill"))
    body = {
        "shipmentAddress": ship, "invoiceAddress": bill, **_money(package), **_customer(package, waiting),
        **_cargo(world, package), "lines": [_line(world, package, line) for line in package.lines],
        **_stamps(package), **_flags(package), **_invoice(package),
    }  # fmt: skip
    if package.storefront == "RO":
        body["totalSgrFee"] = 0.0
    if world.switches.order_names == "before_april_2026":
        body = _old_names(body)
    return body | package.odd


def _money(package: Package) -> dict[str, Any]:
    gross = sum(line.gross * line.quantity for line in package.lines)
    seller = sum(unit[0] for line in package.lines for unit in line.units)
    ty = sum(unit[1] for line in package.lines for unit in line.units)
    displays = [{"displayName": "Sepette indirim", "discountAmount": shown(seller + ty)}] if seller + ty else []
    return {
        "orderNumber": package.order_number, "paymentMethod": package.buyer["payment"],
        "orderCountryCode": package.buyer["country"], "packageGrossAmount": shown(gross),
        "packageSellerDiscount": shown(seller), "packageTyDiscount": shown(ty),
        "packageTotalDiscount": shown(seller + ty), "packageTotalPrice": shown(gross - seller - ty),
        "discountDisplays": displays, "currencyCode": package.currency,
    }  # fmt: skip


def _customer(package: Package, waiting: bool) -> dict[str, Any]:
    b = package.buyer
    return {
        "taxNumber": b["tax_number"] or None, "customerFirstName": "***" if waiting else b["first_name"],
        "customerLastName": "***" if waiting else b["last_name"], "customerEmail": "" if waiting else b["email"],
        "customerId": b["id"], "identityNumber": b["identity_number"], "commercial": b["commercial"],
    }  # fmt: skip


def _cargo(world: World, package: Package) -> dict[str, Any]:
    number = package.tracking_number
    return {
        "supplierId": int(world.seller_id), "channelId": 1, "shipmentPackageId": package.id,
        "cargoTrackingNumber": number, "cargoSenderNumber": package.sender_number,
        "cargoTrackingLink": f"https://tracking.example.test/?id={number}" if number else "",
        "sellerDeliveryMethod": None, "sellerOtpCode": None,
        "cargoProviderName": package.provider_name or CARRIERS[package.carrier].name,
        **({"whoPays": 1} if world.switches.carriage == "seller" else {}),
        "deliveryType": "normal", "timeSlotId": 0, "deliveryAddressType": "Shipment", "cargoDeci": package.deci,
        "warehouseId": package.warehouse_id, "shipmentNumber": 606_500_000 + package.id % 1_000_000,
        "deliveredByService": package.by_service,
    }  # fmt: skip


def _line(world: World, package: Package, line: Line) -> dict[str, Any]:
    n = line.quantity
    seller, ty = (Decimal(sum(unit[k] for unit in line.units)) / n for k in (0, 1))
    details = [
        {
            "lineItemId": str(number), "lineItemPrice": shown(line.gross - s - t), "lineItemSellerDiscount": shown(s),
            "lineItemTyDiscount": shown(t),
        }
        for number, (s, t) in zip(line.item_ids, line.units, strict=True)
    ]  # fmt: skip
    return {
        "lineId": line.id, "quantity": n, "salesCampaignId": 2101, "barcode": line.barcode, **line.shown,
        "sellerId": int(world.seller_id), "lineGrossAmount": shown(line.gross), "lineTotalDiscount": shown(seller + ty),
        "lineSellerDiscount": shown(seller), "lineTyDiscount": shown(ty),
        "lineUnitPrice": shown(line.gross - seller - ty), "discountDetails": details,
        "currencyCode": package.currency, "vatRate": line.vat_rate, "orderLineItemStatusName": line.status,
        "fastDeliveryOptions": [], "laborCost": line.labor_cost, "commission": 18.5,
        "cancelledBy": line.cancelled_by, "cancelReason": line.cancel_reason, "cancelReasonCode": line.cancel_code,
        "defectiveClaimListingInsight": None, **package.odd_line,
    }  # fmt: skip


def _stamps(package: Package) -> dict[str, Any]:
    start = package.ordered_ms
    return {
        "orderDate": start + GMT3_MS, "originShipmentDate": start, "lastModifiedDate": package.modified_ms,
        "packageHistories": package.history, "estimatedDeliveryStartDate": start + 3 * DAY_MS,
        "estimatedDeliveryEndDate": start + 5 * DAY_MS,
        "agreedDeliveryDate": start + (2 + package.extra_days) * DAY_MS,
    }  # fmt: skip


def _flags(package: Package) -> dict[str, Any]:
    return {
        "shipmentPackageStatus": package.status, "status": package.status, "fastDelivery": False,
        "fastDeliveryType": "", "micro": package.is_micro, "giftBoxRequested": False, "3pByTrendyol": False,
        "etgbNo": None, "etgbDate": None, "hsCode": "610910000000" if package.is_micro else None,
        "containsDangerousProduct": False, "isCod": False, "createdBy": package.created_by,
        "originPackageIds": package.origin_ids or None, "is4P": False,
    }  # fmt: skip


def _invoice(package: Package) -> dict[str, Any]:
    return {
        "invoiceLink": package.invoice_link, "invoiceNumber": package.invoice_number,
        "invoiceStatus": "Invoiced" if package.invoice_link else "NotInvoiced", "invoiceRejectedReasonKeys": [],
    }  # fmt: skip


OLD_PACKAGE = {
    "shipmentPackageId": "id", "packageGrossAmount": "grossAmount", "packageSellerDiscount": "totalDiscount",
    "packageTyDiscount": "totalTyDiscount", "packageTotalPrice": "totalPrice",
}  # fmt: skip
OLD_LINE = {
    "lineId": "id", "stockCode": "merchantSku", "sellerId": "merchantId", "contentId": "productCode",
    "vatRate": "vatBaseAmount", "lineGrossAmount": "amount", "lineSellerDiscount": "discount",
    "lineTyDiscount": "tyDiscount", "lineUnitPrice": "price",
}  # fmt: skip
OLD_ITEM = {"lineItemSellerDiscount": "lineItemDiscount"}
NEW_ONLY = {"packageTotalDiscount", "lineTotalDiscount"}


def _renamed(row: dict[str, Any], names: dict[str, str]) -> dict[str, Any]:
    return {names.get(key, key): value for key, value in row.items() if key not in NEW_ONLY}


def _old_names(body: dict[str, Any]) -> dict[str, Any]:
    lines = [_renamed(line, OLD_LINE) for line in body["lines"]]
    for line in lines:
        line["sku"] = line["barcode"]
        line["discountDetails"] = [_renamed(item, OLD_ITEM) for item in line["discountDetails"]]
    return {**_renamed(body, OLD_PACKAGE), "lines": lines}
