"""The life cycle of a product: what a pull brought, what a person changed, and what may travel."""

from entrepot.core.states import Machine

PRODUCT = Machine(
    "product",
    start="new",
    ends="",  # a person takes back what a person decided
    moves=[
        # event     from                                        to                   who may say so
        ("edit",    "new edited rejected",                      "edited",            "seller hub"),
        ("submit",  "new edited changed rejected",              "awaiting_approval", "seller"),
        ("approve", "new edited awaiting_approval changed rejected", "approved",     "seller hub"),
        ("change",  "approved changed",                         "changed",           "seller store hub"),
        ("reject",  "new edited awaiting_approval approved changed", "rejected",     "seller hub"),
        ("archive", "new edited awaiting_approval approved changed rejected", "archived", "seller"),
        ("restore", "archived",                                 "edited",            "seller"),
    ],
)  # fmt: skip
