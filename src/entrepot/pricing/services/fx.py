"""Exchange rates by day, from the ECB or a file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.conf import settings
from django.db import transaction

from entrepot.channels import queries as channels
from entrepot.events.services import mark_dirty

from ..models import BasePrice, FxDay, FxRate
from .fx_file import Row, rows_of_csv, rows_of_ecb

_DAYS_KEPT = 90


def rate_on(*, day: date, base: str, quote: str) -> tuple[Decimal, date] | None:
    """The latest rate on or before ``day``, and its day: as told, turned round, or through the euro, whichever is
    newest. None: there is none, or it is older than ``ENTREPOT_FX_MAX_AGE_DAYS``.
    """
    return Rates(day).rate(base, quote)


class Rates:
    """Rates of one day, each pair read once. One that goes through the euro is as old as the older of its two."""

    def __init__(self, day: date) -> None:
        self.day, self._found = day, dict[tuple[str, str], tuple[Decimal, date] | None]()

    def rate(self, base: str, quote: str) -> tuple[Decimal, date] | None:
        if base == quote:
            return Decimal(1), self.day
        if (base, quote) not in self._found:
            ways = [self._told(base, quote), self._turned(base, quote), self._by_euro(base, quote)]
            # Of the same day the shortest way wins: max() keeps the first.
            self._found[base, quote] = max((w for w in ways if w), key=lambda way: way[1], default=None)
        return self._found[base, quote]

    def _told(self, base: str, quote: str) -> tuple[Decimal, date] | None:
        oldest = self.day - timedelta(days=settings.ENTREPOT_FX_MAX_AGE_DAYS)
        rows = FxRate.objects.filter(day__lte=self.day, day__gte=oldest, base=base, quote=quote)
        row = rows.order_by("-day", "id").first()
        return (row.rate, row.day) if row else None

    def _turned(self, base: str, quote: str) -> tuple[Decimal, date] | None:
        told = self._told(quote, base)
        return (1 / told[0], told[1]) if told else None

    def _by_euro(self, base: str, quote: str) -> tuple[Decimal, date] | None:
        if "EUR" in (base, quote):
            return None
        one, other = self.rate("EUR", base), self.rate("EUR", quote)
        return (other[0] / one[0], min(one[1], other[1])) if one and other else None


def load_ecb(*, xml: bytes, at: datetime) -> int:
    """Keep the rates of the ECB's daily (or 90-day) XML; the number kept. One euro in other currencies.

    Raises:
        Invalid: not that XML, a rate in it is none, or a day is later than tomorrow; nothing is kept then.
    """
    return _keep_rates(rows_of_ecb(xml, until=_tomorrow(at)), "ecb")


def load_fx_csv(*, text: str, at: datetime) -> int:
    """Keep rates of a CSV ``day,base,quote,rate``; the number kept.

    Raises:
        Invalid: every line that is wrong, later than tomorrow, or contradicts another; nothing is kept then.
    """
    return _keep_rates(rows_of_csv(text, until=_tomorrow(at)), "file")


def _tomorrow(at: datetime) -> date:
    return at.date() + timedelta(days=1)


def _keep_rates(rows: Sequence[Row], source: str) -> int:
    """Rates of a day that was told before are replaced. Prices that cross a currency are computed again."""
    latest = {(d, b, q): r for d, b, q, r in rows}
    with transaction.atomic():
        _write_rates(latest, source)
        _mark_crossing()
    return len(latest)


def begin_day(*, at: datetime) -> bool:
    """Look at the prices that cross a currency again, once for each day (UTC); whether this was the first time.

    A rate that was loaded for today beforehand counts from now on, and one that has grown too old stops the sale.
    """
    with transaction.atomic():
        _, is_new = FxDay.objects.get_or_create(day=at.date(), defaults={"began_at": at})
        if is_new:
            FxDay.objects.filter(day__lt=at.date() - timedelta(days=_DAYS_KEPT)).delete()
            _mark_crossing()
    return is_new


def _mark_crossing() -> None:
    for seller_id, currency in channels.currencies_asked():
        crossing = BasePrice.objects.for_seller(seller_id).exclude(currency=currency).order_by("variant_id")
        mark_dirty(kind="price", subject_ids=list(crossing.values_list("variant_id", flat=True)))


def _write_rates(latest: Mapping[tuple[date, str, str], Decimal], source: str) -> None:
    FxRate.objects.bulk_create(
        [FxRate(day=d, base=b, quote=q, rate=r, source=source) for (d, b, q), r in latest.items()],
        batch_size=1000,
        update_conflicts=True,
        unique_fields=["day", "base", "quote", "source"],
        update_fields=["rate"],
    )
