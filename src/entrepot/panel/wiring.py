"""What hangs on pages from above: the site asks here, so that no domain imports one above it."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from entrepot.fulfilment.services import give_up_order
from entrepot.ingress.admin import import_sheet, sheet_fields, told_of_sheet
from entrepot.ingress.services import erase_buyer
from entrepot.listings.services import close_storefront, reopen_storefront
from entrepot.web.admin import OWNERS, Button, Column, More

from . import asides, buyers, completeness, drift, purchases, timelines

_SHEET = Button(
    name="sheet",
    label=_("Import a sheet"),
    call=import_sheet,
    on="list",
    ask=sheet_fields,
    shows=told_of_sheet,
)
_ORDER = Column("purchase", _("order"), purchases.of_rows)
MORE: dict[str, More] = {
    "catalog.mapping": More(buttons=[_SHEET]),
    "catalog.product": More(
        buttons=[_SHEET],
        columns=[
            Column("aside", _("set aside"), asides.of_products),
            Column("complete", _("complete by storefront"), completeness.of_products),
        ],
        sections=[asides.of_product, completeness.of_product, timelines.product],
    ),
    "catalog.variant": More(sections=[completeness.of_variant]),
    "channels.channel": More(sections=[drift.of_channel, timelines.channel]),
    "channels.storefront": More(
        buttons=[
            Button(
                name="close",
                label=_("Close"),
                call=close_storefront,
                subject="storefront_id",
                when=lambda s: s.is_open,
                tone="danger",
                confirm=_("Stock 0 first, then every listing there is closed. Orders are still taken."),
                shows=lambda n: _("%(count)d listings are being closed.") % {"count": n},
            ),
            Button(
                name="open",
                label=_("Open again"),
                call=reopen_storefront,
                subject="storefront_id",
                when=lambda s: not s.is_open,
                tone="main",
                help=_("What was closed is put back on sale, and what is new is listed."),
                shows=lambda n: _("%(count)d listings are looked at again.") % {"count": n},
            ),
        ],
    ),
    "inventory.reservation": More(columns=[_ORDER], sections=[purchases.of_row]),
    "inventory.shortage": More(columns=[_ORDER], sections=[purchases.of_row]),
    "listings.listing": More(sections=[timelines.listing]),
    "orders.order": More(
        buttons=[
            Button(
                name="give-up",
                label=_("Cannot be supplied"),
                call=give_up_order,
                subject="order_id",
                when=lambda o: "undone" in o.troubles,
                tone="danger",
                confirm=_(
                    "Tells the marketplace so for every package that has not left, and cancels them. "
                    "This cannot be undone."
                ),
            ),
            Button(
                name="erase-buyer",
                label=_("Erase the buyer"),
                call=erase_buyer,
                subject="order_id",
                roles=OWNERS,
                when=lambda o: o.state in ("processed", "cancelled") or o.is_history,
                tone="danger",
                confirm=_("Names, addresses, labels and raw messages go for good; amounts and goods stay."),
                shows=lambda n: _("Erased: %(parties)d addresses, %(labels)d labels, %(receipts)d messages.") % n,
            ),
        ],
        sections=[timelines.order, buyers.section],
    ),
}
