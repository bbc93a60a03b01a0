"""The life cycle of an order. The remote's words move packages and lines; the order's state is ours alone."""

from __future__ import annotations

from collections.abc import Mapping

from entrepot.core.states import Machine

ORDER = Machine(
    "order",
    start="new",
    ends="processed cancelled",
    moves=[
        # event     from                                          to                       who may say so
        ("edit",    "new edited awaiting_confirmation failed",    "edited",                "seller"),
        ("hold",    "new edited",                                 "awaiting_confirmation", "hub seller"),
        ("approve", "new edited awaiting_confirmation",           "approved",              "seller hub"),
        ("queue",   "approved failed",                            "queued",                "hub seller"),
        ("sync",    "queued failed",                              "synced",                "hub"),
        ("fail",    "approved queued",                            "failed",                "hub"),
        ("process", "synced",                                     "processed",             "hub store remote"),
        ("cancel",  "new edited awaiting_confirmation approved queued synced failed", "cancelled",
                                                                                           "seller remote store hub"),
    ],
)  # fmt: skip

# What a person may have to know of an order, by kind, the gravest first.
TROUBLES: Mapping[str, str] = {
    "undone": "the store's owner no longer wants it",
    "push": "the store did not take it, or not all of it",
    "held": "something began to hold it after it was approved",
    "cancel": "the marketplace cancelled it, and the store did not follow",
    "late": "what was told of it since differs from the store's order",
    "part": "the marketplace cancelled pieces that the store's order still has",
    "total": "the store's total differs, and it does not let us say so",
    "waybills": "the store's order does not carry the waybill",
}

# The states of the intent to create the order in the store; ``none``: there is no intent yet.
INTENTS = ("none", "planned", "sent", "unknown", "confirmed", "refused", "dropped")

# What is done when the marketplace cancels the whole of an order.
CANCEL_ACTIONS: Mapping[str, str] = {
    "end": "the store never had it: cancel here, release the reservation",
    "drop": "nothing was sent: drop the intent, cancel here, release the reservation",
    "wait": "the outcome of the call is open: ask the store first, then cancel there or end here",
    "compensate": "the store has it: cancel it there; give back only what the store confirms",
    "person": "the store has shipped it: nothing is undone by itself, the order says so and a person decides",
    "nothing": "it is cancelled already: news of it changes nothing",
    "impossible": "cannot be: the order says so and a person looks, nothing is released or given back",
}

_NO_INTENT = "an intent is planned when the order is approved, not before"
_IN_ONE = "approving queues or fails the order in the same transaction: nobody else sees it approved with an intent"
_SETTLED = "the store's yes and 'synced' are one transaction"
_REFUSED = "the store's no and 'failed' are one transaction"
_DROPPED = "dropping the intent and cancelling the order are one transaction"
_QUEUED = "being queued and having an open intent are one transaction"

# Order state × intent → (action, why it cannot be otherwise). A cell has one or the other;
# docs/rules/order-life.md explains the actions, and a test goes through every cell.
CANCEL: Mapping[str, Mapping[str, tuple[str, str]]] = {
    state: dict(zip(INTENTS, cells, strict=True))
    for state, cells in {
        "new": [("end", ""), *[("impossible", _NO_INTENT)] * 6],
        "edited": [
            ("end", ""), *[("impossible", _NO_INTENT)] * 4,
            ("end", ""),  # mended after the store had refused it
            ("impossible", _DROPPED),
        ],
        "awaiting_confirmation": [
            ("end", ""), *[("impossible", _NO_INTENT)] * 4,
            ("end", ""),  # mended after the store had refused it, then held
            ("impossible", _DROPPED),
        ],
        "approved": [("end", ""), *[("impossible", _IN_ONE)] * 4, ("end", ""), ("impossible", _DROPPED)],
        "queued": [
            ("impossible", _QUEUED), ("drop", ""), ("wait", ""), ("wait", ""), ("impossible", _SETTLED),
            ("impossible", _REFUSED), ("impossible", _DROPPED),
        ],
        "synced": [
            *[("impossible", _SETTLED)] * 4, ("compensate", ""), ("impossible", _SETTLED), ("impossible", _SETTLED),
        ],
        "processed": [
            *[("impossible", _SETTLED)] * 4, ("person", ""), ("impossible", _SETTLED), ("impossible", _SETTLED),
        ],
        "failed": [
            ("end", ""),  # there was no store to push to
            *[("impossible", _QUEUED)] * 3,
            ("compensate", ""),  # the store has it without goods that it no longer knows
            ("end", ""), ("impossible", _DROPPED),
        ],
        "cancelled": [("nothing", "")] * 7,
    }.items()
}  # fmt: skip
