"""The lines of an order as a caller writes them: added without an id, changed with one, removed by zero or nulls."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from . import prices
from .errors import WooError
from .money import kept, plain
from .product_write import merge_meta
from .slugs import slug_of

if TYPE_CHECKING:
    from .state import Row, Store

IDENTITY = ("product_id", "method_id", "method_title", "name", "code")


def write(store: Store, order: Row, body: dict[str, Any]) -> None:
    """Apply the line lists of a body.

    Raises:
        WooError: 400, a line that lacks what it needs, an id that is not of this order, or a coupon (there are none).
    """
    for name, make in (("line_items", _item), ("shipping_lines", _shipping), ("fee_lines", _fee)):
        for sent in body.get(name, []):
            _one(store, order, name, sent, make)
    for sent in body.get("coupon_lines", []):
        if sent.get("code"):
            text = f'Coupon "{sent["code"]}" cannot be applied because it does not exist.'
            raise WooError("woocommerce_rest_invalid_coupon", text, 400)


def _one(store: Store, order: Row, name: str, sent: dict[str, Any], make: Any) -> None:
    lines: list[Row] = order[name]
    if not sent.get("id"):
        lines.append(make(store, {"id": store.new_id(), "meta_data": []}, sent))
        return
    old = next((line for line in lines if line["id"] == sent["id"]), None)
    if old is None:
        raise WooError("woocommerce_rest_invalid_item_id", "Order item ID provided is not associated with order.", 400)
    nulls = [sent[n] for n in IDENTITY if n in sent]
    if sent.get("quantity") == 0 or (nulls and all(value is None for value in nulls)):
        lines.remove(old)
        return
    lines[lines.index(old)] = make(store, old, sent)


def _item(store: Store, line: Row, sent: dict[str, Any]) -> Row:
    is_new = "product_id" not in line
    product = _product(store, sent, is_new=is_new)
    if is_new or product is not None:
        line = line | _of_product(store, product, line)
    quantity = int(sent["quantity"] if "quantity" in sent else line.get("quantity", 1))
    total = sent.get("total")
    if total is None:
        total = plain(_net(store, product, quantity)) if is_new else line["total"]
    subtotal = sent.get("subtotal")
    if subtotal is None:
        subtotal = plain(_net(store, product, quantity)) if is_new else line["subtotal"]
    line = line | {"quantity": quantity, "total": plain(kept(total)), "subtotal": plain(kept(subtotal))}
    if Decimal(line["subtotal"]) < Decimal(line["total"]):
        line["subtotal"] = line["total"]
    for name in ("name", "tax_class"):
        if sent.get(name) is not None:
            line[name] = "" if sent[name] == "standard" else sent[name]
    line["meta_data"] = merge_meta(store, line["meta_data"], sent.get("meta_data", []))
    return line


def _product(store: Store, sent: dict[str, Any], *, is_new: bool) -> Row | None:
    """By SKU first, then by variation, then by product; None when there is none (reference: 201 all the same)."""
    if sent.get("sku"):
        return next(iter(store.with_sku(str(sent["sku"]))), None)
    wanted = sent.get("variation_id") or sent.get("product_id")
    if not wanted and is_new:
        text = "Product ID or SKU is required."
        raise WooError("woocommerce_rest_required_product_reference", text, 400)
    return store.products.get(int(str(wanted))) if str(wanted or "").isdigit() else None


def _of_product(store: Store, product: Row | None, line: Row) -> Row:
    if product is None:
        return {"name": "", "product_id": 0, "variation_id": 0, "tax_class": "", "tax_status": "taxable"}
    parent = store.products.get(product["parent_id"]) if product["type"] == "variation" else None
    found = {
        "name": product["name"],
        "product_id": parent["id"] if parent else product["id"],
        "variation_id": product["id"] if parent else 0,
        "tax_class": product["tax_class"],
        "tax_status": product["tax_status"],
    }
    if parent is not None:
        found["meta_data"] = merge_meta(store, line["meta_data"], [_option(store, a) for a in product["attributes"]])
    return found


def _option(store: Store, attribute: Row) -> dict[str, Any]:
    """Global attributes keep the slug of their option, local ones the label."""
    known = store.terms["attributes"].get(attribute["id"])
    if known is None:
        return {"key": attribute["name"], "value": attribute["option"]}
    return {"key": known["slug"], "value": slug_of(attribute["option"])}


def _net(store: Store, product: Row | None, quantity: int) -> Decimal:
    """The catalogue price of so many without tax."""
    if product is None:
        return Decimal(0)
    price = Decimal(prices.current(store, product, store.now()) or "0") * quantity
    if store.settings.prices_include_tax and product["tax_status"] == "taxable":
        price /= 1 + store.settings.fraction(store.settings.base_country, product["tax_class"])
    return kept(price)


def _shipping(store: Store, line: Row, sent: dict[str, Any]) -> Row:
    if "method_id" not in line and not sent.get("method_id"):
        raise WooError("woocommerce_rest_invalid_shipping_item", "Shipping method ID is required.", 400)
    defaults: Row = {"method_title": "", "instance_id": "", "total": "0"}
    line = defaults | line
    line |= {n: sent[n] for n in ("method_id", "method_title", "instance_id") if sent.get(n) is not None}
    if "total" in sent:
        line["total"] = plain(kept(sent["total"]))
    line["meta_data"] = merge_meta(store, line["meta_data"], sent.get("meta_data", []))
    return line


def _fee(store: Store, line: Row, sent: dict[str, Any]) -> Row:
    if "name" not in line and not sent.get("name"):
        raise WooError("woocommerce_rest_invalid_fee_item", "Fee name is required.", 400)
    defaults: Row = {"tax_class": "", "tax_status": "taxable", "total": "0"}
    line = defaults | line
    line |= {n: sent[n] for n in ("name", "tax_class", "tax_status") if sent.get(n) is not None}
    if "total" in sent:
        line["total"] = plain(kept(sent["total"]))
    line["meta_data"] = merge_meta(store, line["meta_data"], sent.get("meta_data", []))
    return line
