"""The main job, step by step, as a person and the world would do it."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from django.db import OperationalError
from django.db.models import Count

from entrepot.catalog.models import Product, Variant
from entrepot.catalog.services import approve_products, edit_products, edit_variants
from entrepot.channels import services as channels
from entrepot.channels.models import Channel, Intent
from entrepot.core.clock import now
from entrepot.core.errors import EntrepotError, RemoteBusy, RemoteError
from entrepot.egress.models import PushBatch
from entrepot.events.models import Dirty
from entrepot.fulfilment.models import Package
from entrepot.fulfilment.services import set_invoice_number
from entrepot.ingress import services as ingress
from entrepot.ingress.models import Feed, Receipt
from entrepot.listings.models import Listing, ListingLevel
from entrepot.listings.services import retry_listings
from entrepot.orders.models import Order

from .cast import Cast, sample
from .remotes import Sandbox
from .work import carried_out

Say = Callable[[str], None]


class StuckError(RuntimeError):
    """The walk waited long enough for something that did not happen; the message says what."""


def until(what: str, done: Callable[[], Any], *, seconds: float) -> None:
    """Wait until ``done()`` is true.

    Raises:
        StuckError: it is not, after ``seconds``.
    """
    end = time.monotonic() + seconds
    while not done():
        if time.monotonic() > end:
            raise StuckError(f"waited {seconds:.0f} s for: {what}")
        time.sleep(0.25)


def patiently(call: Callable[[], Any], *, seconds: float = 60) -> Any:
    """Do what a person does when a remote has a bad moment: try again."""
    end = time.monotonic() + seconds
    while True:
        try:
            return call()
        except (RemoteError, OperationalError) as error:  # a bad moment there, or a deadlock here
            if time.monotonic() > end:
                raise
            time.sleep(min(5.0, getattr(error, "retry_after_s", 1.0)))


def connect(cast: Cast, sandbox: Sandbox, say: Say) -> None:
    """Check every right, pull dry and match."""
    for channel in (cast.store, cast.market):
        patiently(lambda c=channel: _checked(c))
        report = patiently(lambda c=channel: carried_out(c, "match"))
        say(
            f"{channel.name}: {len(channel.checks)} rights used and found; "
            f"{report['read']} goods seen, {report['exact']} matched"
        )


def _checked(channel: Channel) -> None:
    found = carried_out(channel, "check")["checks"]
    if channel.state == "draft":
        raise RemoteBusy(f"check of {channel.name}: {found}")


def pull(cast: Cast, sandbox: Sandbox, say: Say) -> None:
    """The store goes live: its products arrive as new."""
    patiently(lambda: carried_out(cast.store, "go_live"))
    until(
        "the first full pull",
        lambda: Feed.objects.system().filter(name="products", runs__gt=0, watermark_ms__isnull=False).exists(),
        seconds=60,
    )
    until(
        "the first stock pass",
        lambda: Feed.objects.system().filter(name="stock", last_done_at__isnull=False).exists(),
        seconds=60,
    )
    say(f"{Product.objects.system().count()} products, {Variant.objects.system().count()} variants")


def translate(cast: Cast, sandbox: Sandbox, say: Say) -> None:
    """The marketplace's vocabulary, the seller's words for it, and the facts that the store lacks."""
    channel = cast.market
    words = patiently(lambda: carried_out(channel, "learn"))
    mapped = patiently(lambda: _sheet(cast, "words.csv"))
    more = patiently(lambda: carried_out(channel, "learn"))  # now of the categories that the store's were mapped to
    facts = patiently(lambda: _sheet(cast, "facts.csv"))
    for line, column, why in [*mapped.problems, *facts.problems]:
        say(f"sheet line {line}, {column}: {why}")
    learnt = {kind: max(words[kind], more[kind]) for kind in words}
    say(f"{sum(learnt.values())} words learnt, {mapped.changed} mapped, {facts.changed} facts told")


def _sheet(cast: Cast, name: str) -> ingress.SheetResult:
    connector = cast.market.connector
    return ingress.import_sheet(seller_id=cast.seller.id, connector=connector, content=sample(name), at=now())


def listing(cast: Cast, sandbox: Sandbox, say: Say) -> None:
    """Approve, list, and wait for the marketplace's verdicts."""
    seller_id = cast.seller.id
    cast.market.refresh_from_db()
    ids = list(Product.objects.for_seller(seller_id).values_list("id", flat=True))
    approved = patiently(lambda: approve_products(seller_id=seller_id, product_ids=ids, at=now()))
    patiently(lambda: carried_out(cast.market, "go_live"))
    until("listings of every approved product", lambda: not _marks() and Listing.objects.system().exists(), seconds=60)
    _reviewed()
    channels.approve_first_push(seller_id=seller_id, channel_id=cast.market.id, at=now())
    channels.approve_by_rule(seller_id=seller_id, channel_id=cast.market.id, is_automatic=True, at=now())
    until(
        "the first listings sent",
        lambda: Listing.objects.system().filter(submitted_at__isnull=False).exists(),
        seconds=90,
    )
    _reviewed()
    say(f"{len(approved)} products approved; listings: {states()}")


def _reviewed() -> None:
    until(
        "verdicts on every listing sent",
        lambda: not _marks() and not Listing.objects.system().filter(state__in=["submitted"]).exists(), seconds=120,
    )  # fmt: skip


def mend(cast: Cast, sandbox: Sandbox, say: Say) -> None:
    """A refusal is read, its cause mended in the catalogue, and the listing sent again."""
    until(
        "everything queued was sent", lambda: not Listing.objects.system().filter(state="queued").exists(), seconds=120
    )
    _reviewed()
    for row in Listing.objects.system().filter(state="failed").select_related("variant__product"):
        product = row.variant.product
        say(f"refused: {row.variant.sku} on {row.storefront.code}: {row.refusal[:90]}")
        good = [i for i in product.images if ".invalid" not in i] or [
            f"https://kehribar.test/wp-content/uploads/{row.variant.sku.lower()}.jpg"
        ]
        with suppress(EntrepotError):
            edit_products(seller_id=cast.seller.id, cells=[(product.id, "images", product.images, good)], at=now())
        clean = [i for i in row.variant.images if ".invalid" not in i]
        if clean != row.variant.images:
            edit_variants(
                seller_id=cast.seller.id, cells=[(row.variant_id, "images", row.variant.images, clean)], at=now()
            )
        approve_products(seller_id=cast.seller.id, product_ids=[product.id], at=now())
        until("the mended content", lambda: not _marks(), seconds=30)
        retry_listings(seller_id=cast.seller.id, listing_ids=[row.id], at=now())
    until(
        "every refusal mended",
        lambda: not Listing.objects.system().exclude(state__in=["live", "draft"]).exists(),
        seconds=120,
    )
    say(f"mended; listings: {states()}")


def subscribe(cast: Cast, sandbox: Sandbox, say: Say) -> None:
    """Have both remotes tell us of news as it happens."""
    for channel in (cast.store, cast.market):
        try:
            made = patiently(lambda c=channel: ingress.enable_webhooks(channel=c, at=now()))
            say(f"{channel.name}: {len(made)} webhooks")
        except EntrepotError as error:
            say(f"{channel.name}: no webhooks ({error}); polls do the work")


def buy(sandbox: Sandbox, say: Say, *, count: int, seed: int) -> None:
    """Buyers at home and abroad, one who pays late, two who change their mind; the shop sells on meanwhile."""
    rng = random.Random(seed)  # noqa: S311 - which goods a buyer picks is no secret
    for i in range(count):
        _order(sandbox, storefront="DE" if i % 5 == 4 else "TR")  # noqa: PLR2004
    late = _place(sandbox, rng, awaiting=True)
    quick = _order(sandbox, storefront="TR")
    sandbox.act("trendyol", "cancel", package_id=quick["package_id"])
    _shop_life(sandbox, rng)
    until(
        "the first orders in the store",
        lambda: Order.objects.system().filter(state__in=["synced", "processed"]).count() > count // 2,
        seconds=120,
    )
    regret = Order.objects.system().filter(state="synced").order_by("id").first()
    if regret is not None:
        package = Package.objects.system().get(order=regret)
        with suppress(ValueError):
            sandbox.act("trendyol", "cancel", package_id=int(package.package_ref))
    sandbox.act("trendyol", "pay", package_id=late["package_id"])
    say(f"{count + 2} orders placed, one paid late, two cancelled; the shop sold and restocked meanwhile")


def _order(sandbox: Sandbox, storefront: str) -> dict[str, Any]:
    return sandbox.act("trendyol", "random_order", storefront=storefront)


def _place(sandbox: Sandbox, rng: random.Random, *, awaiting: bool) -> dict[str, Any]:
    refs = [r for r, q in _on_sale() if q > 3]  # noqa: PLR2004
    lines = [{"barcode": rng.choice(refs), "quantity": 3, "discount_percentage": 10}]
    return sandbox.act("trendyol", "place_order", lines=lines, storefront="TR", awaiting=awaiting)


def _on_sale() -> list[tuple[str, int]]:
    rows = ListingLevel.objects.system().filter(
        lane="stock", listing__state="live", storefront__code="TR", acknowledged_value__gt=0
    )
    return [(ref, int(q)) for ref, q in rows.order_by("id").values_list("listing__listing_ref", "acknowledged_value")]


def _shop_life(sandbox: Sandbox, rng: random.Random) -> None:
    sandbox.act("woocommerce", "sell", sku="SABUN-DEFNE", quantity=3)
    sandbox.act("woocommerce", "set_stock", sku="CAY-RIZE-500", quantity=rng.randint(60, 90))
    sandbox.act("woocommerce", "set_stock", sku="TSHIRT-ANADOLU-LAC-L", quantity=0)
    sandbox.act("woocommerce", "set_price", sku="CAY-ADA-100", regular_price="99.90")
    sandbox.act("woocommerce", "set_price", sku="FINCAN-2LI", regular_price="420.00", sale_price="379.50")
    sandbox.act("woocommerce", "unpublish", sku="MUTFAK-HAVLU")


def fulfil(cast: Cast, sandbox: Sandbox, say: Say) -> None:
    """The shop's owner completes the orders; invoice numbers are typed in; packages follow on the marketplace."""
    settled(sandbox, seconds=180)
    done = 0
    for order in Order.objects.system().filter(state="synced").order_by("id"):
        sandbox.act("woocommerce", "fulfil", order_id=int(order.store_ref), tracking_number=_tracking(order))
        done += 1
    until(
        "the store's completions seen", lambda: not Order.objects.system().filter(state="synced").exists(), seconds=180
    )
    until("packages in picking", lambda: not _packages("created").exists(), seconds=120)
    for i, package in enumerate(_packages("picking").order_by("id")):
        set_invoice_number(
            seller_id=cast.seller.id, package_id=package.id, invoice_number=f"KHB2026{i + 1:09d}", at=now()
        )
    until("packages invoiced", lambda: not _packages("picking").exists(), seconds=120)
    theirs = _packages("invoiced").filter(pays_carriage="channel")
    until("the carrier's labels", lambda: not theirs.filter(label__isnull=True).exists(), seconds=120)
    labels = Package.objects.system().filter(label__isnull=False).count()
    say(f"{done} orders completed in the store; packages: {_count(Package)}; labels: {labels}")


def _tracking(order: Order) -> str:
    package = Package.objects.system().filter(order=order).exclude(tracking_ref="").first()
    return package.tracking_ref if package else f"KHB{order.id:010d}"


def _packages(state: str) -> Any:
    return Package.objects.system().filter(state=state).exclude(order__state="cancelled")


def settled(sandbox: Sandbox, *, seconds: float) -> None:
    """Wait until nothing is on its way: no marks, levels, batches, intents or receipts, and every feed ran since."""
    began = now()

    def quiet() -> bool:
        placed = sum(1 for e in sandbox.ledger("trendyol") if e["kind"] == "order.placed")
        return (
            Order.objects.system().count() >= placed
            and not _marks()
            and not _busy()
            and not Feed.objects.system().filter(is_enabled=True).exclude(last_done_at__gt=began).exists()
        )

    for _ in range(2):  # quiet twice: what the first round's reading brought is done too
        until("everything on its way to arrive", quiet, seconds=seconds)
        began = now()


def _busy() -> bool:
    due = ListingLevel.objects.system()
    return (
        due.filter(is_due=True).exists()
        or due.filter(batch_id__isnull=False).exists()
        or PushBatch.objects.system().filter(state__in=["planned", "submitted", "polling", "unknown"]).exists()
        or Intent.objects.system().filter(state__in=["planned", "sent", "unknown"]).exists()
        or Receipt.objects.system().filter(status="queued").exists()
        or Listing.objects.system().filter(state__in=["queued", "submitted", "closing"]).exists()
    )


def _marks() -> bool:
    return bool(Dirty.objects.exists())


def states() -> str:
    """How many listings are in which state."""
    return _count(Listing)


def _count(model: Any) -> str:
    rows = model.objects.system().values_list("state").annotate(n=Count("id")).order_by("state")
    return ", ".join(f"{n} {state}" for state, n in rows)
