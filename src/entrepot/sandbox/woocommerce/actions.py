"""What people do in the shop without the API: its owner at the desk, buyers at the till."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Any

from . import order_view, order_write, product_view, product_write, shipments, stock
from .errors import WooError

if TYPE_CHECKING:
    from entrepot.sandbox.remote import Action

    from .state import Row, Store

BUYER = {"first_name": "Şeyma", "last_name": "Işık", "address_1": "Bağdat Cd. 12", "city": "İstanbul", "country": "TR"}
EMAIL = "seyma.isik@buyers.test"
CURRENCY = re.compile(r"[A-Z]{3}")
LINES = 'lines must be a list such as [{"sku": "SABUN-KESE", "quantity": 2}]'

NAMES = (
    "set_stock", "set_price", "sell", "place_order", "fulfil", "cancel", "reopen", "add_product", "delete_product",
    "unpublish", "edit", "html_mode", "bump_modified", "configure",
)  # fmt: skip


def of(store: Store) -> dict[str, Action]:
    """Every action by name. All raise ValueError with what is wrong."""
    desk = Desk(store)
    return {name: _as_owner(store, getattr(desk, name)) for name in NAMES}


def _as_owner(store: Store, action: Action) -> Action:
    """The same action, recorded as the shop's own, with refusals as ValueError."""

    def run(**given: Any) -> dict[str, Any]:
        with store.acting("shop"):
            try:
                return action(**given)
            except WooError as error:
                reasons = error.facts.get("params")
                raise ValueError(f"{error.message} {reasons or ''}".strip()) from None

    run.__wrapped__ = action  # type: ignore[attr-defined]  # forms are made from the signature
    run.__doc__ = action.__doc__
    return run


class Desk:
    """The owner's and the buyers' hands."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def set_stock(self, sku: str, quantity: int) -> dict[str, Any]:
        """Count again; the product becomes managed."""
        row = self._row(sku)
        held = stock.owner(self.store, row) or row
        shown = self._edited(held, {"manage_stock": True, "stock_quantity": int(quantity)})
        return {"sku": sku, "quantity": shown["stock_quantity"]}

    def set_price(self, sku: str, regular_price: str, sale_price: str | None = None) -> dict[str, Any]:
        """Change the price; an empty or missing sale price ends the sale."""
        fields = {"regular_price": str(regular_price), "sale_price": str(sale_price or "")}
        shown = self._edited(self._row(sku), fields)
        return {"sku": sku, "regular_price": shown["regular_price"], "sale_price": shown["sale_price"]}

    def sell(self, sku: str, quantity: int = 1, email: str = EMAIL) -> dict[str, Any]:
        """A buyer pays in the shop itself: an order, and stock down."""
        return self.place_order([{"sku": str(sku), "quantity": int(quantity)}], email)

    def place_order(
        self, lines: list[dict[str, Any]], email: str = EMAIL, currency: str | None = None
    ) -> dict[str, Any]:
        """A buyer pays for several things at once; refused when one of them is not for sale or not there."""
        if currency is not None and not CURRENCY.fullmatch(str(currency)):
            raise ValueError(f"currency must be three capital letters such as EUR, not {currency!r}")
        wanted, taken = _merged(lines), Counter[int]()
        rows = [self._for_sale(sku, quantity, taken) for sku, quantity in wanted.items()]
        items = [{"product_id": row["id"], "quantity": n} for row, n in zip(rows, wanted.values(), strict=True)]
        body = {
            "billing": BUYER | {"email": email},
            "shipping": BUYER,
            "payment_method": "bacs",
            "payment_method_title": "Havale/EFT",
            "line_items": items,
            "shipping_lines": [{"method_id": "flat_rate", "method_title": "Kargo", "total": "40.00"}],
            "set_paid": True,
        }
        order = order_write.create(self.store, body | ({"currency": currency} if currency else {}), via="checkout")
        for sku, quantity in wanted.items():
            self.store.ledger.write("shop.sold", sku=sku, quantity=quantity, order_id=order["id"])
        return {"order_id": order["id"], "total": order_view.order(self.store, order)["total"]}

    def _for_sale(self, sku: str, wanted: int, taken: Counter[int]) -> Row:
        """The product, if so many can be bought beside what the basket ``taken`` holds of the same stock, by row."""
        row = self._row(sku)
        held = stock.owner(self.store, row)
        if row["status"] != "publish" or wanted < 1:
            raise ValueError(f"{sku} is not for sale")
        if held is not None and held["backorders"] == "no":
            left = (held["stock_quantity"] or 0) - taken[held["id"]]
            if left < wanted:
                raise ValueError(f"{sku} has {left} left, {wanted} wanted")
            taken[held["id"]] += wanted
        if held is None and row["stock_status"] == "outofstock":
            raise ValueError(f"{sku} is out of stock")
        return row

    def fulfil(self, order_id: int, tracking_number: str, provider: str = "PTT") -> dict[str, Any]:
        """Ship an order: the parcel's number by whatever the shop has, then completed."""
        order = self._order(order_id)
        mechanism = shipments.ship(self.store, order, tracking_number, provider)
        self._set_status(order, "completed")
        return {"order_id": order["id"], "status": "completed", "mechanism": mechanism}

    def cancel(self, order_id: int) -> dict[str, Any]:
        """Cancel an order; its stock comes back."""
        return self._set_status(self._order(order_id), "cancelled")

    def reopen(self, order_id: int) -> dict[str, Any]:
        """Take up an order again that was cancelled; its goods leave the shelf."""
        return self._set_status(self._order(order_id), "processing")

    def add_product(self, sku: str, name: str, regular_price: str, quantity: int, **fields: Any) -> dict[str, Any]:
        """Put a simple product on sale that the shop did not have; further fields as in the product schema."""
        if self.store.with_sku(sku):
            raise ValueError(f"{sku} is there already")
        body = {"sku": sku, "name": name, "regular_price": str(regular_price), "status": "publish", **fields}
        row = product_write.create(self.store, body | {"manage_stock": True, "stock_quantity": int(quantity)})
        return {"id": row["id"], "sku": sku, "quantity": row["stock_quantity"]}

    def delete_product(self, sku: str) -> dict[str, Any]:
        """Remove a product for good."""
        row = self._row(sku)
        product_write.delete(self.store, row, force=True)
        return {"deleted": row["id"], "sku": sku}

    def unpublish(self, sku: str, status: str = "draft") -> dict[str, Any]:
        """Take a product out of the shop window (draft, pending, private), or put it back (publish)."""
        shown = self._edited(self._row(sku), {"status": status})
        return {"sku": sku, "status": shown["status"]}

    def edit(self, sku: str, **fields: Any) -> dict[str, Any]:
        """Change any writable field of the product schema."""
        return self._edited(self._row(sku), fields)

    def html_mode(self, on: bool) -> dict[str, Any]:
        """Answer every request with 200 and a maintenance page."""
        self.store.settings.html_mode = bool(on)
        return {"html_mode": self.store.settings.html_mode}

    def bump_modified(self, on: bool) -> dict[str, Any]:
        """Whether an order moves the date_modified of its products and fires product.updated."""
        self.store.settings.bump_modified = bool(on)
        return {"bump_modified": self.store.settings.bump_modified}

    def configure(self, **settings: Any) -> dict[str, Any]:
        """Change the shop's settings and switches; returns all of them."""
        return self.store.settings.change(**settings)

    def _row(self, sku: str) -> Row:
        rows = self.store.with_sku(sku)
        if not rows:
            raise ValueError(f"no product has the SKU {sku!r}")
        return rows[0]

    def _order(self, order_id: int) -> Row:
        order = self.store.orders.get(int(order_id))
        if order is None:
            raise ValueError(f"there is no order {order_id}")
        return order

    def _edited(self, row: Row, fields: dict[str, Any]) -> dict[str, Any]:
        change, view = product_write.update, product_view.product
        if row["type"] == "variation":
            change, view = product_write.update_variation, product_view.variation
        return view(self.store, change(self.store, row, fields))

    def _set_status(self, order: Row, status: str) -> dict[str, Any]:
        row = order_write.update(self.store, order, {"status": status})
        return {"order_id": row["id"], "status": row["status"]}


def _merged(lines: object) -> dict[str, int]:
    """Pieces by SKU, in the order of the basket.

    Raises:
        ValueError: not a list of at least one SKU with a whole number.
    """
    wanted: dict[str, int] = {}
    for line in lines if isinstance(lines, list) else ():
        sku, quantity = (line.get("sku"), line.get("quantity", 1)) if isinstance(line, dict) else (None, 1)
        if not isinstance(sku, str) or isinstance(quantity, bool) or not isinstance(quantity, int):
            raise ValueError(f"{LINES}, not {str(line)[:60]}")  # noqa: TRY004 - becomes a 422
        wanted[sku] = wanted.get(sku, 0) + quantity
    if not wanted:
        raise ValueError(f"{LINES}, not {str(lines)[:60]!r}")
    return wanted
