"""Words of our own that rows keep in plain English columns, as a reader reads them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib.admin import AllValuesFieldListFilter
from django.db.models import Model
from django.utils.translation import gettext_lazy as _

# Columns whose values are words of ours, wherever a page shows them.
COLUMNS = frozenset({"kind", "source", "role", "owner", "lane", "via", "ending", "capability", "machine", "actor"})
WORDS: dict[str, Any] = {
    "attribute": _("attribute"), "brand": _("brand"), "cancelled": _("cancelled"), "carrier": _("carrier"),
    "category": _("category"), "channel": _("channel"), "channel_check": _("check of a channel"),
    "channel_go_live": _("going live"), "channel_learn": _("learning their words"), "channel_match": _("match"),
    "channel_pull": _("pull"), "channel_push": _("push"), "channel_webhook_switch": _("change of a webhook"),
    "channel_webhook_update": _("change of a webhook"), "channel_webhooks_look": _("look at webhooks"),
    "channel_webhooks_off": _("webhooks off"), "channel_webhooks_on": _("webhooks on"),
    "channel_webhooks_renew": _("new secret of webhooks"), "clerk": _("clerk"),
    "close_listings": _("taking off sale"), "content": _("content"), "ecb": _("ECB"), "external": _("external"),
    "file": _("file"), "grouped": _("grouped"), "gtin": _("by GTIN"), "hub": _("hub"), "intent": _("intent"),
    "invoice": _("invoice"), "label": _("label"), "listing": _("listing"), "manager": _("manager"),
    "marketplace": _("marketplace"), "operator": _("operator"), "order": _("order"), "own": _("own"),
    "owner": _("owner"), "package": _("package"), "package_move": _("move of a package"), "poll": _("poll"),
    "price": _("price"), "product": _("product"), "pull": _("pull"), "push_batch": _("batch"),
    "push_listings": _("new listings"), "push_offers": _("stock and prices"), "remote": _("the other side"),
    "reopen_listings": _("putting back on sale"), "restocked": _("restocked"), "rounding": _("rounding"),
    "seller": _("seller"), "setting": _("setting"), "settle_total": _("total in the store"), "simple": _("simple"),
    "stock": _("stock"), "store": _("store"), "store_cancel": _("cancellation in the store"),
    "store_order": _("order in the store"), "store_waybills": _("waybills in the store"),
    "suggestion": _("suggestion"), "unsupplied": _("unsupplied"), "update_card": _("change of a card"),
    "update_listings": _("changes of listings"), "value": _("value"), "variable": _("with variants"),
    "variant": _("variant"), "webhook": _("webhook"),
}  # fmt: skip


def word(value: str) -> str:
    """The value in the reader's language; one that nobody named here is shown as it is."""
    return str(WORDS.get(value, value)) or "–"


def shown(model: type[Model], name: str) -> Callable[[Any], str]:
    """What a page shows in place of the column ``name``, which it still sorts by."""

    def show(row: Any) -> str:
        return word(getattr(row, name))

    show.__name__ = f"{name}_word"
    show.short_description = next(f.verbose_name for f in model._meta.concrete_fields if f.name == name)  # type: ignore[attr-defined]
    show.admin_order_field = name  # type: ignore[attr-defined]
    return show


class WordsFilter(AllValuesFieldListFilter):
    """The values that there are, in words."""

    def choices(self, changelist: Any) -> Any:
        for choice in super().choices(changelist):
            yield {**choice, "display": WORDS.get(str(choice["display"]), choice["display"])}
