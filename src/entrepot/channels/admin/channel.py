"""Channels: health, checks, match report, kill switches. What calls the remote hangs on from above."""

from __future__ import annotations

from django.contrib.admin import display, register
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from entrepot.channels.models import BreakerState, Channel, Storefront
from entrepot.channels.states import CHANNEL
from entrepot.web.admin import Box, OwnChoices, Page, Section, StateChip, Table, chip, state_filter, yes_no
from entrepot.web.admin.show import lines, list_link, pairs, row_link, when

from .buttons import switch_buttons, webhook_buttons, work_buttons
from .forms import connect_buttons
from .webhooks import webhook_table

_MOST_UNMATCHED = 20


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
    buttons = [*connect_buttons(), *work_buttons(), *switch_buttons(), *webhook_buttons()]

    @display(description=gettext_lazy("switches"))
    def switches(self, row: Channel) -> SafeString:
        paused = chip("bad", _("pushes paused")) if row.is_push_paused else ""
        zeroed = chip("bad", _("stock zero")) if row.is_zeroed else ""
        unseen = row.role == "marketplace" and row.state == "live" and row.first_push_approved_at is None
        first = chip("look", _("first push waits")) if unseen else ""
        rule = chip("good", _("approves by rule")) if row.is_auto_approving else ""
        return format_html("{} {} {} {}", paused, zeroed, first, rule)

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
            *webhook_table(row),
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
