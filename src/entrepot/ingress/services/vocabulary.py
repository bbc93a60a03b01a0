"""A marketplace's categories, brands, attributes and values into the local read model."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from entrepot.catalog import services as catalog
from entrepot.catalog.models import Product
from entrepot.catalog.queries import Resolver
from entrepot.channels import services as channels
from entrepot.channels.models import Channel, Taxon
from entrepot.core.errors import RemoteBusy
from entrepot.kit.read import pull
from entrepot.kit.requests import Window

_TRIES, _LONGEST_WAIT_S = 20, 15.0


def learn_vocabulary(
    *,
    channel: Channel,
    categories: Sequence[str] = (),
    at: datetime,
    progress: Callable[[int, int], None] | None = None,
) -> dict[str, int]:
    """Read attributes and values of ``categories``, or categories and brands where none is named; words of each kind.

    Contents of the channel's seller are computed anew afterwards. A long job: where the remote's budget is spent it
    waits, so it must run where nobody waits for it.
    """
    counts = {"category": 0, "brand": 0, "attribute": 0, "value": 0}
    if not categories:
        counts["category"] = _learn(channel, "pull_categories", "category", "", Window(), at)
        counts["brand"] = _learn(channel, "pull_brands", "brand", "", Window(), at)
    for done, ref in enumerate(categories, start=1):
        counts["attribute"] += _learn(channel, "pull_attributes", "attribute", ref, Window(refs=(ref,)), at)
        for attribute in Taxon.objects.filter(connector=channel.connector, kind="attribute", scope=ref, is_gone=False):
            if attribute.facts["custom"]:
                continue  # any text will do
            scope = f"{ref}/{attribute.ref}"
            counts["value"] += _learn(channel, "pull_values", "value", scope, Window(refs=(scope,)), at)
        channels.note_learnt(connector=channel.connector, category_ref=ref, at=at)
        if progress:
            progress(done, len(categories))
    catalog.look_again(channel.seller_id)
    return counts


def _learn(channel: Channel, capability: str, kind: str, scope: str, window: Window, at: datetime) -> int:
    for attempt in range(1, _TRIES + 1):
        try:
            words = _words(channel, capability, window)
            break
        except RemoteBusy as busy:
            if attempt == _TRIES:
                raise
            time.sleep(min(_LONGEST_WAIT_S, busy.retry_after_s))
    return channels.learn_taxa(
        connector=channel.connector, kind=kind, scope=scope, words=words, is_complete=True, at=at
    )


def _words(channel: Channel, capability: str, window: Window) -> list[Any]:
    client = channels.client_for(channel)
    return [
        record for read in pull(client.spec, capability, client.account, window, client.send) for record in read.records
    ]


def needed_categories(*, channel: Channel) -> list[str]:
    """Refs of the marketplace's categories that the seller's products resolve to, in order."""
    resolver = Resolver(seller_id=channel.seller_id, connector=channel.connector)
    ours = Product.objects.for_seller(channel.seller_id).exclude(category="").values_list("category", flat=True)
    found = {r.ref for name in set(ours) if (r := resolver.resolve("category", name)) is not None and r.ref}
    return sorted(found)
