"""The shop's goods from a file in the format of WooCommerce's own product importer.

A row is taken as it stands, faults included: a real shop holds what years of plugins and imports left in it. Units in
the headers, as in ``Weight (lbs)``, become the shop's units, since the importer does not convert either.
"""

from __future__ import annotations

import csv
import re
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import terms
from .product_schema import blank
from .slugs import slug_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from .state import Row, Store

SAMPLE = Path(__file__).parent / "sample_catalogue.csv"
STATUSES = {"1": "publish", "0": "private", "-1": "draft"}
UNIT = re.compile(r"^(weight|length) \((\w+)\)$")
AGE_S = 30 * 24 * 3600  # the goods came in a month ago, a minute apart


def load(store: Store, path: Path) -> int:
    """Fill the shop; returns how many products and variations there are. Parents may stand below their variations.

    Raises:
        ValueError: not a product CSV; says in which row, the first below the header is 1.
    """
    rows = read(path)
    for name in rows[0] if rows else ():
        unit = UNIT.match(name)
        if unit:
            store.settings.change(**{"weight_unit" if unit[1] == "weight" else "dimension_unit": unit[2]})
    later: list[Callable[[], None]] = []
    ordered = sorted(enumerate(rows), key=lambda pair: (_kind(pair[1]) == "variation", pair[0]))
    for number, row in ordered:
        try:
            _add(store, row, store.now() - AGE_S + 60 * number, later)
        except ValueError as error:
            raise ValueError(f"{path.name}: row {number + 1}: {error}") from None
    for finish in later:
        finish()
    store.ledger.write("catalogue.loaded", products=len(store.products), file=path.name)
    return len(store.products)


def read(path: Path) -> list[dict[str, str]]:
    """Rows by lower-case header; a byte order mark is dropped, and so are cells beyond the header.

    Raises:
        ValueError: not UTF-8, not a CSV, or without a column for names.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            reader = csv.DictReader(lines)
            columns = {(name or "").strip().lower() for name in reader.fieldnames or ()}
            rows = [{(k or "").strip().lower(): v for k, v in row.items() if k is not None} for row in reader]
    except UnicodeDecodeError as error:
        raise ValueError(f"{path.name} is no text: byte {error.start} is not UTF-8") from None
    except csv.Error as error:
        raise ValueError(f"{path.name} is not a CSV: {error}") from None
    if not columns & {"name", "sku"}:
        raise ValueError(f"{path.name} is not a product CSV: it has neither a column Name nor SKU")
    return [{column: (value or "").strip() for column, value in row.items()} for row in rows]


def _kind(row: dict[str, str]) -> str:
    words = [word.strip() for word in row.get("type", "").lower().split(",")]
    kinds = [w for w in words if w in {"simple", "variable", "variation", "grouped", "external"}]
    return kinds[0] if kinds else "simple"


def _add(store: Store, theirs: dict[str, str], at: int, later: list[Callable[[], None]]) -> None:
    given = theirs.get("id", "")
    is_free = given.isdigit() and int(given) not in store.products
    ours = blank(store.claim_id(int(given)) if is_free else store.new_id(), at, _kind(theirs))
    _texts(ours, theirs)
    _stock(store, ours, theirs)
    _terms(store, ours, theirs)
    _attributes(store, ours, theirs)
    ours["images"] = [_image(store, src, at) for src in split(theirs.get("images", ""))]
    if ours["type"] == "variation":
        _below(store, ours, theirs.get("parent", ""))
    ours["slug"] = slug_of(ours["name"]) or str(ours["id"])
    store.put_product(ours)
    for column, field in (
        ("grouped products", "grouped_products"),
        ("upsells", "upsell_ids"),
        ("cross-sells", "cross_sell_ids"),
    ):
        references = split(theirs.get(column, ""))
        if references:
            later.append(partial(_refer, store, ours, field, references))


def _refer(store: Store, ours: Row, field: str, references: list[str]) -> None:
    ours[field] = _ids(store, references)


def _texts(ours: Row, theirs: dict[str, str]) -> None:
    flags = theirs.get("type", "").lower()
    direct = {
        "name": "name", "sku": "sku", "gtin, upc, ean, or isbn": "global_unique_id", "description": "description",
        "short description": "short_description", "regular price": "regular_price", "sale price": "sale_price",
        "tax status": "tax_status", "purchase note": "purchase_note", "external url": "external_url",
        "button text": "button_text", "visibility in catalog": "catalog_visibility",
    }  # fmt: skip
    for column, field in direct.items():
        if theirs.get(column):
            ours[field] = theirs[column].replace("\\n", "\n")
    ours["status"] = STATUSES.get(theirs.get("published", "1"), "publish")
    ours["featured"] = theirs.get("is featured?") == "1"
    ours["sold_individually"] = theirs.get("sold individually?") == "1"
    ours["virtual"], ours["downloadable"] = "virtual" in flags, "downloadable" in flags
    ours["tax_class"] = "" if theirs.get("tax class") in {"standard", "parent"} else theirs.get("tax class", "")
    ours["menu_order"] = _whole(theirs.get("position") or "0")
    ours["weight"] = _measure(theirs, "weight")
    ours["dimensions"] = {name: _measure(theirs, name) for name in ("length", "width", "height")}


def _whole(text: str) -> int:
    if not re.fullmatch(r"-?[0-9]{1,9}", text):
        raise ValueError(f"Position must be a whole number, not {text[:40]!r}")
    return int(text)


def _measure(theirs: dict[str, str], name: str) -> str:
    return next((value for column, value in theirs.items() if column.startswith(f"{name} (")), "")


def _stock(store: Store, ours: Row, theirs: dict[str, str]) -> None:
    """A number in ``Stock`` is a count; without one only ``In stock?`` says something."""
    count = theirs.get("stock", "")
    backorders = {"1": "yes", "notify": "notify"}.get(theirs.get("backorders allowed?", ""), "no")
    if re.fullmatch(r"-?\d+(\.\d+)?", count) and ours["type"] not in {"external", "grouped"}:
        quantity: Any = float(count) if "." in count else int(count)
        is_in = quantity > store.settings.no_stock_amount
        status = "instock" if is_in else "outofstock" if backorders == "no" else "onbackorder"
        ours |= {"manage_stock": True, "stock_quantity": quantity, "stock_status": status, "backorders": backorders}
    else:
        ours["stock_status"] = "outofstock" if theirs.get("in stock?") == "0" else "instock"


def _terms(store: Store, ours: Row, theirs: dict[str, str]) -> None:
    for path in split(theirs.get("categories", "")):
        parent = 0
        for name in (part.strip() for part in path.split(">")):
            parent = terms.named(store, "categories", name, parent)["id"]
        ours["categories"].append(parent)
    for taxonomy in ("tags", "brands"):
        ours[taxonomy] = [terms.named(store, taxonomy, name)["id"] for name in split(theirs.get(taxonomy, ""))]
    if theirs.get("shipping class"):
        ours["shipping_class"] = terms.named(store, "shipping_classes", theirs["shipping class"])["slug"]
    for column, value in theirs.items():
        if column.startswith("meta: ") and value:
            ours["meta_data"].append({"id": store.new_id(), "key": column.removeprefix("meta: "), "value": value})


def _attributes(store: Store, ours: Row, theirs: dict[str, str]) -> None:
    number = 1
    while f"attribute {number} name" in theirs:
        name, values = theirs[f"attribute {number} name"], split(theirs.get(f"attribute {number} value(s)", ""))
        number += 1
        if not name:
            continue
        is_global = theirs.get(f"attribute {number - 1} global") == "1"
        attribute = terms.named(store, "attributes", name) if is_global else None
        for value in values if attribute else ():
            terms.named(store, f"terms:{attribute['id'] if attribute else 0}", value)
        id_ = attribute["id"] if attribute else 0
        if ours["type"] == "variation":
            ours["attributes"] += [{"id": id_, "name": name, "option": value} for value in values[:1]]
            continue
        is_visible = theirs.get(f"attribute {number - 1} visible") == "1"
        shown = {"id": id_, "name": name, "position": len(ours["attributes"]), "visible": is_visible}
        ours["attributes"].append(shown | {"variation": ours["type"] == "variable", "options": values})


def _image(store: Store, src: str, at: int) -> Row:
    name = src.rsplit("/", 1)[-1].rsplit(".", 1)[0]
    return {"id": store.new_id(), "src": src, "name": name, "alt": "", "created": at}


def _below(store: Store, ours: Row, reference: str) -> None:
    """A variation points to its parent by SKU or by ``id:NN``; it takes the parent's tax class when it has none."""
    found = _ids(store, [reference])
    if not found:
        raise ValueError(
            f"variation {ours['sku'] or ours['name']!r} names the parent {reference!r}, which is not in the file"
        )
    parent = store.products[found[0]]
    ours["parent_id"] = parent["id"]
    ours["tax_class"] = ours["tax_class"] or parent["tax_class"]
    options = ", ".join(a["option"] for a in ours["attributes"])
    ours["name"] = f"{parent['name']} - {options}".strip(" -")


def _ids(store: Store, references: list[str]) -> list[int]:
    found = []
    for reference in references:
        if reference.lower().startswith("id:") and reference[3:].strip().isdigit():
            found.append(int(reference[3:]))
        else:
            found += [row["id"] for row in store.with_sku(reference)[:1]]
    return [id_ for id_ in found if id_ in store.products]


def split(text: str) -> list[str]:
    r"""A comma list; ``\,`` is a comma inside a value."""
    parts = re.split(r"(?<!\\),", text)
    return [part.replace("\\,", ",").strip() for part in parts if part.strip()]
