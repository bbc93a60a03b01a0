"""Cancelled by the marketplace: what happens depends on how far the order has come towards the store."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from entrepot.channels import queries as channels
from entrepot.channels.models import Intent
from entrepot.channels.services import drop_intent, plan_intent
from entrepot.events.services import move, record
from entrepot.inventory import services as inventory

from ..models import Line, Order
from ..states import ORDER
from .export import KIND

CANCEL_KIND = "store_cancel"


def cancel_by_remote(*, order: Order, quantities: Mapping[int, int], at: datetime) -> str:
    """Take away {line id: pieces now cancelled in all}; what was done, one of ``states.CANCEL_ACTIONS``' keys.

    A part of an order only lowers its lines (the store keeps the rest). The whole of it ends the order: at once where
    the store never had it, through the store where it has.
    """
    with transaction.atomic():
        order = Order.objects.system().select_for_update().get(id=order.id)
        lines = {x.id: x for x in Line.objects.system().filter(order=order).order_by("id").select_for_update()}
        changed = _lower(lines, quantities)
        if not changed:
            return "unchanged"
        record(
            type="order.lines_cancelled", key=order.id, seller_id=order.seller_id,
            payload={"lines": [x.id for x in changed]},
        )  # fmt: skip
        gone = [x for x in changed if x.cancelled_quantity == x.quantity]
        if any(x.cancelled_quantity < x.quantity for x in lines.values()):
            return _part(order, [x.id for x in gone], at)
        return _whole(order, list(lines), at)


def _lower(lines: dict[int, Line], quantities: Mapping[int, int]) -> list[Line]:
    changed = []
    for line_id, quantity in quantities.items():
        line = lines[line_id]
        wanted = min(line.quantity, max(line.cancelled_quantity, quantity))
        if wanted != line.cancelled_quantity:
            line.cancelled_quantity = wanted
            changed.append(line)
    Line.objects.system().bulk_update(changed, ["cancelled_quantity"])
    return changed


def _part(order: Order, gone: list[int], at: datetime) -> str:
    intent = channels.intent_of(seller_id=order.seller_id, kind=KIND, subject_id=order.id)
    if intent is None or intent.state in ("planned", "refused", "dropped"):
        inventory.release(seller_id=order.seller_id, line_ids=gone, at=at)
        return "part, before the store"
    Order.objects.system().filter(id=order.id).update(
        failure="lines were cancelled by the marketplace after the store had the order: lower it in the store"
    )
    return "part, the store has it"


def _whole(order: Order, line_ids: list[int], at: datetime) -> str:
    intent = channels.intent_of(seller_id=order.seller_id, kind=KIND, subject_id=order.id)
    state = intent.state if intent else "none"
    if intent is not None and state == "planned":
        if not drop_intent(
            seller_id=order.seller_id, channel_id=intent.channel_id, kind=KIND, subject_id=order.id, at=at
        ):  # it was sent while we looked
            state = Intent.objects.system().get(id=intent.id).state
    if state in ("none", "planned", "refused", "dropped"):
        _end(order, at)
        inventory.release(seller_id=order.seller_id, line_ids=line_ids, at=at)
    elif intent is not None:
        # sent or unknown: the cancel waits in the queue until the outcome is known (egress asks first).
        plan_intent(
            seller_id=order.seller_id, channel_id=intent.channel_id, kind=CANCEL_KIND, subject_id=order.id, at=at
        )
    return state


def _end(order: Order, at: datetime) -> None:
    if order.state not in ORDER.ends:
        move(order, ORDER, "cancel", actor="remote", at=at)


def confirm_cancelled(*, order_id: int, is_in_store: bool, at: datetime) -> None:
    """The store confirmed the cancellation (or never had the order): give back what it gives back, end the order."""
    with transaction.atomic():
        order = Order.objects.system().select_for_update().get(id=order_id)
        line_ids = list(Line.objects.system().filter(order=order).values_list("id", flat=True))
        if is_in_store:
            inventory.give_back(seller_id=order.seller_id, line_ids=line_ids, at=at)
        inventory.release(seller_id=order.seller_id, line_ids=line_ids, at=at)
        _end(order, at)
