"""Webhooks: what we want beside what the remote had when we looked last."""

from __future__ import annotations

from typing import Any

from django.contrib.admin import display, register
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from entrepot.channels import queries, services
from entrepot.channels.models import Channel, Subscription
from entrepot.kit.registry import connector
from entrepot.web.admin import Box, Button, OwnChoices, Page, Section, Table, chip, yes_no
from entrepot.web.admin.show import EMPTY, list_link, pairs, row_link, said

_WORDS = {
    "ok": ("good", gettext_lazy("as wanted")), "missing": ("bad", gettext_lazy("missing there")),
    "switched_off": ("bad", gettext_lazy("switched off there")), "unwanted": ("look", gettext_lazy("not wanted")),
    "off": ("calm", gettext_lazy("off")), "of_others": ("calm", gettext_lazy("not ours")),
}  # fmt: skip


def webhook_table(row: Channel) -> list[Section]:
    """The section of a channel's page; none where the remote has no webhooks."""
    if not connector(row.connector).has("register_webhooks"):
        return []
    found = queries.webhooks(channel=row)
    rows = [
        (
            row_link("channels.subscription", w.subscription.pk, w.topic) if w.subscription else w.topic,
            chip(*_WORDS[w.state]), w.subscription.host if w.subscription else EMPTY,
            w.subscription.subscription_ref if w.subscription else EMPTY,
        )
        for w in found
    ]  # fmt: skip
    seen = row.webhooks_seen_at
    note = _("as it was at %(at)s") % {"at": said(seen)} if seen else _("Nobody looked at the remote yet.")
    headers = [_("topic"), _("state"), _("leads to"), _("their number")]
    only = f"channel_id={row.pk}"
    more = pairs({
        _("How webhooks come"): list_link("ingress.hookwatch", _("kind by kind"), only),
        _("Gaps of webhooks"): list_link("ingress.hookincident", _("of this channel"), only),
    })  # fmt: skip
    return [
        Table(_("Webhooks"), headers, rows, empty=_("None there, none wanted."), note=note),
        Box(_("Whether they come"), more),
    ]


def switch(*, seller_id: int, subscription: Subscription, action: str, asked_by: str, at: Any) -> Any:
    """Activate, deactivate or delete it, as a run."""
    return services.start_work(
        seller_id=seller_id, channel_id=subscription.channel_id, work="webhook_switch", asked_by=asked_by, at=at,
        options={"subscription_ref": subscription.subscription_ref, "action": action},
    )  # fmt: skip


def _button(action: str, label: Any, fits: Any, **more: Any) -> Button:
    return Button(
        name=action, label=label, call=switch, subject="subscription", fixed={"action": action}, when=fits, **more
    )


@register(Subscription)
class SubscriptionPage(Page):
    list_display = ["topic", "channel", "active", "ours", "host", "subscription_ref", "seen_at", "seller"]
    list_filter = [("channel", OwnChoices), "is_active", "is_ours", ("seller", OwnChoices)]
    list_select_related = ["channel", "seller"]
    search_fields = ["topic", "=subscription_ref"]
    buttons = [
        _button("activate", gettext_lazy("Switch on"), lambda s: s.is_ours and not s.is_active, tone="main"),
        _button(
            "deactivate", gettext_lazy("Switch off"), lambda s: s.is_ours and s.is_active,
            help=gettext_lazy("It stays there and is not revived by itself."),
        ),
        _button("delete", gettext_lazy("Delete there"), lambda s: s.is_ours, tone="danger",
                confirm=gettext_lazy("The subscription is deleted there; what it told us, polls bring later.")),
    ]  # fmt: skip

    @display(description=gettext_lazy("active"), ordering="is_active")
    def active(self, row: Subscription) -> SafeString:
        return yes_no(row.is_active)

    @display(description=gettext_lazy("ours"), ordering="is_ours")
    def ours(self, row: Subscription) -> SafeString:
        return yes_no(row.is_ours)
