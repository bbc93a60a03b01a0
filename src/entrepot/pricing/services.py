"""From base price to the price on a storefront, with the way it took."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from lxml import etree

from entrepot.catalog.models import Variant
from entrepot.channels.models import Storefront
from entrepot.core.errors import Invalid
from entrepot.core.money import exact
from entrepot.events.services import mark_dirty

from .models import BasePrice, FxRate, Price, PriceRule
from .rules import Given, price_on

_ECB = "{http://www.ecb.int/vocabulary/2002-08-01/eurofxref}Cube"


def set_base_prices(
    *, seller_id: int, rows: Iterable[tuple[int, Decimal, Decimal | None]], currency: str, is_tax_included: bool,
    source: str = "store", at: datetime,
) -> list[int]:  # fmt: skip
    """Keep (variant id, regular, sale or None) base prices; ids that changed. Only what differs is written."""
    wanted = {variant: (regular, sale) for variant, regular, sale in rows}
    known = {p.variant_id: p for p in BasePrice.objects.for_seller(seller_id).filter(variant_id__in=wanted)}
    changed = []
    for variant, (regular, sale) in wanted.items():
        row = known.get(variant) or BasePrice(seller_id=seller_id, variant_id=variant)
        new = (regular, sale, currency, is_tax_included)
        if row.pk is None or (row.regular, row.sale, row.currency, row.is_tax_included) != new:
            row.regular, row.sale, row.currency, row.is_tax_included = new
            row.source, row.set_at = source, at
            changed.append(row)
    with transaction.atomic():
        BasePrice.objects.system().bulk_create(
            changed,
            batch_size=1000,
            update_conflicts=True,
            unique_fields=["variant"],
            update_fields=["regular", "sale", "currency", "is_tax_included", "source", "set_at"],
        )
        mark_dirty(kind="price", subject_ids=[row.variant_id for row in changed])
    return [row.variant_id for row in changed]


def set_rule(*, seller_id: int, storefront_id: int, **changes: Any) -> PriceRule:
    """Change a storefront's rule; every price there is computed again."""
    Storefront.objects.for_seller(seller_id).get(id=storefront_id)
    with transaction.atomic():
        row, _ = PriceRule.objects.system().update_or_create(
            storefront_id=storefront_id, seller_id=seller_id, defaults=changes
        )
        ids = Variant.objects.for_seller(seller_id).order_by("id").values_list("id", flat=True)
        mark_dirty(kind="price", subject_ids=list(ids))
    return row


def compute_prices(*, variant_ids: Sequence[int], day: date, at: datetime) -> dict[tuple[int, int], Price]:
    """Compute and keep the price of each variant on each open storefront of its seller: (variant, storefront) → price.

    A price that cannot be computed is kept with its problem and without amounts; unknown is never zero.
    """
    variants = Variant.objects.system().filter(id__in=variant_ids).select_related("base_price").order_by("id")
    sellers = {v.seller_id for v in variants}
    fronts: dict[int, list[Storefront]] = {}
    for s in Storefront.objects.system().filter(seller_id__in=sellers, is_open=True).select_related("price_rule"):
        fronts.setdefault(s.seller_id, []).append(s)
    rates = _Rates(day)
    rows = [_price(v, s, rates, at) for v in variants for s in fronts.get(v.seller_id, [])]
    Price.objects.system().bulk_create(
        rows,
        batch_size=1000,
        update_conflicts=True,
        unique_fields=["variant", "storefront"],
        update_fields=["list_price", "sale_price", "currency", "steps", "problem", "computed_at"],
    )
    return {(p.variant_id, p.storefront_id): p for p in rows}


def _price(variant: Variant, storefront: Storefront, rates: _Rates, at: datetime) -> Price:
    base = getattr(variant, "base_price", None)
    rule = getattr(storefront, "price_rule", None) or PriceRule(storefront=storefront)
    row = Price(
        seller_id=variant.seller_id, variant=variant, storefront=storefront, currency=storefront.currency,
        computed_at=at, list_price=None, sale_price=None,
    )  # fmt: skip
    if base is None:
        row.problem = "no base price: the store gives none, and nobody typed one in"
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


def rate_on(*, day: date, base: str, quote: str) -> tuple[Decimal, date] | None:
    """The latest rate on or before ``day``, and its day; through the euro where there is no direct one."""
    return _Rates(day).rate(base, quote)


class _Rates:
    """Rates of one day, each pair read once."""

    def __init__(self, day: date) -> None:
        self.day, self._found = day, dict[tuple[str, str], tuple[Decimal, date] | None]()

    def rate(self, base: str, quote: str) -> tuple[Decimal, date] | None:
        if base == quote:
            return Decimal(1), self.day
        if (base, quote) not in self._found:
            self._found[base, quote] = self._direct(base, quote) or self._by_euro(base, quote)
        return self._found[base, quote]

    def _direct(self, base: str, quote: str) -> tuple[Decimal, date] | None:
        rows = FxRate.objects.filter(day__lte=self.day)
        row = rows.filter(base=base, quote=quote).order_by("-day", "id").first()
        if row:
            return row.rate, row.day
        row = rows.filter(base=quote, quote=base).order_by("-day", "id").first()
        return (1 / row.rate, row.day) if row else None

    def _by_euro(self, base: str, quote: str) -> tuple[Decimal, date] | None:
        if "EUR" in (base, quote):
            return None
        one, other = self._direct("EUR", base), self._direct("EUR", quote)
        return (other[0] / one[0], min(one[1], other[1])) if one and other else None


def load_ecb(*, xml: bytes) -> int:
    """Keep the rates of the ECB's daily (or 90-day) XML; the number kept. One euro in other currencies.

    Raises:
        Invalid: not that XML. Entities, DTD and network are off.
    """
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(xml, parser)
    except etree.XMLSyntaxError as error:
        raise Invalid("FX file", "XML", f"cannot be read: {error}") from None
    rows = [
        (date.fromisoformat(str(cube.get("time"))), "EUR", str(rate.get("currency")), exact(str(rate.get("rate"))))
        for cube in root.iter(_ECB)
        if cube.get("time")
        for rate in cube.iter(_ECB)
        if rate.get("currency")
    ]
    if not rows:
        raise Invalid("FX file", "XML", "has no rates; the ECB's eurofxref-daily.xml is expected")
    return _keep_rates(rows, "ecb")


def load_fx_csv(*, text: str) -> int:
    """Keep rates of a CSV ``day,base,quote,rate``; the number kept.

    Raises:
        Invalid: which line and column is wrong; nothing is kept then.
    """
    rows = []
    for line, row in enumerate(csv.DictReader(io.StringIO(text)), start=2):
        record = f"FX file line {line}"
        try:
            day = date.fromisoformat(row["day"])
        except (KeyError, ValueError, TypeError):
            raise Invalid(record, "day", "must be a date such as 2026-11-24") from None
        rate = exact(row.get("rate") or "", record=record, field="rate")
        if rate <= 0:
            raise Invalid(record, "rate", "must be above zero")
        codes = [str(row.get(c) or "") for c in ("base", "quote")]
        if any(len(c) != 3 or not c.isupper() for c in codes):  # noqa: PLR2004 - ISO 4217
            raise Invalid(record, "base", "and quote must be currency codes such as EUR")
        rows.append((day, codes[0], codes[1], rate))
    return _keep_rates(rows, "file")


def _keep_rates(rows: Sequence[tuple[date, str, str, Decimal]], source: str) -> int:
    latest = {(d, b, q): r for d, b, q, r in rows}
    FxRate.objects.bulk_create(
        [FxRate(day=d, base=b, quote=q, rate=r, source=source) for (d, b, q), r in latest.items()],
        batch_size=1000,
        update_conflicts=True,
        unique_fields=["day", "base", "quote", "source"],
        update_fields=["rate"],
    )
    return len(latest)
