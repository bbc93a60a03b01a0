"""Labels: fetched where the channel makes them, made here where nobody does; always stored and printable."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from entrepot.channels import queries as channels
from entrepot.channels.services import confirm_intent, plan_intents
from entrepot.core.errors import Invalid, Refused
from entrepot.documents import services as documents
from entrepot.kit import records
from entrepot.kit.registry import connector
from entrepot.orders.queries import ship_to

from ..models import Package

if TYPE_CHECKING:
    from entrepot.channels.models import Intent
    from entrepot.documents.models import Document
    from entrepot.orders.models import Party

KIND = "label"
_MEDIA = {"zpl": ("application/zpl", "zpl"), "pdf": ("application/pdf", "pdf")}


def plan_labels(*, packages: Sequence[Package], at: datetime) -> None:
    """Fetch labels of packages of one seller that are being prepared, where the channel pays the carriage and makes
    labels.
    """
    ready: dict[int, list[Package]] = {}
    for p in packages:
        if p.state in ("picking", "invoiced") and p.tracking_ref and not p.label_id and p.pays_carriage == "channel":
            ready.setdefault(p.channel_id, []).append(p)
    for channel in channels.channels_by_id(channel_ids=list(ready)):
        some = ready[channel.id]
        if connector(channel.connector).has("get_label"):
            plan_intents(
                seller_id=channel.seller_id, channel_id=channel.id, kind=KIND,
                subjects=[(p.id, {"tracking_ref": p.tracking_ref}) for p in some],
                steps={p.id: p.tracking_ref[-24:] for p in some}, at=at,
            )  # fmt: skip


def keep_label(*, intent: Intent, label: records.Label, at: datetime) -> None:
    """Store the label that the channel made, outside of any transaction, and hang it on its package."""
    media, ending = _MEDIA[label.format]
    package = Package.objects.system().get(id=intent.subject_id)
    document = None
    if package.tracking_ref == intent.payload["tracking_ref"]:
        document = documents.keep(
            seller_id=package.seller_id, kind="label", name=f"{package.package_ref}.{ending}", media_type=media,
            content=b"\n".join(label.pages), facts={"tracking_ref": label.tracking_ref, "pages": len(label.pages)},
        )  # fmt: skip
    with transaction.atomic():
        if document is None or not _hang(document, package, tracking_ref=intent.payload["tracking_ref"]):
            confirm_intent(intent, their_ref="", result={"label": "of a waybill that was replaced"}, at=at)
            return
        confirm_intent(intent, their_ref=label.tracking_ref, result={"document_id": document.id}, at=at)


def make_label(*, seller_id: int, package_id: int, at: datetime) -> Package:  # noqa: ARG001 - use cases are told the time
    """Make a PDF label ourselves, with the tracking number as Code 128 (and our own ref where there is none yet).

    Raises:
        Package.DoesNotExist: not this seller's.
        Invalid: the delivery address is empty, or written in letters that the font lacks.
        Refused: the waybill was replaced meanwhile; ask again.
        RemoteBusy: the label cannot be stored now.
    """
    package = Package.objects.for_seller(seller_id).select_related("order").get(id=package_id)
    party = ship_to(order=package.order)
    if party is None or not party.lines:
        raise Invalid(f"package {package.package_ref}", "ship_to", "is empty; a label needs an address")
    document = documents.keep(
        seller_id=seller_id, kind="label", name=f"{package.package_ref}.pdf", media_type="application/pdf",
        content=_drawn(package, party), facts={"tracking_ref": package.tracking_ref, "pages": 1},
    )  # fmt: skip
    with transaction.atomic():
        if not _hang(document, package, tracking_ref=package.tracking_ref):
            raise Refused(f"package {package.package_ref} got another waybill meanwhile")
    package.label = document
    return package


def _hang(document: Document, package: Package, *, tracking_ref: str) -> bool:
    """Make it the package's label unless the waybill is another by now; else it goes, as it names the buyer."""
    rows = Package.objects.for_seller(package.seller_id)
    if rows.select_for_update(no_key=True).get(id=package.id).tracking_ref != tracking_ref:
        if not rows.filter(label=document).exists():
            documents.delete(seller_id=package.seller_id, document_ids=[document.id])
        return False
    rows.filter(id=package.id).update(label=document)
    return True


def _drawn(package: Package, party: Party) -> bytes:
    place = " ".join(filter(None, [party.postcode, party.district, party.city]))
    return documents.draw_label(
        code=package.tracking_ref or package.package_ref, carrier=package.carrier, name=party.name,
        company=party.company, lines=(*party.lines, place, party.country), order_ref=package.order.order_ref,
        package_ref=package.package_ref,
    )  # fmt: skip
