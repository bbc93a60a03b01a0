"""The four ways to split a package. All are checked at once and done a moment later."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import packages
from .gate import Ask, Call
from .package_calls import P, body_of, needs, own_package
from .packages import OPEN
from .product_rules import is_whole

if TYPE_CHECKING:
    from .model import Package
    from .world import World

Group = dict[int, int]  # line id → units that leave into one new package


def split(world: World, ask: Ask) -> None:
    """``{"orderLineIds": [1, 2]}``: these lines leave into a new package."""
    package = own_package(world, ask)
    _accept(world, ask, package, [_whole_lines(ask, package, body_of(ask).get("orderLineIds"))], by_line=True)


def multi_split(world: World, ask: Ask) -> None:
    """``{"splitGroups": [{"orderLineIds": [11, 12]}, {"orderLineIds": [13]}]}``."""
    package, rows = own_package(world, ask), _rows(ask, "splitGroups")
    groups = [_whole_lines(ask, package, row.get("orderLineIds")) for row in rows]
    _accept(world, ask, package, groups, by_line=True)


def quantity_split(world: World, ask: Ask) -> None:
    """``{"quantitySplit": [{"orderLineId": 1, "quantities": [1, 3]}]}``: each quantity is a new package."""
    package, rows = own_package(world, ask), _rows(ask, "quantitySplit")
    groups: list[Group] = []
    for row in rows:
        quantities = row.get("quantities")
        if not isinstance(quantities, list) or not quantities:
            raise _wrong(ask, "quantities must be a list of whole numbers")
        groups += [{_line_id(ask, row): _units(ask, units)} for units in quantities]
    _accept(world, ask, package, groups)


def split_packages(world: World, ask: Ask) -> None:
    """``{"splitPackages": [{"packageDetails": [{"orderLineId": 1, "quantities": 2}]}]}``; here a single number."""
    package, rows = own_package(world, ask), _rows(ask, "splitPackages")
    groups: list[Group] = []
    for row in rows:
        details = row.get("packageDetails")
        if not isinstance(details, list) or not details or not all(isinstance(d, dict) for d in details):
            raise _wrong(ask, "packageDetails must be a list")
        groups.append({_line_id(ask, d): _units(ask, d.get("quantities")) for d in details})
    _accept(world, ask, package, groups)


def _wrong(ask: Ask, text: str) -> Exception:
    return ask.refuse(400, "invalid.split", text)


def _rows(ask: Ask, name: str) -> list[dict[str, Any]]:
    rows = body_of(ask).get(name)
    if not isinstance(rows, list) or not rows or not all(isinstance(row, dict) for row in rows):
        raise _wrong(ask, f"{name} must be a list of objects")
    return rows


def _line_id(ask: Ask, row: dict[str, Any]) -> int:
    line_id = row.get("orderLineId")
    if not is_whole(line_id):
        raise _wrong(ask, "orderLineId must be a whole number")
    return int(str(line_id))


def _units(ask: Ask, units: object) -> int:
    if not isinstance(units, int) or isinstance(units, bool) or units < 1:
        raise _wrong(ask, "a quantity must be a whole number above 0")
    return units


def _whole_lines(ask: Ask, package: Package, ids: object) -> Group:
    has = {line.id: line.quantity for line in package.lines}
    if not isinstance(ids, list) or not ids or not all(is_whole(i) and i in has for i in ids):
        raise _wrong(ask, "orderLineIds must be lines of this package")
    return {line_id: has[line_id] for line_id in ids}


def _accept(world: World, ask: Ask, package: Package, groups: list[Group], *, by_line: bool = False) -> None:
    """Units that nobody listed form one more package; a split by lines must leave some."""
    left = {line.id: line.quantity for line in package.lines}
    for group in groups:
        for line_id, units in group.items():
            if left.get(line_id, 0) < units:
                raise _wrong(ask, f"line {line_id} does not have {units} units left")
            left[line_id] -= units
    rest = {line_id: units for line_id, units in left.items() if units}
    if not rest and by_line:
        raise _wrong(ask, "not all lines may be listed")
    all_groups = [rest, *groups] if rest else groups
    if len(all_groups) < 2:
        raise _wrong(ask, "a split must leave at least two packages")
    needs(world, ask, package, *OPEN)
    package.is_splitting = True
    shown = [[[line_id, units] for line_id, units in group.items()] for group in all_groups]
    world.schedule(world.switches.batch_delay_s, "split", package_id=package.id, groups=shown)


def finish(world: World, facts: dict[str, Any]) -> None:
    """Done, unless the customer cancelled meanwhile."""
    package = world.packages[facts["package_id"]]
    package.is_splitting = False
    if package.status in OPEN:
        packages.replace(world, package, [dict(group) for group in facts["groups"]], "seller")


def _post(tail: str, handler: Any) -> Call:
    return Call("POST", f"{P}{tail}", handler, "order_change", "order", "json")


CALLS = [
    _post("/split", split),
    _post("/multi-split", multi_split),
    _post("/quantity-split", quantity_split),
    _post("/split-packages", split_packages),
]
