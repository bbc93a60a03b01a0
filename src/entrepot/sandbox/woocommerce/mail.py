"""The mails that the shop would send; each is in the ledger as ``mail.sent`` and goes nowhere else."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .state import Row, Store

UNREACHABLE = (".invalid",)  # RFC 2606: never a mailbox
NO_MAILBOX = {"noreply", "no-reply", "no-mail", "nomail", "donotreply", "do-not-reply"}
OPEN = {"pending", "failed"}
TO_BUYER = {
    # status reached → (mail, states it is sent from; None: from any)
    "on-hold": ("customer_on_hold_order", {"pending", "failed", "cancelled"}),
    "processing": ("customer_processing_order", {"pending", "failed", "cancelled", "on-hold"}),
    "completed": ("customer_completed_order", None),
    "cancelled": ("customer_cancelled_order", {"processing", "on-hold"}),
    "failed": ("customer_failed_order", {"pending", "on-hold"}),
}


def on_status(store: Store, order: Row, old: str, new: str) -> None:
    """The mails of one change of status."""
    mail = TO_BUYER.get(new)
    if mail is not None and (mail[1] is None or old in mail[1]):
        to_buyer(store, order, mail[0])
    if old in OPEN | {"cancelled"} and new in {"processing", "completed", "on-hold"}:
        _sent(store, order, "new_order", "shop", store.settings.admin_email)
    if new == "cancelled" and old in {"processing", "on-hold"}:
        _sent(store, order, "cancelled_order", "shop", store.settings.admin_email)


def to_buyer(store: Store, order: Row, kind: str) -> None:
    """One mail to the billing address; none when there is no address, and ``mail.undeliverable`` without a mailbox."""
    address = order["billing"].get("email") or ""
    if not address:
        return
    name, _, host = address.partition("@")
    if host.lower().endswith(UNREACHABLE) or name.lower() in NO_MAILBOX:
        store.ledger.write("mail.undeliverable", to=address, mail=kind, order_id=order["id"])
        return
    _sent(store, order, kind, "buyer", address)


def _sent(store: Store, order: Row, kind: str, audience: str, address: str) -> None:
    store.ledger.write("mail.sent", to=address, mail=kind, audience=audience, order_id=order["id"])
