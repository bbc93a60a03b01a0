"""What a listing should say, and what is still missing."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction

from entrepot.catalog import queries as catalog
from entrepot.core.ids import fingerprint
from entrepot.events.services import mark_dirty, move_many
from entrepot.kit.registry import connector
from entrepot.pricing import queries as pricing

from ..models import Listing, ListingLevel
from ..states import LISTING
from .complete import Draft, complete

if TYPE_CHECKING:
    from entrepot.catalog.models import Variant

HALF = 16
_OWN = ("sku", "origin", "vat_rate", "weight_g", "length_mm", "width_mm", "height_mm")  # a variant's, not its card's
_PASSING = ("quantity", "list_price", "sale_price", "content_ref")  # travel by themselves once the listing is live

# An adopted listing has no acknowledged content: what we hold first when it is complete is taken for what is there.
_KEEP = """
UPDATE listings_listing l
   SET content = t.content, content_hash = t.content_hash, missing = t.missing,
       acknowledged_hash = CASE WHEN l.acknowledged_hash = '' AND l.state = 'live' THEN t.content_hash
                                ELSE l.acknowledged_hash END
  FROM jsonb_to_recordset(%s::jsonb) AS t(id bigint, content jsonb, content_hash text, missing jsonb)
 WHERE l.id = t.id
"""


def compute_content(*, variant_ids: Sequence[int], at: datetime) -> list[int]:
    """Recompute content and completeness of these variants' listings; ids of listings that changed.

    What is complete and approved is queued; what is live and differs is edited and, when its product is approved,
    queued; what may no longer be sold is closed, after its stock went to zero. A known number of statements.
    """
    with transaction.atomic():
        _lock(variant_ids)
        variants = {v.id: v for v in catalog.variants(variant_ids=variant_ids)}
        rows = list(
            Listing.objects.system()
            .filter(variant_id__in=variants)
            .select_related("storefront__channel")
            .order_by("storefront_id", "id")
        )
        drafts = _drafts(rows, variants)
        changed = [row for row in rows if _write(row, drafts[row.id])]
        _keep(changed)
        _move(rows, variants, at)
    return [row.id for row in changed]


def _lock(variant_ids: Sequence[int]) -> None:
    """Two workers that compute the same listing take turns, and the second reads what the first wrote."""
    rows = Listing.objects.system().filter(variant_id__in=variant_ids).order_by("id")
    list(rows.select_for_update(no_key=True).values_list("id"))


def _drafts(rows: Sequence[Listing], variants: Mapping[int, Variant]) -> dict[int, Draft]:
    vat = pricing.vat_rates(storefront_ids=list({row.storefront_id for row in rows}))
    stock = _publishable(rows)
    twins = catalog.twins(variants=list(variants.values()))
    resolvers: dict[tuple[int, str], catalog.Resolver] = {}
    priced: dict[int, dict[int, Any]] = {}
    found = {}
    for row in rows:
        front = row.storefront
        key = (row.seller_id, front.channel.connector)
        resolver = resolvers.setdefault(key, catalog.Resolver(seller_id=row.seller_id, connector=key[1]))
        if front.id not in priced:
            priced[front.id] = pricing.prices(storefront_id=front.id, variant_ids=list(variants))
        found[row.id] = complete(
            listing=row, variant=variants[row.variant_id], price=priced[front.id].get(row.variant_id),
            vat_rate=vat.get(front.id), quantity=stock.get(row.id), resolver=resolver,
            spec=connector(front.channel.connector), twins=twins.get(row.variant_id, ()),
        )  # fmt: skip
    return found


def _publishable(rows: Sequence[Listing]) -> dict[int, int | None]:
    levels = ListingLevel.objects.system().filter(listing__in=[row.id for row in rows], lane="stock")
    pairs = levels.values_list("listing_id", "desired_value")
    return {listing_id: None if value is None else int(value) for listing_id, value in pairs}


def content_hash(content: Mapping[str, Any]) -> str:
    """Two halves: of what the card says, and of what is the variant's own; price and stock are in neither."""
    card = {k: v for k, v in content.items() if k not in _OWN and k not in _PASSING}
    own = {k: content.get(k) for k in _OWN}
    return fingerprint(card)[:HALF] + fingerprint(own)[:HALF]


def _write(row: Listing, draft: Draft) -> bool:
    """Set what differs."""
    digest = content_hash(draft.content) if not draft.missing else row.content_hash
    is_first = row.state == "live" and not row.acknowledged_hash and bool(digest)
    if not is_first and (row.content, row.missing, row.content_hash) == (draft.content, draft.missing, digest):
        return False
    row.content, row.missing, row.content_hash = draft.content, draft.missing, digest
    if is_first:
        row.acknowledged_hash = digest
    return True


def _keep(rows: Sequence[Listing]) -> None:
    if not rows:
        return
    told = [
        {"id": row.id, "content": row.content, "content_hash": row.content_hash, "missing": row.missing} for row in rows
    ]
    with connection.cursor() as cursor:
        cursor.execute(_KEEP, [json.dumps(told, ensure_ascii=False)])


def _move(rows: Sequence[Listing], variants: dict[int, Variant], at: datetime) -> None:
    goes: dict[str, list[int]] = {"queue": [], "edit": [], "close": [], "restore": []}
    restock: set[int] = set()
    for row in rows:
        variant = variants[row.variant_id]
        product = variant.product
        is_offered = row.storefront.is_open and variant.is_published
        is_sellable = is_offered and not product.refusal and not product.is_off
        may_travel = is_sellable and product.state == "approved" and not row.missing
        if (event := _next(row, is_sellable=is_sellable, may_travel=may_travel)) is None:
            continue
        goes[event].append(row.id)
        if event == "close" or row.state == "closed":
            restock.add(row.variant_id)
    for event, ids in goes.items():
        _step(ids, event, at)
    approved = {row.id for row in rows if variants[row.variant_id].product.state == "approved" and not row.missing}
    _step(
        [row.id for row in rows if row.id in approved and (row.state == "update" or row.id in goes["edit"])],
        "queue",
        at,
    )
    mark_dirty(kind="stock", subject_ids=sorted(restock))


def _next(row: Listing, *, is_sellable: bool, may_travel: bool) -> str | None:
    """The move that content asks for, if any."""
    if not is_sellable:
        return "close" if row.state in ("live", "update", "failed", "queued", "submitted") else None
    if row.state in ("draft", "closed"):
        return "queue" if may_travel and not row.is_withdrawn else None
    if row.state == "failed":
        return "queue" if may_travel and row.content_hash != row.submitted_hash else None
    if row.state == "live":
        return "edit" if row.content_hash != row.acknowledged_hash and not row.missing else None
    return "restore" if row.state == "update" and row.content_hash == row.acknowledged_hash else None


def _step(ids: Sequence[int], event: str, at: datetime) -> None:
    """Move them; where there is work now, it is due now, whatever lease or wait an earlier state left behind."""
    if not ids:
        return
    sources = sorted(s for m in LISTING.moves if m.event == event for s in m.sources)
    moved = move_many(
        Listing.objects.system().filter(id__in=ids, state__in=sources), LISTING, event, actor="hub", at=at
    )
    if event in ("queue", "close"):
        Listing.objects.system().filter(id__in=moved).update(not_before=at, attempts=0)
