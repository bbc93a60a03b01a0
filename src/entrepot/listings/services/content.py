"""What a listing should say, and what is still missing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from entrepot.catalog import queries as catalog
from entrepot.catalog.models import Variant
from entrepot.core.ids import fingerprint
from entrepot.events.services import mark_dirty, move_many
from entrepot.inventory import queries as inventory
from entrepot.kit.registry import connector
from entrepot.pricing import queries as pricing

from ..models import Listing
from ..states import LISTING
from .complete import Draft, complete


def compute_content(*, variant_ids: Sequence[int], at: datetime) -> list[int]:
    """Recompute content and completeness of these variants' listings; ids of listings that changed.

    What is complete and approved is queued; what is live and differs is edited and, when its product is approved,
    queued; what may no longer be sold is closed, after its stock went to zero.
    """
    variants = {v.id: v for v in catalog.variants(variant_ids=variant_ids)}
    rows = list(
        Listing.objects.system()
        .filter(variant_id__in=variants)
        .select_related("storefront__channel")
        .order_by("storefront_id", "id")
    )
    stock = inventory.available(variant_ids=list(variants))
    changed: list[Listing] = []
    vat = pricing.vat_rates(storefront_ids=list({row.storefront_id for row in rows}))
    resolvers: dict[tuple[int, str], catalog.Resolver] = {}
    priced: dict[int, dict[int, Any]] = {}
    for row in rows:
        front = row.storefront
        key = (row.seller_id, front.channel.connector)
        resolver = resolvers.setdefault(key, catalog.Resolver(seller_id=row.seller_id, connector=key[1]))
        if front.id not in priced:
            priced[front.id] = pricing.prices(storefront_id=front.id, variant_ids=list(variants))
        draft = complete(
            listing=row, variant=variants[row.variant_id], price=priced[front.id].get(row.variant_id),
            vat_rate=vat.get(front.id),
            quantity=stock.get(row.variant_id), resolver=resolver, spec=connector(front.channel.connector),
        )  # fmt: skip
        if _write(row, draft):
            changed.append(row)
    with transaction.atomic():
        Listing.objects.system().bulk_update(changed, ["content", "content_hash", "missing"], batch_size=500)
        _move(rows, variants, at)
    return [row.id for row in changed]


def _write(row: Listing, draft: Draft) -> bool:
    """Set what differs. The hash leaves out price and stock, which travel by themselves once the listing is live."""
    stable = {k: v for k, v in draft.content.items() if k not in ("quantity", "list_price", "sale_price", "content_ref")}
    digest = fingerprint(stable) if not draft.missing else row.content_hash
    if row.content == draft.content and row.missing == draft.missing and row.content_hash == digest:
        return False
    row.content, row.missing, row.content_hash = draft.content, draft.missing, digest
    return True


def _move(rows: Sequence[Listing], variants: dict[int, Variant], at: datetime) -> None:
    goes: dict[str, list[int]] = {"queue": [], "edit": [], "close": [], "restore": []}
    zero: set[int] = set()
    for row in rows:
        variant = variants[row.variant_id]
        product = variant.product
        sellable = variant.is_published and not product.refusal and product.state not in ("rejected", "archived")
        may_travel = sellable and product.state == "approved" and not row.missing
        if not sellable and row.state in ("live", "update", "failed", "queued", "submitted"):
            goes["close"].append(row.id)
            zero.add(row.variant_id)
        elif row.state == "draft" and may_travel:
            goes["queue"].append(row.id)
        elif row.state == "failed" and may_travel and row.content_hash != row.submitted_hash:
            goes["queue"].append(row.id)
        elif row.state == "closed" and may_travel:
            goes["queue"].append(row.id)
        elif row.state == "live" and row.content_hash != row.acknowledged_hash and not row.missing:
            goes["edit"].append(row.id)
        elif row.state == "update" and row.content_hash == row.acknowledged_hash:
            goes["restore"].append(row.id)
    for event, ids in goes.items():
        _step(ids, event, at)
    approved = {row.id for row in rows if variants[row.variant_id].product.state == "approved" and not row.missing}
    _step([row.id for row in rows if row.id in approved and (row.state == "update" or row.id in goes["edit"])], "queue", at)
    mark_dirty(kind="stock", subject_ids=sorted(zero))


def _step(ids: Sequence[int], event: str, at: datetime) -> None:
    if ids:
        sources = sorted(s for m in LISTING.moves if m.event == event for s in m.sources)
        move_many(Listing.objects.system().filter(id__in=ids, state__in=sources), LISTING, event, actor="hub", at=at)
