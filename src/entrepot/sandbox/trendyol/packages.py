"""Packages: how one comes to be, and every way its status may move.

Statuses are the vendor's words. Who may move what: the seller through the API, the carrier, the customer, Trendyol.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import ledger_notes, subscriptions
from .fixture import CARRIERS
from .model import Line, Package

if TYPE_CHECKING:
    from collections.abc import Callable

    from .world import World

MOVES: dict[str, tuple[str, ...]] = {
    "Awaiting": ("Verified", "Created", "Cancelled"),
    "Verified": ("Created", "Cancelled"),
    "Created": ("Picking", "Cancelled", "UnSupplied", "UnPacked"),
    "Picking": ("Invoiced", "Shipped", "Cancelled", "UnSupplied", "UnPacked"),
    "Invoiced": ("Shipped", "Cancelled", "UnSupplied", "UnPacked"),
    "Shipped": ("AtCollectionPoint", "Delivered", "UnDelivered", "Returned"),
    "AtCollectionPoint": ("Delivered", "UnDelivered", "Returned"),
    "UnDelivered": ("Returned",),
    "Delivered": (),
    "Returned": (),
    "Cancelled": (),
    "UnSupplied": (),
    "UnPacked": (),
}
OPEN = ("Created", "Picking", "Invoiced")  # what a seller can still change


class WrongState(ValueError):
    """The package is not in a state that allows this; the text says which do."""


def move(world: World, package: Package, new: str, by: str, **facts: Any) -> None:
    """Move the package and its lines, tell the ledger and the webhooks.

    Raises:
        WrongState: the table has no such move.
    """
    if new not in MOVES.get(package.status, ()):
        before = [status for status, follows in MOVES.items() if new in follows]
        raise WrongState(
            f"package {package.id} is {package.status}: {new} follows only {', '.join(before) or 'nothing'}"
        )
    old, package.status = package.status, new
    for line in package.lines:
        line.status = new
    package.history.append({"createdDate": world.clock.ms(), "status": new})
    if new == "Created" and not package.tracking_number:
        assign_tracking(world, package, package.carrier)
    world.touch(package)
    ledger_notes.package_moved(world, package, old, by, **facts)
    subscriptions.announce(world, package)


def assign_tracking(world: World, package: Package, carrier_code: str, prefix: str = "") -> None:
    """A new tracking number of 16 digits that starts as the carrier's do."""
    package.carrier, package.provider_name = carrier_code, ""
    start = prefix or CARRIERS[carrier_code].prefix
    package.tracking_number = int(start) * 10**13 + world.number("tracking", 27_500_000_017)
    package.sender_number = f"2100{world.number('sender', 900_001):08d}"


def replace(
    world: World, package: Package, groups: list[dict[int, int]], by: str, *, created_by: str = "split",
    ends: str = "", mark: Callable[[Line], None] | None = None,
) -> list[Package]:  # fmt: skip
    """Break a package up: it becomes UnPacked, and each group (line id → units) becomes a package of its own.

    They keep the status, except the last one when it ``ends`` in another; ``mark`` is applied to that one's lines.

    Units of a line are handed out in order; the first part of a divided line keeps its line id, later parts get new
    ones (assumed). Every new package has its own tracking number and remembers where it came from.
    """
    pools = {line.id: line for line in package.lines}
    taken = dict.fromkeys(pools, 0)
    made = []
    for group in groups:
        status = ends if ends and group is groups[-1] else package.status
        lines = []
        for line_id, units in group.items():
            lines.append(_part(world, pools[line_id], taken[line_id], units, status))
            taken[line_id] += units
        if mark and status == ends:
            for line in lines:
                mark(line)
        made.append(_child(world, package, lines, status, created_by))
    move(world, package, "UnPacked", by)
    for child in made:
        world.add_package(child)
        subscriptions.announce(world, child)
    world.ledger.write(
        "package.split", order_number=package.order_number, package_id=package.id, into=[p.id for p in made], by=by,
        parts=[{"package_id": p.id, "status": p.status, "lines": ledger_notes.lines_of(p.lines)} for p in made],
    )  # fmt: skip
    return made


def _part(world: World, line: Line, start: int, units: int, status: str) -> Line:
    number = line.id if start == 0 else world.number("line", 4_800_000_001)
    return Line(
        number, line.barcode, line.gross, [list(u) for u in line.units[start : start + units]],
        line.item_ids[start : start + units], line.vat_rate, dict(line.shown), status, labor_cost=line.labor_cost,
    )  # fmt: skip


def _child(world: World, parent: Package, lines: list[Line], status: str, created_by: str) -> Package:
    child = Package(
        world.number("package", 3_400_000_001), parent.order_number, parent.storefront, parent.currency,
        parent.ordered_ms, status, lines, parent.buyer, parent.carrier, created_by, [parent.id],
        is_micro=parent.is_micro, warehouse_id=parent.warehouse_id,
    )  # fmt: skip
    child.history = [{"createdDate": world.clock.ms(), "status": status}]
    assign_tracking(world, child, parent.carrier)
    return child


def give_up(
    world: World, package: Package, units: dict[int, int], end: str, by: str, reason: str, code: int
) -> list[Package]:
    """Lines that will not be delivered (line id → units): cancelled by the customer or unsupplied by the seller.

    The whole package moves to ``end``. A part breaks the package up: what remains keeps the status in a new package,
    what is given up is another new package in ``end`` (assumed).
    """
    left = {line.id: line.quantity - units.get(line.id, 0) for line in package.lines}
    left = {line_id: n for line_id, n in left.items() if n}
    if end not in MOVES[package.status]:
        raise WrongState(f"package {package.id} is {package.status}: it cannot become {end}")

    def mark(line: Line) -> None:
        line.cancelled_by, line.cancel_reason, line.cancel_code = by, reason, code

    if left:
        made = replace(world, package, [left, units], by, created_by="cancel", ends=end, mark=mark)
    else:
        made = [package]
        for line in package.lines:
            mark(line)
        move(world, package, end, by, reason=reason)
    ended = made[-1]
    ledger_notes.order_cancelled(world, ended, ended.lines, by, reason)
    _after_giving_up(world, ended, end)
    return made


def _after_giving_up(world: World, package: Package, end: str) -> None:
    for line in package.lines:
        listing = world.listing(package.storefront, line.barcode)
        if listing is None:
            continue
        if end == "Cancelled" and world.switches.restock_on_cancel:
            listing.quantity += line.quantity
            ledger_notes.stock_set(world, listing, "return")
        if end == "UnSupplied" and world.switches.unsupplied_locks:
            listing.locked, listing.locked_ms = "UNSUPPLIED", world.clock.ms()
