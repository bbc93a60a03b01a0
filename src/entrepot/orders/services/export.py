"""An approved order on its way into the store, and what the store made of it."""

from __future__ import annotations

from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.db import transaction

from entrepot.channels import queries as channels
from entrepot.channels.models import Channel, Intent
from entrepot.channels.services import confirm_intent, plan_intent, refuse_intent
from entrepot.core.errors import MappingError, Refused
from entrepot.core.money import Money, minor_unit
from entrepot.events.services import move
from entrepot.inventory import services as inventory
from entrepot.kit import records
from entrepot.pricing.services import rate_on

from ..models import Adjustment, Line, Order
from ..states import ORDER

KIND = "store_order"


def plan_export(*, order: Order, at: datetime, is_retry: bool = False) -> bool:
    """Queue the order for the seller's live store: an intent, before anything is sent. False: there is no store."""
    store = order.store or channels.store_of(seller_id=order.seller_id)
    if store is None:
        move(order, ORDER, "fail", actor="hub", at=at, note="no live store to push to")
        Order.objects.system().filter(id=order.id).update(failure="the seller has no live store to push to")
        return False
    intent = plan_intent(
        seller_id=order.seller_id, channel_id=store.id, kind=KIND, subject_id=order.id, at=at
    )
    if is_retry and intent.state == "refused":
        Intent.objects.system().filter(id=intent.id, state="refused").update(
            state="unknown", not_before=at, attempts=0, settled_at=None
        )
    Order.objects.system().filter(id=order.id).update(store=store, failure="")
    return move(order, ORDER, "queue", actor="hub", at=at)


def sales_order(*, order: Order, intent: Intent, store: Channel) -> records.SalesOrder:
    """The order in the words that a store connector understands, amounts in the currency that the channel's setting
    asks for (``hub.order_currency`` keep or convert), what was cancelled left out.

    Raises:
        MappingError: a line without variant, without binding in the store, or whose VAT rate has no tax class there.
    """
    record = f"order {order.order_ref}"
    lines = [x for x in order.lines.order_by("id") if x.quantity > x.cancelled_quantity]
    refs = channels.their_refs(channel_id=store.id, kind="variant", our_ids=[x.variant_id for x in lines if x.variant_id])
    currency, rate = _currency(order, store)
    parties = {p.role: _party(p) for p in order.parties.all()}
    country = parties["ship_to"].country
    sales = tuple(_line(x, refs, store, currency, rate, country, record) for x in lines)
    shipping = _converted(order.shipping, rate, currency)
    package = order.packages.exclude(tracking_ref="").order_by("-id").first()
    return records.SalesOrder(
        our_ref=intent.our_ref, channel=order.channel.name, order_ref=order.order_ref, placed_at=order.placed_at,
        currency=currency, lines=sales, shipping=shipping, total=sum((x.gross for x in sales), Decimal(0)) + shipping,
        ship_to=parties["ship_to"], bill_to=parties.get("bill_to", parties["ship_to"]), note=order.note,
        tracking_ref=package.tracking_ref if package else None,
    )  # fmt: skip


def _currency(order: Order, store: Channel) -> tuple[str, Decimal]:
    theirs = store.settings.get("store.currency")
    if store.settings.get("hub.order_currency", "keep") == "keep" or theirs in (None, order.currency):
        return order.currency, Decimal(1)
    found = rate_on(day=order.placed_at.date(), base=order.currency, quote=str(theirs))
    if found is None:
        raise MappingError(f"order {order.order_ref}", "currency", f"no rate from {order.currency} to {theirs}")
    return str(theirs), found[0]


def _line(
    line: Line, refs: dict[int, tuple[str, str]], store: Channel, currency: str, rate: Decimal, country: str, record: str
) -> records.SalesLine:
    if line.variant_id is None or line.variant_id not in refs:
        raise MappingError(record, f"line {line.listing_ref}", "is not bound to a variation of the store")
    variant_ref, product_ref = refs[line.variant_id]
    left = line.quantity - line.cancelled_quantity
    gross = line.line_total * left / line.quantity
    vat_rate, tax_class = _tax(line.vat_rate, country, store, record)
    return records.SalesLine(
        sku=line.sku or line.listing_ref, product_ref=product_ref, variant_ref=variant_ref, title=line.title,
        quantity=left, gross=_converted(gross, rate, currency), vat_rate=vat_rate, tax_class=tax_class,
    )  # fmt: skip


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
        raise MappingError(
            record, "vat_rate", f"{vat_rate.normalize():f} has no tax class in {store.name} for {country}; it has: {rates}"
        )
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


def settle_export(
    *, intent: Intent, sent: records.SalesOrder, made: records.StoreOrder, at: datetime
) -> Decimal:
    """The store has the order: bind it, absorb the reservations, and say by how much the totals still differ.

    One transaction. The difference (store − ours) has to be settled by an adjustment line before the order counts
    as synced; zero means it is.

    Raises:
        Refused: another worker settled it meanwhile.
    """
    with transaction.atomic():
        order = Order.objects.system().select_for_update().get(id=intent.subject_id)
        if not confirm_intent(intent, their_ref=made.store_ref, result={"number": made.number}, at=at):
            raise Refused(f"{intent} was settled by somebody else")
        order.store_ref, order.store_currency, order.store_total = made.store_ref, made.currency, made.total
        order.fx_rate = None if sent.currency == order.currency else _rate_used(order, sent)
        order.save(update_fields=["store_ref", "store_currency", "store_total", "fx_rate"])
        line_ids = [x.id for x in order.lines.all()]
        inventory.absorb(seller_id=order.seller_id, line_ids=line_ids, at=at)
        rest = made.total - sent.total
        if rest:
            _adjust(order, -rest, sent.currency)
        if order.state == "queued":
            move(order, ORDER, "sync", actor="hub", at=at)
    return rest


def _rate_used(order: Order, sent: records.SalesOrder) -> Decimal | None:
    return (sent.total / order.total).quantize(Decimal("0.00000001")) if order.total else None


def _adjust(order: Order, amount: Decimal, currency: str) -> None:
    Adjustment.objects.system().update_or_create(
        order=order,
        kind="rounding",
        defaults={
            "seller_id": order.seller_id, "amount": Money(amount, currency).rounded().amount, "currency": currency,
            "rule": "the store's tax arithmetic rounds otherwise: the residue goes on one fee line without tax",
        },
    )  # fmt: skip


def note_store_order(*, channel: Channel, theirs: records.StoreOrder, at: datetime) -> Order | None:
    """What the store says of an order of ours; None when it is not ours. Its total is kept beside ours."""
    order = Order.objects.for_seller(channel.seller_id).filter(store=channel, store_ref=theirs.store_ref).first()
    if order is None:
        return None
    if order.store_total != theirs.total:
        Order.objects.system().filter(id=order.id).update(store_total=theirs.total)
    if theirs.state == "fulfilled" and order.state == "synced":
        move(order, ORDER, "process", actor="store", at=at)
    return order


def fail_export(*, intent: Intent, why: str, at: datetime) -> None:
    """The store refused the order, or it cannot be said in the store's words: a person has to mend it."""
    with transaction.atomic():
        order = Order.objects.system().select_for_update().get(id=intent.subject_id)
        refuse_intent(intent, why=why, at=at)
        Order.objects.system().filter(id=order.id).update(failure=why[:2000])
        if order.state in ("approved", "queued"):
            move(order, ORDER, "fail", actor="hub", at=at, note=why[:500])
