"""Connect a channel: check every right, pull dry and match, adopt what is live, go live."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from entrepot.catalog import queries as catalog
from entrepot.channels import queries as channel_queries
from entrepot.channels import services as channels
from entrepot.channels.states import CHANNEL
from entrepot.core.clock import to_ms
from entrepot.core.errors import EntrepotError, MappingError, RemoteBusy, RemoteUnauthorised
from entrepot.core.text import fold
from entrepot.kit import records
from entrepot.kit.client import Client
from entrepot.kit.read import gather, pull
from entrepot.kit.requests import Window
from entrepot.kit.spec import Call, Pull, Push, Subscribe
from entrepot.listings import services as listings

from .aside import keep_aside
from .feeds import open_feeds

if TYPE_CHECKING:
    from entrepot.channels.models import Channel, Storefront


_SILENT = "did not answer"
_UNUSED = "no capability could be used: the account's number or a setting is missing"


def check_channel(*, channel: Channel, at: datetime) -> dict[str, str]:
    """Use each capability once, harmlessly: capability → "ok", or what is wrong with it in the remote's words.

    One of which nothing could be used does not pass. A channel that passes is checked, and its facts (currency,
    units, tax rates) are kept in its settings. A remote that did not answer however often it was asked is asked the
    rest once each: somebody waits for this.
    """
    client = channels.client_for(channel)
    found: dict[str, str] = {}
    for name in sorted(client.spec.can):
        if (result := _try(client, name, at)) is None:
            continue
        found[name] = result
        if result.startswith(_SILENT):
            client.tries = 1
    if not found:
        found["account"] = _UNUSED
    channels.record_check(channel_id=channel.id, checks=found, at=at)
    channel.refresh_from_db()
    if all(result == "ok" for result in found.values()):
        if client.spec.has("pull_facts"):
            keep_facts(channel=channel, client=client, at=at)
        channel.refresh_from_db()
        if channel.state == "locked_out":
            channels.access_regained(channel_id=channel.id, at=at)
        elif "check" in CHANNEL.allowed(channel.state, "hub"):
            channels.move_channel(channel=channel, event="check", actor="hub", at=at)
    return found


def _try(client: Client, name: str, at: datetime) -> str | None:  # noqa: PLR0911 - one answer a kind of refusal
    """Say "ok", what is wrong, or None where there is no harmless way to try."""
    way = client.spec.can[name]
    try:
        if isinstance(way, Pull):
            client.send(way.first(client.account, _window(at)))
        elif isinstance(way, (Push, Call)):
            if way.probe is None:
                return None
            client.send(way.probe(client.account))
        elif isinstance(way, Subscribe):
            client.send(way.listing(client.account))
        else:
            return None
    except RemoteUnauthorised as refused:
        return f"no permission: {refused}"
    except RemoteBusy as busy:
        return f"{_SILENT}: {busy}"
    except MappingError:
        return None  # it asks for a ref that nobody knows yet: nothing harmless can be tried
    except EntrepotError as error:
        return str(error)
    return "ok"


def _window(at: datetime) -> Window:
    return Window(since_ms=to_ms(at - timedelta(minutes=5)), until_ms=to_ms(at), page_size=1)


def keep_facts(*, channel: Channel, client: Client, at: datetime) -> None:
    """What the store says of itself goes into the channel's settings as ``store.…``."""
    facts, asides = gather(client.spec, "pull_facts", client.account, client.send)
    keep_aside(channel=channel, kind="setting", asides=asides, at=at)
    rates = [[country, name, str(rate)] for country, name, rate in facts.tax_rates]
    told = {
        "store.currency": facts.currency, "store.weight_unit": facts.weight_unit,
        "store.length_unit": facts.length_unit,
        "store.prices_include_tax": facts.prices_include_tax, "store.time_zone": facts.time_zone,
        "store.tax_rates": rates, "store.features": list(facts.features),
    }  # fmt: skip
    channels.change_settings(seller_id=channel.seller_id, channel_id=channel.id, settings=told)


def match_channel(*, channel: Channel, at: datetime) -> dict[str, Any]:
    """Pull what is there without changing anything, and say what fits to what we know: by SKU and GTIN.

    exact · normalised (case, spaces and zeros aside) · ambiguous (several of ours) · none.
    """
    capability = "pull_products" if channel.role == "store" else "pull_listings"
    report: dict[str, Any] = {"exact": 0, "normalised": 0, "ambiguous": [], "none": [], "read": 0, "set_aside": 0}
    known = catalog.sku_and_gtin(seller_id=channel.seller_id)
    fronts: Sequence[Storefront | None] = channel_queries.every_storefront(channel_id=channel.id) or [None]
    for front in fronts:
        client = channels.client_for(channel, front)
        for read in pull(client.spec, capability, client.account, Window(), client.send):
            report["set_aside"] += len(read.set_aside)
            for names in _names(read.records):
                report["read"] += 1
                _match(report, names, known)
    channels.record_match(channel_id=channel.id, report=report, at=at)
    channel.refresh_from_db()
    if "match" in CHANNEL.allowed(channel.state, "hub"):
        channels.move_channel(channel=channel, event="match", actor="hub", at=at)
    return report


def _names(found: Sequence[Any]) -> list[list[str]]:
    names: list[list[str]] = []
    for record in found:
        if isinstance(record, records.Product):
            names += [[n for n in (v.sku, v.gtin) if n] for v in record.variants]
        else:
            names.append([n for n in (record.listing_ref, record.sku) if n])
    return names


def _match(report: dict[str, Any], names: Sequence[str], known: Sequence[tuple[str, str]]) -> None:
    exact = {sku for sku, gtin in known if sku in names or (gtin and gtin in names)}
    loose = {_norm(n) for n in names}
    near = exact or {sku for sku, gtin in known if _norm(sku) in loose or (gtin and _norm(gtin) in loose)}
    if len(near) > 1:
        report["ambiguous"].append({"theirs": list(names), "ours": sorted(near)[:5]})
    elif exact:
        report["exact"] += 1
    elif near:
        report["normalised"] += 1
    else:
        report["none"].append(list(names)[:2])


def _norm(text: str) -> str:
    return fold(text).replace(" ", "").replace("-", "").replace("_", "").lstrip("0")


def adopt_live(*, channel: Channel, at: datetime) -> int:
    """What is on sale already becomes ours as acknowledged; the number of listings adopted. Nothing is sent."""
    adopted = 0
    for front in channel_queries.every_storefront(channel_id=channel.id):
        client = channels.client_for(channel, front)
        for read in pull(client.spec, "pull_listings", client.account, Window(), client.send):
            adopted += listings.adopt(storefront_id=front.id, observed=read.records, at=at)
    return adopted


def go_live(*, channel: Channel, actor: str = "seller", at: datetime) -> int:
    """Start the channel's feeds; the number of feeds. A marketplace's orders count from now on."""
    channels.move_channel(channel=channel, event="go_live", actor=actor, at=at)
    channel.refresh_from_db()
    return open_feeds(channel=channel, at=at)
