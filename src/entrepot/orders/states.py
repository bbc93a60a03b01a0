"""The life cycle of an order. The remote's words move packages and lines; the order's state is ours alone."""

from entrepot.core.states import Machine

ORDER = Machine(
    "order",
    start="new",
    ends="processed cancelled",
    moves=[
        # event        from                                                         to                      who
        ("edit",       "new edited awaiting_confirmation",                          "edited",               "seller"),
        ("hold",       "new edited",                                                "awaiting_confirmation", "hub seller"),
        ("approve",    "new edited awaiting_confirmation",                          "approved",             "seller hub"),
        ("queue",      "approved failed",                                           "queued",               "hub seller"),
        ("sync",       "queued failed",                                             "synced",               "hub"),
        ("fail",       "approved queued",                                           "failed",               "hub"),
        ("process",    "synced",                                                    "processed",            "hub store remote"),
        ("cancel",     "new edited awaiting_confirmation approved queued synced failed", "cancelled",       "seller remote store hub"),
    ],
)  # fmt: skip

# What a cancellation by the marketplace does, by the state of the intent to create the order in the store.
# Every cell of (order state × intent) has an action or a reason; docs/rules/order-life.md explains each.
CANCEL_ACTIONS = {
    "none": "nothing was planned in the store: cancel here, release the reservation",
    "planned": "drop the intent: nothing was sent; cancel here, release the reservation",
    "sent": "wait for the outcome of the call; then as confirmed or as refused",
    "unknown": "ask the store for our reference; found: cancel it there; not found: drop the intent",
    "confirmed": "cancel the order in the store; give back only what the store confirms",
    "refused": "the store never took it: cancel here, release the reservation",
    "dropped": "nothing was sent: cancel here, release the reservation",
}
