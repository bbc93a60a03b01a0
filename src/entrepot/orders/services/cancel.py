"""Cancelled by the marketplace: what happens depends on how far the order has come towards the store."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from django.db import transaction

from entrepot.channels import queries as channels
from entrepot.channels.services import (
    drop_intent,
    plan_intent,
    revive_intent,
)
from entrepot.core.money import minor_unit
from entrepot.events.services import move, record
from entrepot.inventory import services as inventory

from ..living import Picture
from ..models import Line, Order
from ..rows import Row
from ..states import CANCEL, ORDER
from .entry import CANCELLATION, in_store, is_unsent, nothing_sent
from .export import KIND
from .late import tell_late
from .lines import shares
from .look import look
from .lowering import plan_lowering
from .troubles import say, unsay

CANCEL_KIND = CANCELLATION
_NEVER_SENT = ("planned", "refused", "dropped")
LIVES = "it was cancelled, and a package of it lives on the marketplace: give it up there, or sell it by hand"
PERSON = "cancelled by the marketplace after the store had shipped it: stop the parcel, or expect it back"


def cancel_by_remote(*, order: Order, gone: Collection[str], at: datetime) -> str:
    """Take away what lives no more when these packages are ``gone``: cancelled, or not supplied; what was done.

    ``unchanged``, ``part``, or one of ``states.CANCEL_ACTIONS``. A part of an order only lowers its lines (the store
    keeps the rest). The whole of it ends the order, as the table ``states.CANCEL`` says. It is whole when nothing of
    it lives, nor anything that is still to be told can.
    """
    with transaction.atomic():
        order = Order.objects.system().select_for_update(no_key=True).get(id=order.id)
        rows = Line.objects.system().filter(order=order).order_by("id").select_for_update(no_key=True)
        lines, seen = list(rows), look(order, gone=gone)
        before = {x.id: x.cancelled_quantity for x in lines}
        changed = _lower(order, lines, seen)
        if not changed and not (seen.is_over and _is_open(order)):
            return "unchanged"
        if changed:
            record(
                type="order.lines_cancelled", key=order.id, seller_id=order.seller_id,
                payload={"lines": [x.id for x in changed]},
            )  # fmt: skip
        if not seen.is_over:
            revived = [x for x in changed if x.cancelled_quantity < before[x.id]]
            _part(order, changed, revived, at)
            return "part"
        return _whole(order, [x.id for x in lines], at)


def _is_open(order: Order) -> bool:
    """Whether the rest of the news can find all of it cancelled, though nothing more is: nobody has ended it."""
    if order.state in ORDER.ends:
        return False
    intents = channels.intents_of(seller_id=order.seller_id, kinds=[CANCEL_KIND], subject_id=order.id)
    return all(i.state == "dropped" for i in intents)


def _lower(order: Order, lines: Sequence[Line], seen: Picture) -> list[Line]:
    """Lines of which another number of pieces is cancelled now, saved."""
    gone = shares(lines, _cut(lines, seen), minor_unit(order.currency))
    if seen.is_over:
        wanted = {x.id: x.quantity for x in lines}
    elif nothing_sent(order) or order.state == "cancelled":
        wanted = {x.id: gone.get(x.id, (0, None))[0] for x in lines}
    else:
        wanted = _more(lines, {line_id: pieces for line_id, (pieces, _) in gone.items()}, in_store(order, lines))
    changed = []
    lives = _paid_for(lines, wanted, seen, order) if nothing_sent(order) else {}
    for line in lines:
        pieces, total = gone.get(line.id, (0, None))
        if line.id in lives and wanted[line.id]:
            pieces, total = wanted[line.id], line.line_total - lives[line.id]
        if wanted[line.id] == line.quantity and line.quantity:
            total = line.line_total
        elif total is None or pieces != wanted[line.id] or not 0 <= total <= line.line_total:
            total = line.cancelled_total if wanted[line.id] == line.cancelled_quantity else None
        if (wanted[line.id], total) != (line.cancelled_quantity, line.cancelled_total):
            line.cancelled_quantity, line.cancelled_total = wanted[line.id], total
            changed.append(line)
    Line.objects.system().bulk_update(changed, ["cancelled_quantity", "cancelled_total"])
    return changed


def _paid_for(lines: Sequence[Line], wanted: Mapping[int, int], seen: Picture, order: Order) -> dict[int, Decimal]:
    """Line id → what the buyer pays for the pieces that are left of it, as it is told of these."""
    left = {x.id: x.quantity - wanted[x.id] for x in lines}
    found = shares(lines, seen.living, minor_unit(order.currency), room=left)
    return {line_id: amount for line_id, (pieces, amount) in found.items() if pieces == left[line_id]}


def _more(lines: Sequence[Line], gone: Mapping[int, int], there: Mapping[int, int]) -> dict[int, int]:
    """What the store's order has no more stays cancelled, and of a listing no more is than is gone of it in all."""
    wanted = {x.id: max(0, min(x.cancelled_quantity, x.quantity - there.get(x.id, x.quantity))) for x in lines}
    for listing in {x.listing_ref for x in lines}:
        same = [x for x in lines if x.listing_ref == listing]
        missing = sum(gone.get(x.id, 0) for x in same) - sum(wanted[x.id] for x in same)
        for most in (gone, {x.id: x.quantity for x in same}):  # to each line what is gone of it, then the rest to any
            for line in same:
                more = max(0, min(missing, most.get(line.id, 0) - wanted[line.id]))
                wanted[line.id], missing = wanted[line.id] + more, missing - more
    return wanted


def _cut(lines: Sequence[Line], seen: Picture) -> list[Row]:
    """Rows that are gone; of a listing no more than its lines have beyond what lives of it."""
    found = []
    for listing in dict.fromkeys(row.listing for row in seen.gone):
        room = sum(x.quantity for x in lines if x.listing_ref == listing)
        room -= sum(row.pieces for row in seen.living if row.listing == listing)
        for row in (row for row in seen.gone if row.listing == listing):
            pieces = max(0, min(room, row.pieces))
            if pieces:
                amount = row.amount if pieces == row.pieces else row.amount * pieces / row.pieces
                found.append(replace(row, pieces=pieces, amount=amount))
            room -= pieces
    return found


def _part(order: Order, changed: list[Line], revived: list[Line], at: datetime) -> None:
    """Before the store has it, what is promised shrinks with the lines; afterwards the store's order has to. While
    the outcome is open nothing is done: the store's answer finds the pieces gone.
    """
    intent = channels.intent_of(seller_id=order.seller_id, kind=KIND, subject_id=order.id)
    if order.state == "cancelled" or intent is None or intent.state in _NEVER_SENT or is_unsent(intent):
        fit_promises(order, changed, at)
        promise_again(order, revived, at)
    elif intent.state == "confirmed":
        given = intent.payload.get("lines", {})
        free = [x for x in changed if str(x.id) not in given] if given else []
        fit_promises(order, free, at)
        promise_again(order, [x for x in free if x in revived], at)
        plan_lowering(order=order, at=at)
        tell_late([order])


def fit_promises(order: Order, lines: list[Line], at: datetime) -> None:
    """Promise no more of each line than is left of it."""
    left = [(x.id, x.quantity - x.cancelled_quantity) for x in lines]
    inventory.lower(seller_id=order.seller_id, lines=left, at=at)


def promise_again(order: Order, revived: list[Line], at: datetime) -> None:
    """Pieces that turn out to live after all."""
    inventory.forget(seller_id=order.seller_id, line_ids=[x.id for x in revived])
    left = [(x.id, x.variant_id, x.quantity - x.cancelled_quantity) for x in revived if x.variant_id]
    if not order.is_history:
        inventory.reserve(seller_id=order.seller_id, lines=left, at=at)


def _whole(order: Order, line_ids: list[int], at: datetime) -> str:
    intent = channels.intent_of(seller_id=order.seller_id, kind=KIND, subject_id=order.id)
    action, why = CANCEL[order.state][intent.state if intent else "none"]
    if action == "drop" and intent is not None:
        drop_intent(seller_id=order.seller_id, channel_id=intent.channel_id, kind=KIND, subject_id=order.id, at=at)
    if action in ("end", "drop"):
        move(order, ORDER, "cancel", actor="remote", at=at)
        unsay([order])
        inventory.release(seller_id=order.seller_id, line_ids=line_ids, at=at)
    elif action in ("wait", "compensate") and intent is not None:
        wanted = plan_intent(
            seller_id=order.seller_id, channel_id=intent.channel_id, kind=CANCEL_KIND, subject_id=order.id, at=at
        )
        if wanted.state == "dropped":
            revive_intent(wanted, at=at)
        unsay([order], "late", "part")
    elif action == "person":
        say([order], "cancel", PERSON)
    elif why:
        text = f"cancelled by the marketplace, in a state that cannot be ({why}): look at it, and at the store"
        say([order], "cancel", text)
    return action
