"""What a product must look like to be taken: field by field, as the reference page of the create call says.

Every rule gives a text that says which field and what is allowed. The texts are ours; the vendor publishes none.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from .fixture import ADDRESSES, Attribute, Category, carrier, categories
from .lookups import attribute_id

if TYPE_CHECKING:
    from .storefronts import Storefront
    from .world import World

BARCODE = re.compile(r"[A-Za-z0-9ÇĞİÖŞÜçğıöşü._-]{1,40}")
LOT = re.compile(r"[A-Za-z0-9,\-.:/ ]{1,100}")
MOST_STOCK = 20_000
ADDRESS_IDS = {row[0] for row in ADDRESSES}
MANDATORY = (
    "title", "productMainId", "brandId", "categoryId", "quantity", "origin", "description", "listPrice", "salePrice",
    "vatRate", "images", "attributes",
)  # fmt: skip

Rule = Callable[[Any], "str | None"]


def is_number(value: object) -> bool:
    """A JSON number; true and false are none."""
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def is_whole(value: object) -> bool:
    """A JSON integer."""
    return isinstance(value, int) and not isinstance(value, bool)


def _text(most: int) -> Rule:
    def rule(value: Any) -> str | None:
        good = isinstance(value, str) and len(value) <= most
        return None if good else f"must be text of at most {most} characters"

    return rule


def _filled(most: int) -> Rule:
    def rule(value: Any) -> str | None:
        good = isinstance(value, str) and value.strip() and len(value) <= most
        return None if good else f"must be text of 1 to {most} characters"

    return rule


def _brand(world: World, _storefront: Storefront, value: Any) -> str | None:
    return None if is_whole(value) and value in world.brands else "is not a known brand"


def _leaf(value: Any) -> str | None:
    node = categories().get(value) if is_whole(value) else None
    if node is None:
        return "is not a known category"
    return "must be a category without sub-categories" if node.children else None


def quantity(value: Any) -> str | None:
    """0 to 20,000 pieces."""
    return None if is_whole(value) and 0 <= value <= MOST_STOCK else f"must be a whole number from 0 to {MOST_STOCK}"


def price(value: Any) -> str | None:
    """Above zero."""
    return None if is_number(value) and 0 < value < 10_000_000 else "must be a number above 0"


def _weight(value: Any) -> str | None:
    return None if is_number(value) and value >= 0 else "must be a number that is not negative"


def _vat(_world: World, storefront: Storefront, value: Any) -> str | None:
    rates = ", ".join(map(str, storefront.vat_rates))
    return None if is_number(value) and value in storefront.vat_rates else f"must be one of {rates}"


def _origin(value: Any) -> str | None:
    good = isinstance(value, str) and re.fullmatch(r"[A-Z]{2}", value)
    return None if good else "must be a country code of two letters"


def _lot(value: Any) -> str | None:
    good = value is None or (isinstance(value, str) and (value == "" or LOT.fullmatch(value)))
    return None if good else "must be at most 100 of: letters, digits, space , - . : /"


def _images(value: Any) -> str | None:
    if not isinstance(value, list) or not 1 <= len(value) <= 8:
        return "must be 1 to 8 images"
    urls = [image.get("url") if isinstance(image, dict) else None for image in value]
    good = all(isinstance(url, str) and re.match(r"https://[^/\s]+/\S*$", url) for url in urls)
    return None if good else "must have https addresses"


def _address(value: Any) -> str | None:
    return None if value is None or (is_whole(value) and value in ADDRESS_IDS) else "is not an address of this seller"


def _carriers(value: Any) -> str | None:
    good = value is None or (isinstance(value, list) and all(isinstance(c, str) and carrier(c) for c in value))
    return None if good else "must be codes of cargo providers"


def delivery(value: Any) -> str | None:
    """``deliveryDuration`` 0 (today) or 1 (tomorrow)."""
    if value is None:
        return None
    good = isinstance(value, dict) and value.get("deliveryDuration", 1) in (None, 0, 1)
    return None if good else "must have a deliveryDuration of 0 or 1"


def _location(value: Any) -> str | None:
    return None if value in ("ENABLED", "DISABLED", None) else "must be ENABLED, DISABLED or null"


def _channels(value: Any) -> str | None:
    good = isinstance(value, list) and value and all(c in ("CORE", "LUXE") for c in value)
    return None if good else "must be a list of CORE, LUXE that is not empty"


RULES: dict[str, Rule] = {
    "title": _filled(100), "productMainId": _filled(40), "categoryId": _leaf, "quantity": quantity,
    "stockCode": _filled(100), "origin": _origin, "dimensionalWeight": _weight, "description": _text(30_000),
    "listPrice": price, "salePrice": price, "lotNumber": _lot, "images": _images,
    "shipmentAddressId": _address, "returningAddressId": _address, "cargoProviders": _carriers,
    "deliveryOption": delivery, "locationBasedDelivery": _location, "channels": _channels,
}  # fmt: skip


PLACED_RULES: dict[str, Callable[[World, Storefront, Any], str | None]] = {"brandId": _brand, "vatRate": _vat}


def wrong_fields(world: World, storefront: Storefront, fields: dict[str, Any], mandatory: tuple[str, ...]) -> list[str]:
    """Texts for fields that are missing or outside their rule; attributes have rules of their own."""
    texts = [f"{name} is required" for name in mandatory if fields.get(name) is None]
    stated = {n: v for n, v in fields.items() if v is not None or n not in mandatory}
    found = {name: rule(stated[name]) for name, rule in RULES.items() if name in stated}
    found |= {n: rule(world, storefront, stated[n]) for n, rule in PLACED_RULES.items() if n in stated}
    texts += [f"{name} {text}" for name, text in found.items() if text]
    if not texts and is_number(fields.get("listPrice")) and is_number(fields.get("salePrice")):
        texts += ["listPrice must not be below salePrice"] if fields["listPrice"] < fields["salePrice"] else []
    return texts


def wrong_product(world: World, storefront: Storefront, product: dict[str, Any]) -> list[str]:
    """Texts for all that keeps a new product from being taken."""
    extra = ("stockCode", "dimensionalWeight") if world.switches.stock_code_required else ()
    good = BARCODE.fullmatch(str(product.get("barcode", "")))
    texts = [] if good else ["barcode must be 1 to 40 of: letters, digits . _ -"]
    texts += wrong_fields(world, storefront, product, MANDATORY + extra)
    node = categories().get(product["categoryId"]) if is_whole(product.get("categoryId")) else None
    if node is not None and not node.children and product.get("attributes") is not None:
        texts += wrong_attributes(world, node, product["attributes"])
    return texts


def wrong_attributes(world: World, node: Category, stated: Any) -> list[str]:
    """Texts for attributes that are missing, unknown, or whose value is not allowed."""
    if not isinstance(stated, list) or not all(isinstance(a, dict) and is_whole(a.get("attributeId")) for a in stated):
        return ["attributes must be a list of objects with an attributeId"]
    known = {attribute_id(world, a): a for a in node.attributes()}
    texts = [text for row in stated for text in _wrong_value(known.get(row.get("attributeId")), row)]
    given = {row.get("attributeId") for row in stated}
    texts += [f"attribute {a.name} ({n}) is required" for n, a in known.items() if a.required and n not in given]
    return texts


def _wrong_value(attribute: Attribute | None, row: dict[str, Any]) -> Iterator[str]:
    if attribute is None:
        yield f"attribute {row.get('attributeId')} is not of this category"
        return
    name = f"attribute {attribute.name} ({row['attributeId']})"
    ids, custom = stated_value(row)
    if (custom is None or custom == "") and not ids:
        yield f"{name} has no value"
    elif custom is not None and not attribute.custom:
        yield f"{name} takes only values of its list"
    elif len(ids) > 1 and not attribute.multiple:
        yield f"{name} takes one value"
    elif attribute.id == 47 and custom and len(custom) > 50:
        yield f"{name} takes at most 50 characters"
    elif set(ids) - {value[0] for value in attribute.values}:
        yield f"{name} has an unknown value id"


def stated_value(row: dict[str, Any]) -> tuple[list[int], str | None]:
    """Value ids and free text of an attribute, under any of the four documented names."""
    single, several = row.get("attributeValueId"), row.get("attributeValueIds")
    ids = list(several) if isinstance(several, list) else []
    ids += [single] if single is not None else []
    custom = row.get("customAttributeValue", row.get("attributeValue"))
    return [value if is_whole(value) else -1 for value in ids], custom if custom is None else str(custom)
