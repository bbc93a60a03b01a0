# ruff: noqa: ARG001 - all work shares one signature
"""What a person asks of a channel that reads from its remote: each a run, done by a worker or the command line."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from entrepot.channels.services.work import Channel, Options, Outcome, Told, Work, start_work
from entrepot.core.clock import now
from entrepot.core.errors import Invalid, Refused

from ..models import Feed
from .connect import adopt_live, check_channel, go_live, match_channel
from .pull import pull_now, take_feed
from .rewrite import renew_secret, update_webhook
from .subscribe import (
    ACTIONS,
    check_address,
    disable_webhooks,
    enable_webhooks,
    look_at_webhooks,
    need_webhooks,
    switch_webhook,
)
from .vocabulary import learn_vocabulary, needed_categories


def start_pull(*, seller_id: int, feed_id: int, asked_by: str, at: datetime) -> Any:
    """Pull one feed now, as a run.

    Raises:
        Feed.DoesNotExist: not this seller's.
        Refused: its channel is not live.
    """
    feed = Feed.objects.for_seller(seller_id).get(id=feed_id)
    return start_work(
        seller_id=seller_id, channel_id=feed.channel_id, work="pull", options={"feed_ids": [feed.id]},
        asked_by=asked_by, at=at,
    )  # fmt: skip


def _check(channel: Channel, options: Options, told: Told) -> Outcome:
    found = check_channel(channel=channel, at=now())
    told.total(len(found))
    told.note(*(f"{name}: {result}" for name, result in sorted(found.items())))
    return ("ok" if all(r == "ok" for r in found.values()) else "refused"), {"checks": found}


def _match(channel: Channel, options: Options, told: Told) -> Outcome:
    report = match_channel(channel=channel, at=now())
    unclear = len(report["ambiguous"])
    if channel.role == "marketplace":  # a store's goods that fit nothing come in as new ones
        unclear += len(report["none"])
    counts = {name: len(value) if isinstance(value, list) else value for name, value in report.items()}
    told.note(*(f"{name}: {count}" for name, count in counts.items()))
    return ("partial" if unclear or report["set_aside"] else "ok"), report


def _go_live(channel: Channel, options: Options, told: Told) -> Outcome:
    adopted = adopt_live(channel=channel, at=now()) if channel.role == "marketplace" else 0
    told.note(f"adopted: {adopted}")
    feeds = go_live(channel=channel, at=now())
    told.note(f"feeds: {feeds}")
    return "ok", {"channel": channel.id, "state": "live", "adopted": adopted, "feeds": feeds}


def _learn(channel: Channel, options: Options, told: Told) -> Outcome:
    counts = learn_vocabulary(channel=channel, at=now())
    told.note(*(f"{kind}: {count}" for kind, count in counts.items() if count))
    wanted = list(options.get("categories") or needed_categories(channel=channel))
    if wanted:
        found = learn_vocabulary(
            channel=channel, categories=wanted, at=now(),
            progress=lambda done, total: told.note(f"category {done} of {total}"),
        )  # fmt: skip
        counts = {kind: counts[kind] + found[kind] for kind in counts}
    return "ok", dict(counts)


def _pull(channel: Channel, options: Options, told: Told) -> Outcome:
    feeds = _feeds(channel, options)
    told.total(len(feeds))
    found: list[dict[str, Any]] = []
    for feed in feeds:
        take_feed(feed=feed, at=now())
        count = pull_now(feed=feed, at=now())
        feed.refresh_from_db()
        front = feed.storefront.code if feed.storefront else ""
        found.append({"feed": feed.name, "storefront": front, "records": count, "error": feed.last_error})
        name = f"{feed.name} {front}".strip()
        told.note(f"{name}: {feed.last_error or f'{count} records'}", failed=int(bool(feed.last_error)))
    failed = sum(1 for row in found if row["error"])
    return ("ok" if not failed else "partial" if failed < len(found) else "refused"), {"feeds": found}


def _feeds(channel: Channel, options: Options) -> list[Feed]:
    rows = channel.feeds.select_related("storefront").order_by("id")
    if ids := options.get("feed_ids"):
        return list(rows.filter(id__in=ids))
    if names := options.get("feeds"):
        return list(rows.filter(name__in=names))
    return list(rows)


def _webhooks_seen(channel: Channel, options: Options, told: Told) -> Outcome:
    found = look_at_webhooks(channel=channel, at=now())
    told.note(*(f"{s.topic}: {'active' if s.is_active else 'not active'}" for s in found))
    return "ok", {"subscriptions": len(found)}


def _webhooks_on(channel: Channel, options: Options, told: Told) -> Outcome:
    found = enable_webhooks(channel=channel, at=now())
    told.note(*(f"{s.topic}: {'active' if s.is_active else 'not active'}" for s in found))
    return ("ok" if all(s.is_active for s in found) else "partial"), {"subscriptions": len(found)}


def _webhooks_off(channel: Channel, options: Options, told: Told) -> Outcome:
    count = disable_webhooks(channel=channel, at=now())
    told.note(f"deleted: {count}")
    return "ok", {"deleted": count}


def _switch(channel: Channel, options: Options, told: Told) -> Outcome:
    ref, action = str(options["subscription_ref"]), str(options["action"])
    switch_webhook(channel=channel, subscription_ref=ref, action=action, at=now())
    told.note(f"{action}: {ref}")
    return "ok", {"subscription_ref": ref, "action": action}


def _update(channel: Channel, options: Options, told: Told) -> Outcome:
    ref, is_active = str(options["subscription_ref"]), options.get("is_active")
    update_webhook(channel=channel, subscription_ref=ref, is_active=is_active, at=now())
    told.note(f"written: {ref}")
    return "ok", {"subscription_ref": ref, "is_active": is_active}


def _renew(channel: Channel, options: Options, told: Told) -> Outcome:
    count, until = renew_secret(channel=channel, at=now())
    told.note(f"written: {count}")
    return "ok", {"subscriptions": count, "before_until": until.isoformat()}


def _may_match(channel: Channel, options: Options) -> None:
    if channel.state == "draft":
        raise Refused(f"channel {channel.name} was not checked yet")


def _may_go_live(channel: Channel, options: Options) -> None:
    if channel.state != "matched":
        raise Refused(f"channel {channel.name} is {channel.state}: it goes live from matched (check, match, go live)")


def _may_learn(channel: Channel, options: Options) -> None:
    if channel.role != "marketplace":
        raise Refused(f"channel {channel.name} is a {channel.role}: only marketplaces have words to learn")


def _may_pull(channel: Channel, options: Options) -> None:
    if channel.state != "live":
        raise Refused(f"channel {channel.name} is {channel.state}: it pulls when it is live")
    known = sorted(set(channel.feeds.values_list("name", flat=True)))
    if unknown := sorted(set(options.get("feeds") or ()) - set(known)):
        raise Refused(f"channel {channel.name} has no feed {unknown[0]!r}; it has {', '.join(known) or 'none'}")


def _may_hook(channel: Channel, options: Options) -> None:
    need_webhooks(channel)


def _may_enable(channel: Channel, options: Options) -> None:
    need_webhooks(channel)
    check_address(channel)


def _may_switch(channel: Channel, options: Options) -> None:
    need_webhooks(channel)
    if options.get("action") not in ACTIONS:
        raise Invalid(f"channel {channel.name}", "action", f"must be one of {', '.join(ACTIONS)}")
    _need_ours(channel, options)


def _may_update(channel: Channel, options: Options) -> None:
    _may_enable(channel, options)
    _need_ours(channel, options)


def _need_ours(channel: Channel, options: Options) -> None:
    if not channel.subscriptions.filter(subscription_ref=options.get("subscription_ref"), is_ours=True).exists():
        raise Refused(f"channel {channel.name} has no subscription {options.get('subscription_ref')!r} to our address")


CHECK = Work("check", "Check {channel}", _check)
MATCH = Work("match", "Match {channel}", _match, _may_match)
GO_LIVE = Work("go_live", "Go live with {channel}", _go_live, _may_go_live)
LEARN = Work("learn", "Learn the words of {channel}", _learn, _may_learn)
PULL = Work("pull", "Pull {channel}", _pull, _may_pull)
LOOK_AT_WEBHOOKS = Work("webhooks_look", "Look at the webhooks of {channel}", _webhooks_seen, _may_hook)
ENABLE_WEBHOOKS = Work("webhooks_on", "Turn webhooks of {channel} on", _webhooks_on, _may_enable)
DISABLE_WEBHOOKS = Work("webhooks_off", "Turn webhooks of {channel} off", _webhooks_off, _may_hook)
SWITCH_WEBHOOK = Work("webhook_switch", "Change a webhook of {channel}", _switch, _may_switch)
UPDATE_WEBHOOK = Work("webhook_update", "Write a webhook of {channel} anew", _update, _may_update)
RENEW_SECRET = Work("webhooks_renew", "Renew the secret of webhooks of {channel}", _renew, _may_enable)
