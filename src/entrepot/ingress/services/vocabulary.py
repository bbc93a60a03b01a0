"""A marketplace's categories, brands, attributes and values into the local read model."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from entrepot.channels import services as channels
from entrepot.channels.models import Channel, Taxon
from entrepot.kit.read import pull
from entrepot.kit.requests import Window


def learn_vocabulary(
    *, channel: Channel, categories: Sequence[str] = (), at: datetime, progress: Callable[[int, int], None] | None = None
) -> dict[str, int]:
    """Read categories and brands, then attributes and values of ``categories``; the number of words of each kind."""
    counts = {
        "category": _learn(channel, "pull_categories", "category", "", Window(), at),
        "brand": _learn(channel, "pull_brands", "brand", "", Window(), at),
        "attribute": 0,
        "value": 0,
    }
    for done, ref in enumerate(categories, start=1):
        counts["attribute"] += _learn(channel, "pull_attributes", "attribute", ref, Window(refs=(ref,)), at)
        for attribute in Taxon.objects.filter(connector=channel.connector, kind="attribute", scope=ref, is_gone=False):
            scope = f"{ref}/{attribute.ref}"
            counts["value"] += _learn(channel, "pull_values", "value", scope, Window(refs=(scope,)), at)
        if progress:
            progress(done, len(categories))
    return counts


def _learn(channel: Channel, capability: str, kind: str, scope: str, window: Window, at: datetime) -> int:
    client = channels.client_for(channel)
    words = [
        record
        for read in pull(client.spec, capability, client.account, window, client.send)
        for record in read.records
    ]
    return channels.learn_taxa(
        connector=channel.connector, kind=kind, scope=scope, words=words, is_complete=True, at=at
    )
