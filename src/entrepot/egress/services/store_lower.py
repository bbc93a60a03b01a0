"""Take out of a store's order what the marketplace cancelled of it; looked for before it is sent twice."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING

from entrepot.channels import services as channels
from entrepot.core.clock import now
from entrepot.core.errors import MappingError
from entrepot.kit.client import Client
from entrepot.kit.find import find
from entrepot.kit.lowering import HeldLine, Lowering
from entrepot.kit.spec import Call
from entrepot.orders import queries as order_queries
from entrepot.orders import services as orders

from .store_order import patience_s

if TYPE_CHECKING:
    from entrepot.channels.models import Channel, Intent
    from entrepot.orders.models import Order


def pursue(intent: Intent, store: Channel) -> None:
    """Lower the order, unless the store shows that it is done, or the whole of it is cancelled meanwhile."""
    order = order_queries.order(order_id=intent.subject_id)
    if order.state == "cancelled":
        channels.confirm_intent(intent, their_ref="", result={"store": "the whole is cancelled"}, at=now())
        return
    client = channels.client_for(store)
    call = client.spec.can["lower_order"]
    assert isinstance(call, Call)
    done = None
    if intent.state == "unknown":
        asked = Lowering(store_ref=order.store_ref, our_ref=intent.our_ref, currency=order.store_currency, lines=())
        done = find(client.spec, "lower_order", client.account, asked, client.send)
        if done is None and not channels.resend_intent(intent, patience_s=patience_s(store), at=now()):
            return
    if done is None:
        wanted = _wanted(client, order, intent)
        if not channels.send_intent(intent, at=now()):
            return
        done = call.read(client.account, wanted, client.send(call.build(client.account, wanted)))
    orders.confirm_lowered(intent=intent, refund_ref=done, at=now())


def _wanted(client: Client, order: Order, intent: Intent) -> Lowering:
    """The pieces by the lines that the store has them under.

    Raises:
        MappingError: the store's order has no such line, or fewer pieces.
    """
    call = client.spec.can["get_order_lines"]
    assert isinstance(call, Call)
    reply = client.send(call.build(client.account, order.store_ref))
    left = {x.line_ref: (x, x.quantity) for x in call.read(client.account, order.store_ref, reply)}
    found = []
    wanted = orders.pieces_to_lower(order=order, intent=intent)
    places = orders.places_to_lower(order=order, intent=intent)
    for (sku, pieces, gross), place in zip(wanted, places, strict=True):
        theirs = _line_of(left, sku, pieces, gross, place)
        if theirs is None:
            raise MappingError(f"order {order.order_ref}", f"line {sku}", f"is not in the store's order {pieces} times")
        left[theirs.line_ref] = (theirs, left[theirs.line_ref][1] - pieces)
        found.append((theirs, pieces, gross))
    return Lowering(
        store_ref=order.store_ref, our_ref=intent.our_ref, currency=order.store_currency, lines=tuple(found)
    )


def _line_of(
    left: Mapping[str, tuple[HeldLine, int]], sku: str, pieces: int, gross: Decimal, place: int
) -> HeldLine | None:  # fmt: skip
    """The store's line of this SKU that was sent in this place; where it has not so many pieces left, the one whose
    price is nearest of those that have.
    """

    def distance(line: HeldLine) -> Decimal:
        each = (line.net + sum(tax for _, tax in line.taxes)) / line.quantity
        return abs(each - gross / pieces)

    same = [(line, count) for line, count in left.values() if line.sku == sku]
    if place < len(same) and same[place][1] >= pieces:
        return same[place][0]
    fitting = [line for line, count in same if count >= pieces]
    return min(fitting, key=distance, default=None)


def refuse(intent: Intent, why: str) -> None:
    """The order says so, and what to do."""
    orders.refuse_lowering(intent=intent, why=why, at=now())
