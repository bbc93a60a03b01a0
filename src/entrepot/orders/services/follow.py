"""What the store says of our orders later: fulfilled, mended, or undone by its owner."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import transaction

from entrepot.channels import queries as channels
from entrepot.channels.services import confirm_intent
from entrepot.events.services import move, move_many
from entrepot.inventory import services as inventory
from entrepot.kit import records

from ..models import Adjustment, Line, Order
from ..states import ORDER
from .cancel import CANCEL_KIND
from .cancel_there import confirm_cancelled, is_gone
from .entry import save_all
from .export import KIND
from .late import tell_late
from .lowering import plan_lowering
from .settle import is_longer, settle_rest, what_was_sent
from .troubles import say, unsay

if TYPE_CHECKING:
    from entrepot.channels.models import Channel

_UNDONE = "the store no longer wants it"
_ENDED = ("cancelled", "refunded")


def note_store_order(*, channel: Channel, theirs: records.StoreOrder, at: datetime) -> Order | None:
    """One order, as :func:`note_store_orders` notes many; None when it is not ours."""
    return note_store_orders(channel=channel, theirs=[theirs], at=at).get(theirs.store_ref)


def note_store_orders(*, channel: Channel, theirs: Sequence[records.StoreOrder], at: datetime) -> dict[str, Order]:
    """What a store says of orders, from ``at`` on: those of ours by their ref. Its total is kept beside ours.

    What is undone there is either the confirmation that was waited for, or the shop's own decision, which a person
    (or the channel's rule) follows up.
    """
    told = {t.store_ref: t for t in theirs}
    with transaction.atomic():
        rows = Order.objects.for_seller(channel.seller_id).filter(store=channel, store_ref__in=list(told))
        orders = {o.store_ref: o for o in rows.order_by("id").select_for_update(no_key=True)}
        changed = [o for ref, o in orders.items() if o.store_total != told[ref].total]
        unsay([o for o in changed if _is_level(o, told[o.store_ref].total)], "total")
        for order in changed:
            order.store_total = told[order.store_ref].total
        save_all(changed, ["store_total"])
        _lock_stock(channel, [o for ref, o in orders.items() if told[ref].state in _ENDED or o.state == "failed"])
        for ref, order in orders.items():
            if told[ref].state in _ENDED:
                _undone(order, told[ref], at)
            elif order.state == "failed" and not told[ref].missing_skus:
                _mended(order, told[ref], at)
        _go_on([o for ref, o in orders.items() if told[ref].state not in _ENDED], told, at)
    return orders


def _lock_stock(channel: Channel, orders: Sequence[Order]) -> None:
    if len(orders) > 1:
        lines = Line.objects.for_seller(channel.seller_id).filter(order__in=orders).values_list("id", flat=True)
        inventory.lock_promised(channel.seller_id, list(lines))


def open_store_refs(*, channel: Channel, limit: int) -> list[str]:
    """Refs of orders that a store has and has not fulfilled, some at random; not those that it was missed for."""
    rows = Order.objects.for_seller(channel.seller_id).filter(store=channel, state="synced").exclude(store_ref="")
    return list(rows.exclude(troubles__has_key="undone").order_by("?").values_list("store_ref", flat=True)[:limit])


def note_gone(*, channel: Channel, store_refs: Sequence[str]) -> list[Order]:
    """Orders that a store was asked for by name and no longer shows: in its bin, or deleted for good. Those of ours."""
    with transaction.atomic():
        rows = Order.objects.for_seller(channel.seller_id).filter(store=channel, store_ref__in=list(store_refs))
        rows = rows.exclude(state__in=["cancelled", "processed"]).order_by("id")
        orders = list(rows.select_for_update(no_key=True))
        say(orders, "undone", f"{_UNDONE} (it was deleted there): mark its packages as unsupplied, or restore it there")
    return orders


def _go_on(orders: Sequence[Order], told: dict[str, records.StoreOrder], at: datetime) -> None:
    done = [o for o in orders if told[o.store_ref].state == "fulfilled" and o.state == "synced"]
    if done:
        moved = move_many(
            Order.objects.system().filter(id__in=[o.id for o in done]), ORDER, "process", actor="store", at=at
        )
        for order in done:
            order.state = "processed" if order.id in moved else order.state
    unsay(orders, "undone")
    again = [o for o in orders if o.undone_at is not None]
    for order in again:
        order.undone_at = None
    save_all(again, ["undone_at"])


def _undone(order: Order, theirs: records.StoreOrder, at: datetime) -> None:
    if order.state == "cancelled":
        return
    if theirs.state == "cancelled" and is_gone(order):
        intent = channels.intent_of(seller_id=order.seller_id, kind=CANCEL_KIND, subject_id=order.id)
        asked_at = theirs.modified_at  # by the owner; a reading that began later shows the goods as back already
        if intent is not None and intent.state in ("sent", "unknown"):
            asked_at = intent.sent_at
            confirm_intent(intent, their_ref=theirs.store_ref, result={"store": "cancelled"}, at=at)
        confirm_cancelled(order_id=order.id, is_in_store=True, asked_at=asked_at, at=at)
        order.state, order.troubles = "cancelled", {}
        return
    if order.undone_at is None:
        order.undone_at = theirs.modified_at or at
        save_all([order], ["undone_at"])
    there = f"it is {theirs.their_status} there"
    say([order], "undone", f"{_UNDONE} ({there}): mark its packages as unsupplied, or reopen it there")


def _is_level(order: Order, total: Decimal) -> bool:
    """Whether a person took the residue, that we could not settle, out of the store's total."""
    if "total" not in order.troubles or order.store_total is None:
        return False
    rests = Adjustment.objects.for_seller(order.seller_id).filter(order=order, kind="rounding")
    return total == order.store_total + sum(rests.values_list("amount", flat=True))


def _mended(order: Order, theirs: records.StoreOrder, at: datetime) -> None:
    """A person gave the store's order what it lacked: the rest is absorbed, and it counts as pushed.

    Only of what was sent: what is told since, or cancelled since, is neither absorbed nor taken for rounding.
    """
    intent = channels.intent_of(seller_id=order.seller_id, kind=KIND, subject_id=order.id)
    if intent is None or intent.state != "confirmed":
        return
    left = {str(x.id): x.quantity - x.cancelled_quantity for x in Line.objects.system().filter(order=order)}
    sent = intent.payload.get("lines", left)
    inventory.absorb(seller_id=order.seller_id, line_ids=sorted(int(line) for line in sent), at=at)
    if is_longer(intent, order) or _some(sent) != _some(left):
        tell_late([order])
    else:
        total, _, _ = what_was_sent(order, intent, theirs)
        settle_rest(order, intent, theirs.total - total, at)
    unsay([order], "push")
    move(order, ORDER, "sync", actor="hub", at=at)
    order.state = "synced"
    plan_lowering(order=order, at=at)  # what the marketplace cancelled while it was being mended


def _some(pieces: Mapping[str, int]) -> dict[str, int]:
    return {line: count for line, count in pieces.items() if count}
