"""What people and buyers do on the marketplace without the API: the buttons of its page, and the hands of a test.

Every action takes keyword arguments and gives JSON; a ValueError says what is wrong and what is allowed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import life_cycle, offers, orders, package_calls, packages, products, reviews, subscriptions
from .payload import shown
from .product_rules import MOST_STOCK
from .storefronts import STOREFRONTS

if TYPE_CHECKING:
    from collections.abc import Callable

    from .model import Listing, Package
    from .world import World

Result = dict[str, Any]


def _told(package: Package) -> Result:
    return {
        "order_number": package.order_number, "package_id": package.id, "status": package.status,
        "storefront": package.storefront, "currency": package.currency, "total": shown(package.total),
        "tracking_number": package.tracking_number,
        "lines": [{"line_id": n.id, "barcode": n.barcode, "quantity": n.quantity} for n in package.lines],
    }  # fmt: skip


class Actions:
    """The actions on one world."""

    def __init__(self, world: World) -> None:
        self.world = world

    def all(self) -> dict[str, Callable[..., Result]]:
        """By name: every public method but this one."""
        names = [name for name in vars(Actions) if not name.startswith("_") and name != "all"]
        return {name: self._settled(getattr(self, name)) for name in names}

    def _settled(self, action: Callable[..., Result]) -> Callable[..., Result]:
        def settled(**facts: Any) -> Result:
            self.world.settle()
            try:
                return action(**facts)
            except TypeError as error:
                raise ValueError(str(error)) from error

        settled.__doc__, settled.__name__ = action.__doc__, action.__name__
        settled.__wrapped__ = action  # type: ignore[attr-defined]  # the control API reads its signature
        return settled

    # -- buyers ----------------------------------------------------------------------------------------------------

    def place_order(
        self, *, lines: list[dict[str, Any]], storefront: str = "TR", awaiting: bool = False, micro: bool = False,
        customer: dict[str, Any] | None = None,
    ) -> Result:  # fmt: skip
        """A buyer orders; refused when a line is not on sale or not in stock."""
        package = orders.place(
            self.world, lines=lines, storefront=storefront, awaiting=awaiting, micro=micro, customer=customer
        )
        return _told(package)

    def random_order(self, *, storefront: str | None = None) -> Result:
        """A buyer takes one to three things in stock."""
        package = orders.place_random(self.world, storefront)
        if package is None:
            raise ValueError("nothing is on sale and in stock")
        return _told(package)

    def arrivals(self, *, per_minute: float) -> Result:
        """Buyers come at this rate from now on; 0 stops them."""
        if isinstance(per_minute, bool) or not isinstance(per_minute, (int, float)) or not 0 <= per_minute <= 60_000:
            raise ValueError(f"per_minute must be a number from 0 to 60000, not {per_minute!r}")
        self.world.arrivals = {"per_minute": float(per_minute), "next_ms": float(self.world.clock.ms())}
        return dict(self.world.arrivals)

    def order_with(
        self, *, lines: list[dict[str, Any]] | None = None, storefront: str = "TR", status: str | None = None,
        total: float | None = None, currency: str | None = None, masked_address: bool = False,
        customer: dict[str, Any] | None = None, line: dict[str, Any] | None = None, **payload: Any,
    ) -> Result:  # fmt: skip
        """An order that shows odd things: an unknown status word, a total that does not add up, another currency, a
        masked address. ``line`` overrides keys of every line, and any further argument a key of the package.
        """
        odd = dict(payload)
        odd |= {"status": status, "shipmentPackageStatus": status} if status is not None else {}
        odd |= {"packageTotalPrice": total} if total is not None else {}
        odd |= {"currencyCode": currency} if currency is not None else {}
        odd_line = dict(line or {}) | ({"currencyCode": currency} if currency is not None else {})
        if masked_address:
            stars = dict.fromkeys(("firstName", "lastName", "address1", "fullAddress", "fullName", "phone"), "***")
            customer = {**(customer or {}), "ship": stars, "bill": stars}
        wanted = lines or self._one_in_stock(storefront)
        package = orders.place(
            self.world, lines=wanted, storefront=storefront, customer=customer, odd=odd, odd_line=odd_line
        )
        return _told(package)

    def _one_in_stock(self, storefront: str) -> list[dict[str, Any]]:
        for listing in self.world.listings.values():
            if listing.storefront == storefront and listing.on_sale:
                return [{"barcode": listing.barcode, "quantity": 1}]
        raise ValueError(f"nothing is on sale and in stock on {storefront}")

    # -- packages --------------------------------------------------------------------------------------------------

    def _package(self, package_id: object) -> Package:
        text = str(package_id)
        package = self.world.packages.get(int(text)) if text.isdecimal() else None
        if package is None:
            raise ValueError(f"package {package_id} does not exist")
        return package

    def _moved(self, package_id: object, new: str, by: str) -> Result:
        package = self._package(package_id)
        packages.move(self.world, package, new, by)
        return _told(package)

    def pay(self, *, package_id: int) -> Result:
        """The payment is checked: Awaiting → Created."""
        return self._moved(package_id, "Created", "trendyol")

    def ship(self, *, package_id: int) -> Result:
        """The carrier took it."""
        return self._moved(package_id, "Shipped", "carrier")

    def deliver(self, *, package_id: int) -> Result:
        """The carrier handed it over."""
        return self._moved(package_id, "Delivered", "carrier")

    def collect(self, *, package_id: int) -> Result:
        """The carrier left it at a pick-up point."""
        return self._moved(package_id, "AtCollectionPoint", "carrier")

    def undeliver(self, *, package_id: int) -> Result:
        """The carrier could not hand it over."""
        return self._moved(package_id, "UnDelivered", "carrier")

    def return_package(self, *, package_id: int) -> Result:
        """It came back to the seller."""
        return self._moved(package_id, "Returned", "carrier")

    def cancel(self, *, package_id: int, line_ids: list[int] | None = None, reason: str = "Vazgeçtim") -> Result:
        """The customer cancels all, or some lines; the rest becomes a new package."""
        package = self._package(package_id)
        units = {n.id: n.quantity for n in package.lines if line_ids is None or n.id in line_ids}
        if not units or (line_ids is not None and len(units) != len(set(line_ids))):
            raise ValueError(f"line_ids must be of {[n.id for n in package.lines]}")
        made = packages.give_up(self.world, package, units, "Cancelled", "customer", reason, 401)
        return {**_told(package), "into": [_told(p) for p in made if p is not package]}

    def unsupply(self, *, package_id: int, reason_id: int = 500) -> Result:
        """The seller says in the panel that nothing of it can be supplied."""
        package = self._package(package_id)
        if package.is_splitting or reason_id not in package_calls.REASONS:
            raise ValueError(
                f"package {package.id} is being split, or the reason is none of {[*package_calls.REASONS]}"
            )
        units = {n.id: n.quantity for n in package.lines}
        packages.give_up(
            self.world, package, units, "UnSupplied", "seller", package_calls.REASONS[reason_id], reason_id
        )
        return _told(package)

    def split(self, *, package_id: int, line_ids: list[int]) -> Result:
        """The seller moves some lines into a package of their own, in the panel; done at once."""
        package = self._package(package_id)
        left = [n for n in package.lines if n.id not in line_ids]
        if package.status not in packages.OPEN or package.is_splitting or not left or len(left) == len(package.lines):
            raise ValueError(
                f"package {package.id} must be one of {', '.join(packages.OPEN)} and keep a line, lose a line"
            )
        kept = {n.id: n.quantity for n in left}
        gone = {n.id: n.quantity for n in package.lines if n.id in line_ids}
        made = packages.replace(self.world, package, [kept, gone], "seller")
        return {**_told(package), "into": [_told(p) for p in made]}

    # -- catalogue -------------------------------------------------------------------------------------------------

    def _listing(self, barcode: str, storefront: str) -> Listing:
        listing = self.world.listing(storefront, barcode)
        if listing is None:
            raise ValueError(f"{barcode} is not listed on {storefront}")
        return listing

    def seed_product(self, **fields: Any) -> Result:
        """A product that is live already, as if it had been pushed and approved before."""
        return self._shown(products.seed_product(self.world, **fields))

    def _shown(self, o: Listing) -> Result:
        return {
            "barcode": o.barcode, "storefront": o.storefront, "status": o.status, "quantity": o.quantity,
            "sale_price": o.sale_price, "content_id": o.content_id, "reasons": o.reasons,
        }  # fmt: skip

    def approve(self, *, barcode: str, storefront: str = "TR") -> Result:
        """The reviewer approves now, whatever the rules say."""
        listing = self._listing(barcode, storefront)
        if listing.status == "approved":
            raise ValueError(f"{barcode} is approved already")
        reviews.approve(self.world, listing)
        return self._shown(listing)

    def refuse(self, *, barcode: str, reason: str, storefront: str = "TR") -> Result:
        """The reviewer refuses now."""
        listing = self._listing(barcode, storefront)
        if listing.status == "approved":
            raise ValueError(f"{barcode} is approved already")
        reviews.refuse(self.world, listing, [{"rejectReason": reason, "rejectReasonDetail": reason}])
        return self._shown(listing)

    def set_stock(self, *, barcode: str, quantity: int, storefront: str = "TR") -> Result:
        """Somebody changes it in the seller's panel."""
        if isinstance(quantity, bool) or not isinstance(quantity, int) or not 0 <= quantity <= MOST_STOCK:
            raise ValueError(f"quantity must be a whole number from 0 to {MOST_STOCK}, not {quantity!r}")
        listing = self._listing(barcode, storefront)
        offers.set_offer(self.world, listing, {"quantity": quantity}, "panel")
        return self._shown(listing)

    def lock(self, *, barcode: str, reason: str = "CRITICAL_PRICE", storefront: str = "TR") -> Result:
        """The marketplace locks it; the seller may unlock it."""
        listing = self._listing(barcode, storefront)
        listing.locked, listing.locked_ms = reason, self.world.clock.ms()
        return self._shown(listing)

    def archive(self, *, barcode: str, storefront: str = "TR") -> Result:
        """Somebody takes it off sale in the seller's panel."""
        return self._archived(self._listing(barcode, storefront), is_archived=True)

    def unarchive(self, *, barcode: str, storefront: str = "TR") -> Result:
        """Somebody puts it back on sale in the seller's panel."""
        return self._archived(self._listing(barcode, storefront), is_archived=False)

    def _archived(self, listing: Listing, *, is_archived: bool) -> Result:
        if listing.status != "approved":
            raise ValueError(f"{listing.barcode} on {listing.storefront} is not approved")
        if is_archived == (listing.archived_ms is not None):
            raise ValueError(f"{listing.barcode} is {'archived already' if is_archived else 'not archived'}")
        life_cycle.set_archived(self.world, listing, is_archived=is_archived)
        return self._shown(listing)

    # -- the simulator itself --------------------------------------------------------------------------------------

    def limits(self, *, enabled: bool | None = None, tier: str | None = None, scale: float | None = None) -> Result:
        """Rate limits: on or off, the seller's tier, a factor on all of them."""
        return self.world.limiter.set(enabled, tier, scale)

    def switch(self, *, name: str, value: Any) -> Result:
        """One of the choices that the documentation leaves open."""
        return self.world.switches.set(name, value)

    def forget_batch(self, *, batch_id: str) -> Result:
        """The result of a batch is gone before its time."""
        batch = self.world.batches.get(batch_id)
        if batch is None:
            raise ValueError(f"batch {batch_id} does not exist")
        batch.is_forgotten = True
        return {"batch_id": batch_id, "is_done": batch.is_done}

    def passivate_webhook(self, *, webhook_id: str) -> Result:
        """The marketplace switches a webhook off."""
        webhook = self.world.webhooks.get(webhook_id)
        if webhook is None:
            raise ValueError(f"webhook {webhook_id} does not exist")
        subscriptions.passivate(self.world, webhook, "by hand")
        return {"webhook_id": webhook_id, "status": "PASSIVE"}


def summary(world: World) -> Result:
    """What the marketplace holds now, in counts."""
    by_listing: dict[str, dict[str, int]] = {code: {} for code in STOREFRONTS}
    for listing in world.listings.values():
        counts = by_listing[listing.storefront]
        counts[listing.status] = counts.get(listing.status, 0) + 1
    by_status: dict[str, int] = {}
    for package in world.packages.values():
        by_status[package.status] = by_status.get(package.status, 0) + 1
    return {
        "listings": {code: counts for code, counts in by_listing.items() if counts}, "packages": by_status,
        "orders": len(world.by_order), "batches": len(world.batches), "webhooks": len(world.webhooks),
        "messages_waiting": len(world.messages),
        "messages_on_their_way": sum(message.is_on_its_way for message in world.messages.values()),
        "limits": world.limiter.settings(), "arrivals": dict(world.arrivals), "switches": world.switches.all(),
    }  # fmt: skip
