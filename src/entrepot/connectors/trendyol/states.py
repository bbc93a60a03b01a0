"""Trendyol's status words in ours (pages "Order statuses" and "Webhook model")."""

from __future__ import annotations

from entrepot.core.errors import MappingError

PACKAGE_STATES = {
    "Awaiting": "awaiting",
    "Approved": "awaiting",  # what old samples call Awaiting
    "Verified": "awaiting",  # listed without a meaning; it comes before Created
    "Created": "created",
    "Picking": "picking",
    "Invoiced": "invoiced",
    "Shipped": "shipped",
    "AtCollectionPoint": "at_pickup_point",
    "Delivered": "delivered",
    "UnDelivered": "undelivered",
    "Returned": "returned",
    "Cancelled": "cancelled",
    "UnSupplied": "unsupplied",
    "UnPacked": "superseded",  # split: other packages replaced it
}
LINE_STATES = PACKAGE_STATES
IGNORED_STATUSES = {"Repack": "a stale word of old pages, without a move of its own"}

UNPAID = frozenset({"Awaiting", "Approved"})

_PICKED = frozenset({"Picking", "Invoiced", "Shipped", "AtCollectionPoint", "Delivered", "UnDelivered", "Returned"})
_INVOICED = _PICKED - {"Picking"}
# Statuses that prove that a move of ours arrived.
PROOF = {"pick": _PICKED, "invoice": _INVOICED}

WEBHOOK_STATUSES = (
    "CREATED", "PICKING", "INVOICED", "SHIPPED", "CANCELLED", "DELIVERED", "UNDELIVERED", "RETURNED", "UNSUPPLIED",
    "AWAITING", "UNPACKED", "AT_COLLECTION_POINT", "VERIFIED",
)  # fmt: skip


def state_of(theirs: str, *, record: str, field: str) -> str:
    """Our name for their status.

    Raises:
        MappingError: a word that nobody declared. Guessing would lose a package.
    """
    try:
        return PACKAGE_STATES[theirs]
    except KeyError:
        raise MappingError(record, field, f"{theirs!r} is not known; known: {', '.join(PACKAGE_STATES)}") from None
