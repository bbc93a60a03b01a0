"""Records around a waybill: the seller's addresses on a marketplace, and the label that we want of it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from .records import Party


@dataclass(frozen=True, slots=True, kw_only=True)
class SellerAddress:
    """An address of the seller that the marketplace knows. ``uses``: ship, bill, return."""

    address_ref: str
    uses: tuple[str, ...]
    is_default: bool
    party: Party


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelRequest:
    """A waybill's label as we want it: for how many boxes, and of which volumetric weight where a carrier asks."""

    tracking_ref: str
    boxes: int = 1
    volume: Decimal | None = None
