"""What an order's page offers to who answers for buyers' data."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _

from entrepot.web.admin import OWNERS, Box, Section, actor_of


def section(request: HttpRequest, row: Any) -> list[Section]:
    """A link to all that is held of the buyer, for owners and the operator."""
    if actor_of(request).role not in OWNERS:
        return []
    link = format_html(
        '<a class="link" href="{}">{}</a>', reverse("api-1:export_buyer", args=[row.pk]), _("all that is held, as JSON")
    )
    return [Box(_("Buyer\u2019s data"), link)]
