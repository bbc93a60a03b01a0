# ruff: noqa: ARG002 - a route is called with the call and the parts of its path
"""The routes of products and variations."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from . import batch, product_list, product_view, product_write
from .errors import WooError, invalid_id
from .routing import Call, Reply, Router

if TYPE_CHECKING:
    from .state import Row, Store


class Products:
    """``/products`` and ``/products/{id}/variations``."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def mount(self, router: Router, base: str) -> None:
        """Add the routes."""
        products, one = f"{base}/products", f"{base}/products/{{id}}"
        router.add("GET", products, lambda call: product_list.listing(self.store, call))
        router.add("POST", products, self.create)
        router.add("POST PUT PATCH", f"{products}/batch", self.many)
        router.add("GET", one, self.get)
        router.add("POST PUT PATCH", one, self.update)
        router.add("DELETE", one, self.delete)
        router.add("POST", f"{one}/duplicate", self.duplicate)
        below = f"{base}/products/{{parent_id}}/variations"
        router.add("GET", below, self.variations)
        router.add("POST", below, self.create_variation)
        router.add("POST PUT PATCH", f"{below}/batch", self.many_variations)
        router.add("GET", f"{below}/{{id}}", self.get_variation)
        router.add("POST PUT PATCH", f"{below}/{{id}}", self.update_variation)
        router.add("DELETE", f"{below}/{{id}}", self.delete_variation)

    def get(self, call: Call, id: int) -> Reply:
        """One product; a variation's id works as well."""
        return Reply(product_view.product(self.store, self._any(id, writing=False)))

    def create(self, call: Call) -> Reply:
        """A new product."""
        shown = self._made(call.body)
        return Reply(shown, 201, {"Location": shown["_links"]["self"][0]["href"]})

    def update(self, call: Call, id: int) -> Reply:
        """Change a product."""
        return Reply(self._edited(id, call.body))

    def delete(self, call: Call, id: int) -> Reply:
        """Bin a product, or remove it for good with ``force=true``."""
        return Reply(self._gone(id, force=call.flag("force")))

    def many(self, call: Call) -> Reply:
        """A batch; deletions are for good."""
        return batch.run(call, self._made, self._edited, lambda id_: self._gone(id_, force=True))

    def duplicate(self, call: Call, id: int) -> Reply:
        """A draft copy without the SKU."""
        row = copy.deepcopy(self._product(id, writing=False))
        now = self.store.now()
        fresh = {"id": self.store.new_id(), "sku": "", "global_unique_id": "", "status": "draft", "total_sales": 0}
        row |= fresh | {"name": f"{row['name']} (Copy)", "created": now, "modified": now}
        row["slug"] = f"{row['slug']}-copy"
        self.store.put_product(row)
        self.store.emit("product.created", row["id"])
        return Reply(product_view.product(self.store, row))

    def variations(self, call: Call, parent_id: int) -> Reply:
        """A page of variations."""
        self._parent(parent_id)
        return product_list.variations(self.store, call, parent_id)

    def get_variation(self, call: Call, parent_id: int, id: int) -> Reply:
        """One variation."""
        return Reply(product_view.variation(self.store, self._variation(parent_id, id, writing=False)))

    def create_variation(self, call: Call, parent_id: int) -> Reply:
        """A new variation."""
        shown = self._variation_made(parent_id, call.body)
        return Reply(shown, 201, {"Location": shown["_links"]["self"][0]["href"]})

    def update_variation(self, call: Call, parent_id: int, id: int) -> Reply:
        """Change a variation."""
        return Reply(self._variation_edited(parent_id, id, call.body))

    def delete_variation(self, call: Call, parent_id: int, id: int) -> Reply:
        """Bin a variation, or remove it for good."""
        return Reply(self._variation_gone(parent_id, id, force=call.flag("force")))

    def many_variations(self, call: Call, parent_id: int) -> Reply:
        """A batch below one parent; there is none across parents."""
        self._parent(parent_id)
        return batch.run(
            call,
            lambda body: self._variation_made(parent_id, body),
            lambda id_, body: self._variation_edited(parent_id, id_, body),
            lambda id_: self._variation_gone(parent_id, id_, force=True),
        )

    def _any(self, id_: int, *, writing: bool) -> Row:
        row = self.store.products.get(id_)
        if row is None:
            raise invalid_id("product", writing=writing)
        return row

    def _product(self, id_: int, *, writing: bool) -> Row:
        row = self._any(id_, writing=writing)
        if row["type"] == "variation":
            text = (
                "To manipulate product variations you should use the /products/<product_id>/variations/<id> endpoint."
            )
            raise WooError("woocommerce_rest_invalid_product_id", text, 404)
        return row

    def _parent(self, id_: int) -> Row:
        row = self.store.products.get(id_)
        if row is None or row["type"] == "variation":
            raise invalid_id("product", writing=False)
        return row

    def _variation(self, parent_id: int, id_: int, *, writing: bool) -> Row:
        row = self.store.products.get(id_)
        if row is None or row["type"] != "variation" or row["parent_id"] != parent_id:
            raise invalid_id("product_variation", writing=writing)
        return row

    def _made(self, body: dict[str, Any]) -> dict[str, Any]:
        return product_view.product(self.store, product_write.create(self.store, body))

    def _edited(self, id_: int, body: dict[str, Any]) -> dict[str, Any]:
        row = product_write.update(self.store, self._product(id_, writing=True), body)
        return product_view.product(self.store, row)

    def _gone(self, id_: int, *, force: bool) -> dict[str, Any]:
        row = self._product(id_, writing=False)
        shown = product_view.product(self.store, row)
        product_write.delete(self.store, row, force=force)
        return shown if force else {**shown, "status": "trash"}

    def _variation_made(self, parent_id: int, body: dict[str, Any]) -> dict[str, Any]:
        row = product_write.create_variation(self.store, self._parent(parent_id), body)
        return product_view.variation(self.store, row)

    def _variation_edited(self, parent_id: int, id_: int, body: dict[str, Any]) -> dict[str, Any]:
        row = self._variation(parent_id, id_, writing=True)
        return product_view.variation(self.store, product_write.update_variation(self.store, row, body))

    def _variation_gone(self, parent_id: int, id_: int, *, force: bool) -> dict[str, Any]:
        row = self._variation(parent_id, id_, writing=False)
        shown = product_view.variation(self.store, row)
        product_write.delete(self.store, row, force=force)
        return shown
