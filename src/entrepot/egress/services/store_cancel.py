"""Cancel an order in the store that a marketplace has cancelled; asked for first where its creation is unknown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from entrepot.channels import queries as channel_queries
from entrepot.channels import services as channels
from entrepot.core.clock import now
from entrepot.core.errors import RemoteRefused
from entrepot.kit.spec import Call
from entrepot.orders import queries as order_queries
from entrepot.orders import services as orders

if TYPE_CHECKING:
    from entrepot.channels.models import Channel, Intent


def pursue(intent: Intent, store: Channel) -> None:
    """Wait for the creation's outcome; then cancel what is there, or end what never was."""
    creation = channel_queries.intent_of(seller_id=intent.seller_id, kind="store_order", subject_id=intent.subject_id)
    if creation is not None and creation.state in ("planned", "sent", "unknown"):
        channels.postpone_intent(intent, seconds=1, why="waits until the creation of the order is known", at=now())
        return
    if creation is None or creation.state in ("refused", "dropped"):
        _settle(intent, is_in_store=False, their_ref="")
        return
    client = channels.client_for(store)
    call = client.spec.can["cancel_order"]
    assert isinstance(call, Call)
    order = order_queries.order(order_id=intent.subject_id)
    if intent.state == "planned" and not channels.send_intent(intent, at=now()):
        return
    made = call.read(client.account, order.store_ref, client.send(call.build(client.account, order.store_ref)))
    if made.state != "cancelled":
        raise RemoteRefused(f"{store.name} was told to cancel order {made.number}, and it is {made.their_status}")
    _settle(intent, is_in_store=True, their_ref=made.store_ref)


def _settle(intent: Intent, *, is_in_store: bool, their_ref: str) -> None:
    """The intent and the end of the order are one transaction: a worker that dies leaves both or none."""
    result = {"store": "cancelled" if is_in_store else "never had it"}
    with transaction.atomic():
        # The order before its intent, as all who have both: what the store says of it may come in at this moment.
        order_queries.locked_order(seller_id=intent.seller_id, order_id=intent.subject_id)
        if channels.confirm_intent(intent, their_ref=their_ref, result=result, at=now()):
            orders.confirm_cancelled(
                order_id=intent.subject_id, is_in_store=is_in_store, asked_at=intent.sent_at, at=now()
            )


def refuse(intent: Intent, why: str) -> None:
    """The store keeps the order: a person has to cancel it there."""
    with transaction.atomic():
        order_queries.locked_order(seller_id=intent.seller_id, order_id=intent.subject_id)
        if not channels.refuse_intent(intent, why=why, at=now()):
            return
        orders.refuse_cancel(seller_id=intent.seller_id, order_id=intent.subject_id, why=why, at=now())
