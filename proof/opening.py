"""The seller, its channels and its goods, live on both sides before anybody trades or is killed."""

from __future__ import annotations

import csv
import io
import time
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from django.db import connections

from entrepot.catalog.models import Product, Variant
from entrepot.catalog.services import approve_products
from entrepot.channels import services as channels
from entrepot.channels.models import Channel
from entrepot.core.clock import now
from entrepot.demo.cast import Cast, gather, sample
from entrepot.demo.remotes import Sandbox
from entrepot.demo.steps import patiently
from entrepot.demo.work import carried_out
from entrepot.ingress import services as ingress
from entrepot.listings.models import Listing, ListingLevel

from .ledgers import TR, WOO

STOREFRONTS = ("TR", "DE")
_PATIENCE_S = 120.0
# In the proof nobody types anything into the hub: what its owner cancels in the shop is given up on the marketplace.
_STORE = {"hub.on_store_cancel": "give_up"}
_MARKET = {"hub.every.observed": 4}
_RETRY_S = 4.0  # the marketplace's, for a webhook that nobody took: a run is shorter than its five minutes


class NotReadyError(RuntimeError):
    """The hub did not get so far that trade could begin; the message says what is missing."""


def open_up(sandbox: Sandbox, *, most: int) -> tuple[Cast, list[str]]:
    """Connect both channels, adopt goods that are live on both remotes, webhooks on; the SKUs traded, ``most`` of them.

    Raises:
        NotReadyError: something did not happen in two minutes.
    """
    goods = _goods(sandbox, most)
    for sku, (price, quantity, vat_rate) in goods.items():
        sandbox.act(WOO, "set_stock", sku=sku, quantity=quantity)  # as it is; now the ledger says so, too
        for front, vat in zip(STOREFRONTS, (vat_rate, 19), strict=True):
            sandbox.act(
                TR, "seed_product", barcode=sku, title=sku, storefront=front, sale_price=float(price),
                quantity=quantity, vatRate=vat,
            )  # fmt: skip
    sandbox.act(TR, "switch", name="webhook_retry_s", value=_RETRY_S)
    cast = gather(sandbox, now())
    seller_id = cast.seller.id
    channels.change_settings(seller_id=seller_id, channel_id=cast.store.id, settings=_STORE)
    channels.change_settings(seller_id=seller_id, channel_id=cast.market.id, settings=_MARKET)
    for channel in (cast.store, cast.market):
        channel.refresh_from_db()
    _live(cast.store)
    wait("every product", lambda: Variant.objects.for_seller(seller_id).filter(sku__in=goods).count() == len(goods))
    patiently(lambda: ingress.import_sheet(seller_id=seller_id, connector=TR, content=_sheet(goods), at=now()))
    ids = list(Product.objects.for_seller(seller_id).filter(variants__sku__in=goods).values_list("id", flat=True))
    patiently(lambda: approve_products(seller_id=seller_id, product_ids=sorted(set(ids)), at=now()))
    _live(cast.market)
    channels.approve_first_push(seller_id=seller_id, channel_id=cast.market.id, at=now())
    channels.approve_by_rule(seller_id=seller_id, channel_id=cast.market.id, is_automatic=True, at=now())
    for channel in (cast.store, cast.market):
        patiently(lambda c=channel: ingress.enable_webhooks(channel=c, at=now()))
    wait("every listing", lambda: _listed(seller_id) == len(goods) * len(STOREFRONTS))
    wait("stock and prices on every listing", lambda: not _unpushed(seller_id))
    return cast, list(goods)


def wait(what: str, done: Callable[[], Any], *, seconds: float = _PATIENCE_S) -> None:
    """Until ``done()`` is true.

    Raises:
        NotReadyError: it is not, after ``seconds``.
    """
    until = time.monotonic() + seconds
    while not done():
        connections.close_all()
        if time.monotonic() > until:
            raise NotReadyError(f"waited {seconds:.0f} s for {what}")
        time.sleep(0.1)


def _goods(sandbox: Sandbox, most: int) -> dict[str, tuple[str, int, int]]:
    """SKU → price, pieces, VAT in %: what the shop has once and counts in whole pieces, and a sheet of ours knows."""
    rates = {row["sku"]: row["vat_rate"] for row in csv.DictReader(io.StringIO(sample("facts.csv").decode()))}
    found: dict[str, tuple[str, int, int]] = {}
    products = sandbox.summary(WOO)["products"]
    times = Counter(p["sku"] for p in products)
    for p in products:
        is_whole = isinstance(p["quantity"], int) and p["quantity"] > 0
        if p["sku"] in rates and times[p["sku"]] == 1 and p["status"] == "publish" and p["price"] and is_whole:
            found[p["sku"]] = (p["price"], p["quantity"], int(float(rates[p["sku"]]) * 100))
    return dict(list(found.items())[:most])


def _sheet(skus: Sequence[str] | dict[str, Any]) -> bytes:
    """What our sample sheet says of these SKUs that the shop does not: origin and VAT."""
    rows = [row for row in csv.DictReader(io.StringIO(sample("facts.csv").decode())) if row["sku"] in skus]
    return "\n".join(["sku,origin,vat_rate", *(f"{r['sku']},{r['origin']},{r['vat_rate']}" for r in rows)]).encode()


def _live(channel: Channel) -> None:
    for work in ("check", "match", "go_live"):
        patiently(lambda w=work: carried_out(channel, w))


def _listed(seller_id: int) -> int:
    return Listing.objects.for_seller(seller_id).filter(state="live").count()


def _unpushed(seller_id: int) -> bool:
    levels = ListingLevel.objects.for_seller(seller_id).filter(listing__state="live")
    return levels.filter(is_due=True).exists() or levels.filter(desired_value__isnull=True).exists()
