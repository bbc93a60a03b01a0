"""How stock and prices of a variant became what they are, change by change."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from entrepot.channels.models import Storefront
from entrepot.inventory.queries import stock_history
from entrepot.pricing.explain import step_word
from entrepot.pricing.queries import price_history
from entrepot.web.admin import Section, Table
from entrepot.web.admin.show import EMPTY, money, when

if TYPE_CHECKING:
    from entrepot.catalog.models import Variant
    from entrepot.inventory.models import StockChange
    from entrepot.pricing.models import PriceChange


def of_variant(row: Variant) -> list[Section]:
    """The last changes of stock and of prices, newest first. Three SQL queries."""
    moved = stock_history(seller_id=row.seller_id, variant_id=row.pk)
    asked = price_history(seller_id=row.seller_id, variant_id=row.pk)
    shown = Storefront.objects.for_seller(row.seller_id).filter(id__in={c.storefront_id for c in asked})
    fronts = {s.pk: str(s) for s in shown.select_related("channel")}
    return [
        Table(
            _("Changes of stock"),
            [_("when"), _("location"), _("before"), _("pieces"), _("why"), _("told by")],
            [
                (when(c.at), c.location, _known(c.old), _known(c.new), _moved(c), c.by or c.source)
                for c in moved
            ],
        ),
        Table(
            _("Changes of prices"),
            [_("when"), _("storefront"), _("before"), _("price"), _("why"), _("whose doing")],
            [
                (when(c.at), fronts.get(c.storefront_id, EMPTY), money(c.old_sale, c.currency),
                 money(c.sale, c.currency), _why(c), c.by or EMPTY)
                for c in asked
            ],
        ),
    ]  # fmt: skip


def _known(pieces: int | None) -> int | str:
    return EMPTY if pieces is None else pieces


def _moved(change: StockChange) -> str:
    return {
        "told": _("counted"), "taken": _("the store took an order"), "returned": _("the store took a cancellation"),
    }.get(change.why, change.why)  # fmt: skip


def _why(change: PriceChange) -> str:
    """The step in the reader's language, with what it was made of before and is now."""
    step, mark, rest = change.why.partition(": ")
    if change.why == "first":
        return _("first price")
    if change.why == "regular":
        return _("the regular price")
    return f"{step_word(step)}: {rest}" if mark else change.why
