"""Cancel an order in the store that a marketplace has cancelled; asked for first where its creation is unknown."""

from __future__ import annotations

from entrepot.channels import queries as channel_queries
from entrepot.channels import services as channels
from entrepot.channels.models import Channel, Intent
from entrepot.core.clock import now
from entrepot.kit.spec import Call
from entrepot.orders import services as orders
from entrepot.orders.models import Order


def pursue(intent: Intent, store: Channel) -> None:
    """Wait for the creation's outcome; then cancel what is there, or end what never was."""
    creation = channel_queries.intent_of(seller_id=intent.seller_id, kind="store_order", subject_id=intent.subject_id)
    if creation is not None and creation.state in ("planned", "sent", "unknown"):
        channels.postpone_intent(intent, seconds=1, why="waits until the creation of the order is known", at=now())
        return
    if creation is None or creation.state in ("refused", "dropped"):
        channels.confirm_intent(intent, their_ref="", result={"store": "never had it"}, at=now())
        orders.confirm_cancelled(order_id=intent.subject_id, is_in_store=False, at=now())
        return
    client = channels.client_for(store)
    call = client.spec.can["cancel_order"]
    assert isinstance(call, Call)
    order = Order.objects.system().get(id=intent.subject_id)
    channels.send_intent(intent, at=now())
    made = call.read(client.account, order.store_ref, client.send(call.build(client.account, order.store_ref)))
    channels.confirm_intent(intent, their_ref=made.store_ref, result={"state": made.state}, at=now())
    orders.confirm_cancelled(order_id=order.id, is_in_store=True, at=now())


def refuse(intent: Intent, why: str) -> None:
    """The store keeps the order: a person has to cancel it there."""
    channels.refuse_intent(intent, why=why, at=now())
    Order.objects.system().filter(id=intent.subject_id).update(
        failure=f"cancelled by the marketplace, but the store refuses to cancel it: {why}"[:2000]
    )
