"""The states a connector may translate into. ``fulfilment.states`` holds the machine; a test keeps both equal."""

PACKAGE_STATES = frozenset(
    [
        "awaiting",
        "created",
        "picking",
        "invoiced",
        "shipped",
        "at_pickup_point",
        "delivered",
        "undelivered",
        "returned",
        "unsupplied",
        "cancelled",
        "superseded",
    ]
)
LISTING_STATES = frozenset(["live", "pending", "refused", "closed", "locked"])
STORE_ORDER_STATES = frozenset(["open", "fulfilled", "cancelled", "refunded"])
PACKAGE_EVENTS = frozenset(["pick", "invoice", "unsupply", "split", "hand_over"])
