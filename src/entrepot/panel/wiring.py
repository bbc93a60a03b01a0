"""What hangs on pages from above: the site asks here, so that no domain imports one above it."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from entrepot.ingress.admin import import_sheet, sheet_fields, told_of_sheet
from entrepot.web.admin import Button, Column, More

from . import completeness, timelines, work

_CHECKABLE = ("draft", "checked", "matched", "live", "locked_out")

MORE: dict[str, More] = {
    "catalog.product": More(
        buttons=[
            Button(
                name="sheet",
                label=_("Import a sheet"),
                call=import_sheet,
                on="list",
                ask=sheet_fields,
                shows=told_of_sheet,
            ),
        ],
        columns=[Column("complete", _("complete by storefront"), completeness.of_products)],
        sections=[completeness.of_product, timelines.product],
    ),
    "catalog.variant": More(sections=[completeness.of_variant]),
    "channels.channel": More(
        buttons=[
            Button(
                name="check",
                label=_("Check every right"),
                call=work.check,
                subject="channel",
                tone="main",
                when=lambda c: c.state in _CHECKABLE,
            ),
            Button(
                name="match",
                label=_("Match, changing nothing"),
                call=work.match,
                subject="channel",
                tone="main",
                when=lambda c: c.state in ("checked", "matched"),
            ),
            Button(
                name="learn",
                label=_("Learn their words"),
                call=work.learn,
                subject="channel",
                when=lambda c: c.role == "marketplace" and c.state in ("checked", "matched", "live"),
            ),
            Button(
                name="go-live",
                label=_("Go live"),
                call=work.go_live,
                subject="channel",
                event="go_live",
                tone="main",
                help=_("What is on sale there is adopted, the pulls begin. Nothing is sent by this."),
            ),
        ],
        sections=[timelines.channel],
    ),
    "listings.listing": More(sections=[timelines.listing]),
    "orders.order": More(sections=[timelines.order]),
}
