"""``entrepot channel``: what travels. Each is a run, carried out here or left to a worker."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

import typer

from entrepot.core.clock import now
from entrepot.core.errors import Refused

from . import find, show
from .session import ready
from .work import Background, work


def add_to(app: typer.Typer) -> None:
    """Put the commands on ``app``."""
    commands: dict[str, Callable[..., None]] = {
        "learn": learn, "go-live": go_live, "pull": pull, "push": push, "webhooks": webhooks, "webhook": webhook,
    }  # fmt: skip
    for name, command in commands.items():
        app.command(name)(command)


def learn(
    channel: find.ChannelName,
    category: Annotated[list[str] | None, typer.Option(help="Their category; none: those that we sell in.")] = None,
    seller: find.MaybeSeller = None,
    background: Background = False,
    json: show.AsJson = False,
) -> None:
    """Read a marketplace's categories and brands, then attributes and values of the categories that matter."""
    with ready():
        row = find.channel(channel, seller)
        if row.role != "marketplace":
            raise Refused(f"channel {row.name} is a {row.role}: only marketplaces have words to learn")
        options = {"categories": category or []}
        doing = f"reading the words of {row.name}"
        found = work(row, "learn", doing=doing, background=background, json=json, options=options)
        show.record(found, json_wanted=json)
        step = f"sheets of words and facts, learn again for categories mapped since, entrepot channel go-live {row.id}"
        show.next_step(step, json_wanted=json)


def go_live(
    channel: find.ChannelName, seller: find.MaybeSeller = None, background: Background = False,
    json: show.AsJson = False,
) -> None:  # fmt: skip
    """Adopt what is on sale there already, and start the channel's pulls. Nothing is sent by this."""
    with ready():
        row = find.channel(channel, seller)
        doing = f"adopting what is live on {row.name}"
        show.record(work(row, "go_live", doing=doing, background=background, json=json), json_wanted=json)
        push = f"entrepot channel push {row.id}   (says what waits; --approve lets it travel)"
        step = "approve products in the panel" if row.role == "store" else push
        show.next_step(step, json_wanted=json)


def pull(
    channel: find.ChannelName,
    feed: Annotated[list[str] | None, typer.Option(help="Such as products or orders; none: all.")] = None,
    seller: find.MaybeSeller = None,
    background: Background = False,
    json: show.AsJson = False,
) -> None:
    """Pull a live channel's feeds now; ends with 1 when one failed."""
    with ready():
        row = find.channel(channel, seller)
        if row.state != "live":
            raise Refused(f"channel {row.name} is {row.state} and has no feeds: `entrepot channel go-live {row.id}`")
        options = {"feeds": feed or []}
        doing = f"pulling {row.name}"
        found = work(row, "pull", doing=doing, background=background, json=json, options=options)["feeds"]
        columns = ("feed", "storefront", "records", "error")
        show.rows([{name: one[name] for name in columns} for one in found], json_wanted=json)
        raise typer.Exit(int(any(one["error"] for one in found)))


def push(
    channel: find.ChannelName,
    approve: Annotated[bool, typer.Option("--approve", help="Let the first difference travel.")] = False,
    wait: Annotated[float, typer.Option(min=0, max=300, help="Seconds to wait for the verdicts.")] = 30.0,
    seller: find.MaybeSeller = None,
    background: Background = False,
    json: show.AsJson = False,
) -> None:
    """Send what differs, and wait for the verdicts; ends with 1 when something is still due or was refused."""
    with ready():
        from entrepot.channels.services import approve_first_push

        row = find.channel(channel, seller)
        if row.state != "live" and row.role == "marketplace":
            raise Refused(f"channel {row.name} is {row.state}: `entrepot channel go-live {row.id}` first")
        if approve:
            approve_first_push(seller_id=row.seller_id, channel_id=row.id, at=now())
        doing = f"sending to {row.name}"
        found = work(row, "push", doing=doing, background=background, json=json, options={"wait_s": wait})
        show.record(found, json_wanted=json)
        raise typer.Exit(int(bool(found["due"] or found["refused"])))


def webhooks(
    channel: find.ChannelName,
    enable: Annotated[bool, typer.Option("--enable", help="Make or revive the subscriptions that we want.")] = False,
    disable: Annotated[bool, typer.Option("--disable", help="Delete ours; polls do the work.")] = False,
    renew_secret: Annotated[
        bool, typer.Option("--renew-secret", help="Give ours a new secret; the one before is believed for a day more.")
    ] = False,
    seller: find.MaybeSeller = None,
    json: show.AsJson = False,
) -> None:
    """Look at the remote's subscriptions; ends with 1 when they are not as we want them."""
    asked = [("webhooks_on", enable), ("webhooks_off", disable), ("webhooks_renew", renew_secret)]
    names = [name for name, is_asked in asked if is_asked] or ["webhooks_look"]
    if len(names) > 1:
        raise Refused("one of --enable, --disable and --renew-secret, not several")
    with ready():
        from django.conf import settings

        row = find.channel(channel, seller)
        work(row, names[0], doing=f"asking {row.name}", background=False, json=json)
        row.refresh_from_db()
        found = _webhooks(row)
        show.rows(found, json_wanted=json, empty="no subscriptions; --enable makes them")
        if enable or renew_secret:
            typer.echo(f"The remote posts to {settings.ENTREPOT_PUBLIC_URL} (ENTREPOT_PUBLIC_URL)", err=True)
        raise typer.Exit(int(any(w["state"] in ("missing", "switched_off", "unwanted") for w in found)))


def _webhooks(row: Any) -> list[dict[str, Any]]:
    from entrepot.channels.queries import webhooks as known

    return [
        {
            "topic": w.topic, "state": w.state, "ref": w.subscription.subscription_ref if w.subscription else None,
            "host": w.subscription.host if w.subscription else None,
        }
        for w in known(channel=row)
    ]  # fmt: skip


def webhook(
    channel: find.ChannelName,
    action: Annotated[str, typer.Argument(help="activate, deactivate or delete.")],
    ref: Annotated[str, typer.Argument(help="The remote's number of the subscription.")],
    seller: find.MaybeSeller = None,
    json: show.AsJson = False,
) -> None:
    """Change one of our subscriptions. What is switched off here is not revived by itself."""
    with ready():
        row = find.channel(channel, seller)
        options = {"action": action, "subscription_ref": ref}
        work(row, "webhook_switch", doing=f"asking {row.name}", background=False, json=json, options=options)
        row.refresh_from_db()
        show.rows(_webhooks(row), json_wanted=json)
