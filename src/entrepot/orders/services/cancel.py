"""Cancelled by the marketplace: what happens depends on how far the order has come towards the store."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from django.db import transaction

from entrepot.channels import queries as channels
from entrepot.channels.services import (
    confirm_by_hand,
    drop_intent,
    drop_refused,
    plan_intent,
    retry_intent,
    revive_intent,
)
from entrepot.core.clock import now
from entrepot.core.errors import Refused
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
from .troubles import say, say_trouble, unsay

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
        _promise_again(order, revived, at)
    elif intent.state == "confirmed":
        given = intent.payload.get("lines", {})
        free = [x for x in changed if str(x.id) not in given] if given else []
        fit_promises(order, free, at)
        _promise_again(order, [x for x in free if x in revived], at)
        plan_lowering(order=order, at=at)
        tell_late([order])


def fit_promises(order: Order, lines: list[Line], at: datetime) -> None:
    """Promise no more of each line than is left of it."""
    left = [(x.id, x.quantity - x.cancelled_quantity) for x in lines]
    inventory.lower(seller_id=order.seller_id, lines=left, at=at)


def _promise_again(order: Order, revived: list[Line], at: datetime) -> None:
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
        _promise_again(order, living, at)
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


def refuse_cancel(*, seller_id: int, order_id: int, why: str) -> None:
    """The store keeps the order: a person has to cancel it there. Nothing is given back."""
    text = f"cancelled by the marketplace, but the store refuses to cancel it: {why}"
    say_trouble(seller_id=seller_id, order_id=order_id, kind="cancel", why=text)
    with transaction.atomic():
        order = Order.objects.for_seller(seller_id).select_for_update(no_key=True).get(id=order_id)
        take_back_cancels([order], at=now())


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
