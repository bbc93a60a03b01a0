"""Channels: health, checks, match report, kill switches. What calls the remote hangs on from above."""

from __future__ import annotations

from typing import Any

from django.contrib.admin import display, register
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from entrepot.channels import services
from entrepot.channels.models import BreakerState, Channel, Storefront
from entrepot.channels.states import CHANNEL
from entrepot.web.admin import Box, Button, OwnChoices, Page, Section, StateChip, Table, chip, state_filter, yes_no
from entrepot.web.admin.show import lines, list_link, pairs, row_link, when

from .forms import connect_buttons, secret_fields, setting_fields, storefront_fields

_MOST_UNMATCHED = 20


def replace_secrets(*, seller_id: int, channel_id: int, at: Any, **secrets: str) -> Channel:
    """New credentials, each in a field of its own."""
    return services.replace_secrets(seller_id=seller_id, channel_id=channel_id, secrets=secrets, at=at)


def change_settings(*, seller_id: int, channel_id: int, **settings: Any) -> Channel:
    """The connector's settings, each in a field of its own."""
    given = {name.replace("__", "."): value for name, value in settings.items()}
    return services.change_settings(seller_id=seller_id, channel_id=channel_id, settings=given)


def _open(row: Channel) -> bool:
    return row.state != "retired"


@register(Channel)
class ChannelPage(StateChip, Page):
    machine = CHANNEL
    list_display = ["name", "connector", "role", "state_chip", "switches", "health", "seller", "last_ok_at"]
    list_filter = [
        state_filter(CHANNEL.states),
        "role",
        "connector",
        "is_push_paused",
        "is_zeroed",
        ("seller", OwnChoices),
    ]
    list_select_related = ["seller"]
    search_fields = ["name", "account_ref", "seller__code", "seller__name"]
    concealed = ["secrets", "webhook_secret", "webhook_token"]
    fields = [
        "state_chip",
        "name",
        "connector",
        "role",
        "seller",
        "base_url",
        "account_ref",
        "switches",
        "health",
        "last_ok_at",
        "last_error_at",
        "orders_from",
        "first_push_approved_at",
        "is_auto_approving",
        "created_at",
    ]
    readonly_fields = ["state_chip", "switches", "health"]
    buttons = [
        *connect_buttons(),
        Button(
            name="approve-first-push",
            label=gettext_lazy("Approve the first push"),
            call=services.approve_first_push,
            subject="channel_id",
            tone="main",
            when=lambda c: _open(c) and c.role == "marketplace" and c.first_push_approved_at is None,
            help=gettext_lazy("You have seen what differs and let it travel."),
        ),
        Button(
            name="pause",
            label=gettext_lazy("Pause pushes"),
            call=services.pause_pushes,
            subject="channel_id",
            fixed={"is_paused": True},
            when=lambda c: _open(c) and not c.is_push_paused,
            tone="danger",
            help=gettext_lazy("Kill switch: nothing travels out. Pulls go on."),
        ),
        Button(
            name="resume",
            label=gettext_lazy("Resume pushes"),
            call=services.pause_pushes,
            subject="channel_id",
            fixed={"is_paused": False},
            when=lambda c: _open(c) and c.is_push_paused,
            tone="main",
        ),
        Button(
            name="zero",
            label=gettext_lazy("Publish stock zero"),
            call=services.zero_stock,
            subject="channel_id",
            fixed={"is_zeroed": True},
            when=lambda c: _open(c) and c.role == "marketplace" and not c.is_zeroed,
            tone="danger",
            help=gettext_lazy("Kill switch: every listing of this channel shows nothing in stock."),
        ),
        Button(
            name="unzero",
            label=gettext_lazy("Publish true stock again"),
            call=services.zero_stock,
            subject="channel_id",
            fixed={"is_zeroed": False},
            when=lambda c: c.is_zeroed,
            tone="main",
        ),
        Button(
            name="open-storefront",
            label=gettext_lazy("Open a storefront"),
            call=services.open_storefront,
            subject="channel_id",
            when=lambda c: _open(c) and c.role == "marketplace",
            ask=storefront_fields,
        ),
        Button(
            name="settings",
            label=gettext_lazy("Settings"),
            call=change_settings,
            subject="channel_id",
            when=_open,
            ask=setting_fields,
        ),
        Button(
            name="credentials",
            label=gettext_lazy("New credentials"),
            call=replace_secrets,
            subject="channel_id",
            when=_open,
            ask=secret_fields,
        ),
        Button(
            name="retire",
            label=gettext_lazy("Retire"),
            call=services.move_channel,
            subject="channel",
            event="retire",
            fixed={"event": "retire", "actor": "seller"},
            tone="danger",
        ),
    ]

    @display(description=gettext_lazy("switches"))
    def switches(self, row: Channel) -> SafeString:
        paused = chip("bad", _("pushes paused")) if row.is_push_paused else ""
        zeroed = chip("bad", _("stock zero")) if row.is_zeroed else ""
        unseen = row.role == "marketplace" and row.state == "live" and row.first_push_approved_at is None
        first = chip("look", _("first push waits")) if unseen else ""
        return format_html("{} {} {}", paused, zeroed, first)

    @display(description=gettext_lazy("health"))
    def health(self, row: Channel) -> SafeString:
        if row.state == "locked_out":
            return chip("bad", _("no access"), row.last_error[:200])
        failed_last = row.last_error_at and (row.last_ok_at is None or row.last_error_at > row.last_ok_at)
        if failed_last:
            return chip("look", _("last call failed"), row.last_error[:200])
        return chip("good", _("answers")) if row.last_ok_at else chip("calm", _("not called yet"))

    def sections(self, request: HttpRequest, row: Channel) -> list[Section]:
        return [
            _fronts(row),
            _checks(row),
            *_match(row),
            Box(_("Settings"), _settings(row)),
            Box(_("Health"), _health(row)),
        ]


def _fronts(row: Channel) -> Table:
    fronts = Storefront.objects.for_seller(row.seller_id).filter(channel=row).order_by("code")
    rows = [
        (row_link("channels.storefront", s.pk, s.code), s.country, s.currency, s.language, yes_no(s.is_open))
        for s in fronts
    ]
    return Table(_("Storefronts"), [_("code"), _("country"), _("currency"), _("language"), _("open")], rows)


def _checks(row: Channel) -> Table:
    rows = [
        (name, chip("good", "ok") if found == "ok" else chip("bad", found))
        for name, found in sorted(row.checks.items())
    ]
    return Table(_("What the last check found"), [_("right"), _("result")], rows, empty=_("Not checked yet."))


def _match(row: Channel) -> list[Section]:
    report = row.match_report
    if not report:
        return []
    ambiguous, none = report.get("ambiguous", []), report.get("none", [])
    counts = [
        (_("read"), report.get("read", 0)), (_("exact"), report.get("exact", 0)),
        (_("but for case, spaces and zeros"), report.get("normalised", 0)), (_("several of ours fit"), len(ambiguous)),
        (_("not known here"), len(none)), (_("set aside"), report.get("set_aside", 0)),
    ]  # fmt: skip
    unclear = [(", ".join(a.get("theirs", [])), ", ".join(a.get("ours", []))) for a in ambiguous[:_MOST_UNMATCHED]]
    unclear += [(", ".join(map(str, n)), "–") for n in none[:_MOST_UNMATCHED]]
    return [
        Table(_("Match report"), [_("fit"), _("records")], counts),
        Table(_("What does not fit"), [_("theirs"), _("ours")], unclear, empty=_("Everything fits.")),
    ]


def _settings(row: Channel) -> SafeString:
    return pairs({name: value if value not in ("", None) else "–" for name, value in sorted(row.settings.items())})


def _health(row: Channel) -> SafeString:
    breaker = BreakerState.objects.filter(channel=row).first()
    return pairs({
        _("failures in a row"): breaker.failures if breaker else 0,
        _("last answer"): when(row.last_ok_at),
        _("last error"): lines([row.last_error]) if row.last_error else "–",
        _("calls"): list_link("channels.calllog", _("call log of this channel"), f"channel_id={row.pk}"),
    })  # fmt: skip


@register(Storefront)
class StorefrontPage(Page):
    list_display = ["channel", "code", "country", "currency", "language", "open_chip", "seller"]
    list_display_links = ["code"]
    list_filter = [("channel", OwnChoices), "country", "is_open", ("seller", OwnChoices)]
    list_select_related = ["channel", "seller"]
    search_fields = ["code", "channel__name", "=country"]

    @display(description=gettext_lazy("open"), ordering="is_open")
    def open_chip(self, row: Storefront) -> SafeString:
        return yes_no(row.is_open)
