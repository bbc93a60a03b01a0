"""Deliveries without an integrated carrier: alternative delivery, and the seller's word that a package arrived."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from . import packages
from .gate import Ask, Call
from .package_calls import P, body_of, moved, needs, own_package, wrong_state
from .product_rules import is_number, is_whole

if TYPE_CHECKING:
    from .model import Package
    from .world import World

ALTERNATIVE_PREFIX = "732"
DIGITAL = "Digital Goods"


def alternative_delivery(world: World, ask: Ask) -> None:
    """By a link, a phone number or (digital goods) a code; the package is shipped and its number starts with 732."""
    package, body = own_package(world, ask), body_of(ask)
    params = body.get("params") or {}
    code = params.get("digitalCode") if isinstance(params, dict) else None
    if code is not None:
        _digital(ask, package, code)
    else:
        _tracking(ask, body)
    needs(world, ask, package, "Picking", "Invoiced")
    package.boxes = body.get("boxQuantity") or package.boxes
    package.deci = body.get("deci") or package.deci
    packages.assign_tracking(world, package, package.carrier, ALTERNATIVE_PREFIX)
    package.provider_name, package.is_alternative = "Alternatif Teslimat", True
    moved(world, ask, package, "Shipped", tracking_info=body.get("trackingInfo"))


def _tracking(ask: Ask, body: dict[str, Any]) -> None:
    value, is_phone = body.get("trackingInfo"), body.get("isPhoneNumber")
    shape = r"\d{10}" if is_phone else r"https?://\S+"
    if not isinstance(is_phone, bool) or not isinstance(value, str) or not re.fullmatch(shape, value):
        raise ask.refuse(400, "invalid.tracking.info", "trackingInfo must be a link, or ten digits with isPhoneNumber")
    boxes, deci = body.get("boxQuantity"), body.get("deci")
    if (boxes is not None and (not is_whole(boxes) or boxes < 1)) or (deci is not None and not is_number(deci)):
        raise ask.refuse(400, "invalid.box.info", "boxQuantity and deci must be numbers above 0")


def _digital(ask: Ask, package: Package, code: object) -> None:
    if any(line.shown["businessUnit"] != DIGITAL for line in package.lines):
        raise ask.refuse(400, "digital.good.business.unit.not.valid", "this package holds no digital goods")
    if not isinstance(code, str) or not 6 <= len(code) <= 120:
        raise ask.refuse(400, "invalid.digital.code", "digitalCode must be 6 to 120 characters")


def _by_tracking(world: World, ask: Ask) -> Package:
    text = ask.path["tracking_number"]
    found = [p for p in world.packages.values() if str(p.tracking_number) == text]
    if not found:
        raise ask.refuse(401, "package.authorization.failed", f"{text} does not belong to this seller")
    return found[-1]


def _deliver(world: World, ask: Ask, package: Package) -> None:
    """Only what was handed over by alternative delivery; a carrier reports the rest."""
    if not package.is_alternative:
        raise wrong_state(world, ask, f"package {package.id} was not sent by alternative delivery")
    moved(world, ask, package, "Delivered")


def deliver(world: World, ask: Ask) -> None:
    """By package id."""
    _deliver(world, ask, own_package(world, ask))


def deliver_by_tracking(world: World, ask: Ask) -> None:
    """By tracking number."""
    _deliver(world, ask, _by_tracking(world, ask))


def _give_back(world: World, ask: Ask, package: Package) -> None:
    if not package.is_alternative:
        raise wrong_state(world, ask, f"package {package.id} was not sent by alternative delivery")
    moved(world, ask, package, "Returned")


def give_back(world: World, ask: Ask) -> None:
    """By package id: the parcel came back."""
    _give_back(world, ask, own_package(world, ask))


def give_back_by_tracking(world: World, ask: Ask) -> None:
    """By tracking number: the parcel came back."""
    _give_back(world, ask, _by_tracking(world, ask))


S = "/order/sellers/{seller_id}"


def _put(path: str, handler: Any, group: str = "order_manual", takes: str = "") -> Call:
    return Call("PUT", path, handler, group, "order", takes)


CALLS = [  # the paths by tracking number stand first: they look like a package id with a tail
    _put(S + "/shipment-packages/manual-invoice-delivery-by-tracking-number/{tracking_number}", deliver_by_tracking),
    _put(S + "/shipment-packages/manual-return-by-tracking-number/{tracking_number}", give_back_by_tracking),
    _put(S + "/manual-deliver/{tracking_number}", deliver_by_tracking),
    _put(S + "/manual-return/{tracking_number}", give_back_by_tracking),
    _put(f"{P}/manual-deliver", deliver),
    _put(f"{P}/manual-invoice-delivery", deliver),
    _put(f"{P}/manual-return", give_back),
    _put(f"{P}/alternative-delivery", alternative_delivery, "order_move", "json"),
    _put(f"{P}/alternative-delivery-digital", alternative_delivery, "order_move", "json"),
]
