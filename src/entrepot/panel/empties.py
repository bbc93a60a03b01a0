"""What a list without rows says: how its first row comes about."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

_CONNECT = _("Connect a store first: Channels, Connect WooCommerce. Its next pull brings them.")
_LIST = _("Approve products and open a storefront: what can be offered there appears here.")
_MARKET = _("Connect a marketplace and let it go live: its orders are pulled from then on.")
_CALLED = _("Nothing was asked of a remote yet. Connect a channel and check its rights.")
_PUSHED = _("Nothing was sent to a marketplace yet. The first push waits for a person on the channel’s page.")
_GOOD = _("Good news: nothing to do here.")
_NEWS = _("It fills by itself as the hub works: pull a store’s products or a marketplace’s orders.")

# app_model → what to do to get the first row
EMPTY = {
    "catalog_product": _CONNECT, "catalog_variant": _CONNECT, "inventory_stocklevel": _CONNECT,
    "pricing_baseprice": _CONNECT,
    "catalog_mapping": _("Map a word of yours to one of a marketplace, or import a sheet of them."),
    "channels_taxon": _("Press “Learn their words” on the page of a marketplace’s channel."),
    "catalog_component": _("Goods become a kit on the page of their variant: What it is made of."),
    "catalog_fieldowner": _("Edit a cell of a product: from then on the hub owns that field."),
    "channels_channel": _("Connect a store or a marketplace with the buttons above."),
    "channels_storefront": _("Open one on the page of a marketplace’s channel."),
    "channels_subscription": _("Press “Turn webhooks on” on the page of a channel."),
    "ingress_hookwatch": _("Press “Turn webhooks on” on the page of a channel."), "ingress_hookincident": _GOOD,
    "channels_binding": _NEWS, "channels_calllog": _CALLED,
    "listings_listing": _LIST, "listings_listinglevel": _LIST,
    "egress_pushbatch": _PUSHED, "egress_pushitem": _PUSHED,
    "inventory_reservation": _("An order that is approved reserves its pieces here."),
    "inventory_shortage": _GOOD,
    "inventory_buffer": _("Hold pieces or a share of your stock back with the button above."),
    "pricing_pricerule": _("Set a rule for a storefront with the button above."),
    "pricing_fxrate": _("An operator loads them: the ECB’s XML, or a sheet."),
    "pricing_price": _("Set a price rule for an open storefront: prices are computed from it."),
    "orders_order": _MARKET, "fulfilment_package": _MARKET,
    "documents_document": _("Make a label on a package’s page."), "channels_intent": _NEWS,
    "ingress_setaside": _GOOD, "ingress_driftseen": _GOOD,
    "ingress_feed": _("Connect a channel: what is pulled from it, and how often, stands here."),
    "ingress_receipt": _MARKET, "events_statechange": _NEWS, "events_event": _NEWS, "events_parkedevent": _GOOD,
    "events_eventcursor": _NEWS, "events_dirty": _GOOD,
    "jobs_drainerhealth": _("No worker runs. Start one: entrepot up."),
    "accounts_apikey": _("Make a key with the button above."),
}  # fmt: skip
