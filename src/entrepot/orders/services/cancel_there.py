"""An order that is cancelled on the marketplace: what the store answers, and what a person decides."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from entrepot.channels import queries as channels
from entrepot.channels.services import confirm_by_hand, drop_intent, drop_refused, plan_intent, retry_intent
from entrepot.core.errors import Refused
from entrepot.core.money import minor_unit
from entrepot.events.services import move
from entrepot.inventory import services as inventory

from ..models import Line, Order
from ..states import ORDER
from .cancel import CANCEL_KIND, LIVES, promise_again
from .lines import shares
from .look import look
from .lowering import plan_lowering
from .troubles import say, unsay


def take_back_cancels(orders: Sequence[Order], *, at: datetime) -> None:
    """Of these, locked, a piece lives again that was not known of: only what is gone is taken out of the store's order,
    unless the store has been told to cancel the whole.
    """
    for order in orders:
        intent = channels.intent_of(seller_id=order.seller_id, kind=CANCEL_KIND, subject_id=order.id)
        if intent is None or intent.state not in ("planned", "refused") or order.state == "cancelled":
            continue
        if look(order).is_over:
            continue
        drop_intent(
            seller_id=order.seller_id, channel_id=intent.channel_id, kind=CANCEL_KIND, subject_id=order.id, at=at
        )
        drop_refused([intent], at=at)
        unsay([order], "cancel")
        plan_lowering(order=order, at=at)


def end_promises(*, order: Order, at: datetime) -> None:
    """No package of a cancelled order lives any more: what was promised of those told after its end is over."""
    lines = Line.objects.system().filter(order=order).order_by("id")
    inventory.release(seller_id=order.seller_id, line_ids=list(lines.values_list("id", flat=True)), at=at)
    unsay([order], "cancel")


def confirm_cancelled(*, order_id: int, is_in_store: bool, at: datetime, asked_at: datetime | None = None) -> None:
    """The store confirmed the cancellation (or never had the order): give back what it gives back, end the order.

    What the store's owner had cancelled before we asked has been on the shelf since then.
    """
    with transaction.atomic():
        order = Order.objects.system().select_for_update(no_key=True).get(id=order_id)
        lines = list(Line.objects.system().filter(order=order).order_by("id"))
        line_ids = [x.id for x in lines]
        if is_in_store:
            since = min((x for x in (asked_at, order.undone_at) if x is not None), default=None)
            inventory.give_back(seller_id=order.seller_id, line_ids=line_ids, at=at, asked_at=since)
        living = _still_living(order, lines)
        inventory.release(
            seller_id=order.seller_id, line_ids=[i for i in line_ids if i not in {x.id for x in living}], at=at
        )
        promise_again(order, living, at)
        unsay([order])
        if living:
            say([order], "cancel", LIVES)
        if order.state not in ORDER.ends:
            move(order, ORDER, "cancel", actor="store" if is_in_store else "remote", at=at)


def _still_living(order: Order, lines: Sequence[Line]) -> list[Line]:
    """Lines of which a piece that was told meanwhile lives on, saved as far as they do: promised until it ends."""
    pieces = shares(lines, look(order).living, minor_unit(order.currency))
    living = [x for x in lines if pieces.get(x.id, (0, None))[0]]
    for line in living:
        line.cancelled_quantity, line.cancelled_total = line.quantity - pieces[line.id][0], None
    Line.objects.system().bulk_update(living, ["cancelled_quantity", "cancelled_total"])
    return living


def refuse_cancel(*, seller_id: int, order_id: int, why: str, at: datetime) -> None:
    """The store keeps the order: a person has to cancel it there. Nothing is given back."""
    with transaction.atomic():
        order = Order.objects.for_seller(seller_id).select_for_update(no_key=True).get(id=order_id)
        say([order], "cancel", f"cancelled by the marketplace, but the store refuses to cancel it: {why}")
        take_back_cancels([order], at=at)


def cancel_in_store(*, seller_id: int, order_id: int, at: datetime) -> Order:
    """A person decides that the store shall cancel what the marketplace has cancelled, though it was shipped.

    Also another try after the store had refused. The store's yes gives the stock back.

    Raises:
        Order.DoesNotExist: not this seller's.
        Refused: the marketplace has not cancelled the whole of it, or the store does not have it.
    """
    with transaction.atomic():
        order = Order.objects.for_seller(seller_id).select_for_update(no_key=True).get(id=order_id)
        if not is_gone(order):
            raise Refused(f"order {order.order_ref} is not cancelled on the marketplace")
        if not order.store_ref or order.store_id is None:
            raise Refused(f"order {order.order_ref} is not in the store")
        intent = plan_intent(
            seller_id=seller_id, channel_id=order.store_id, kind=CANCEL_KIND, subject_id=order.id, at=at
        )
        # Telling a store twice to cancel does no harm, so a refusal is simply tried anew.
        retry_intent(intent, at=at)
    return order


def cancelled_by_hand(*, seller_id: int, order_id: int, at: datetime) -> Order:
    """A person says that the store has no such order any more (or it is cancelled there), after it refused to cancel.

    What its stock is now, the next reading tells.

    Raises:
        Order.DoesNotExist: not this seller's.
        Refused: the marketplace has not cancelled the whole of it, or the store has not refused.
    """
    with transaction.atomic():
        order = Order.objects.for_seller(seller_id).select_for_update(no_key=True).get(id=order_id)
        intent = channels.intent_of(seller_id=seller_id, kind=CANCEL_KIND, subject_id=order.id)
        if not is_gone(order) or intent is None or intent.state != "refused":
            raise Refused(f"order {order.order_ref} is not one that the store refuses to cancel")
        confirm_by_hand(intent, result={"store": "cancelled by hand"}, at=at)
        confirm_cancelled(order_id=order.id, is_in_store=False, at=at)
    order.refresh_from_db()
    return order


def is_cancelled_only_there(order: Order) -> bool:
    """Whether the marketplace has cancelled all of an order that the store has, and nothing is on its way there."""
    if not order.store_ref or order.state not in ("synced", "processed", "failed") or not is_gone(order):
        return False
    intent = channels.intent_of(seller_id=order.seller_id, kind=CANCEL_KIND, subject_id=order.id)
    return intent is None or intent.state == "refused"


def is_refused_there(order: Order) -> bool:
    """Whether the store has refused to cancel what the marketplace cancelled."""
    if not order.store_ref or order.state == "cancelled":
        return False
    intent = channels.intent_of(seller_id=order.seller_id, kind=CANCEL_KIND, subject_id=order.id)
    return intent is not None and intent.state == "refused" and is_gone(order)


def is_gone(order: Order) -> bool:
    """Whether the marketplace has cancelled every piece."""
    rows = Line.objects.system().filter(order=order).values_list("quantity", "cancelled_quantity")
    return bool(rows) and all(quantity == cancelled for quantity, cancelled in rows)
