"""Life cycles of a channel and of an intent."""

from entrepot.core.states import Machine

CHANNEL = Machine(
    "channel",
    start="draft",
    ends="retired",
    moves=[
        # event          from                                     to           who may say so
        ("check",        "draft",                                 "checked",   "hub seller"),
        ("match",        "checked",                               "matched",   "hub seller"),
        ("go_live",      "matched",                               "live",      "seller"),
        ("lose_access",  "live",                                  "locked_out", "hub remote"),
        ("regain",       "locked_out",                            "live",      "hub seller"),
        ("retire",       "draft checked matched live locked_out", "retired",   "seller"),
    ],
)  # fmt: skip

INTENT = Machine(
    "intent",
    start="planned",
    ends="confirmed refused dropped",
    moves=[
        # event      from               to           who may say so
        ("send",     "planned",         "sent",      "hub"),
        ("lose",     "sent",            "unknown",   "hub"),
        ("resend",   "unknown",         "planned",   "hub"),  # asked, and the remote does not have it
        ("confirm",  "sent unknown planned", "confirmed", "hub"),
        ("refuse",   "sent unknown planned", "refused",   "hub remote"),
        ("drop",     "planned",         "dropped",   "hub seller"),
    ],
)  # fmt: skip
