"""Everything the shop holds, in memory, as JSON-shaped rows with indices by id and SKU."""

from __future__ import annotations

import random
import secrets
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import tzinfo

    from entrepot.sandbox.clock import Clock
    from entrepot.sandbox.ledger import Ledger

    from .settings import Settings

Row = dict[str, Any]
SEEDED_KEYS = 3
OF_ORDERS = ("notes", "refunds", "fulfillments", "trackings")
TABLES = ("products", "orders", "notes", "refunds", "fulfillments", "trackings", "webhooks", "customers")
TAXONOMIES = ("categories", "tags", "brands", "shipping_classes", "attributes")


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key pair of the REST API; ``permissions`` is read, write or read_write."""

    consumer_key: str
    consumer_secret: str
    permissions: str


class Store:
    """The shop. Products and variations share one table: a variation has ``type`` variation and a ``parent_id``.

    ``listeners`` are told ``(topic, id)`` of every webhook topic that a change raises. ``actor`` says who is at work:
    ``api``, ``shop`` or ``order <id>``; it goes into the ledger as ``by``.
    """

    def __init__(self, *, url: str, seed: int, clock: Clock, ledger: Ledger, settings: Settings) -> None:
        self.url, self.clock, self.ledger, self.settings = url, clock, ledger, settings
        source = random.Random(f"{seed}:woocommerce-keys")
        self.keys = [_key(source, "read_write"), _key(source, "read"), _key(source, "write")]
        self.listeners: list[Callable[[str, int], None]] = []
        self.actor = "shop"
        self._last_id = 10
        self.tables: dict[str, dict[int, Row]] = {name: {} for name in TABLES}
        self.terms: dict[str, dict[int, Row]] = {name: {} for name in TAXONOMIES}
        self.nonces: dict[str, float] = {}
        self._reindex()

    @property
    def products(self) -> dict[int, Row]:
        """Products and variations by id."""
        return self.tables["products"]

    @property
    def orders(self) -> dict[int, Row]:
        """Orders by id."""
        return self.tables["orders"]

    @property
    def zone(self) -> tzinfo:
        """The site's zone."""
        return self.settings.zone

    def now(self) -> int:
        """Whole seconds since 1970: the store keeps no finer time."""
        return int(self.clock.time())

    def new_id(self) -> int:
        """The next id; one sequence for everything, as posts have."""
        self._last_id += 1
        return self._last_id

    def claim_id(self, wanted: int) -> int:
        """Use this id (a catalogue file names it) and go on behind it."""
        self._last_id = max(self._last_id, wanted)
        return wanted

    def table(self, name: str) -> dict[int, Row]:
        """A table by name, the terms of one attribute (``terms:<id>``) included."""
        if name.startswith("terms:"):
            return self.terms.setdefault(name, {})
        return self.terms[name] if name in self.terms else self.tables[name]

    def put_product(self, row: Row) -> None:
        """Add or replace a product and keep the indices true."""
        old = self.products.get(row["id"])
        if old is not None:
            self._unindex(old)
        self.products[row["id"]] = row
        self._index(row)

    def drop_product(self, row: Row) -> None:
        """Remove for good."""
        self._unindex(row)
        del self.products[row["id"]]

    def with_sku(self, sku: str) -> list[Row]:
        """Products and variations with exactly this SKU, oldest first."""
        return [self.products[i] for i in sorted(self._by_sku.get(sku, ()))]

    def children(self, parent_id: int) -> list[Row]:
        """Variations of a product, in order of creation."""
        return [self.products[i] for i in self._children.get(parent_id, ())]

    def of_order(self, table: str, order_id: int) -> list[Row]:
        """Notes, refunds, fulfilments or trackings of one order, oldest first."""
        return [self.tables[table][i] for i in self._of_order.get((table, order_id), ())]

    def add_to_order(self, table: str, row: Row) -> None:
        """Keep a note, refund, fulfilment or tracking."""
        self.tables[table][row["id"]] = row
        self._of_order.setdefault((table, row["order_id"]), []).append(row["id"])

    def drop_from_order(self, table: str, row: Row) -> None:
        """Remove one for good."""
        del self.tables[table][row["id"]]
        self._of_order[table, row["order_id"]].remove(row["id"])

    def emit(self, topic: str, id_: int) -> None:
        """Tell the webhooks."""
        for listener in self.listeners:
            listener(topic, id_)

    def grant(self, permissions: str) -> ApiKey:
        """A new key pair for an application that was approved."""
        key = ApiKey(f"ck_{secrets.token_hex(20)}", f"cs_{secrets.token_hex(20)}", permissions)
        self.keys.append(key)
        return key

    @contextmanager
    def acting(self, actor: str) -> Iterator[None]:
        """Who is at work inside the block."""
        before, self.actor = self.actor, actor
        try:
            yield
        finally:
            self.actor = before

    def snapshot(self) -> dict[str, Any]:
        """The whole state as JSON."""
        tables = {name: list(rows.values()) for name, rows in self.tables.items()}
        terms = {name: list(rows.values()) for name, rows in self.terms.items()}
        own = {"last_id": self._last_id, "nonces": self.nonces, "clock_offset_s": self.clock.offset_s}
        own["granted"] = [asdict(key) for key in self.keys[SEEDED_KEYS:]]
        return {**own, "tables": tables, "terms": terms, "settings": asdict(self.settings)}

    def restore(self, state: dict[str, Any]) -> None:
        """Take a snapshot's place."""
        self._last_id = state["last_id"]
        self.tables = {name: {row["id"]: row for row in rows} for name, rows in state["tables"].items()}
        self.terms = {name: {row["id"]: row for row in rows} for name, rows in state["terms"].items()}
        self.nonces = dict(state["nonces"])
        self.clock.offset_s = state["clock_offset_s"]
        self.settings.change(**state["settings"])
        self.keys[SEEDED_KEYS:] = [ApiKey(**key) for key in state["granted"]]
        self._floor_ids()
        self._reindex()

    def _floor_ids(self) -> None:
        """After a crash the ledger may know more than the kept state: an id that was seen is never given again."""
        kinds = ("product.created", "order.created", "refund.created")
        self._last_id = max([self._last_id, *(entry["id"] for entry in self.ledger.of(*kinds))])

    def _reindex(self) -> None:
        self._by_sku: dict[str, list[int]] = {}
        self._children: dict[int, list[int]] = {}
        for row in self.products.values():
            self._index(row)
        self._of_order: dict[tuple[str, int], list[int]] = {}
        for table in OF_ORDERS:
            for row in self.tables[table].values():
                self._of_order.setdefault((table, row["order_id"]), []).append(row["id"])

    def _index(self, row: Row) -> None:
        if row["sku"] and row["status"] != "trash":
            self._by_sku.setdefault(row["sku"], []).append(row["id"])
        if row["type"] == "variation" and row["status"] != "trash":
            siblings = self._children.setdefault(row["parent_id"], [])
            siblings.append(row["id"])
            siblings.sort()

    def _unindex(self, row: Row) -> None:
        for index, key in ((self._by_sku, row["sku"]), (self._children, row["parent_id"])):
            ids = index.get(key, [])
            if row["id"] in ids:
                ids.remove(row["id"])


def _key(source: random.Random, permissions: str) -> ApiKey:
    def part() -> str:
        return f"{source.getrandbits(160):040x}"

    return ApiKey(f"ck_{part()}", f"cs_{part()}", permissions)
