"""Packages over HTTP: read, ask the marketplace for moves, labels."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

from django.http import HttpResponse
from django.utils.http import content_disposition_header
from ninja import Field, Query, Router, Schema, Status

from entrepot.channels import queries as channels
from entrepot.core.clock import now
from entrepot.documents.services import content_of
from entrepot.orders import queries as order_queries
from entrepot.web.areas import ActorRequest, Area
from entrepot.web.paging import DEFAULT, page
from entrepot.web.shapes import Body, Count, Cursor, Id, Limit, Listed, OneOf, QueryId, Text, Word, listed

from . import services
from .models import Package
from .states import PACKAGE

if TYPE_CHECKING:
    from entrepot.channels.models import Intent

router = Router(auth=Area("packages"), tags=["packages"])
PackageState = Annotated[str, OneOf(PACKAGE.states)]


class PackageLineOut(Schema):
    """How many of an order line travel in a package."""

    line_id: int = Field(examples=[77])
    quantity: int = Field(examples=[2])


class PackageOut(Schema):
    """What one waybill covers."""

    id: int = Field(examples=[55])
    seller_id: int = Field(examples=[7])
    order_id: int = Field(examples=[42])
    channel_id: int = Field(examples=[3])
    package_ref: str = Field(description="the channel's id", examples=["3330111111"])
    state: PackageState = Field(examples=["picking"])
    their_status: str = Field(examples=["Picking"])
    wants: str = Field(description="the state we asked the channel for; empty: nothing asked", examples=[""])
    stuck_reason: str = Field(description="what a person has to do; empty: nothing", examples=[""])
    ship_by: datetime | None = Field(examples=["2026-03-03T15:00:00Z"])
    pays_carriage: str = Field(description="who issues the waybill: channel or seller", examples=["channel"])
    tracking_ref: str = Field(examples=["7330000123456789"])
    tracking_url: str = Field(examples=["https://track.example/7330000123456789"])
    carrier: str = Field(examples=["Trendyol Express"])
    invoice_number: str = Field(examples=["ABC2026000000017"])
    origin_refs: list[Any] = Field(description="the packages it replaced", examples=[[]])
    has_label: bool = Field(examples=[True])
    lines: list[PackageLineOut]

    @staticmethod
    def resolve_has_label(row: Package) -> bool:
        return row.label_id is not None


class AskedOut(Schema):
    """What the marketplace is asked for; the package follows when it has agreed."""

    package_id: int = Field(examples=[55])
    our_ref: str = Field(examples=["EN-package_move-pick-55-1"])
    event: str = Field(examples=["pick"])
    state: str = Field(examples=["planned"])


class InvoiceIn(Body):
    """The invoice's number."""

    invoice_number: Annotated[Word, Field(min_length=1, max_length=40)] = Field(examples=["ABC2026000000017"])


class UnsupplyLine(Body):
    """How many of a line cannot be supplied."""

    line_id: Id = Field(examples=[77])
    quantity: Annotated[Count, Field(ge=1)] = Field(examples=[1])


class UnsupplyIn(Body):
    """Why goods cannot be supplied, and which; none named: all."""

    reason: Text = Field("", description="one of `unsupply-reasons`", examples=["out_of_stock"])
    lines: list[UnsupplyLine] = Field(default_factory=list, max_length=500)


def package_of(request: ActorRequest, package_id: int) -> Package:
    """A package that the actor may see.

    Raises:
        Package.DoesNotExist: there is none, or it is another seller's.
    """
    return Package.objects.for_actor(request.auth).prefetch_related("lines").get(id=package_id)


@router.get("/packages", response=Listed[PackageOut], operation_id="list_packages", summary="List packages")
def list_packages(
    request: ActorRequest,
    state: Annotated[PackageState | None, Query(examples=["created"])] = None,
    order_id: Annotated[QueryId | None, Query(examples=[42])] = None,
    package_ref: Annotated[Word | None, Query(examples=["3330111111"])] = None,
    is_stuck: Annotated[bool | None, Query(description="Only those that wait for a person, or the others.")] = None,
    cursor: Cursor = None,
    limit: Limit = DEFAULT,
) -> Any:
    """Packages, the newest first."""
    given = {"state": state, "order_id": order_id, "package_ref": package_ref}
    rows = Package.objects.for_actor(request.auth).filter(**{k: v for k, v in given.items() if v is not None})
    if is_stuck is not None:
        rows = rows.exclude(stuck_reason="") if is_stuck else rows.filter(stuck_reason="")
    return listed(page(rows.prefetch_related("lines"), cursor=cursor, limit=limit, newest_first=True))


@router.get("/packages/{package_id}", response=PackageOut, operation_id="get_package", summary="Get a package")
def get_package(request: ActorRequest, package_id: int) -> Any:
    """One package with its lines."""
    return package_of(request, package_id)


@router.post(
    "/packages/{package_id}/pick", response={202: AskedOut}, operation_id="pick_package", summary="Start picking"
)
def pick_package(request: ActorRequest, package_id: int) -> Any:
    """Tell the marketplace that the package is being picked. 409: not from this state."""
    return Status(202, _asked(request, package_id, "pick"))


@router.post(
    "/packages/{package_id}/invoice", response=PackageOut, operation_id="invoice_package", summary="Give an invoice"
)
def invoice_package(request: ActorRequest, package_id: int, body: InvoiceIn) -> Any:
    """Keep the invoice's number; a package in picking is then invoiced on the marketplace."""
    row = package_of(request, package_id)
    services.set_invoice_number(
        seller_id=row.seller_id, package_id=row.id, invoice_number=body.invoice_number, at=now()
    )
    return package_of(request, row.id)


@router.post(
    "/packages/{package_id}/unsupply", response={202: AskedOut}, operation_id="unsupply_package",
    summary="Say that goods cannot be supplied",
)  # fmt: skip
def unsupply_package(request: ActorRequest, package_id: int, body: UnsupplyIn) -> Any:
    """Ask the marketplace to cancel all or some of a package's goods. 409: it has gone too far. 422: the channel
    does not take the reason, or no part of a package.
    """
    lines = [(x.line_id, x.quantity) for x in body.lines]
    return Status(202, _asked(request, package_id, "unsupply", lines=lines, reason=body.reason))


class GiveUpIn(Body):
    """Why an order cannot be supplied; empty: the first reason that the channel knows."""

    reason: Text = Field("", description="one of `unsupply-reasons`", examples=["out_of_stock"])


@router.post(
    "/orders/{order_id}/give-up", response={202: list[AskedOut]}, operation_id="give_up_order",
    summary="Give up an order on the marketplace",
)  # fmt: skip
def give_up_order(request: ActorRequest, order_id: int, body: GiveUpIn) -> Any:
    """Say of all packages that have not left that they cannot be supplied, such as when the store's owner cancelled the
    order. 409: everything has left, or is being given up.
    """
    row = order_queries.order_for(actor=request.auth, order_id=order_id)
    found = services.give_up_order(seller_id=row.seller_id, order_id=row.id, reason=body.reason, at=now())
    return Status(202, [_told(intent) for intent in found])


class ReasonOut(Schema):
    """Why goods may be given up."""

    reason: str = Field(examples=["out_of_stock"])
    words: str = Field(examples=["out of stock"])


class ReasonsOut(Schema):
    """What the package's channel takes."""

    reasons: list[ReasonOut]
    takes_parts: bool = Field(description="some pieces may be given up and the rest sent", examples=[True])


@router.get(
    "/packages/{package_id}/unsupply-reasons", response=ReasonsOut, operation_id="list_unsupply_reasons",
    summary="Why goods may be given up",
)  # fmt: skip
def list_unsupply_reasons(request: ActorRequest, package_id: int) -> Any:
    """The reasons that the package's channel takes, and whether a part may be given up."""
    row = package_of(request, package_id)
    reasons = channels.unsupply_reasons(channel_id=row.channel_id)
    return {
        "reasons": [{"reason": r, "words": words} for r, words in reasons.items()],
        "takes_parts": channels.unsupplies_parts(channel_id=row.channel_id),
    }


@router.post(
    "/packages/{package_id}/hand-over", response={202: AskedOut}, operation_id="hand_over_package",
    summary="Give the carrier's number to the marketplace",
)  # fmt: skip
def hand_over_package(request: ActorRequest, package_id: int) -> Any:
    """Tell the marketplace that a package which the seller ships is on its way. 422: it has no tracking number."""
    return Status(202, _asked(request, package_id, "hand_over"))


@router.post(
    "/packages/{package_id}/label",
    response={201: PackageOut},
    operation_id="make_package_label",
    summary="Make a label",
)
def make_package_label(request: ActorRequest, package_id: int) -> Any:
    """Make a PDF label of our own. 422: the delivery address is empty."""
    row = package_of(request, package_id)
    services.make_label(seller_id=row.seller_id, package_id=row.id, at=now())
    return Status(201, package_of(request, row.id))


@router.get(
    "/packages/{package_id}/label", operation_id="get_package_label", summary="Download the label",
    openapi_extra={
        "responses": {
            200: {
                "description": "The label as it is printed.",
                "content": {
                    "application/pdf": {"schema": {"type": "string", "format": "binary"}, "example": "%PDF-1.4"},
                    "application/zpl": {"schema": {"type": "string"}, "example": "^XA^XZ"},
                },
            }
        }
    },
)  # fmt: skip
def get_package_label(request: ActorRequest, package_id: int) -> Any:
    """The stored label, as the channel or we made it: PDF or ZPL. 404: there is none yet."""
    row = package_of(request, package_id)
    if row.label is None:
        raise Package.DoesNotExist(f"package {row.package_ref} has no label yet")
    answer = HttpResponse(content_of(row.label), content_type=row.label.media_type)
    answer["Content-Disposition"] = content_disposition_header(True, row.label.name) or "attachment"
    return answer


def _asked(request: ActorRequest, package_id: int, event: str, **more: Any) -> dict[str, Any]:
    row = package_of(request, package_id)
    intent: Intent = services.plan_move(seller_id=row.seller_id, package_id=row.id, event=event, at=now(), **more)
    return _told(intent)


def _told(intent: Intent) -> dict[str, Any]:
    return {
        "package_id": intent.subject_id, "our_ref": intent.our_ref, "event": intent.payload["event"],
        "state": intent.state,
    }  # fmt: skip
