"""WooCommerce's products, variations and categories into ours. Pure: no clock, no database, no network."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from entrepot.core.errors import MappingError
from entrepot.kit import records
from entrepot.kit.requests import Account

from . import wire
from .meta import meta_text
from .stock import own_sku, prices, quantity, shared_stock_ref, shares_stock, validated_variation

# Grams and millimetres in one of the store's units (settings woocommerce_weight_unit, woocommerce_dimension_unit).
_GRAMS = {"kg": Decimal(1000), "g": Decimal(1), "lbs": Decimal("453.59237"), "oz": Decimal("28.349523125")}
_MILLIMETRES = {"m": Decimal(1000), "cm": Decimal(10), "mm": Decimal(1), "in": Decimal("25.4"), "yd": Decimal("914.4")}

_REFUSALS = {
    "external": "is sold on another site (external product); nothing of it is in stock here",
    "grouped": "is a group of other products; each of them is sold by itself",
}
_VIRTUAL = "is virtual: nothing is shipped"
_DOWNLOAD = "is a download: nothing is shipped"
_KINDS = ("simple", "variable", "external", "grouped")
_BRAND_NAMES = ("brand", "marka")


def product(theirs: wire.Product, account: Account, details: Sequence[Any] = ()) -> records.Product:
    """A product with its variants; ``details`` are the raw variations of a variable one.

    Raises:
        MappingError: a type that we do not know (plugins add some), an unknown unit, an unreadable variation.
    """
    record = f"product {theirs.id}"
    if theirs.type not in _KINDS:
        raise MappingError(record, "type", f"{theirs.type!r} is not known; known: {', '.join(_KINDS)}")
    is_virtual = (theirs.virtual or theirs.downloadable) and theirs.type == "simple"
    return records.Product(
        product_ref=theirs.id,
        kind="virtual" if is_virtual else theirs.type,
        title=theirs.name,
        description=theirs.description or theirs.short_description,
        brand=_brand(theirs, account),
        categories=tuple(records.Category(category_ref=c.id, name=c.name) for c in theirs.categories),
        attributes={a.name: tuple(a.options) for a in theirs.attributes},
        images=tuple(image.src for image in theirs.images),
        is_published=theirs.status == "publish",
        modified_at=instant(theirs.date_modified_gmt, record=record),
        variants=_variants(theirs, account, details),
        refusal=(_VIRTUAL if theirs.virtual else _DOWNLOAD) if is_virtual else _REFUSALS.get(theirs.type),
    )


def _variants(theirs: wire.Product, account: Account, details: Sequence[Any]) -> tuple[records.Variant, ...]:
    if theirs.type == "grouped":
        return ()
    if theirs.type == "variable":
        return tuple(variant(validated_variation(raw, theirs), account, theirs) for raw in details)
    return (_variant(theirs, account, title=theirs.name, images=tuple(i.src for i in theirs.images)),)


def variant(theirs: wire.Variation, account: Account, parent: wire.Product | None = None) -> records.Variant:
    """A variation. Without its parent, stock that the two share is read from the variation itself."""
    options = {c.name: c.option for c in theirs.attributes if c.option}
    words = ", ".join(options.values()) or theirs.name
    return _variant(
        theirs,
        account,
        parent=parent,
        title=f"{parent.name} - {words}" if parent and words else words,
        images=(theirs.image.src,) if theirs.image and theirs.image.src else (),
        options=options,
        notes=_oddities(theirs, parent) if parent else (),
    )


def _variant(
    theirs: wire.Sold, account: Account, *, title: str, images: tuple[str, ...], parent: wire.Product | None = None,
    options: dict[str, str] | None = None, notes: tuple[str, ...] = (),
) -> records.Variant:  # fmt: skip
    record = f"variation {theirs.id} of product {parent.id}" if parent else f"product {theirs.id}"
    told, about_stock = quantity(theirs, parent)
    regular, sale, about_price = prices(theirs)
    sizes = theirs.dimensions or wire.Dimensions()
    return records.Variant(
        variant_ref=theirs.id,
        sku=own_sku(theirs, parent),
        gtin=_gtin(theirs, account),
        title=title,
        options=options or {},
        regular_price=regular,
        sale_price=sale,
        currency=_fact(account, "store.currency", record) if regular is not None or sale is not None else None,
        quantity=told,
        shared_stock_ref=shared_stock_ref(theirs, parent),
        is_published=theirs.status == "publish",
        weight_g=_measure(theirs.weight, account, "store.weight_unit", _GRAMS, record, "weight"),
        length_mm=_measure(sizes.length, account, "store.length_unit", _MILLIMETRES, record, "length"),
        width_mm=_measure(sizes.width, account, "store.length_unit", _MILLIMETRES, record, "width"),
        height_mm=_measure(sizes.height, account, "store.length_unit", _MILLIMETRES, record, "height"),
        tax_class=parent.tax_class if parent and theirs.tax_class == "parent" else theirs.tax_class,
        images=images,
        notes=(*notes, *about_stock, *about_price, *_taxes(theirs)),
    )


def _taxes(theirs: wire.Sold) -> tuple[str, ...]:
    return () if theirs.tax_status == "taxable" else (f"tax status is {theirs.tax_status!r}: no tax is added to it",)


def _oddities(theirs: wire.Variation, parent: wire.Product) -> tuple[str, ...]:
    """What keeps a variation from being one thing that can be bought."""
    found = []
    for attribute in parent.attributes:
        if not attribute.variation:
            continue
        chosen = next((c.option for c in theirs.attributes if _same(c, attribute)), "")
        if not chosen:
            found.append(f"any {attribute.name}: the shop's buyer chooses, so it is no single thing")
        elif attribute.options and chosen not in attribute.options:
            found.append(f"{attribute.name} {chosen!r} is not among the product's options: the shop cannot sell it")
    if own_sku(theirs, parent) is None:
        found.append("has no SKU of its own")
    if shares_stock(theirs):
        found.append("stock is the product's, shared by all its variations")
    if theirs.virtual or theirs.downloadable:
        found.append(_VIRTUAL if theirs.virtual else _DOWNLOAD)
    return tuple(found)


def _same(choice: wire.Choice, attribute: wire.Attribute) -> bool:
    """Global attributes are known by id; local ones have id 0 and a name."""
    if attribute.id != "0":
        return choice.id == attribute.id
    return choice.id == "0" and choice.name.casefold() == attribute.name.casefold()


def _measure(
    value: Decimal | None, account: Account, setting: str, units: dict[str, Decimal], record: str, field: str
) -> int | None:
    """Whole grams or millimetres, half up; something measured never becomes nothing.

    Raises:
        MappingError: the store's unit was not told, or is none that we know; or a negative measure.
    """
    if value is None:
        return None
    unit = _fact(account, setting, record)
    if unit not in units:
        raise MappingError(record, field, f"setting {setting} is {unit!r}; known: {', '.join(units)}")
    if value < 0:
        raise MappingError(record, field, f"must not be negative: {value}")
    exact = value * units[unit]
    return max(int(exact.to_integral_value(ROUND_HALF_UP)), 1) if exact else 0


def _fact(account: Account, setting: str, record: str) -> str:
    value = account.setting(setting)
    if not isinstance(value, str) or not value:
        raise MappingError(record, setting, f"setting {setting} is missing: read the store's facts first (pull_facts)")
    return value


def _gtin(theirs: wire.Sold, account: Account) -> str | None:
    """From where the channel's setting ``gtin_source`` says: global_unique_id, sku, or ``meta:KEY``."""
    source = str(account.setting("gtin_source", "global_unique_id"))
    if source.startswith("meta:"):
        return meta_text(theirs.meta_data, source.removeprefix("meta:"))
    return (theirs.sku if source == "sku" else theirs.global_unique_id).strip() or None


def _brand(theirs: wire.Product, account: Account) -> str | None:
    """From where the channel's setting ``brand_source`` says.

    ``auto``: the product's brands, else an attribute called Brand or Marka.
    """
    source = str(account.setting("brand_source", "auto"))
    if source.startswith("meta:"):
        return meta_text(theirs.meta_data, source.removeprefix("meta:"))
    if source.startswith("attribute:"):
        return _attribute(theirs, (source.removeprefix("attribute:").casefold(),))
    return next((b.name for b in theirs.brands if b.name), None) or _attribute(theirs, _BRAND_NAMES)


def _attribute(theirs: wire.Product, names: tuple[str, ...]) -> str | None:
    return next((a.options[0] for a in theirs.attributes if a.name.casefold() in names and a.options), None)


def instant(gmt: str, *, record: str) -> datetime | None:
    """The UTC instant of a ``…_gmt`` time, which is written without offset; None when it is not set.

    Raises:
        MappingError: no such time.
    """
    if not gmt:
        return None
    try:
        at = datetime.fromisoformat(gmt)
        return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        raise MappingError(record, "date_modified_gmt", f"is not a time: {gmt!r}") from None


def category(theirs: wire.Category, account: Account) -> records.Category:
    """A product category of the store."""
    parent = None if theirs.parent == "0" else theirs.parent
    return records.Category(category_ref=theirs.id, name=theirs.name, parent_ref=parent)
