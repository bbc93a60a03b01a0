"""What comes in, over HTTP: feeds, sheets, and records that could not be mapped."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from ninja import Field, Query, Router, Schema

from entrepot.accounts.api import SellerId, acting_seller
from entrepot.catalog.queries import full_pass
from entrepot.channels.api import channel_of
from entrepot.core.clock import now
from entrepot.orders.api.shapes import PartyOut
from entrepot.web.areas import ActorRequest, Area
from entrepot.web.paging import DEFAULT, page
from entrepot.web.shapes import Cursor, Limit, Listed, OneOf, QueryId, Word, listed

from .. import services
from ..models import Feed, Receipt, SetAside

channels_router = Router(auth=Area("channels"), tags=["channels"])
sheets_router = Router(auth=Area("products"), tags=["products"])
aside_router = Router(auth=Area("set_aside"), tags=["set aside"])
buyers_router = Router(auth=Area("orders"), tags=["orders"])
ReceiptStatus = Annotated[str, OneOf(("queued", "done", "dead"))]
AsideState = Annotated[str, OneOf(("open", "replayed", "ignored"))]


class FeedOut(Schema):
    """One pull of a channel."""

    id: int = Field(examples=[9])
    name: str = Field(examples=["orders"])
    storefront_id: int | None = Field(examples=[5])
    is_enabled: bool = Field(examples=[True])
    every_s: float = Field(examples=[6.0])
    runs: int = Field(examples=[120])
    last_count: int = Field(examples=[3])
    last_done_at: datetime | None = Field(examples=["2026-03-01T09:30:00Z"])
    last_error: str = Field(examples=[""])


class ProblemOfRow(Schema):
    """Why a row could not be taken."""

    line: int = Field(description="of the sheet, the header is 1", examples=[4])
    column: str = Field(examples=["weight_g"])
    why: str = Field(examples=["must be a whole number of grams above zero, not 0"])


class SheetOut(Schema):
    """What became of a sheet; one bad row never stops the rest."""

    changed: int = Field(examples=[120])
    problems: list[ProblemOfRow] = Field(description="the first 200, by line")
    problem_count: int = Field(description="all of them", examples=[1])


class AsideOut(Schema):
    """A foreign record that could not be mapped: which, where in it, why."""

    id: int = Field(examples=[31])
    seller_id: int = Field(examples=[7])
    channel_id: int = Field(examples=[3])
    kind: str = Field(examples=["package"])
    subject: str = Field(examples=["package 3330111111"])
    field: str = Field(examples=["status"])
    reason: str = Field(examples=["'Lost' is not known to trendyol; known: Created, Picking"])
    state: AsideState = Field(examples=["open"])
    times: int = Field(examples=[4])
    first_at: datetime = Field(examples=["2026-03-01T09:30:00Z"])
    last_at: datetime = Field(examples=["2026-03-01T09:36:00Z"])


@channels_router.get(
    "/channels/{channel_id}/feeds",
    response=Listed[FeedOut],
    operation_id="list_feeds",
    summary="List a channel's pulls",
)
def list_feeds(request: ActorRequest, channel_id: int, cursor: Cursor = None, limit: Limit = DEFAULT) -> Any:
    """What is pulled, how often, and how it went."""
    row = channel_of(request, channel_id)
    return listed(page(Feed.objects.for_actor(request.auth).filter(channel=row), cursor=cursor, limit=limit))


class MissingOut(Schema):
    """What the last full pass over a store missed."""

    channel_id: int = Field(examples=[3])
    known_count: int = Field(description="variants on show when it began", examples=[100])
    missing_count: int = Field(description="of them missed, and still on sale", examples=[74])
    needs_person: bool = Field(description="too many to be believed until somebody approves", examples=[True])
    began_at: datetime = Field(examples=["2026-03-01T09:30:00Z"])
    approved_at: datetime | None = Field(description="null: nobody did, or it was done", examples=[None])

    @staticmethod
    def resolve_missing_count(row: Any) -> int:
        return len(row.missed_ids)


@channels_router.get(
    "/channels/{channel_id}/missing",
    response=MissingOut | None,
    operation_id="get_missing_goods",
    summary="Get what a store no longer shows",
)
def get_missing_goods(request: ActorRequest, channel_id: int) -> Any:
    """What the last full pass over a store missed; null: there was none yet."""
    row = channel_of(request, channel_id)
    return full_pass(seller_id=row.seller_id, channel_id=row.id)


@channels_router.post(
    "/channels/{channel_id}/missing/approve",
    response=MissingOut,
    operation_id="approve_missing_goods",
    summary="Say that missing goods have left",
)
def approve_missing_goods(request: ActorRequest, channel_id: int) -> Any:
    """Believe the last full pass: the next closes what it missed. 409: nothing waits for a person."""
    row = channel_of(request, channel_id)
    return services.approve_missing(seller_id=row.seller_id, channel_id=row.id, at=now())


@sheets_router.post(
    "/products/sheet", response=SheetOut, operation_id="import_sheet", summary="Import a sheet",
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                "text/csv": {
                    "schema": {"type": "string"},
                    "example": "sku,brand,origin,vat_rate,attribute:Materyal\nTEA-250,Paşabahçe,TR,0.20,Cam\n",
                }
            },
        }
    },
)  # fmt: skip
def import_sheet(
    request: ActorRequest,
    connector: Annotated[Word | None, Query(description="Whose words a sheet has.", examples=["trendyol"])] = None,
    seller_id: SellerId = None,
) -> Any:
    """A CSV of facts (column sku) or of words (columns kind, scope, ours, theirs). 422: it is neither."""
    result = services.import_sheet(
        seller_id=acting_seller(request.auth, seller_id), connector=connector or "", content=request.body, at=now()
    )
    problems = [{"line": line, "column": column, "why": why} for line, column, why in result.problems]
    return {"changed": result.changed, "problems": problems, "problem_count": result.problem_count}


@aside_router.get(
    "/set-aside", response=Listed[AsideOut], operation_id="list_set_aside", summary="List set-aside records"
)
def list_set_aside(
    request: ActorRequest,
    state: Annotated[AsideState | None, Query(examples=["open"])] = None,
    channel_id: Annotated[QueryId | None, Query(examples=[3])] = None,
    cursor: Cursor = None,
    limit: Limit = DEFAULT,
) -> Any:
    """Records that could not be mapped, the newest first."""
    given = {"state": state, "channel_id": channel_id}
    rows = SetAside.objects.for_actor(request.auth).filter(**{k: v for k, v in given.items() if v is not None})
    return listed(page(rows.defer("raw"), cursor=cursor, limit=limit, newest_first=True))


@aside_router.post(
    "/set-aside/{aside_id}/replay", response=AsideOut, operation_id="replay_set_aside", summary="Try again"
)
def replay_set_aside(request: ActorRequest, aside_id: int) -> Any:
    """Read a record again through the mapping as it is now. 409: it still cannot be mapped; says why."""
    row = SetAside.objects.for_actor(request.auth).get(id=aside_id)
    return services.replay_aside(seller_id=row.seller_id, aside_id=row.id, at=now())


@aside_router.post("/set-aside/{aside_id}/ignore", response=AsideOut, operation_id="ignore_set_aside", summary="Ignore")
def ignore_set_aside(request: ActorRequest, aside_id: int) -> Any:
    """Say that a record does not matter."""
    row = SetAside.objects.for_actor(request.auth).get(id=aside_id)
    return services.ignore_aside(seller_id=row.seller_id, aside_id=row.id, at=now())


class ReceiptOut(Schema):
    """A message as it was kept, without what it says."""

    id: int = Field(examples=[812])
    channel_id: int = Field(examples=[3])
    kind: str = Field(examples=["package"])
    subject_ref: str = Field(description="the order that it is about", examples=["9103214567"])
    via: str = Field(examples=["webhook"])
    status: str = Field(description="dead: given up after ten tries", examples=["dead"])
    outcome: str = Field(examples=[""])
    attempts: int = Field(examples=[10])
    last_error: str = Field(examples=["order 9103214567: currency is missing"])
    received_at: datetime = Field(examples=["2026-03-01T09:30:00Z"])


class RetriedOut(Schema):
    """How many receipts are applied again."""

    queued: int = Field(examples=[2])


@aside_router.get("/receipts", response=Listed[ReceiptOut], operation_id="list_receipts", summary="List receipts")
def list_receipts(
    request: ActorRequest,
    status: Annotated[ReceiptStatus | None, Query(examples=["dead"])] = None,
    channel_id: Annotated[QueryId | None, Query(examples=[3])] = None,
    cursor: Cursor = None,
    limit: Limit = DEFAULT,
) -> Any:
    """Messages as they were kept, the newest first."""
    given = {"status": status, "channel_id": channel_id}
    rows = Receipt.objects.for_actor(request.auth).filter(**{k: v for k, v in given.items() if v is not None})
    return listed(page(rows.defer("raw", "body"), cursor=cursor, limit=limit, newest_first=True))


@aside_router.post(
    "/receipts/{receipt_id}/retry", response=RetriedOut, operation_id="retry_receipt", summary="Apply again"
)
def retry_receipt(request: ActorRequest, receipt_id: int) -> Any:
    """Apply again what was given up of an order, once its cause is mended. 409: nothing of it was given up."""
    row = Receipt.objects.for_actor(request.auth).get(id=receipt_id)
    return {"queued": services.retry_receipt(seller_id=row.seller_id, receipt_id=row.id, at=now())}


class BuyerOut(Schema):
    """Everything that is held of the buyer of an order."""

    order_ref: str = Field(examples=["9103214567"])
    parties: list[PartyOut]
    receipts: list[dict[str, Any]] = Field(
        description="raw messages", examples=[[{"raw": {"orderNumber": "9103214567"}}]]
    )
    set_aside: list[dict[str, Any]] = Field(examples=[[]])
    packages: list[str] = Field(description="their labels name the buyer", examples=[["3330111111"]])


class ErasedOut(Schema):
    """How many of each were emptied or deleted."""

    parties: int = Field(examples=[2])
    labels: int = Field(examples=[1])
    receipts: int = Field(examples=[4])
    set_aside: int = Field(examples=[0])


@buyers_router.get("/orders/{order_id}/buyer", response=BuyerOut, operation_id="export_buyer", summary="Export a buyer")
def export_buyer(request: ActorRequest, order_id: int) -> Any:
    """All that is held of the buyer of an order. 403: only an owner may."""
    return services.export_buyer(who=request.auth, order_id=order_id)


@buyers_router.post(
    "/orders/{order_id}/buyer/erase", response=ErasedOut, operation_id="erase_buyer", summary="Erase a buyer"
)
def erase_buyer(request: ActorRequest, order_id: int) -> Any:
    """Forget who bought; amounts and goods stay. 403: only an owner may. 409: the order is not over."""
    return services.erase_buyer(who=request.auth, order_id=order_id, at=now())
