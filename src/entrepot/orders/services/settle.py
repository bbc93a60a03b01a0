"""What the store made of an order, and what it says of it later."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import transaction

from entrepot.channels import queries as channels
from entrepot.channels.services import confirm_intent, confirm_intents, plan_intent
from entrepot.core.errors import MappingError, Refused
from entrepot.core.ids import fingerprint
from entrepot.core.money import Money
from entrepot.events.services import move, move_many
from entrepot.inventory import services as inventory
from entrepot.kit import records
from entrepot.kit.registry import connector

from ..models import Adjustment, Line, Order
from ..states import ORDER
from .cancel import fit_promises
from .cancel_there import is_gone
from .entry import save_all
from .kits import skus_in_store
from .late import tell_late
from .look import look, mark
from .lowering import plan_lowering
from .sale import sales_order
from .troubles import say, unsay

if TYPE_CHECKING:
    from entrepot.channels.models import Intent

TOTAL_KIND, WAYBILL_KIND = "settle_total", "store_waybills"
_OPEN = ("planned", "sent", "unknown")


def settle_export(*, intent: Intent, made: records.StoreOrder, at: datetime) -> None:
    """One order, as :func:`settle_exports` settles many.

    Raises:
        Refused: another worker settled it meanwhile.
    """
    if not settle_exports(made=[(intent, made)], at=at):
        raise Refused(f"{intent} was settled by somebody else")


def settle_exports(*, made: Sequence[tuple[Intent, records.StoreOrder]], at: datetime) -> set[int]:
    """The store has these orders of one seller: bind them, absorb the reservations; ids of the intents settled.

    One transaction. A difference between the totals (store − ours) becomes an adjustment and an intent to settle it
    there. Goods that the store did not recognise stay reserved, and the order has failed with their SKUs until the
    store's order has them. What another worker settled meanwhile is left alone.
    """
    with transaction.atomic():
        rows = Order.objects.system().filter(id__in=[i.subject_id for i, _ in made]).order_by("id")
        orders = {o.id: o for o in rows.select_for_update(no_key=True)}
        done = confirm_intents([(i, m.store_ref, {"number": m.number}) for i, m in made], at=at)
        ours = [(i, orders[i.subject_id], m) for i, m in made if i.id in done]
        totals = {}
        for intent, order, theirs in ours:
            totals[order.id], currency, waybills = what_was_sent(order, intent, theirs)
            order.store_ref, order.store_currency, order.store_total = theirs.store_ref, currency, theirs.total
            order.store_waybills = waybills
        save_all([o for _, o, _ in ours], ["store_ref", "store_currency", "store_total", "store_waybills"])
        _absorb(ours, at)
        for intent, order, theirs in ours:
            if theirs.missing_skus:
                _lacks(order, theirs, at)
            else:
                settle_rest(order, intent, theirs.total - totals[order.id], at)
        _synced([o for _, o, m in ours if not m.missing_skus], at)
        _lower_late(ours, at)
        tell_late([o for i, o, _ in ours if is_longer(i, o)])
    return done


def is_longer(intent: Intent, order: Order) -> bool:
    """Whether the marketplace has told anything else since the order was sent."""
    return intent.payload.get("lived") not in (None, mark(look(order)))


def _lower_late(ours: Sequence[tuple[Intent, Order, records.StoreOrder]], at: datetime) -> None:
    """What was cancelled while the order was on its way is taken out of it now."""
    rows = Line.objects.system().filter(order_id__in=[o.id for _, o, _ in ours], cancelled_quantity__gt=0)
    cancelled = list(rows.order_by("id"))
    ids = {x.order_id for x in cancelled}
    for intent, order, _ in ours:
        sent = intent.payload.get("lines", {})
        never = [x for x in cancelled if x.order_id == order.id and sent and str(x.id) not in sent]
        fit_promises(order, never, at)
        if order.id in ids and not is_gone(order):
            plan_lowering(order=order, at=at)


def _synced(orders: Sequence[Order], at: datetime) -> None:
    unsay(orders, "push")
    rows = Order.objects.system().filter(id__in=[o.id for o in orders if o.state in ("queued", "failed")])
    moved = set(move_many(rows, ORDER, "sync", actor="hub", at=at))
    for order in orders:
        order.state = "synced" if order.id in moved else order.state
        plan_waybills(order=order, at=at)


def what_was_sent(order: Order, intent: Intent, made: records.StoreOrder) -> tuple[Decimal, str, str]:
    """Total, currency and waybills as they were sent; of an order that a backup forgot, as they would be now."""
    if "total" in intent.payload:
        sent = intent.payload
        return Decimal(sent["total"]), sent["currency"], sent["tracking_ref"]
    try:
        sale = sales_order(order=order, intent=intent, store=intent.channel)
    except MappingError:
        return made.total, made.currency, ""
    return sale.total, sale.currency, sale.tracking_ref or ""


def _absorb(ours: Sequence[tuple[Intent, Order, records.StoreOrder]], at: datetime) -> None:
    """What was sent, but for SKUs that the store does not know; what was told since is still only promised."""
    if not ours:
        return
    made = {o.id: (i.payload, m.missing_skus) for i, o, m in ours}
    taken = []
    for line in Line.objects.system().filter(order_id__in=list(made)).order_by("id"):
        payload, missing = made[line.order_id]
        sent = payload.get("lines")
        if (sent is None or str(line.id) in sent) and not set(skus_in_store(payload, line)) & set(missing):
            taken.append(line.id)
    inventory.absorb(seller_id=ours[0][1].seller_id, line_ids=taken, at=at)


def _lacks(order: Order, made: records.StoreOrder, at: datetime) -> None:
    skus = ", ".join(made.missing_skus)
    why = f"the store made order {made.number} without SKU {skus}: add it there, or cancel it there"
    say([order], "push", why)
    if order.state == "queued":
        move(order, ORDER, "fail", actor="hub", at=at, note=why[:500])


def settle_rest(order: Order, intent: Intent, rest: Decimal, at: datetime) -> Decimal:
    if rest:
        amount = Money(-rest, order.store_currency).rounded().amount
        Adjustment.objects.system().update_or_create(
            order=order,
            kind="rounding",
            defaults={
                "seller_id": order.seller_id, "amount": amount, "currency": order.store_currency,
                "rule": "the store's tax arithmetic rounds otherwise: the residue goes on one fee line without tax",
            },
        )  # fmt: skip
        plan_intent(
            seller_id=order.seller_id, channel_id=intent.channel_id, kind=TOTAL_KIND, subject_id=order.id,
            payload={"difference": str(-rest), "store_ref": order.store_ref, "our_ref": intent.our_ref}, at=at,
        )  # fmt: skip
    return rest


def note_waybills(*, waybills: Mapping[int, str], at: datetime) -> None:
    """Keep {order id: numbers of the parcels that the channel has carried}; a store that has the order is told of a
    change.
    """
    if not waybills:
        return
    with transaction.atomic():
        rows = Order.objects.system().filter(id__in=list(waybills)).order_by("id")
        changed = [o for o in rows.select_for_update(no_key=True) if o.waybills != waybills[o.id]]
        for order in changed:
            order.waybills = waybills[order.id]
        save_all(changed, ["waybills"])
        for order in changed:
            plan_waybills(order=order, at=at)


def plan_waybills(*, order: Order, at: datetime) -> Intent | None:
    """Have the waybills written into the store's order, where it carries others; None: nothing to do."""
    if not order.store_ref or not order.waybills or order.waybills == order.store_waybills or order.store is None:
        return None
    if order.state == "cancelled" or not connector(order.store.connector).has("note_waybills"):
        return None
    earlier = channels.intents_of(seller_id=order.seller_id, kinds=[WAYBILL_KIND], subject_id=order.id)
    if any(i.state in _OPEN and i.payload["waybills"] == order.waybills for i in earlier):
        return None
    # A number that was there before may come again: each writing is a step of its own.
    return plan_intent(
        seller_id=order.seller_id, channel_id=order.store.id, kind=WAYBILL_KIND, subject_id=order.id,
        step=f"{len(earlier)}-{fingerprint(order.waybills)[:16]}", payload={"waybills": order.waybills}, at=at,
    )  # fmt: skip


def rewrite_waybills(*, seller_id: int, order_id: int, at: datetime) -> Order:
    """Try again to write the waybills into the store's order, after it had refused them.

    Raises:
        Order.DoesNotExist: not this seller's.
        Refused: the store carries them, or a call of ours is on its way.
    """
    with transaction.atomic():
        order = Order.objects.for_seller(seller_id).select_for_update(no_key=True).get(id=order_id)
        if plan_waybills(order=order, at=at) is None:
            raise Refused(f"order {order.order_ref} has no waybill that waits to be written into the store")
        unsay([order], "waybills")
    return order


def confirm_waybills(*, intent: Intent, is_written: bool, at: datetime) -> None:
    """The store's order carries them; or, not written, younger ones. What changed meanwhile is told next."""
    with transaction.atomic():
        order = Order.objects.system().select_for_update(no_key=True).get(id=intent.subject_id)
        if not confirm_intent(intent, their_ref="", result={}, at=at):
            return
        if is_written:
            order.store_waybills = intent.payload["waybills"]
            save_all([order], ["store_waybills"])
            unsay([order], "waybills")
        plan_waybills(order=order, at=at)
