"""What a kit is made of, as a person says it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from django.db import transaction

from entrepot.catalog.models import Component, Variant
from entrepot.catalog.queries import nearest_sku, parts_of, variant_ids_by_sku
from entrepot.core.errors import Invalid
from entrepot.events.services import mark_dirty

from .edit import lock_products

MOST_PARTS, MOST_PIECES = 50, 10_000
_MOST_NEAREST = 5  # faults; for what comes after them no SKU that looks alike is sought

Part = tuple[str, int | str]  # SKU, pieces of it in one kit; pieces as a text are refused
Fault = tuple[str, str]  # field, why


def make_kit(*, seller_id: int, variant_id: int, parts: Sequence[Part]) -> Variant:
    """Say that a variant is made of ``parts``, in place of what was said before; none make it ordinary goods again.

    Its listings follow what its parts allow. Promises made before stay as they are.

    Raises:
        Variant.DoesNotExist: not this seller's.
        Invalid: every part that cannot be one at once, as ``parts[1].sku``; nothing is kept then.
    """
    if len(parts) > MOST_PARTS:
        kit = Variant.objects.for_seller(seller_id).get(id=variant_id)
        raise Invalid(kit.sku, "parts", f"has {len(parts)} rows; at most {MOST_PARTS} are allowed")
    with transaction.atomic():
        kit, known = _locked(seller_id, variant_id, [sku for sku, _ in parts])
        if faults := [*_no_kit(kit, parts), *_no_parts(kit, parts, known)]:
            raise Invalid(kit.sku, *faults[0], *faults[1:])
        _replace(kit, {known[sku].id: pieces for sku, pieces in parts})
    return kit


def _locked(seller_id: int, variant_id: int, skus: Sequence[str]) -> tuple[Variant, dict[str, Variant]]:
    """The kit, and SKU → variant of those parts that are known. Who makes one of them a kit meanwhile waits for us."""
    ids = {variant_id, *variant_ids_by_sku(seller_id=seller_id, skus=skus).values()}
    lock_products(seller_id, ids)
    rows = Variant.objects.for_seller(seller_id).filter(id__in=ids).order_by("id").select_for_update(no_key=True)
    known = {row.sku: row for row in rows}
    kit = next((row for row in known.values() if row.id == variant_id), None)
    if kit is None:
        raise Variant.DoesNotExist(f"variant {variant_id} does not exist")
    return kit, known


def _no_kit(kit: Variant, parts: Sequence[Part]) -> list[Fault]:
    """Why the variant itself cannot be a kit."""
    if not parts:
        return []
    mine = Component.objects.for_seller(kit.seller_id)
    if mine.filter(kit=kit, part__is_pool=True).exists():
        why = "must be empty: it shares its stock with its like in the store; let the store count it on its own first"
        return [("parts", why)]
    above = mine.filter(part=kit).order_by("id").values_list("kit__sku", flat=True).first()
    return [("parts", f"must be empty: it is a part of {above!r}; take it out there first")] if above else []


def _no_parts(kit: Variant, parts: Sequence[Part], known: Mapping[str, Variant]) -> list[Fault]:
    """Why rows cannot be parts, in their order."""
    ids = [row.id for row in known.values()]
    rows = Component.objects.for_seller(kit.seller_id).filter(kit_id__in=ids, part__is_pool=False)
    kits = set(rows.exclude(kit=kit).values_list("kit_id", flat=True))
    faults: list[Fault] = []
    told: set[str] = set()
    for i, (sku, pieces) in enumerate(parts):
        if why := _wrong_sku(kit, sku, known.get(sku), kits, told, len(faults) < _MOST_NEAREST):
            faults.append((f"parts[{i}].sku", why))
        if type(pieces) is not int or not 1 <= pieces <= MOST_PIECES:
            faults.append((f"parts[{i}].quantity", f"must be a whole number from 1 to {MOST_PIECES}, not {pieces!r}"))
        told.add(sku)
    return faults


def _wrong_sku(
    kit: Variant, sku: str, part: Variant | None, kits: Collection[int], told: Collection[str], is_sought: bool
) -> str:  # fmt: skip
    if sku in told:
        return f"{sku!r} is there twice; say all its pieces in one row"
    if part is None and not sku:
        return "is empty; give the SKU of a part"
    if part is None:
        near = nearest_sku(seller_id=kit.seller_id, sku=sku) if is_sought else ""
        return f"{sku!r} is not known" + (f"; the closest is {near!r}" if near else "")
    if part.id == kit.id:
        return f"{sku!r} is the kit itself; name other goods"
    return f"{sku!r} is a kit itself; name its parts instead" if part.id in kits else ""


def _replace(kit: Variant, wanted: Mapping[int, int]) -> None:
    present = parts_of(variant_ids=[kit.id]).get(kit.id, [])
    if {row.part_id: row.quantity for row in present} == wanted:
        return
    rows = Component.objects.for_seller(kit.seller_id)
    rows.filter(id__in=[row.id for row in present]).delete()
    rows.bulk_create(
        Component(seller_id=kit.seller_id, kit=kit, part_id=part, quantity=pieces) for part, pieces in wanted.items()
    )
    mark_dirty(kind="stock", subject_ids=[kit.id])
