"""Words of our own that rows keep in plain English columns, as a reader reads them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib.admin import AllValuesFieldListFilter
from django.db.models import Model
from django.utils.translation import gettext_lazy as _

# Columns whose values are words of ours, wherever a page shows them.
COLUMNS = frozenset({"kind", "source", "role", "owner", "lane", "via", "ending"})
WORDS: dict[str, Any] = {
    "attribute": _("attribute"), "brand": _("brand"), "cancelled": _("cancelled"), "category": _("category"),
    "clerk": _("clerk"), "content": _("content"), "ecb": _("ECB"), "external": _("external"), "file": _("file"),
    "grouped": _("grouped"), "gtin": _("by GTIN"), "hub": _("hub"), "invoice": _("invoice"), "label": _("label"),
    "listing": _("listing"), "manager": _("manager"), "marketplace": _("marketplace"), "operator": _("operator"),
    "order": _("order"), "own": _("own"), "owner": _("owner"), "package": _("package"),
    "package_move": _("move of a package"), "poll": _("poll"), "price": _("price"), "product": _("product"),
    "pull": _("pull"), "restocked": _("restocked"), "rounding": _("rounding"), "setting": _("setting"),
    "settle_total": _("total in the store"), "simple": _("simple"), "stock": _("stock"), "store": _("store"),
    "store_cancel": _("cancellation in the store"), "store_order": _("order in the store"),
    "store_waybills": _("waybills in the store"), "suggestion": _("suggestion"), "unsupplied": _("unsupplied"),
    "value": _("value"), "variable": _("with variants"), "variant": _("variant"), "webhook": _("webhook"),
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
