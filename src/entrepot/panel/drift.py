"""How far what a channel shows is from what it acknowledged."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.http import HttpRequest
from django.utils.translation import gettext as _

from entrepot.listings.queries import reconciliations
from entrepot.web.admin import Section, Table, chip
from entrepot.web.admin.show import row_link, when

if TYPE_CHECKING:
    from entrepot.channels.models import Channel


def of_channel(request: HttpRequest, row: Channel) -> Sequence[Section]:
    """Figures of the last complete pass over each storefront. One SQL query."""
    found = reconciliations(channel_id=row.pk)
    if not found:
        return []
    rows = [
        (
            row_link("channels.storefront", r.storefront_id, r.storefront.code), when(r.ended_at), r.last_compared,
            _marked(r.last_stock_otherwise), r.last_stock_lower, _marked(r.last_price_otherwise),
            _marked(r.last_unseen), r.drift_ever,
        )
        for r in found
    ]  # fmt: skip
    headers = [
        _("storefront"), _("last pass"), _("compared"), _("stock otherwise"), _("stock lower"), _("price otherwise"),
        _("not shown"), _("drift ever"),
    ]  # fmt: skip
    return [Table(_("Observed against expected"), headers, rows)]


def _marked(count: int) -> object:
    return chip("bad", count) if count else 0
