"""Making the store's total the channel's when they differ by a few cents."""

from __future__ import annotations

from decimal import Decimal

from entrepot.core.errors import MappingError
from entrepot.core.money import minor_unit
from entrepot.kit import records
from entrepot.kit.requests import Account, Reply, Request
from entrepot.kit.spec import Paged, Raw
from entrepot.kit.wire import validated

from . import wire
from .calls import API
from .orders import store_order

ROUNDING = "Rounding"
_MOST_UNITS = 50  # a difference of more minor units is no rounding

# (the order, what its total lacks, or has too much when negative, our_ref)
Settlement = tuple[records.StoreOrder, Decimal, str]


def settle(account: Account, subject: Settlement) -> Request:
    """Add one fee, named Rounding and untaxed, that makes the store's total the channel's.

    There is never a second one: whoever sends this looks for it first (``find``).

    Raises:
        MappingError: nothing to settle; or more than 50 minor units: the tax rates differ, and a fee would hide it.
    """
    order, difference, _ = subject
    unit = minor_unit(order.currency)
    if not difference.quantize(unit):
        raise MappingError(f"store order {order.number}", "total", "agrees: there is nothing to settle")
    if abs(difference) > _MOST_UNITS * unit:
        why = f"differs by {difference} {order.currency}, more than rounding explains: compare the tax rates"
        raise MappingError(f"store order {order.number}", "total", why)
    fee = {"name": ROUNDING, "total": format(difference.quantize(unit), "f"), "tax_status": "none"}
    path = f"{API}/orders/{order.store_ref}"
    return Request("PUT", path, body={"fee_lines": [fee]}, endpoint="orders.settle", is_safe=False)


def settled(account: Account, subject: Settlement, reply: Reply) -> records.StoreOrder:
    """The order with its new total."""
    return store_order(validated(wire.Order, reply.body, f"store order {subject[0].number}"), account)


def search(account: Account, subject: Settlement) -> Request:
    """The order itself."""
    return Request("GET", f"{API}/orders/{subject[0].store_ref}", endpoint="orders.get")


def page(account: Account, asked: Request, reply: Reply) -> Paged:
    """The one order that was asked for."""
    return [reply.body], None


def match(account: Account, subject: Settlement, raw: Raw) -> records.StoreOrder | None:
    """The order, if it has the fee already."""
    theirs = validated(wire.Order, raw, f"store order {subject[0].number}")
    return store_order(theirs, account) if any(fee.name == ROUNDING for fee in theirs.fee_lines) else None
