"""From base price to the price on each storefront, with the way it took."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction

from entrepot.catalog import queries as catalog
from entrepot.channels import queries as channels
from entrepot.events.services import mark_dirty

from ..models import BasePrice, Price, PriceRule
from ..rules import Given, price_on
from .fx import Rates

if TYPE_CHECKING:
    from entrepot.catalog.models import Variant
    from entrepot.channels.models import Storefront


def compute_prices(*, variant_ids: Sequence[int], day: date, at: datetime) -> dict[tuple[int, int], Price]:
    """Compute and keep the price of each variant on each open storefront of its seller: (variant, storefront) → price.

    A price that cannot be computed is kept with its problem and without amounts; unknown is never zero. What comes out
    as it was is not written, and keeps the instant of its computing. Where a price becomes unknown, or is known again,
    stock and content are marked: nothing is sold at a price that is a guess.
    """
    with transaction.atomic():
        _lock(variant_ids)
        return _compute(variant_ids, day, at)


def _lock(variant_ids: Sequence[int]) -> None:
    """Two workers that compute the same price take turns, and the second reads what the first did not."""
    rows = BasePrice.objects.system().filter(variant_id__in=variant_ids).order_by("variant_id")
    list(rows.select_for_update(no_key=True).values_list("id"))


def _compute(variant_ids: Sequence[int], day: date, at: datetime) -> dict[tuple[int, int], Price]:
    variants = catalog.variants(variant_ids=variant_ids)
    bases = {b.variant_id: b for b in BasePrice.objects.system().filter(variant_id__in=variant_ids)}
    fronts: dict[int, list[Storefront]] = {}
    for s in channels.open_storefronts(seller_ids={v.seller_id for v in variants}):
        fronts.setdefault(s.seller_id, []).append(s)
    of_front = PriceRule.objects.system().filter(storefront_id__in=[s.id for some in fronts.values() for s in some])
    rules = {r.storefront_id: r for r in of_front}
    rates = Rates(day)
    rows = [
        price_of(v, s, bases.get(v.id), rules.get(s.id) or PriceRule(storefront=s), rates, at)
        for v in variants
        for s in fronts.get(v.seller_id, [])
    ]
    known = {
        (p.variant_id, p.storefront_id): _said(p) for p in Price.objects.system().filter(variant_id__in=variant_ids)
    }
    turned = sorted({p.variant_id for p in rows if _has_turned(p, known.get((p.variant_id, p.storefront_id)))})
    other = [p for p in rows if known.get((p.variant_id, p.storefront_id)) != _said(p)]
    for p in other:
        p.why, p.by = _cause(p, known.get((p.variant_id, p.storefront_id)), bases.get(p.variant_id), rules)
    Price.objects.system().bulk_create(
        other,
        batch_size=1000,
        update_conflicts=True,
        unique_fields=["variant", "storefront"],
        update_fields=["list_price", "sale_price", "currency", "steps", "problem", "computed_at", "why", "by"],
    )
    for kind in ("stock", "content"):
        mark_dirty(kind=kind, subject_ids=turned)
    return {(p.variant_id, p.storefront_id): p for p in rows}


def _has_turned(price: Price, said: tuple[Any, ...] | None) -> bool:
    """Known before and unknown now, or the other way: what may be sold at all depends on it."""
    return said is not None and (said[1] is None) != (price.sale_price is None)


def _cause(
    price: Price, said: tuple[Any, ...] | None, base: BasePrice | None, rules: Mapping[int, PriceRule]
) -> tuple[str, str]:
    """Why a price is another one than before, by the first step that differs: ``step: before → now``; and whose doing
    that is.
    """
    if price.problem or said is None or not said[3]:
        return price.problem or "first", _teller(base)
    old, new = ({s["step"]: s for s in steps} for steps in (said[3], price.steps))
    if old["base"] != new["base"]:
        before, now = (f"{x['base']['amount']} {x['base']['why']}" for x in (old, new))
        return f"base: {before} → {now}", _teller(base)
    for step in dict.fromkeys([*new, *old]):
        before, now = (x[step]["why"] if step in x else "–" for x in (old, new))
        if before != now:
            rule = rules.get(price.storefront_id)
            return f"{step}: {before} → {now}", "" if step == "exchange" or rule is None else rule.changed_by
    return "regular", _teller(base)


def _teller(base: BasePrice | None) -> str:
    """Who set the base price: a person, else the store, hub or file."""
    return "" if base is None else base.by or base.source


def _said(price: Price) -> tuple[Any, ...]:
    return price.list_price, price.sale_price, price.currency, price.steps, price.problem


def price_of(
    variant: Variant, storefront: Storefront, base: BasePrice | None, rule: PriceRule, rates: Rates, at: datetime
) -> Price:
    """The price as a row that is not kept yet, or why there is none."""
    row = Price(
        seller_id=variant.seller_id, variant=variant, storefront=storefront, currency=storefront.currency,
        computed_at=at, list_price=None, sale_price=None,
    )  # fmt: skip
    if base is None or base.regular is None:
        row.problem = _baseless(base)
        return row
    given = Given(
        regular=base.regular, sale=base.sale, cost=base.cost, currency=base.currency,
        is_tax_included=base.is_tax_included, home_vat_rate=variant.vat_rate, target=storefront.currency,
        vat_rate=rule.vat_rate if rule.vat_rate is not None else variant.vat_rate, markup_rate=rule.markup_rate,
        fixed_fee=rule.fixed_fee, fx_margin_rate=rule.fx_margin_rate, minimum_margin_rate=rule.minimum_margin_rate,
        ending=rule.ending,
    )  # fmt: skip
    result = price_on(given, rates.rate(base.currency, storefront.currency))
    row.list_price, row.sale_price, row.problem = result.list_price, result.sale_price, result.problem
    row.steps = [{"step": s, "amount": a, "why": w} for s, a, w in result.steps]
    return row


def _baseless(base: BasePrice | None) -> str:
    if base is not None and base.refused:
        return f"no base price: the store gave {base.refused}, and a price is above zero and below 1000000000000"
    return "no base price: the store gives none above zero, and nobody typed one in"
