"""Labels: fetched where the channel makes them, made here where nobody does; always stored and printable."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from entrepot.channels.models import Channel, Intent
from entrepot.channels.services import confirm_intent, plan_intent
from entrepot.core.errors import Invalid
from entrepot.documents import services as documents
from entrepot.documents.labels import LabelFacts, label_pdf, missing_letters
from entrepot.kit import records
from entrepot.kit.registry import connector
from entrepot.orders.models import Party

from ..models import Package

KIND = "label"
_MEDIA = {"zpl": ("application/zpl", "zpl"), "pdf": ("application/pdf", "pdf")}


def plan_label(*, package: Package, at: datetime) -> Intent | None:
    """Fetch the label of a package that is being prepared, where the channel pays the carriage and makes labels."""
    if package.state not in ("picking", "invoiced") or not package.tracking_ref or package.label_id:
        return None
    channel = Channel.objects.system().get(id=package.channel_id)
    if package.pays_carriage != "channel" or not connector(channel.connector).has("get_label"):
        return None
    return plan_intent(
        seller_id=package.seller_id, channel_id=channel.id, kind=KIND, subject_id=package.id,
        step=package.tracking_ref[-24:], payload={"tracking_ref": package.tracking_ref}, at=at,
    )  # fmt: skip


def keep_label(*, intent: Intent, label: records.Label, at: datetime) -> None:
    """Store the label that the channel made and hang it on its package."""
    media, ending = _MEDIA[label.format]
    with transaction.atomic():
        package = Package.objects.system().select_for_update(no_key=True).get(id=intent.subject_id)
        if package.tracking_ref != intent.payload["tracking_ref"]:
            confirm_intent(intent, their_ref="", result={"label": "of a waybill that was replaced"}, at=at)
            return
        document = documents.keep(
            seller_id=package.seller_id, kind="label", name=f"{package.package_ref}.{ending}", media_type=media,
            content=b"\n".join(label.pages), facts={"tracking_ref": label.tracking_ref, "pages": len(label.pages)},
        )  # fmt: skip
        package.label = document
        package.save(update_fields=["label"])
        confirm_intent(intent, their_ref=label.tracking_ref, result={"document_id": document.id}, at=at)


def make_label(*, seller_id: int, package_id: int, at: datetime) -> Package:  # noqa: ARG001 - use cases are told the time
    """Make a PDF label ourselves, with the tracking number as Code 128 (and our own ref where there is none yet).

    Raises:
        Package.DoesNotExist: not this seller's.
        Invalid: the delivery address is empty, or written in letters that the font lacks.
    """
    with transaction.atomic():
        rows = Package.objects.for_seller(seller_id).select_for_update(no_key=True).select_related("order")
        package = rows.get(id=package_id)
        party = Party.objects.for_seller(seller_id).filter(order=package.order, role="ship_to").first()
        if party is None or not party.lines:
            raise Invalid(f"package {package.package_ref}", "ship_to", "is empty; a label needs an address")
        facts = _facts(package, party)
        if missing := missing_letters(facts):
            why = f"has letters that our labels cannot show ({missing}); print the carrier's"
            raise Invalid(f"package {package.package_ref}", "ship_to", why)
        package.label = documents.keep(
            seller_id=seller_id, kind="label", name=f"{package.package_ref}.pdf", media_type="application/pdf",
            content=label_pdf(facts), facts={"tracking_ref": package.tracking_ref, "pages": 1},
        )  # fmt: skip
        package.save(update_fields=["label"])
    return package


def _facts(package: Package, party: Party) -> LabelFacts:
    place = " ".join(filter(None, [party.postcode, party.district, party.city]))
    return LabelFacts(
        code=package.tracking_ref or package.package_ref, carrier=package.carrier, name=party.name,
        company=party.company, lines=(*party.lines, place, party.country), order_ref=package.order.order_ref,
        package_ref=package.package_ref,
    )  # fmt: skip
