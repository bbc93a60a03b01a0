"""The groups of the side bar."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.http import HttpRequest
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from entrepot.web.admin import OWNERS, actor_of

# group → (words, model, icon, for operators only)
_GROUPS: list[tuple[Any, list[tuple[Any, str, str, bool]]]] = [
    (_("Catalogue"), [
        (_("Products"), "catalog_product", "inventory_2", False),
        (_("Variants"), "catalog_variant", "style", False),
        (_("Mappings"), "catalog_mapping", "translate", False),
        (_("Their words"), "channels_taxon", "menu_book", False),
        (_("Kits"), "catalog_component", "widgets", False),
        (_("Field owners"), "catalog_fieldowner", "rule", False),
    ]),
    (_("Channels"), [
        (_("Channels"), "channels_channel", "hub", False),
        (_("Storefronts"), "channels_storefront", "storefront", False),
        (_("Webhooks"), "channels_subscription", "webhook", False),
        (_("How webhooks come"), "ingress_hookwatch", "hearing", False),
        (_("Gaps of webhooks"), "ingress_hookincident", "hearing_disabled", False),
        (_("Bindings"), "channels_binding", "link", False),
        (_("Call log"), "channels_calllog", "call_made", False),
    ]),
    (_("Listings"), [
        (_("Listings"), "listings_listing", "sell", False),
        (_("Levels"), "listings_listinglevel", "stacked_line_chart", False),
        (_("Batches"), "egress_pushbatch", "outbox", False),
        (_("Items of batches"), "egress_pushitem", "list_alt", False),
    ]),
    (_("Stock & prices"), [
        (_("Stock"), "inventory_stocklevel", "warehouse", False),
        (_("Reservations"), "inventory_reservation", "bookmark", False),
        (_("Shortages"), "inventory_shortage", "production_quantity_limits", False),
        (_("Buffers"), "inventory_buffer", "shield", False),
        (_("Base prices"), "pricing_baseprice", "payments", False),
        (_("Price rules"), "pricing_pricerule", "calculate", False),
        (_("Exchange rates"), "pricing_fxrate", "currency_exchange", False),
        (_("Prices"), "pricing_price", "price_check", False),
    ]),
    (_("Orders"), [
        (_("Orders"), "orders_order", "shopping_cart", False),
        (_("Packages"), "fulfilment_package", "package_2", False),
        (_("Documents"), "documents_document", "description", False),
        (_("Intents"), "channels_intent", "send", False),
    ]),
    (_("Operations"), [
        (_("Set aside"), "ingress_setaside", "rule_folder", False),
        (_("Drift"), "ingress_driftseen", "alt_route", False),
        (_("Feeds"), "ingress_feed", "sync", False),
        (_("Receipts"), "ingress_receipt", "inbox", False),
        (_("Runs"), "jobs_run", "directions_run", False),
        (_("State changes"), "events_statechange", "history", False),
        (_("Events"), "events_event", "bolt", False),
        (_("Parked events"), "events_parkedevent", "report", True),
        (_("Cursors"), "events_eventcursor", "flag", True),
        (_("Marks"), "events_dirty", "water_drop", True),
        (_("Drainers"), "jobs_drainerhealth", "monitor_heart", True),
    ]),
    (_("Settings"), [
        (_("Sellers"), "accounts_seller", "store", False),
        (_("People"), "accounts_user", "group", False),
        (_("API keys"), "accounts_apikey", "key", False),
        (_("Audit"), "audit_auditentry", "policy", False),
    ]),
]  # fmt: skip

_FOR_OWNERS = {"audit_auditentry"}  # and for operators
# app_model → one of its rows
ONE = {
    "catalog_product": _("product"), "catalog_variant": _("variant"), "catalog_mapping": _("mapping"),
    "channels_taxon": _("word of theirs"), "catalog_component": _("part of a kit"),
    "catalog_fieldowner": _("field owner"), "channels_channel": _("channel"),
    "channels_storefront": _("storefront"), "channels_subscription": _("webhook"), "channels_binding": _("binding"),
    "channels_calllog": _("call"), "listings_listing": _("listing"), "listings_listinglevel": _("level"),
    "egress_pushbatch": _("batch"), "egress_pushitem": _("item of a batch"), "inventory_stocklevel": _("stock"),
    "inventory_reservation": _("reservation"), "inventory_shortage": _("shortage"), "inventory_buffer": _("buffer"),
    "pricing_baseprice": _("base price"), "pricing_pricerule": _("price rule"), "pricing_fxrate": _("exchange rate"),
    "pricing_price": _("price"), "orders_order": _("order"), "fulfilment_package": _("package"),
    "documents_document": _("document"), "channels_intent": _("intent"), "ingress_setaside": _("set aside"),
    "ingress_driftseen": _("drift"), "ingress_feed": _("feed"), "ingress_receipt": _("receipt"),
    "ingress_hookwatch": _("kind of webhook"), "ingress_hookincident": _("gap of webhooks"),
    "jobs_run": _("run"), "events_statechange": _("state change"), "events_event": _("event"),
    "events_parkedevent": _("parked event"), "events_eventcursor": _("cursor"), "events_dirty": _("mark"),
    "jobs_drainerhealth": _("drainer"), "accounts_seller": _("seller"), "accounts_user": _("person"),
    "accounts_apikey": _("API key"), "audit_auditentry": _("audit entry"),
}  # fmt: skip
# app_model → its words
NAMES = {name: words for _, pages in _GROUPS for words, name, _, _ in pages}
# app → the group that most of its pages are in
_PLACES = Counter((page[1].partition("_")[0], i) for i, (_, pages) in enumerate(_GROUPS) for page in pages)
GROUP_OF = {app: _GROUPS[i][0] for (app, i), _ in reversed(_PLACES.most_common())}


def navigation(request: HttpRequest) -> list[dict[str, Any]]:
    """Groups with the pages that this actor may open."""
    actor = actor_of(request)
    is_operator = actor.seller_ids is None
    home = {"title": _("Home"), "icon": "dashboard", "link": reverse_lazy("admin:index")}
    groups: list[dict[str, Any]] = [{"title": "", "items": [home]}]
    for title, pages in _GROUPS:
        items = [
            {"title": words, "icon": icon, "link": reverse_lazy(f"admin:{name}_changelist")}
            for words, name, icon, operators_only in pages
            if (is_operator or not operators_only) and (name not in _FOR_OWNERS or actor.role in OWNERS)
        ]
        groups.append({"title": title, "items": items, "collapsible": True})
    return groups
