"""Buttons of a channel: work that calls its remote (a run each), switches, webhooks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext_lazy

from entrepot.channels import services
from entrepot.channels.models import Channel
from entrepot.kit.registry import connector
from entrepot.web.admin import Button

from .forms import secret_fields, setting_fields, storefront_fields


def replace_secrets(*, seller_id: int, channel_id: int, at: Any, **secrets: str) -> Channel:
    """New credentials, each in a field of its own."""
    return services.replace_secrets(seller_id=seller_id, channel_id=channel_id, secrets=secrets, at=at)


def change_settings(*, seller_id: int, channel_id: int, **settings: Any) -> Channel:
    """The connector's settings, each in a field of its own."""
    given = {name.replace("__", "."): value for name, value in settings.items()}
    return services.change_settings(seller_id=seller_id, channel_id=channel_id, settings=given)


def _open(row: Channel) -> bool:
    return row.state != "retired"


def _is_market(row: Channel) -> bool:
    return _open(row) and row.role == "marketplace"


def _work(
    work: str,
    label: Any,
    *,
    when: Callable[[Channel], bool],
    event: str = "",
    tone: str = "plain",
    help: Any = "",
    confirm: Any = "",
) -> Button:
    return Button(
        name=work.replace("_", "-"), label=label, call=services.start_work, subject="channel_id", fixed={"work": work},
        when=when, event=event, tone=tone, help=help, confirm=confirm,
    )  # fmt: skip


def work_buttons() -> list[Button]:
    """What is asked of the remote: each starts a run, and leads to it."""
    return [
        _work("check", gettext_lazy("Check every right"), when=_open, tone="main"),
        _work(
            "match", gettext_lazy("Match, changing nothing"), when=lambda c: c.state in ("checked", "matched"),
            tone="main",
        ),
        _work(
            "learn", gettext_lazy("Learn their words"),
            when=lambda c: c.role == "marketplace" and c.state in ("checked", "matched", "live"),
        ),
        _work(
            "go_live", gettext_lazy("Go live"), when=lambda c: c.state == "matched", event="go_live", tone="main",
            help=gettext_lazy("What is on sale there is adopted, the pulls begin. Nothing is sent by this."),
        ),
        _work("pull", gettext_lazy("Pull now"), when=lambda c: c.state == "live"),
        _work(
            "push", gettext_lazy("Push now"),
            when=lambda c: c.state == "live" and c.role == "marketplace" and not c.is_push_paused
            and c.first_push_approved_at is not None,
        ),
    ]  # fmt: skip


def _can_hook(row: Channel) -> bool:
    return _open(row) and connector(row.connector).has("register_webhooks")


def _hooks_on(row: Channel) -> bool:
    return bool(row.settings.get("hub.webhooks") == "on")


def webhook_buttons() -> list[Button]:
    """Webhooks of the account as a whole; each of them has buttons on its own page."""
    return [
        _work("webhooks_on", gettext_lazy("Turn webhooks on"), when=_can_hook,
              help=gettext_lazy("Makes or revives the subscriptions that we want.")),
        _work("webhooks_off", gettext_lazy("Turn webhooks off"), when=lambda c: _can_hook(c) and _hooks_on(c),
              tone="danger", confirm=gettext_lazy("Deletes our subscriptions there; polls do the work.")),
        _work("webhooks_look", gettext_lazy("Look at webhooks"), when=_can_hook),
        _work("webhooks_renew", gettext_lazy("Renew the secret of webhooks"),
              when=lambda c: _can_hook(c) and _hooks_on(c),
              help=gettext_lazy("Each subscription gets a new one; the one before is believed for a day more.")),
    ]  # fmt: skip


def switch_buttons() -> list[Button]:
    """What is changed here, at once."""
    return [*_stops(), *_choices(), *_rules()]


def _stops() -> list[Button]:
    return [
        Button(
            name="approve-first-push",
            label=gettext_lazy("Approve the first push"),
            call=services.approve_first_push,
            subject="channel_id",
            tone="main",
            when=lambda c: _open(c) and c.role == "marketplace" and c.first_push_approved_at is None,
            confirm=gettext_lazy(
                "You have seen what differs and let it travel: "
                "what is on sale there is overwritten by what is wanted here."
            ),
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
            confirm=gettext_lazy(
                "Kill switch: every listing of this channel shows nothing in stock, "
                "until true stock is published again."
            ),
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
    ]


def _choices() -> list[Button]:
    return [
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
            confirm=gettext_lazy(
                "The channel ends for good: a retired channel cannot be brought back. Nothing is pulled or pushed any "
                "more, new orders are not fetched, and the goods stay on sale there as they are. To stop for a while, "
                "pause its pushes; to take the goods off sale first, close its storefronts."
            ),
        ),
    ]


def _rules() -> list[Button]:
    return [
        Button(
            name="approve-by-rule",
            label=gettext_lazy("Approve orders by rule"),
            call=services.approve_by_rule,
            subject="channel_id",
            fixed={"is_automatic": True},
            when=lambda c: _is_market(c) and not c.is_auto_approving,
            help=gettext_lazy("Orders that add up need no person from now on."),
        ),
        Button(
            name="approve-by-hand",
            label=gettext_lazy("Approve orders by hand"),
            call=services.approve_by_rule,
            subject="channel_id",
            fixed={"is_automatic": False},
            when=lambda c: c.is_auto_approving,
        ),
    ]
