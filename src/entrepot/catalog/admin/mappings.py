"""Words of ours in a marketplace's words, kits, and who owns which field."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.admin import display, register
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from entrepot.accounts.admin import seller_field
from entrepot.catalog import services
from entrepot.catalog.models import Component, FieldOwner, Mapping
from entrepot.catalog.services.mapping import KINDS
from entrepot.channels.models import Taxon
from entrepot.core.actor import Actor
from entrepot.core.text import fold
from entrepot.kit.registry import connectors
from entrepot.web.admin import Button, Column, OwnChoices, Page, Section, Table

_MOST_SUGGESTIONS = 20


def _map_fields(request: HttpRequest, row: Any) -> dict[str, forms.Field]:
    marketplaces = [(s.slug, s.label) for s in connectors().values() if s.role == "marketplace"]
    asked: dict[str, forms.Field] = {
        **seller_field(request),
        "connector": forms.ChoiceField(choices=marketplaces, label=gettext_lazy("Marketplace")),
        "kind": forms.ChoiceField(choices=[(k, _KIND_WORDS[k]) for k in KINDS], label=gettext_lazy("Kind")),
        "scope": forms.CharField(
            required=False, label=gettext_lazy("Scope"),
            help_text=gettext_lazy("Of an attribute: their category. Of a value: category/attribute. Else empty."),
        ),
        "ours": forms.CharField(max_length=300, label=gettext_lazy("Our word")),
        "theirs_ref": forms.CharField(required=False, max_length=40, label=gettext_lazy("Their number")),
        "theirs_text": forms.CharField(
            required=False, max_length=300, label=gettext_lazy("Or free text, where they allow it")
        ),
    }  # fmt: skip
    for name in ("connector", "kind", "scope", "ours", "theirs_ref"):  # a link may bring them along
        if name in request.GET:
            asked[name].initial = request.GET[name]
    return asked


_KIND_WORDS = {
    "category": gettext_lazy("category"), "brand": gettext_lazy("brand"), "attribute": gettext_lazy("attribute"),
    "value": gettext_lazy("value"),
}  # fmt: skip


def _again_fields(request: HttpRequest, row: Mapping | None) -> dict[str, forms.Field]:
    return {
        "theirs_ref": forms.CharField(
            required=False, max_length=40, label=gettext_lazy("Their number"), initial=row.theirs_ref if row else ""
        ),
        "theirs_text": forms.CharField(
            required=False, max_length=300, label=gettext_lazy("Or free text, where they allow it"),
            initial=row.theirs_text if row else "",
        ),
    }  # fmt: skip


def map_again(*, seller_id: int, mapping: Mapping, theirs_ref: str, theirs_text: str) -> Mapping:
    """The same word of ours, another of theirs."""
    return services.map_word(
        seller_id=seller_id, connector=mapping.connector, kind=mapping.kind, scope=mapping.scope, ours=mapping.ours,
        theirs_ref=theirs_ref, theirs_text=theirs_text,
    )  # fmt: skip


def _names(who: Actor, rows: Any) -> dict[int, str]:
    refs = {r.theirs_ref for r in rows if r.theirs_ref}
    taxa = Taxon.objects.filter(connector__in={r.connector for r in rows}, ref__in=refs)
    named = {(t.connector, t.kind, t.scope, t.ref): t.name for t in taxa}
    return {
        r.pk: r.theirs_text or named.get((r.connector, r.kind, r.scope, r.theirs_ref), _("not in their list"))
        for r in rows
    }


@register(Mapping)
class MappingPage(Page):
    list_display = ["ours", "kind", "connector", "scope", "theirs_ref", "theirs", "source", "seller"]
    list_filter = ["kind", "connector", "source", ("seller", OwnChoices)]
    list_select_related = ["seller"]
    search_fields = ["ours", "folded", "=theirs_ref", "theirs_text"]
    columns = [Column("theirs", gettext_lazy("their word"), _names)]
    buttons = [
        Button(
            name="map",
            label=gettext_lazy("Map a word"),
            call=services.map_word,
            on="list",
            ask=_map_fields,
            tone="main",
        ),
        Button(
            name="change",
            label=gettext_lazy("Map to another word"),
            call=map_again,
            subject="mapping",
            ask=_again_fields,
        ),
        Button(
            name="unmap",
            label=gettext_lazy("Take back"),
            call=services.unmap_word,
            subject="mapping_id",
            bulk=True,
            tone="danger",
            confirm=gettext_lazy("The word is unmapped: goods that need it cannot be listed until it is mapped again."),
        ),
    ]

    def _after(self, request: HttpRequest, row: Any, answer: Any) -> str:
        return super()._back(None)

    def sections(self, request: HttpRequest, row: Mapping) -> list[Section]:
        """Words of theirs that look alike: folded, one holds the other."""
        words = Taxon.objects.filter(connector=row.connector, kind=row.kind, scope=row.scope, is_gone=False)
        wanted = fold(row.ours.rsplit(">", 1)[-1])
        near = words.filter(folded__contains=wanted).order_by("name", "ref")[:_MOST_SUGGESTIONS]
        rows = [(t.ref, t.name, t.facts.get("path", "")) for t in near]
        return [Table(_("Suggestions from their list"), [_("number"), _("their word"), _("path")], rows)]


@register(Component)
class ComponentPage(Page):
    list_display = ["kit", "part", "quantity", "seller"]
    list_select_related = ["kit", "part", "seller"]
    list_filter = [("seller", OwnChoices)]
    search_fields = ["kit__sku", "part__sku"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Component]:
        """Kits of goods. Who shares stock is no kit to a person."""
        return super().get_queryset(request).filter(part__is_pool=False)


@register(FieldOwner)
class FieldOwnerPage(Page):
    list_display = ["field", "owner", "channel", "product_shown", "seller"]
    list_filter = ["owner", ("channel", OwnChoices), ("seller", OwnChoices)]
    list_select_related = ["channel", "product", "variant", "seller"]
    search_fields = ["field", "product__title", "variant__sku"]
    buttons = [
        Button(
            name="give-back", label=gettext_lazy("Let the store say it again"), call=services.give_back,
            subject="owner_ids", when=lambda x: x.owner != "store", bulk=True,
            help=gettext_lazy("The next pull takes the store's value."),
        ),
    ]  # fmt: skip

    @display(description=gettext_lazy("product"))
    def product_shown(self, row: FieldOwner) -> str:
        if row.variant:
            return row.variant.sku
        return row.product.title if row.product else _("all of the channel")
