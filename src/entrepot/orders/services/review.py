"""What people, and rules in their place, do with an order before it goes to the store."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction

from entrepot.catalog import queries as catalog
from entrepot.channels import queries as channels
from entrepot.core.clock import now
from entrepot.core.errors import Invalid, Refused
from entrepot.events.services import move, move_many
from entrepot.inventory import services as inventory
from entrepot.listings import queries as listings

from ..models import Line, Order, Party
from ..states import ORDER
from .address import FIELDS
from .export import KIND, plan_exports
from .hold import hold_reason
from .troubles import unsay

if TYPE_CHECKING:
    from entrepot.channels.models import Channel, Storefront
    from entrepot.events.models import Event

_PARTY_FIELDS = frozenset({*FIELDS, "lines"})
_OPEN = ("new", "edited", "awaiting_confirmation", "failed")


def approve_ready(*, orders: Sequence[Order], channel: Channel, at: datetime) -> list[int]:
    """Approve by rule, of one channel's locked orders, those that are ready; the ids that moved. What was approved and
    then held back by news goes on its way again once nothing holds it, whatever the rule.

    The channel says so, nothing holds the order, it is not history, and no person has had a hand in it (who edits or
    holds an order also approves it).
    """
    freed = [o for o in orders if o.state == "failed" and "held" in o.troubles and not o.hold_reason]
    if freed:  # held back on its way, after somebody had approved it
        plan_exports(orders=freed, at=at)
    if not channel.is_auto_approving:
        return []
    ready = [o for o in orders if not o.hold_reason and not o.is_history and o.state == "new"]
    return _approve(ready, actor="hub", at=at)


def approve_orders(*, seller_id: int, order_ids: Sequence[int], at: datetime) -> list[int]:
    """Approve and plan the push into the store, all of them or none; the ids that moved.

    Raises:
        Order.DoesNotExist: not this seller's.
        Refused: an order is held; says why.
        IllegalMove: an order cannot be approved from its state.
    """
    wanted = sorted(set(order_ids))
    with transaction.atomic():
        rows = Order.objects.for_seller(seller_id).filter(id__in=wanted).order_by("id")
        orders = list(rows.select_for_update(no_key=True))
        if len(orders) < len(wanted):
            raise Order.DoesNotExist
        for order in orders:
            if order.is_history:
                raise Refused(f"order {order.order_ref} is older than the channel's start and is never pushed")
            if order.hold_reason:
                raise Refused(f"order {order.order_ref} is held: {order.hold_reason}")
            ORDER.target(order.state, "approve", "seller")
        return _approve(orders, actor="seller", at=at)


def _approve(orders: Sequence[Order], *, actor: str, at: datetime) -> list[int]:
    """Of one seller and locked. Without a store an order has failed, and says so."""
    if not orders:
        return []
    rows = Order.objects.system().filter(id__in=[o.id for o in orders])
    moved = move_many(rows, ORDER, "approve", actor=actor, at=at)
    rows.update(approved_at=at)
    for order in orders:
        order.state, order.approved_at = "approved", at
    plan_exports(orders=orders, at=at)
    return moved


def hold_orders(*, seller_id: int, order_ids: Sequence[int], at: datetime) -> list[int]:
    """Set orders aside until somebody confirms them; the ids that moved."""
    rows = Order.objects.for_seller(seller_id).filter(id__in=order_ids, state__in=["new", "edited"])
    return move_many(rows, ORDER, "hold", actor="seller", at=at)


def retry_export(*, seller_id: int, order_id: int, at: datetime) -> Order:
    """Try again to push an order that failed, after its cause was mended; the store is asked first.

    Raises:
        Order.DoesNotExist: not this seller's.
        Refused: it has not failed, something holds it, or the store has it and it has to be mended there.
    """
    with transaction.atomic():
        order = Order.objects.for_seller(seller_id).select_for_update(no_key=True).get(id=order_id)
        if order.state != "failed":
            raise Refused(f"order {order.order_ref} has not failed; it is {order.state}")
        _not_in_store(order)
        if order.hold_reason:
            raise Refused(f"order {order.order_ref} is held: {order.hold_reason}")
        plan_exports(orders=[order], at=at)
    return order


def _not_in_store(order: Order) -> None:
    intent = channels.intent_of(seller_id=order.seller_id, kind=KIND, subject_id=order.id)
    if intent is not None and intent.state == "confirmed":
        raise Refused(f"order {order.order_ref} is in the store as {intent.result.get('number')}: mend it there")


def edit_lines(*, seller_id: int, order_id: int, variants: Mapping[int, int], at: datetime) -> Order:
    """Say which variant a line means: {line id: variant id}. It is reserved, and the order is looked at again."""
    with transaction.atomic():
        order = _editable(seller_id, order_id)
        lines = {x.id: x for x in Line.objects.for_seller(seller_id).filter(order=order, id__in=variants)}
        for line_id, variant_id in variants.items():
            if line_id not in lines:
                raise Line.DoesNotExist(f"line {line_id} is not of order {order.order_ref}")
            catalog.variant_of(seller_id=seller_id, variant_id=variant_id)
        changed = [x for x in lines.values() if x.variant_id != variants[x.id]]
        inventory.forget(seller_id=seller_id, line_ids=[x.id for x in changed])
        for line in changed:
            line.variant_id = variants[line.id]
        Line.objects.system().bulk_update(changed, ["variant"])
        wanted = [(x.id, x.variant_id, x.quantity - x.cancelled_quantity) for x in changed if x.variant_id]
        if not order.is_history:
            inventory.reserve(seller_id=seller_id, lines=[x for x in wanted if x[2]], at=at)
        edited(order, at)
    return order


def edit_party(*, seller_id: int, order_id: int, role: str, changes: Mapping[str, Any], at: datetime) -> Order:
    """Complete or correct an address before the order goes out.

    Raises:
        Invalid: an unknown role or field.
    """
    with transaction.atomic():
        order = _editable(seller_id, order_id)
        party = Party.objects.for_seller(seller_id).filter(order=order, role=role).first()
        if party is None:
            raise Invalid(f"order {order.order_ref}", "role", "must be ship_to or bill_to")
        for name, value in changes.items():
            if name not in _PARTY_FIELDS:
                raise Invalid(f"order {order.order_ref}", name, f"is not one of {', '.join(sorted(_PARTY_FIELDS))}")
            setattr(party, name, value)
        party.typed = sorted({*party.typed, *changes})
        party.save()
        edited(order, at)
    return order


def set_note(*, seller_id: int, order_id: int, note: str) -> Order:
    """Keep a note with the order; it travels to the store."""
    order = Order.objects.for_seller(seller_id).get(id=order_id)
    order.note = note[:4000]
    order.save(update_fields=["note"])
    return order


def cancel_order(*, seller_id: int, order_id: int, reason: str, at: datetime) -> Order:
    """A person cancels here, before the store has the order. The marketplace learns of it by its packages, which
    somebody marks as unsupplied.

    Raises:
        Refused: the store has it already: cancel its packages as unsupplied instead.
    """
    with transaction.atomic():
        order = Order.objects.for_seller(seller_id).select_for_update(no_key=True).get(id=order_id)
        if order.state in ("synced", "processed", "queued"):
            raise Refused(f"order {order.order_ref} is {order.state}: mark its packages as unsupplied instead")
        _not_in_store(order)
        if not move(order, ORDER, "cancel", actor="seller", at=at, note=reason):
            raise Refused(f"order {order.order_ref} changed meanwhile")
        unsay([order])
        line_ids = list(Line.objects.for_seller(seller_id).filter(order=order).values_list("id", flat=True))
        inventory.release(seller_id=seller_id, line_ids=line_ids, at=at)
    return order


def _editable(seller_id: int, order_id: int) -> Order:
    order = Order.objects.for_seller(seller_id).select_for_update(no_key=True).get(id=order_id)
    if order.state not in _OPEN:
        raise Refused(f"order {order.order_ref} is {order.state}: only {', '.join(_OPEN)} orders can be edited")
    _not_in_store(order)
    return order


def follow_storefronts(events: list[Event]) -> None:
    """A storefront was opened: orders that were bought there, and held because it was not open, are looked at again."""
    for event in events:
        front = channels.storefront(storefront_id=int(event.payload["storefront"]))
        with transaction.atomic():
            rows = Order.objects.for_seller(front.seller_id).filter(channel=front.channel_id, storefront__isnull=True)
            rows = rows.filter(storefront_code=front.code).exclude(state="cancelled").order_by("id")
            waiting = list(rows.select_for_update(no_key=True))
            for order in waiting:
                order.storefront = front
                _name_lines(order, front, at=now())
                _look_again(order)
            approve_ready(orders=waiting, channel=front.channel, at=now())


def _name_lines(order: Order, front: Storefront, at: datetime) -> None:
    """What its lines mean where it was bought, and the promise that was due at first sight."""
    lines = [x for x in order.lines.order_by("id") if x.variant_id is None]
    ours = listings.variant_ids(storefront_id=front.id, listing_refs=sorted({x.listing_ref for x in lines}))
    named = [x for x in lines if x.listing_ref in ours]
    for line in named:
        line.variant_id = ours[line.listing_ref]
    Line.objects.system().bulk_update(named, ["variant"])
    left = [(x.id, x.variant_id, x.quantity - x.cancelled_quantity) for x in named if x.variant_id]
    if not order.is_history:
        inventory.reserve(seller_id=order.seller_id, lines=[x for x in left if x[2]], at=at)


def edited(order: Order, at: datetime) -> None:
    """A person had a hand in it: it is looked at anew, and waits for its approval."""
    _look_again(order)
    if order.state != "edited":
        move(order, ORDER, "edit", actor="seller", at=at)


def _look_again(order: Order) -> None:
    ship_to = Party.objects.system().filter(order=order, role="ship_to").first()
    order.hold_reason = hold_reason(
        order=order, storefront=order.storefront, lines=list(order.lines.order_by("id")), ship_to=ship_to
    )
    order.save(update_fields=["hold_reason", "storefront"])
