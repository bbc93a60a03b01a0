"""Stock over HTTP: levels, availability, readings, buffers."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any

from django.db.models import Sum
from ninja import Field, Query, Router, Schema

from entrepot.accounts.api import SellerId, acting_seller
from entrepot.catalog import queries as catalog
from entrepot.catalog.queries import variant_ids_by_sku
from entrepot.channels import queries as channels
from entrepot.core.clock import now
from entrepot.core.errors import Invalid
from entrepot.web.areas import ActorRequest, Area
from entrepot.web.paging import DEFAULT, page
from entrepot.web.shapes import Body, ChangedOut, Count, Cursor, Id, Limit, Listed, QueryId, Whole, Word, listed

from . import queries, services
from .models import Buffer, Reservation, StockChange, StockLevel

router = Router(auth=Area("stock"), tags=["stock"])


class LevelOut(Schema):
    """On hand at one location, as told. ``read_at`` is when the reading began."""

    location: str = Field(examples=["store"])
    on_hand: int | None = Field(description="null: unknown, and unknown is never published", examples=[12])
    read_at: datetime = Field(examples=["2026-03-01T09:30:00Z"])
    source: str = Field(examples=["store"])


class StockOut(Schema):
    """What there is of a variant, and what of it may be sold."""

    variant_id: int = Field(examples=[1201])
    sku: str = Field(examples=["TEA-250"])
    available: int | None = Field(description="on hand less what is promised; null: unknown", examples=[10])
    reserved: int = Field(description="promised to open orders", examples=[2])
    levels: list[LevelOut]


class ReadingIn(Body):
    """One count. ``on_hand`` null takes back what was told here before; what the store counts stays."""

    sku: Annotated[Word, Field(max_length=100)] = Field(examples=["TEA-250"])
    on_hand: Whole | None = Field(examples=[12])


class ReadingsIn(Body):
    """Counts as of now. A reading of the store that begins later replaces them."""

    readings: list[ReadingIn] = Field(min_length=1, max_length=1000)
    location: Annotated[Word, Field(min_length=1, max_length=60)] = Field("store", examples=["store"])


class BufferOut(Schema):
    """Pieces held back, a fraction of what there is, and what sells while a channel learns of it; null: all."""

    id: int = Field(examples=[4])
    storefront_id: int | None = Field(examples=[5])
    channel_id: int | None = Field(examples=[None])
    variant_id: int | None = Field(examples=[None])
    pieces: int = Field(examples=[2])
    fraction: str = Field(examples=["0.100"])
    pace: str = Field(description="times pieces a day × the channel's measured delay", examples=["1.50"])

    @staticmethod
    def resolve_fraction(row: Buffer) -> str:
        return format(Decimal(row.fraction).quantize(Decimal("0.001")), "f")

    @staticmethod
    def resolve_pace(row: Buffer) -> str:
        return format(Decimal(row.pace).quantize(Decimal("0.01")), "f")


class BufferIn(Body):
    """What to hold back, on one storefront, one channel or all, of one variant or all."""

    storefront_id: Id | None = Field(None, examples=[5])
    channel_id: Id | None = Field(None, description="not with a storefront", examples=[None])
    variant_id: Id | None = Field(None, examples=[None])
    pieces: Count = Field(0, examples=[2])
    fraction: Annotated[str, Field(pattern=r"^(0(\.[0-9]{1,3})?|1(\.0{1,3})?)$")] = Field("0", examples=["0.1"])
    pace: Annotated[str, Field(pattern=r"^([0-9]{1,2}(\.[0-9]{1,2})?|100(\.0{1,2})?)$")] = Field(
        "0", description="1 holds back what sells on average while the channel learns of a change", examples=["1.5"]
    )


@router.get("/stock", response=Listed[StockOut], operation_id="list_stock", summary="List stock")
def list_stock(
    request: ActorRequest,
    sku: Annotated[Word | None, Query(examples=["TEA-250"])] = None,
    cursor: Cursor = None,
    limit: Limit = DEFAULT,
) -> Any:
    """Variants by id, with their levels and what may be sold. Four SQL queries."""
    rows = catalog.variants_for(actor=request.auth).prefetch_related("levels")
    found = page(rows.filter(sku=sku) if sku is not None else rows, cursor=cursor, limit=limit)
    ids = [v.id for v in found.items]
    available, reserved = queries.available(variant_ids=ids), _reserved(request, ids)
    items = [
        {
            "variant_id": v.id, "sku": v.sku, "available": available.get(v.id), "reserved": reserved.get(v.id, 0),
            "levels": sorted(v.levels.all(), key=_location),
        }
        for v in found.items
    ]  # fmt: skip
    return {"items": items, "next": found.next_cursor}


def _reserved(request: ActorRequest, ids: list[int]) -> dict[int, int]:
    held = Reservation.objects.for_actor(request.auth).filter(variant_id__in=ids, state="held")
    return dict(held.values_list("variant_id").annotate(n=Sum("quantity")))


def _location(level: StockLevel) -> str:
    return level.location


class StockChangeOut(Schema):
    """What was on hand changed, and why: ``told`` by a source, ``taken`` by an order, ``returned`` by the store."""

    variant_id: int = Field(examples=[1201])
    location: str = Field(examples=["store"])
    old: int | None = Field(description="null: was not known", examples=[12])
    new: int | None = Field(description="null: is not known any more", examples=[10])
    why: str = Field(examples=["taken"])
    source: str = Field(description="who counts here: store, hub or file", examples=["store"])
    by: str = Field(description="the person or key; empty: none", examples=[""])
    at: datetime = Field(description="when the reading began, or the goods moved", examples=["2026-03-01T09:30:00Z"])


@router.get(
    "/stock/history", response=Listed[StockChangeOut], operation_id="stock_history", summary="List changes of stock"
)
def stock_history(
    request: ActorRequest,
    variant_id: Annotated[QueryId, Query(examples=[1201])],
    cursor: Cursor = None,
    limit: Limit = DEFAULT,
) -> Any:
    """What was on hand of a variant, change by change, newest first; as long as it is kept."""
    rows = StockChange.objects.for_actor(request.auth).filter(variant_id=variant_id)
    return listed(page(rows, cursor=cursor, limit=limit, newest_first=True))


@router.post("/stock/readings", response=ChangedOut, operation_id="record_stock", summary="Tell what is on hand")
def record_stock(request: ActorRequest, body: ReadingsIn, seller_id: SellerId = None) -> Any:
    """Keep counts; the ids of variants whose count changed. 422: a SKU that is not known; nothing is kept then."""
    seller = acting_seller(request.auth, seller_id)
    readings = [(r.sku, r.on_hand) for r in body.readings]
    ids = variant_ids_by_sku(seller_id=seller, skus=[sku for sku, _ in readings])
    if unknown := [sku for sku, _ in readings if sku not in ids]:
        raise Invalid("reading", "sku", f"{unknown[0]!r} is not known")
    changed = services.record_readings(
        seller_id=seller, readings=[(ids[sku], on_hand) for sku, on_hand in readings], began_at=now(), source="hub",
        location=body.location,
    )  # fmt: skip
    return {"changed": changed}


@router.get("/stock/buffers", response=Listed[BufferOut], operation_id="list_buffers", summary="List buffers")
def list_buffers(request: ActorRequest, cursor: Cursor = None, limit: Limit = DEFAULT) -> Any:
    """What is held back, by id."""
    return listed(page(Buffer.objects.for_actor(request.auth), cursor=cursor, limit=limit))


@router.put("/stock/buffers", response=BufferOut, operation_id="set_buffer", summary="Hold stock back")
def set_buffer(request: ActorRequest, body: BufferIn, seller_id: SellerId = None) -> Any:
    """Hold back pieces, a fraction and a pace together; of several buffers the most particular one alone counts."""
    seller = acting_seller(request.auth, seller_id)
    if body.storefront_id is not None:
        channels.storefront_of(seller_id=seller, storefront_id=body.storefront_id)
    if body.channel_id is not None:
        channels.channel_of(seller_id=seller, channel_id=body.channel_id)
    if body.variant_id is not None:
        catalog.variant_of(seller_id=seller, variant_id=body.variant_id)
    return services.set_buffer(
        seller_id=seller, pieces=body.pieces, fraction=Decimal(body.fraction), pace=Decimal(body.pace),
        storefront_id=body.storefront_id, channel_id=body.channel_id, variant_id=body.variant_id,
    )  # fmt: skip
