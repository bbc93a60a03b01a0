"""A part was cancelled by the marketplace after the store had the order: the store's order is lowered, too."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import transaction

from entrepot.channels import queries as channels
from entrepot.channels.services import (
    confirm_by_hand,
    confirm_intent,
    drop_intent,
    drop_refused,
    plan_intent,
    refuse_intent,
)
from entrepot.core.errors import Refused
from entrepot.core.ids import fingerprint
from entrepot.inventory import services as inventory
from entrepot.kit.registry import connector

from ..models import Line, Order
from .entry import CANCELLATION, DEAD, LOWERING, in_store
from .export import KIND
from .kits import places, sent_parts, skus_in_store, split
from .sale import averaged, gross_of, owed_for
from .troubles import say, unsay

if TYPE_CHECKING:
    from entrepot.channels.models import Intent

_PART = "pieces were cancelled by the marketplace after the store had the order"
_BY_HAND = f"{_PART}: lower it in the store, and say here that it is done"


def plan_lowering(*, order: Order, at: datetime) -> Intent | None:
    """Have what the marketplace cancelled taken out of the store's order (locked), as far as it is still in it.

    None: there is nothing to take out, the whole is being cancelled there, or the store's connector cannot: then the
    order says so.
    """
    pieces = too_many(order)
    if not pieces:
        drop_refused(_intents(order), at=at)
        unsay([order], "part")
    if not pieces or order.store is None or _is_being_cancelled(order):
        return None
    if order.state != "synced" or not connector(order.store.connector).has("lower_order"):
        say([order], "part", _BY_HAND)
        return None
    return _plan(order, pieces, at)


def _plan(order: Order, pieces: Mapping[int, int], at: datetime) -> Intent:
    """``pieces`` are all that are too many: what was refused before is among them, and is not asked for as well."""
    wanted = {str(line): count for line, count in sorted(pieces.items())}
    earlier = _intents(order)
    drop_refused(earlier, at=at)
    taken, owed = len(earlier), _owed(order, pieces)
    return plan_intent(
        seller_id=order.seller_id, channel_id=order.store_id or 0, kind=LOWERING, subject_id=order.id,
        step=f"{taken}-{fingerprint(wanted)[:16]}", at=at,
        payload={"lines": wanted, "owed": owed, "gross": _gross(order, owed)},
    )  # fmt: skip


def _owed(order: Order, pieces: Mapping[int, int]) -> dict[str, str]:
    """What the buyer no longer pays for these pieces, by line: what the store was told less what is left."""
    creation = channels.intent_of(seller_id=order.seller_id, kind=KIND, subject_id=order.id)
    sent = creation.payload.get("owed", {}) if creation else {}
    taken = taken_out(order)
    found = {}
    for x in Line.objects.system().filter(order=order, id__in=pieces).order_by("id"):
        line = str(x.id)
        exact = Decimal(sent.get(line, -1)) - taken.get(x.id, Decimal(0)) - owed_for(x, order.currency)
        is_known = line in sent and exact >= 0
        found[line] = str(exact if is_known else averaged(x, pieces[x.id], order.currency))
    return found


def _gross(order: Order, owed: Mapping[str, str]) -> dict[str, str]:
    """The same in the currency that the store has it in, by line: what the store's order then comes to is what is left,
    converted as one sum. What the lines converted by themselves differ from that by goes on the largest.
    """
    found = {line: gross_of(order=order, owed=Decimal(amount)) for line, amount in owed.items()}
    creation = channels.intent_of(seller_id=order.seller_id, kind=KIND, subject_id=order.id)
    sent = creation.payload if creation else {}
    if order.fx_rate is not None and {"owed", "shipping", "total"} <= sent.keys():
        given = sum((gross for _, gross in _taken(order)), Decimal(0))
        left = sum((Decimal(x) for x in sent["owed"].values()), Decimal(sent["shipping"]))
        left -= sum((amount for amount, _ in _taken(order)), Decimal(0)) + sum(map(Decimal, owed.values()))
        whole = Decimal(sent["total"]) - given - gross_of(order=order, owed=left)
        most = max(found, key=lambda line: found[line])
        found[most] = max(Decimal(0), found[most] + whole - sum(found.values()))
    return {line: str(gross) for line, gross in found.items()}


def _taken(order: Order) -> list[tuple[Decimal, Decimal]]:
    """What was, or is being, taken out of the store's order, in the order's own currency and in the store's."""
    found = []
    for told in (i.payload for i in _intents(order) if i.state not in DEAD):
        for line, amount in told.get("owed", {}).items():
            found.append((Decimal(amount), _in_store(order, told, line, Decimal(amount))))
    return found


def _in_store(order: Order, told: Mapping[str, Any], line: str, owed: Decimal) -> Decimal:
    gross = told.get("gross", {}).get(line)
    return Decimal(gross) if gross is not None else gross_of(order=order, owed=owed)


def too_many(order: Order) -> dict[int, int]:
    """Line id → pieces that are cancelled and that the store's order still has, nor is about to lose."""
    creation = channels.intent_of(seller_id=order.seller_id, kind=KIND, subject_id=order.id)
    if creation is None or creation.state != "confirmed":
        return {}
    lines = list(Line.objects.system().filter(order=order).order_by("id"))
    there = in_store(order, lines)
    more = {x.id: there.get(x.id, 0) - (x.quantity - x.cancelled_quantity) for x in lines}
    return {line_id: pieces for line_id, pieces in more.items() if pieces > 0}


def taken_out(order: Order) -> dict[int, Decimal]:
    """Line id → what the buyer no longer pays for pieces that were, or are being, taken out of the store's order."""
    found: dict[int, Decimal] = {}
    for intent in _intents(order):
        if intent.state not in DEAD:
            for line, amount in intent.payload.get("owed", {}).items():
                found[int(line)] = found.get(int(line), Decimal(0)) + Decimal(amount)
    return found


def _intents(order: Order) -> list[Intent]:
    return channels.intents_of(seller_id=order.seller_id, kinds=[LOWERING], subject_id=order.id)


def pieces_to_lower(*, order: Order, intent: Intent) -> list[tuple[str, int, Decimal]]:
    """SKU, pieces and their price, of each line of the store's order that an intent takes pieces out of."""
    pieces, told = {int(line): count for line, count in intent.payload["lines"].items()}, intent.payload.get("owed", {})
    creation = channels.intent_of(seller_id=order.seller_id, kind=KIND, subject_id=order.id)
    sent, found = creation.payload if creation else {}, []
    for x in Line.objects.system().filter(order=order, id__in=pieces).order_by("id"):
        owed = Decimal(told.get(str(x.id)) or averaged(x, pieces[x.id], order.currency))
        gross, count = _in_store(order, intent.payload, str(x.id), owed), pieces[x.id]
        if parts := sent_parts(sent, x):
            shares = split(gross, parts, order.store_currency or order.currency)
            found += [(p.sku, p.pieces * count, share) for p, share in zip(parts, shares, strict=True)]
        else:
            found.append((x.sku or x.listing_ref, count, gross))
    return found


def places_to_lower(*, order: Order, intent: Intent) -> list[int]:
    """For each of :func:`pieces_to_lower` the place, from 0, of its line among the store's lines of that SKU."""
    creation = channels.intent_of(seller_id=order.seller_id, kind=KIND, subject_id=order.id)
    sent = creation.payload if creation else {}
    lines = list(Line.objects.system().filter(order=order).order_by("id"))
    known, wanted = places(sent, lines), [x for x in lines if str(x.id) in intent.payload["lines"]]
    return [place for x in wanted for place in known.get(x.id, [0] * len(skus_in_store(sent, x)))]


def lowered_total(order: Order) -> Decimal:
    """What the store's order was lowered by, in the currency that it has there: its own total does not show it."""
    done = [i for i in _intents(order) if i.state == "confirmed"]
    return sum((gross for i in done for _, _, gross in pieces_to_lower(order=order, intent=i)), Decimal(0))


def waits_to_be_lowered(order: Order) -> bool:
    """Whether the store's order has pieces that the marketplace cancelled, and no call of ours takes them out."""
    if order.state not in ("synced", "processed", "failed"):
        return False
    return not _is_being_cancelled(order) and bool(too_many(order))


def _is_being_cancelled(order: Order) -> bool:
    cancels = channels.intents_of(seller_id=order.seller_id, kinds=[CANCELLATION], subject_id=order.id)
    return any(i.state not in DEAD for i in cancels)


def drop_planned(order: Order, *, at: datetime) -> None:
    """Nothing that was planned to be taken out of the store's order is: another number of pieces is gone."""
    for intent in _intents(order):
        drop_intent(
            seller_id=order.seller_id, channel_id=intent.channel_id, kind=LOWERING, subject_id=order.id,
            step=intent.step, at=at,
        )  # fmt: skip


def confirm_lowered(*, intent: Intent, refund_ref: str, at: datetime) -> None:
    """The store has taken the pieces out and put them back: its stock rises here as well, once.

    Raises:
        Refused: another worker settled it meanwhile.
    """
    with transaction.atomic():
        order = Order.objects.system().select_for_update(no_key=True).get(id=intent.subject_id)
        if not confirm_intent(intent, their_ref=refund_ref, result={"store": "lowered"}, at=at):
            raise Refused(f"{intent} was settled by somebody else")
        _give_back(order, intent, intent.sent_at or at, at)


def _give_back(order: Order, intent: Intent, asked_at: datetime | None, at: datetime) -> None:
    """Ends the complaint, if there was one and nothing else is open."""
    pieces = {int(line): count for line, count in intent.payload["lines"].items()}
    inventory.give_back_some(seller_id=order.seller_id, lines=list(pieces.items()), asked_at=asked_at, at=at)
    if not any(i.state == "refused" for i in _intents(order) if i.id != intent.id):
        unsay([order], "part")


def refuse_lowering(*, intent: Intent, why: str, at: datetime) -> None:
    """The store said no: a person lowers it there, or tries again."""
    with transaction.atomic():
        order = Order.objects.system().select_for_update(no_key=True).get(id=intent.subject_id)
        if refuse_intent(intent, why=why, at=at):
            say([order], "part", f"{_PART}, and the store refuses to take them out: {why}")


def lower_in_store(*, seller_id: int, order_id: int, at: datetime) -> Order:
    """Try (again) to have the store take out what the marketplace cancelled and it still has.

    Raises:
        Order.DoesNotExist: not this seller's.
        Refused: the store's order has no piece too many, or its connector cannot lower orders.
    """
    with transaction.atomic():
        order = Order.objects.for_seller(seller_id).select_for_update(no_key=True).get(id=order_id)
        if order.store is None or not connector(order.store.connector).has("lower_order"):
            raise Refused(f"order {order.order_ref}: the store cannot be told; lower it there, and say so here")
        if not waits_to_be_lowered(order):
            raise Refused(f"order {order.order_ref} has no piece too many in the store")
        _plan(order, too_many(order), at)
        unsay([order], "part")
    return order


def lowered_by_hand(*, seller_id: int, order_id: int, at: datetime) -> Order:
    """A person has lowered the store's order there. What its stock is now, the next reading tells.

    Raises:
        Order.DoesNotExist: not this seller's.
        Refused: nothing waits for a person; or a call of ours is on its way.
    """
    with transaction.atomic():
        order = Order.objects.for_seller(seller_id).select_for_update(no_key=True).get(id=order_id)
        if not waits_to_be_lowered(order):
            raise Refused(f"order {order.order_ref} does not wait to be lowered in the store")
        intent = _plan(order, too_many(order), at)
        confirm_by_hand(intent, result={"store": "lowered by hand"}, at=at)
        intent.state = "confirmed"
        _give_back(order, intent, None, at)
        unsay([order], "part")
    return order
