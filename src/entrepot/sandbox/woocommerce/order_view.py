"""Orders as they are on the wire."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from .dates import both
from .money import shown
from .order_status import needs_processing

if TYPE_CHECKING:
    from .state import Row, Store

COPIED = [
    "id",
    "parent_id",
    "order_key",
    "created_via",
    "status",
    "currency",
    "prices_include_tax",
    "customer_id",
    "customer_note",
    "billing",
    "shipping",
    "payment_method",
    "payment_method_title",
    "transaction_id",
    "meta_data",
]
TOTALS = ["discount_total", "discount_tax", "shipping_total", "shipping_tax", "cart_tax", "total", "total_tax"]


def order(store: Store, row: Row, places: int = 2) -> dict[str, Any]:
    """One order; ``places`` is the ``dp`` parameter. ``price`` of a line is a bare number, net and unrounded."""
    view = {name: row[name] for name in COPIED}
    view |= {name: shown(row[name], places) for name in TOTALS}
    for name, column in {
        "created": "created",
        "modified": "modified",
        "paid": "paid",
        "completed": "completed",
    }.items():
        view |= both(f"date_{name}", row[column], store.zone)
    is_open = row["status"] in {"pending", "failed"}
    view |= {
        "number": str(row["id"]),
        "version": store.settings.version,
        "currency_symbol": store.settings.currency_symbol,
        "customer_ip_address": "",
        "customer_user_agent": "",
        "cart_hash": "",
        "line_items": [item(store, line, places) for line in row["line_items"]],
        "tax_lines": [_tax_line(line, places) for line in row["tax_lines"]],
        "shipping_lines": [_line(line, places) for line in row["shipping_lines"]],
        "fee_lines": [_line(line, places) | {"amount": ""} for line in row["fee_lines"]],
        "coupon_lines": row["coupon_lines"],
        "refunds": [_refund(r, places) for r in store.of_order("refunds", row["id"])],
        "payment_url": f"{store.url}/checkout/order-pay/{row['id']}/?pay_for_order=true&key={row['order_key']}",
        "is_editable": row["status"] in {"pending", "on-hold"},
        "needs_payment": is_open and Decimal(row["total"]) > 0,
        "needs_processing": needs_processing(store, row),
        "_links": {"self": [{"href": f"{store.url}/wp-json/wc/v3/orders/{row['id']}"}]},
    }
    return view


def item(store: Store, line: Row, places: int) -> dict[str, Any]:
    """One product line."""
    row = store.products.get(line["variation_id"] or line["product_id"])
    parent = store.products.get(line["product_id"]) if line["variation_id"] else None
    pictures = (row["images"] if row else []) or (parent["images"] if parent else [])
    picture = {"id": pictures[0]["id"], "src": pictures[0]["src"]} if pictures else {"id": "", "src": ""}
    view = {n: line[n] for n in ("id", "name", "product_id", "variation_id", "quantity", "tax_class")}
    view |= {n: shown(line[n], places) for n in ("subtotal", "subtotal_tax", "total", "total_tax")}
    net = Decimal(line["total"]) / line["quantity"] if line["quantity"] else Decimal(0)
    return view | {
        "taxes": line["taxes"],
        "meta_data": [
            m | {"display_key": _label(store, m["key"]), "display_value": m["value"]} for m in line["meta_data"]
        ],
        "sku": row["sku"] if row else None,
        "global_unique_id": row["global_unique_id"] if row else "",
        "price": float(net),
        "image": picture,
        "parent_name": parent["name"] if parent else None,
    }


def _label(store: Store, key: str) -> str:
    return next((a["name"] for a in store.terms["attributes"].values() if a["slug"] == key), key)


def _line(line: Row, places: int) -> dict[str, Any]:
    hidden = {"total": shown(line["total"], places), "total_tax": shown(line["total_tax"], places)}
    return {**line, **hidden}


def _tax_line(line: Row, places: int) -> dict[str, Any]:
    return {**line, **{n: shown(line[n], places) for n in ("tax_total", "shipping_tax_total")}}


def _refund(row: Row, places: int) -> dict[str, Any]:
    return {"id": row["id"], "reason": row["reason"], "total": f"-{shown(row['amount'], places)}"}
