"""Which columns a source may tell, and what a store's record says in them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from stdnum import ean
from stdnum.exceptions import ValidationError

from entrepot.kit import records

_ROUNDED = re.compile(r"\d+([.,]\d+)?[eE]\+?\d+|\d{8,14}[.,]0+")  # 8.69E+12, 8690000000012.0

# Column → (its type, what it holds while nobody has said anything), in SQL.
PRODUCT = {
    "title": ("text", "''"), "description": ("text", "''"), "brand": ("text", "''"), "category": ("text", "''"),
    "attributes": ("jsonb", "'{}'"), "images": ("jsonb", "'[]'"), "is_published": ("boolean", "true"),
    "kind": ("text", "'simple'"), "refusal": ("text", "''"),
}  # fmt: skip
VARIANT = {
    "title": ("text", "''"), "options": ("jsonb", "'{}'"), "gtin": ("text", "''"), "attributes": ("jsonb", "'{}'"),
    "images": ("jsonb", "'[]'"), "weight_g": ("int", "NULL"), "length_mm": ("int", "NULL"), "width_mm": ("int", "NULL"),
    "height_mm": ("int", "NULL"), "origin": ("text", "''"), "vat_rate": ("numeric", "NULL"), "hs_code": ("text", "''"),
    "tax_class": ("text", "''"), "is_published": ("boolean", "true"), "notes": ("jsonb", "'[]'"),
}  # fmt: skip
PRODUCT_FIELDS = tuple(PRODUCT)  # a store tells all of them
VARIANT_FIELDS = tuple(n for n in VARIANT if n not in {"attributes", "origin", "vat_rate", "hs_code"})
_SIZES, LARGEST = ("weight_g", "length_mm", "width_mm", "height_mm"), 2**31 - 1
# What a buyer sees. A change of these on an approved product has to be approved before it travels.
CONTENT_FIELDS = frozenset({"title", "description", "brand", "category", "attributes", "images", "options", "gtin"})


def product_values(p: records.Product) -> dict[str, Any]:
    """What a store says of a product, cut to what the columns hold."""
    return {
        "title": p.title[:300], "description": p.description, "brand": (p.brand or "")[:120],
        "category": _category(p.categories), "attributes": {k: list(v) for k, v in p.attributes.items()},
        "images": list(p.images), "is_published": p.is_published, "kind": p.kind[:12], "refusal": p.refusal or "",
    }  # fmt: skip


def _category(categories: Sequence[records.Category]) -> str:
    """The deepest of the store's categories, the first among equals."""
    return max((c.path or c.name for c in categories), key=lambda path: path.count(" > "), default="")[:300]


def variant_values(v: records.Variant, product: records.Product) -> dict[str, Any]:
    """What a store says of a variant; it is on show only where its product is, whatever a draft's variations say."""
    gtin, notes = checked_gtin(v.gtin)
    sizes = {name: getattr(v, name) for name in _SIZES}
    notes += [f"{name} {size} is beyond all measure" for name, size in sizes.items() if size and size > LARGEST]
    return {
        "title": v.title[:300], "options": v.options, "gtin": gtin, "images": list(v.images),
        **{name: None if size and size > LARGEST else size for name, size in sizes.items()},
        "tax_class": v.tax_class[:60], "is_published": v.is_published and product.is_published,
        "notes": [*v.notes, *notes],
    }  # fmt: skip


def checked_gtin(text: str | None) -> tuple[str, list[str]]:
    """The GTIN if its check digit is right, and a note for a person if it is not. Zeros in front are kept."""
    if not text:
        return "", []
    if _ROUNDED.fullmatch(text):
        return "", [f"GTIN {text[:20]!r} is a number that a spreadsheet has rounded: format the column as text there"]
    try:
        return ean.validate(text), []
    except ValidationError:
        return "", [f"GTIN {text[:20]!r} is not valid (8, 12, 13 or 14 digits with a check digit)"]
