"""Prices: decimal strings, a sale that must be cheaper, and what a product costs now."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from .dates import written
from .errors import invalid_params

if TYPE_CHECKING:
    from .state import Row, Store

DECIMAL = re.compile(r"^-?\d+(\.\d+)?$")


def apply(store: Store, row: Row, body: dict[str, Any]) -> None:
    """Write the price fields of a body. A sale price that is not below the regular one is dropped silently."""
    for name in ("regular_price", "sale_price"):
        if name in body:
            row[name] = clean(body[name])
    for name in ("from", "to"):
        for field, zone in ((f"date_on_sale_{name}", store.zone), (f"date_on_sale_{name}_gmt", None)):
            if field in body:
                row[f"sale_{name}"] = _date(store, body[field], field, is_gmt=zone is None)
    if row["sale_price"] and (not row["regular_price"] or float(row["sale_price"]) >= float(row["regular_price"])):
        row["sale_price"] = ""
    if row["type"] in {"variable", "grouped"}:
        row["regular_price"] = row["sale_price"] = ""


def _date(store: Store, text: str | None, field: str, *, is_gmt: bool) -> int | None:
    try:
        return written(f"{text}Z" if text and is_gmt and "Z" not in text else text, store.zone)
    except ValueError:
        raise invalid_params({field: ("rest_invalid_date", "Invalid date.")}) from None


def clean(text: str) -> str:
    """A decimal as the store keeps it; what is no number becomes empty."""
    trimmed = text.strip().replace(",", ".")
    return trimmed if DECIMAL.match(trimmed) else ""


def is_on_sale(row: Row, at: int) -> bool:
    """Whether the sale price holds at this second."""
    started = row["sale_from"] is None or row["sale_from"] <= at
    return bool(row["sale_price"]) and started and (row["sale_to"] is None or at <= row["sale_to"])


def current(store: Store, row: Row, at: int) -> str:
    """What one costs now, "" when it has no price; of a variable product the lowest active variation."""
    if row["type"] == "variable":
        prices = [current(store, child, at) for child in store.children(row["id"]) if child["status"] == "publish"]
        return min((p for p in prices if p), key=float, default="")
    if row["type"] == "grouped":
        members = [store.products[i] for i in row["grouped_products"] if i in store.products]
        return min((p for m in members if (p := current(store, m, at))), key=float, default="")
    return str(row["sale_price"] if is_on_sale(row, at) else row["regular_price"])
