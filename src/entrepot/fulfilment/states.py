"""The life cycle of a package: what one waybill covers."""

from entrepot.core.states import Machine

PACKAGE = Machine(
    "package",
    start="awaiting",
    ends="delivered returned unsupplied cancelled superseded",
    moves=[
        # event       from                                       to                 who may say so
        ("confirm",   "awaiting",                                "created",         "remote"),
        ("pick",      "created",                                 "picking",         "seller store remote hub"),
        ("invoice",   "picking",                                 "invoiced",        "seller store remote hub"),
        ("hand_over", "created picking invoiced",                "shipped",         "carrier remote store"),
        ("arrive",    "shipped",                                 "at_pickup_point", "carrier remote"),
        ("deliver",   "shipped at_pickup_point",                 "delivered",       "carrier remote"),
        ("fail",      "shipped at_pickup_point",                 "undelivered",     "carrier remote"),
        ("return",    "undelivered shipped at_pickup_point",     "returned",        "carrier remote"),
        ("unsupply",  "created picking invoiced",                "unsupplied",      "seller remote"),
        ("cancel",    "awaiting created picking invoiced",       "cancelled",       "remote"),
        ("supersede", "awaiting created picking invoiced",       "superseded",      "remote"),
    ],
)  # fmt: skip
