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
from .labels import plan_label

_GONE = ("cancelled", "unsupplied")


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
            plan_label(package=row, at=at)
        _cancel(order, at)
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
    return Package.objects.system().select_for_update().get(id=row.id), is_new


def _facts(row: Package, theirs: records.Package, line_ids: Mapping[str, int]) -> None:
    row.their_status, row.modified_at = theirs.their_status, theirs.modified_at
    row.ship_by = theirs.ship_by or row.ship_by
    row.pays_carriage = theirs.pays_carriage
    row.tracking_ref = theirs.tracking_ref or row.tracking_ref
    row.tracking_url = theirs.tracking_url or row.tracking_url
    row.carrier = (theirs.carrier or row.carrier)[:80]
    row.invoice_number = theirs.invoice_number or row.invoice_number
    row.origin_refs, row.made_by = list(theirs.origin_refs), theirs.made_by[:24]
    row.save()
    PackageLine.objects.system().bulk_create(
        [
            PackageLine(seller_id=row.seller_id, package=row, line_id=line_ids[x.line_ref], quantity=x.quantity)
            for x in theirs.lines
            if x.line_ref in line_ids
        ],
        update_conflicts=True,
        unique_fields=["package", "line"],
        update_fields=["quantity"],
    )


def _follow(row: Package, theirs: records.Package, at: datetime) -> str:
    if row.state == theirs.state:
        return "applied"
    path = PACKAGE.path(row.state, theirs.state, actors="remote carrier")
    if path is None:
        _note(row, theirs, "package.impossible_news")
        return "impossible"
    for i, event in enumerate(path):
        actor = "remote" if "remote" in next(m.actors for m in PACKAGE.moves if m.event == event) else "carrier"
        move(
            row, PACKAGE, event, actor=actor, at=at, note=theirs.their_status,
            inferred=i < len(path) - 1, remote_at=theirs.modified_at,
        )  # fmt: skip
    if row.wants == row.state:
        row.wants = ""
        row.save(update_fields=["wants"])
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
