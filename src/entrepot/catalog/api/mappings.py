"""Our words in a marketplace's: what people decided, what is known by itself, and what still has no word."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from ninja import Field, Query, Router, Schema, Status

from entrepot.accounts.api import SellerId, acting_seller
from entrepot.catalog import services
from entrepot.catalog.models import Mapping
from entrepot.catalog.services.mapping import KINDS
from entrepot.web.areas import ActorRequest, Area
from entrepot.web.paging import DEFAULT, page
from entrepot.web.shapes import Body, Cursor, Limit, Listed, OneOf, Word, listed

from .suggestions import suggestions

router = Router(auth=Area("mappings"), tags=["mappings"])
Kind = Annotated[str, OneOf(KINDS)]
Asked = Annotated[str, OneOf(("brand", "category"))]


class MappingOut(Schema):
    """A word of ours, and which of theirs it is."""

    id: int = Field(examples=[12])
    seller_id: int = Field(examples=[7])
    connector: str = Field(examples=["trendyol"])
    kind: Kind = Field(examples=["brand"])
    scope: str = Field(description="their category, or category/attribute", examples=[""])
    ours: str = Field(examples=["Paşabahçe"])
    theirs_ref: str = Field(examples=["1771"])
    theirs_text: str = Field(description="free text, where they allow it", examples=[""])
    source: str = Field(examples=["own"])
    created_at: datetime = Field(examples=["2026-03-01T09:30:00Z"])


class MappingIn(Body):
    """Either ``theirs_ref``, a number of theirs, or ``theirs_text``."""

    connector: Word = Field(examples=["trendyol"])
    kind: Kind = Field(examples=["brand"])
    scope: Annotated[Word, Field(max_length=80)] = Field("", examples=[""])
    ours: Annotated[Word, Field(max_length=300)] = Field(examples=["Paşabahçe"])
    theirs_ref: Annotated[Word, Field(max_length=40)] = Field("", examples=["1771"])
    theirs_text: Annotated[Word, Field(max_length=300)] = Field("", examples=[""])


class CandidateOut(Schema):
    """A word of theirs that ours may be."""

    ref: str = Field(examples=["1771"])
    name: str = Field(examples=["Paşabahçe"])


class SuggestionOut(Schema):
    """A word that the seller's products use: what it resolves to, by which right, and what else it may be."""

    ours: str = Field(examples=["Paşabahçe"])
    products: int = Field(description="how many use it", examples=[14])
    resolved: CandidateOut | None = Field(description="null: nothing yet; a listing that needs it waits")
    source: str | None = Field(description="own, gtin or suggestion", examples=["suggestion"])
    candidates: list[CandidateOut]


class SuggestionsOut(Schema):
    """Words by how many products use them."""

    items: list[SuggestionOut]


@router.get("/mappings", response=Listed[MappingOut], operation_id="list_mappings", summary="List mappings")
def list_mappings(
    request: ActorRequest,
    connector: Annotated[Word | None, Query(examples=["trendyol"])] = None,
    kind: Annotated[Kind | None, Query(examples=["brand"])] = None,
    cursor: Cursor = None,
    limit: Limit = DEFAULT,
) -> Any:
    """What people decided, by id."""
    given = {"connector": connector, "kind": kind}
    rows = Mapping.objects.for_actor(request.auth).filter(**{k: v for k, v in given.items() if v is not None})
    return listed(page(rows, cursor=cursor, limit=limit))


@router.post("/mappings", response={201: MappingOut}, operation_id="create_mapping", summary="Map a word")
def create_mapping(request: ActorRequest, body: MappingIn, seller_id: SellerId = None) -> Any:
    """Say what a word is from now on, in place of an earlier decision. 422: the marketplace has no such word."""
    return Status(201, services.map_word(
        seller_id=acting_seller(request.auth, seller_id), connector=body.connector, kind=body.kind, ours=body.ours,
        theirs_ref=body.theirs_ref, theirs_text=body.theirs_text, scope=body.scope,
    ))  # fmt: skip


@router.get(
    "/mappings/suggestions",
    response=SuggestionsOut,
    operation_id="list_mapping_suggestions",
    summary="Suggest mappings",
)
def list_mapping_suggestions(
    request: ActorRequest,
    connector: Annotated[Word, Query(examples=["trendyol"])],
    kind: Annotated[Asked, Query(examples=["brand"])],
    limit: Limit = DEFAULT,
    seller_id: SellerId = None,
) -> Any:
    """The brands or categories that most products use, with what they resolve to and what they may be."""
    found = suggestions(seller_id=acting_seller(request.auth, seller_id), connector=connector, kind=kind, limit=limit)
    return {"items": found}


@router.delete(
    "/mappings/{mapping_id}", response={204: None}, operation_id="delete_mapping", summary="Delete a mapping"
)
def delete_mapping(request: ActorRequest, mapping_id: int) -> Any:
    """Take a mapping back; what depends on it is looked at again."""
    row = Mapping.objects.for_actor(request.auth).get(id=mapping_id)
    services.unmap_word(seller_id=row.seller_id, mapping_id=row.id)
    return Status(204, None)
