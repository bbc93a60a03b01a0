"""Products over HTTP: read, edit cell by cell, and decide which may travel."""

from __future__ import annotations

from typing import Annotated, Any

from django.db.models import Q
from ninja import Field, Query, Router

from entrepot.catalog import services
from entrepot.catalog.models import Product, Variant
from entrepot.core.clock import now
from entrepot.web.areas import ActorRequest, Area
from entrepot.web.paging import DEFAULT, page
from entrepot.web.shapes import Body, ChangedOut, Cursor, Limit, Listed, Word, listed

from .cells import checked, only_seller
from .shapes import GiveBackIn, IdsIn, ProductCell, ProductOut, ProductState, ProductWhole, RejectIn

router = Router(auth=Area("products"), tags=["products"])


class ProductEdit(Body):
    """Cells to save at once: all of them or none."""

    cells: list[ProductCell] = Field(min_length=1, max_length=5000)


@router.get("/products", response=Listed[ProductOut], operation_id="list_products", summary="List products")
def list_products(
    request: ActorRequest,
    state: Annotated[ProductState | None, Query(examples=["new"])] = None,
    search: Annotated[Word | None, Query(description="Part of the title, or a SKU.", examples=["bardak"])] = None,
    cursor: Cursor = None,
    limit: Limit = DEFAULT,
) -> Any:
    """Products by id."""
    rows = Product.objects.for_actor(request.auth)
    rows = rows.filter(state=state) if state is not None else rows
    if search:
        rows = rows.filter(Q(title__icontains=search) | Q(id__in=_with_sku(request, search)))
    return listed(page(rows, cursor=cursor, limit=limit))


def _with_sku(request: ActorRequest, sku: str) -> Any:
    return Variant.objects.for_actor(request.auth).filter(sku=sku).values("product_id")


@router.patch("/products", response=ChangedOut, operation_id="edit_products", summary="Edit products")
def edit_products(request: ActorRequest, body: ProductEdit) -> Any:
    """Save changed cells. 422: a cell that somebody else changed meanwhile, by name; nothing is saved then."""
    seller_id = only_seller(request.auth, Product, [c.id for c in body.cells])
    return {
        "changed": services.edit_products(seller_id=seller_id, cells=checked(body.cells, Product, seller_id), at=now())
    }


@router.post("/products/approve", response=ChangedOut, operation_id="approve_products", summary="Approve products")
def approve_products(request: ActorRequest, body: IdsIn) -> Any:
    """Let products travel to the marketplaces. One that is refused or in another state is not among ``changed``."""
    seller_id = only_seller(request.auth, Product, body.ids)
    return {"changed": services.approve_products(seller_id=seller_id, product_ids=body.ids, at=now())}


@router.post("/products/submit", response=ChangedOut, operation_id="submit_products", summary="Ask for approval")
def submit_products(request: ActorRequest, body: IdsIn) -> Any:
    """Let products wait for somebody's approval. One that is refused or in another state is not among ``changed``."""
    seller_id = only_seller(request.auth, Product, body.ids)
    return {"changed": services.submit_products(seller_id=seller_id, product_ids=body.ids, at=now())}


@router.post("/products/reject", response=ChangedOut, operation_id="reject_products", summary="Reject products")
def reject_products(request: ActorRequest, body: RejectIn) -> Any:
    """Take products off sale everywhere, and why: stock 0 first, then listings are closed. Approved, they return."""
    seller_id = only_seller(request.auth, Product, body.ids)
    moved = services.reject_products(seller_id=seller_id, product_ids=body.ids, reason=body.reason, at=now())
    return {"changed": moved}


@router.post("/products/archive", response=ChangedOut, operation_id="archive_products", summary="Archive products")
def archive_products(request: ActorRequest, body: RejectIn) -> Any:
    """Take products off sale everywhere and put them away, with the reason."""
    seller_id = only_seller(request.auth, Product, body.ids)
    moved = services.archive_products(seller_id=seller_id, product_ids=body.ids, reason=body.reason, at=now())
    return {"changed": moved}


@router.post("/products/restore", response=ChangedOut, operation_id="restore_products", summary="Restore products")
def restore_products(request: ActorRequest, body: IdsIn) -> Any:
    """Take products out of the archive. They are on sale again once they are approved."""
    seller_id = only_seller(request.auth, Product, body.ids)
    return {"changed": services.restore_products(seller_id=seller_id, product_ids=body.ids, at=now())}


@router.post(
    "/products/give-back",
    response=ChangedOut,
    operation_id="give_back_field",
    summary="Give a field back to the store",
)
def give_back_field(request: ActorRequest, body: GiveBackIn) -> Any:
    """Let the next pull take the store's value of a field that was edited here, of products and their variants.

    ``changed`` are the products where it was not the store's.
    """
    seller_id = only_seller(request.auth, Product, body.ids)
    return {"changed": services.give_back_field(seller_id=seller_id, product_ids=body.ids, field=body.field)}


# After the others: its address fits approve and its like as well.
@router.get("/products/{product_id}", response=ProductWhole, operation_id="get_product", summary="Get a product")
def get_product(request: ActorRequest, product_id: int) -> Any:
    """One product with its variants and where each value came from."""
    return Product.objects.for_actor(request.auth).prefetch_related("variants").get(id=product_id)
