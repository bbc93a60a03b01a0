"""Base prices, rules, rates, and each computed price with the way it took."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib.admin import display, register
from django.core.files.uploadedfile import UploadedFile
from django.db.models import Q
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from entrepot.accounts.admin import OPERATORS
from entrepot.catalog.admin.links import VariantLink
from entrepot.core.errors import Invalid
from entrepot.web.admin import Button, OwnChoices, Page, Section, Table, chip, choice_filter, yes_no
from entrepot.web.admin.show import lines, money, rate, row_link

from . import services
from .explain import step_word, told
from .models import BasePrice, FxRate, Price, PriceRule
from .rule_form import BUTTONS


def _price_fields(request: HttpRequest, row: BasePrice | None) -> dict[str, forms.Field]:
    return {
        "regular": forms.DecimalField(
            min_value=Decimal("0.000001"), initial=row and row.regular, label=gettext_lazy("Regular price")
        ),
        "sale": forms.DecimalField(
            min_value=Decimal("0.000001"),
            required=False,
            initial=row and row.sale,
            label=gettext_lazy("Sale price (empty: not on sale)"),
        ),
    }


def change_price(*, seller_id: int, price: BasePrice, regular: Decimal, sale: Decimal | None, at: Any) -> list[int]:
    """A person's base price, in the currency that the variant has."""
    return services.set_base_prices(
        seller_id=seller_id, rows=[(price.variant_id, regular, sale)], currency=price.currency,
        is_tax_included=price.is_tax_included, source="hub", at=at,
    )  # fmt: skip


@register(BasePrice)
class BasePricePage(VariantLink, Page):
    list_display = [
        "sku", "regular_shown", "sale_shown", "cost_shown", "with_tax", "source", "set_at", "not_used", "seller",
    ]  # fmt: skip
    list_filter = ["currency", "source", ("seller", OwnChoices)]
    list_select_related = ["variant", "seller"]
    search_fields = ["variant__sku", "=variant__gtin"]
    fields = ["sku", "regular_shown", "sale_shown", "cost_shown", "with_tax", "source", "set_at", "by", "not_used",
              "seller"]  # fmt: skip
    readonly_fields = ["sku", "regular_shown", "sale_shown", "cost_shown", "with_tax", "not_used"]
    buttons = [
        Button(
            name="change",
            label=gettext_lazy("Change the price"),
            call=change_price,
            subject="price",
            ask=_price_fields,
            help=gettext_lazy("The store's next reading replaces it."),
        ),
    ]

    @display(description=gettext_lazy("regular"), ordering="regular")
    def regular_shown(self, row: BasePrice) -> str:
        return money(row.regular, row.currency)

    @display(description=gettext_lazy("sale"), ordering="sale")
    def sale_shown(self, row: BasePrice) -> str:
        return money(row.sale, row.currency)

    @display(description=gettext_lazy("cost"), ordering="cost")
    def cost_shown(self, row: BasePrice) -> str:
        return money(row.cost, row.currency)

    @display(description=gettext_lazy("tax included"))
    def with_tax(self, row: BasePrice) -> SafeString:
        return yes_no(row.is_tax_included)

    @display(description=gettext_lazy("given and not used"))
    def not_used(self, row: BasePrice) -> SafeString | str:
        return chip("bad", row.refused) if row.refused else "–"


@register(PriceRule)
class PriceRulePage(Page):
    list_display = ["storefront", "markup", "fee", "margin", "vat", "fx_margin", "ending", "changed_at", "seller"]
    list_filter = [("storefront", OwnChoices), ("seller", OwnChoices)]
    list_select_related = ["storefront__channel", "seller"]
    fields = ["storefront", "seller", "markup", "fee", "margin", "vat", "fx_margin", "ending", "changed_at"]
    readonly_fields = ["markup", "fee", "margin", "vat", "fx_margin"]
    buttons = BUTTONS

    @display(description=gettext_lazy("fixed fee"), ordering="fixed_fee")
    def fee(self, row: PriceRule) -> str:
        return money(row.fixed_fee, row.storefront.currency)

    @display(description=gettext_lazy("mark-up"), ordering="markup_rate")
    def markup(self, row: PriceRule) -> str:
        return rate(row.markup_rate)

    @display(description=gettext_lazy("minimum margin"))
    def margin(self, row: PriceRule) -> str:
        return rate(row.minimum_margin_rate)

    @display(description=gettext_lazy("VAT"))
    def vat(self, row: PriceRule) -> str:
        return rate(row.vat_rate) if row.vat_rate is not None else _("the variant's")

    @display(description=gettext_lazy("exchange margin"))
    def fx_margin(self, row: PriceRule) -> str:
        return rate(row.fx_margin_rate)


def load_rates(*, file: UploadedFile, at: datetime) -> int:
    """The ECB's XML, or a CSV of day, base, quote, rate, told apart by how they begin."""
    content = file.read()
    if content.lstrip()[:1] == b"<":
        return services.load_ecb(at=at, xml=content)
    try:
        return services.load_fx_csv(at=at, text=content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise Invalid("FX file", "file", "must be UTF-8") from None


@register(FxRate)
class FxRatePage(Page):
    seller_path = ""
    list_display = ["day", "base", "quote", "rate", "source"]
    list_filter = ["source", "base", "quote"]
    search_fields = ["=base", "=quote"]
    ordering = ["-day", "base", "quote"]
    buttons = [
        Button(
            name="load",
            label=gettext_lazy("Load rates"),
            call=load_rates,
            on="list",
            roles=OPERATORS,
            tone="main",
            ask={
                "file": forms.FileField(label=gettext_lazy("eurofxref XML of the ECB, or CSV: day, base, quote, rate"))
            },
            shows=lambda n: _("%(count)d rates kept.") % {"count": n},
        ),
    ]


@register(Price)
class PricePage(VariantLink, Page):
    list_display = ["sku", "storefront", "sale_shown", "list_shown", "problem_shown", "computed_at", "seller"]
    list_filter = [
        choice_filter("priced", gettext_lazy("priced"), {
            "yes": (gettext_lazy("has a price"), Q(sale_price__isnull=False)),
            "no": (gettext_lazy("cannot be computed"), Q(sale_price__isnull=True)),
        }),
        ("storefront", OwnChoices), ("seller", OwnChoices),
    ]  # fmt: skip
    list_select_related = ["variant", "storefront__channel", "seller"]
    search_fields = ["variant__sku", "=variant__gtin"]
    fields = ["sku", "storefront_link", "seller", "sale_shown", "list_shown", "problem_whole", "computed_at"]
    readonly_fields = ["sku", "storefront_link", "sale_shown", "list_shown", "problem_whole"]

    @display(description=gettext_lazy("storefront"))
    def storefront_link(self, row: Price) -> SafeString:
        return row_link("channels.storefront", row.storefront_id, row.storefront)

    @display(description=gettext_lazy("sale price"), ordering="sale_price")
    def sale_shown(self, row: Price) -> str:
        return money(row.sale_price, row.currency)

    @display(description=gettext_lazy("list price"), ordering="list_price")
    def list_shown(self, row: Price) -> str:
        return money(row.list_price, row.currency)

    @display(description=gettext_lazy("why there is none"))
    def problem_shown(self, row: Price) -> SafeString | str:
        return chip("bad", told(row.problem)) if row.problem else "–"

    @display(description=gettext_lazy("why there is none"))
    def problem_whole(self, row: Price) -> SafeString | str:
        return lines([told(row.problem)]) if row.problem else "–"

    def sections(self, request: HttpRequest, row: Price) -> list[Section]:
        rows = [(step_word(s.get("step", "")), s.get("amount"), told(s.get("why", ""))) for s in row.steps]
        return [Table(_("How the price came about"), [_("step"), _("amount"), _("why")], rows)]
