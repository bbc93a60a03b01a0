"""The life cycle of one request to a channel."""

from entrepot.core.states import Machine

PUSH_BATCH = Machine(
    "push_batch",
    start="planned",
    ends="settled failed",
    moves=[
        # event     from                       to           who may say so
        ("submit",  "planned",                 "submitted", "hub"),
        ("poll",    "submitted",               "polling",   "hub"),
        ("lose",    "planned submitted polling", "unknown", "hub"),
        ("settle",  "planned submitted polling unknown", "settled", "hub remote"),
        ("fail",    "planned unknown",         "failed",    "hub remote"),
    ],
)  # fmt: skip
