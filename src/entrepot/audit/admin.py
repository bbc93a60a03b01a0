"""What people did: newest first, for operators and owners, never changed."""

from __future__ import annotations

from typing import Any

from django.contrib.admin import display, register
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from entrepot.web.admin import OWNERS, Endless, Page

from .models import AuditEntry


@register(AuditEntry)
class AuditEntryPage(Page):
    list_display = ["recorded_at", "actor", "role", "door", "what", "came_from", "seller_id"]
    list_filter = ["door", "role"]
    search_fields = ["actor", "what", "=came_from"]
    ordering = ["-id"]
    paginator = Endless
    empty_words = gettext_lazy("Nobody has changed anything yet.")
    fields = ["recorded_at", "actor", "role", "door", "what", "came_from", "given", "rows", "seller_id"]
    readonly_fields = ["given", "rows"]

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        actor = getattr(request, "actor", None)
        return actor is not None and actor.role in OWNERS

    @display(description=gettext_lazy("fields given"))
    def given(self, row: AuditEntry) -> str:
        return ", ".join(row.fields)

    @display(description=gettext_lazy("rows named"))
    def rows(self, row: AuditEntry) -> str:
        return ", ".join(map(str, row.subject_ids))
