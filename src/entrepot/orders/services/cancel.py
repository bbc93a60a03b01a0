"""Cancelled by the marketplace: what happens depends on how far the order has come towards the store."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import transaction

from entrepot.channels import queries as channels
from entrepot.channels.services import confirm_by_hand, drop_intent, plan_intent, retry_intent
from entrepot.core.errors import Refused
from entrepot.events.services import move, record
from entrepot.inventory import services as inventory

from ..models import Line, Order
from ..states import CANCEL, ORDER
from .entry import awaited_refs, is_unsent
from .export import KIND
from .hold import lives_on
from .late import tell_late
from .lowering import plan_lowering
from .troubles import say, say_trouble, unsay

CANCEL_KIND = "store_cancel"
_NEVER_SENT = ("planned", "refused", "dropped")
LIVES = "it was cancelled, and a package of it lives on the marketplace: give it up there, or sell it by hand"
PERSON = "cancelled by the marketplace after the store had shipped it: stop the parcel, or expect it back"


@dataclass(frozen=True, slots=True)
class Pieces:
    """How many of a line, and what the buyer pays for them in the order's currency; None: not told, an average."""

    quantity: int
    total: Decimal | None = None


def cancel_by_remote(
    *,
    order: Order,
    gone: Mapping[int, Pieces],
    at: datetime,
    is_all: bool | None = None,
    ended: Collection[str] = (),
) -> str:  # fmt: skip
    """Take away {line id: pieces now cancelled in all}; what was done.

    ``unchanged``, ``part``, or one of ``states.CANCEL_ACTIONS``. A part of an order only lowers its lines (the store
    keeps the rest). The whole of it ends the order, as the table ``states.CANCEL`` says. An order of which only
    successors of a split were told is never whole: what is still to be told may live. ``is_all``: whether every
    package that is known is gone: where nothing was split, or what was split is gone itself (``ended``: refs of
    packages that are), that says more than counting pieces; None: not known.
    """
    with transaction.atomic():
        order = Order.objects.system().select_for_update(no_key=True).get(id=order.id)
        rows = Line.objects.system().filter(order=order).order_by("id").select_for_update(no_key=True)
        lines = {x.id: x for x in rows}
        if is_all and (not set(order.replaced_refs) - set(ended) or lives_on(order) is False):
            gone = {x.id: Pieces(x.quantity) for x in lines.values()}
        changed = _lower(lines, _spread(lines, gone))
        is_whole = is_all is not False and _is_whole(order, list(lines.values()), ended)
        if not changed and not (is_whole and _is_open(order)):
            return "unchanged"
        if changed:
            record(
                type="order.lines_cancelled", key=order.id, seller_id=order.seller_id,
                payload={"lines": [x.id for x in changed]},
            )  # fmt: skip
        if not is_whole:
            _part(order, changed, at)
            return "part"
        return _whole(order, list(lines), at)


def _is_whole(order: Order, lines: Sequence[Line], ended: Collection[str]) -> bool:
    return not set(awaited_refs(order)) - set(ended) and all(x.cancelled_quantity == x.quantity for x in lines)


def _is_open(order: Order) -> bool:
    """Whether the rest of the news can find all of it cancelled, though nothing more is: nobody has ended it."""
    if order.state in ORDER.ends:
        return False
    return not channels.intents_of(seller_id=order.seller_id, kinds=[CANCEL_KIND], subject_id=order.id)


def _spread(lines: dict[int, Line], gone: Mapping[int, Pieces]) -> dict[int, Pieces]:
    """More pieces than a line has are pieces of others of its listing, at its price first: a split may call pieces of
    several by one name, and what was told after the store had the order is a line of its own.
    """
    spread = {i: Pieces(min(p.quantity, lines[i].quantity), p.total) for i, p in gone.items()}
    for line_id, pieces in gone.items():
        line, more = lines[line_id], pieces.quantity - lines[line_id].quantity
        same = [x for x in lines.values() if x.id != line_id and x.listing_ref == line.listing_ref]
        for other in sorted(same, key=lambda x: (x.unit_price != line.unit_price, x.id)):
            held = spread.get(other.id, Pieces(0)).quantity
            if (taken := min(more, other.quantity - held)) > 0:
                spread[other.id] = Pieces(held + taken)
                more -= taken
    return spread


def _lower(lines: dict[int, Line], gone: Mapping[int, Pieces]) -> list[Line]:
    changed = []
    for line_id, pieces in gone.items():
        line = lines[line_id]
        wanted = min(line.quantity, max(line.cancelled_quantity, pieces.quantity))
        if wanted != line.cancelled_quantity:
            line.cancelled_quantity = wanted
            is_exact = pieces.total is not None and pieces.quantity == wanted and 0 <= pieces.total <= line.line_total
            line.cancelled_total = line.line_total if wanted == line.quantity else pieces.total if is_exact else None
            changed.append(line)
    Line.objects.system().bulk_update(changed, ["cancelled_quantity", "cancelled_total"])
    return changed


def _part(order: Order, changed: list[Line], at: datetime) -> None:
    """Before the store has it, what is promised shrinks with the lines; afterwards the store's order has to. While
    the outcome is open nothing is done: the store's answer finds the pieces gone.
    """
    intent = channels.intent_of(seller_id=order.seller_id, kind=KIND, subject_id=order.id)
    if order.state == "cancelled" or intent is None or intent.state in _NEVER_SENT or is_unsent(intent):
        fit_promises(order, changed, at)
    elif intent.state == "confirmed":
        in_store = intent.payload.get("lines", {})
        fit_promises(order, [x for x in changed if str(x.id) not in in_store] if in_store else [], at)
        plan_lowering(order=order, at=at)
        tell_late([order])


def fit_promises(order: Order, lines: list[Line], at: datetime) -> None:
    """Promise no more of each line than is left of it."""
    left = [(x.id, x.variant_id, x.quantity - x.cancelled_quantity) for x in lines if x.variant_id]
    inventory.lower(seller_id=order.seller_id, lines=left, at=at)


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
        plan_intent(
            seller_id=order.seller_id, channel_id=intent.channel_id, kind=CANCEL_KIND, subject_id=order.id, at=at
        )
        unsay([order], "late", "part")
    elif action == "person":
        say([order], "cancel", PERSON)
    elif why:
        text = f"cancelled by the marketplace, in a state that cannot be ({why}): look at it, and at the store"
        say([order], "cancel", text)
    return action


def end_promises(*, order: Order, at: datetime) -> None:
    """No package of a cancelled order lives any more: what was promised of those told after its end is over."""
    lines = Line.objects.system().filter(order=order).order_by("id")
    inventory.release(seller_id=order.seller_id, line_ids=list(lines.values_list("id", flat=True)), at=at)
    unsay([order], "cancel")


def confirm_cancelled(*, order_id: int, is_in_store: bool, at: datetime, asked_at: datetime | None = None) -> None:
    """The store confirmed the cancellation (or never had the order): give back what it gives back, end the order."""
    with transaction.atomic():
        order = Order.objects.system().select_for_update(no_key=True).get(id=order_id)
        lines = list(Line.objects.system().filter(order=order).order_by("id"))
        line_ids = [x.id for x in lines]
        if is_in_store:
            inventory.give_back(seller_id=order.seller_id, line_ids=line_ids, at=at, asked_at=asked_at)
        # A package that was told meanwhile lives on: it stays promised until it ends.
        living = [x.id for x in lines if x.cancelled_quantity < x.quantity] if lives_on(order) else []
        inventory.release(seller_id=order.seller_id, line_ids=[i for i in line_ids if i not in living], at=at)
        unsay([order])
        if living:
            say([order], "cancel", LIVES)
        if order.state not in ORDER.ends:
            move(order, ORDER, "cancel", actor="store" if is_in_store else "remote", at=at)


def refuse_cancel(*, seller_id: int, order_id: int, why: str) -> None:
    """The store keeps the order: a person has to cancel it there. Nothing is given back."""
    text = f"cancelled by the marketplace, but the store refuses to cancel it: {why}"
    say_trouble(seller_id=seller_id, order_id=order_id, kind="cancel", why=text)


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
