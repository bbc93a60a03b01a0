"""The call log: newest first, never changed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from django.contrib.admin import display, register
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from entrepot.channels.models import CallLog, Channel
from entrepot.core.actor import Actor
from entrepot.web.admin import Box, Column, Endless, Page, Section, chip, choice_filter
from entrepot.web.admin.show import pretty, row_link

_ABOUT = re.compile(r"\d+:\S+")  # core.correlation


def _channels(who: Actor, rows: Sequence[CallLog]) -> dict[int, Any]:
    names = dict(Channel.objects.for_actor(who).filter(id__in={r.channel_id for r in rows}).values_list("id", "name"))
    return {r.pk: row_link("channels.channel", r.channel_id, names.get(r.channel_id, r.channel_id)) for r in rows}


@register(CallLog)
class CallLogPage(Page):
    list_display = ["recorded_at", "method", "endpoint", "status_chip", "outcome", "ms", "attempt", "channel"]
    list_filter = [
        choice_filter(
            "answer",
            gettext_lazy("answer"),
            {
                "ok": (gettext_lazy("good"), Q(status__lt=400)),
                "refused": (gettext_lazy("4xx"), Q(status__gte=400, status__lt=500)),
                "broken": (gettext_lazy("5xx"), Q(status__gte=500)),
                "none": (gettext_lazy("none"), Q(status__isnull=True)),
            },
        ),
        "method",
    ]
    search_fields = ["endpoint", "path", "error"]
    columns = [Column("channel", gettext_lazy("channel"), _channels)]
    ordering = ["-recorded_at", "-id"]
    paginator = Endless
    fields = [
        "recorded_at",
        "method",
        "path",
        "endpoint",
        "status_chip",
        "outcome",
        "ms",
        "sent_bytes",
        "received_bytes",
        "attempt",
        "error",
        "about",
    ]
    readonly_fields = ["status_chip", "about"]

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest | None = None) -> bool:
        return lookup == "channel_id" or super().lookup_allowed(lookup, value, request)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[CallLog], search_term: str
    ) -> tuple[QuerySet[CallLog], bool]:
        if _ABOUT.fullmatch(search_term.strip()):
            return queryset.exclude(correlation=[]).filter(correlation__contains=[search_term.strip()]), False
        return super().get_search_results(request, queryset, search_term)

    @display(description=gettext_lazy("status"), ordering="status")
    def status_chip(self, row: CallLog) -> SafeString:
        if row.status is None:
            return chip("bad", _("no answer"))
        tone = "good" if row.status < 400 else "look" if row.status == 429 else "bad"  # noqa: PLR2004 - HTTP
        return chip(tone, row.status)

    @display(description=gettext_lazy("made for"))
    def about(self, row: CallLog) -> str:
        return ", ".join(row.correlation)

    def sections(self, request: HttpRequest, row: CallLog) -> list[Section]:
        return [
            Box(_("Sent (redacted)"), pretty(row.request_body)),
            Box(_("Received (redacted)"), pretty(row.response_body)),
        ]
