"""``entrepot channel``: the switches that stop what travels, rules, storefronts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

import typer

from entrepot.core.clock import now
from entrepot.core.errors import Refused

from . import find
from .session import ready


def add_to(app: typer.Typer) -> None:
    """Put the commands on ``app``."""
    commands: dict[str, Callable[..., None]] = {
        "pause": pause, "resume": resume, "zero": zero, "auto-approve": auto_approve, "retire": retire,
        "storefront-close": storefront_close, "storefront-open": storefront_open,
    }  # fmt: skip
    for name, command in commands.items():
        app.command(name)(command)


def pause(channel: find.ChannelName, seller: find.MaybeSeller = None) -> None:
    """Kill switch: nothing travels to this channel any more. Pulls go on."""
    _pause(channel, seller, is_paused=True)


def resume(channel: find.ChannelName, seller: find.MaybeSeller = None) -> None:
    """Let pushes travel again."""
    _pause(channel, seller, is_paused=False)


def _pause(channel: str, seller: str | None, *, is_paused: bool) -> None:
    with ready():
        from entrepot.channels.services import pause_pushes

        row = find.channel(channel, seller)
        pause_pushes(seller_id=row.seller_id, channel_id=row.id, is_paused=is_paused, at=now())
        typer.echo(f"pushes to {row.name} are {'paused' if is_paused else 'on'}")


def zero(
    channel: find.ChannelName,
    off: Annotated[bool, typer.Option("--off", help="Go back to the stock there is.")] = False,
    seller: find.MaybeSeller = None,
) -> None:
    """Kill switch: publish stock 0 on every listing of the channel."""
    with ready():
        from entrepot.channels.services import zero_stock

        row = find.channel(channel, seller)
        zero_stock(seller_id=row.seller_id, channel_id=row.id, is_zeroed=not off, at=now())
        typer.echo(f"stock of {row.name} is {'as it is' if off else 'published as 0'}")


def auto_approve(
    channel: find.ChannelName,
    off: Annotated[bool, typer.Option("--off", help="Let every order wait for a person.")] = False,
    seller: find.MaybeSeller = None,
) -> None:
    """Approve orders that add up without a person."""
    with ready():
        from entrepot.channels.services import approve_by_rule

        row = find.channel(channel, seller)
        approve_by_rule(seller_id=row.seller_id, channel_id=row.id, is_automatic=not off, at=now())
        typer.echo(f"orders of {row.name} {'wait for a person' if off else 'that add up are approved by rule'}")


def retire(
    channel: find.ChannelName,
    seller: find.MaybeSeller = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """End a channel for good: nothing is pulled or pushed any more, and goods stay on sale there. Asks first."""
    with ready():
        from entrepot.channels.services import move_channel

        row = find.channel(channel, seller)
        if not yes and not typer.confirm(f"Retire {row.name} for good? A retired channel cannot be brought back"):
            raise typer.Exit(1)
        move_channel(channel=row, event="retire", actor="seller", at=now())
        typer.echo(f"{row.name} is retired")


Code = Annotated[str, typer.Argument(help="Such as TR.")]


def storefront_close(channel: find.ChannelName, code: Code, seller: find.MaybeSeller = None) -> None:
    """Sell nothing there any more: stock 0 first, then its listings are closed. Orders are still taken."""
    front, count = _turn(channel, code, seller, is_open=False)
    typer.echo(f"{front} is closed; {count} listings are being closed")


def storefront_open(channel: find.ChannelName, code: Code, seller: find.MaybeSeller = None) -> None:
    """Open a closed storefront again: what was closed is put back on sale."""
    front, count = _turn(channel, code, seller, is_open=True)
    typer.echo(f"{front} is open; {count} listings are looked at again")


def _turn(channel: str, code: str, seller: str | None, *, is_open: bool) -> tuple[Any, int]:
    with ready():
        from entrepot.listings.services import close_storefront, reopen_storefront

        row = find.channel(channel, seller)
        front = row.storefronts.filter(code=code).first()
        if front is None:
            known = ", ".join(row.storefronts.order_by("code").values_list("code", flat=True)) or "none"
            raise Refused(f"channel {row.name} has no storefront {code!r}; it has {known}")
        turn = reopen_storefront if is_open else close_storefront
        return str(front), turn(seller_id=row.seller_id, storefront_id=front.id, at=now())
