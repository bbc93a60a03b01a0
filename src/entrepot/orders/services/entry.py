"""Orders of a set while they are worked on: locked and read at once, changed in memory, written at once."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.db.models import JSONField

from entrepot.channels import queries as channels
from entrepot.kit import records

from ..models import Line, Order, Party

if TYPE_CHECKING:
    from entrepot.channels.models import Channel, Intent, Storefront

CREATION = "store_order"  # the kind of the intent that makes an order in the store
CANCELLATION = "store_cancel"  # of the one that cancels it there
LOWERING = "store_lower"  # of those that take pieces out of it
DEAD = ("refused", "dropped")  # states of an intent that moves nothing in the store
_UNSENT = ("new", "edited", "awaiting_confirmation", "failed")
_ON_ITS_WAY = ("approved", "queued")
ROLES = ("ship_to", "bill_to")
_TAKEN = (
    "gross", "seller_discount", "channel_discount", "shipping", "total", "difference", "hold_reason", "is_paid",
    "modified_at", "parts", "storefront", "storefront_code",
)  # fmt: skip
_LINE = (
    "quantity",
    "line_total",
    "split_refs",
    "variant",
    "unit_gross",
    "unit_seller_discount",
    "unit_channel_discount",
    "unit_price",
    "vat_rate",
    "listing_ref",
    "sku",
    "title",
    "cancelled_quantity",
    "cancelled_total",
)


@dataclass(slots=True)
class Entry:
    """One order with what is now told of it. ``lines`` are in the order of their ids, those without an id last.

    ``seen`` is how its picture was before, of one that is in the store. ``written`` and ``touched`` are the parties and
    lines that changed, ``grown`` the lines that turned out to be other pieces than thought, ``fresh`` those that were
    not known before, once they are saved.
    """

    order: Order
    packages: Sequence[records.Package]
    front: Storefront | None
    lines: list[Line] = field(default_factory=list)
    parties: dict[str, Party] = field(default_factory=dict)
    is_new: bool = False
    seen: str = ""
    written: list[Party] = field(default_factory=list)
    touched: list[Line] = field(default_factory=list)
    grown: list[Line] = field(default_factory=list)
    fresh: list[Line] = field(default_factory=list)

    def by_ref(self) -> dict[str, Line]:
        """Lines by every ref they go by."""
        return {ref: x for x in self.lines for ref in (x.line_ref, *x.split_refs)}


def open_entries(
    *, channel: Channel, told: Mapping[str, Sequence[records.Package]], at: datetime
) -> list[Entry]:  # fmt: skip
    """The orders of one channel by their ref, made where they are new, locked in key order; in the same order."""
    fronts = {s.code: s for s in channels.every_storefront(channel_id=channel.id)}
    made = [_order(channel, fronts, _first(told[ref]), at) for ref in sorted(told)]
    Order.objects.system().bulk_create(made, ignore_conflicts=True)
    rows = Order.objects.system().filter(channel=channel, order_ref__in=list(told)).order_by("id")
    found = list(rows.select_for_update(no_key=True))
    ids = [o.id for o in found]
    lines: dict[int, list[Line]] = {}
    for line in Line.objects.system().filter(order_id__in=ids).order_by("id"):
        lines.setdefault(line.order_id, []).append(line)
    parties: dict[int, dict[str, Party]] = {}
    for party in Party.objects.system().filter(order_id__in=ids).order_by("id"):
        parties.setdefault(party.order_id, {})[party.role] = party
    by_id = {f.id: f for f in fronts.values()}
    for order in found:
        order.storefront_code = order.storefront_code or _first(told[order.order_ref]).storefront
        if order.storefront_id is None:
            order.storefront = _front(fronts, order.storefront_code)
    return [
        Entry(
            order, told[order.order_ref], by_id.get(order.storefront_id or 0), lines.get(order.id, []),
            parties.get(order.id, {}), is_new=not order.parts,
        )
        for order in found
    ]  # fmt: skip


def nothing_sent(order: Order) -> bool:
    """Whether the store has heard nothing of the order; it is locked, and so is who would tell it."""
    if order.store_ref or order.state not in (*_UNSENT, *_ON_ITS_WAY):
        return False
    if order.state in _UNSENT:
        return True
    creation = channels.intent_of(seller_id=order.seller_id, kind=CREATION, subject_id=order.id)
    return creation is None or is_unsent(creation)


def is_unsent(creation: Intent) -> bool:
    """Whether the store cannot have heard of an order whose creation is open; whether it was ever sent counts, for one
    that was held back is asked for before it is sent.
    """
    return creation.state == "planned" or creation.sent_at is None


def in_store(order: Order, lines: Sequence[Line]) -> dict[int, int]:
    """Line id → pieces that the store was given, or is about to be, less those that are, or were, taken out of it.

    Where it is not known what was given, all of every line that is kept.
    """
    creation = channels.intent_of(seller_id=order.seller_id, kind=CREATION, subject_id=order.id)
    sent = creation.payload.get("lines") if creation is not None else None
    given = {x.pk: x.quantity if sent is None else sent[str(x.pk)] for x in lines if _was_given(x, sent)}
    going = going_out(order) if given else {}
    return {line_id: pieces - going.get(line_id, 0) for line_id, pieces in given.items()}


def _was_given(line: Line, sent: Mapping[str, int] | None) -> bool:
    return line.pk is not None and (sent is None or str(line.pk) in sent)


def going_out(order: Order) -> dict[int, int]:
    """Line id → pieces that were, or are being, taken out of the store's order."""
    found: dict[int, int] = {}
    for intent in channels.intents_of(seller_id=order.seller_id, kinds=[LOWERING], subject_id=order.id):
        if intent.state not in DEAD:
            for line, count in intent.payload["lines"].items():
                found[int(line)] = found.get(int(line), 0) + count
    return found


def _first(packages: Sequence[records.Package]) -> records.Package:
    return min(packages, key=lambda p: (p.modified_at, p.package_ref))


def _front(fronts: Mapping[str, Storefront], code: str) -> Storefront | None:
    return fronts.get(code) or (next(iter(fronts.values())) if len(fronts) == 1 and not code else None)


def _order(channel: Channel, fronts: Mapping[str, Storefront], first: records.Package, at: datetime) -> Order:
    return Order(
        seller_id=channel.seller_id, channel=channel, order_ref=first.order_ref,
        storefront=_front(fronts, first.storefront), placed_at=first.placed_at, modified_at=first.modified_at,
        seen_at=at, currency=first.currency, gross=0, seller_discount=0, channel_discount=0, shipping=0, total=0,
        is_paid=first.is_paid, is_export=first.is_export,
        is_history=channel.orders_from is None or first.placed_at < channel.orders_from,
    )  # fmt: skip


def save_entries(entries: Sequence[Entry]) -> None:
    """Write what was changed: new lines get their ids, orders keep the state that the database has."""
    for entry in entries:
        entry.fresh = [x for x in entry.lines if x.pk is None]
    fresh = [x for e in entries for x in e.fresh]
    known = {x.pk: x for e in entries for x in e.touched if x.pk is not None}
    Line.objects.system().bulk_create(fresh, batch_size=1000)
    update_rows(list(known.values()), _LINE)
    parties = [p for e in entries for p in e.written]
    Party.objects.system().bulk_create([p for p in parties if p.pk is None], batch_size=1000)
    update_rows([p for p in parties if p.pk is not None], _party_fields())
    update_rows([e.order for e in entries], _TAKEN)


def save_all(orders: Sequence[Order], fields: Sequence[str]) -> None:
    """Update ``fields`` of orders that are locked, in one statement."""
    update_rows(orders, fields)


def _party_fields() -> tuple[str, ...]:
    return tuple(f.name for f in Party._meta.concrete_fields if f.name not in ("id", "seller", "order", "role"))


def update_rows(rows: Sequence[Any], fields: Sequence[str]) -> None:
    """Write ``fields`` of rows of one model that are locked, in one statement; nothing else of them is sent."""
    if not rows:
        return
    meta = rows[0]._meta
    columns = [meta.get_field(name) for name in fields]
    quote = connection.ops.quote_name
    sets = ", ".join(f"{quote(f.column)} = v.{quote(f.column)}" for f in columns)
    names = ", ".join(quote(f.column) for f in columns)
    casts = ", ".join(f"%s::{f.db_type(connection)}[]" for f in columns)
    table = quote(meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {table} t SET {sets} FROM unnest(%s::bigint[], {casts}) AS v(id, {names}) WHERE t.id = v.id",
            [[r.pk for r in rows], *([_stored(f, getattr(r, f.attname)) for r in rows] for f in columns)],
        )


def _stored(column: Any, value: Any) -> Any:
    return json.dumps(value) if isinstance(column, JSONField) else column.get_db_prep_save(value, connection)
