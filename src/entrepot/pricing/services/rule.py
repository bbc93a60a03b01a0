"""How a base price becomes a storefront's, as a person decides it."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.db import transaction

from entrepot.catalog import queries as catalog
from entrepot.channels import queries as channels
from entrepot.core.acting import who_acts
from entrepot.core.errors import Invalid
from entrepot.core.money import exact
from entrepot.events.services import mark_dirty

from ..models import PriceRule
from ..rules import ENDINGS, unkept

# field → (lowest, highest it stays below, may be left out)
_RANGES: dict[str, tuple[Decimal, Decimal, bool]] = {
    "markup_rate": (Decimal("-0.9"), Decimal(100), False),
    "fixed_fee": (Decimal(0), Decimal(10) ** 10, False),
    "minimum_margin_rate": (Decimal(0), Decimal(100), True),
    "vat_rate": (Decimal(0), Decimal(1), True),
    "fx_margin_rate": (Decimal(0), Decimal(1), False),
}
# From this rate on a person who typed per cent is likelier than one who meant it.
_WILD, _TO_CONFIRM = Decimal(5), ("markup_rate", "minimum_margin_rate")


def set_rule(*, seller_id: int, storefront_id: int, confirm: bool = False, **changes: Any) -> PriceRule:
    """Change a storefront's rule; every price there is computed again. What is not in ``changes`` stays.

    Args:
        confirm: a markup or minimum margin of 5 (500 %) or more is meant so. One that is so already needs none.

    Raises:
        Storefront.DoesNotExist: not this seller's.
        Invalid: a field that a rule does not have, a value out of its range or finer than is kept, a rate to confirm,
            or a storefront in whose currency no price can be kept; nothing is kept then.
    """
    storefront = channels.storefront_of(seller_id=seller_id, storefront_id=storefront_id)
    record = f"price rule of {storefront.code}"
    if why := unkept(storefront.currency):
        raise Invalid(record, "storefront_id", why)
    checked = {name: _checked(record, name, value) for name, value in changes.items()}
    with transaction.atomic():
        rows = PriceRule.objects.for_seller(seller_id).filter(storefront_id=storefront_id)
        if not confirm:
            _refuse_wild(record, rows.select_for_update(no_key=True).first(), checked)
        row, _ = PriceRule.objects.system().update_or_create(
            storefront_id=storefront_id, seller_id=seller_id, defaults=checked | {"changed_by": who_acts()[:150]}
        )
        mark_dirty(kind="price", subject_ids=catalog.variant_ids(seller_id=seller_id))
    return row


def _refuse_wild(record: str, now: PriceRule | None, checked: Mapping[str, Any]) -> None:
    for name in _TO_CONFIRM:
        value = checked.get(name)
        if value is None or value < _WILD or (now is not None and getattr(now, name) == value):
            continue
        typed, as_rate = (f"{number.normalize():f}" for number in (value, value / 100))
        means = f"{typed} means {value * 100:.0f} %; {as_rate} is {typed} %"
        raise Invalid(record, name, f"is high: {means}; confirm if you mean it")


def _checked(record: str, name: str, value: Any) -> Any:
    if name == "ending":
        if value not in ENDINGS:
            raise Invalid(record, name, f"{value!r} is not one of {', '.join(ENDINGS)}")
        return value
    if name not in _RANGES:
        raise Invalid(record, name, f"is not part of a rule; it has {', '.join([*_RANGES, 'ending'])}")
    low, high, is_optional = _RANGES[name]
    if value is None and is_optional:
        return None
    number = exact(value if isinstance(value, (int, Decimal)) else str(value), record=record, field=name)
    if not low <= number < high:
        raise Invalid(record, name, f"must be from {low} to below {high}, not {value}")
    places = 2 if name == "fixed_fee" else 4
    if number != round(number, places):
        raise Invalid(record, name, f"has more than {places} decimals: {value}")
    return number
