"""The vendor's own test calls: a buyer's order, and a carrier's news."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import orders, packages
from .gate import Ask, Call, done
from .package_calls import own_package

if TYPE_CHECKING:
    from .world import World

CARRIER_NEWS = ("Shipped", "AtCollectionPoint", "Delivered", "UnDelivered", "Returned")
REGIONS = {"AZ": "AZ", "GULF": "SA"}


def create_order(world: World, ask: Ask) -> Any:
    """``microRegion`` makes it a micro export to Azerbaijan or the Gulf."""
    body = ask.body if isinstance(ask.body, dict) else {}
    seller = ask.headers.get("sellerid", world.seller_id)
    stated = (body.get("seller") or {}).get("sellerId", world.seller_id)
    if {str(seller), str(stated)} != {world.seller_id}:
        raise ask.refuse(401, "basic.authorization.failed", "This seller is not yours.")
    region = body.get("microRegion")
    if region not in (None, "", *REGIONS):
        raise ask.refuse(400, "invalid.micro.region", "microRegion must be AZ or GULF")
    rows = [row for row in body.get("lines") or [] if isinstance(row, dict)]
    lines = [
        {
            "barcode": r.get("barcode"), "quantity": r.get("quantity"),
            "discount_percentage": r.get("discountPercentage") or 0,
        }
        for r in rows
    ]  # fmt: skip
    customer = _customer(body) | ({"country": REGIONS[region]} if region else {})
    try:
        package = orders.place(
            world, lines=lines, storefront=ask.storefront.code, micro=bool(region), customer=customer
        )
    except ValueError as error:
        raise ask.refuse(400, "invalid.order", str(error)) from None
    return {"orderNumber": package.order_number}


def _customer(body: dict[str, Any]) -> dict[str, Any]:
    person, bill = body.get("customer") or {}, body.get("invoiceAddress") or {}
    ship = body.get("shippingAddress") or {}
    told = {
        "first_name": person.get("customerFirstName"), "last_name": person.get("customerLastName"),
        "commercial": bool(body.get("commercial")), "company": bill.get("company"),
        "tax_office": bill.get("invoiceTaxOffice"), "tax_number": bill.get("invoiceTaxNumber"),
        "city": ship.get("city"), "district": ship.get("district"), "postalCode": ship.get("postalCode"),
        "address1": ship.get("addressText"), "phone": ship.get("phone"),
    }  # fmt: skip
    return {key: value for key, value in told.items() if value is not None}


def report(world: World, ask: Ask) -> Any:
    """Forward only."""
    package = own_package(world, ask)
    status = ask.body.get("status") if isinstance(ask.body, dict) else None
    if status not in CARRIER_NEWS:
        raise ask.refuse(400, "invalid.status", f"status must be one of {', '.join(CARRIER_NEWS)}")
    try:
        packages.move(world, package, status, "carrier")
    except ValueError as error:
        raise ask.refuse(400, "invalid.package.status", str(error)) from None
    return done()


CALLS = [
    Call("POST", "/test/order/orders/core", create_order, "", "order", "json"),
    Call("PUT", "/test/order/sellers/{seller_id}/shipment-packages/{package_id}/status", report, "", "order", "json"),
]
