"""``entrepot channel``: what travels, and the switches that stop it."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any

import typer

from entrepot.core.clock import now
from entrepot.core.errors import Refused

from . import find, show
from .session import OPERATOR, ready

if TYPE_CHECKING:
    from entrepot.channels.models import Channel

_STEP_S = 0.5


def add_to(app: typer.Typer) -> None:
    """Put the commands on ``app``."""
    commands: dict[str, Callable[..., None]] = {
        "learn": learn, "go-live": go_live, "pull": pull, "push": push, "pause": pause, "resume": resume, "zero": zero,
        "webhooks": webhooks,
    }  # fmt: skip
    for name, command in commands.items():
        app.command(name)(command)


def learn(
    channel: find.ChannelName,
    category: Annotated[list[str] | None, typer.Option(help="Their category; none: those that we sell in.")] = None,
    seller: find.MaybeSeller = None,
    json: show.AsJson = False,
) -> None:
    """Read a marketplace's categories and brands, then attributes and values of the categories that matter."""
    with ready():
        from entrepot.ingress.services import learn_vocabulary, needed_categories

        row = find.channel(channel, seller)
        with show.progress(json_wanted=json) as bar:
            task = bar.add_task(f"reading the words of {row.name}", total=None)
            counts = learn_vocabulary(channel=row, at=now())
            wanted = category or needed_categories(channel=row)
            if wanted:
                found = learn_vocabulary(
                    channel=row, categories=wanted, at=now(),
                    progress=lambda done, total: bar.update(task, completed=done, total=total),
                )  # fmt: skip
                counts = {kind: counts[kind] + found[kind] for kind in counts}
        show.record(counts, json_wanted=json)


def go_live(channel: find.ChannelName, seller: find.MaybeSeller = None, json: show.AsJson = False) -> None:
    """Adopt what is on sale there already, and start the channel's pulls. Nothing is sent by this."""
    with ready():
        from entrepot.ingress.services import adopt_live
        from entrepot.ingress.services import go_live as start

        row = find.channel(channel, seller)
        if row.state != "matched":
            raise Refused(f"channel {row.name} is {row.state}: it goes live from matched (check, match, go-live)")
        adopted = 0
        if row.role == "marketplace":
            with show.progress(json_wanted=json) as bar:
                bar.add_task(f"adopting what is live on {row.name}", total=None)
                adopted = adopt_live(channel=row, at=now())
        feeds = start(channel=row, at=now())
        show.record({"channel": row.id, "state": "live", "adopted": adopted, "feeds": feeds}, json_wanted=json)


def pull(
    channel: find.ChannelName,
    feed: Annotated[list[str] | None, typer.Option(help="Such as products or orders; none: all.")] = None,
    seller: find.MaybeSeller = None,
    json: show.AsJson = False,
) -> None:
    """Pull a live channel's feeds now; ends with 1 when one failed."""
    with ready():
        from entrepot.ingress.services import pull_now

        row = find.channel(channel, seller)
        feeds = list(row.feeds.select_related("storefront").order_by("id"))
        if feed:
            if unknown := sorted(set(feed) - {f.name for f in feeds}):
                known = ", ".join(sorted({f.name for f in feeds})) or "none: the channel is not live"
                raise Refused(f"channel {row.name} has no feed {unknown[0]!r}; it has {known}")
            feeds = [f for f in feeds if f.name in feed]
        if not feeds:
            raise Refused(f"channel {row.name} is {row.state} and has no feeds: `entrepot channel go-live {row.id}`")
        found = []
        with show.progress(json_wanted=json) as bar:
            for one in bar.track(feeds, description=f"pulling {row.name}"):
                count = pull_now(feed=one, at=now())
                one.refresh_from_db()
                front = one.storefront.code if one.storefront else ""
                found.append({"feed": one.name, "storefront": front, "records": count, "error": one.last_error})
        show.rows(found, json_wanted=json)
        raise typer.Exit(int(any(row["error"] for row in found)))


def push(
    channel: find.ChannelName,
    approve: Annotated[bool, typer.Option("--approve", help="Let the first difference travel.")] = False,
    wait: Annotated[float, typer.Option(min=0, help="Seconds to wait for the marketplace's verdicts.")] = 30.0,
    seller: find.MaybeSeller = None,
    json: show.AsJson = False,
) -> None:
    """Send what differs, and wait for the verdicts; ends with 1 when something is still due or was refused."""
    with ready():
        from entrepot.channels.services import approve_first_push

        row = find.channel(channel, seller)
        if approve:
            approve_first_push(seller_id=row.seller_id, channel_id=row.id, at=now())
            row.refresh_from_db()
        _refuse_unready(row)
        with show.progress(json_wanted=json) as bar:
            task = bar.add_task(f"sending to {row.name}", total=None)
            found = _work(row, wait, lambda left: bar.update(task, description=f"sending to {row.name}: {left} left"))
        show.record(found, json_wanted=json)
        raise typer.Exit(int(bool(found["due"] or found["refused"])))


def _refuse_unready(row: Channel) -> None:
    if row.role != "marketplace":
        raise Refused(f"channel {row.name} is a {row.role}: offers are pushed to marketplaces")
    if row.state != "live":
        raise Refused(f"channel {row.name} is {row.state}: `entrepot channel go-live {row.id}` first")
    if row.is_push_paused:
        raise Refused(f"pushes to {row.name} are paused: `entrepot channel resume {row.id}`")
    if row.first_push_approved_at is None:
        raise Refused(f"nobody approved the first push to {row.name}: look at {_waiting(row)}, then push --approve")


def _work(row: Channel, wait_s: float, told: Any) -> dict[str, Any]:
    """What a worker does, here and now; both may be at it, claims keep them apart."""
    from entrepot.egress import services as egress

    until = time.monotonic() + wait_s
    while True:
        done = sum(egress.compute_dirty(kind=kind, at=now()) for kind in ("channel", "stock", "price", "content"))
        done += egress.push_content(at=now()) + egress.push_offers(at=now()) + egress.poll_batches(limit=10, at=now())
        found = _waiting(row)
        told(found["due"])
        if not found["due"] or time.monotonic() >= until:
            return found
        if not done:
            time.sleep(_STEP_S)


def _waiting(row: Channel) -> dict[str, Any]:
    from entrepot.listings.models import Listing, ListingLevel

    levels = ListingLevel.objects.for_actor(OPERATOR).filter(storefront__channel=row)
    listings = Listing.objects.for_actor(OPERATOR).filter(storefront__channel=row)
    offers = levels.filter(is_due=True).count()
    content = listings.filter(state__in=["queued", "closing"]).count()
    return {
        "due": offers + content, "offers": offers, "content": content,
        "in_review": listings.filter(state="submitted").count(),
        "refused": listings.filter(state="failed").count() + levels.exclude(refusal="").count(),
    }  # fmt: skip


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


def webhooks(
    channel: find.ChannelName,
    enable: Annotated[bool, typer.Option("--enable", help="Make or revive the subscriptions that we want.")] = False,
    seller: find.MaybeSeller = None,
    json: show.AsJson = False,
) -> None:
    """List the remote's subscriptions to our address; with --enable make what is missing."""
    with ready():
        from entrepot.channels.services import client_for
        from entrepot.ingress.services import enable_webhooks, hook_url
        from entrepot.ingress.services.subscribe import subscriptions

        row = find.channel(channel, seller)
        if enable:
            found = enable_webhooks(channel=row, at=now())
        else:
            found = [s for s in subscriptions(client_for(row)) if s.url == hook_url(row)]
        rows = [{"ref": s.subscription_ref, "topic": s.topic, "is_active": s.is_active, "url": s.url} for s in found]
        show.rows(rows, json_wanted=json, empty="no subscriptions; --enable makes them")
