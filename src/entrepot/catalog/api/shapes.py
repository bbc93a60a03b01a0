"""How products and variants look over HTTP."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from ninja import Field, Schema

from entrepot.catalog.models import Variant
from entrepot.catalog.queries import parts_of
from entrepot.catalog.services.columns import PRODUCT_FIELDS, VARIANT_FIELDS
from entrepot.catalog.services.edit import PRODUCT_EDITS, VARIANT_EDITS
from entrepot.catalog.services.kits import MOST_PARTS, MOST_PIECES
from entrepot.catalog.states import PRODUCT
from entrepot.web.shapes import AnyJson, Body, Id, OneOf, Text, Whole, Word

ProductState = Annotated[str, OneOf(PRODUCT.states)]


class VariantOut(Schema):
    """What is sold: one colour and size of a product."""

    id: int = Field(examples=[1201])
    seller_id: int = Field(examples=[7])
    product_id: int = Field(examples=[310])
    sku: str = Field(examples=["TEA-250"])
    gtin: str = Field(description="empty: unknown", examples=["8690000000005"])
    title: str = Field(examples=["Ince belli çay bardağı, mavi"])
    options: dict[str, Any] = Field(examples=[{"Renk": "Mavi"}])
    attributes: dict[str, Any] = Field(examples=[{"Materyal": "Cam"}])
    images: list[Any] = Field(examples=[["https://shop.example/tea-250.jpg"]])
    weight_g: int | None = Field(description="grams; null: not told", examples=[250])
    length_mm: int | None = Field(examples=[120])
    width_mm: int | None = Field(examples=[80])
    height_mm: int | None = Field(examples=[60])
    origin: str = Field(description="ISO 3166 alpha-2; empty: unknown", examples=["TR"])
    vat_rate: str | None = Field(description="fraction at home; null: not told", examples=["0.2000"])
    hs_code: str = Field(examples=["701337"])
    is_published: bool = Field(examples=[True])
    notes: list[Any] = Field(description="oddities a person should see", examples=[[]])

    @staticmethod
    def resolve_vat_rate(row: Variant) -> str | None:
        return None if row.vat_rate is None else format(row.vat_rate, "f")


class PartOut(Schema):
    """What a kit holds."""

    variant_id: int = Field(examples=[1202])
    sku: str = Field(examples=["TEA-SPOON"])
    quantity: int = Field(description="pieces in one kit", examples=[2])


class VariantWhole(VariantOut):
    """A variant with what it is made of."""

    parts: list[PartOut] = Field(
        description="of a kit; empty: it is none", examples=[[{"variant_id": 1202, "sku": "TEA-SPOON", "quantity": 2}]]
    )

    @staticmethod
    def resolve_parts(row: Variant) -> list[dict[str, Any]]:
        rows = parts_of(variant_ids=[row.id]).get(row.id, [])
        return [{"variant_id": c.part_id, "sku": c.part.sku, "quantity": c.quantity} for c in rows]


class ProductOut(Schema):
    """What it is, with one or more variants."""

    id: int = Field(examples=[310])
    seller_id: int = Field(examples=[7])
    source_id: int | None = Field(description="the store's channel; null: by hand or file", examples=[2])
    product_ref: str = Field(description="the store's id", examples=["1174"])
    kind: str = Field(examples=["variable"])
    title: str = Field(examples=["Ince belli çay bardağı"])
    brand: str = Field(description="empty: the store did not say", examples=["Paşabahçe"])
    category: str = Field(examples=["Mutfak > Bardak"])
    state: ProductState = Field(examples=["approved"])
    refusal: str = Field(description="why it can never be sold abroad; empty: it can", examples=[""])
    is_published: bool = Field(examples=[True])
    modified_at: datetime | None = Field(examples=["2026-03-01T09:30:00Z"])
    edited_at: datetime | None = Field(examples=["2026-03-01T10:00:00Z"])


class ProductWhole(ProductOut):
    """A product with its texts, variants, and where each value came from."""

    description: str = Field(examples=["Altılı set, ısıya dayanıklı."])
    attributes: dict[str, Any] = Field(examples=[{"Materyal": ["Cam"]}])
    images: list[Any] = Field(examples=[["https://shop.example/tea.jpg"]])
    origins: dict[str, Any] = Field(examples=[{"brand": {"source": "file", "at": "2026-03-01T09:30:00+00:00"}}])
    variants: list[VariantOut]


class ProductCell(Body):
    """One changed cell: what it was when it was read, and what it should be."""

    id: Id = Field(description="of the row", examples=[310])
    field: Annotated[str, OneOf(PRODUCT_EDITS)] = Field(examples=["brand"])
    was: AnyJson = Field(examples=[""])
    value: AnyJson = Field(examples=["Paşabahçe"])


class VariantCell(Body):
    """One changed cell: what it was when it was read, and what it should be. Rates are fractions, as text."""

    id: Id = Field(description="of the row", examples=[1201])
    field: Annotated[str, OneOf(VARIANT_EDITS)] = Field(examples=["weight_g"])
    was: AnyJson = Field(examples=[None])
    value: AnyJson = Field(examples=[250])


class PartIn(Body):
    """A part of a kit."""

    sku: Word = Field(description="of goods that are no kit", examples=["TEA-SPOON"])
    quantity: Whole = Field(description=f"pieces in one kit, from 1 to {MOST_PIECES}", examples=[2])


class PartsIn(Body):
    """All that a kit is made of; none: it is no kit any more."""

    parts: list[PartIn] = Field(max_length=MOST_PARTS, examples=[[{"sku": "TEA-SPOON", "quantity": 2}]])


class IdsIn(Body):
    """Which products."""

    ids: list[Id] = Field(min_length=1, max_length=1000, examples=[[310, 311]])


class RejectIn(IdsIn):
    """Which products, and why they must not travel."""

    reason: Text = Field(min_length=1, examples=["no export licence"])


class GiveBackIn(IdsIn):
    """Which products, and which field."""

    field: Annotated[str, OneOf({*PRODUCT_FIELDS, *VARIANT_FIELDS})] = Field(examples=["title"])
