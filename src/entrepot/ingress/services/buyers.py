"""Everything that is held of one buyer: shown to who asks for it, and forgotten."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q, QuerySet

from entrepot.core.actor import Actor
from entrepot.fulfilment import services as fulfilment
from entrepot.orders.services import buyers as orders

from ..models import Receipt, SetAside


def export_buyer(*, who: Actor, order_id: int) -> dict[str, Any]:
    """Names and addresses of an order, and the raw messages that named them, newest first.

    Raises:
        Order.DoesNotExist: none that ``who`` may see.
        PermissionDenied: ``who`` is neither owner nor operator.
    """
    order = _order(who, order_id)
    asides = _asides(order)
    return {
        "order_ref": order.order_ref,
        "parties": orders.export_parties(seller_id=order.seller_id, order_id=order.id),
        "receipts": [
            {"received_at": r.received_at, "raw": r.raw, **_posted(r)} for r in _receipts(order).order_by("-id")
        ],
        "set_aside": [{"subject": s.subject, "raw": s.raw} for s in asides.exclude(raw=None).order_by("-id")],
        "packages": fulfilment.package_refs(seller_id=order.seller_id, order_id=order.id),
    }


def erase_buyer(*, who: Actor, order_id: int, at: datetime) -> dict[str, int]:
    """Forget who bought: names and addresses, labels, raw messages; how many of each. Amounts and goods stay.

    What the store and the marketplace hold is theirs to erase.

    Raises:
        Order.DoesNotExist: none that ``who`` may see.
        PermissionDenied: ``who`` is neither owner nor operator.
        Refused: the order is not over, or a package is on its way.
    """
    order = _order(who, order_id)
    with transaction.atomic():
        parties = orders.erase_parties(seller_id=order.seller_id, order_id=order.id, who=who, at=at)
        labels = fulfilment.erase_labels(seller_id=order.seller_id, order_id=order.id)
        asides = _asides(order).exclude(raw=None).update(raw=None)
        receipts = _forget(order)
    return {"parties": parties, "labels": labels, "receipts": receipts, "set_aside": asides}


def _order(who: Actor, order_id: int) -> Any:
    order = orders.order_for(actor=who, order_id=order_id)
    if who.role not in ("operator", "owner"):
        raise PermissionDenied("only an owner or the operator may export or erase a buyer")
    return order


def _receipts(order: Any) -> QuerySet[Receipt]:
    """What the marketplace told of the order, and what the store told of it by webhook."""
    told = Q(channel_id=order.channel_id, subject_ref=order.order_ref)
    if order.store_ref:
        told |= Q(channel_id=order.store_id, kind="order", subject_ref=order.store_ref)
    rows: QuerySet[Receipt] = Receipt.objects.for_seller(order.seller_id).filter(told)
    return rows


def _posted(row: Receipt) -> dict[str, str]:
    """The delivery as it was posted, where it is kept."""
    return {} if row.body is None else {"body": bytes(row.body).decode("utf-8", "replace")}


def _forget(order: Any) -> int:
    """Delete its receipts. A delivery of several orders names this buyer beside others: its bytes go, too."""
    rows = Receipt.objects.for_seller(order.seller_id)
    came_at = list(_receipts(order).exclude(hooked_at=None).values_list("channel_id", "received_at"))
    for channel_id, received_at in came_at:
        rows.filter(channel_id=channel_id, received_at=received_at).exclude(body=None).update(body=None)
    return _receipts(order).delete()[0]


def _asides(order: Any) -> QuerySet[SetAside]:
    refs = fulfilment.package_refs(seller_id=order.seller_id, order_id=order.id)
    subjects = [f"order {order.order_ref}", *(f"package {ref}" for ref in refs)]
    rows: QuerySet[SetAside] = SetAside.objects.for_seller(order.seller_id).filter(
        channel_id=order.channel_id, subject__in=subjects
    )
    return rows
