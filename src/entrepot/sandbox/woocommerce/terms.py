# ruff: noqa: ARG002 - a route is called with the call and the parts of its path
"""Categories, tags, brands, shipping classes, attributes and their terms."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from . import batch
from .collection import ordered, page_of
from .errors import WooError, cannot_trash, invalid_params
from .routing import Call, Reply, Router
from .schema import BOOL, INT, STRING, T, check, one_of
from .slugs import slug_of

if TYPE_CHECKING:
    from .params import Query
    from .state import Row, Store

TERM: dict[str, T] = {"name": STRING, "slug": STRING, "description": STRING, "menu_order": INT}
SCHEMAS: dict[str, dict[str, T]] = {
    "categories": TERM
    | {"parent": INT, "display": one_of("default", "products", "subcategories", "both"), "image": T("object")},
    "tags": TERM,
    "brands": TERM | {"parent": INT},
    "shipping_classes": TERM,
    "attributes": {
        "name": STRING,
        "slug": STRING,
        "type": STRING,
        "order_by": one_of("menu_order", "name", "name_num", "id"),
        "has_archives": BOOL,
    },
}
ORDERBY = ("id", "include", "name", "slug", "term_group", "description", "count")


def resolve(store: Store, taxonomy: str, sent: dict[str, Any]) -> int:
    """The id of a term in a body, by id or by name.

    Raises:
        WooError: 400, there is no such term.
    """
    wanted = sent.get("id")
    if wanted in store.terms[taxonomy]:
        return int(wanted)
    if not wanted and sent.get("name"):
        return int(named(store, taxonomy, sent["name"])["id"])
    raise WooError("woocommerce_rest_term_invalid", f"Term {wanted} does not exist.", 400)


def named(store: Store, table: str, name: str, parent: int = 0) -> Row:
    """The term of this name below this parent; made when there is none."""
    for row in store.table(table).values():
        if row["name"] == name and row.get("parent", 0) == parent:
            return row
    return add(store, table, {"name": name, "parent": parent})


def use_attribute(store: Store, sent: dict[str, Any], position: int) -> Row:
    """An attribute of a product: a global one by id (its terms are made when new) or a local one by name."""
    known = store.terms["attributes"].get(sent.get("id", 0))
    if sent.get("id") and known is None:
        raise WooError("woocommerce_rest_taxonomy_invalid", f"Attribute {sent['id']} does not exist.", 400)
    if known is not None:
        for option in sent.get("options", []):
            named(store, f"terms:{known['id']}", option)
    return {
        "id": known["id"] if known else 0,
        "name": known["name"] if known else sent.get("name", ""),
        "position": sent.get("position", position),
        "visible": sent.get("visible", False),
        "variation": sent.get("variation", False),
        "options": sent.get("options", []),
    }


def add(store: Store, table: str, body: dict[str, Any]) -> Row:
    """A new term.

    Raises:
        WooError: 400 ``term_exists`` or a name that is missing.
    """
    name = str(body.get("name", "")).strip()
    if not name:
        raise WooError("rest_missing_callback_param", "Missing parameter(s): name", 400, params=["name"])
    slug = body.get("slug") or slug_of(name)
    if table == "attributes" and not slug.startswith("pa_"):
        slug = f"pa_{slug}"
    parent = body.get("parent", 0)
    for old in store.table(table).values():
        if old["name"] == name and old.get("parent", 0) == parent:
            text = "A term with the name provided already exists with this parent."
            raise WooError("term_exists", text, 400, resource_id=old["id"])
    row = {"id": store.new_id(), "name": name, "slug": slug, **_defaults(table), **body}
    row |= {"slug": slug}
    store.table(table)[row["id"]] = row
    return row


def _defaults(table: str) -> Row:
    if table == "attributes":
        return {"type": "select", "order_by": "menu_order", "has_archives": False}
    shared: Row = {"description": "", "menu_order": 0}
    if table == "categories":
        return shared | {"parent": 0, "display": "default", "image": None}
    return shared | {"parent": 0} if table == "brands" else shared


COUNTED = {"categories": "categories", "tags": "tags", "brands": "brands", "shipping_classes": "shipping_class"}


def _view(store: Store, table: str, row: Row) -> dict[str, Any]:
    return _counted(table, row, _counts(store, table))


def _counted(table: str, row: Row, counts: Counter[Any]) -> dict[str, Any]:
    if table == "attributes":
        return dict(row)
    return {**row, "count": counts[row["slug"] if table == "shipping_classes" else row["id"]]}


def _counts(store: Store, table: str) -> Counter[Any]:
    """Products by term of one taxonomy; empty for a table that is not counted."""
    found: Counter[Any] = Counter()
    for product in store.products.values() if table in COUNTED else ():
        value = product[COUNTED[table]]
        found.update(value if isinstance(value, list) else [value])
    return found


def _matching(asked: Query, rows: list[Row]) -> list[Row]:
    include, exclude = asked.numbers("include"), asked.numbers("exclude")
    slug, search = asked.text("slug"), (asked.text("search") or "").casefold()
    asked.refuse()
    rows = [row for row in rows if (not include or row["id"] in include) and row["id"] not in exclude]
    return [r for r in rows if (slug is None or r["slug"] == slug) and search in r["name"].casefold()]


class Terms:
    """The routes of one taxonomy; ``table`` may depend on the path (terms of an attribute)."""

    def __init__(self, store: Store, taxonomy: str) -> None:
        self.store, self.taxonomy = store, taxonomy
        self.schema = SCHEMAS.get(taxonomy, TERM)

    def _table(self, parts: dict[str, int]) -> str:
        if self.taxonomy != "terms":
            return self.taxonomy
        if parts["attribute_id"] not in self.store.terms["attributes"]:
            raise WooError("woocommerce_rest_taxonomy_invalid", "Resource does not exist.", 404)
        return f"terms:{parts['attribute_id']}"

    def _found(self, table: str, id_: int) -> Row:
        row = self.store.table(table).get(id_)
        if row is None:
            raise WooError("woocommerce_rest_term_invalid", "Resource does not exist.", 404)
        return row

    def listing(self, call: Call, **parts: int) -> Reply:
        """A page of terms, by name."""
        table, asked = self._table(parts), call.asked()
        rows: list[Row] = list(self.store.table(table).values())
        if asked.has("parent"):
            parents = asked.numbers("parent")
            rows = [row for row in rows if row.get("parent", 0) in parents]
        rows = ordered(asked, _matching(asked, rows), ORDERBY, "name", "asc")
        counts = _counts(self.store, table)
        return page_of(call, asked, rows, lambda row: _counted(table, row, counts))

    def get(self, call: Call, id: int, **parts: int) -> Reply:
        """One term."""
        table = self._table(parts)
        return Reply(_view(self.store, table, self._found(table, id)))

    def create(self, call: Call, **parts: int) -> Reply:
        """A new term."""
        return Reply(self._made(self._table(parts), call.body), 201)

    def update(self, call: Call, id: int, **parts: int) -> Reply:
        """Change a term."""
        return Reply(self._edited(self._table(parts), id, call.body))

    def delete(self, call: Call, id: int, **parts: int) -> Reply:
        """Remove a term for good; there is no bin."""
        if not call.flag("force"):
            raise cannot_trash("Terms")
        return Reply(self._gone(self._table(parts), id))

    def many(self, call: Call, **parts: int) -> Reply:
        """A batch."""
        table = self._table(parts)
        return batch.run(
            call,
            lambda body: self._made(table, body),
            lambda id_, body: self._edited(table, id_, body),
            lambda id_: self._gone(table, id_),
        )

    def _made(self, table: str, body: dict[str, Any]) -> dict[str, Any]:
        clean = check(body, self.schema)
        self._check_parent(table, clean)
        return _view(self.store, table, add(self.store, table, clean))

    def _edited(self, table: str, id_: int, body: dict[str, Any]) -> dict[str, Any]:
        row = self._found(table, id_)
        clean = check(body, self.schema)
        self._check_parent(table, clean)
        row |= clean
        return _view(self.store, table, row)

    def _gone(self, table: str, id_: int) -> dict[str, Any]:
        row = self._found(table, id_)
        shown = _view(self.store, table, row)
        del self.store.table(table)[id_]
        return shown

    def _check_parent(self, table: str, body: dict[str, Any]) -> None:
        if body.get("parent") and body["parent"] not in self.store.table(table):
            raise invalid_params({"parent": ("rest_invalid_param", "Parent term does not exist.")})

    def mount(self, router: Router, path: str) -> None:
        """Add the routes below ``path``."""
        router.add("GET", path, self.listing)
        router.add("POST", path, self.create)
        router.add("POST PUT PATCH", f"{path}/batch", self.many)
        router.add("GET", f"{path}/{{id}}", self.get)
        router.add("POST PUT PATCH", f"{path}/{{id}}", self.update)
        router.add("DELETE", f"{path}/{{id}}", self.delete)


def mount(store: Store, router: Router, base: str) -> None:
    """Every taxonomy's routes."""
    for taxonomy in ("categories", "tags", "brands", "shipping_classes", "attributes"):
        Terms(store, taxonomy).mount(router, f"{base}/products/{taxonomy}")
    Terms(store, "terms").mount(router, f"{base}/products/attributes/{{attribute_id}}/terms")
