"""The life cycle of a listing's content on a storefront. Its stock and price are levels, not states."""

from entrepot.core.states import Machine

LISTING = Machine(
    "listing",
    start="draft",
    ends="",  # a person takes back what a person decided
    moves=[
        # event      from                          to           who may say so
        ("queue",    "draft failed update closed", "queued",    "seller hub"),
        ("submit",   "queued",                     "submitted", "hub"),
        ("requeue",  "submitted",                  "queued",    "hub"),  # nothing was taken
        ("go_live",  "submitted queued failed",    "live",      "remote hub"),
        ("fail",     "submitted queued",           "failed",    "remote hub"),
        ("edit",     "live",                       "update",    "seller hub"),
        ("restore",  "update",                     "live",      "seller hub"),
        ("adopt",    "draft",                      "live",      "hub"),
        ("refuse",   "live update",                "failed",    "remote"),  # a change of what stays on sale as it was
        ("withdraw", "live update failed",         "closed",    "remote"),  # by hand, in the marketplace's own panel
        ("resume",   "closed",                     "live",      "remote"),
        ("close",    "live update failed queued submitted", "closing", "seller store hub"),
        ("finish",   "closing",                    "closed",    "remote hub"),
        ("deny",     "draft closed",               "denied",    "seller"),  # what is on sale is closed first
        ("allow",    "denied",                     "draft",     "seller"),
    ],
)  # fmt: skip

LANES = ("stock", "price")
