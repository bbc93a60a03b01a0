"""Where the tree does not keep a rule yet, or is allowed not to. Lists may only shrink; tests refuse stale lines."""

from __future__ import annotations

# File: what it imports of other domains beyond services, queries and states. WHY says why of each.
INSIDES = {
    "catalog/admin/mappings.py": "channels.models.Taxon",
    "catalog/api/suggestions.py": "channels.models.Taxon",
    "catalog/queries.py": "channels.models.Taxon",
    "catalog/services/mapping.py": "channels.models.Taxon",
    "catalog/services/vanish.py": "channels.models.Binding",
    "demo/cast.py": "accounts.models.Seller channels.models.Channel channels.models.Storefront",
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
    "egress/services/batches.py": "channels.models.Storefront",
    "egress/services/content.py": "channels.models.Storefront listings.models.Listing",
    "egress/services/intents.py": "channels.models.Channel channels.models.Intent",
    "egress/services/labels.py": "channels.models.Channel channels.models.Intent fulfilment.models.Package",
    "egress/services/levels.py": "catalog.models.Variant listings.models.Listing",
    "egress/services/offers.py": "channels.models.Storefront",
    "egress/services/packages.py": "channels.models.Channel channels.models.Intent",
    "egress/services/polls.py": "channels.models.Storefront",
    "egress/services/store_cancel.py": "channels.models.Channel channels.models.Intent orders.models.Order",
    "egress/services/store_order.py": "channels.models.Channel channels.models.Intent orders.models.Order",
    "fulfilment/admin.py": "channels.models.Intent",
    "fulfilment/api.py": "channels.models.Intent",
    "fulfilment/services/apply.py": "orders.models.Order",
    "fulfilment/services/labels.py": (
        "channels.models.Channel channels.models.Intent documents.labels.LabelFacts "
        "documents.labels.label_pdf orders.models.Party"
    ),
    "fulfilment/services/moves.py": "channels.models.Intent orders.models.Order",
    "ingress/api.py": "channels.models.Channel",
    "ingress/services/aside.py": "channels.models.Channel",
    "ingress/services/connect.py": "catalog.models.Variant channels.models.Channel channels.models.Storefront",
    "ingress/services/feeds.py": "channels.models.Channel channels.models.Storefront",
    "ingress/services/pages.py": "channels.models.Channel",
    "ingress/services/pull.py": "channels.models.Channel",
    "ingress/services/receipts.py": "channels.models.Channel",
    "ingress/services/replay.py": "channels.models.Channel",
    "ingress/services/sheet.py": "catalog.models.Variant channels.models.Taxon",
    "ingress/services/subscribe.py": "channels.models.Channel",
    "ingress/services/vocabulary.py": "catalog.models.Product channels.models.Channel channels.models.Taxon",
    "ingress/services/webhook.py": "channels.models.Channel",
    "inventory/admin.py": "channels.models.Storefront",
    "inventory/api.py": "catalog.models.Variant channels.models.Storefront",
    "inventory/queries.py": "catalog.models.Component",
    "inventory/services/readings.py": "catalog.models.Variant",
    "listings/services/complete.py": "catalog.models.Variant pricing.models.Price",
    "listings/services/content.py": "catalog.models.Variant",
    "listings/services/make.py": "catalog.models.Variant channels.models.Storefront",
    "orders/services/cancel.py": "channels.models.Intent",
    "orders/services/export.py": "channels.models.Channel channels.models.Intent",
    "orders/services/hold.py": "channels.models.Storefront",
    "orders/services/intake.py": "channels.models.Channel channels.models.Storefront",
    "orders/services/review.py": "catalog.models.Variant channels.models.Channel",
    "pricing/admin.py": "channels.models.Storefront",
    "pricing/api.py": "channels.models.Storefront",
    "pricing/services.py": "catalog.models.Variant channels.models.Storefront",
}

WHY = {
    "accounts.models.Seller": "the demo makes its own seller",
    "catalog.models.Component": "the parts of a kit have no query yet",
    "catalog.models.Product": "what the report counts has no query yet",
    "catalog.models.Variant": "variants travel between services as rows, not yet as frozen records",
    "channels.models.Binding": "who is bound to what has no query for a whole channel yet",
    "channels.models.CallLog": "the demo reports the calls it made",
    "channels.models.Channel": "a channel travels between services as a row, not yet as a frozen record",
    "channels.models.Intent": "an intent travels between services as a row, not yet as a frozen record",
    "channels.models.Storefront": "a storefront travels between services as a row, not yet as a frozen record",
    "channels.models.Taxon": "a marketplace's words travel as rows, not yet as frozen records",
    "documents.labels.LabelFacts": "drawing a label is no service yet",
    "documents.labels.label_pdf": "drawing a label is no service yet",
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
    "orders.models.Party": "the address on a label has no query yet",
    "pricing.models.Price": "a price travels as a row with its explanation",
}

# Modules that may call system(), the door to every seller's rows.
EVERY_SELLER = {
    "catalog/queries.py": "workers ask for variants by id, of whichever seller a listing belongs to",
    "catalog/services/apply.py": "a page of one channel is written in bulk; seller_id comes from its channel",
    "catalog/services/edit.py": "bulk writes of rows that for_seller found just before",
    "catalog/services/mapping.py": "an upsert under the seller_id that it was given",
    "channels/queries.py": "drainers look for live channels of all sellers",
    "channels/services/access.py": "a worker notes how the remote answered a channel it was given",
    "channels/services/bind.py": "bindings are written in bulk for one channel",
    "channels/services/channel.py": "a worker moves a channel that a check or pull was about",
    "channels/services/doubt.py": "after a restore the intents of all sellers are unknown",
    "channels/services/intents.py": "planned in bulk and pursued by workers, whoever's they are",
    "channels/services/vault.py": "new keys are for the secrets of every seller",
    "demo/judge.py": "the demo has one seller and counts everything",
    "demo/report.py": "the demo has one seller and counts everything",
    "demo/steps.py": "the demo has one seller and counts everything",
    "egress/services/batches.py": "a drainer works for every seller, with fair shares between them",
    "egress/services/content.py": "a drainer works for every seller, with fair shares between them",
    "egress/services/intents.py": "a drainer works for every seller, with fair shares between them",
    "egress/services/labels.py": "a drainer works for every seller, with fair shares between them",
    "egress/services/levels.py": "a drainer works for every seller, with fair shares between them",
    "egress/services/offers.py": "a drainer works for every seller, with fair shares between them",
    "egress/services/polls.py": "a drainer works for every seller, with fair shares between them",
    "egress/services/store_cancel.py": "a drainer works for every seller, with fair shares between them",
    "egress/services/store_order.py": "a drainer works for every seller, with fair shares between them",
    "fulfilment/services/apply.py": "packages of an order that a channel told us of",
    "fulfilment/services/labels.py": "a drainer keeps labels that any seller asked for",
    "fulfilment/services/moves.py": "the outcome of an intent, whoever's it is",
    "ingress/services/connect.py": "channels of every seller are pulled and heard by the same workers",
    "ingress/services/feeds.py": "channels of every seller are pulled and heard by the same workers",
    "ingress/services/pages.py": "channels of every seller are pulled and heard by the same workers",
    "ingress/services/pull.py": "channels of every seller are pulled and heard by the same workers",
    "ingress/services/receipts.py": "channels of every seller are pulled and heard by the same workers",
    "ingress/services/replay.py": "channels of every seller are pulled and heard by the same workers",
    "ingress/services/subscribe.py": "channels of every seller are pulled and heard by the same workers",
    "ingress/services/webhook.py": "channels of every seller are pulled and heard by the same workers",
    "inventory/queries.py": "availability of given variants, asked by workers",
    "inventory/services/promises.py": "promises follow orders of every seller",
    "inventory/services/readings.py": "readings of one channel, for variants found by its seller",
    "listings/queries.py": "drainers ask which storefronts and listings are due",
    "listings/services/content.py": "levels and content are computed for every seller's listings in sets",
    "listings/services/make.py": "levels and content are computed for every seller's listings in sets",
    "listings/services/observe.py": "levels and content are computed for every seller's listings in sets",
    "listings/services/settle.py": "levels and content are computed for every seller's listings in sets",
    "orders/services/cancel.py": "an order that the channel or the store cancelled",
    "orders/services/export.py": "the outcome of the intent to create it in the store",
    "orders/services/hold.py": "an order just taken in, whoever's it is",
    "orders/services/intake.py": "orders are written under the seller of their channel",
    "orders/services/review.py": "bulk writes of rows that for_seller found just before",
    "pricing/queries.py": "prices of given variants, asked by workers",
    "pricing/services.py": "prices are computed for every seller's listings in sets",
}

# File: tables of other packages that its SQL names.
FOREIGN_SQL = {
    "inventory/migrations/0002_available.py": {
        "catalog_component": "a kit's availability is the minimum over its parts",
    },
    "inventory/services/promises.py": {
        "catalog_component": "a kit's availability is the minimum over its parts",
    },
    "listings/services/levels.py": {
        "catalog_product": "desired levels of a thousand listings are one statement over these",
        "catalog_variant": "desired levels of a thousand listings are one statement over these",
        "channels_channel": "desired levels of a thousand listings are one statement over these",
        "channels_storefront": "desired levels of a thousand listings are one statement over these",
        "inventory_buffer": "desired levels of a thousand listings are one statement over these",
        "pricing_price": "desired levels of a thousand listings are one statement over these",
    },
}

LONG_TESTS = {
    "tests/sandbox/test_trendyol_orders.py": "seven lines over: to be split by what the buyer does",
}
