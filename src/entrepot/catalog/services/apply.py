"""Bring a page of a store's products into the catalogue, in a known number of statements."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q
from stdnum import ean
from stdnum.exceptions import ValidationError

from entrepot.catalog.models import FieldOwner, Product, Variant
from entrepot.channels.queries import our_ids
from entrepot.channels.services import bind_many
from entrepot.core.ids import fingerprint
from entrepot.events.services import mark_dirty, move_many
from entrepot.kit import records

from ..states import PRODUCT
from .vanish import unpublish_unbound

PRODUCT_FIELDS = (
    "title",
    "description",
    "brand",
    "category",
    "attributes",
    "images",
    "is_published",
    "kind",
    "refusal",
)
VARIANT_FIELDS = (
    "title", "options", "gtin", "images", "weight_g", "length_mm", "width_mm", "height_mm", "tax_class",
    "is_published", "notes",
)  # fmt: skip
# What a buyer sees. A change of these on an approved product has to be approved before it travels.
CONTENT_FIELDS = frozenset({"title", "description", "brand", "category", "attributes", "images", "options", "gtin"})


@dataclass(slots=True)
class Applied:
    """What became of a page: their variant ref → our variant id; and what could not be taken, with the reason."""

    variant_ids: dict[str, int] = field(default_factory=dict)
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    refused: list[tuple[str, str, str]] = field(default_factory=list)  # (record, field, why)
    told: list[int] = field(default_factory=list)  # products of which the store says something else than before


def apply_products(*, seller_id: int, channel_id: int, products: Sequence[records.Product], at: datetime) -> Applied:
    """Upsert products and variants by the store's ids and the SKU; only what differs is written.

    A field that the hub or a file owns is left alone. A variant without SKU, or with one that another product has,
    is refused by name and the rest goes on. Content that changed on an approved product moves it to ``changed``.
    """
    applied = Applied()
    with transaction.atomic():
        rows = _products(seller_id, channel_id, products, applied, at)
        _variants(seller_id, channel_id, products, rows, applied, at)
    return applied


def _products(
    seller_id: int, channel_id: int, products: Sequence[records.Product], applied: Applied, at: datetime
) -> dict[str, Product]:
    refs = [p.product_ref for p in products]
    known = {
        row.product_ref: row
        for row in Product.objects.for_seller(seller_id)
        .filter(source_id=channel_id, product_ref__in=refs)
        .order_by("id")
        .select_for_update(no_key=True)
    }
    owned = _foreign_owned(seller_id, channel_id, [row.id for row in known.values()])
    fresh, touched, reopened = [], [], []
    for theirs in products:
        digest = fingerprint(_product_values(theirs) | {"variants": [_variant_values(v) for v in theirs.variants]})
        row = known.get(theirs.product_ref)
        if row is None:
            row = Product(seller_id=seller_id, source_id=channel_id, product_ref=theirs.product_ref)
            known[theirs.product_ref] = row
            fresh.append(row)
            _write(row, _product_values(theirs), frozenset(), at)
        elif row.store_hash == digest:
            applied.unchanged += 1
            continue
        else:
            changed = _write(row, _product_values(theirs), owned.get(row.id, frozenset()), at)
            touched.append(row)
            if changed & CONTENT_FIELDS and row.state == "approved":
                reopened.append(row.id)
            if changed:
                applied.told.append(row.id)
        row.store_hash, row.modified_at = digest, theirs.modified_at
    Product.objects.system().bulk_create(fresh, batch_size=1000)
    Product.objects.system().bulk_update(
        touched, [*PRODUCT_FIELDS, "origins", "store_hash", "modified_at"], batch_size=500
    )
    if reopened:
        move_many(
            Product.objects.for_seller(seller_id).filter(id__in=reopened), PRODUCT, "change", actor="store", at=at
        )
    bind_many(
        seller_id=seller_id, channel_id=channel_id, kind="product",
        pairs=[(row.id, ref, "") for ref, row in known.items()],
    )  # fmt: skip
    applied.new, applied.changed = len(fresh), len(touched)
    return known


def _variants(
    seller_id: int, channel_id: int, products: Sequence[records.Product], rows: dict[str, Product],
    applied: Applied, at: datetime,
) -> None:  # fmt: skip
    wanted = [(p, v) for p in products if p.refusal is None for v in p.variants]
    known, bound = _known_variants(seller_id, channel_id, wanted)
    owned = _foreign_owned(seller_id, channel_id, [row.id for row in rows.values()])
    fresh: list[Variant] = []
    touched: list[Variant] = []
    taken: dict[str, str] = {}
    for theirs, v in wanted:
        product = rows[theirs.product_ref]
        if (why := _unfit(v, product, known, taken)) is not None:
            applied.refused.append((f"variant {v.variant_ref} of product {theirs.product_ref}", "sku", why))
            continue
        assert v.sku
        taken[v.sku] = v.variant_ref
        row = known.get(v.sku) or _renamed(v, product, bound, known)
        if row is None:
            row = Variant(seller_id=seller_id, product=product, sku=v.sku)
            fresh.append(row)
        known[v.sku] = row
        is_other = (row.product_id, row.sku) != (product.id, v.sku)
        row.product, row.sku = product, v.sku
        if (_write(row, _values_of(v, theirs), owned.get(product.id, frozenset()), at) or is_other) and row.pk:
            touched.append(row)
    Variant.objects.system().bulk_create(fresh, batch_size=1000)
    Variant.objects.system().bulk_update(touched, [*VARIANT_FIELDS, "sku", "product", "origins"], batch_size=500)
    applied.variant_ids = {ref: known[sku].id for sku, ref in taken.items()}
    product_of = {v.variant_ref: p.product_ref for p, v in wanted}
    bind_many(
        seller_id=seller_id, channel_id=channel_id, kind="variant",
        pairs=[(our_id, ref, product_of[ref]) for ref, our_id in applied.variant_ids.items()],
    )  # fmt: skip
    left = {row.id for ref, row in bound.items() if applied.variant_ids.get(ref, row.id) != row.id}
    orphans = unpublish_unbound(seller_id=seller_id, channel_id=channel_id, variant_ids=left)
    content = {row.id for row in [*fresh, *touched]} | set(orphans) | _of_products(seller_id, applied.told)
    mark_dirty(kind="content", subject_ids=sorted(content))
    # What left the shop window, or came back, is another stock to publish.
    mark_dirty(kind="stock", subject_ids=sorted({row.id for row in touched} | set(orphans)))


def _of_products(seller_id: int, product_ids: Sequence[int]) -> set[int]:
    if not product_ids:
        return set()
    return set(Variant.objects.for_seller(seller_id).filter(product_id__in=product_ids).values_list("id", flat=True))


def _known_variants(
    seller_id: int, channel_id: int, wanted: Sequence[tuple[records.Product, records.Variant]]
) -> tuple[dict[str, Variant], dict[str, Variant]]:
    """Ours by SKU, and ours by the store's ref as bound so far; locked."""
    refs = our_ids(channel_id=channel_id, kind="variant", their_refs=[v.variant_ref for _, v in wanted])
    rows = list(
        Variant.objects.for_seller(seller_id)
        .filter(Q(sku__in=[v.sku for _, v in wanted if v.sku]) | Q(id__in=set(refs.values())))
        .select_related("product")
        .order_by("id")
        .select_for_update(no_key=True, of=("self",))
    )
    by_id = {row.id: row for row in rows}
    return {row.sku: row for row in rows}, {ref: by_id[i] for ref, i in refs.items() if i in by_id}


def _renamed(
    v: records.Variant, product: Product, bound: dict[str, Variant], known: dict[str, Variant]
) -> Variant | None:
    """The variant that the store now calls by another SKU, unless that one is somebody else's already."""
    row = bound.get(v.variant_ref)
    if row is None or row.product_id != product.id:
        return None
    known.pop(row.sku, None)
    return row


def _unfit(v: records.Variant, product: Product, known: dict[str, Variant], taken: dict[str, str]) -> str | None:
    if not v.sku:
        return "is missing; give the variant a SKU in the store"
    if len(v.sku) > 100:  # noqa: PLR2004 - the column's width
        return f"{v.sku[:20]}… is longer than 100 characters"
    if v.sku in taken:
        return f"{v.sku} is used twice; the other is variant {taken[v.sku]}"
    row = known.get(v.sku)
    # One whose product has gone from the same store was made anew there, and takes its variant along.
    if row is None or row.product_id == product.id or _has_gone(row.product, product):
        return None
    other = row.product
    return f"{v.sku} belongs to another product already: {other.title!r} ({other.product_ref or other.id})"


def _has_gone(old: Product, new: Product) -> bool:
    return old.source_id == new.source_id and not old.is_published


def _write(row: Any, values: dict[str, Any], foreign: frozenset[str], at: datetime) -> set[str]:
    """Set what differs and is not owned by others; the fields that changed."""
    changed = {name for name, value in values.items() if name not in foreign and getattr(row, name) != value}
    for name in changed:
        setattr(row, name, values[name])
        row.origins[name] = {"source": "store", "at": at.isoformat()}
    return changed


def _foreign_owned(seller_id: int, channel_id: int, product_ids: Sequence[int]) -> dict[int, frozenset[str]]:
    """Product id → fields that the store does not own. A product's own row beats the channel's."""
    rows = FieldOwner.objects.for_seller(seller_id).filter(channel_id=channel_id)
    general = {r.field: r.owner for r in rows.filter(product__isnull=True)}
    own: dict[int, dict[str, str]] = {i: dict(general) for i in product_ids}
    for r in rows.filter(product_id__in=product_ids):
        own[r.product_id][r.field] = r.owner
    return {i: frozenset(f for f, owner in fields.items() if owner != "store") for i, fields in own.items()}


def _product_values(p: records.Product) -> dict[str, Any]:
    return {
        "title": p.title[:300], "description": p.description, "brand": (p.brand or "")[:120],
        "category": _category(p.categories), "attributes": {k: list(v) for k, v in p.attributes.items()},
        "images": list(p.images), "is_published": p.is_published, "kind": p.kind[:12], "refusal": p.refusal or "",
    }  # fmt: skip


def _category(categories: Sequence[records.Category]) -> str:
    """The deepest of the store's categories, the first among equals."""
    return max((c.path or c.name for c in categories), key=lambda path: path.count(" > "), default="")[:300]


def _variant_values(v: records.Variant) -> dict[str, Any]:
    gtin, notes = checked_gtin(v.gtin)
    return {
        "title": v.title[:300], "options": dict(v.options), "gtin": gtin, "images": list(v.images),
        "weight_g": v.weight_g, "length_mm": v.length_mm, "width_mm": v.width_mm, "height_mm": v.height_mm,
        "tax_class": v.tax_class[:60], "is_published": v.is_published, "notes": [*v.notes, *notes],
    }  # fmt: skip


def _values_of(v: records.Variant, product: records.Product) -> dict[str, Any]:
    """A variant's values; it is on show only where its product is, whatever a draft's variations say."""
    values = _variant_values(v)
    return values | {"is_published": values["is_published"] and product.is_published}


def checked_gtin(text: str | None) -> tuple[str, list[str]]:
    """The GTIN if its check digit is right, and a note for a person if it is not. Zeros in front are kept."""
    if not text:
        return "", []
    try:
        return ean.validate(text), []
    except ValidationError:
        return "", [f"GTIN {text[:20]!r} is not valid (8, 12, 13 or 14 digits with a check digit)"]
