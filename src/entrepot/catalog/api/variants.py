"""Variants over HTTP: read, edit cell by cell, say what a kit is made of."""

from __future__ import annotations

from typing import Annotated, Any

from ninja import Field, Query, Router

from entrepot.catalog import services
from entrepot.catalog.models import Variant
from entrepot.core.clock import now
from entrepot.web.areas import ActorRequest, Area
from entrepot.web.paging import DEFAULT, page
from entrepot.web.shapes import Body, ChangedOut, Cursor, Limit, Listed, QueryId, Word, listed

from .cells import checked, only_seller
from .shapes import PartsIn, VariantCell, VariantOut, VariantWhole

router = Router(auth=Area("products"), tags=["variants"])


class VariantEdit(Body):
    """Cells to save at once: all of them or none."""

    cells: list[VariantCell] = Field(min_length=1, max_length=5000)


@router.get("/variants", response=Listed[VariantOut], operation_id="list_variants", summary="List variants")
def list_variants(
    request: ActorRequest,
    sku: Annotated[Word | None, Query(examples=["TEA-250"])] = None,
    gtin: Annotated[Word | None, Query(examples=["8690000000005"])] = None,
    product_id: Annotated[QueryId | None, Query(examples=[310])] = None,
    cursor: Cursor = None,
    limit: Limit = DEFAULT,
) -> Any:
    """Variants by id."""
    rows = Variant.objects.for_actor(request.auth)
    given = {"sku": sku, "gtin": gtin, "product_id": product_id}
    return listed(page(rows.filter(**{k: v for k, v in given.items() if v is not None}), cursor=cursor, limit=limit))


@router.get("/variants/{variant_id}", response=VariantWhole, operation_id="get_variant", summary="Get a variant")
def get_variant(request: ActorRequest, variant_id: int) -> Any:
    """One variant, with what it is made of where it is a kit."""
    return Variant.objects.for_actor(request.auth).get(id=variant_id)


@router.put(
    "/variants/{variant_id}/parts", response=VariantWhole, operation_id="make_kit", summary="Say what a kit is made of"
)
def make_kit(request: ActorRequest, variant_id: int, body: PartsIn) -> Any:
    """Replace all parts of a variant; none make it ordinary goods again. Listings of it follow what its parts allow.

    422: parts that cannot be one, all of them at once, as ``parts[1].sku``; nothing is saved then.
    """
    row = Variant.objects.for_actor(request.auth).get(id=variant_id)
    return services.make_kit(
        seller_id=row.seller_id, variant_id=row.id, parts=[(part.sku, part.quantity) for part in body.parts]
    )


@router.patch("/variants", response=ChangedOut, operation_id="edit_variants", summary="Edit variants")
def edit_variants(request: ActorRequest, body: VariantEdit) -> Any:
    """Save changed cells. 422: a cell that somebody else changed meanwhile, by name; nothing is saved then."""
    seller_id = only_seller(request.auth, Variant, [c.id for c in body.cells])
    return {
        "changed": services.edit_variants(seller_id=seller_id, cells=checked(body.cells, Variant, seller_id), at=now())
    }
