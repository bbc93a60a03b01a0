"""Bazaria's payloads in Bazaria's words."""

from __future__ import annotations

from typing import ClassVar

from entrepot.kit.wire import Amount, Ref, Wire


class Line(Wire):
    """One SKU of an order."""

    lineId: Ref
    sellerSku: str
    title: str
    quantity: int
    price: Amount  # of one unit, tax included


class Order(Wire):
    """A purchase. ``orderDate`` is milliseconds since 1970 of a GMT+3 wall clock."""

    orderNumber: Ref
    orderDate: int
    status: str
    country: str
    lines: list[Line]
    IGNORED: ClassVar[dict[str, str]] = {"customerEmail": "personal data that we have no use for"}
