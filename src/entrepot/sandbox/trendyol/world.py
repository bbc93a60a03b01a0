"""The whole state of the simulated marketplace, its clockwork of things that happen later, and its snapshot."""

from __future__ import annotations

import heapq
import json
import random
import uuid
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import fields
from typing import TYPE_CHECKING, Any

from .fixture import BRANDS
from .limits import Limiter
from .model import Batch, Content, Line, Listing, Message, Package, Webhook, listing_key
from .switches import Switches

if TYPE_CHECKING:
    from entrepot.sandbox.clock import Clock
    from entrepot.sandbox.deliveries import Deliveries
    from entrepot.sandbox.faults import Faults
    from entrepot.sandbox.ledger import Ledger

Job = Callable[["World", dict[str, Any]], None]


class World:
    """One seller's Trendyol. Everything is found by a dictionary; packages also in the order of their last change."""

    def __init__(self, clock: Clock, faults: Faults, ledger: Ledger, deliveries: Deliveries, seed: int) -> None:
        self.clock, self.faults, self.ledger, self.deliveries = clock, faults, ledger, deliveries
        self.switches = Switches()
        self.limiter = Limiter(clock, ledger, self.switches)
        source = random.Random(f"trendyol:{seed}")
        self.seller_id = str(source.randrange(900_000, 999_999))
        self.api_key = "".join(source.choices("abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789", k=20))
        self.api_secret = "".join(source.choices("abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789", k=20))
        self.jobs: dict[str, Job] = {}  # named here, so that what waits can be kept as JSON
        self.floors: dict[str, int] = {}  # numbers the ledger has seen, so that none is given twice after a crash
        self._uuids = random.Random(f"uuid:{seed}:{clock.ms()}")
        self._clear()

    def _clear(self) -> None:
        self.brands = dict(BRANDS)
        self._shelves: list[str] = []
        self.numbers: dict[str, int] = {}
        self.listings: dict[str, Listing] = {}
        self.contents: dict[int, Content] = {}
        self.cards: dict[str, int] = {}  # model code and slicer values → content id
        self.batches: dict[str, Batch] = {}
        self.refused_once: set[str] = set()
        self.fingerprints: dict[str, int] = {}
        self.packages: dict[int, Package] = {}
        self.by_order: dict[str, list[int]] = {}
        self.changes: list[tuple[int, int, int]] = []  # (modified ms, change number, package id), oldest first
        self.cursors: dict[str, dict[str, Any]] = {}
        self.webhooks: dict[str, Webhook] = {}
        self.messages: dict[int, Message] = {}
        self.labels: dict[str, dict[str, Any]] = {}
        self.invoice_links: dict[str, int] = {}
        self.arrivals: dict[str, float] = {"per_minute": 0.0, "next_ms": 0.0}
        self.later: list[tuple[int, int, str, dict[str, Any]]] = []

    def number(self, name: str, first: int) -> int:
        """The next number of a series that starts at ``first``."""
        self.numbers[name] = max(self.numbers.get(name, first - 1), self.floors.get(name, 0)) + 1
        return self.numbers[name]

    def uuid(self) -> str:
        """A fresh id in the shape of a version 4 UUID."""
        return str(uuid.UUID(int=self._uuids.getrandbits(128), version=4))

    def listing(self, storefront: str, barcode: object) -> Listing | None:
        """By storefront and barcode."""
        return self.listings.get(listing_key(storefront, str(barcode)))

    def shelves(self) -> list[str]:
        """The keys of all listings, in a form to choose from; one that was just deleted may still be among them."""
        if len(self._shelves) != len(self.listings):
            self._shelves = list(self.listings)
        return self._shelves

    # -- things that happen later ----------------------------------------------------------------------------------

    def schedule(self, delay_s: float, job: str, **facts: Any) -> None:
        """Run a job of ``jobs`` on the simulator's clock; its facts must be JSON."""
        at = self.clock.ms() + int(delay_s * 1000)
        heapq.heappush(self.later, (at, self.number("job", 1), job, facts))

    def settle(self) -> None:
        """Do all that is due; what it schedules and is due too is done as well."""
        while self.later and self.later[0][0] <= self.clock.ms():
            _, _, job, facts = heapq.heappop(self.later)
            self.jobs[job](self, facts)

    # -- packages by change ----------------------------------------------------------------------------------------

    def add_package(self, package: Package) -> None:
        """Keep a new package, as the youngest change."""
        self.packages[package.id] = package
        self.by_order.setdefault(package.order_number, []).append(package.id)
        self.touch(package)

    def touch(self, package: Package) -> None:
        """The package changed now; a package never has two changes with the same stamp, and stamps never fall."""
        last = self.changes[-1][0] if self.changes else 0
        now = max(self.clock.ms(), last)
        package.modified_ms = now + 1 if now <= package.modified_ms else now
        package.change_no = self.number("change", 1)
        self.changes.append((package.modified_ms, package.change_no, package.id))
        if len(self.changes) > 1000 + 3 * len(self.packages):
            self.changes = [c for c in self.changes if self.packages[c[2]].change_no == c[1]]

    def changed_before(self, stamp: tuple[int, int]) -> Iterator[Package]:
        """Packages whose last change is older than (ms, change number), youngest first."""
        for at in range(bisect_right(self.changes, (*stamp, -1)) - 1, -1, -1):
            _, change_no, package_id = self.changes[at]
            package = self.packages[package_id]
            if package.change_no == change_no:
                yield package

    # -- snapshot --------------------------------------------------------------------------------------------------

    def snapshot(self) -> dict[str, Any]:
        """All of it as JSON. Rate windows and dials are not part; a message on its way is sent again.

        Inner values are shared with the world, to be fast: write it down before anything else happens.
        """
        records = {
            name: [_row(record) for record in getattr(self, name).values()]
            for name in ("listings", "contents", "batches", "packages", "webhooks", "messages")
        }
        for package in records["packages"]:
            package["lines"] = [_row(line) for line in package["lines"]]
        for message in records["messages"]:
            message["is_on_its_way"] = False
        plain = {name: getattr(self, name) for name in PLAIN}
        return {
            **records, **plain, "clock_offset_s": self.clock.offset_s, "switches": self.switches.all(),
            "limits": self.limiter.settings(), "refused_once": sorted(self.refused_once),
            "brands": [[k, v] for k, v in self.brands.items()], "later": [list(entry) for entry in sorted(self.later)],
        }  # fmt: skip

    def restore(self, kept: dict[str, Any]) -> None:
        """Become what ``snapshot`` gave, also after a walk through JSON text."""
        kept = json.loads(json.dumps(kept))
        self._clear()
        for name in PLAIN:
            setattr(self, name, kept[name])
        self.clock.offset_s = kept["clock_offset_s"]
        for name, value in kept["switches"].items():
            self.switches.set(name, value)
        self.limiter.set(**kept["limits"])
        self.refused_once = set(kept["refused_once"])
        self.brands = {int(k): v for k, v in kept["brands"]}
        self.later = [(at, no, job, facts) for at, no, job, facts in kept["later"]]
        self.listings = {r.key: r for r in (Listing(**row) for row in kept["listings"])}
        self.contents = {r.id: r for r in (Content(**row) for row in kept["contents"])}
        self.batches = {r.id: r for r in (Batch(**row) for row in kept["batches"])}
        self.webhooks = {r.id: r for r in (Webhook(**row) for row in kept["webhooks"])}
        self.messages = {r.id: r for r in (Message(**row) for row in kept["messages"])}
        for row in kept["packages"]:
            package = Package(**{**row, "lines": [Line(**line) for line in row["lines"]]})
            self.packages[package.id] = package
        self.changes = sorted((p.modified_ms, p.change_no, p.id) for p in self.packages.values())


PLAIN = ("numbers", "cards", "fingerprints", "by_order", "cursors", "labels", "invoice_links", "arrivals")


def _row(record: Any) -> dict[str, Any]:
    return {field.name: getattr(record, field.name) for field in fields(record)}
