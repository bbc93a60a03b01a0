"""An order in the words of a store: amounts in one currency, tax classes, and the store's own ids."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any

from entrepot.channels import queries as channels
from entrepot.core.errors import MappingError
from entrepot.core.money import minor_unit
from entrepot.kit import records
from entrepot.pricing.services import rate_on

from ..models import Line, Order, Party
from .kits import Part, kits_of, split
from .look import look

if TYPE_CHECKING:
    from entrepot.channels.models import Channel, Intent

_RATE = Decimal("0.00000001")  # a rate is used with the decimals it is kept with


@dataclass(frozen=True, slots=True)
class Facts:
    """What sales orders of a set are made of, read at once: lines and parties by order id, their refs and the parts of
    kits by variant id.
    """

    lines: dict[int, list[Line]]
    parties: dict[int, dict[str, records.Party]]
    refs: dict[int, tuple[str, str]]
    kits: dict[int, list[Part]]

    def left(self, order: Order) -> list[Line]:
        """Lines that are not cancelled whole."""
        return [x for x in self.lines.get(order.id, []) if x.quantity > x.cancelled_quantity]


def facts_of(*, orders: Sequence[Order], store: Channel) -> Facts:
    """Five SQL statements, however many orders."""
    ids = [o.id for o in orders]
    lines: dict[int, list[Line]] = {}
    for line in Line.objects.system().filter(order_id__in=ids).order_by("id"):
        lines.setdefault(line.order_id, []).append(line)
    parties: dict[int, dict[str, records.Party]] = {}
    for party in Party.objects.system().filter(order_id__in=ids).order_by("id"):
        parties.setdefault(party.order_id, {})[party.role] = _party(party)
    ours = {x.variant_id for some in lines.values() for x in some if x.variant_id}
    kits = kits_of(store=store, variant_ids=sorted(ours))
    ours |= {p.variant_id for parts in kits.values() for p in parts}
    refs = channels.their_refs(channel_id=store.id, kind="variant", our_ids=sorted(ours))
    return Facts(lines, parties, refs, kits)


def sales_order(*, order: Order, intent: Intent, store: Channel, facts: Facts | None = None) -> records.SalesOrder:
    """The order in the words that a store connector understands, amounts in the currency that the channel's setting
    asks for (``hub.order_currency`` keep or convert), what was cancelled left out.

    Its total is what the buyer pays, converted as one sum: what the converted lines differ from it by is rounding.

    Raises:
        MappingError: a line without variant, without binding in the store, or whose VAT rate has no tax class there.
    """
    facts = facts or facts_of(orders=[order], store=store)
    record, lines = f"order {order.order_ref}", facts.left(order)
    currency, rate = currency_at(order, store)
    parties = facts.parties[order.id]
    ship_to = parties["ship_to"]
    shipping = look(order).shipping if order.parts else order.shipping
    owed = sum((owed_for(x, order.currency) for x in lines), Decimal(0)) + shipping
    return records.SalesOrder(
        our_ref=intent.our_ref, channel=order.channel.name, order_ref=order.order_ref, placed_at=order.placed_at,
        currency=currency,
        lines=tuple(
            told for x in lines for told in _told(x, facts, store, order, currency, rate, ship_to.country, record)
        ),
        shipping=_converted(shipping, rate, currency), total=_converted(owed, rate, currency),
        ship_to=ship_to, bill_to=parties.get("bill_to", ship_to), note=order.note,
        tracking_ref=order.waybills or None,
    )  # fmt: skip


def asked_order(*, order: Order, intent: Intent) -> records.SalesOrder:
    """As much of the order as it takes to look for it in a store; needs no mapping, so it can always be asked."""
    return records.SalesOrder(
        our_ref=intent.our_ref, channel=order.channel.name, order_ref=order.order_ref, placed_at=order.placed_at,
        currency=order.currency, lines=(), shipping=Decimal(0), total=order.total, ship_to=records.Party(),
        bill_to=records.Party(),
    )  # fmt: skip


def currency_at(order: Order, store: Channel) -> tuple[str, Decimal]:
    """The currency in which the store gets the order, and the rate of the day it was placed; 1 where it is kept.

    Raises:
        MappingError: there is no rate of that day.
    """
    theirs = store.settings.get("store.currency")
    if store.settings.get("hub.order_currency", "keep") == "keep" or theirs in (None, order.currency):
        return order.currency, Decimal(1)
    if order.fx_rate is not None and order.store_currency == theirs:
        return str(theirs), order.fx_rate  # tried before: every try sends the same amounts
    found = rate_on(day=order.placed_at.date(), base=order.currency, quote=str(theirs))
    if found is None:
        raise MappingError(f"order {order.order_ref}", "currency", f"no rate from {order.currency} to {theirs}")
    return str(theirs), found[0].quantize(_RATE, ROUND_HALF_UP)


def gross_of(*, order: Order, owed: Decimal) -> Decimal:
    """An amount of the order in the currency that the store has it in."""
    return _converted(owed, order.fx_rate or Decimal(1), order.store_currency or order.currency)


def averaged(line: Line, pieces: int, currency: str) -> Decimal:
    """What the buyer pays for so many pieces of a line, tax included, where it is not told which."""
    return (line.line_total * pieces / line.quantity).quantize(minor_unit(currency), ROUND_HALF_UP)


def owed_for(line: Line, currency: str) -> Decimal:
    """What the buyer pays for the pieces of a line that are left, in the order's own currency."""
    if line.cancelled_total is not None:
        return line.line_total - line.cancelled_total
    left = line.quantity - line.cancelled_quantity
    return averaged(line, left, currency) if line.quantity else Decimal(0)


def _told(
    line: Line, facts: Facts, store: Channel, order: Order, currency: str, rate: Decimal, country: str, record: str,
) -> list[records.SalesLine]:  # fmt: skip
    """A line in the store's words; of a kit, one for each of its parts, which have its price among them."""
    vat_rate, tax_class = _tax(line.vat_rate, country, store, record)
    gross = _converted(owed_for(line, order.currency), rate, currency)
    left = line.quantity - line.cancelled_quantity
    goods = [(line.variant_id, line.sku or line.listing_ref, line.title, left, gross)]
    if parts := facts.kits.get(line.variant_id or 0):
        shares = split(gross, parts, currency)
        goods = [(p.variant_id, p.sku, p.title, left * p.pieces, x) for p, x in zip(parts, shares, strict=True)]
    found = []
    for variant_id, sku, title, pieces, amount in goods:
        if variant_id not in facts.refs:
            which = f"line {line.listing_ref}" + (f", part {sku}" if parts else "")
            raise MappingError(record, which, "is not bound to a variation of the store")
        variant_ref, product_ref = facts.refs[variant_id]
        found.append(
            records.SalesLine(
                sku=sku, product_ref=product_ref, variant_ref=variant_ref, title=title, quantity=pieces, gross=amount,
                vat_rate=vat_rate, tax_class=tax_class,
            )
        )  # fmt: skip
    return found


def _tax(vat_rate: Decimal, country: str, store: Channel, record: str) -> tuple[Decimal, str]:
    """The rate that the store will levy on a line that ships to ``country``, and the tax class that makes it do so.

    A country that the store has no rates for is taxed with nothing: gross goes in as net, in the class ``zero-rate``.
    The channel's setting ``hub.tax_classes`` {rate: class} decides where several classes have one rate.

    Raises:
        MappingError: the country is taxed there, and no class has this rate.
    """
    told = [(c, name, Decimal(rate)) for c, name, rate in store.settings.get("store.tax_rates", [])]
    here = [(name, rate) for c, name, rate in told if c in (country, "", "*")]
    if not here:
        return Decimal(0), "zero-rate"
    fits = [name for name, rate in here if rate == vat_rate]
    if not fits:
        rates = ", ".join(f"{r.normalize():f}" for _, r in sorted(here)) or "none"
        why = f"{vat_rate.normalize():f} has no tax class in {store.name} for {country}; it has: {rates}"
        raise MappingError(record, "vat_rate", why)
    chosen = {Decimal(r): name for r, name in store.settings.get("hub.tax_classes", {}).items()}.get(vat_rate)
    return vat_rate, chosen if chosen in fits else fits[0]


def _converted(amount: Decimal, rate: Decimal, currency: str) -> Decimal:
    return (amount * rate).quantize(minor_unit(currency), ROUND_HALF_UP)


def _party(row: Any) -> records.Party:
    return records.Party(
        name=row.name, company=row.company, phone=row.phone, email=row.email, lines=tuple(row.lines),
        district=row.district, city=row.city, region=row.region, postcode=row.postcode, country=row.country,
        tax_number=row.tax_number, tax_office=row.tax_office,
    )  # fmt: skip
