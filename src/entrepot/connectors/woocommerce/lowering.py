"""Taking pieces out of an order: a refund by line that moves no money and puts the goods back on the shelf."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from entrepot.core.errors import MappingError
from entrepot.core.money import minor_unit
from entrepot.kit.lowering import HeldLine, Lowering
from entrepot.kit.requests import Account, Reply, Request, Window
from entrepot.kit.spec import Paged, Raw
from entrepot.kit.wire import validated

from . import wire
from .calls import API, listing, next_page, rows
from .meta import meta_text
from .orders import OUR_SKU


def lines_of(account: Account, store_ref: str) -> Request:
    """The order with its lines."""
    return Request("GET", f"{API}/orders/{store_ref}", endpoint="orders.get")


def held_lines(account: Account, store_ref: str, reply: Reply) -> tuple[HeldLine, ...]:
    """Its lines; what was refunded before is still in them.

    Raises:
        MappingError: a line without an amount.
    """
    body: Any = reply.body if isinstance(reply.body, dict) else {}
    raws = body.get("line_items") or []
    found = [validated(wire.HeldLine, raw, f"line of store order {store_ref}") for raw in raws]
    return tuple(_held(line, store_ref) for line in found)


def _held(line: wire.HeldLine, store_ref: str) -> HeldLine:
    if line.total is None:
        raise MappingError(f"store order {store_ref}", f"line {line.id}", "has no total")
    taxes = tuple((tax.id, tax.total) for tax in line.taxes if tax.total is not None)
    sku = meta_text(line.meta_data, OUR_SKU) or line.sku or line.name
    return HeldLine(line_ref=line.id, sku=sku, quantity=line.quantity, net=line.total, taxes=taxes)


def lower(account: Account, subject: Lowering) -> Request:
    """A refund (docs, "Create a refund"): ``api_refund`` false moves no money, ``api_restock`` puts pieces back.

    Never repeated without :func:`search`: the store would refund twice.
    """
    amount = sum((gross for _, _, gross in subject.lines), Decimal(0))
    body = {
        "amount": format(amount, "f"), "reason": subject.our_ref, "api_refund": False, "api_restock": True,
        "line_items": [_line(held, pieces, gross, subject.currency) for held, pieces, gross in subject.lines],
    }  # fmt: skip
    path = f"{API}/orders/{subject.store_ref}/refunds"
    return Request("POST", path, body=body, endpoint="orders.lower", is_safe=False)


def _line(held: HeldLine, pieces: int, gross: Decimal, currency: str) -> dict[str, Any]:
    """The price with tax is what has to be exact to the cent; the net is what the taxes leave of it."""
    taxes = [(ref, _part(tax, held, pieces, currency)) for ref, tax in held.taxes]
    net = gross - sum((tax for _, tax in taxes), Decimal(0))
    return {
        "id": int(held.line_ref), "quantity": pieces, "refund_total": net,
        "refund_tax": [{"id": int(ref), "refund_total": tax} for ref, tax in taxes],
    }  # fmt: skip


def _part(amount: Decimal, held: HeldLine, pieces: int, currency: str) -> Decimal:
    return (amount * pieces / held.quantity).quantize(minor_unit(currency), ROUND_HALF_UP)


def lowered(account: Account, subject: Lowering, reply: Reply) -> str:
    """The refund's id."""
    return validated(wire.Refund, reply.body, f"refund of store order {subject.store_ref}").id


def search(account: Account, subject: Lowering) -> Request:
    """Refunds of the order."""
    return listing(f"/orders/{subject.store_ref}/refunds", Window(), endpoint="orders.refunds")


def page(account: Account, asked: Request, reply: Reply) -> Paged:
    """One page of refunds, and the request for the next."""
    found = rows(reply)
    return found, next_page(asked, reply, len(found))


def match(account: Account, subject: Lowering, raw: Raw) -> str | None:
    """The refund's id, if it is ours."""
    theirs = validated(wire.Refund, raw, f"refund of store order {subject.store_ref}")
    return theirs.id if theirs.reason == subject.our_ref else None
