"""How a base price becomes a storefront's, as a person decides it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db import transaction

from entrepot.catalog import queries as catalog
from entrepot.channels import queries as channels
from entrepot.core.errors import Invalid
from entrepot.core.money import exact
from entrepot.events.services import mark_dirty

from ..models import PriceRule
from ..rules import ENDINGS

# field → (lowest, highest it stays below, may be left out)
_RANGES: dict[str, tuple[Decimal, Decimal, bool]] = {
    "markup_rate": (Decimal("-0.9"), Decimal(100), False),
    "fixed_fee": (Decimal(0), Decimal(10) ** 10, False),
    "minimum_margin_rate": (Decimal(0), Decimal(100), True),
    "vat_rate": (Decimal(0), Decimal(1), True),
    "fx_margin_rate": (Decimal(0), Decimal(1), False),
}


def set_rule(*, seller_id: int, storefront_id: int, **changes: Any) -> PriceRule:
    """Change a storefront's rule; every price there is computed again.

    Raises:
        Storefront.DoesNotExist: not this seller's.
        Invalid: a field that a rule does not have, or a value out of its range; nothing is kept then.
    """
    storefront = channels.storefront_of(seller_id=seller_id, storefront_id=storefront_id)
    checked = {name: _checked(f"price rule of {storefront.code}", name, value) for name, value in changes.items()}
    with transaction.atomic():
        row, _ = PriceRule.objects.system().update_or_create(
            storefront_id=storefront_id, seller_id=seller_id, defaults=checked
        )
        mark_dirty(kind="price", subject_ids=catalog.variant_ids(seller_id=seller_id))
    return row


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
    return number
