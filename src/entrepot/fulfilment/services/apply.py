"""Packages as a marketplace tells them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import transaction

from entrepot.events.services import move, record
from entrepot.kit import records
from entrepot.orders import services as orders
from entrepot.orders.models import Order

from ..models import Package, PackageLine
from ..states import PACKAGE
from .moves import advance

_GONE = ("cancelled", "unsupplied")
_WIDTH = 300  # of orders.Order.waybills


def apply_packages(
    *, order: Order, line_ids: Mapping[str, int], packages: Sequence[records.Package], at: datetime
) -> dict[str, str]:
    """Bring the packages of one order up to date, oldest news first: package ref → applied, stale or impossible.

    News older than what is known is recorded and moves nothing. Where the remote jumped ahead the moves in between
    are replayed, marked as inferred. Pieces in cancelled packages leave the order; pieces in a package that was
    superseded live on in its successors.
    """
    outcome: dict[str, str] = {}
    with transaction.atomic():
        for theirs in sorted(packages, key=lambda p: (p.modified_at, p.package_ref)):
            row, is_new = _row(order, theirs)
            if not is_new and theirs.modified_at < row.modified_at:
                _note(row, theirs, "package.stale_news")
                outcome[theirs.package_ref] = "stale"
                continue
            _facts(row, theirs, line_ids)
            outcome[theirs.package_ref] = _follow(row, theirs, at)
            if outcome[theirs.package_ref] == "applied":
                advance(package=row, at=at)
        _cancel(order, at)
        orders.note_waybills(order_id=order.id, waybills=_waybills(order), at=at)
    return outcome


def _row(order: Order, theirs: records.Package) -> tuple[Package, bool]:
    row, is_new = Package.objects.system().get_or_create(
        channel_id=order.channel_id,
        package_ref=theirs.package_ref,
        defaults={
            "seller_id": order.seller_id, "order": order, "their_status": theirs.their_status,
            "modified_at": theirs.modified_at,
        },
    )  # fmt: skip
    return Package.objects.system().select_for_update(no_key=True).get(id=row.id), is_new


def _facts(row: Package, theirs: records.Package, line_ids: Mapping[str, int]) -> None:
    row.their_status, row.modified_at = theirs.their_status, theirs.modified_at
    row.ship_by = theirs.ship_by or row.ship_by
    row.pays_carriage = theirs.pays_carriage
    waybill = row.own_tracking_ref or theirs.tracking_ref or row.tracking_ref
    if waybill != row.tracking_ref:
        row.tracking_ref, row.label = waybill, None  # another carrier: the label of the old number is void
    row.tracking_url = theirs.tracking_url or row.tracking_url
    row.carrier = (theirs.carrier or row.carrier)[:80]
    row.origin_refs, row.made_by = list(theirs.origin_refs), theirs.made_by[:24]
    row.invoice_number = theirs.invoice_number or row.invoice_number or _invoice_of_origin(row)
    row.save()
    PackageLine.objects.system().bulk_create(
        [
            PackageLine(
                seller_id=row.seller_id, package=row, line_id=line_ids[x.line_ref], line_ref=x.line_ref,
                quantity=x.quantity,
            )
            for x in theirs.lines
            if x.line_ref in line_ids
        ],
        update_conflicts=True,
        unique_fields=["package", "line_ref"],
        update_fields=["quantity"],
    )  # fmt: skip


def _invoice_of_origin(row: Package) -> str:
    """The same goods go out under the same invoice, in however many packages."""
    origins = Package.objects.system().filter(channel_id=row.channel_id, package_ref__in=row.origin_refs)
    return origins.exclude(invoice_number="").order_by("id").values_list("invoice_number", flat=True).first() or ""


def _waybills(order: Order) -> str:
    """Numbers of the parcels that the channel has carried, of packages that still are; as many as 300 letters hold."""
    rows = Package.objects.system().filter(order=order, pays_carriage="channel").exclude(tracking_ref="")
    numbers = rows.exclude(state__in=[*_GONE, "superseded"]).order_by("id").values_list("tracking_ref", flat=True)
    text = ", ".join(dict.fromkeys(numbers))
    return text if len(text) <= _WIDTH else text[:_WIDTH].rpartition(", ")[0]


def _follow(row: Package, theirs: records.Package, at: datetime) -> str:
    if row.state == theirs.state:
        return "applied"
    path = PACKAGE.path(row.state, theirs.state, actors="remote carrier")
    if path is None:
        _note(row, theirs, "package.impossible_news")
        row.stuck_reason = (
            f"the marketplace says {theirs.their_status}, which cannot follow {row.state}: look at it there"
        )
        row.save(update_fields=["stuck_reason"])
        return "impossible"
    for i, event in enumerate(path):
        actor = "remote" if "remote" in next(m.actors for m in PACKAGE.moves if m.event == event) else "carrier"
        move(
            row, PACKAGE, event, actor=actor, at=at, note=theirs.their_status,
            inferred=i < len(path) - 1, remote_at=theirs.modified_at,
        )  # fmt: skip
    row.stuck_reason = ""  # it has gone on: what it waited for is over
    row.wants = "" if row.wants == row.state or row.state in PACKAGE.ends else row.wants
    row.save(update_fields=["wants", "stuck_reason"])
    return "applied"


def _note(row: Package, theirs: records.Package, kind: str) -> None:
    record(
        type=kind, key=row.id, seller_id=row.seller_id,
        payload={"known": row.state, "told": theirs.state, "their_status": theirs.their_status},
    )  # fmt: skip


def _cancel(order: Order, at: datetime) -> None:
    gone: dict[int, int] = {}
    rows = PackageLine.objects.system().filter(package__order=order, package__state__in=_GONE)
    for row in rows:
        gone[row.line_id] = gone.get(row.line_id, 0) + row.quantity
    if gone:
        orders.cancel_by_remote(order=order, quantities=gone, at=at)
