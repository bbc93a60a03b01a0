"""Orders over HTTP: list, approve, hold, cancel, retry, mend. One order with all about it: ``entrepot.api``."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from ninja import Query, Router

from entrepot.core.actor import Actor
from entrepot.core.clock import now
from entrepot.core.errors import Invalid
from entrepot.orders import services
from entrepot.orders.models import Order
from entrepot.web.areas import ActorRequest, Area
from entrepot.web.paging import DEFAULT, page
from entrepot.web.shapes import ChangedOut, Cursor, Instant, Limit, Listed, QueryId, Word, listed

from .shapes import AddressIn, LineVariantIn, NoteIn, OrderOut, OrdersIn, OrderState, ReasonIn, Role

router = Router(auth=Area("orders"), tags=["orders"])
Since = Annotated[Instant | None, Query(description="Placed at or after.", examples=["2026-03-01T00:00:00Z"])]


def order_of(actor: Actor, order_id: int) -> Order:
    """An order that the actor may see.

    Raises:
        Order.DoesNotExist: there is none, or it is another seller's.
    """
    return Order.objects.for_actor(actor).get(id=order_id)


@router.get("/orders", response=Listed[OrderOut], operation_id="list_orders", summary="List orders")
def list_orders(
    request: ActorRequest,
    state: Annotated[OrderState | None, Query(examples=["new"])] = None,
    channel_id: Annotated[QueryId | None, Query(examples=[3])] = None,
    order_ref: Annotated[Word | None, Query(examples=["9103214567"])] = None,
    is_held: Annotated[bool | None, Query(description="Only those that wait for a person, or the others.")] = None,
    since: Since = None,
    cursor: Cursor = None,
    limit: Limit = DEFAULT,
) -> Any:
    """Orders, the newest first."""
    given = {"state": state, "channel_id": channel_id, "order_ref": order_ref, "placed_at__gte": _kept(since)}
    rows = Order.objects.for_actor(request.auth).filter(**{k: v for k, v in given.items() if v is not None})
    if is_held is not None:
        rows = rows.exclude(hold_reason="") if is_held else rows.filter(hold_reason="")
    return listed(page(rows, cursor=cursor, limit=limit, newest_first=True))


def _kept(at: datetime | None) -> datetime | None:
    """PostgreSQL's years end later than Python's, but an offset can push one over the edge of Python's."""
    try:
        return None if at is None else at.astimezone(tz=now().tzinfo)
    except OverflowError:
        raise Invalid("request", "since", "is out of range") from None


@router.post("/orders/approve", response=ChangedOut, operation_id="approve_orders", summary="Approve orders")
def approve_orders(request: ActorRequest, body: OrdersIn) -> Any:
    """Approve, and push into the store. Orders are approved one by one; 409 names the first that could not be."""
    done = []
    for seller_id, ids in _by_seller(request.auth, body.ids).items():
        done += services.approve_orders(seller_id=seller_id, order_ids=ids, at=now())
    return {"changed": sorted(done)}


@router.post("/orders/hold", response=ChangedOut, operation_id="hold_orders", summary="Hold orders")
def hold_orders(request: ActorRequest, body: OrdersIn) -> Any:
    """Set orders aside until somebody confirms them. One in a later state is not among ``changed``."""
    done = []
    for seller_id, ids in _by_seller(request.auth, body.ids).items():
        done += services.hold_orders(seller_id=seller_id, order_ids=ids, at=now())
    return {"changed": sorted(done)}


def _by_seller(actor: Actor, ids: list[int]) -> dict[int, list[int]]:
    found = dict(Order.objects.for_actor(actor).filter(id__in=ids).values_list("id", "seller_id"))
    if missing := sorted(set(ids) - set(found)):
        raise Order.DoesNotExist(f"order {missing[0]} does not exist")
    groups: dict[int, list[int]] = {}
    for order_id, seller_id in sorted(found.items()):
        groups.setdefault(seller_id, []).append(order_id)
    return groups


@router.post("/orders/{order_id}/cancel", response=OrderOut, operation_id="cancel_order", summary="Cancel an order")
def cancel_order(request: ActorRequest, order_id: int, body: ReasonIn) -> Any:
    """Cancel before the store has it. 409: the store has it already; mark its packages as unsupplied instead."""
    row = order_of(request.auth, order_id)
    return services.cancel_order(seller_id=row.seller_id, order_id=row.id, reason=body.reason, at=now())


@router.post("/orders/{order_id}/retry", response=OrderOut, operation_id="retry_order", summary="Push again")
def retry_order(request: ActorRequest, order_id: int) -> Any:
    """Push an order again whose push failed, after its cause was mended. 409: it has not failed."""
    row = order_of(request.auth, order_id)
    services.retry_export(seller_id=row.seller_id, order_id=row.id, at=now())
    return order_of(request.auth, row.id)


@router.post(
    "/orders/{order_id}/accept-living", response=OrderOut, operation_id="accept_living_order",
    summary="Sell what lives",
)  # fmt: skip
def accept_living_order(request: ActorRequest, order_id: int) -> Any:
    """Sell what lives on the marketplace, though its news is in part or contradicts itself; it then waits for its
    approval. 409: its news is whole and agrees, nothing of it lives, or the store has heard of it.
    """
    row = order_of(request.auth, order_id)
    return services.accept_living(seller_id=row.seller_id, order_id=row.id, at=now())


@router.post(
    "/orders/{order_id}/cancel-in-store", response=OrderOut, operation_id="cancel_order_in_store",
    summary="Cancel in the store",
)  # fmt: skip
def cancel_order_in_store(request: ActorRequest, order_id: int) -> Any:
    """Have the store cancel what the marketplace has cancelled, though it was shipped, or refused before. 409: the
    marketplace still wants it, or the store does not have it.
    """
    row = order_of(request.auth, order_id)
    return services.cancel_in_store(seller_id=row.seller_id, order_id=row.id, at=now())


@router.post(
    "/orders/{order_id}/cancelled-in-store", response=OrderOut, operation_id="note_order_cancelled_in_store",
    summary="Say that it is cancelled in the store",
)  # fmt: skip
def note_order_cancelled_in_store(request: ActorRequest, order_id: int) -> Any:
    """End an order that the store refuses to cancel, once a person has seen to it there. 409: it does not refuse."""
    row = order_of(request.auth, order_id)
    return services.cancelled_by_hand(seller_id=row.seller_id, order_id=row.id, at=now())


@router.post(
    "/orders/{order_id}/lower-in-store", response=OrderOut, operation_id="lower_order_in_store",
    summary="Take cancelled pieces out of the store's order",
)  # fmt: skip
def lower_order_in_store(request: ActorRequest, order_id: int) -> Any:
    """Take out what the marketplace cancelled after the push, or try it again. 409: there is nothing too many."""
    row = order_of(request.auth, order_id)
    return services.lower_in_store(seller_id=row.seller_id, order_id=row.id, at=now())


@router.post(
    "/orders/{order_id}/added-in-store", response=OrderOut, operation_id="note_order_added_in_store",
    summary="Say that the store's order has everything",
)  # fmt: skip
def note_order_added_in_store(request: ActorRequest, order_id: int) -> Any:
    """Somebody added to the store's order what was told after the store had it. 409: nothing is missing there."""
    row = order_of(request.auth, order_id)
    return services.added_by_hand(seller_id=row.seller_id, order_id=row.id, at=now())


@router.post(
    "/orders/{order_id}/write-waybills", response=OrderOut, operation_id="write_order_waybills",
    summary="Write the waybills again",
)  # fmt: skip
def write_order_waybills(request: ActorRequest, order_id: int) -> Any:
    """Try again to write the waybills into the store's order, which had refused them. 409: it carries them."""
    row = order_of(request.auth, order_id)
    return services.rewrite_waybills(seller_id=row.seller_id, order_id=row.id, at=now())


@router.post(
    "/orders/{order_id}/send-anyway", response=OrderOut, operation_id="send_order_anyway",
    summary="Send an order that the store gives no answer about",
)  # fmt: skip
def send_order_anyway(request: ActorRequest, order_id: int) -> Any:
    """Send it again without asking for it first, after somebody has looked into the store. 409: it is not in doubt."""
    row = order_of(request.auth, order_id)
    return services.send_anyway(seller_id=row.seller_id, order_id=row.id, at=now())


@router.post(
    "/orders/{order_id}/lowered-in-store", response=OrderOut, operation_id="note_order_lowered_in_store",
    summary="Say that the store's order is lowered",
)  # fmt: skip
def note_order_lowered_in_store(request: ActorRequest, order_id: int) -> Any:
    """End the wait for cancelled pieces, once a person has taken them out there. 409: it does not wait."""
    row = order_of(request.auth, order_id)
    return services.lowered_by_hand(seller_id=row.seller_id, order_id=row.id, at=now())


@router.put(
    "/orders/{order_id}/parties/{role}", response=OrderOut, operation_id="edit_order_address", summary="Mend an address"
)
def edit_order_address(request: ActorRequest, order_id: int, role: Role, body: AddressIn) -> Any:
    """Complete or correct an address. 409: the order has gone too far."""
    row = order_of(request.auth, order_id)
    changes = {k: v for k, v in body.dict(exclude_unset=True).items() if v is not None}
    if not changes:
        raise Invalid(f"order {row.order_ref}", "body", "changes nothing")
    services.edit_party(seller_id=row.seller_id, order_id=row.id, role=role, changes=changes, at=now())
    return order_of(request.auth, row.id)


@router.put(
    "/orders/{order_id}/lines/{line_id}/variant", response=OrderOut, operation_id="set_order_line_variant",
    summary="Say which variant a line means",
)  # fmt: skip
def set_order_line_variant(request: ActorRequest, order_id: int, line_id: int, body: LineVariantIn) -> Any:
    """Bind a line that we did not know to a variant; it is reserved, and the order is looked at again."""
    row = order_of(request.auth, order_id)
    services.edit_lines(seller_id=row.seller_id, order_id=row.id, variants={line_id: body.variant_id}, at=now())
    return order_of(request.auth, row.id)


@router.put("/orders/{order_id}/note", response=OrderOut, operation_id="set_order_note", summary="Write a note")
def set_order_note(request: ActorRequest, order_id: int, body: NoteIn) -> Any:
    """Keep a note with the order; it travels to the store."""
    row = order_of(request.auth, order_id)
    return services.set_note(seller_id=row.seller_id, order_id=row.id, note=body.note)
