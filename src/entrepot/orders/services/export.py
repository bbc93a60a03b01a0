"""An approved order on its way into the store."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from entrepot.channels import queries as channels
from entrepot.channels.models import Channel, Intent
from entrepot.channels.services import drop_intent, plan_intent, refuse_intent, revive_intent, send_intent
from entrepot.events.services import move
from entrepot.inventory import services as inventory
from entrepot.kit import records

from ..models import Order
from ..states import ORDER
from .sale import currency_at, sales_order

KIND = "store_order"


def plan_export(*, order: Order, at: datetime) -> bool:
    """Queue the order for the seller's store: an intent, before anything is sent. False: there is no store.

    What the store refused before is looked for there first. A store that is locked out gets the order later.
    """
    store = order.store or channels.store_of(seller_id=order.seller_id)
    if store is None:
        failure = "the seller has no live store to push to"
        Order.objects.system().filter(id=order.id).update(failure=failure)
        if order.state != "failed":
            move(order, ORDER, "fail", actor="hub", at=at, note=failure)
        return False
    intent = plan_intent(seller_id=order.seller_id, channel_id=store.id, kind=KIND, subject_id=order.id, at=at)
    if intent.state in ("refused", "dropped"):
        revive_intent(intent, at=at)
    Order.objects.system().filter(id=order.id).update(store=store, failure="")
    return move(order, ORDER, "queue", actor="hub", at=at)


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
