"""An approved order on its way into the store."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from entrepot.channels import queries as channels
from entrepot.channels.services import drop_intent, plan_intents, refuse_intent, revive_intent, send_intents
from entrepot.core.errors import MappingError
from entrepot.events.services import move, move_many
from entrepot.inventory import services as inventory
from entrepot.kit import records

from ..models import Order
from ..states import ORDER
from .entry import CREATION, save_all
from .hold import differs_from_told
from .kits import kept
from .look import look, mark
from .sale import Facts, currency_at, facts_of, owed_for, sales_order
from .troubles import say, unsay

if TYPE_CHECKING:
    from entrepot.channels.models import Channel, Intent

KIND = CREATION


def plan_exports(*, orders: Sequence[Order], at: datetime) -> list[int]:
    """Queue locked orders of one seller for its store: intents, before anything is sent. The ids that were queued.

    Without a store an order fails. What the store refused before is looked for there first. A store that is locked
    out gets the orders later.
    """
    homes = channels.unretired(channel_ids={o.store_id for o in orders if o.store_id})
    fallback = None
    if any(o.store_id not in homes for o in orders):
        fallback = channels.store_of(seller_id=orders[0].seller_id)
    by_store: dict[int | None, list[Order]] = {}
    for order in orders:
        home = order.store_id if order.store_id in homes else (fallback.id if fallback else None)
        by_store.setdefault(home, []).append(order)
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
    say(orders, "push", failure)
    move_many(rows, ORDER, "fail", actor="hub", at=at, note=failure)
    for order in orders:
        order.state = "failed"


def _queue(store_id: int, orders: Sequence[Order], at: datetime) -> list[int]:
    intents = plan_intents(
        seller_id=orders[0].seller_id, channel_id=store_id, kind=KIND, subjects=[(o.id, {}) for o in orders], at=at
    )
    for intent in intents:
        if intent.state in ("refused", "dropped"):
            revive_intent(intent, at=at)
    rows = Order.objects.system().filter(id__in=[o.id for o in orders])
    rows.update(store_id=store_id)
    unsay(orders, "push", "held")
    moved = move_many(rows, ORDER, "queue", actor="hub", at=at)
    for order in orders:
        order.store_id = store_id
        order.state = "queued" if order.id in moved else order.state
    return moved


# What is wrong with one order's rows, foreseen or not, must not keep the others of its set from being sent.
_UNSAYABLE = (MappingError, ArithmeticError, AttributeError, LookupError, TypeError, ValueError)


@dataclass(slots=True)
class Begun:
    """What to send of a set: sales orders by intent id, all marked as sent, and what cannot be said by intent id.

    What is in neither is not to be sent any more, or somebody else has it.
    """

    sales: dict[int, records.SalesOrder] = field(default_factory=dict)
    refused: dict[int, Exception] = field(default_factory=dict)


def begin_exports(*, intents: Sequence[Intent], store: Channel, at: datetime) -> Begun:
    """What to send of a set of intents (as claimed), marked as sent before anything is.

    The orders are locked meanwhile, so that a cancellation comes before or after, and what was sent is kept with the
    intent: it is compared with what the store made of it, however late the answer comes. What cannot be said in the
    store's words is not marked.
    """
    begun = Begun()
    with transaction.atomic():
        rows = Order.objects.system().filter(id__in=[i.subject_id for i in intents]).order_by("id")
        orders = {o.id: o for o in rows.select_related("channel").select_for_update(no_key=True, of=("self",))}
        facts = facts_of(orders=list(orders.values()), store=store)
        for intent in intents:
            _say(begun, orders[intent.subject_id], intent, store, facts, at)
        said = [i for i in intents if i.id in begun.sales]
        sent = send_intents(said, at=at) if said else set()
        begun.sales = {i: sale for i, sale in begun.sales.items() if i in sent}
        _keep_sent({orders[i.subject_id].id: begun.sales[i.id] for i in said if i.id in sent}, orders, store)
        going = [orders[i.subject_id] for i in said if i.id in sent]
        _fit(facts, going, at)
        _promise_parts(facts, going, at)
    return begun


_NOTHING_LEFT = "all that was told of it is cancelled, and a package of it lives of which more has to be told"


def _say(begun: Begun, order: Order, intent: Intent, store: Channel, facts: Facts, at: datetime) -> None:
    if order.state == "queued" and order.hold_reason:
        _hold_back(order, intent, order.hold_reason, at)
        return
    seen = look(order)
    if order.state != "queued" or not (facts.left(order) or (order.parts and not seen.is_over)):
        drop_intent(seller_id=order.seller_id, channel_id=store.id, kind=KIND, subject_id=order.id, at=at)
        return
    if not facts.left(order):
        _hold_back(order, intent, _NOTHING_LEFT, at)
        return
    if why := differs_from_told(order, facts.lines[order.id]):
        _hold_back(order, intent, why, at)
        return
    try:
        sale = sales_order(order=order, intent=intent, store=store, facts=facts)
    except _UNSAYABLE as error:
        begun.refused[intent.id] = error
        return
    begun.sales[intent.id] = sale
    intent.payload = {
        "total": str(sale.total), "currency": sale.currency, "tracking_ref": sale.tracking_ref or "",
        "lived": mark(seen), "shipping": str(seen.shipping),
        "lines": {str(x.id): x.quantity - x.cancelled_quantity for x in facts.lines[order.id]},
        "owed": {str(x.id): str(owed_for(x, order.currency)) for x in facts.lines[order.id]},
        "kits": kept(facts.kits, facts.lines[order.id]),
    }  # fmt: skip


def _hold_back(order: Order, intent: Intent, reason: str, at: datetime) -> None:
    """What holds it since the approval: it is not sent before a person, or other news, has cleared it."""
    why = f"held after it was approved: {reason}"
    if refuse_intent(intent, why=why, at=at):
        say([order], "held", why)
        move(order, ORDER, "fail", actor="hub", at=at, note=why[:500])


def _keep_sent(sales: Mapping[int, records.SalesOrder], orders: Mapping[int, Order], store: Channel) -> None:
    """The rate that was used, and no complaint of an earlier try: what is sent is what is left now."""
    for order_id, sale in sales.items():
        order = orders[order_id]
        order.fx_rate = None if sale.currency == order.currency else currency_at(order, store)[1]
        order.store_currency = sale.currency
    sent = [orders[i] for i in sorted(sales)]
    save_all(sent, ["fx_rate", "store_currency"])
    unsay(sent, "push", "part")


def _fit(facts: Facts, orders: Sequence[Order], at: datetime) -> None:
    """Promise no more than is sent."""
    lines = [x for o in orders for x in facts.lines[o.id] if x.variant_id and x.cancelled_quantity]
    if lines:
        left = [(x.id, x.quantity - x.cancelled_quantity) for x in lines]
        inventory.lower(seller_id=lines[0].seller_id, lines=left, at=at)


def _promise_parts(facts: Facts, orders: Sequence[Order], at: datetime) -> None:
    """A kit promises what is sent of it: it may be made of other goods than when the order was first seen."""
    lines = [x for o in orders for x in facts.left(o) if x.variant_id in facts.kits]
    if lines:
        seller = lines[0].seller_id
        inventory.forget(seller_id=seller, line_ids=[x.id for x in lines])
        left = [(x.id, x.variant_id, x.quantity - x.cancelled_quantity) for x in lines if x.variant_id]
        inventory.reserve(seller_id=seller, lines=left, at=at)


def fail_export(*, intent: Intent, why: str, at: datetime) -> None:
    """The store refused the order, or it cannot be said in the store's words: a person has to mend it."""
    with transaction.atomic():
        order = Order.objects.system().select_for_update(no_key=True).get(id=intent.subject_id)
        if not refuse_intent(intent, why=why, at=at):
            return  # another worker has it meanwhile, and says what became of it
        say([order], "push", why)
        if order.state in ("approved", "queued"):
            move(order, ORDER, "fail", actor="hub", at=at, note=why[:500])
