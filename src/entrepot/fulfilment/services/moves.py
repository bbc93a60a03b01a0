"""Moves that we ask a marketplace for: picking, invoiced, unsupplied, handed over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction

from entrepot.channels import queries as channels
from entrepot.channels.services import confirm_intent, plan_intent, plan_intents, refuse_intent, revive_intent
from entrepot.core.errors import IllegalMove, Invalid, Refused
from entrepot.events.services import move
from entrepot.kit import records
from entrepot.orders import queries as order_queries
from entrepot.orders.services import update_rows

from ..models import Package, PackageLine
from ..states import PACKAGE
from .invoices import NO_INVOICE, checked_invoice_number, keep_number, take_store_number, waits_for_number
from .labels import plan_labels

if TYPE_CHECKING:
    from entrepot.channels.models import Intent
    from entrepot.orders.models import Order

KIND = "package_move"
_GOAL = {"pick": "picking", "invoice": "invoiced", "unsupply": "unsupplied", "hand_over": "shipped"}
_IN_STORE = ("synced", "processed")
_NOTHING_SOLD = ("superseded", "cancelled", "unsupplied")


def plan_move(
    *, seller_id: int, package_id: int, event: str, lines: Sequence[tuple[int, int]] = (), reason: str = "",
    actor: str = "seller", at: datetime,
) -> Intent:  # fmt: skip
    """Ask the marketplace to move a package; our own state follows when it has agreed.

    ``lines`` (line id, quantity) limits an ``unsupply`` to a part; empty: all. What it refused before is asked for
    anew when a person says so; a store's news does not repeat a refusal.

    Raises:
        Package.DoesNotExist: not this seller's.
        IllegalMove: not from this state.
        Invalid: an invoice without its number; an unknown event; a reason or lines that the channel does not take.
    """
    with transaction.atomic():
        package = Package.objects.for_seller(seller_id).select_for_update(no_key=True).get(id=package_id)
        _may(package, event, actor)
        if event == "unsupply":
            lines = _given_up(package, lines, reason)
        payload: dict[str, Any] = {"event": event, "reason": reason, "lines": [list(x) for x in lines]}
        if event == "hand_over":
            payload |= {"tracking_ref": package.tracking_ref, "carrier": package.carrier}
        intent = plan_intent(
            seller_id=seller_id, channel_id=package.channel_id, kind=KIND, subject_id=package.id, step=event,
            payload=payload, at=at,
        )  # fmt: skip
        if intent.state in ("refused", "dropped"):
            if actor != "seller" and intent.payload == payload:
                return intent
            revive_intent(intent, payload=payload, at=at)
        if intent.state in ("planned", "sent", "unknown"):
            package.wants, package.stuck_reason = _GOAL[event], _still_stuck(package, event)
            package.save(update_fields=["wants", "stuck_reason"])
    return intent


def _still_stuck(package: Package, event: str) -> str:
    """What a person has to know even after ``event`` was asked for: a missing invoice is not mended by picking."""
    return package.stuck_reason if event == "pick" and waits_for_number(package) else ""


def _may(package: Package, event: str, actor: str) -> None:
    record = f"package {package.package_ref}"
    if event not in _GOAL:
        raise Invalid(record, "event", f"must be one of {', '.join(_GOAL)}")
    if event != "hand_over":
        PACKAGE.target(package.state, event, actor)
    elif package.state not in ("picking", "invoiced"):
        raise IllegalMove("package", package.state, "hand_over", PACKAGE.allowed(package.state, "seller"))
    elif not package.tracking_ref:
        raise Invalid(record, "tracking_ref", "is missing; the store or a person has to give it")
    if event == "invoice" and not package.invoice_number:
        raise Invalid(record, "invoice_number", "is missing; type it in, or set it in the store")


def _given_up(package: Package, lines: Sequence[tuple[int, int]], reason: str) -> Sequence[tuple[int, int]]:
    """Which pieces cannot be supplied; empty: all of the package."""
    record = f"package {package.package_ref}"
    reasons = channels.unsupply_reasons(channel_id=package.channel_id)
    if reasons and reason not in reasons:
        raise Invalid(record, "reason", f"must be one of {', '.join(reasons)}")
    rows = PackageLine.objects.system().filter(package=package)
    held: dict[int, int] = {}
    for line_id, quantity in rows.values_list("line_id", "quantity"):
        held[line_id] = held.get(line_id, 0) + quantity
    for line_id, quantity in lines:
        if not 0 < quantity <= held.get(line_id, 0):
            raise Invalid(record, "lines", f"holds {held.get(line_id, 0)} of line {line_id}, not {quantity}")
    if not lines or dict(lines) == held:
        return ()
    if not channels.unsupplies_parts(channel_id=package.channel_id):
        raise Invalid(record, "lines", "must be all: this channel gives up whole packages only")
    return lines


def set_invoice_number(*, seller_id: int, package_id: int, invoice_number: str, at: datetime) -> Package:
    """Keep the invoice's number; a package in picking is then invoiced on the marketplace.

    Raises:
        Invalid: empty, too long, or with characters that no invoice has.
        Refused: nothing of the package is sold any more.
    """
    text = checked_invoice_number(f"package {package_id}", invoice_number)
    with transaction.atomic():
        package = Package.objects.for_seller(seller_id).select_for_update(no_key=True).get(id=package_id)
        if package.state in _NOTHING_SOLD:
            raise Refused(f"package {package.package_ref} is {package.state}: there is nothing to invoice")
        keep_number(package, text)
        package.save(update_fields=["invoice_number", "stuck_reason"])
        if package.state == "picking":
            plan_move(seller_id=seller_id, package_id=package.id, event="invoice", at=at)
            package.refresh_from_db()
    return package


def follow_stores(*, told: Sequence[tuple[Order, records.StoreOrder]], at: datetime) -> None:
    """The store works on these orders: bring their packages along on the marketplace, as far as facts allow.

    Open: picking. Fulfilled: invoiced, with the invoice number of the store; without one the package stays in picking
    and says so. Where the seller ships, the store's tracking number goes to the marketplace.
    """
    by_order = {order.id: (order, theirs) for order, theirs in told}
    with transaction.atomic():
        rows = Package.objects.system().filter(order_id__in=list(by_order)).exclude(state__in=sorted(PACKAGE.ends))
        packages = list(rows.order_by("id").select_for_update(no_key=True))
        changed = [p for p in packages if _take_facts(p, by_order[p.order_id][1])]
        update_rows(changed, ["invoice_number", "own_tracking_ref", "tracking_ref", "carrier", "stuck_reason"])
        advance_all(packages=packages, orders={i: order for i, (order, _) in by_order.items()}, at=at)


def _take_facts(row: Package, theirs: records.StoreOrder) -> bool:
    """Whether the store's order tells something new of the package."""
    known = (row.own_tracking_ref, row.tracking_ref, row.carrier)
    is_news = bool(theirs.invoice_number and not row.invoice_number and take_store_number(row, theirs.invoice_number))
    if row.pays_carriage == "seller" and theirs.tracking_ref:
        row.own_tracking_ref = row.tracking_ref = theirs.tracking_ref[:64]
        row.carrier = (theirs.carrier or row.carrier)[:80]
    return is_news or known != (row.own_tracking_ref, row.tracking_ref, row.carrier)


def advance_all(*, packages: Sequence[Package], orders: Mapping[int, Order], at: datetime) -> None:
    """The next thing of each locked package that the state of its order (by id) in the store allows: picking,
    invoiced, the seller's waybill; the label.
    """
    live = [p for p in packages if not orders[p.order_id].is_history]
    plan_picks(packages=[p for p in live if p.state == "created" and orders[p.order_id].state in _IN_STORE], at=at)
    for package in live:
        if package.state == "picking" and orders[package.order_id].state == "processed":
            _invoice(package, at)
        if package.own_tracking_ref and package.state in ("picking", "invoiced"):
            plan_move(seller_id=package.seller_id, package_id=package.id, event="hand_over", actor="store", at=at)
    plan_labels(packages=live, at=at)


def plan_picks(*, packages: Sequence[Package], at: datetime) -> None:
    """Have locked packages of one seller marked as being picked; what was refused before is not asked for again."""
    by_channel: dict[int, list[Package]] = {}
    for package in packages:
        by_channel.setdefault(package.channel_id, []).append(package)
    for channel_id, some in by_channel.items():
        payload = {"event": "pick", "reason": "", "lines": []}
        intents = plan_intents(
            seller_id=some[0].seller_id, channel_id=channel_id, kind=KIND, step="pick",
            subjects=[(p.id, payload) for p in some], at=at,
        )  # fmt: skip
        asked = {i.subject_id for i in intents if i.state in ("planned", "sent", "unknown")}
        wanting = [p for p in some if p.id in asked]
        for package in wanting:
            package.wants, package.stuck_reason = _GOAL["pick"], _still_stuck(package, "pick")
        update_rows(wanting, ["wants", "stuck_reason"])


def advance(*, package: Package, at: datetime) -> None:
    """As :func:`advance_all`, of one package."""
    order = order_queries.order(order_id=package.order_id)
    advance_all(packages=[package], orders={order.id: order}, at=at)


def _invoice(row: Package, at: datetime) -> None:
    if row.invoice_number:
        plan_move(seller_id=row.seller_id, package_id=row.id, event="invoice", actor="store", at=at)
    elif not row.stuck_reason:
        row.stuck_reason = NO_INVOICE
        row.save(update_fields=["stuck_reason"])


def package_move(*, intent: Intent) -> records.PackageMove:
    """What to tell the marketplace, from what is known now; pieces by the refs that this package has them under."""
    package = Package.objects.system().get(id=intent.subject_id)
    chosen = dict(intent.payload["lines"])
    lines = PackageLine.objects.system().filter(package=package).order_by("id")
    return records.PackageMove(
        event=intent.payload["event"], package_ref=package.package_ref,
        lines=tuple(
            (x.line_ref, chosen.get(x.line_id, x.quantity) if chosen else x.quantity)
            for x in lines
            if not chosen or x.line_id in chosen
        ),
        invoice_number=package.invoice_number or None, reason=intent.payload["reason"] or None,
        tracking_ref=intent.payload.get("tracking_ref") or package.tracking_ref or None,
        carrier=intent.payload.get("carrier") or package.carrier or None,
    )  # fmt: skip


def confirm_move(*, intent: Intent, at: datetime) -> None:
    """The marketplace agreed: our package moves too. A part that was unsupplied comes back as new packages.

    Raises:
        Refused: another worker settled it meanwhile.
    """
    event = intent.payload["event"]
    with transaction.atomic():
        # The package first, as everybody locks: the other way round two workers wait for each other.
        package = Package.objects.system().select_for_update(no_key=True).get(id=intent.subject_id)
        if not confirm_intent(intent, their_ref="", result={}, at=at):
            raise Refused(f"{intent} was settled by somebody else")
        package.wants = ""
        package.save(update_fields=["wants"])
        if event in PACKAGE.allowed(package.state, "hub") and not intent.payload["lines"]:
            move(package, PACKAGE, event, actor="hub", at=at)
            advance(package=package, at=at)


def note_stuck(*, package_id: int, why: str) -> None:
    """What a person has to know of a package that does not go on by itself."""
    Package.objects.system().filter(id=package_id).update(stuck_reason=why[:2000])


def refuse_move(*, intent: Intent, why: str, at: datetime) -> None:
    """The marketplace said no: the package says so, and what to do."""
    with transaction.atomic():
        list(Package.objects.system().filter(id=intent.subject_id).select_for_update(no_key=True))
        if refuse_intent(intent, why=why, at=at):
            Package.objects.system().filter(id=intent.subject_id).update(wants="", stuck_reason=why[:2000])
