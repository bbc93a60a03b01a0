"""An order into the store: searched for before it is sent twice, its total settled to the cent."""

from __future__ import annotations

from decimal import Decimal

from entrepot.channels import services as channels
from entrepot.channels.models import Channel, Intent
from entrepot.core.clock import now
from entrepot.core.errors import RemoteRefused
from entrepot.kit import records
from entrepot.kit.find import find
from entrepot.kit.spec import Call
from entrepot.orders import services as orders
from entrepot.orders.models import Order


def pursue(intent: Intent, store: Channel) -> None:
    """Create the order in the store, or find it there."""
    client = channels.client_for(store)
    call = client.spec.can["push_order"]
    assert isinstance(call, Call)
    order = Order.objects.system().get(id=intent.subject_id)
    sale = orders.sales_order(order=order, intent=intent, store=store)
    made = find(client.spec, "push_order", client.account, sale, client.send) if intent.state == "unknown" else None
    if made is None:
        if intent.state == "unknown" and not channels.resend_intent(intent, at=now()):
            return
        if not channels.send_intent(intent, at=now()):
            return
        made = call.read(client.account, sale, client.send(call.build(client.account, sale)))
    if made.missing_skus:
        raise RemoteRefused(f"{store.name} does not know SKU {', '.join(made.missing_skus)}; order {made.number} has to be mended there")
    rest = orders.settle_export(intent=intent, sent=sale, made=made, at=now())
    if rest:
        channels.plan_intent(
            seller_id=order.seller_id, channel_id=store.id, kind="settle_total", subject_id=order.id,
            payload={"difference": str(-rest), "store_ref": made.store_ref, "our_ref": intent.our_ref}, at=now(),
        )  # fmt: skip


def refuse(intent: Intent, why: str) -> None:
    """A person has to mend it."""
    orders.fail_export(intent=intent, why=why, at=now())


def pursue_total(intent: Intent, store: Channel) -> None:
    """Put the rounding residue on one fee line; looked at first, so it is never added twice."""
    client = channels.client_for(store)
    call = client.spec.can["settle_total"]
    assert isinstance(call, Call)
    order = Order.objects.system().get(id=intent.subject_id)
    assert order.store_total is not None
    held = records.StoreOrder(
        store_ref=order.store_ref, number=order.store_ref, state="open", their_status="", total=order.store_total,
        currency=order.store_currency, our_ref=intent.payload["our_ref"],
    )  # fmt: skip
    subject = (held, Decimal(intent.payload["difference"]), intent.payload["our_ref"])
    made = find(client.spec, "settle_total", client.account, subject, client.send)
    if made is None:
        if intent.state == "unknown":
            channels.resend_intent(intent, at=now())
        channels.send_intent(intent, at=now())
        made = call.read(client.account, subject, client.send(call.build(client.account, subject)))
    channels.confirm_intent(intent, their_ref=made.store_ref, result={"total": str(made.total)}, at=now())
    Order.objects.system().filter(id=order.id).update(store_total=made.total)


def refuse_total(intent: Intent, why: str) -> None:
    """The totals differ, and the store does not let us say so: a person has to know."""
    channels.refuse_intent(intent, why=why, at=now())
    Order.objects.system().filter(id=intent.subject_id).update(failure=f"the store's total differs: {why}"[:2000])
