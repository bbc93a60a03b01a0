"""Listings over HTTP: what is offered where, what is missing, and how far stock and price have come."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any

from ninja import Field, Query, Router, Schema, Status

from entrepot.channels import queries as channels
from entrepot.core.clock import now
from entrepot.core.errors import Refused
from entrepot.events.queries import history
from entrepot.web.areas import ActorRequest, Area
from entrepot.web.paging import DEFAULT, page
from entrepot.web.shapes import Body, Cursor, Limit, Listed, MoneyOut, OneOf, QueryId, Text, Word, listed, money

from . import queries, services
from .models import Listing, ListingLevel
from .queries import Made
from .states import LANES, LISTING

router = Router(auth=Area("listings"), tags=["listings"])
ListingState = Annotated[str, OneOf(LISTING.states)]


class MissingOut(Schema):
    """A fact that keeps a listing from being sent."""

    field: str = Field(examples=["origin"])
    why: str = Field(examples=["is not known; give the country of making"])


class StockLane(Schema):
    """Pieces: wanted, sent, taken by the marketplace, and seen there. null: not known, not sent, not read."""

    desired: int | None = Field(examples=[10])
    submitted: int | None = Field(examples=[10])
    acknowledged: int | None = Field(examples=[10])
    observed: int | None = Field(examples=[9])
    is_due: bool = Field(description="waits to be pushed", examples=[False])
    is_in_flight: bool = Field(examples=[False])
    refusal: str = Field(description="the marketplace's own words", examples=[""])


class StockMade(Schema):
    """How many pieces may be on sale now, and how that comes about. What is held back counts together."""

    available: int | None = Field(description="on hand less what is promised; null: unknown", examples=[12])
    pieces: int = Field(description="held back whatever there is", examples=[1])
    fraction: str = Field(description="held back of what there is", examples=["0.100"])
    share: int | None = Field(description="that fraction in pieces, rounded up", examples=[2])
    pace: str = Field(description="times what sells while the storefront learns of a change", examples=["1.00"])
    per_day: str = Field(description="pieces that orders take a day", examples=["48.00"])
    delay_s: str = Field(description="seconds until the storefront acknowledges", examples=["12.5"])
    is_measured: bool = Field(description="false: no delay was measured yet; a careful one counts", examples=[True])
    cover: int = Field(description="held back for what sells meanwhile, rounded up", examples=[1])
    most: int | None = Field(description="that the channel keeps; null: any number", examples=[20000])
    stop: str = Field(
        description="why nothing is sold: not selling, not on show, closed, no price; empty: it is", examples=[""]
    )
    published: int | None = Field(description="null: was never known, so nothing is published", examples=[8])

    @staticmethod
    def resolve_fraction(row: Made) -> str:
        return f"{row.fraction:.3f}"

    @staticmethod
    def resolve_pace(row: Made) -> str:
        return f"{row.pace:.2f}"

    @staticmethod
    def resolve_per_day(row: Made) -> str:
        return f"{row.per_day:.2f}"

    @staticmethod
    def resolve_delay_s(row: Made) -> str:
        return f"{row.delay_s:.1f}"


class PriceSeen(Schema):
    """Sale price, and the crossed-out one."""

    sale_price: MoneyOut | None
    list_price: MoneyOut | None


class PriceLane(Schema):
    """Prices: wanted, sent, taken by the marketplace, and seen there. null: not known, not sent, not read."""

    desired: PriceSeen
    submitted: PriceSeen
    acknowledged: PriceSeen
    observed: PriceSeen
    is_due: bool = Field(description="waits to be pushed", examples=[False])
    is_in_flight: bool = Field(examples=[False])
    refusal: str = Field(description="the marketplace's own words", examples=[""])


class ListingOut(Schema):
    """A variant offered on one storefront."""

    id: int = Field(examples=[900])
    seller_id: int = Field(examples=[7])
    variant_id: int = Field(examples=[1201])
    sku: str = Field(examples=["TEA-250"])
    storefront_id: int = Field(examples=[5])
    storefront: str = Field(description="its code", examples=["TR"])
    channel_id: int = Field(examples=[3])
    listing_ref: str = Field(description="the channel's key; fixed once live", examples=["8690000000005"])
    state: ListingState = Field(examples=["live"])
    missing: list[MissingOut] = Field(description="what keeps it from being listed")
    refusal: str = Field(description="the marketplace's own words", examples=[""])
    live_at: datetime | None = Field(examples=["2026-03-01T09:30:00Z"])

    @staticmethod
    def resolve_sku(row: Listing) -> str:
        return row.variant.sku

    @staticmethod
    def resolve_storefront(row: Listing) -> str:
        return row.storefront.code

    @staticmethod
    def resolve_channel_id(row: Listing) -> int:
        return row.storefront.channel_id


class HappenedOut(Schema):
    """One move of a life cycle, with who and why."""

    at: datetime = Field(examples=["2026-03-01T09:30:00Z"])
    event: str = Field(examples=["go_live"])
    old: str = Field(examples=["submitted"])
    new: str = Field(examples=["live"])
    actor: str = Field(examples=["remote"])
    by: str = Field(examples=[""])
    note: str = Field(examples=[""])
    inferred: bool = Field(description="a step between two that the remote told", examples=[False])


class ListingWhole(ListingOut):
    """A listing with its content, its two lanes and its history."""

    content: dict[str, Any] = Field(examples=[{"title": "Ince belli çay bardağı", "brand_ref": "1771"}])
    submitted_at: datetime | None = Field(examples=["2026-03-01T09:20:00Z"])
    stock: StockLane | None
    stock_made: StockMade | None
    price: PriceLane | None
    timeline: list[HappenedOut]


@router.get("/listings", response=Listed[ListingOut], operation_id="list_listings", summary="List listings")
def list_listings(
    request: ActorRequest,
    state: Annotated[ListingState | None, Query(examples=["failed"])] = None,
    storefront_id: Annotated[QueryId | None, Query(examples=[5])] = None,
    channel_id: Annotated[QueryId | None, Query(examples=[3])] = None,
    sku: Annotated[Word | None, Query(examples=["TEA-250"])] = None,
    is_incomplete: Annotated[bool | None, Query(description="Only those with missing facts, or the others.")] = None,
    cursor: Cursor = None,
    limit: Limit = DEFAULT,
) -> Any:
    """Listings by id."""
    rows = Listing.objects.for_actor(request.auth).select_related("variant", "storefront")
    given = {
        "state": state, "storefront_id": storefront_id, "storefront__channel_id": channel_id, "variant__sku": sku,
    }  # fmt: skip
    rows = rows.filter(**{k: v for k, v in given.items() if v is not None})
    if is_incomplete is not None:
        rows = rows.exclude(missing=[]) if is_incomplete else rows.filter(missing=[])
    return listed(page(rows, cursor=cursor, limit=limit))


@router.get("/listings/{listing_id}", response=ListingWhole, operation_id="get_listing", summary="Get a listing")
def get_listing(request: ActorRequest, listing_id: int) -> Any:
    """One listing: content, what is missing, how far stock and price have come, and what happened to it."""
    rows = Listing.objects.for_actor(request.auth).select_related("variant", "storefront").prefetch_related("levels")
    row: Any = rows.get(id=listing_id)
    lanes = {level.lane: level for level in row.levels.all()}
    stock, price = (lanes.get(lane) for lane in LANES)
    row.stock = None if stock is None else _stock(stock)
    row.price = None if price is None else _price(price, row.storefront.currency)
    row.stock_made = None if stock is None else queries.stock_made(listing_id=row.id)
    row.timeline = history(machine=LISTING.name, subject_id=row.id)
    return row


@router.post(
    "/listings/{listing_id}/put-back", response=ListingWhole, operation_id="put_back_listing",
    summary="Put a listing back on sale",
)  # fmt: skip
def put_back_listing(request: ActorRequest, listing_id: int) -> Any:
    """Sell again what was taken off sale in the marketplace's own panel. 409: it was not."""
    row = _mine(request, listing_id)
    if not services.put_back(seller_id=row.seller_id, listing_ids=[row.id], at=now()):
        raise Refused(f"listing {row} is {row.state!r}, and was not taken off sale in the marketplace's own panel")
    return get_listing(request, row.id)


@router.post(
    "/listings/{listing_id}/retry", response=ListingWhole, operation_id="retry_listing", summary="Send a listing again"
)
def retry_listing(request: ActorRequest, listing_id: int) -> Any:
    """Send a failed listing again as it is. 409: it has not failed."""
    row = _mine(request, listing_id)
    if not services.retry_listings(seller_id=row.seller_id, listing_ids=[row.id], at=now()):
        raise Refused(f"listing {row} is {row.state!r}: only what has failed is sent again")
    return get_listing(request, row.id)


@router.post(
    "/listings/{listing_id}/retry-levels", response=ListingWhole, operation_id="retry_levels",
    summary="Send refused stock and prices again",
)  # fmt: skip
def retry_levels(request: ActorRequest, listing_id: int) -> Any:
    """Send stock and price again where they were refused, also after we stopped trying. 409: neither waits for that."""
    row = _mine(request, listing_id)
    if not services.retry_levels(seller_id=row.seller_id, level_ids=[x.id for x in row.levels.all()], at=now()):
        raise Refused(f"listing {row}: neither stock nor price was refused, or what was is in flight again")
    return get_listing(request, row.id)


class DenyIn(Body):
    """Why it must never be offered there."""

    reason: Text = Field(min_length=1, examples=["the brand forbids it in Germany"])


@router.post(
    "/listings/{listing_id}/deny", response=ListingWhole, operation_id="deny_listing", summary="Never list here"
)
def deny_listing(request: ActorRequest, listing_id: int, body: DenyIn) -> Any:
    """Never offer this there. 409: it is there, or on its way; reject its product or close the storefront first."""
    row = _mine(request, listing_id)
    if not services.deny_listings(seller_id=row.seller_id, listing_ids=[row.id], reason=body.reason, at=now()):
        raise Refused(f"listing {row} is {row.state!r}: only a draft or what is closed can be denied")
    return get_listing(request, row.id)


@router.post(
    "/listings/{listing_id}/allow", response=ListingWhole, operation_id="allow_listing", summary="List here after all"
)
def allow_listing(request: ActorRequest, listing_id: int) -> Any:
    """Offer there what was denied, once it is complete and approved. 409: it was not denied."""
    row = _mine(request, listing_id)
    if not services.allow_listings(seller_id=row.seller_id, listing_ids=[row.id], at=now()):
        raise Refused(f"listing {row} is {row.state!r}, and was not denied")
    return get_listing(request, row.id)


def _mine(request: ActorRequest, listing_id: int) -> Listing:
    found: Listing = Listing.objects.for_actor(request.auth).get(id=listing_id)
    return found


def _stock(level: ListingLevel) -> dict[str, Any]:
    return {name: _pieces(getattr(level, f"{name}_value")) for name in _STAGES} | _flags(level)


def _price(level: ListingLevel, currency: str) -> dict[str, Any]:
    seen = {
        name: {
            "sale_price": money(getattr(level, f"{name}_value"), currency),
            "list_price": money(getattr(level, f"{name}_list"), currency),
        }
        for name in _STAGES
    }
    return seen | _flags(level)


_STAGES = ("desired", "submitted", "acknowledged", "observed")


def _pieces(value: Decimal | None) -> int | None:
    return None if value is None else int(value)


def _flags(level: ListingLevel) -> dict[str, Any]:
    return {"is_due": level.is_due, "is_in_flight": level.batch_id is not None, "refusal": level.refusal}


class DriftOut(Schema):
    """What the last complete pass over a storefront showed otherwise than acknowledged there."""

    storefront_id: int = Field(examples=[5])
    storefront: str = Field(description="its code", examples=["TR"])
    ended_at: datetime = Field(examples=["2026-03-01T09:30:00Z"])
    compared: int = Field(description="levels with nothing in flight", examples=[2400])
    drift: int = Field(description="stock and prices that are otherwise", examples=[0])
    stock_otherwise: int = Field(examples=[0])
    stock_lower: int = Field(description="fewer pieces than we gave: mostly sales not heard of yet", examples=[3])
    price_otherwise: int = Field(examples=[0])
    unseen: int = Field(description="live listings that the pass did not show", examples=[0])
    drift_ever: int = Field(description="of all passes together", examples=[12])


@router.get(
    "/channels/{channel_id}/drift", response=list[DriftOut], operation_id="channel_drift", summary="Show the drift"
)
def channel_drift(request: ActorRequest, channel_id: int) -> Any:
    """Observed against expected, by storefront. What is otherwise is sent again by itself. 404: not yours."""
    channel = channels.channel_for(actor=request.auth, channel_id=channel_id)
    return [
        {
            "storefront_id": r.storefront_id, "storefront": r.storefront.code, "ended_at": r.ended_at,
            "compared": r.last_compared, "drift": r.last_stock_otherwise + r.last_price_otherwise,
            "stock_otherwise": r.last_stock_otherwise, "stock_lower": r.last_stock_lower,
            "price_otherwise": r.last_price_otherwise, "unseen": r.last_unseen, "drift_ever": r.drift_ever,
        }
        for r in queries.reconciliations(channel_id=channel.id)
    ]  # fmt: skip


class TurnedOut(Schema):
    """A storefront that was closed or opened, and how many of its listings follow."""

    storefront_id: int = Field(examples=[5])
    is_open: bool = Field(examples=[False])
    listings: int = Field(examples=[120])


@router.post(
    "/storefronts/{storefront_id}/close", response={202: TurnedOut}, operation_id="close_storefront",
    summary="Close a storefront",
)  # fmt: skip
def close_storefront(request: ActorRequest, storefront_id: int) -> Any:
    """Sell nothing there any more: stock 0 first, then each listing is closed. 409: it is closed already."""
    return _turned(request, storefront_id, is_open=False)


@router.post(
    "/storefronts/{storefront_id}/open", response={202: TurnedOut}, operation_id="reopen_storefront",
    summary="Open a storefront again",
)  # fmt: skip
def reopen_storefront(request: ActorRequest, storefront_id: int) -> Any:
    """Put back on sale what was closed, and list what is new. 409: it is open already."""
    return _turned(request, storefront_id, is_open=True)


def _turned(request: ActorRequest, storefront_id: int, *, is_open: bool) -> Any:
    row = channels.storefront_for(actor=request.auth, storefront_id=storefront_id)
    turn = services.reopen_storefront if is_open else services.close_storefront
    count = turn(seller_id=row.seller_id, storefront_id=row.id, at=now())
    return Status(202, {"storefront_id": row.id, "is_open": is_open, "listings": count})
