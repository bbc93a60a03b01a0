"""A kit in a store's order: the goods that it is made of, which the store takes from its shelf."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any

from entrepot.catalog import queries as catalog
from entrepot.core.money import minor_unit
from entrepot.pricing import queries as pricing

if TYPE_CHECKING:
    from entrepot.channels.models import Channel

    from ..models import Line

RULE = "hub.kits"  # of the store's channel: parts, or whole where a plug-in there takes the parts itself


@dataclass(frozen=True, slots=True)
class Part:
    """One of the goods that a kit is made of: ``pieces`` of it in one kit, and its ``share`` of the kit's price.

    Shares are weights: those of a kit's parts are compared with each other.
    """

    variant_id: int
    sku: str
    title: str
    pieces: int
    share: Decimal


Kits = Mapping[int, Sequence[Part]]  # by the kit's variant id


def kits_of(*, store: Channel, variant_ids: Sequence[int]) -> dict[int, list[Part]]:
    """Parts of those of the variants that are kits; none where the store is told of kits as a whole. Two SQL queries.

    A part's share is its regular price times its pieces; where the price of one is unknown, its pieces alone.
    """
    if store.settings.get(RULE, "parts") == "whole":
        return {}
    parts = catalog.parts_of(variant_ids=variant_ids)
    prices = pricing.regular_prices(variant_ids=[p.part_id for some in parts.values() for p in some])
    return {kit: _shared(some, prices) for kit, some in parts.items()}


def _shared(parts: Sequence[Any], prices: Mapping[int, Decimal]) -> list[Part]:
    is_priced = all(prices.get(p.part_id) for p in parts)
    return [
        Part(p.part_id, p.part.sku, p.part.title or p.part.product.title, p.quantity,
             p.quantity * (prices[p.part_id] if is_priced else Decimal(1)))
        for p in parts
    ]  # fmt: skip


def split(amount: Decimal, parts: Sequence[Part], currency: str) -> list[Decimal]:
    """An amount among parts by their shares, to the smallest unit of the currency: they add up to it exactly."""
    minor, whole = minor_unit(currency), sum((p.share for p in parts), Decimal(0))
    given, weight, found = Decimal(0), Decimal(0), []
    for part in parts:
        weight += part.share
        upto = (amount * weight / whole).quantize(minor, ROUND_HALF_UP) if part is not parts[-1] else amount
        found.append(upto - given)
        given = upto
    return found


def kept(kits: Kits, lines: Sequence[Line]) -> dict[str, list[list[str | int]]]:
    """What the intent keeps of the kits that were sent, by line id: SKU, pieces and share of each part."""
    return {
        str(x.id): [[p.sku, p.pieces, str(p.share)] for p in kits[x.variant_id]]
        for x in lines
        if x.variant_id in kits and x.quantity > x.cancelled_quantity
    }


def sent_parts(payload: Mapping[str, Any], line: Line) -> list[Part]:
    """The parts that a line was sent as; empty: it was sent as it is."""
    told = payload.get("kits", {}).get(str(line.id), [])
    return [Part(0, sku, "", pieces, Decimal(share)) for sku, pieces, share in told]


def places(payload: Mapping[str, Any], lines: Sequence[Line]) -> dict[int, list[int]]:
    """Line id → for each of its :func:`skus_in_store` its place, from 0, among the store's lines of that SKU.

    ``lines`` are the order's, in the order in which they were sent; those that were not are in no place.
    """
    found: dict[int, list[int]] = {}
    count: dict[str, int] = {}
    sent = payload.get("lines", {str(x.id): x.quantity for x in lines})
    for line in (x for x in lines if sent.get(str(x.id))):
        for sku in skus_in_store(payload, line):
            found.setdefault(line.id, []).append(count.get(sku, 0))
            count[sku] = count.get(sku, 0) + 1
    return found


def skus_in_store(payload: Mapping[str, Any], line: Line) -> list[str]:
    """Under which SKUs the store's order has a line."""
    return [p.sku for p in sent_parts(payload, line)] or [line.sku or line.listing_ref]
