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
from entrepot.web.admin.show import EMPTY, missing_facts, number, pairs, row_link, when

from . import made, services
from .models import Listing, ListingLevel
from .states import LANES, LISTING

_DRIFT = Q(observed_value__isnull=False, batch_id__isnull=True) & ~Q(observed_value=F("acknowledged_value"))


def _value(value: Any, listed: Any) -> str:
    return number(value) if listed is None or listed == value else f"{number(value)} ({number(listed)})"


def _levels(who: Actor, rows: Sequence[Listing], lane: str) -> dict[int, Any]:
    found = ListingLevel.objects.for_actor(who).filter(listing__in=rows, lane=lane)
    return {level.listing_id: _brief(level) for level in found}


def _brief(level: ListingLevel) -> SafeString:
    wanted = _value(level.desired_value, None)
    if level.desired_value == level.acknowledged_value:
        return format_html("{}", wanted)
    tone = "bad" if level.refusal else "busy"
    return format_html("{} {}", wanted, chip(tone, f"← {_value(level.acknowledged_value, None)}", level.refusal[:200]))


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
        "lacks",
        "refusal_brief",
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

    @display(description=gettext_lazy("missing"))
    def lacks(self, row: Listing) -> SafeString | str:
        names = [m.get("field", "") for m in row.missing]
        return chip("look", ", ".join(names)[:60], ", ".join(names)) if names else EMPTY

    @display(description=gettext_lazy("refusal"))
    def refusal_brief(self, row: Listing) -> SafeString | str:
        return chip("bad", row.refusal[:60], row.refusal) if row.refusal else EMPTY

    def sections(self, request: HttpRequest, row: Listing) -> list[Section]:
        content = {k: v for k, v in row.content.items() if k not in ("description", "images", "attributes")}
        return [
            Box(_("What is missing"), missing_facts(row.missing) if row.missing else chip("good", _("complete"))),
            _level_table(row),
            *made.section(row),
            Box(_("What it should say"), pairs(content)),
            Table(_("Attributes"), [_("their attribute"), _("their value"), _("free text")],
                  [(a.get("attribute_ref"), a.get("value_ref") or EMPTY, a.get("text") or EMPTY)
                   for a in row.content.get("attributes", [])]),
        ]  # fmt: skip


def _level_table(row: Listing) -> Table:
    levels = ListingLevel.objects.for_seller(row.seller_id).filter(listing=row).order_by("-lane")
    rows = [
        (
            _lane(x.lane), _value(x.desired_value, x.desired_list), _value(x.submitted_value, x.submitted_list),
            _value(x.acknowledged_value, x.acknowledged_list), _value(x.observed_value, x.observed_list), _work(x),
            x.refusal or EMPTY, when(x.acknowledged_at),
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


def _lane(lane: str) -> str:
    return str(_("stock")) if lane == "stock" else str(_("price"))


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
        choice_filter("lane", gettext_lazy("lane"), {lane: (lane, Q(lane=lane)) for lane in LANES}),
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
    list_select_related = ["listing", "seller"]
    search_fields = ["listing__listing_ref", "listing__variant__sku"]
    fields = [
        "listing",
        "lane",
        "seller",
        "storefront",
        "version",
        "desired",
        "desired_at",
        "submitted",
        "submitted_version",
        "acknowledged",
        "acknowledged_at",
        "observed",
        "observed_at",
        "work",
        "repeats",
        "attempts",
        "not_before",
        "refusal",
    ]
    readonly_fields = ["desired", "submitted", "acknowledged", "observed", "work"]
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
        return _value(row.desired_value, row.desired_list)

    @display(description=gettext_lazy("submitted"))
    def submitted(self, row: ListingLevel) -> str:
        return _value(row.submitted_value, row.submitted_list)

    @display(description=gettext_lazy("acknowledged"))
    def acknowledged(self, row: ListingLevel) -> str:
        return _value(row.acknowledged_value, row.acknowledged_list)

    @display(description=gettext_lazy("observed"))
    def observed(self, row: ListingLevel) -> Any:
        shown = _value(row.observed_value, row.observed_list)
        is_drift = (
            row.observed_value is not None and row.batch_id is None and row.observed_value != row.acknowledged_value
        )
        return chip("bad", shown, _("not what was acknowledged")) if is_drift else shown

    @display(description=gettext_lazy("work"))
    def work(self, row: ListingLevel) -> SafeString:
        return _work(row)

    @display(description=gettext_lazy("refusal"))
    def refusal_brief(self, row: ListingLevel) -> SafeString | str:
        return chip("bad", row.refusal[:60], row.refusal) if row.refusal else EMPTY
