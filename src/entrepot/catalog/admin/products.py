"""Products: edited cell by cell, approved in sets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.contrib.admin import display, register
from django.db.models import Count, Q
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from entrepot.catalog import services
from entrepot.catalog.models import Product, Variant
from entrepot.catalog.states import PRODUCT
from entrepot.core.actor import Actor
from entrepot.core.text import plain
from entrepot.web.admin import (
    Box,
    Button,
    Column,
    OwnChoices,
    Page,
    Section,
    StateChip,
    Table,
    chip,
    choice_filter,
    state_filter,
    yes_no,
)
from entrepot.web.admin.show import EMPTY, number, pairs, rate, row_link, said
from entrepot.web.admin.words import word

_SHOWN_CHARACTERS = 2000
_TO_APPROVE = Q(state__in=["new", "edited", "awaiting_approval", "changed"], refusal="")
_Work = choice_filter("work", gettext_lazy("work"), {"approve": (gettext_lazy("to approve"), _TO_APPROVE)})


def _variant_counts(who: Actor, rows: Sequence[Product]) -> dict[int, int]:
    found = Variant.objects.for_actor(who).filter(product__in=rows).values_list("product_id").annotate(n=Count("id"))
    return {row.pk: 0 for row in rows} | dict(found.order_by("product_id"))


def _text_fields(request: HttpRequest, row: Product | None) -> dict[str, forms.Field]:
    shown = row.description if row else ""
    return {
        "description": forms.CharField(
            widget=forms.Textarea(attrs={"rows": 12}), initial=shown, required=False, strip=False,
            label=gettext_lazy("Description (HTML)"),
        ),
        "drawn": forms.CharField(widget=forms.HiddenInput, initial=shown, required=False, strip=False, label=""),
    }  # fmt: skip


def _reason() -> dict[str, forms.Field]:
    return {"reason": forms.CharField(max_length=300, label=gettext_lazy("Reason"))}


def edit_description(*, seller_id: int, product_id: int, description: str, drawn: str, at: Any) -> list[int]:
    """One cell of ``edit_products``; browsers send line ends as CR LF."""
    now, was = (text.replace("\r\n", "\n") for text in (description, drawn))
    return services.edit_products(seller_id=seller_id, cells=[(product_id, "description", was, now)], at=at)


@register(Product)
class ProductPage(StateChip, Page):
    machine = PRODUCT
    cells = {"title": gettext_lazy("title"), "brand": gettext_lazy("brand"), "category": gettext_lazy("category")}
    save_cells = staticmethod(services.edit_products)  # type: ignore[assignment]
    list_display = ["link", "title", "brand", "category", "state_chip", "variants", "seller"]
    list_display_links = ["link"]
    list_filter = [state_filter(PRODUCT.states), _Work, ("seller", OwnChoices), ("source", OwnChoices), "is_published"]
    list_select_related = ["seller", "source"]
    search_fields = ["title", "=product_ref", "brand", "category", "variants__sku__istartswith", "=variants__gtin"]
    columns = [Column("variants", gettext_lazy("variants"), _variant_counts)]
    fields = [
        "state_chip", "title", "seller", "source", "product_ref", "kind", "brand", "category", "refusal_shown",
        "published", "modified_at", "edited_at", "created_at",
    ]  # fmt: skip
    readonly_fields = ["state_chip", "refusal_shown", "published"]
    buttons = [
        Button(
            name="approve", label=gettext_lazy("Approve"), call=services.approve_products, subject="product_ids",
            event="approve", when=lambda p: not p.refusal, bulk=True, tone="main",
            help=gettext_lazy("Let it travel to the marketplaces."),
        ),
        Button(
            name="submit", label=gettext_lazy("Ask for approval"), call=services.submit_products, subject="product_ids",
            event="submit", when=lambda p: not p.refusal, bulk=True, help=gettext_lazy("Somebody else approves it."),
        ),
        Button(
            name="reject", label=gettext_lazy("Reject"), call=services.reject_products, subject="product_ids",
            event="reject", bulk=True, tone="danger", ask=_reason(),
            help=gettext_lazy("Takes it off sale everywhere: stock 0 first, then its listings are closed."),
        ),
        Button(
            name="archive", label=gettext_lazy("Archive"), call=services.archive_products, subject="product_ids",
            event="archive", bulk=True, tone="danger", ask=_reason(),
            help=gettext_lazy("Takes it off sale everywhere and puts it away."),
        ),
        Button(
            name="restore", label=gettext_lazy("Take out of the archive"), call=services.restore_products,
            subject="product_ids", event="restore", bulk=True,
            help=gettext_lazy("It is on sale again once it is approved."),
        ),
        Button(
            name="describe", label=gettext_lazy("Edit the description"), call=edit_description, subject="product_id",
            ask=_text_fields, when=lambda p: p.state != "archived",
        ),
    ]  # fmt: skip

    @display(description=gettext_lazy("id"), ordering="id")
    def link(self, row: Product) -> str:
        return f"#{row.pk}"

    @display(description=gettext_lazy("cannot be sold"))
    def refusal_shown(self, row: Product) -> SafeString | str:
        return chip("bad", row.refusal) if row.refusal else "–"

    @display(description=gettext_lazy("published in the store"))
    def published(self, row: Product) -> SafeString:
        return yes_no(row.is_published)

    def sections(self, request: HttpRequest, row: Product) -> list[Section]:
        variants = Variant.objects.for_seller(row.seller_id).filter(product=row).order_by("id")
        rows = [
            (
                row_link("catalog.variant", v.pk, v.sku),
                v.gtin,
                ", ".join(map(str, v.options.values())),
                number(v.weight_g),
                v.origin,
                rate(v.vat_rate),
                yes_no(v.is_published),
            )
            for v in variants
        ]
        headers = [_("SKU"), _("GTIN"), _("options"), _("weight, g"), _("origin"), _("VAT"), _("published")]
        return [
            Table(_("Variants"), headers, rows),
            Box(_("Texts and pictures"), _texts(row)),
            Box(_("Where each value came from"), _origins(row)),
        ]


def _texts(row: Product) -> SafeString:
    text = plain(row.description)[:_SHOWN_CHARACTERS]
    images = format_html_join("", '<li><a class="link" href="{0}" rel="noreferrer noopener">{0}</a></li>',
                              ((i,) for i in row.images if str(i).startswith(("http://", "https://"))))  # fmt: skip
    return format_html("<p>{}</p><ul>{}</ul>{}", text or "–", images, pairs(row.attributes))


def _origins(row: Product) -> SafeString:
    return pairs({name: f"{word(o.get('source', ''))}, {_moment(o)}" for name, o in sorted(row.origins.items())})


def _moment(origin: Mapping[str, str]) -> str:
    return said(datetime.fromisoformat(origin["at"])) if origin.get("at") else EMPTY
