"""What a rule makes of prices, without keeping any."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from entrepot.catalog import queries as catalog

from ..models import BasePrice, PriceRule
from .compute import price_of
from .fx import Rates

_LOOKED_AT = 2000  # base prices; more would keep a person waiting


@dataclass(frozen=True, slots=True)
class Effect:
    """How many prices a rule makes on its storefront, and from where to where; ``lowest`` is None: none at all."""

    count: int
    unknown: int
    lowest: Decimal | None
    highest: Decimal | None
    currency: str
    is_open: bool
    is_part: bool  # the seller has more base prices than were looked at


def effect_of_rule(*, rule: PriceRule, at: datetime) -> Effect:
    """The prices of the rule's storefront at today's rates, of the seller's first 2,000 base prices; none is kept.

    What the store gives no price for is not counted.
    """
    priced = BasePrice.objects.for_seller(rule.seller_id).filter(regular__isnull=False).order_by("variant_id")
    bases = {b.variant_id: b for b in priced[: _LOOKED_AT + 1]}
    looked_at = list(bases)[:_LOOKED_AT]
    front, rates = rule.storefront, Rates(at.date())
    made = [price_of(v, front, bases[v.id], rule, rates, at) for v in catalog.variants(variant_ids=looked_at)]
    known = [p.sale_price for p in made if p.sale_price is not None]
    return Effect(
        count=len(known), unknown=len(made) - len(known), lowest=min(known, default=None),
        highest=max(known, default=None), currency=front.currency, is_open=front.is_open,
        is_part=len(bases) > _LOOKED_AT,
    )  # fmt: skip
