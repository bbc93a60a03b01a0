"""Where the tree does not keep a rule yet, or is allowed not to. Lists may only shrink; tests refuse stale lines."""

from __future__ import annotations

# File: what it imports of other domains beyond services, queries and states. WHY says why of each.
INSIDES = {
    "catalog/admin/mappings.py": "channels.models.Taxon",
    "catalog/api/suggestions.py": "channels.models.Taxon",
    "catalog/queries.py": "channels.models.Taxon",
    "catalog/services/mapping.py": "channels.models.Taxon",
    "demo/judge.py": "listings.models.ListingLevel orders.models.Order",
    "demo/report.py": (
        "catalog.models.Product catalog.models.Variant channels.models.CallLog egress.models.PushBatch "
        "fulfilment.models.Package ingress.models.SetAside listings.models.Listing orders.models.Order"
    ),
    "demo/steps.py": (
        "catalog.models.Product catalog.models.Variant channels.models.Channel channels.models.Intent "
        "egress.models.PushBatch events.models.Dirty fulfilment.models.Package ingress.models.Feed "
        "ingress.models.Receipt listings.models.Listing listings.models.ListingLevel orders.models.Order"
    ),
    "demo/walk.py": "events.dispatcher.run_dispatcher jobs.worker.run_worker",
    "ingress/services/apply.py": "channels.models.Channel",
    "ingress/services/sheet.py": "catalog.models.Variant channels.models.Taxon",
    "ingress/services/vocabulary.py": "catalog.models.Product channels.models.Channel channels.models.Taxon",
}

WHY = {
    "catalog.models.Product": "what the report counts has no query yet",
    "catalog.models.Variant": "variants travel between services as rows, not yet as frozen records",
    "channels.models.CallLog": "the demo reports the calls it made",
    "channels.models.Channel": "a channel travels between services as a row, not yet as a frozen record",
    "channels.models.Intent": "an intent travels between services as a row, not yet as a frozen record",
    "channels.models.Taxon": "a marketplace's words travel as rows, not yet as frozen records",
    "egress.models.PushBatch": "the demo waits until nothing is in flight",
    "events.dispatcher.run_dispatcher": "the demo runs every process in one",
    "events.models.Dirty": "the demo waits until no mark is left",
    "fulfilment.models.Package": "a package travels to the label's request as a row",
    "ingress.models.Feed": "the demo waits until every feed was pulled",
    "ingress.models.Receipt": "the demo waits until every receipt was applied",
    "ingress.models.SetAside": "the demo reports what was set aside",
    "jobs.worker.run_worker": "the demo runs every process in one",
    "listings.models.Listing": "a listing travels to the request as a row, not yet as a frozen record",
    "listings.models.ListingLevel": "the demo compares levels with the remotes' ledgers",
    "orders.models.Order": "an order travels between services as a row, not yet as a frozen record",
}

# Modules that may call system(), the door to every seller's rows.
EVERY_SELLER = {
    "catalog/queries.py": "workers ask for variants by id, of whichever seller a listing belongs to",
    "catalog/services/categories.py": "categories of one channel are written in bulk under its seller",
    "catalog/services/edit.py": "bulk writes of rows that for_seller found just before",
    "catalog/services/mapping.py": "an upsert under the seller_id that it was given",
    "catalog/services/owners.py": "rows of one seller are written in bulk under the seller_id given",
    "channels/queries.py": "workers ask for channels and storefronts by id, of whichever seller",
    "channels/services/access.py": "a worker notes how the remote answered a channel it was given",
    "channels/services/channel.py": "a worker moves a channel that a check or pull was about",
    "channels/services/doubt.py": "after a restore the intents of all sellers are unknown",
    "channels/services/intents.py": "planned in bulk and pursued by workers, whoever's they are",
    "channels/services/vault.py": "new keys are for the secrets of every seller",
    "demo/judge.py": "the demo has one seller and counts everything",
    "demo/report.py": ("the demo has one seller and counts everything"),
    "demo/steps.py": ("the demo has one seller and counts everything"),
    "egress/services/batches.py": "a drainer works for every seller, with fair shares between them",
    "egress/services/content.py": "a drainer works for every seller, with fair shares between them",
    "egress/services/offers.py": "a drainer works for every seller, with fair shares between them",
    "fulfilment/queries.py": "the demo counts packages of every seller",
    "fulfilment/services/apply.py": "packages of an order that a channel told us of",
    "fulfilment/services/give_up.py": "packages of an order that for_seller found just before",
    "fulfilment/services/labels.py": "a drainer keeps labels that any seller asked for",
    "fulfilment/services/moves.py": "the outcome of an intent, whoever's it is",
    "ingress/services/apply.py": "channels of every seller are pulled and heard by the same workers",
    "ingress/services/aside.py": "channels of every seller are pulled and heard by the same workers",
    "ingress/services/feeds.py": "channels of every seller are pulled and heard by the same workers",
    "ingress/services/pull.py": "channels of every seller are pulled and heard by the same workers",
    "ingress/services/replay.py": "channels of every seller are pulled and heard by the same workers",
    "ingress/services/subscribe.py": "channels of every seller are pulled and heard by the same workers",
    "inventory/services/buffers.py": "an upsert under the seller_id that it was given",
    "listings/queries.py": "drainers ask which storefronts and listings are due",
    "listings/services/adopt.py": "levels and content are computed for every seller's listings in sets",
    "listings/services/content.py": "levels and content are computed for every seller's listings in sets",
    "listings/services/make.py": "levels and content are computed for every seller's listings in sets",
    "listings/services/observe.py": "levels and content are computed for every seller's listings in sets",
    "listings/services/sending.py": "levels and content are computed for every seller's listings in sets",
    "listings/services/verdicts.py": "levels and content are computed for every seller's listings in sets",
    "listings/services/withdrawn.py": "levels and content are computed for every seller's listings in sets",
    "listings/services/settle.py": "levels and content are computed for every seller's listings in sets",
    "orders/services/cancel.py": "an order that the channel or the store cancelled",
    "orders/services/cancel_there.py": "an order that the channel or the store cancelled",
    "orders/services/entry.py": "orders are written under the seller of their channel",
    "orders/services/export.py": "the outcome of the intent to create it in the store",
    "orders/services/follow.py": "orders that for_seller found just before",
    "orders/services/lowering.py": "the outcome of an intent, whoever's order it is about",
    "orders/queries.py": "workers ask for the order that an intent is about",
    "orders/services/review.py": "bulk writes of rows that for_seller found just before",
    "orders/services/sale.py": "the rows of orders that their caller holds",
    "orders/services/settle.py": "the outcome of an intent, whoever's order it is about",
    "pricing/queries.py": "prices of given variants, asked by workers",
    "pricing/services/compute.py": "prices are computed for every seller's listings in sets",
    "pricing/services/rule.py": "prices are computed for every seller's listings in sets",
}

# Tests above 400 lines.
LONG_TESTS = {}
