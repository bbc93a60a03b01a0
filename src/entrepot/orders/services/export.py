"""An approved order on its way into the store."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from entrepot.channels import queries as channels
from entrepot.channels.models import Channel, Intent
from entrepot.channels.services import drop_intent, plan_intents, refuse_intent, revive_intent, send_intent
from entrepot.events.services import move, move_many
from entrepot.inventory import services as inventory
from entrepot.kit import records

from ..models import Order
from ..states import ORDER
from .sale import currency_at, sales_order

KIND = "store_order"


def plan_exports(*, orders: Sequence[Order], at: datetime) -> list[int]:
    """Queue locked orders of one seller for its store: intents, before anything is sent. The ids that were queued.

    Without a store an order fails. What the store refused before is looked for there first. A store that is locked
    out gets the orders later.
    """
    fallback = None
    if any(o.store_id is None for o in orders):
        fallback = channels.store_of(seller_id=orders[0].seller_id)
    by_store: dict[int | None, list[Order]] = {}
    for order in orders:
        by_store.setdefault(order.store_id or (fallback.id if fallback else None), []).append(order)
    done: list[int] = []
    for store_id, some in by_store.items():
        if store_id is None:
            _fail_homeless(some, at)
        else:
            done += _queue(store_id, some, at)
    return done


def _fail_homeless(orders: Sequence[Order], at: datetime) -> None:
    failure = "the seller has no live store to push to"
    rows = Order.objects.system().filter(id__in=[o.id for o in orders])
    rows.update(failure=failure)
    move_many(rows, ORDER, "fail", actor="hub", at=at, note=failure)
    for order in orders:
        order.state, order.failure = "failed", failure


def _queue(store_id: int, orders: Sequence[Order], at: datetime) -> list[int]:
    intents = plan_intents(
        seller_id=orders[0].seller_id, channel_id=store_id, kind=KIND, subjects=[(o.id, {}) for o in orders], at=at
    )
    for intent in intents:
        if intent.state in ("refused", "dropped"):
            revive_intent(intent, at=at)
    rows = Order.objects.system().filter(id__in=[o.id for o in orders])
    rows.update(store_id=store_id, failure="")
    moved = move_many(rows, ORDER, "queue", actor="hub", at=at)
    for order in orders:
        order.store_id, order.failure = store_id, ""
        order.state = "queued" if order.id in moved else order.state
    return moved


def begin_export(*, intent: Intent, store: Channel, at: datetime) -> records.SalesOrder | None:
    """What to send, with the intent marked as sent; None: nothing is to be sent any more, or somebody else has it.

    The order is locked meanwhile, so that a cancellation comes before or after, and what was sent is kept with the
    intent: it is compared with what the store made of it, however late the answer comes.

    Raises:
        MappingError: it cannot be said in the store's words; nothing was marked.
    """
    with transaction.atomic():
        order = Order.objects.system().select_for_update(no_key=True).get(id=intent.subject_id)
        lines = list(order.lines.order_by("id"))
        if order.state != "queued" or all(x.quantity == x.cancelled_quantity for x in lines):
            drop_intent(seller_id=order.seller_id, channel_id=store.id, kind=KIND, subject_id=order.id, at=at)
            return None
        sale = sales_order(order=order, intent=intent, store=store)
        if not send_intent(intent, at=at):
            return None
        payload = {"total": str(sale.total), "currency": sale.currency, "tracking_ref": sale.tracking_ref or ""}
        intent.payload = payload
        Intent.objects.system().filter(id=intent.id).update(payload=payload)
        _keep_rate(order, sale, store)
        left = [(x.id, x.variant_id, x.quantity - x.cancelled_quantity) for x in lines if x.variant_id]
        inventory.lower(seller_id=order.seller_id, lines=left, at=at)
    return sale


def _keep_rate(order: Order, sale: records.SalesOrder, store: Channel) -> None:
    """The rate that was used, and no complaint of an earlier try: what is sent is what is left now."""
    order.fx_rate = None if sale.currency == order.currency else currency_at(order, store)[1]
    order.store_currency, order.failure = sale.currency, ""
    order.save(update_fields=["fx_rate", "store_currency", "failure"])


def fail_export(*, intent: Intent, why: str, at: datetime) -> None:
    """The store refused the order, or it cannot be said in the store's words: a person has to mend it."""
    with transaction.atomic():
        order = Order.objects.system().select_for_update(no_key=True).get(id=intent.subject_id)
        if not refuse_intent(intent, why=why, at=at):
            return  # another worker has it meanwhile, and says what became of it
        Order.objects.system().filter(id=order.id).update(failure=why[:2000])
        if order.state in ("approved", "queued"):
            move(order, ORDER, "fail", actor="hub", at=at, note=why[:500])
