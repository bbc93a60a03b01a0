"""Every queue that a worker empties, by dotted name; each has a lane, or the worker does not start."""

DRAINERS = (
    "entrepot.ingress.tasks.FEEDS",
    "entrepot.ingress.tasks.PASSES",
    "entrepot.ingress.tasks.RECEIPTS",
    "entrepot.egress.tasks.STOCK",
    "entrepot.egress.tasks.PRICE",
    "entrepot.egress.tasks.CONTENT",
    "entrepot.egress.tasks.OFFERS",
    "entrepot.egress.tasks.LISTINGS",
    "entrepot.egress.tasks.POLLS",
    "entrepot.egress.tasks.INTENTS",
)
