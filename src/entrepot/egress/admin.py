"""What went out: batches, and the verdict of each item."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib.admin import display, register
from django.db.models import Q
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from entrepot.web.admin import (
    Box,
    Endless,
    OwnChoices,
    Page,
    Section,
    StateChip,
    Table,
    chip,
    choice_filter,
    state_filter,
)
from entrepot.web.admin.show import EMPTY, list_link, pretty, row_link

from .models import PushBatch, PushItem
from .states import PUSH_BATCH

_SHOWN_ITEMS = 100


def verdict(is_ok: bool | None) -> SafeString:
    """The chip of an item's verdict."""
    if is_ok is None:
        return chip("busy", _("waits"))
    return chip("good", _("taken")) if is_ok else chip("bad", _("refused"))


@register(PushBatch)
class PushBatchPage(StateChip, Page):
    machine = PUSH_BATCH
    list_display = [
        "number",
        "capability",
        "storefront",
        "state_chip",
        "item_count",
        "failures",
        "made_at",
        "settled_at",
        "seller",
    ]
    list_filter = [state_filter(PUSH_BATCH.states), "capability", ("channel", OwnChoices), ("seller", OwnChoices)]
    list_select_related = ["channel", "storefront__channel", "seller"]
    search_fields = ["=batch_ref", "items__listing_ref"]
    fields = [
        "number",
        "capability",
        "state_chip",
        "channel",
        "storefront",
        "seller",
        "batch_ref",
        "item_count",
        "failed_count",
        "made_at",
        "sent_at",
        "settled_at",
        "expires_at",
        "polls",
        "not_before",
        "last_error",
    ]
    readonly_fields = ["number", "state_chip"]

    @display(description=gettext_lazy("number"), ordering="id")
    def number(self, row: PushBatch) -> str:
        return f"#{row.pk}"

    @display(description=gettext_lazy("refused"), ordering="failed_count")
    def failures(self, row: PushBatch) -> SafeString | str:
        return chip("bad", row.failed_count) if row.failed_count else EMPTY

    def sections(self, request: HttpRequest, row: PushBatch) -> list[Section]:
        items = list(
            PushItem.objects.for_seller(row.seller_id).filter(batch=row).order_by("is_ok", "id")[: _SHOWN_ITEMS + 1]
        )
        rows = [_item(i) for i in items[:_SHOWN_ITEMS]]
        more = list_link("egress.pushitem", _("All items of this batch"), f"batch__id__exact={row.pk}")
        note = more if len(items) > _SHOWN_ITEMS else ""
        return [Table(_("Items, refused first"), [_("listing"), _("verdict"), _("reason"), _("sent")], rows, note=note)]


def _item(item: PushItem) -> Sequence[Any]:
    sent = ", ".join(f"{k} {v}" for k, v in item.sent.items() if k in ("stock", "sale", "list") and v is not None)
    return (
        row_link("listings.listing", item.listing_id, item.listing_ref),
        verdict(item.is_ok),
        item.reason,
        sent or EMPTY,
    )


@register(PushItem)
class PushItemPage(Page):
    list_display = ["listing_ref", "batch_link", "verdict", "reason_brief", "seller"]
    list_filter = [
        choice_filter("verdict", gettext_lazy("verdict"), {
            "waits": (gettext_lazy("waits"), Q(is_ok__isnull=True)), "taken": (gettext_lazy("taken"), Q(is_ok=True)),
            "refused": (gettext_lazy("refused"), Q(is_ok=False)),
        }),
        ("seller", OwnChoices),
    ]  # fmt: skip
    list_select_related = ["batch", "seller"]
    search_fields = ["=listing_ref"]
    paginator = Endless
    fields = ["listing_ref", "batch_link", "seller", "verdict", "reason"]
    readonly_fields = ["batch_link", "verdict"]

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest | None = None) -> bool:
        return lookup == "batch__id__exact" or super().lookup_allowed(lookup, value, request)

    @display(description=gettext_lazy("batch"))
    def batch_link(self, row: PushItem) -> SafeString:
        return row_link("egress.pushbatch", row.batch_id, row.batch)

    @display(description=gettext_lazy("verdict"), ordering="is_ok")
    def verdict(self, row: PushItem) -> SafeString:
        return verdict(row.is_ok)

    @display(description=gettext_lazy("reason"))
    def reason_brief(self, row: PushItem) -> str:
        return row.reason[:120]

    def sections(self, request: HttpRequest, row: PushItem) -> list[Section]:
        return [Box(_("As it was sent"), pretty(row.sent))]
