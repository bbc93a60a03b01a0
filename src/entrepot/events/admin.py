"""Events, history, marks, cursors, and what stands in their way."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.admin import display, register
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from entrepot.web.admin import Box, Button, Endless, Page, Section, chip, state_chip
from entrepot.web.admin.show import EMPTY, pretty, row_link
from entrepot.web.admin.words import word

from . import queries, services
from .models import Dirty, Event, EventCursor, ParkedEvent, StateChange

OPERATORS = frozenset({"operator"})
PAGES = {
    "order": "orders.order",
    "package": "fulfilment.package",
    "product": "catalog.product",
    "listing": "listings.listing",
    "channel": "channels.channel",
    "intent": "channels.intent",
    "push_batch": "egress.pushbatch",
}


def subject_link(topic: str, key: Any) -> SafeString:
    """The row that an event or a move is about."""
    return row_link(PAGES.get(topic, ""), key, f"{word(topic)} {key}")


@register(Event)
class EventPage(Page):
    list_display = ["seq", "type", "about", "at", "recorded_at", "seller_id"]
    list_filter = ["topic"]
    search_fields = ["=type", "=key", "=subject"]
    ordering = ["-seq"]
    paginator = Endless
    concealed = ["payload"]

    @display(description=gettext_lazy("subject"))
    def about(self, row: Event) -> SafeString:
        return subject_link(row.topic, row.key)

    def sections(self, request: HttpRequest, row: Event) -> list[Section]:
        return [Box(_("Payload"), pretty(row.payload))]


@register(StateChange)
class StateChangePage(Page):
    list_display = ["at", "machine", "about", "move", "actor", "by", "note_brief"]
    list_filter = ["machine", "actor", "inferred"]
    search_fields = ["=subject_id", "=event", "by"]
    paginator = Endless

    @display(description=gettext_lazy("subject"), ordering="subject_id")
    def about(self, row: StateChange) -> SafeString:
        return subject_link(row.machine, row.subject_id)

    @display(description=gettext_lazy("move"))
    def move(self, row: StateChange) -> SafeString:
        return format_html("{} → {}", state_chip(row.old), state_chip(row.new))

    @display(description=gettext_lazy("note"))
    def note_brief(self, row: StateChange) -> str:
        return row.note[:80]


@register(ParkedEvent)
class ParkedEventPage(Page):
    operator_only = True
    list_display = ["type", "about", "subscriber", "guilty", "tries", "parked_at", "error_brief"]
    list_filter = ["is_guilty", "subscriber", "topic"]
    search_fields = ["=type", "=key", "error"]
    concealed = ["payload"]
    buttons = [
        Button(
            name="replay",
            label=gettext_lazy("Replay"),
            call=services.replay_parked,
            subject="parked_id",
            roles=OPERATORS,
            tone="main",
            help=gettext_lazy("It, and all of its key that waits behind it, in order."),
            shows=lambda n: _("%(count)d events went through.") % {"count": n},
        ),
        Button(
            name="drop",
            label=gettext_lazy("Drop"),
            call=services.drop_parked,
            subject="parked_id",
            roles=OPERATORS,
            tone="danger",
            ask={"reason": forms.CharField(max_length=1000, label=gettext_lazy("Reason"))},
            help=gettext_lazy("Its effect is given up for good; the reason is kept in the events."),
        ),
    ]

    def _back(self, row: Any) -> str:
        is_there = row is not None and ParkedEvent.objects.filter(pk=row.pk).exists()
        return super()._back(row if is_there else None)

    @display(description=gettext_lazy("subject"))
    def about(self, row: ParkedEvent) -> SafeString:
        return subject_link(row.topic, row.key)

    @display(description=gettext_lazy("why"), ordering="is_guilty")
    def guilty(self, row: ParkedEvent) -> SafeString:
        return chip("bad", _("failed")) if row.is_guilty else chip("calm", _("waits behind"))

    @display(description=gettext_lazy("error"))
    def error_brief(self, row: ParkedEvent) -> str:
        return row.error[:100] or EMPTY

    def sections(self, request: HttpRequest, row: ParkedEvent) -> list[Section]:
        return [Box(_("Payload"), pretty(row.payload))]


@register(EventCursor)
class EventCursorPage(Page):
    seller_path = ""
    operator_only = True
    list_display = ["subscriber", "seq", "moved_at", "health", "last_error"]
    search_fields = ["subscriber"]
    ordering = ["subscriber"]

    @display(description=gettext_lazy("health"))
    def health(self, row: EventCursor) -> SafeString:
        if row.cut_off_at:
            return chip("bad", _("cut off"))
        return chip("look", _("failing")) if row.last_error else chip("good", _("ok"))


@register(Dirty)
class DirtyPage(Page):
    """Marks wait for a moment only: what counts is how many."""

    seller_path = ""
    operator_only = True
    list_display = ["kind", "subject_id"]
    list_filter = ["kind"]
    paginator = Endless
    list_before_template = "events/dirty_counts.html"

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        counts = Dirty.objects.values_list("kind").annotate(n=Count("id")).order_by("kind")
        more = {"dirty_counts": list(counts), "unsequenced": queries.unsequenced()}
        return super().changelist_view(request, {**more, **(extra_context or {})})

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).order_by("-id")
