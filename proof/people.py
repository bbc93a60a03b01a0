"""Buyers and owners, who act on the remotes and know nothing of a hub."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

from entrepot.demo.remotes import Sandbox

from .ledgers import TR, WOO, Bought, Ledgers, ShopOrder
from .plan import Step

ABROAD = 0.2  # of the buyers
_OPEN = ("Created", "Picking", "Invoiced")


class People:
    """Does steps by their names; ``done`` counts what was done, ``refused`` what a remote did not let them do."""

    def __init__(self, sandbox: Sandbox, skus: Sequence[str]) -> None:
        self.sandbox, self.skus, self.ledgers = sandbox, list(skus), Ledgers(sandbox)
        self.done: Counter[str] = Counter()
        self.refused: Counter[str] = Counter()
        self._drafts: list[str] = []
        self.ledgers.read()

    def do(self, step: Step) -> None:
        """One step; a remote that refuses, or nobody to do it to, is no fault."""
        self.ledgers.read()
        act: Callable[[random.Random], bool] = getattr(self, step.name)
        try:
            was_done = act(step.source())
        except ValueError:  # sold out, or moved meanwhile
            self.refused[step.name] += 1
            return
        self.done[step.name] += was_done

    # -- buyers of the marketplace -----------------------------------------------------------------------------------

    def order(self, source: random.Random, *, awaiting: bool = False) -> bool:
        """One or two things, at home or abroad, now and then with a discount."""
        front = "DE" if source.random() < ABROAD else "TR"
        goods = self._on_sale(front)
        if not goods:
            return False
        chosen = source.sample(goods, min(len(goods), source.choice((1, 1, 2, 2, 3))))
        lines = [
            {"barcode": barcode, "quantity": min(left, source.choice((1, 1, 2, 3))),
             "discount_percentage": source.choice((0, 0, 10))}
            for barcode, left in chosen
        ]  # fmt: skip
        self.sandbox.act(TR, "place_order", lines=lines, storefront=front, awaiting=awaiting)
        return True

    def order_unpaid(self, source: random.Random) -> bool:
        """An order whose payment is still checked."""
        return self.order(source, awaiting=True)

    def pay(self, source: random.Random) -> bool:
        """A payment is found good."""
        return self._packaged(source, ("Awaiting",), lambda _, package: self._act(TR, "pay", package))

    def cancel(self, source: random.Random) -> bool:
        """A buyer changes their mind before the shop has shipped."""
        return self._packaged(source, ("Awaiting", *_OPEN), lambda _, package: self._act(TR, "cancel", package))

    def cancel_part(self, source: random.Random) -> bool:
        """A buyer wants one of several things no more."""
        return self._lined(source, lambda package, line: self._act(TR, "cancel", package, line_ids=[line]))

    def race(self, source: random.Random) -> bool:
        """The last pieces are sold on the marketplace and in the shop in the same moment."""
        shelf, goods = self.ledgers.shelf, self._on_sale("TR")
        scarce = sorted((left, sku) for sku, left in goods if shelf.get(sku, 0) > 0)[:4]
        if not scarce:
            return False
        left, sku = source.choice(scarce)
        self.sandbox.act(TR, "place_order", lines=[{"barcode": sku, "quantity": left}], storefront="TR")
        self.sandbox.act(WOO, "sell", sku=sku, quantity=shelf[sku])
        return True

    def race_abroad(self, source: random.Random) -> bool:
        """The last pieces are sold at home and abroad in the same moment."""
        abroad = dict(self._on_sale("DE"))
        scarce = sorted((left, sku) for sku, left in self._on_sale("TR") if sku in abroad)[:4]
        if not scarce:
            return False
        left, sku = source.choice(scarce)
        for front, quantity in (("TR", left), ("DE", abroad[sku])):
            self.sandbox.act(TR, "place_order", lines=[{"barcode": sku, "quantity": quantity}], storefront=front)
        return True

    # -- the owner at the marketplace's panel ------------------------------------------------------------------------

    def split(self, source: random.Random) -> bool:
        """One thing of an order travels by itself."""
        return self._lined(source, lambda package, line: self._act(TR, "split", package, line_ids=[line]))

    def refuse(self, source: random.Random) -> bool:
        """The owner cannot supply an order and says so there."""
        return self._packaged(source, _OPEN, lambda _, package: self._act(TR, "unsupply", package))

    # -- the owner in the shop, and its own buyers -------------------------------------------------------------------

    def fulfil(self, source: random.Random) -> bool:
        """The shop ships an order."""
        ready = [o for o in self._ours() if o.status == "processing" and not self.ledgers.bought[o.number].is_gone]
        if not ready:
            return False
        order = source.choice(ready)
        self.sandbox.act(WOO, "fulfil", order_id=order.id, tracking_number=f"KHB{order.id:010d}")
        return True

    def till(self, source: random.Random) -> bool:
        """The shop sells to a buyer of its own."""
        there = sorted((sku, n) for sku, n in self.ledgers.shelf.items() if sku in self.skus and n > 0)
        if not there:
            return False
        sku, left = source.choice(there)
        self.sandbox.act(WOO, "sell", sku=sku, quantity=min(left, source.choice((1, 1, 2, 4))))
        return True

    def restock(self, source: random.Random) -> bool:
        """The shelf is counted again."""
        self.sandbox.act(WOO, "set_stock", sku=source.choice(self.skus), quantity=source.choice((0, 2, 5, 9, 20, 40)))
        return True

    def price(self, source: random.Random) -> bool:
        """A price changes, now and then for a sale."""
        regular = source.randrange(40, 900)
        sale = f"{regular * 4 // 5}.90" if source.random() < 1 / 3 else None
        self.sandbox.act(WOO, "set_price", sku=source.choice(self.skus), regular_price=f"{regular}.90", sale_price=sale)
        return True

    def unpublish(self, source: random.Random) -> bool:
        """A product leaves the shop window; never more than two, or it would look like a broken answer."""
        shown = [sku for sku in self.skus if sku not in self._drafts]
        if len(self._drafts) > 1:
            return False
        self._drafts.append(source.choice(shown))
        self.sandbox.act(WOO, "unpublish", sku=self._drafts[-1])
        return True

    def publish(self, source: random.Random) -> bool:
        """A product comes back into the shop window."""
        if not self._drafts:
            return False
        sku = self._drafts.pop(source.randrange(len(self._drafts)))
        self.sandbox.act(WOO, "unpublish", sku=sku, status="publish")
        return True

    def new_product(self, source: random.Random) -> bool:
        """The shop takes something new."""
        number = self.done["new_product"] + 1
        self.sandbox.act(
            WOO, "add_product", sku=f"YENI-{number:03d}", name=f"Yeni ürün {number}",
            regular_price=f"{source.randrange(50, 500)}.00", quantity=source.randrange(0, 30),
        )  # fmt: skip
        return True

    def edit(self, source: random.Random) -> bool:
        """A product's facts change."""
        self.sandbox.act(WOO, "edit", sku=source.choice(self.skus), weight=f"0.{source.randrange(10, 99)}")
        return True

    # -- afterwards --------------------------------------------------------------------------------------------------

    def put_right(self, source: random.Random) -> None:
        """Payments are decided, and of what was sold twice the owner buys more or tells the buyer no."""
        self.ledgers.read()
        for order in list(self.ledgers.bought.values()):
            for package, status in order.packages.items():
                if status == "Awaiting":
                    with suppress(ValueError):
                        self._act(TR, source.choice(("pay", "cancel")), package)
        self.ledgers.read()
        coming = self._coming()
        for sku, count in sorted(self.ledgers.shelf.items()):
            if sku in self.skus and count < coming[sku]:
                self._end_race(source, sku)

    def _coming(self) -> Counter[str]:
        """Pieces that the marketplace has sold, and for which the shop has no order yet."""
        taken = {o.number for o in self._ours()}
        found: Counter[str] = Counter()
        for order in self.ledgers.bought.values():
            if order.number not in taken:
                found.update(+order.units)
        return found

    def _end_race(self, source: random.Random, sku: str) -> None:
        """Buyers are told no until there is enough, or more is bought.

        The shelf is looked at after each: an order of which a part was cancelled before gives back less than it had.
        """
        mine = [o for o in self._ours() if o.status == "processing" and o.units[sku]] if source.random() < 1 / 2 else []
        for order in sorted(mine, key=lambda o: -o.id):
            self.sandbox.act(WOO, "cancel", order_id=order.id)
            self.done["told no"] += 1
            self.ledgers.read()
            if self.ledgers.shelf[sku] >= self._coming()[sku]:
                return
        self.sandbox.act(WOO, "set_stock", sku=sku, quantity=self._coming()[sku] + source.randrange(3, 12))
        self.done["bought more"] += 1

    # -- what they see -----------------------------------------------------------------------------------------------

    def _act(self, slug: str, action: str, package: int, **given: Any) -> None:
        self.sandbox.act(slug, action, package_id=package, **given)

    def _on_sale(self, front: str) -> list[tuple[str, int]]:
        """(barcode, pieces) of what a buyer finds there."""
        market = self.ledgers.market
        return sorted((b, n) for (f, b), n in market.stock.items() if f == front and n > 0 and (f, b) in market.on_sale)

    def _ours(self) -> list[ShopOrder]:
        return [o for o in self.ledgers.shop_orders.values() if o.number]

    def _unshipped(self, statuses: Sequence[str]) -> list[tuple[Bought, int]]:
        """Packages in one of these statuses whose order the shop has not shipped."""
        shipped = {o.number for o in self._ours() if o.status == "completed"}
        orders = [o for o in self.ledgers.bought.values() if o.number not in shipped]
        return [(o, package) for o in orders for package, status in o.packages.items() if status in statuses]

    def _packaged(
        self, source: random.Random, statuses: Sequence[str], act: Callable[[Bought, int], None]
    ) -> bool:  # fmt: skip
        found = self._unshipped(statuses)
        if found:
            act(*source.choice(found))
        return bool(found)

    def _lined(self, source: random.Random, act: Callable[[int, int], None]) -> bool:
        """Of a package of several lines, one line."""
        lines = self._lines()
        found = [package for _, package in self._unshipped(_OPEN) if len(lines.get(package, ())) > 1]
        if found:
            package = source.choice(found)
            act(package, source.choice(lines[package]))
        return bool(found)

    def _lines(self) -> dict[int, list[int]]:
        """Line ids of each package."""
        found: dict[int, list[int]] = {}
        for e in self.ledgers.of(TR, "order.placed", "package.split"):
            parts = e["parts"] if e["kind"] == "package.split" else [e]
            found |= {p["package_id"]: [x["line_id"] for x in p["lines"]] for p in parts}
        return found
