"""What happened to a row, from all the places that know: moves, messages, calls, people."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db.models import Model
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext as _

from entrepot.channels.models import CallLog, Channel, Intent
from entrepot.core.correlation import correlation_id
from entrepot.egress.models import PushItem
from entrepot.events.models import StateChange
from entrepot.events.queries import history
from entrepot.fulfilment.models import Package
from entrepot.ingress.models import Feed, Receipt, SetAside
from entrepot.web.admin import Moment, Section, Table, Timeline, chip, merged, state_chip
from entrepot.web.admin.show import EMPTY, list_link, row_link, when
from entrepot.web.admin.words import word

if TYPE_CHECKING:
    from entrepot.catalog.models import Product
    from entrepot.listings.models import Listing
    from entrepot.orders.models import Order

_ORDER_INTENTS = ("store_order", "settle_total", "store_cancel", "store_lower", "store_waybills")
_MOST = 200
_CALLS = 50


def _moves(changes: Iterable[StateChange], prefix: str = "") -> list[Moment]:
    return [
        Moment(
            c.at, format_html("{} {} → {}", prefix, state_chip(c.old), state_chip(c.new)), c.by or word(c.actor),
            " · ".join(filter(None, [_("inferred") if c.inferred else "", c.note])),
        )
        for c in changes
    ]  # fmt: skip


def people(row: Model) -> list[Moment]:
    """What people pressed on this row. One SQL query."""
    kind = ContentType.objects.get_for_model(row)
    found = (
        LogEntry.objects.filter(content_type=kind, object_id=str(row.pk)).select_related("user").order_by("action_time")
    )
    return [
        Moment(e.action_time, chip("calm", e.get_change_message() or str(e)), e.user.get_username())
        for e in found[:_MOST]
    ]


def order(request: HttpRequest, row: Order) -> Sequence[Section]:
    """The whole story of an order. Six SQL queries, however long it is."""
    packages = list(Package.objects.for_seller(row.seller_id).filter(order=row).select_related("label").order_by("id"))
    names = {p.pk: p.package_ref for p in packages}
    changes = StateChange.objects.filter(machine="package", subject_id__in=list(names)).order_by("id")[:_MOST]
    moved = [m for c in changes for m in _moves([c], f"{_('package')} {names[c.subject_id]}:")]
    receipts = list(
        Receipt.objects.for_seller(row.seller_id).filter(channel_id=row.channel_id, subject_ref=row.order_ref)
        .defer("raw", "body").order_by("id")[:_MOST]
    )  # fmt: skip
    intents = list(
        Intent.objects.for_seller(row.seller_id)
        .filter(kind__in=_ORDER_INTENTS, subject_id=row.pk)
        .select_related("channel")
        .order_by("id")
    )
    moments = merged(
        _moves(history(machine="order", subject_id=row.pk)), moved, _received(receipts), _intended(intents), people(row)
    )
    return [
        _packages(packages), Timeline(_("Timeline"), moments), _intent_table(intents), _receipt_table(receipts),
        _call_table(row),
    ]  # fmt: skip


def _received(receipts: Sequence[Receipt]) -> list[Moment]:
    return [
        Moment(
            r.received_at,
            row_link("ingress.receipt", r.pk, _("message received")),
            word(r.via),
            state_chip(r.outcome or r.status),
        )
        for r in receipts
    ]


def _intended(intents: Sequence[Intent]) -> list[Moment]:
    found = []
    for i in intents:
        link = row_link("channels.intent", i.pk, f"{word(i.kind)} {i.our_ref}")
        found.append(Moment(i.created_at, format_html("{} {}", link, state_chip("planned"))))
        if i.sent_at:
            found.append(Moment(i.sent_at, format_html("{} {}", link, state_chip("sent")), i.channel.name))
        if i.settled_at:
            found.append(
                Moment(i.settled_at, format_html("{} {}", link, state_chip(i.state)), i.channel.name, i.last_error)
            )
    return found


def _call_table(row: Order) -> Table:
    """The youngest calls that were made for it, alone or together with others."""
    rows = CallLog.objects.exclude(correlation=[]).filter(
        seller_id=row.seller_id, correlation__contains=[correlation_id(row.channel_id, row.order_ref)]
    )
    found = rows.defer("request_body", "response_body").order_by("-recorded_at", "-id")[:_CALLS]
    shown = [
        (
            row_link("channels.calllog", c.pk, f"{c.method} {c.endpoint}"),
            EMPTY if c.status is None else c.status,
            c.outcome,
            c.ms,
            when(c.recorded_at),
            c.error,
        )
        for c in found
    ]
    headers = [_("call"), _("status"), _("outcome"), "ms", _("at"), _("error")]
    return Table(_("Calls made for it"), headers, shown)


def _packages(packages: Sequence[Package]) -> Table:
    rows = [
        (
            row_link("fulfilment.package", p.pk, p.package_ref),
            state_chip(p.state),
            p.carrier or EMPTY,
            p.tracking_ref or EMPTY,
            when(p.ship_by),
            p.invoice_number or EMPTY,
            p.label.name if p.label else EMPTY,
        )
        for p in packages
    ]
    headers = [_("package"), _("state"), _("carrier"), _("tracking"), _("ship by"), _("invoice"), _("label")]
    return Table(_("Packages"), headers, rows)


def _intent_table(intents: Sequence[Intent]) -> Table:
    rows = [
        (
            row_link("channels.intent", i.pk, i.our_ref),
            word(i.kind),
            state_chip(i.state),
            i.channel.name,
            i.their_ref or EMPTY,
            when(i.sent_at),
            i.last_error or EMPTY,
        )
        for i in intents
    ]
    headers = [
        _("our reference"),
        _("what"),
        _("state"),
        _("channel"),
        _("their reference"),
        _("sent"),
        _("last error"),
    ]
    return Table(_("What we set out to do in the store"), headers, rows)


def _receipt_table(receipts: Sequence[Receipt]) -> Table:
    rows = [
        (
            when(r.received_at),
            row_link("ingress.receipt", r.pk, r.identity),
            word(r.via),
            state_chip(r.status),
            state_chip(r.outcome),
        )
        for r in receipts
    ]
    return Table(_("Messages"), [_("received"), _("message"), _("way"), _("status"), _("outcome")], rows)


def product(request: HttpRequest, row: Product) -> Sequence[Section]:
    """Moves and people."""
    return [Timeline(_("Timeline"), merged(_moves(history(machine="product", subject_id=row.pk)), people(row)))]


def listing(request: HttpRequest, row: Listing) -> Sequence[Section]:
    """Moves, people, and the last batches that it rode in."""
    items = PushItem.objects.for_seller(row.seller_id).filter(listing=row).select_related("batch").order_by("-id")[:20]
    rows = [
        (row_link("egress.pushbatch", i.batch_id, i.batch), when(i.batch.made_at), state_chip(i.batch.state),
         EMPTY if i.is_ok is None else _("taken") if i.is_ok else _("refused"), i.reason or EMPTY)
        for i in items
    ]  # fmt: skip
    headers = [_("batch"), _("made"), _("state"), _("verdict"), _("reason")]
    moments = merged(_moves(history(machine="listing", subject_id=row.pk)), people(row))
    return [Table(_("Last batches"), headers, rows), Timeline(_("Timeline"), moments)]


def channel(request: HttpRequest, row: Channel) -> Sequence[Section]:
    """Feeds, what was set aside, moves and people."""
    feeds = (
        Feed.objects.for_seller(row.seller_id).filter(channel=row).select_related("storefront__channel").order_by("id")
    )
    rows: list[Sequence[Any]] = [
        (
            row_link("ingress.feed", f.pk, f.name),
            f.storefront.code if f.storefront else EMPTY,
            f"{f.every_s:g} s",
            f.runs,
            f.last_count,
            when(f.last_done_at),
            f.last_error or EMPTY,
        )
        for f in feeds
    ]
    headers = [_("feed"), _("storefront"), _("every"), _("pulls"), _("last count"), _("last done"), _("trouble")]
    aside = SetAside.objects.for_seller(row.seller_id).filter(channel=row, state="open").count()
    note = list_link(
        "ingress.setaside", _("%(n)d records set aside") % {"n": aside}, f"state=open&channel__id__exact={row.pk}"
    )
    moments = merged(_moves(history(machine="channel", subject_id=row.pk)), people(row))
    return [Table(_("Pulls"), headers, rows, note=note if aside else ""), Timeline(_("Timeline"), moments)]
