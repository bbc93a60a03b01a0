"""Packages as a marketplace tells them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from entrepot.events.services import Happening, Path, move_along, record_many
from entrepot.kit import records
from entrepot.orders import services as orders

from ..models import Package, PackageLine
from ..states import PACKAGE
from .moves import advance_all

if TYPE_CHECKING:
    from entrepot.orders.models import Order

_GONE = ("cancelled", "unsupplied")
_WIDTH = 300  # of orders.Order.waybills
_TOLD = (
    "their_status", "modified_at", "ship_by", "pays_carriage", "tracking_ref", "tracking_url", "carrier",
    "invoice_number", "wants", "stuck_reason", "origin_refs", "made_by", "label",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Told:
    """One order, the ids of its lines by every ref they go by, and what its marketplace says of its packages."""

    order: Order
    line_ids: Mapping[str, int]
    packages: Sequence[records.Package]


@dataclass(slots=True)
class _Work:
    """One package of a set while it is worked on, with what is told of it."""

    row: Package
    theirs: records.Package
    told: Told
    known: str  # the state that it had
    path: list[tuple[str, str]] = field(default_factory=list)


def apply_told(*, told: Sequence[Told], at: datetime) -> dict[str, str]:
    """Bring packages of one channel up to date: package ref → applied, stale or impossible.

    News older than what is known is recorded and moves nothing. Where the remote jumped ahead the moves in between
    are replayed, marked as inferred. Pieces in cancelled packages leave the order; pieces in a package that was
    superseded live on in its successors. One transaction; each package is told of once.
    """
    outcome: dict[str, str] = {}
    with transaction.atomic():
        work, notes = [], []
        for one in _open(told):
            if one.theirs.modified_at < one.row.modified_at:
                notes.append(_note(one, "package.stale_news"))
                outcome[one.theirs.package_ref] = "stale"
            else:
                work.append(one)
        _facts(work)
        lost = [one for one in work if not _find_path(one)]
        notes += [_note(one, "package.impossible_news") for one in lost]
        outcome |= {one.theirs.package_ref: "impossible" if one in lost else "applied" for one in work}
        move_along([_path(one) for one in work], PACKAGE, at=at)
        _save(work)
        record_many(notes)
        advance_all(
            packages=[one.row for one in work if one not in lost], orders={t.order.id: t.order for t in told}, at=at
        )
        _settle_orders(told, at)
    return outcome


def _open(told: Sequence[Told]) -> Iterator[_Work]:
    """Each package with what is told of it, oldest news first: found and locked, or made."""
    every = sorted(
        ((p, t) for t in told for p in t.packages), key=lambda x: (x[0].modified_at, x[1].order.id, x[0].package_ref)
    )
    if not every:
        return
    rows = Package.objects.system().filter(
        channel_id=every[0][1].order.channel_id, package_ref__in=[p.package_ref for p, _ in every]
    )
    known = {r.package_ref: r for r in rows.order_by("id").select_for_update(no_key=True)}
    fresh = {
        p.package_ref: Package(
            seller_id=t.order.seller_id, order=t.order, channel_id=t.order.channel_id, package_ref=p.package_ref,
            their_status=p.their_status, modified_at=p.modified_at,
        )
        for p, t in every
        if p.package_ref not in known
    }  # fmt: skip
    Package.objects.system().bulk_create(fresh.values(), batch_size=1000)
    known |= fresh
    for theirs, one in every:
        row = known[theirs.package_ref]
        yield _Work(row, theirs, one, row.state)


def _facts(work: Sequence[_Work]) -> None:
    invoices = _invoices(work)
    for one in work:
        row, theirs = one.row, one.theirs
        row.their_status, row.modified_at = theirs.their_status, theirs.modified_at
        row.ship_by = theirs.ship_by or row.ship_by
        row.pays_carriage = theirs.pays_carriage
        waybill = row.own_tracking_ref or theirs.tracking_ref or row.tracking_ref
        if waybill != row.tracking_ref:
            row.tracking_ref, row.label = waybill, None  # another carrier: the label of the old number is void
        row.tracking_url = theirs.tracking_url or row.tracking_url
        row.carrier = (theirs.carrier or row.carrier)[:80]
        row.origin_refs, row.made_by = list(theirs.origin_refs), theirs.made_by[:24]
        inherited = next((invoices[ref] for ref in theirs.origin_refs if ref in invoices), "")
        row.invoice_number = theirs.invoice_number or row.invoice_number or inherited
        if row.invoice_number:
            invoices[row.package_ref] = row.invoice_number


def _invoices(work: Sequence[_Work]) -> dict[str, str]:
    """Package ref → invoice number, of packages that these replace: the same goods go out under the same invoice, in
    however many packages.
    """
    refs = {ref for one in work for ref in one.theirs.origin_refs}
    if not refs:
        return {}
    rows = Package.objects.system().filter(channel_id=work[0].row.channel_id, package_ref__in=refs)
    return dict(rows.exclude(invoice_number="").values_list("package_ref", "invoice_number"))


def _find_path(one: _Work) -> bool:
    """The moves to where the marketplace says it is; False: the table has none, and the package says so."""
    row, theirs = one.row, one.theirs
    if row.state == theirs.state:
        return True
    path = PACKAGE.path(row.state, theirs.state, actors="remote carrier")
    if path is None:
        row.stuck_reason = (
            f"the marketplace says {theirs.their_status}, which cannot follow {row.state}: look at it there"
        )
        return False
    one.path = [(event, _WHO[event]) for event in path]
    row.stuck_reason = ""  # it has gone on: what it waited for is over
    row.wants = "" if row.wants == theirs.state or theirs.state in PACKAGE.ends else row.wants
    return True


_WHO = {m.event: "remote" if "remote" in m.actors else "carrier" for m in PACKAGE.moves}


def _path(one: _Work) -> Path:
    return Path(one.row, one.path, note=one.theirs.their_status, remote_at=one.theirs.modified_at)


def _note(one: _Work, kind: str) -> Happening:
    payload = {"known": one.known, "told": one.theirs.state, "their_status": one.theirs.their_status}
    return Happening(kind, one.row.id, payload, one.row.seller_id)


def _save(work: Sequence[_Work]) -> None:
    """Facts of the packages, which are locked, and how many of each line travel in them."""
    orders.update_rows([one.row for one in work], _TOLD)
    lines: dict[tuple[int, str], PackageLine] = {}
    for one in work:
        for x in one.theirs.lines:
            if x.line_ref not in one.told.line_ids:
                continue
            line_id = one.told.line_ids[x.line_ref]
            fresh = PackageLine(
                seller_id=one.row.seller_id, package=one.row, line_id=line_id, line_ref=x.line_ref, quantity=0
            )
            lines.setdefault((one.row.id, x.line_ref), fresh).quantity += x.quantity
    _forget_lines(work)
    PackageLine.objects.system().bulk_create(
        list(lines.values()),
        batch_size=1000,
        update_conflicts=True,
        unique_fields=["package", "line_ref"],
        update_fields=["quantity", "line"],
    )


def _forget_lines(work: Sequence[_Work]) -> None:
    """What a package told of before and no longer holds travels in another."""
    told = {one.row.id: {x.line_ref for x in one.theirs.lines} for one in work if one.theirs.lines}
    kept = PackageLine.objects.system().filter(package_id__in=told).values_list("id", "package_id", "line_ref")
    if gone := [line_id for line_id, package_id, ref in kept if ref not in told[package_id]]:
        PackageLine.objects.system().filter(id__in=gone).delete()


def _settle_orders(told: Sequence[Told], at: datetime) -> None:
    """What the packages as they now are mean for their orders: pieces that are gone, waybills to pass on."""
    by_id = {t.order.id: t.order for t in told}
    for order_id, refs in sorted(_refs(by_id, _GONE).items()):
        orders.cancel_by_remote(order=by_id[order_id], gone=refs, at=at)
    _see_to_ended([o for o in by_id.values() if o.state == "cancelled" and not o.is_history], at)
    orders.note_waybills(waybills=_waybills(by_id), at=at)


def _refs(by_id: Mapping[int, Order], states: Collection[str]) -> dict[int, list[str]]:
    """Order id → refs of its packages in one of these states, of orders that have one."""
    rows = Package.objects.system().filter(order__in=list(by_id), state__in=states).order_by("id")
    found: dict[int, list[str]] = {}
    for order_id, ref in rows.values_list("order_id", "package_ref"):
        found.setdefault(order_id, []).append(ref)
    return found


def _see_to_ended(ended: Sequence[Order], at: datetime) -> None:
    """Orders that had ended when more of them was heard of are not sold here: a person has to see to what lives, and
    it is promised as long as it does.
    """
    if not ended:
        return
    over = _refs({o.id: o for o in ended}, [state for state in PACKAGE.ends if state != "superseded"])
    for order in ended:
        if not orders.look(order, gone=over.get(order.id, [])).is_over:
            orders.say_trouble(seller_id=order.seller_id, order_id=order.id, kind="cancel", why=orders.LIVES)
        else:
            orders.end_promises(order=order, at=at)


def _waybills(by_id: Mapping[int, Order]) -> dict[int, str]:
    """Numbers of the parcels that the channel has carried, of packages that still are; as many as 300 letters hold."""
    rows = Package.objects.system().filter(order__in=list(by_id), pays_carriage="channel").exclude(tracking_ref="")
    numbers: dict[int, list[str]] = {order_id: [] for order_id in by_id}
    for order_id, number in (
        rows.exclude(state__in=[*_GONE, "superseded"]).order_by("id").values_list("order_id", "tracking_ref")
    ):
        numbers[order_id].append(number)
    return {order_id: _joined(some) for order_id, some in numbers.items() if by_id[order_id].waybills != _joined(some)}


def _joined(numbers: Sequence[str]) -> str:
    text = ", ".join(dict.fromkeys(numbers))
    return text if len(text) <= _WIDTH else text[:_WIDTH].rpartition(", ")[0]
