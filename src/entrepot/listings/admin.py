"""Listings: state, what is missing, what was refused, and the levels wanted, acknowledged and seen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib.admin import display, register
from django.db.models import F, Q
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from entrepot.catalog.admin.links import VariantLink
from entrepot.core.actor import Actor
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
)
from entrepot.web.admin.show import EMPTY, missing_facts, money, number, row_link, when
from entrepot.web.admin.words import WORDS, word

from . import made, said, services
from .models import Listing, ListingLevel
from .states import LANES, LISTING

_DRIFT = Q(observed_value__isnull=False, batch_id__isnull=True) & ~Q(observed_value=F("acknowledged_value"))


def _value(level: ListingLevel, name: str) -> str:
    """Pieces of the stock's lane, or money; the crossed-out price in brackets, where it is another."""
    value, listed = getattr(level, f"{name}_value"), getattr(level, f"{name}_list", None)
    if level.lane == "stock":
        return number(value)
    shown = money(value, level.storefront.currency)
    return shown if listed is None or listed == value else f"{shown} ({money(listed, level.storefront.currency)})"


def _levels(who: Actor, rows: Sequence[Listing], lane: str) -> dict[int, Any]:
    found = ListingLevel.objects.for_actor(who).filter(listing__in=rows, lane=lane).select_related("storefront")
    return {level.listing_id: _brief(level) for level in found}


def _brief(level: ListingLevel) -> SafeString:
    wanted = _value(level, "desired")
    if level.desired_value == level.acknowledged_value:
        return format_html("{}", wanted)
    tone = "bad" if level.refusal else "busy"
    return format_html("{} {}", wanted, chip(tone, f"← {_value(level, 'acknowledged')}", level.refusal[:200]))


@register(Listing)
class ListingPage(VariantLink, StateChip, Page):
    machine = LISTING
    list_display = [
        "listing_ref",
        "sku",
        "storefront",
        "state_chip",
        "stock",
        "price",
        "in_the_way",
        "seller",
    ]
    list_filter = [
        state_filter(LISTING.states),
        choice_filter(
            "facts",
            gettext_lazy("facts"),
            {
                "lacking": (gettext_lazy("cannot be listed"), Q(state__in=["draft", "failed"]) & ~Q(missing=[])),
                "missing": (gettext_lazy("something is missing"), ~Q(missing=[])),
                "complete": (gettext_lazy("complete"), Q(missing=[])),
            },
        ),
        choice_filter("refused", gettext_lazy("refused"), {"yes": (gettext_lazy("refused by them"), ~Q(refusal=""))}),
        ("storefront", OwnChoices),
        ("seller", OwnChoices),
    ]
    list_select_related = ["variant", "storefront__channel", "seller"]
    search_fields = ["listing_ref", "variant__sku", "=variant__gtin", "variant__product__title"]
    columns = [
        Column("stock", gettext_lazy("stock"), lambda who, rows: _levels(who, rows, "stock")),
        Column("price", gettext_lazy("price"), lambda who, rows: _levels(who, rows, "price")),
    ]
    fields = [
        "listing_ref",
        "state_chip",
        "sku",
        "storefront_link",
        "seller",
        "content_ref",
        "refusal",
        "submitted_at",
        "live_at",
        "checked_at",
        "last_error",
    ]
    readonly_fields = ["state_chip", "sku", "storefront_link"]
    buttons = [
        Button(
            name="put-back",
            label=gettext_lazy("Put back on sale"),
            call=services.put_back,
            subject="listing_ids",
            when=lambda x: x.state == "closed" and x.is_withdrawn,
            tone="main",
            bulk=True,
            help=gettext_lazy("Somebody took it off sale in the marketplace's own panel."),
        ),
        Button(
            name="retry",
            label=gettext_lazy("Try again"),
            call=services.retry_listings,
            subject="listing_ids",
            event="queue",
            when=lambda x: x.state == "failed",
            bulk=True,
        ),
        Button(
            name="deny",
            label=gettext_lazy("Never list here"),
            call=services.deny_listings,
            subject="listing_ids",
            event="deny",
            bulk=True,
            tone="danger",
            ask={"reason": forms.CharField(max_length=300, label=gettext_lazy("Reason"))},
        ),
        Button(
            name="allow",
            label=gettext_lazy("List here after all"),
            call=services.allow_listings,
            subject="listing_ids",
            event="allow",
            bulk=True,
        ),
    ]

    @display(description=gettext_lazy("storefront"))
    def storefront_link(self, row: Listing) -> SafeString:
        return row_link("channels.storefront", row.storefront_id, row.storefront)

    @display(description=gettext_lazy("in the way"))
    def in_the_way(self, row: Listing) -> SafeString | str:
        if row.refusal:
            return chip("bad", row.refusal[:60], row.refusal)
        names = [m.get("field", "") for m in row.missing]
        return chip("look", ", ".join(names)[:60], ", ".join(names)) if names else EMPTY

    def sections(self, request: HttpRequest, row: Listing) -> list[Section]:
        return [
            Box(_("What is missing"), missing_facts(row.missing) if row.missing else chip("good", _("complete"))),
            _level_table(row),
            *made.section(row),
            *said.sections(row),
        ]  # fmt: skip


def _level_table(row: Listing) -> Table:
    levels = (
        ListingLevel.objects.for_seller(row.seller_id)
        .filter(listing=row)
        .select_related("storefront")
        .order_by("-lane")
    )
    rows = [
        (
            word(x.lane), *(_value(x, name) for name in ("desired", "submitted", "acknowledged", "observed")),
            _work(x), x.refusal or EMPTY, when(x.acknowledged_at),
        )
        for x in levels
    ]  # fmt: skip
    headers = [
        _("lane"),
        _("desired"),
        _("submitted"),
        _("acknowledged"),
        _("observed"),
        _("work"),
        _("refusal"),
        _("since"),
    ]
    return Table(_("Levels"), headers, rows)


def _work(level: ListingLevel) -> SafeString:
    if level.batch_id is not None:
        return row_link("egress.pushbatch", level.batch_id, _("in flight"))
    if level.is_due:
        return chip("look" if level.is_urgent else "busy", _("urgent") if level.is_urgent else _("due"))
    return chip("calm", _("at rest"))


@register(ListingLevel)
class ListingLevelPage(Page):
    list_display = [
        "listing", "lane", "desired", "submitted", "acknowledged", "observed", "work", "refusal_brief", "seller",
    ]  # fmt: skip
    list_filter = [
        choice_filter("lane", gettext_lazy("lane"), {lane: (WORDS[lane], Q(lane=lane)) for lane in LANES}),
        choice_filter(
            "work",
            gettext_lazy("work"),
            {
                "due": (gettext_lazy("due"), Q(is_due=True)),
                "flying": (gettext_lazy("in flight"), Q(batch_id__isnull=False)),
                "drift": (gettext_lazy("drift: seen is not what was acknowledged"), _DRIFT),
                "refused": (gettext_lazy("refused"), ~Q(refusal="")),
            },
        ),
        ("storefront", OwnChoices),
        ("seller", OwnChoices),
    ]
    list_select_related = ["listing", "storefront", "seller"]
    search_fields = ["listing__listing_ref", "listing__variant__sku"]
    fields = [
        "listing",
        "lane",
        "seller",
        "storefront",
        "version",
        "desired",
        "desired_since",
        "submitted",
        "submitted_version",
        "acknowledged",
        "acknowledged_since",
        "observed",
        "observed_since",
        "work",
        "repeats",
        "attempts",
        "not_before",
        "refusal",
    ]
    readonly_fields = [
        "desired", "desired_since", "submitted", "acknowledged", "acknowledged_since", "observed", "observed_since",
        "work",
    ]  # fmt: skip
    buttons = [
        Button(
            name="retry",
            label=gettext_lazy("Try again"),
            call=services.retry_levels,
            subject="level_ids",
            when=lambda x: x.refusal and x.batch_id is None,
            bulk=True,
            help=gettext_lazy("Sends what was refused, also where we had stopped trying."),
        ),
    ]

    @display(description=gettext_lazy("desired"))
    def desired(self, row: ListingLevel) -> str:
        return _value(row, "desired")

    @display(description=gettext_lazy("submitted"))
    def submitted(self, row: ListingLevel) -> str:
        return _value(row, "submitted")

    @display(description=gettext_lazy("acknowledged"))
    def acknowledged(self, row: ListingLevel) -> str:
        return _value(row, "acknowledged")

    @display(description=gettext_lazy("observed"))
    def observed(self, row: ListingLevel) -> Any:
        shown = _value(row, "observed")
        is_drift = (
            row.observed_value is not None and row.batch_id is None and row.observed_value != row.acknowledged_value
        )
        return chip("bad", shown, _("not what was acknowledged")) if is_drift else shown

    @display(description=gettext_lazy("desired since"))
    def desired_since(self, row: ListingLevel) -> Any:
        return when(row.desired_at)

    @display(description=gettext_lazy("acknowledged at"))
    def acknowledged_since(self, row: ListingLevel) -> Any:
        return when(row.acknowledged_at)

    @display(description=gettext_lazy("observed at"))
    def observed_since(self, row: ListingLevel) -> Any:
        return when(row.observed_at)

    @display(description=gettext_lazy("work"))
    def work(self, row: ListingLevel) -> SafeString:
        return _work(row)

    @display(description=gettext_lazy("refusal"))
    def refusal_brief(self, row: ListingLevel) -> SafeString | str:
        return chip("bad", row.refusal[:60], row.refusal) if row.refusal else EMPTY
