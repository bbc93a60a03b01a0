"""The last pieces: 32 writers of three channels promise, cancel and return one SKU of 1,000 units."""

from __future__ import annotations

import itertools
import random
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from .figures import Figure, Stopwatch, rss_mib
from .hub import hub

UNITS, WRITERS, CHANNELS, RUNS = 1_000, 32, 3, 3
_SET = 8  # orders that one writer brings at once, as one page of a poll does
_BOUGHT = 2_400  # orders of one piece that buyers place in one run, unless all is sold before


def measure() -> Figure:
    """Median of three runs. A buyer buys where the channel shows a piece; the hub hears of it a moment later.

    Raises:
        AssertionError: more was promised than there is and no shortage says so, a negative number was published, or a
            race between two channels did not end.
    """
    with hub():
        ours, floor, told = Stopwatch(), Stopwatch(), Counter[str]()
        for n in range(RUNS):
            shelf = _shelf(n)
            with ours.run():
                shelf.sell()
            told += shelf.judged()
            with floor.run():
                _bare(shelf)
        assert not any(told[wrong] for wrong in ("oversold", "published below zero", "open")), dict(told)
        assert told["races"], "no two channels sold the same piece"
        words = ", ".join(f"{name} {told[name]}" for name in ("oversold", "published below zero", "races", "open"))
        return Figure(
            id="reservations", unit="reservations/s", ours=told["promised"] / sum(ours.seconds),
            floor=floor.per_second(_BOUGHT), rss_mib=rss_mib(), cpu_s=ours.cpu_s, runs=RUNS,
            work=f"{told['promised']} orders of {UNITS} units, {WRITERS} writers on {CHANNELS} channels: {words}",
        )  # fmt: skip


@dataclass(slots=True)
class Shelf:
    """One SKU, what each channel shows of it, and those who buy."""

    seller_id: int
    variant_id: int
    lines: Any  # numbers of order lines
    shown: list[int] = field(default_factory=lambda: [UNITS] * CHANNELS)
    lock: threading.Lock = field(default_factory=threading.Lock)
    told: Counter[str] = field(default_factory=Counter)
    is_over: threading.Event = field(default_factory=threading.Event)

    def sell(self) -> None:
        """Writers and, beside them, the one who publishes; returns when nothing more is bought."""
        publisher = threading.Thread(target=_with_own_connection, args=(self._publish,))
        writers = [
            threading.Thread(target=_with_own_connection, args=(lambda n=n: self._write(n),)) for n in range(WRITERS)
        ]
        for thread in (publisher, *writers):
            thread.start()
        for thread in writers:
            thread.join()
        self.is_over.set()
        publisher.join()

    def _buy(self, channel: int) -> list[int]:
        """Lines of one piece each that buyers placed on a channel, which knows only its own number."""
        with self.lock:
            count = min(_SET, self.shown[channel], _BOUGHT - self.told["promised"])
            self.shown[channel] -= count
            self.told["promised"] += count
            return [next(self.lines) for _ in range(count)]

    def _write(self, number: int) -> None:
        from entrepot.core.clock import now
        from entrepot.inventory import services as inventory

        chance = random.Random(number)
        empty = 0
        while empty < 20:  # a second of nothing on sale
            lines = self._buy(number % CHANNELS)
            if not lines:
                empty += 1
                if self.told["promised"] >= _BOUGHT or self.is_over.wait(0.05):
                    return
                continue
            empty = 0
            inventory.reserve(seller_id=self.seller_id, lines=[(x, self.variant_id, 1) for x in lines], at=now())
            gone = [x for x in lines if chance.random() < 0.6]  # else all would be sold in a moment
            half = len(gone) // 2
            inventory.release(seller_id=self.seller_id, line_ids=gone[:half], at=now())
            inventory.absorb(seller_id=self.seller_id, line_ids=gone[half:], at=now())
            inventory.give_back(seller_id=self.seller_id, line_ids=gone[half:], at=now())

    def _publish(self) -> None:
        """Every channel is told what is there, as often as it can be."""
        from entrepot.inventory import queries

        while not self.is_over.wait(0.01):
            there = queries.available(variant_ids=[self.variant_id])[self.variant_id] or 0
            with self.lock:
                self.told["published below zero"] += max(0, there) < 0
                self.shown = [max(0, there)] * CHANNELS

    def judged(self) -> Counter[str]:
        """Ends what two channels sold twice, as a person does who cannot supply it; then counts."""
        from django.db.models import Sum

        from entrepot.core.clock import now
        from entrepot.inventory import services as inventory
        from entrepot.inventory.models import Reservation, Shortage, StockLevel

        short = Shortage.objects.for_seller(self.seller_id)
        lines = list(short.filter(ended_at__isnull=True).values_list("line_id", flat=True))
        self.told["races"] = short.count()
        inventory.release(seller_id=self.seller_id, line_ids=lines, at=now())
        self.told["open"] = short.filter(ended_at__isnull=True).count()
        held = (
            Reservation.objects.for_seller(self.seller_id).filter(state="held").aggregate(n=Sum("quantity"))["n"] or 0
        )
        on_hand = StockLevel.objects.for_seller(self.seller_id).get(variant_id=self.variant_id).on_hand
        self.told["oversold"] = max(0, held - (on_hand or 0)) + abs(UNITS - (on_hand or 0))
        return self.told


def _shelf(n: int) -> Shelf:
    from entrepot.accounts.services import create_seller
    from entrepot.catalog.models import Product, Variant
    from entrepot.core.clock import now
    from entrepot.inventory import services as inventory

    seller = create_seller(code=f"bench-{n}", name=f"Bench {n}")
    product = Product.objects.system().create(seller=seller, product_ref="1", title="Çay", state="approved")
    variant = Variant.objects.system().create(seller=seller, product=product, sku="SKU-1")
    inventory.record_readings(seller_id=seller.id, readings=[(variant.id, UNITS)], channel_id=None, began_at=now())
    return Shelf(seller.id, variant.id, itertools.count(n * 1_000_000 + 1))


def _bare(shelf: Shelf) -> None:
    """The least that the same promises cost: one row locked, changed and committed for each set, by as many writers."""
    from django.db import connection, transaction

    def work() -> None:
        for _ in range(_BOUGHT // _SET // WRITERS):
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(
                    "UPDATE inventory_stocklevel SET on_hand = on_hand WHERE variant_id = %s", [shelf.variant_id]
                )

    threads = [threading.Thread(target=_with_own_connection, args=(work,)) for _ in range(WRITERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _with_own_connection(work: Callable[[], None]) -> None:
    from django.db import connections

    try:
        work()
    finally:
        connections.close_all()
