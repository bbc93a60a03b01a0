"""Orders: looked at, approved, held, mended, cancelled. Their timeline hangs on from above."""

from __future__ import annotations

from datetime import timedelta

from django import forms
from django.contrib.admin import display, register
from django.db.models import Q
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from entrepot.core.clock import now
from entrepot.web.admin import (
    Box,
    Button,
    OwnChoices,
    Page,
    Section,
    StateChip,
    Table,
    chip,
    choice_filter,
    state_filter,
)
from entrepot.web.admin.show import EMPTY, lines, money, pairs, rate, row_link

from . import services
from .forms import PARTY_LABELS, edit_address, edit_skus, line_fields, note_fields, party_fields
from .models import Line, Order, Party
from .states import ORDER

_OPEN = ("new", "edited", "awaiting_confirmation")
_ROLES = {"ship_to": gettext_lazy("Delivery"), "bill_to": gettext_lazy("Invoice")}


def _is_open(order: Order) -> bool:
    return order.state in _OPEN


@register(Order)
class OrderPage(StateChip, Page):
    machine = ORDER
    list_display = [
        "order_ref",
        "channel",
        "state_chip",
        "total_shown",
        "to_look_at",
        "placed_at",
        "store_ref",
        "seller",
    ]
    list_filter = [
        state_filter(ORDER.states),
        choice_filter(
            "look",
            gettext_lazy("to look at"),
            {
                "approve": (gettext_lazy("to approve"), Q(state__in=_OPEN)),
                "held": (gettext_lazy("held"), ~Q(hold_reason="")),
                "failed": (gettext_lazy("failed"), ~Q(troubles={})),
                "difference": (gettext_lazy("does not add up"), ~Q(difference=0)),
            },
        ),
        choice_filter(
            "placed",
            gettext_lazy("placed"),
            {
                "day": (gettext_lazy("in the last 24 hours"), lambda: Q(placed_at__gte=now() - timedelta(days=1))),
                "week": (gettext_lazy("in the last 7 days"), lambda: Q(placed_at__gte=now() - timedelta(days=7))),
            },
        ),
        choice_filter(
            "history",
            gettext_lazy("history"),
            {
                "no": (gettext_lazy("since the start"), Q(is_history=False)),
                "yes": (gettext_lazy("older"), Q(is_history=True)),
            },
        ),
        ("channel", OwnChoices),
        ("storefront", OwnChoices),
        ("seller", OwnChoices),
    ]
    list_select_related = ["channel", "seller"]
    search_fields = ["order_ref", "=store_ref", "lines__sku__istartswith", "packages__package_ref__istartswith"]
    fields = [
        "order_ref",
        "state_chip",
        "to_look_at",
        "channel",
        "storefront",
        "seller",
        "placed_at",
        "modified_at",
        "seen_at",
        "approved_at",
        "gross_shown",
        "discounts",
        "shipping_shown",
        "total_shown",
        "difference_shown",
        "is_paid",
        "is_export",
        "is_history",
        "store",
        "store_ref",
        "store_total_shown",
        "fx_rate",
        "note",
    ]
    readonly_fields = [
        "state_chip",
        "to_look_at",
        "gross_shown",
        "discounts",
        "shipping_shown",
        "total_shown",
        "difference_shown",
        "store_total_shown",
    ]
    buttons = [
        Button(
            name="approve",
            label=gettext_lazy("Approve"),
            call=services.approve_orders,
            subject="order_ids",
            event="approve",
            when=lambda o: not o.hold_reason and not o.is_history,
            bulk=True,
            one_by_one=True,
            tone="main",
            help=gettext_lazy("It is pushed into the store."),
        ),
        Button(
            name="hold",
            label=gettext_lazy("Hold"),
            call=services.hold_orders,
            subject="order_ids",
            event="hold",
            bulk=True,
        ),
        Button(
            name="retry",
            label=gettext_lazy("Try the push again"),
            call=services.retry_export,
            subject="order_id",
            when=lambda o: o.state == "failed",
            bulk=True,
            tone="main",
        ),
        Button(
            name="ship-to",
            label=gettext_lazy("Edit the delivery address"),
            call=edit_address,
            subject="order_id",
            when=_is_open,
            fixed={"role": "ship_to"},
            ask=party_fields("ship_to"),
        ),
        Button(
            name="bill-to",
            label=gettext_lazy("Edit the invoice address"),
            call=edit_address,
            subject="order_id",
            when=_is_open,
            fixed={"role": "bill_to"},
            ask=party_fields("bill_to"),
        ),
        Button(
            name="lines",
            label=gettext_lazy("Say which SKU a line means"),
            call=edit_skus,
            subject="order_id",
            when=_is_open,
            ask=line_fields,
        ),
        Button(
            name="accept-living",
            label=gettext_lazy("Sell what lives"),
            call=services.accept_living,
            subject="order_id",
            when=services.is_acceptable,
            help=gettext_lazy(
                "The news of it is in part or contradicts itself: sell what lives on the marketplace, as it is told."
            ),
        ),
        Button(name="note", label=gettext_lazy("Note"), call=services.set_note, subject="order_id", ask=note_fields),
        Button(
            name="cancel-in-store",
            label=gettext_lazy("Cancel in the store"),
            call=services.cancel_in_store,
            subject="order_id",
            when=services.is_cancelled_only_there,
            tone="danger",
            help=gettext_lazy("The marketplace has cancelled it; the store's yes gives the stock back."),
            confirm=gettext_lazy("The order is cancelled in the store. A cancelled order does not come back."),
        ),
        Button(
            name="cancelled-in-store",
            label=gettext_lazy("It is cancelled in the store"),
            call=services.cancelled_by_hand,
            subject="order_id",
            when=services.is_refused_there,
            help=gettext_lazy(
                "Ends the order here, after the store refused to cancel it and somebody saw to it there."
            ),
            confirm=gettext_lazy("The order is cancelled here. A cancelled order does not come back."),
        ),
        Button(
            name="lower-in-store",
            label=gettext_lazy("Take cancelled pieces out of the store's order"),
            call=services.lower_in_store,
            subject="order_id",
            when=services.waits_to_be_lowered,
            tone="main",
            confirm=gettext_lazy(
                "The pieces are taken out of the order in the store. This cannot be undone from here."
            ),
        ),
        Button(
            name="lowered-in-store",
            label=gettext_lazy("The store's order is lowered"),
            call=services.lowered_by_hand,
            subject="order_id",
            when=services.waits_to_be_lowered,
            help=gettext_lazy("Somebody took the cancelled pieces out there; the next reading tells its stock."),
            confirm=gettext_lazy("We take your word for it and do not lower the store's order any more."),
        ),
        Button(
            name="send-anyway",
            label=gettext_lazy("The store does not have it: send it"),
            call=services.send_anyway,
            subject="order_id",
            when=services.is_in_doubt,
            tone="danger",
            confirm=gettext_lazy(
                "The store was asked and gave no clear answer. Look there first: this may make it twice."
            ),
        ),
        Button(
            name="added-in-store",
            label=gettext_lazy("The store's order has everything"),
            call=services.added_by_hand,
            subject="order_id",
            when=lambda o: "late" in o.troubles,
            help=gettext_lazy("Somebody added there what was told after the store had the order."),
            confirm=gettext_lazy("We take your word for it and send the store no more of this order."),
        ),
        Button(
            name="write-waybill",
            label=gettext_lazy("Write the waybill again"),
            call=services.rewrite_waybills,
            subject="order_id",
            when=lambda o: "waybills" in o.troubles,
        ),
        Button(
            name="cancel",
            label=gettext_lazy("Cancel"),
            call=services.cancel_order,
            subject="order_id",
            event="cancel",
            when=lambda o: o.state not in ("synced", "processed", "queued"),
            tone="danger",
            ask={"reason": forms.CharField(max_length=300, label=gettext_lazy("Reason"))},
        ),
    ]

    @display(description=gettext_lazy("to look at"))
    def to_look_at(self, row: Order) -> SafeString | str:
        words = row.failure or row.hold_reason
        if not words:
            return chip("calm", _("history")) if row.is_history else EMPTY
        return chip("bad" if row.failure else "look", words[:60], words)

    @display(description=gettext_lazy("total"), ordering="total")
    def total_shown(self, row: Order) -> str:
        return money(row.total, row.currency)

    @display(description=gettext_lazy("gross"))
    def gross_shown(self, row: Order) -> str:
        return money(row.gross, row.currency)

    @display(description=gettext_lazy("discounts of seller and channel"))
    def discounts(self, row: Order) -> str:
        return f"{money(row.seller_discount, row.currency)} / {money(row.channel_discount, row.currency)}"

    @display(description=gettext_lazy("shipping"))
    def shipping_shown(self, row: Order) -> str:
        return money(row.shipping, row.currency)

    @display(description=gettext_lazy("unexplained difference"))
    def difference_shown(self, row: Order) -> SafeString | str:
        return chip("bad", money(row.difference, row.currency)) if row.difference else EMPTY

    @display(description=gettext_lazy("total in the store"))
    def store_total_shown(self, row: Order) -> str:
        shown = money(row.store_total, row.store_currency)
        if row.store_total is None or not (lowered := services.lowered_total(row)):
            return shown
        return _("%(total)s, lowered by %(lowered)s") % {
            "total": shown, "lowered": money(lowered, row.store_currency),
        }  # fmt: skip

    def sections(self, request: HttpRequest, row: Order) -> list[Section]:
        look = row.failure or row.hold_reason
        found: list[Section] = [Box(_("Why a person has to look"), lines(look.split("; ")))] if look else []
        return [*found, _line_table(row), *_parties(row), *_adjustments(row)]


def _line_table(row: Order) -> Table:
    found = Line.objects.for_seller(row.seller_id).filter(order=row).select_related("variant").order_by("id")
    rows = [
        (
            x.line_ref,
            row_link("catalog.variant", x.variant_id, x.variant.sku) if x.variant else chip("bad", _("not ours")),
            x.title,
            x.listing_ref,
            _pieces(x),
            money(x.unit_price, row.currency),
            rate(x.vat_rate),
            money(x.line_total, row.currency),
        )
        for x in found
    ]
    headers = [_("line"), _("SKU"), _("title"), _("listing"), _("pieces"), _("unit price"), _("VAT"), _("total")]
    return Table(_("Lines"), headers, rows)


def _pieces(line: Line) -> str:
    gone = line.cancelled_quantity
    return f"{line.quantity} ({_('%(n)d cancelled') % {'n': gone}})" if gone else str(line.quantity)


def _parties(row: Order) -> list[Section]:
    found: list[Section] = []
    for party in Party.objects.for_seller(row.seller_id).filter(order=row).order_by("-role"):
        known = {str(label): getattr(party, name) for name, label in PARTY_LABELS.items() if getattr(party, name)}
        found.append(Box(_ROLES.get(party.role, party.role), pairs(known)))
    return found


def _adjustments(row: Order) -> list[Section]:
    rows = [(a.kind, money(a.amount, a.currency), a.rule) for a in row.adjustments.order_by("id")]
    return [Table(_("Adjustments"), [_("kind"), _("amount"), _("rule")], rows)] if rows else []
