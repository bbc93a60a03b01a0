"""What a listing should say, for people: their names beside their numbers, and the pictures."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from entrepot.channels.queries import names_of
from entrepot.web.admin import Box, Section, Table
from entrepot.web.admin.show import EMPTY, money, pairs, rate

from .models import Listing

_APART = ("description", "images", "attributes", "currency")
_LABELS = {
    "brand_ref": gettext_lazy("brand"), "category_ref": gettext_lazy("category"),
    "content_ref": gettext_lazy("card number"),
    "height_mm": gettext_lazy("height, mm"), "length_mm": gettext_lazy("length, mm"),
    "list_price": gettext_lazy("list price"), "listing_ref": gettext_lazy("their key"),
    "model_ref": gettext_lazy("model"), "origin": gettext_lazy("origin"), "quantity": gettext_lazy("pieces"),
    "sale_price": gettext_lazy("sale price"), "sku": gettext_lazy("SKU"), "storefront": gettext_lazy("storefront"),
    "title": gettext_lazy("title"), "vat_rate": gettext_lazy("VAT rate"), "weight_g": gettext_lazy("weight, g"),
    "width_mm": gettext_lazy("width, mm"),
}  # fmt: skip
Names = dict[tuple[str, str, str], str]  # (kind, scope, their number) → their name


def sections(row: Listing) -> list[Section]:
    """The content, its attributes and its pictures. One SQL query of its own."""
    names = _names(row)
    said = {str(_LABELS.get(k, k)): _value(row, k, v, names) for k, v in row.content.items() if k not in _APART}
    headers = [_("their attribute"), _("their value"), _("free text")]
    return [
        Box(_("What it should say"), pairs(said)),
        Table(_("Attributes"), headers, [_attribute(row, a, names) for a in row.content.get("attributes", [])]),
        Box(_("Pictures that are sent"), _pictures(row)),
    ]


def _names(row: Listing) -> Names:
    content = row.content
    chosen = content.get("attributes", [])
    refs = {content.get("brand_ref"), content.get("category_ref")}
    refs |= {a.get(key) for a in chosen for key in ("attribute_ref", "value_ref")}
    return names_of(connector=row.storefront.channel.connector, refs=[str(r) for r in refs if r])


def _named(names: Names, kind: str, scope: str, ref: Any) -> str:
    if ref in (None, ""):
        return EMPTY
    name = names.get((kind, scope, str(ref)))
    return f"{name} ({ref})" if name else str(ref)


def _value(row: Listing, key: str, value: Any, names: Names) -> Any:
    if value in (None, ""):
        return EMPTY
    if key in ("brand_ref", "category_ref"):
        return _named(names, key.removesuffix("_ref"), "", value)
    if key == "vat_rate":
        return rate(Decimal(str(value)))
    if key in ("list_price", "sale_price"):
        return money(Decimal(str(value)), str(row.content.get("currency") or row.storefront.currency))
    return value


def _attribute(row: Listing, one: dict[str, Any], names: Names) -> tuple[Any, ...]:
    category, ref = str(row.content.get("category_ref", "")), one.get("attribute_ref")
    value = _named(names, "value", f"{category}/{ref}", one.get("value_ref"))
    return (_named(names, "attribute", category, ref), value, one.get("text") or EMPTY)


def _pictures(row: Listing) -> SafeString:
    links = format_html_join("", '<li><a class="link" href="{0}" rel="noreferrer">{0}</a></li>',
                             ((url,) for url in row.content.get("images", [])))  # fmt: skip
    where = _("They are mended in the store, or over the API: PATCH /products, product %(id)s.") % {
        "id": row.variant.product_id
    }
    return format_html('<p class="note">{}</p><ul class="chosen">{}</ul>', where, links) if links else format_html(
        '<p class="note">{}</p>', where)  # fmt: skip
