"""Reads of the channels domain."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.db import connection

from entrepot.core.actor import Actor
from entrepot.kit.registry import connector
from entrepot.kit.spec import Subscribe

from .models import Binding, Channel, Intent, Storefront, Subscription, Taxon


def channel(*, channel_id: int) -> Channel:
    """One channel, for workers that got its id from a row."""
    return Channel.objects.system().get(id=channel_id)


def storefronts(*, channel_id: int) -> list[Storefront]:
    """Open storefronts of a channel, by code."""
    return list(Storefront.objects.system().filter(channel_id=channel_id, is_open=True).order_by("code"))


def storefront(*, storefront_id: int) -> Storefront:
    """One storefront with its channel, for workers that got its id from a row."""
    return Storefront.objects.system().select_related("channel").get(id=storefront_id)


def storefront_of(*, seller_id: int, storefront_id: int) -> Storefront:
    """A seller's storefront.

    Raises:
        Storefront.DoesNotExist: there is none, or it is another seller's.
    """
    return Storefront.objects.for_seller(seller_id).get(id=storefront_id)


def channel_of(*, seller_id: int, channel_id: int) -> Channel:
    """A seller's channel.

    Raises:
        Channel.DoesNotExist: there is none, or it is another seller's.
    """
    return Channel.objects.for_seller(seller_id).get(id=channel_id)


def channel_for(*, actor: Actor, channel_id: int) -> Channel:
    """A channel that an actor may see.

    Raises:
        Channel.DoesNotExist: there is none, or it is not theirs.
    """
    return Channel.objects.for_actor(actor).get(id=channel_id)


def visible_channels(*, actor: Actor, limit: int = 200) -> list[Channel]:
    """Marketplace channels that an actor may choose from, by name."""
    rows = Channel.objects.for_actor(actor).filter(role="marketplace").exclude(state="retired")
    return list(rows.order_by("name", "id")[:limit])


def every_storefront(*, channel_id: int) -> list[Storefront]:
    """Storefronts of a channel, closed ones too, by id."""
    return list(Storefront.objects.system().filter(channel_id=channel_id).order_by("id"))


def open_storefronts(*, seller_ids: Collection[int]) -> list[Storefront]:
    """Open storefronts of these sellers, by id."""
    return list(Storefront.objects.system().filter(seller_id__in=seller_ids, is_open=True).order_by("id"))


def listing_storefronts() -> list[Storefront]:
    """Storefronts of every seller on which listings are made, with their channels: open, and matched at least."""
    rows = Storefront.objects.system().filter(
        is_open=True, channel__role="marketplace", channel__state__in=["matched", "live", "locked_out"]
    )
    return list(rows.select_related("channel").order_by("id"))


def currencies_asked() -> list[tuple[int, str]]:
    """(seller id, currency) of every open storefront, once."""
    rows = Storefront.objects.system().filter(is_open=True)
    return list(rows.order_by("seller_id", "currency").values_list("seller_id", "currency").distinct())


def visible_storefronts(*, actor: Actor, limit: int = 200) -> list[Storefront]:
    """Storefronts that the actor may see, with their channels, by id."""
    return list(Storefront.objects.for_actor(actor).select_related("channel").order_by("id")[:limit])


def storefront_for(*, actor: Actor, storefront_id: int) -> Storefront:
    """A storefront that the actor may see.

    Raises:
        Storefront.DoesNotExist: there is none, or it is another seller's.
    """
    return Storefront.objects.for_actor(actor).get(id=storefront_id)


def takes_pushes(*, storefront_ids: Sequence[int]) -> list[tuple[int, int]]:
    """(seller id, storefront id) of those whose channel may be pushed to now, in the order given."""
    rows = Storefront.objects.system().filter(
        id__in=storefront_ids, channel__state="live", channel__is_push_paused=False,
        channel__first_push_approved_at__isnull=False,
    )  # fmt: skip
    sellers = dict(rows.order_by("id").values_list("id", "seller_id"))
    return [(sellers[i], i) for i in storefront_ids if i in sellers]


def store_of(*, seller_id: int) -> Channel | None:
    """The seller's store, live or locked out for now; a live one first, then the oldest."""
    rows = Channel.objects.for_seller(seller_id).filter(role="store", state__in=["live", "locked_out"])
    return rows.order_by("state", "id").first()  # "live" stands before "locked_out"


def their_refs(*, channel_id: int, kind: str, our_ids: Sequence[int]) -> dict[int, tuple[str, str]]:
    """Our id → (their ref, their parent ref), primary bindings only."""
    rows = Binding.objects.system().filter(channel_id=channel_id, kind=kind, our_id__in=our_ids, is_primary=True)
    return {b.our_id: (b.their_ref, b.parent_ref) for b in rows.order_by("id")}


def our_ids(*, channel_id: int, kind: str, their_refs: Sequence[str]) -> dict[str, int]:
    """Their ref → our id."""
    rows = Binding.objects.system().filter(channel_id=channel_id, kind=kind, their_ref__in=their_refs)
    return dict(rows.order_by("id").values_list("their_ref", "our_id"))


def bindings(*, seller_id: int, channel_id: int, kind: str) -> list[tuple[str, int, str]]:
    """Every (their ref, our id, their parent ref) of one kind on a channel, by their ref."""
    rows = Binding.objects.for_seller(seller_id).filter(channel_id=channel_id, kind=kind).order_by("their_ref", "id")
    return list(rows.values_list("their_ref", "our_id", "parent_ref"))


def bound(*, seller_id: int, channel_id: int, kind: str, our_ids: Collection[int]) -> set[int]:
    """Of ours, those that a ref of this channel stands for."""
    rows = Binding.objects.for_seller(seller_id).filter(channel_id=channel_id, kind=kind, our_id__in=our_ids)
    return set(rows.values_list("our_id", flat=True))


def intent_of(*, seller_id: int, kind: str, subject_id: int, step: str = "") -> Intent | None:
    """What we set out to do with this subject; None when nothing."""
    found = Intent.objects.for_seller(seller_id).filter(kind=kind, subject_id=subject_id, step=step)
    return found.order_by("-id").first()


def channels_by_id(*, channel_ids: Collection[int]) -> list[Channel]:
    """These channels, whoever's they are, by id."""
    return list(Channel.objects.system().filter(id__in=channel_ids).order_by("id"))


def channel_of_token(*, token: str) -> Channel | None:
    """The channel whose webhooks come to this address; none when it was retired."""
    return Channel.objects.system().filter(webhook_token=token).exclude(state="retired").first()


def intents_of(*, seller_id: int, kinds: Collection[str], subject_id: int) -> list[Intent]:
    """Everything of these kinds that we set out to do with a subject, oldest first."""
    rows = Intent.objects.for_seller(seller_id).filter(kind__in=kinds, subject_id=subject_id)
    return list(rows.order_by("id"))


def unretired(*, channel_ids: Collection[int]) -> set[int]:
    """Of these, the channels that are not retired."""
    if not channel_ids:
        return set()
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM channels_channel WHERE id = ANY(%s) AND state <> 'retired'", [list(channel_ids)])
        return {row[0] for row in cursor.fetchall()}


def open_intents(*, channel_id: int, limit: int) -> list[Intent]:
    """What is planned, sent or unknown on a channel, oldest first."""
    rows = Intent.objects.system().filter(channel_id=channel_id, state__in=["planned", "sent", "unknown"])
    return list(rows.order_by("id")[:limit])


def names_of(*, connector: str, refs: Collection[str]) -> dict[tuple[str, str, str], str]:
    """What a marketplace calls these numbers: (kind, scope, their number) → their name. One SQL query."""
    found = Taxon.objects.filter(connector=connector, ref__in=refs)
    return {(t.kind, t.scope, t.ref): t.name for t in found}


def taxa(*, connector: str, kind: str, scope: str = "") -> list[Taxon]:
    """Present words of one kind and scope, by name."""
    found = Taxon.objects.filter(connector=connector, kind=kind, scope=scope, is_gone=False)
    return list(found.order_by("name", "ref"))


def unsupply_reasons(*, channel_id: int) -> dict[str, str]:
    """Why goods of this channel may be given up: our word → what a person reads; empty: it asks for no reason."""
    return dict(connector(channel(channel_id=channel_id).connector).unsupply_reasons)


def unsupplies_parts(*, channel_id: int) -> bool:
    """Whether this channel lets some pieces of a package be given up while the rest is sent."""
    return connector(channel(channel_id=channel_id).connector).unsupplies_parts


def wanted_topics(channel: Channel) -> list[str]:
    """What the remote should send us now: the connector's topics without those that a person switched off.

    None unless webhooks are on. No SQL.
    """
    way = connector(channel.connector).can.get("register_webhooks")
    if not isinstance(way, Subscribe) or channel.settings.get("hub.webhooks") != "on":
        return []
    off = channel.settings.get("hub.webhook_topics_off", ())
    return [topic for topic in way.topics if topic not in off]


@dataclass(frozen=True, slots=True)
class Webhook:
    """A topic as wanted and as found. ``state``: ok, missing, switched_off, unwanted, off, or of_others.

    Missing, switched_off and unwanted differ from what we want.
    """

    topic: str
    state: str
    subscription: Subscription | None

    @property
    def differs(self) -> bool:
        """Whether the remote has it otherwise than we want."""
        return self.state in ("missing", "switched_off", "unwanted")


def webhooks(*, channel: Channel) -> list[Webhook]:
    """What we want beside what the remote had when we looked last, wanted ones first. One SQL query."""
    wanted = wanted_topics(channel)
    found = Subscription.objects.for_seller(channel.seller_id).filter(channel=channel).order_by("-is_ours", "id")
    seen: list[Webhook] = []
    for row in found:
        twice = any(w.topic == row.topic and w.state == "ok" for w in seen)
        seen.append(Webhook(row.topic, _webhook_state(row, is_wanted=row.topic in wanted and not twice), row))
    have = {w.topic for w in seen if w.subscription and w.subscription.is_ours}
    return [*(Webhook(t, "missing", None) for t in wanted if t not in have), *seen]


def _webhook_state(row: Subscription, *, is_wanted: bool) -> str:
    if not row.is_ours:
        return "of_others"
    if is_wanted:
        return "ok" if row.is_active else "switched_off"
    return "unwanted" if row.is_active else "off"
