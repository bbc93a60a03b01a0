"""What a seller does with a package: pick, invoice, give up, and everything about its transport."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import packages
from .fixture import CARRIERS, carrier
from .gate import Ask, Call
from .packages import OPEN, WrongState
from .product_rules import is_number, is_whole

if TYPE_CHECKING:
    from collections.abc import Callable

    from .model import Package
    from .world import World

REASONS = {
    500: "Stok tükendi", 501: "Kusurlu ürün", 502: "Hatalı fiyat", 504: "Entegrasyon hatası", 505: "Toplu alım",
    506: "Mücbir sebep",
}  # fmt: skip
FOREIGN_CARRIERS = ("DHLMP", "HERMESMP", "DHLEXPMP", "DPDMP", "GLS", "GENIKI", "PACKETA")
CARRIER_PAUSE_MS = 5 * 60 * 1000
FED = "Shipment Update Edilebilir Bir Durumda Değil."


def own_package(world: World, ask: Ask) -> Package:
    """The package of the path; any other id is somebody else's: 401."""
    text = ask.path["package_id"]
    package = world.packages.get(int(text)) if text.isdecimal() else None
    if package is None:
        raise ask.refuse(401, "package.authorization.failed", f"package {text} does not belong to this seller")
    return package


def wrong_state(world: World, ask: Ask, text: str) -> Exception:
    """400 (assumed), or the 404 that was seen for real packages in the wrong state."""
    status = world.switches.wrong_state_status
    return ask.refuse(status, "invalid.package.status", text)


def needs(world: World, ask: Ask, package: Package, *statuses: str) -> None:
    """Refuse unless the package is in one of these statuses and not being split."""
    if package.status not in statuses or package.is_splitting:
        what = "being split" if package.is_splitting else package.status
        raise wrong_state(world, ask, f"package {package.id} is {what}; allowed in: {', '.join(statuses)}")


def moved(world: World, ask: Ask, package: Package, new: str, **facts: Any) -> None:
    """A seller's move, or the refusal of one that the table does not have."""
    if package.is_splitting:
        raise wrong_state(world, ask, f"package {package.id} is being split")
    try:
        packages.move(world, package, new, "seller", **facts)
    except WrongState as error:
        raise wrong_state(world, ask, str(error)) from None


def body_of(ask: Ask) -> dict[str, Any]:
    """The body as an object."""
    if not isinstance(ask.body, dict):
        raise ask.refuse(400, "invalid.request.body", "the body must be an object")
    return ask.body


def stated_lines(ask: Ask, package: Package, rows: object) -> dict[int, int]:
    """``[{"lineId", "quantity"}]`` as line id → units, each of this package and no more than it has."""
    if not isinstance(rows, list) or not rows or not all(isinstance(row, dict) for row in rows):
        raise ask.refuse(400, "lines.required", "lines must be a list of lineId and quantity")
    has = {line.id: line.quantity for line in package.lines}
    stated: dict[int, int] = {}
    for row in rows:
        line_id, units = row.get("lineId"), row.get("quantity")
        known = is_whole(line_id) and line_id in has and line_id not in stated
        if not known or not is_whole(units) or not 1 <= units <= has[line_id]:
            raise ask.refuse(400, "invalid.line", f"lineId {line_id} with quantity {units} is not in this package")
        stated[line_id] = units
    return stated


def update_status(world: World, ask: Ask) -> None:
    """Picking, then Invoiced with an invoice number; all lines with all their units (assumed)."""
    package, body = own_package(world, ask), body_of(ask)
    new, params = body.get("status"), body.get("params") or {}
    if new not in ("Picking", "Invoiced"):
        raise ask.refuse(400, "invalid.status", "status must be Picking or Invoiced")
    if stated_lines(ask, package, body.get("lines")) != {line.id: line.quantity for line in package.lines}:
        raise ask.refuse(400, "invalid.line", "all lines of the package must be sent with their quantities")
    if new == "Picking":
        return moved(world, ask, package, "Picking")
    number = params.get("invoiceNumber") if isinstance(params, dict) else None
    if not isinstance(number, str) or not number.strip():
        raise ask.refuse(400, "invoice.number.required", "params.invoiceNumber is required for Invoiced")
    before, package.invoice_number = package.invoice_number, number
    try:
        moved(world, ask, package, "Invoiced", invoice_number=number)
    except Exception:
        package.invoice_number = before
        raise


def unsupplied(world: World, ask: Ask) -> None:
    """Lines or units that the seller cannot supply."""
    package, body = own_package(world, ask), body_of(ask)
    units = stated_lines(ask, package, body.get("lines"))
    reason = body.get("reasonId")
    if not is_whole(reason) or reason not in REASONS:
        raise ask.refuse(400, "invalid.reason", f"reasonId must be one of {', '.join(map(str, REASONS))}")
    needs(world, ask, package, *OPEN)
    packages.give_up(world, package, units, "UnSupplied", "seller", REASONS[reason], reason)


def change_carrier(world: World, ask: Ask) -> None:
    """Once in five minutes; a new tracking number appears."""
    package, chosen = own_package(world, ask), carrier(str(body_of(ask).get("cargoProvider")))
    if chosen is None:
        raise ask.refuse(400, "invalid.cargo.provider", f"cargoProvider must be one of {', '.join(CARRIERS)}")
    needs(world, ask, package, *OPEN)
    if package.carrier_changed_ms and world.clock.ms() - package.carrier_changed_ms < CARRIER_PAUSE_MS:
        raise ask.refuse(400, "cargo.provider.recently.changed", "the provider can be changed once in 5 minutes")
    package.carrier_changed_ms = world.clock.ms()
    packages.assign_tracking(world, package, chosen.code)
    _noted(world, package, "package.carrier_changed", carrier=chosen.code, tracking_number=package.tracking_number)


def _noted(world: World, package: Package, kind: str, **facts: Any) -> None:
    world.touch(package)
    world.ledger.write(kind, order_number=package.order_number, package_id=package.id, **facts)


def update_tracking_number(world: World, ask: Ask) -> None:
    """A number of the seller's own; deprecated, and only before the carrier has it."""
    package, number = own_package(world, ask), str(body_of(ask).get("trackingNumber", ""))
    if package.status not in OPEN or package.is_splitting:
        raise ask.refuse(400, "invalid.package.status", FED)
    if not number.isdecimal() or len(number) != 16:
        raise ask.refuse(400, "invalid.tracking.number", "trackingNumber must be 16 digits")
    package.tracking_number = int(number)
    _noted(world, package, "package.tracking_set", tracking_number=package.tracking_number, by="seller")


def tracking_details(world: World, ask: Ask) -> None:
    """International packages that the seller sends: sender number and foreign carrier, while picking."""
    package, body = own_package(world, ask), body_of(ask)
    provider, sender = body.get("providerCode"), body.get("cargoSenderNumber")
    if package.storefront == "TR" or package.storefront != ask.storefront.code or package.status != "Picking":
        raise ask.refuse(400, "invalid.package.status", "Shipment tracking number cannot be updated")
    if provider not in FOREIGN_CARRIERS or not isinstance(sender, str) or not sender.strip():
        text = f"cargoSenderNumber is required, and a providerCode of {', '.join(FOREIGN_CARRIERS)}"
        raise ask.refuse(400, "invalid.tracking.details", text)
    package.sender_number, package.provider_name = sender, str(provider)
    package.return_tracking = str(body.get("returnTrackingNumber") or "")
    _noted(world, package, "package.tracking_set", tracking_number=sender, carrier=provider, by="seller")


def box_info(world: World, ask: Ask) -> None:
    """Boxes and volumetric weight; UPS needs boxes, CEVA both."""
    package, body = own_package(world, ask), body_of(ask)
    boxes, deci = body.get("boxQuantity"), body.get("deci")
    needed = {"UPSMP": ("boxQuantity",), "CEVAMP": ("boxQuantity", "deci"), "CEVATEDARIK": ("boxQuantity", "deci")}
    missing = [name for name in needed.get(package.carrier, ()) if body.get(name) is None]
    wrong_boxes = boxes is not None and (not is_whole(boxes) or boxes < 1)
    if missing or wrong_boxes or (deci is not None and (not is_number(deci) or deci <= 0)):
        raise ask.refuse(400, "invalid.box.info", "boxQuantity must be a whole number and deci a number, above 0")
    needs(world, ask, package, *OPEN)
    package.boxes = package.boxes if boxes is None else boxes
    package.deci = package.deci if deci is None else deci
    _noted(world, package, "package.boxes_set", boxes=package.boxes, deci=package.deci)


def warehouse(world: World, ask: Ask) -> None:
    """Where it is sent from."""
    package, number = own_package(world, ask), body_of(ask).get("warehouseId")
    if not is_whole(number):
        raise ask.refuse(400, "invalid.warehouse", "warehouseId must be a whole number")
    needs(world, ask, package, *OPEN)
    package.warehouse_id = int(str(number))
    _noted(world, package, "package.warehouse_set", warehouse_id=number)


def more_time(world: World, ask: Ask) -> None:
    """One to three more days."""
    package, days = own_package(world, ask), body_of(ask).get("extendedDayCount")
    if not is_whole(days) or days not in (1, 2, 3):
        raise ask.refuse(400, "invalid.extended.day.count", "extendedDayCount must be 1, 2 or 3")
    needs(world, ask, package, *OPEN)
    package.extra_days = days
    _noted(world, package, "package.time_extended", days=days)


def labor_costs(world: World, ask: Ask) -> None:
    """A bare list; only jewellery, before delivery, from 0 to the line's price."""
    package, rows = own_package(world, ask), ask.body
    lines = {line.id: line for line in package.lines}
    if not isinstance(rows, list) or not rows or not all(isinstance(row, dict) for row in rows):
        raise ask.refuse(400, "invalid.request.body", "the body must be a list")
    for row in rows:
        line, cost = lines.get(row.get("orderLineId", 0)), row.get("laborCostPerItem")
        if line is None or not is_number(cost) or not 0 <= cost <= line.gross / 100:
            raise ask.refuse(400, "invalid.labor.cost", "laborCostPerItem must be from 0 to the line's price")
        if line.shown["productCategoryId"] not in (545, 546):
            raise ask.refuse(400, "invalid.labor.cost.category", "only jewellery has a labour cost")
    needs(world, ask, package, *OPEN, "Shipped", "AtCollectionPoint")
    for row in rows:
        lines[row["orderLineId"]].labor_cost = row["laborCostPerItem"]
    _noted(world, package, "package.labor_cost_set")


def by_service(world: World, ask: Ask) -> None:
    """An own service will deliver and install it."""
    package = own_package(world, ask)
    needs(world, ask, package, *OPEN)
    package.by_service = True
    _noted(world, package, "package.by_service")


P = "/order/sellers/{seller_id}/shipment-packages/{package_id}"


def _put(tail: str, handler: Callable[[World, Ask], Any], group: str, takes: str = "json") -> Call:
    return Call("PUT", f"{P}{tail}", handler, group, "order", takes)


CALLS = [
    _put("", update_status, "order_move"),
    _put("/items/unsupplied", unsupplied, "order_change"),
    _put("/cargo-providers", change_carrier, "order_change"),
    _put("/update-tracking-number", update_tracking_number, "order_move"),
    _put("/tracking-details", tracking_details, "order_move"),
    _put("/box-info", box_info, "order_change"),
    _put("/warehouse", warehouse, "order_move"),
    _put("/extended-agreed-delivery-date", more_time, "order_change"),
    _put("/labor-costs", labor_costs, "order_change"),
    _put("/delivered-by-service", by_service, "order_change", ""),
]
