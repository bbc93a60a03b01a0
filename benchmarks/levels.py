"""Stock that changed in the store on its way to three marketplaces that refuse, throttle and fail."""

from __future__ import annotations

import json
import shutil
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from .figures import Figure, Stopwatch, rss_mib
from .hub import Remotes, hub
from .orders import worker

COUNT, MARKETS, LIMIT_S = 10_000, 3, 240.0
BAD = {  # the dials of ``--faults some`` that concern a push
    "too_many_requests": 0.05, "server_error": 0.05, "latency_ms": 40, "lost_answer": 0.05, "refuse_batch_items": 0.02,
}  # fmt: skip


def measure() -> list[Figure]:
    """From the store's reading to submitted and to acknowledged, 99 of 100; calls; drift. One run, after one to warm.

    Levels count from the commit of the reading. The limits that Trendyol documents are on, in the simulators and in
    the connector; so are their faults.

    Raises:
        RuntimeError: a marketplace holds something else in the end, or it took too long.
    """
    with tempfile.TemporaryDirectory(prefix="entrepot-bench-") as folder, ExitStack() as stack:
        stack.enter_context(hub())
        fronts = [stack.enter_context(_market(Path(folder), n)) for n in range(MARKETS)]
        goods = _goods([m for m, _ in fronts])
        floor = Stopwatch()
        with floor.run():
            _bare([r for _, r in fronts])
        for _, remotes in fronts:
            remotes.http.patch(f"{remotes.url}/control/trendyol/faults", json=BAD).raise_for_status()
        with worker():
            _change(goods, 40)  # warms up, and proves that it works
            ours = Stopwatch()
            with ours.run():
                changed_at = _change(goods, 41)
        ended_at = time.time()
        drift = sum(_otherwise(m, r) for m, r in fronts)
        if drift:
            raise RuntimeError(f"{drift} listings hold something else than what is wanted")
        return _figures(ours, floor, changed_at, ended_at)


@contextmanager
def _market(folder: Path, number: int) -> Iterator[tuple[Any, Remotes]]:
    """A Trendyol of its own process with COUNT products live, and the channel that sells there."""
    own = folder / str(number)
    if number == 0:
        _seed(own)
    else:
        shutil.copytree(folder / "seed", own)
    with Remotes("--state-dir", str(own), "--seed", "1") as remotes:
        yield _channel(remotes, number), remotes


def _seed(folder: Path) -> None:
    """The state of a marketplace where all is on sale; built once, copied for each."""
    from entrepot.sandbox.faults import Dials
    from entrepot.sandbox.trendyol import build

    from .pull import gtin

    seed = folder.parent / "seed" / "trendyol"
    seed.mkdir(parents=True)
    remote = build(url="http://127.0.0.1:1/trendyol", seed=1, dials=Dials(), state_dir=seed)
    for n in range(COUNT):
        remote.actions["seed_product"](barcode=gtin(n), title=f"Kupa {n}", sale_price=100.0, quantity=5)
    (seed / "state.json").write_text(json.dumps(remote.snapshot()), "utf-8")
    shutil.copytree(folder.parent / "seed", folder)


def _channel(remotes: Remotes, number: int) -> Any:
    """An account that is live, its first push approved; without feeds: nothing but pushes is measured."""
    from entrepot.accounts.models import Seller
    from entrepot.accounts.services import create_seller
    from entrepot.channels import services as channels
    from entrepot.channels.models import Channel, Storefront
    from entrepot.core.clock import now

    seller = Seller.objects.filter(code="levels").first() or create_seller(code="levels", name="Levels")
    told = remotes.credentials["trendyol"]
    channel = channels.add_channel(
        seller_id=seller.id, slug="trendyol", name=f"Trendyol {number}", base_url=told["url"],
        account_ref=told["seller_id"], secrets={n: told[n] for n in ("api_key", "api_secret")}, at=now(),
    )  # fmt: skip
    Channel.objects.system().filter(id=channel.id).update(state="live", first_push_approved_at=now())
    return Storefront.objects.system().create(
        seller=seller, channel=channel, code="TR", country="TR", currency="TRY", language="tr"
    )


def _goods(fronts: list[Any]) -> list[int]:
    """COUNT variants, live on every storefront with stock 5 as acknowledged; their ids."""
    from django.utils import timezone

    from entrepot.catalog.models import Product, Variant
    from entrepot.listings.models import Listing, ListingLevel

    from .pull import gtin

    seller, at = fronts[0].seller, timezone.now()
    products = Product.objects.bulk_create(
        Product(seller=seller, product_ref=f"P{n}", title=f"Kupa {n}", state="approved") for n in range(COUNT)
    )
    variants = Variant.objects.bulk_create(
        Variant(seller=seller, product=p, sku=f"SKU-{n}", gtin=gtin(n)) for n, p in enumerate(products)
    )
    for front in fronts:
        listings = Listing.objects.bulk_create(
            Listing(seller=seller, storefront=front, variant=v, listing_ref=v.gtin, state="live", live_at=at)
            for v in variants
        )
        ListingLevel.objects.bulk_create(
            ListingLevel(seller=seller, storefront=front, listing=x, lane="stock", desired_value=5,
                         acknowledged_value=5, acknowledged_at=at)
            for x in listings
        )  # fmt: skip
    return [v.id for v in variants]


def _change(goods: list[int], pieces: int) -> dict[int, float]:
    """The store has ``pieces`` of everything now; waits until all marketplaces have. Variant → when it was read.

    Raises:
        RuntimeError: it took longer than LIMIT_S.
    """
    from entrepot.core.clock import now
    from entrepot.inventory.services import record_readings
    from entrepot.listings.models import ListingLevel

    read_at = {}
    for i in range(0, COUNT, 100):  # as many as a store shows on a page
        part = goods[i : i + 100]
        record_readings(seller_id=1, readings=[(v, pieces) for v in part], began_at=now())
        read_at |= dict.fromkeys(part, now().timestamp())
    until = time.monotonic() + LIMIT_S
    open_ = ListingLevel.objects.system().exclude(acknowledged_value=pieces)
    while open_.exists():
        if time.monotonic() > until:
            raise RuntimeError(f"{open_.count()} of {COUNT * MARKETS} levels not acknowledged in {LIMIT_S:.0f} s")
        time.sleep(0.1)
    return read_at


def _otherwise(front: Any, remotes: Remotes) -> int:
    """How many of its products a marketplace shows with another stock than we want, page by page."""
    from entrepot.channels.services import client_for
    from entrepot.kit.read import pull
    from entrepot.kit.requests import Window
    from entrepot.listings.models import ListingLevel

    remotes.http.patch(f"{remotes.url}/control/trendyol/faults", json=dict.fromkeys(BAD, 0)).raise_for_status()
    levels = ListingLevel.objects.system().filter(storefront=front).select_related("listing")
    wanted = {x.listing.listing_ref: int(x.desired_value) for x in levels}
    client = client_for(front.channel, front)
    for read in pull(client.spec, "pull_listings", client.account, Window(), client.send):
        for shown in read.records:
            if wanted.get(shown.listing_ref) == shown.quantity:
                del wanted[shown.listing_ref]
    return len(wanted)


def _bare(remotes: list[Remotes]) -> None:
    """The least: the same items in the largest requests, one after the other, and asked for until each is done."""
    from .pull import gtin

    asked = []
    for remote in remotes:
        told = remote.credentials["trendyol"]
        base = f"{told['url']}/inventory/sellers/{told['seller_id']}/products"
        auth, agent = (told["api_key"], told["api_secret"]), {"User-Agent": told["user_agent"], "storeFrontCode": "TR"}
        for i in range(0, COUNT, 1000):
            items = [{"barcode": gtin(n), "quantity": 6} for n in range(i, i + 1000)]
            answer = remote.http.post(f"{base}/price-and-inventory", json={"items": items}, auth=auth, headers=agent)
            answer.raise_for_status()
            batch = answer.json()["batchRequestId"]
            path = f"{told['url']}/product/sellers/{told['seller_id']}/products/batch-requests/{batch}"
            asked.append((remote, path, auth, agent))
    for remote, path, auth, agent in asked:
        while '"IN_PROGRESS"' in remote.http.get(path, auth=auth, headers=agent).raise_for_status().text:
            time.sleep(0.2)


def _figures(ours: Stopwatch, floor: Stopwatch, changed_at: dict[int, float], ended_at: float) -> list[Figure]:
    from entrepot.channels.models import CallLog
    from entrepot.egress.models import PushItem
    from entrepot.listings.models import ListingLevel

    began = min(changed_at.values())
    sent: dict[int, float] = {}
    rows = PushItem.objects.system().filter(batch__sent_at__isnull=False).order_by("batch__sent_at")
    for listing, variant, at in rows.values_list("listing_id", "listing__variant_id", "batch__sent_at"):
        if at.timestamp() >= changed_at[variant]:
            sent.setdefault(listing, at.timestamp() - changed_at[variant])
    levels = ListingLevel.objects.system().values_list("listing__variant_id", "acknowledged_at")
    known = [at.timestamp() - changed_at[variant] for variant, at in levels]
    calls = [c for c in CallLog.objects.all() if began <= c.recorded_at.timestamp() <= ended_at]
    posts, asks = (len([c for c in calls if (c.method == "POST") is is_post]) for is_post in (True, False))
    per_thousand = COUNT * MARKETS / 1000
    common = {"rss_mib": rss_mib(), "cpu_s": ours.cpu_s, "runs": 1}
    work = f"{COUNT} stocks on {MARKETS} channels: change → "
    return [
        Figure(id="levels", work=work + "submitted, p99", unit="s", ours=_p99(sent.values()), floor=floor.median_s,
               **common),
        Figure(id="levels", work=work + "acknowledged, p99", unit="s", ours=_p99(known), floor=floor.median_s,
               **common),
        Figure(id="levels", work="requests that push, per 1,000 items", unit="calls", ours=posts / per_thousand,
               floor=1.0, **common),
        Figure(id="levels", work="requests that ask, per 1,000 items", unit="calls", ours=asks / per_thousand,
               floor=1.0, **common),
    ]  # fmt: skip


def _p99(seconds: Any) -> float:
    return statistics.quantiles(seconds, n=100)[98]
