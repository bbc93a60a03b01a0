"""A strict Trendyol: one seller's marketplace on nine storefronts, written from the vendor's pages.

``build`` gives the remote; ``switches`` says what the pages leave open and what is assumed. Not simulated: claims,
questions, finance, the cross-dock gateway, the Export Center, videos, and the closed V1 product calls.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from entrepot.sandbox.clock import Clock
from entrepot.sandbox.deliveries import Deliveries
from entrepot.sandbox.faults import Dials, FaultMiddleware, Faults
from entrepot.sandbox.ledger import Ledger
from entrepot.sandbox.remote import Remote

from . import (
    batches,
    documents,
    handovers,
    life_cycle,
    lookups,
    offers,
    order_reads,
    orders,
    package_calls,
    product_reads,
    product_updates,
    products,
    reviews,
    splits,
    stage,
    subscriptions,
    webhooks,
)
from .actions import Actions, summary
from .desk import forms
from .gate import application
from .tables import tables
from .world import World

if TYPE_CHECKING:
    from pathlib import Path

AREAS = (
    lookups, product_reads, products, product_updates, life_cycle, batches, offers, order_reads, handovers,
    package_calls, splits, stage, webhooks, documents,
)  # fmt: skip


def build(*, url: str, seed: int, dials: Dials, state_dir: Path | None) -> Remote:
    """A marketplace whose calls live below ``url``, e.g. ``http://127.0.0.1:8899/trendyol``.

    The same seed gives the same credentials. The ledger is kept in ``state_dir``; in memory only when that is None.
    """
    clock = Clock()
    ledger = Ledger(clock, state_dir / "ledger.jsonl" if state_dir else None)
    faults = Faults(dials, seed)
    deliveries = Deliveries(faults, ledger)
    world = World(clock, faults, ledger, deliveries, seed)
    world.jobs = {
        "batch": batches.run,
        "batch_end": batches.end,
        "review": reviews.decide,
        "content_review": reviews.decide_content,
        "split": splits.finish,
    }
    _remember(world)
    credentials = {
        "url": url, "seller_id": world.seller_id, "api_key": world.api_key, "api_secret": world.api_secret,
        "user_agent": f"{world.seller_id} - SelfIntegration",
    }  # fmt: skip
    app = application(world, [call for area in AREAS for call in area.CALLS])

    def tick() -> None:
        world.settle()
        orders.arrive(world)
        subscriptions.send_due(world)

    return Remote(
        "trendyol", clock, faults, ledger, deliveries, FaultMiddleware(app, faults), credentials,
        lambda: summary(world), world.snapshot, world.restore, tick, Actions(world).all(),
        lambda: tables(world), lambda: forms(world),
    )  # fmt: skip


def _remember(world: World) -> None:
    """Start numbers behind those in the ledger: after a crash the ledger may know more than the kept state."""
    for entry in world.ledger.of("order.placed", "package.split"):
        world.floors["order"] = max(world.floors.get("order", 0), int(entry["order_number"]))
        world.floors["package"] = max(world.floors.get("package", 0), entry["package_id"], *entry.get("into", ()))
