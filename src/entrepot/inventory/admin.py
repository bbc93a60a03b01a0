"""Stock as told, promised, short, held back."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib.admin import display, register
from django.db.models import Q
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from entrepot.accounts.admin import seller_field
from entrepot.catalog.admin.links import VariantLink
from entrepot.catalog.queries import variant_ids_by_sku
from entrepot.channels import queries as channels
from entrepot.core.actor import Actor
from entrepot.core.errors import Invalid
from entrepot.web.admin import (
    Button,
    Column,
    Endless,
    OwnChoices,
    Page,
    StateChip,
    actor_of,
    chip,
    choice_filter,
    state_filter,
)
from entrepot.web.admin.show import rate

from . import queries, services
from .models import Buffer, Reservation, Shortage, StockLevel


def _available(who: Actor, rows: Sequence[StockLevel]) -> dict[int, Any]:
    found = queries.available(variant_ids=[r.variant_id for r in rows])
    return {r.pk: _piece(found.get(r.variant_id)) for r in rows}


def _piece(number: int | None) -> Any:
    if number is None:
        return chip("look", _("unknown"))
    return chip("bad", number) if number < 0 else number


def count_again(*, seller_id: int, level: StockLevel, on_hand: int, at: Any) -> list[int]:
    """A person counted: the level as typed in, at the level's own location."""
    return services.record_readings(
        seller_id=seller_id, readings=[(level.variant_id, on_hand)], began_at=at, source="hub", location=level.location
    )


@register(StockLevel)
class StockLevelPage(VariantLink, Page):
    list_display = ["sku", "location", "on_hand_shown", "available", "source", "read_at", "seller"]
    list_filter = [
        choice_filter(
            "level",
            gettext_lazy("level"),
            {
                "none": (gettext_lazy("none left"), Q(on_hand__lte=0)),
                "unknown": (gettext_lazy("unknown"), Q(on_hand__isnull=True)),
                "some": (gettext_lazy("some"), Q(on_hand__gt=0)),
            },
        ),
        "location",
        "source",
        ("seller", OwnChoices),
    ]
    list_select_related = ["variant", "seller"]
    search_fields = ["variant__sku", "=variant__gtin"]
    columns = [Column("available", gettext_lazy("available"), _available)]
    buttons = [
        Button(
            name="count", label=gettext_lazy("Type in a count"), call=count_again, subject="level",
            ask={"on_hand": forms.IntegerField(label=gettext_lazy("Pieces on hand"))},
            help=gettext_lazy("The store's next reading replaces it."),
        ),
    ]  # fmt: skip

    @display(description=gettext_lazy("on hand"), ordering="on_hand")
    def on_hand_shown(self, row: StockLevel) -> Any:
        return _piece(row.on_hand)


@register(Reservation)
class ReservationPage(VariantLink, StateChip, Page):
    list_display = ["sku", "quantity", "state_chip", "made_at", "ended_at", "seller"]
    list_filter = [state_filter(["held", "absorbed", "released"]), ("seller", OwnChoices)]
    list_select_related = ["variant", "seller"]
    search_fields = ["variant__sku", "=line_id"]
    fields = ["sku", "quantity", "state_chip", "made_at", "ended_at", "seller"]
    readonly_fields = ["sku", "state_chip"]
    paginator = Endless


@register(Shortage)
class ShortagePage(VariantLink, Page):
    list_display = ["sku", "quantity", "open_chip", "found_at", "ended_at", "ending", "seller"]
    list_filter = [
        choice_filter(
            "open",
            gettext_lazy("open"),
            {
                "yes": (gettext_lazy("open"), Q(ended_at__isnull=True)),
                "no": (gettext_lazy("ended"), Q(ended_at__isnull=False)),
            },
        ),
        ("seller", OwnChoices),
    ]
    list_select_related = ["variant", "seller"]
    search_fields = ["variant__sku", "=line_id"]
    fields = ["sku", "quantity", "open_chip", "found_at", "ended_at", "ending", "seller"]
    readonly_fields = ["sku", "open_chip"]

    @display(description=gettext_lazy("state"), ordering="ended_at")
    def open_chip(self, row: Shortage) -> SafeString:
        return chip("calm", _("ended")) if row.ended_at else chip("bad", _("open"))


def _buffer_fields(request: HttpRequest, row: Buffer | None) -> dict[str, forms.Field]:
    fronts = channels.visible_storefronts(actor=actor_of(request))
    accounts = channels.visible_channels(actor=actor_of(request))
    asked: dict[str, forms.Field] = {} if row else {
        **seller_field(request),
        "storefront_id": forms.TypedChoiceField(
            choices=[("", gettext_lazy("all storefronts")), *((s.pk, str(s)) for s in fronts)], coerce=int,
            empty_value=None, required=False, label=gettext_lazy("Storefront"),
        ),
        "channel_id": forms.TypedChoiceField(
            choices=[("", gettext_lazy("all channels")), *((c.pk, str(c)) for c in accounts)], coerce=int,
            empty_value=None, required=False, label=gettext_lazy("Channel (instead of a storefront)"),
        ),
        "sku": forms.CharField(required=False, max_length=100, label=gettext_lazy("SKU (empty: all)")),
    }  # fmt: skip
    return asked | {
        "pieces": forms.IntegerField(min_value=0, initial=row.pieces if row else 0, label=gettext_lazy("Pieces")),
        "fraction": forms.DecimalField(
            min_value=0,
            max_value=1,
            initial=row.fraction if row else 0,
            label=gettext_lazy("Fraction of what there is"),
            help_text=gettext_lazy("0.10 holds back ten per cent, rounded up."),
        ),
        "pace": forms.DecimalField(
            min_value=0,
            max_value=100,
            decimal_places=2,
            initial=row.pace if row else 0,
            label=gettext_lazy("Times what sells while the channel learns of it"),
            help_text=gettext_lazy("1 holds back what sells on average in the measured delay of the storefront."),
        ),
    }


def add_buffer(
    *, seller_id: int, storefront_id: int | None, channel_id: int | None, sku: str, pieces: int, fraction: Decimal,
    pace: Decimal,
) -> Buffer:  # fmt: skip
    """``set_buffer`` for a SKU as a person types it."""
    if storefront_id is not None:
        channels.storefront_of(seller_id=seller_id, storefront_id=storefront_id)
    if channel_id is not None:
        channels.channel_of(seller_id=seller_id, channel_id=channel_id)
    variant_id = None
    if sku.strip():
        variant_id = variant_ids_by_sku(seller_id=seller_id, skus=[sku.strip()]).get(sku.strip())
        if variant_id is None:
            raise Invalid("buffer", "sku", f"{sku!r} is not known")
    return services.set_buffer(
        seller_id=seller_id, storefront_id=storefront_id, channel_id=channel_id, variant_id=variant_id, pieces=pieces,
        fraction=fraction, pace=pace,
    )  # fmt: skip


def change_buffer(*, seller_id: int, buffer: Buffer, pieces: int, fraction: Decimal, pace: Decimal) -> Buffer:
    """Other amounts for the same storefront or channel, and variant."""
    return services.set_buffer(
        seller_id=seller_id, storefront_id=buffer.storefront_id, channel_id=buffer.channel_id,
        variant_id=buffer.variant_id, pieces=pieces, fraction=fraction, pace=pace,
    )  # fmt: skip


@register(Buffer)
class BufferPage(Page):
    list_display = ["held_for", "storefront_shown", "pieces", "share", "pace", "seller"]
    list_filter = [("storefront", OwnChoices), ("seller", OwnChoices)]
    list_select_related = ["variant", "storefront__channel", "channel", "seller"]
    search_fields = ["variant__sku"]
    buttons = [
        Button(
            name="add",
            label=gettext_lazy("Hold something back"),
            call=add_buffer,
            on="list",
            ask=_buffer_fields,
            tone="main",
        ),
        Button(name="change", label=gettext_lazy("Change"), call=change_buffer, subject="buffer", ask=_buffer_fields),
    ]

    @display(description=gettext_lazy("SKU"))
    def held_for(self, row: Buffer) -> str:
        return row.variant.sku if row.variant else _("all variants")

    @display(description=gettext_lazy("storefront"))
    def storefront_shown(self, row: Buffer) -> str:
        place = row.storefront or row.channel
        return str(place) if place else _("all storefronts")

    @display(description=gettext_lazy("fraction"), ordering="fraction")
    def share(self, row: Buffer) -> str:
        return rate(row.fraction)
