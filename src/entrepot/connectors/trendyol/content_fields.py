"""The fields of a listing as Trendyol takes them, each checked here before it travels.

Lengths and lists: page "Product create V2", table of fields.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

from entrepot.core.errors import MappingError
from entrepot.kit.records import AttributeChoice, Content
from entrepot.kit.requests import Account

from . import assumed
from .offers import barcode
from .storefronts import VAT_PERCENTS, storefront_of

TITLE, DESCRIPTION, MODEL, STOCK_CODE, IMAGES = 100, 30_000, 40, 100, 8
_COUNTRY = re.compile(r"[A-Z]{2}")
_CENT = Decimal("0.01")


def identity(account: Account, content: Content, record: str) -> dict[str, object]:
    """What a listing is at Trendyol, fixed once it is approved."""
    return {
        "barcode": barcode(content.listing_ref, record),
        "productMainId": text(content.model_ref, "model_ref", MODEL, record),
        "brandId": number(content.brand_ref, "brand_ref", record),
        "categoryId": number(content.category_ref, "category_ref", record),
    }


def card(content: Content, record: str) -> dict[str, object]:
    """What a buyer reads and sees."""
    if not 1 <= len(content.images) <= IMAGES:
        raise MappingError(record, "images", f"must be 1 to {IMAGES}, not {len(content.images)}")
    for url in content.images:
        if not url.startswith("https://"):
            raise MappingError(record, "images", f"must be https addresses, not {url!r}")
    return {
        "title": text(content.title, "title", TITLE, record),
        "description": text(content.description, "description", DESCRIPTION, record),
        "images": [{"url": url} for url in content.images],
    }


def sold(account: Account, content: Content, record: str) -> dict[str, object]:
    """What is the seller's own on a listing: code, origin, VAT, weight."""
    if not _COUNTRY.fullmatch(content.origin):
        raise MappingError(record, "origin", f"must be a country of 2 capital letters, not {content.origin!r}")
    return {
        "stockCode": text(content.sku, "sku", STOCK_CODE, record),
        "origin": content.origin,
        "vatRate": vat_percent(content.vat_rate, storefront_of(account), record),
        "dimensionalWeight": desi(account, content, record),
    }


def trade(account: Account, *, with_delivery: bool = True) -> dict[str, object]:
    """Addresses, carriers and delivery time of the account; those that are not set are left to Trendyol's defaults."""
    named: dict[str, object] = {}
    for key, setting in (("shipmentAddressId", "ship_from_ref"), ("returningAddressId", "return_to_ref")):
        if account.setting(setting):
            named[key] = number(str(account.setting(setting)), setting, "settings")
    if account.setting("carriers"):
        named["cargoProviders"] = str(account.setting("carriers")).split()
    if with_delivery and account.setting("delivery_days") is not None:
        named["deliveryOption"] = {"deliveryDuration": int(account.setting("delivery_days"))}
    return named


def attributes(
    content: Content, shape: str, record: str, *, only: Sequence[AttributeChoice] | None = None
) -> list[dict[str, object]]:
    """Attribute values in one of the two documented shapes; several values of one attribute need the plural one.

    Raises:
        MappingError: a choice with neither value nor text, or both, or several texts for one attribute.
    """
    grouped: dict[str, list[AttributeChoice]] = {}
    for choice in content.attributes if only is None else only:
        if (choice.value_ref is None) == (choice.text is None):
            raise MappingError(record, f"attribute {choice.attribute_ref}", "must have either a value or a text")
        grouped.setdefault(choice.attribute_ref, []).append(choice)
    return [_attribute(ref, choices, shape, record) for ref, choices in grouped.items()]


def _attribute(ref: str, choices: Sequence[AttributeChoice], shape: str, record: str) -> dict[str, object]:
    field = f"attribute {ref}"
    said: dict[str, object] = {"attributeId": number(ref, field, record)}
    texts = [c.text for c in choices if c.text is not None]
    if texts:
        if len(choices) > 1:
            raise MappingError(record, field, "must have one text, or values of the list only")
        return {**said, "attributeValue" if shape == "plural" else "customAttributeValue": texts[0]}
    values = [number(c.value_ref or "", field, record) for c in choices]
    if shape == "plural" or len(values) > 1:
        return {**said, "attributeValueIds": values}
    return {**said, "attributeValueId": values[0]}


def vat_percent(rate: Decimal, storefront: str, record: str) -> int:
    """A VAT fraction as the whole percentage that the storefront takes: 0.20 is 20.

    Raises:
        MappingError: not in the storefront's list.
    """
    known = VAT_PERCENTS.get(storefront, ())
    percent = rate * 100
    if percent not in known:
        allowed = ", ".join(f"{p} %" for p in known)
        raise MappingError(
            record, "vat_rate", f"must be one of {allowed} on {storefront}, not {percent.normalize():f} %"
        )
    return int(percent)


def desi(account: Account, content: Content, record: str) -> Decimal:
    """Volumetric weight in desi: the larger of kilograms and cm³ ÷ 3000, to a hundredth.

    Example: 500 g in 300 × 200 × 100 mm is 6000 cm³ ÷ 3000 = 2. Without three lengths the weight stands alone.

    Raises:
        MappingError: no weight.
    """
    if content.weight_g <= 0:
        raise MappingError(record, "weight_g", f"must be above 0, not {content.weight_g}")
    sides = (content.length_mm, content.width_mm, content.height_mm)
    volume = Decimal(1)
    for side in sides:
        volume *= Decimal(side or 0) / 10
    larger = max(Decimal(content.weight_g) / 1000, volume / assumed.desi_divisor(account))
    return max(larger.quantize(_CENT, ROUND_HALF_UP), _CENT)


def text(value: str, field: str, most: int, record: str) -> str:
    """``value``, which must be there and not too long; nothing is cut.

    Raises:
        MappingError: empty, or longer than ``most``.
    """
    if not value.strip():
        raise MappingError(record, field, "is missing")
    if len(value) > most:
        raise MappingError(record, field, f"must be at most {most} characters, not {len(value)}")
    return value


def number(ref: str, field: str, record: str) -> int:
    """An id of Trendyol's, which are numbers.

    Raises:
        MappingError: not one.
    """
    if not (ref.isascii() and ref.isdigit()):
        raise MappingError(record, field, f"must be a number of Trendyol's, not {ref!r}")
    return int(ref)
