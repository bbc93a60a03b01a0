"""Packages: picked, invoiced, unsupplied, labelled."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django import forms
from django.contrib.admin import display, register
from django.db.models import Q
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from entrepot.channels import queries as channels
from entrepot.core.clock import now
from entrepot.core.errors import Invalid
from entrepot.documents.admin import file_link
from entrepot.events.queries import history
from entrepot.web.admin import (
    Button,
    Moment,
    OwnChoices,
    Page,
    Section,
    StateChip,
    Table,
    Timeline,
    chip,
    choice_filter,
    state_chip,
    state_filter,
)
from entrepot.web.admin.show import EMPTY, row_link, when

from . import services
from .models import Package, PackageLine
from .states import PACKAGE

if TYPE_CHECKING:
    from entrepot.channels.models import Intent

BEFORE_SHIPPING = ("awaiting", "created", "picking", "invoiced")
_BRIEF = 40  # characters of a reason in the list; the package's own page has all of them
# The reasons that connectors share, in the reader's language; another one is shown as its connector says it.
_REASON_WORDS = {
    "out_of_stock": gettext_lazy("out of stock"), "defective": gettext_lazy("defective"),
    "wrong_price": gettext_lazy("wrong price"), "integration_error": gettext_lazy("an error of the integration"),
    "bulk_purchase": gettext_lazy("bulk purchase"), "force_majeure": gettext_lazy("force majeure"),
}  # fmt: skip


def late(at: datetime) -> Q:
    """Not handed over, and past the channel's promise to the buyer."""
    return Q(state__in=BEFORE_SHIPPING, ship_by__lt=at)


def invoice(*, seller_id: int, package_id: int, invoice_number: str, at: datetime) -> Package:
    """Keep the number; in picking it goes to the marketplace with it."""
    return services.set_invoice_number(seller_id=seller_id, package_id=package_id, invoice_number=invoice_number, at=at)


def _invoice_fields(request: HttpRequest, row: Package | None) -> dict[str, forms.Field]:
    shown = row.invoice_number if row else ""
    return {"invoice_number": forms.CharField(max_length=40, initial=shown, label=gettext_lazy("Invoice number"))}


def unsupply(*, seller_id: int, package_id: int, at: datetime, reason: str = "", **pieces: int) -> Intent:
    """Give up the pieces typed in, one number a line; all of them is the whole package.

    Raises:
        Invalid: none at all.
    """
    lines = [(int(name.removeprefix("line_")), count) for name, count in pieces.items() if count]
    if pieces and not lines:
        raise Invalid(f"package {package_id}", "pieces", "are all 0: say what cannot be supplied")
    return services.plan_move(
        seller_id=seller_id, package_id=package_id, event="unsupply", lines=lines, reason=reason, at=at
    )


def _unsupply_fields(request: HttpRequest, row: Package | None) -> dict[str, forms.Field]:
    """The channel's reasons, and a number of pieces for each line where it takes a part of a package."""
    if row is None:
        return {}
    known = channels.unsupply_reasons(channel_id=row.channel_id)
    reasons = [(word, _REASON_WORDS.get(word, said)) for word, said in known.items()]
    asked: dict[str, forms.Field] = {}
    if reasons:
        asked["reason"] = forms.ChoiceField(choices=reasons, label=gettext_lazy("Reason"))
    if channels.unsupplies_parts(channel_id=row.channel_id):
        for x in (
            PackageLine.objects.for_seller(row.seller_id).filter(package=row).select_related("line").order_by("id")
        ):
            asked[f"line_{x.line_id}"] = forms.IntegerField(
                min_value=0, max_value=x.quantity, initial=x.quantity,
                label=_("%(sku)s: pieces of %(count)d") % {"sku": x.line.sku or x.line.title, "count": x.quantity},
            )  # fmt: skip
    return asked


def _has_label(package: Package) -> bool:
    return package.label_id is not None


@register(Package)
class PackagePage(StateChip, Page):
    machine = PACKAGE
    list_display = [
        "package_ref",
        "order_link",
        "state_chip",
        "late_chip",
        "ship_by_shown",
        "tracking_ref",
        "label_link",
        "seller",
    ]
    list_filter = [
        state_filter(PACKAGE.states),
        choice_filter("late", gettext_lazy("late"), {
            "yes": (gettext_lazy("late"), lambda: late(now())), "stuck": (gettext_lazy("stuck"), ~Q(stuck_reason="")),
        }),
        ("channel", OwnChoices), ("seller", OwnChoices),
    ]  # fmt: skip
    list_select_related = ["order", "label", "seller"]
    search_fields = ["package_ref", "=tracking_ref", "order__order_ref"]
    fields = [
        "package_ref",
        "state_chip",
        "late_chip",
        "order_link",
        "channel",
        "seller",
        "their_status",
        "wants",
        "stuck_reason",
        "ship_by",
        "carrier",
        "tracking_ref",
        "tracking_url",
        "pays_carriage",
        "invoice_number",
        "label_link",
        "modified_at",
    ]
    readonly_fields = ["state_chip", "late_chip", "order_link", "label_link"]
    buttons = [
        Button(
            name="pick",
            label=gettext_lazy("Picking has begun"),
            call=services.plan_move,
            subject="package_id",
            event="pick",
            fixed={"event": "pick"},
            when=lambda p: p.wants != "picking",
            bulk=True,
            tone="main",
        ),
        Button(
            name="invoice",
            label=gettext_lazy("Invoice"),
            call=invoice,
            subject="package_id",
            ask=_invoice_fields,
            when=lambda p: p.state in ("created", "picking"),
            tone="main",
        ),
        Button(
            name="unsupply",
            label=gettext_lazy("Cannot be supplied"),
            call=unsupply,
            subject="package_id",
            event="unsupply",
            when=lambda p: p.wants != "unsupplied",
            tone="danger",
            ask=_unsupply_fields,
        ),
        Button(
            name="label",
            label=gettext_lazy("Make a label"),
            call=services.make_label,
            subject="package_id",
            when=lambda p: p.state in BEFORE_SHIPPING and not _has_label(p),
            bulk=True,
            help=gettext_lazy("A PDF of 100 × 150 mm with the tracking number as Code 128."),
        ),
    ]

    @display(description=gettext_lazy("order"), ordering="order__order_ref")
    def order_link(self, row: Package) -> SafeString:
        return row_link("orders.order", row.order_id, row.order.order_ref)

    @display(description=gettext_lazy("ship by"), ordering="ship_by")
    def ship_by_shown(self, row: Package) -> SafeString | str:
        return when(row.ship_by)

    @display(description=gettext_lazy("to look at"))
    def late_chip(self, row: Package) -> SafeString | str:
        if row.stuck_reason:
            return chip("look", Truncator(row.stuck_reason).chars(_BRIEF), row.stuck_reason)
        is_late = row.state in BEFORE_SHIPPING and row.ship_by is not None and row.ship_by < now()
        return chip("bad", _("late")) if is_late else EMPTY

    @display(description=gettext_lazy("label"))
    def label_link(self, row: Package) -> SafeString | str:
        return file_link(row.label, _("print")) if row.label else EMPTY

    def sections(self, request: HttpRequest, row: Package) -> list[Section]:
        return [_lines(row), Timeline(_("Timeline"), _moments(row)), _intents(row)]


def _lines(row: Package) -> Table:
    found = PackageLine.objects.for_seller(row.seller_id).filter(package=row).select_related("line").order_by("id")
    rows = [(x.line.sku or x.line.listing_ref, x.line.title, x.quantity) for x in found]
    return Table(_("What is in it"), [_("SKU"), _("title"), _("pieces")], rows)


def _moments(row: Package) -> list[Moment]:
    return [
        Moment(c.at, state_chip(c.new), c.by or c.actor, _("inferred") if c.inferred else c.note)
        for c in history(machine="package", subject_id=row.pk)
    ]


def _intents(row: Package) -> Table:
    found = channels.intents_of(seller_id=row.seller_id, kinds=("package_move", "label"), subject_id=row.pk)
    rows = [
        (
            row_link("channels.intent", i.pk, i.our_ref),
            i.step or i.kind,
            state_chip(i.state),
            when(i.sent_at),
            i.last_error,
        )
        for i in found
    ]
    headers = [_("our reference"), _("what"), _("state"), _("sent"), _("last error")]
    return Table(_("What we asked the channel for"), headers, rows)
