"""What came in: receipts, feeds, records set aside, foreign fields that nobody declared."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django import forms
from django.contrib.admin import display, register
from django.core.files.uploadedfile import UploadedFile
from django.db.models import Exists, OuterRef
from django.http import HttpRequest
from django.utils.html import format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from entrepot.accounts.admin import seller_field
from entrepot.catalog.queries import full_pass
from entrepot.core.clock import from_ms
from entrepot.core.errors import Refused
from entrepot.kit.registry import connectors
from entrepot.web.admin import (
    Box,
    Button,
    Endless,
    OwnChoices,
    Page,
    Section,
    StateChip,
    chip,
    state_chip,
    state_filter,
    yes_no,
)
from entrepot.web.admin.show import EMPTY, pretty, when

from . import services
from .models import DriftSeen, Feed, HookIncident, HookWatch, Receipt, SetAside
from .queries import hook_state
from .services.gone import WHOLE_STOCK
from .services.work import start_pull

_HOOKS = {
    "healthy": ("good", gettext_lazy("come")), "young": ("calm", gettext_lazy("too few to tell")),
    "silent": ("bad", gettext_lazy("do not come")), "off": ("calm", gettext_lazy("off")),
}  # fmt: skip
_CAUSES = {
    "silence": gettext_lazy("silence"), "switched_off": gettext_lazy("switched off there"),
    "missing": gettext_lazy("missing there"),
}  # fmt: skip


@register(Receipt)
class ReceiptPage(Page):
    list_display = [
        "subject_ref",
        "kind",
        "via",
        "status_chip",
        "outcome_chip",
        "channel",
        "received_at",
        "applied_at",
        "seller",
    ]
    list_filter = [
        state_filter(["queued", "done", "dead"], field="status", title=gettext_lazy("status")),
        state_filter(["applied", "stale", "set_aside", "impossible"], field="outcome", title=gettext_lazy("outcome")),
        "kind", "via", ("channel", OwnChoices), ("seller", OwnChoices),
    ]  # fmt: skip
    list_select_related = ["channel", "seller"]
    search_fields = ["=subject_ref", "identity__startswith"]
    paginator = Endless
    concealed = ["raw", "body"]  # buyers' data: shown on the row's page only
    fields = [
        "subject_ref", "kind", "via", "status_chip", "outcome_chip", "channel", "seller", "identity", "received_at",
        "applied_at", "attempts", "not_before", "last_error",
    ]  # fmt: skip
    readonly_fields = ["status_chip", "outcome_chip"]
    buttons = [
        Button(
            name="retry", label=gettext_lazy("Try again"), call=services.retry_receipt, subject="receipt_id",
            tone="main", bulk=True, when=lambda r: r.status == "dead",
            help=gettext_lazy("All that was given up of the same order is applied again."),
        ),
    ]  # fmt: skip

    @display(description=gettext_lazy("status"), ordering="status")
    def status_chip(self, row: Receipt) -> SafeString:
        return state_chip(row.status)

    @display(description=gettext_lazy("outcome"), ordering="outcome")
    def outcome_chip(self, row: Receipt) -> SafeString:
        return state_chip(row.outcome)

    def sections(self, request: HttpRequest, row: Receipt) -> list[Section]:
        posted = None if row.body is None else bytes(row.body).decode("utf-8", "replace")
        return [Box(_("As it was received"), pretty(row.raw if posted is None or row.raw else posted))]


def _misses_many(row: Feed) -> bool:
    found = full_pass(seller_id=row.seller_id, channel_id=row.channel_id) if row.name == WHOLE_STOCK else None
    return found is not None and found.needs_person and found.approved_at is None


def approve_missing(*, seller_id: int, feed_id: int, at: datetime) -> Any:
    """``ingress.services.approve_missing`` of the feed's channel."""
    feed = Feed.objects.for_seller(seller_id).get(id=feed_id)
    return services.approve_missing(seller_id=seller_id, channel_id=feed.channel_id, at=at)


@register(Feed)
class FeedPage(Page):
    list_display = [
        "name",
        "channel",
        "storefront",
        "enabled",
        "every",
        "runs",
        "last_count",
        "last_done_at",
        "trouble",
        "seller",
    ]
    list_filter = ["name", "is_enabled", ("channel", OwnChoices), ("seller", OwnChoices)]
    list_select_related = ["channel", "storefront__channel", "seller"]
    search_fields = ["name", "channel__name"]
    fields = [
        "name",
        "channel",
        "storefront",
        "seller",
        "enabled",
        "every",
        "watermark",
        "runs",
        "last_began_at",
        "last_done_at",
        "last_count",
        "not_before",
        "trouble",
    ]
    readonly_fields = ["enabled", "every", "watermark", "trouble"]
    buttons = [
        Button(
            name="pull", label=gettext_lazy("Pull now"), call=start_pull, subject="feed_id", tone="main",
            when=lambda f: f.channel.state == "live",
        ),
        Button(
            name="approve_missing", label=gettext_lazy("These goods really left"), call=approve_missing,
            subject="feed_id", when=_misses_many, tone="danger",
            confirm=gettext_lazy("The last pass missed more than half of what is on sale. The next one closes them."),
        ),
    ]  # fmt: skip

    @display(description=gettext_lazy("enabled"), ordering="is_enabled")
    def enabled(self, row: Feed) -> SafeString:
        return yes_no(row.is_enabled)

    @display(description=gettext_lazy("every"), ordering="every_s")
    def every(self, row: Feed) -> str:
        return f"{row.every_s:g} s"

    @display(description=gettext_lazy("read up to"))
    def watermark(self, row: Feed) -> Any:
        return EMPTY if row.watermark_ms is None else when(from_ms(row.watermark_ms).astimezone(UTC))

    @display(description=gettext_lazy("trouble"))
    def trouble(self, row: Feed) -> SafeString | str:
        return chip("look", row.last_error[:60], row.last_error) if row.last_error else EMPTY


def _is_open(row: SetAside) -> bool:
    return row.state == "open"


@register(SetAside)
class SetAsidePage(StateChip, Page):
    list_display = ["subject", "field", "reason_brief", "state_chip", "times", "channel", "last_at", "seller"]
    list_filter = [
        state_filter(["open", "replayed", "ignored"]),
        "kind",
        ("channel", OwnChoices),
        ("seller", OwnChoices),
    ]
    list_select_related = ["channel", "seller"]
    search_fields = ["subject", "field", "reason"]
    concealed = ["raw"]
    fields = ["subject", "field", "reason", "state_chip", "kind", "channel", "seller", "times", "first_at", "last_at"]
    readonly_fields = ["state_chip"]
    buttons = [
        Button(
            name="replay", label=gettext_lazy("Replay"), call=services.replay_aside, subject="aside_id", when=_is_open,
            bulk=True, tone="main", help=gettext_lazy("Read it again, through the mapping as it is now."),
        ),
        Button(
            name="ignore", label=gettext_lazy("Ignore"), call=services.ignore_aside, subject="aside_id", when=_is_open,
            bulk=True, confirm=gettext_lazy("The record is left out for good, and no page asks about it again."),
        ),
    ]  # fmt: skip

    @display(description=gettext_lazy("reason"))
    def reason_brief(self, row: SetAside) -> str:
        return row.reason[:120]

    def sections(self, request: HttpRequest, row: SetAside) -> list[Section]:
        return [Box(_("The record"), pretty(row.raw))]


def import_sheet(*, seller_id: int | None, connector: str, file: UploadedFile, at: Any) -> Any:
    """``ingress.services.import_sheet`` with an uploaded file.

    Raises:
        Refused: no seller was chosen.
    """
    if seller_id is None:
        raise Refused(_("choose a seller"))
    return services.import_sheet(seller_id=seller_id, connector=connector, content=file.read(), at=at)


def sheet_fields(request: HttpRequest, row: Any) -> dict[str, forms.Field]:
    """What a sheet needs: whose it is, whose words it holds, and the file."""
    slugs = [(s.slug, s.label) for s in connectors().values() if s.role == "marketplace"]
    return {
        **seller_field(request),
        "connector": forms.ChoiceField(choices=slugs, label=gettext_lazy("Marketplace whose words it holds")),
        "file": forms.FileField(
            label=gettext_lazy("CSV"), help_text=gettext_lazy("With a column sku: facts. With a column kind: words.")
        ),
    }  # fmt: skip


def told_of_sheet(result: Any) -> SafeString:
    """What became of a sheet, the first problems among it, a line each."""
    parts = [_("%(count)d rows changed something.") % {"count": result.changed}]
    for line, field, why in result.problems:
        parts.append(_("Line %(line)s, %(field)s: %(why)s") % {"line": line, "field": field or "–", "why": why})
    if more := result.problem_count - len(result.problems):
        parts.append(_("… and %(count)d more.") % {"count": more})
    return format_html_join(mark_safe("<br>"), "{}", ((part,) for part in parts))


@register(DriftSeen)
class DriftPage(Page):
    list_display = ["path", "kind", "channel", "times", "sample_brief", "first_at", "last_at", "seller"]
    list_filter = ["kind", ("channel", OwnChoices), ("seller", OwnChoices)]
    list_select_related = ["channel", "seller"]
    search_fields = ["path", "sample"]

    @display(description=gettext_lazy("sample"))
    def sample_brief(self, row: DriftSeen) -> str:
        return row.sample[:60]


@register(HookWatch)
class HookWatchPage(Page):
    list_display = ["kind", "channel", "how", "in_a_row", "brought", "missed", "ok_since", "judged_until", "seller"]
    list_filter = ["kind", ("channel", OwnChoices), ("seller", OwnChoices)]
    list_select_related = ["channel", "seller"]
    search_fields = ["kind", "channel__name"]
    fields = ["kind", "channel", "seller", "how", "in_a_row", "brought", "missed", "ok_since", "judged_until"]
    readonly_fields = ["how"]

    def get_queryset(self, request: HttpRequest) -> Any:
        is_open = HookIncident.objects.filter(channel=OuterRef("channel"), kind=OuterRef("kind"), closed_at=None)
        return super().get_queryset(request).annotate(has_gap=Exists(is_open))

    @display(description=gettext_lazy("webhooks"))
    def how(self, row: Any) -> SafeString:
        return chip(*_HOOKS[hook_state(row, row.channel, has_gap=row.has_gap)])


@register(HookIncident)
class HookIncidentPage(Page):
    list_display = ["kind", "channel", "why", "gap_from", "opened_at", "closed_at", "missed", "seller"]
    list_filter = ["kind", "cause", ("channel", OwnChoices), ("seller", OwnChoices)]
    list_select_related = ["channel", "seller"]
    search_fields = ["kind", "channel__name"]
    fields = ["kind", "channel", "seller", "why", "gap_from", "opened_at", "closed_at", "missed"]
    readonly_fields = ["why"]

    @display(description=gettext_lazy("cause"), ordering="cause")
    def why(self, row: HookIncident) -> SafeString:
        return chip("calm" if row.closed_at else "bad", _CAUSES[row.cause])
