"""Which of ours is which of theirs, what we set out to do there, and their words."""

from __future__ import annotations

from typing import Any

from django.contrib.admin import display, register
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from entrepot.channels.models import Binding, Intent, Taxon
from entrepot.channels.states import INTENT
from entrepot.core.text import fold
from entrepot.web.admin import Box, Endless, OwnChoices, Page, Section, StateChip, chip, state_filter, yes_no
from entrepot.web.admin.show import pretty, row_link
from entrepot.web.admin.words import word

_PAGES = {
    "product": "catalog.product", "variant": "catalog.variant", "listing": "listings.listing", "order": "orders.order",
    "package": "fulfilment.package",
}  # fmt: skip
_SUBJECTS = {
    "store_order": "orders.order", "settle_total": "orders.order", "store_cancel": "orders.order",
    "store_lower": "orders.order", "store_waybills": "orders.order",
    "package_move": "fulfilment.package", "label": "fulfilment.package",
}  # fmt: skip


@register(Binding)
class BindingPage(Page):
    list_display = ["their_ref", "kind", "ours", "parent_ref", "channel", "is_primary", "seller"]
    list_filter = ["kind", ("channel", OwnChoices), ("seller", OwnChoices), "is_primary"]
    list_select_related = ["channel", "seller"]
    search_fields = ["=their_ref", "=parent_ref", "=our_id"]
    paginator = Endless

    @display(description=gettext_lazy("ours"), ordering="our_id")
    def ours(self, row: Binding) -> SafeString:
        return row_link(_PAGES.get(row.kind, ""), row.our_id, f"{word(row.kind)} {row.our_id}")


@register(Intent)
class IntentPage(StateChip, Page):
    machine = INTENT
    list_display = ["our_ref", "kind", "step", "subject", "state_chip", "channel", "attempts", "seller"]
    list_filter = [state_filter(INTENT.states), "kind", ("channel", OwnChoices), ("seller", OwnChoices)]
    list_select_related = ["channel", "seller"]
    search_fields = ["=our_ref", "=their_ref", "=subject_id"]
    fields = [
        "our_ref", "state_chip", "kind", "step", "subject", "channel", "seller", "their_ref", "attempts", "not_before",
        "created_at", "sent_at", "settled_at", "last_error",
    ]  # fmt: skip
    readonly_fields = ["state_chip", "subject"]

    @display(description=gettext_lazy("subject"), ordering="subject_id")
    def subject(self, row: Intent) -> SafeString:
        label = _SUBJECTS.get(row.kind, "")
        return row_link(label, row.subject_id, f"{word(label.rpartition('.')[2])} {row.subject_id}")

    def sections(self, request: HttpRequest, row: Intent) -> list[Section]:
        return [Box(_("What to send"), pretty(row.payload)), Box(_("What came of it"), pretty(row.result))]


@register(Taxon)
class TaxonPage(Page):
    seller_path = ""
    list_display = ["name", "kind", "ref", "scope", "path", "needed", "gone", "connector"]
    list_filter = ["connector", "kind", "is_gone"]
    search_fields = ["folded", "=ref", "=scope"]
    paginator = Endless

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> Any:
        """Names are compared folded: case and the four Turkish i's do not count."""
        found, many = super().get_search_results(request, queryset, search_term)
        return found | queryset.filter(folded__contains=fold(search_term)) if search_term else found, many

    @display(description=gettext_lazy("path"))
    def path(self, row: Taxon) -> str:
        return row.facts.get("path", "") or "–"

    @display(description=gettext_lazy("required"))
    def needed(self, row: Taxon) -> SafeString:
        return yes_no(row.facts.get("required"))

    @display(description=gettext_lazy("gone"), ordering="is_gone")
    def gone(self, row: Taxon) -> SafeString | str:
        return chip("bad", _("gone")) if row.is_gone else "–"
