"""Variants: the facts that marketplaces ask for, edited cell by cell."""

from __future__ import annotations

from typing import Any

from django.contrib.admin import display, register
from django.db.models import Q
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from entrepot.catalog import services
from entrepot.catalog.models import Component, Variant
from entrepot.web.admin import Box, Button, OwnChoices, Page, Section, Table, choice_filter
from entrepot.web.admin.show import lines, pairs, row_link

from .kits import make_kit_of_lines, parts_field

_Missing = choice_filter(
    "missing",
    gettext_lazy("missing fact"),
    {
        "gtin": (gettext_lazy("GTIN"), Q(gtin="")),
        "origin": (gettext_lazy("origin"), Q(origin="")),
        "weight": (gettext_lazy("weight"), Q(weight_g__isnull=True)),
        "vat": (gettext_lazy("VAT rate"), Q(vat_rate__isnull=True)),
        "hs": (gettext_lazy("HS code"), Q(hs_code="")),
    },
)


@register(Variant)
class VariantPage(Page):
    cells = {
        "gtin": gettext_lazy("GTIN"), "weight_g": gettext_lazy("weight, g"), "origin": gettext_lazy("origin"),
        "vat_rate": gettext_lazy("VAT, fraction"), "hs_code": gettext_lazy("HS code"),
    }  # fmt: skip
    save_cells = staticmethod(services.edit_variants)  # type: ignore[assignment]
    list_display = ["sku", "product_link", "gtin", "weight_g", "origin", "vat_rate", "hs_code", "seller"]
    list_filter = [_Missing, "is_published", ("seller", OwnChoices)]
    list_select_related = ["seller", "product"]
    search_fields = ["sku", "=gtin", "title", "product__title"]
    fields = [
        "sku", "product_link", "seller", "gtin", "title", "weight_g", "length_mm", "width_mm", "height_mm", "origin",
        "vat_rate", "hs_code", "tax_class", "is_published", "oddities",
    ]  # fmt: skip
    readonly_fields = ["product_link", "oddities"]
    buttons = [
        Button(
            name="parts", label=gettext_lazy("What it is made of"), call=make_kit_of_lines, subject="variant_id",
            ask=parts_field, help=gettext_lazy("A kit is on sale as often as its scarcest part allows."),
        ),
    ]  # fmt: skip

    @display(description=gettext_lazy("product"), ordering="product__title")
    def product_link(self, row: Variant) -> SafeString:
        return row_link("catalog.product", row.product_id, row.product.title)

    @display(description=gettext_lazy("to look at"))
    def oddities(self, row: Variant) -> SafeString:
        return lines(row.notes)

    def sections(self, request: HttpRequest, row: Variant) -> list[Section]:
        return [
            Box(_("Options"), pairs(row.options)),
            Box(_("Attributes of hub or file"), pairs(row.attributes)),
            *_parts(row),
        ]


def _parts(row: Variant) -> list[Any]:
    parts = Component.objects.for_seller(row.seller_id).filter(kit=row).select_related("part").order_by("id")
    # What only counts shared stock has no page.
    rows = [(c.part.sku if c.part.is_pool else row_link("catalog.variant", c.part_id, c.part.sku), c.quantity)
            for c in parts]  # fmt: skip
    return [Table(_("Made of"), [_("SKU"), _("pieces")], rows)] if rows else []
