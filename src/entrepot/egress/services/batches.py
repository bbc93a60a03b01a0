"""A request of many items as rows: planned before it is sent, settled item by item."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings

from entrepot.core.errors import Refused
from entrepot.jobs.services import worker_name
from entrepot.kit import records
from entrepot.kit.registry import connector
from entrepot.kit.spec import Push

from ..models import PushBatch, PushItem
from ..states import PUSH_BATCH

if TYPE_CHECKING:
    from entrepot.channels.models import Storefront


def plan_batch(*, storefront: Storefront, capability: str, at: datetime) -> PushBatch:
    """A batch without items yet; leased, so that one whose sender died is taken up as unknown."""
    return PushBatch.objects.system().create(
        seller_id=storefront.seller_id, channel_id=storefront.channel_id, storefront=storefront, capability=capability,
        item_count=0, made_at=at, claimed_by=worker_name(), leased_until=_lease(at),
    )  # fmt: skip


def begin_call(*, batch: PushBatch, at: datetime) -> None:
    """Say that the call of a planned batch is about to be made: its lease begins anew, and outlives the call.

    Raises:
        Refused: its lease ran out and another worker looked after it, or it is over. It must not be sent any more:
            younger values may have gone out since.
    """
    held = PushBatch.objects.system().filter(id=batch.id, claim_no=batch.claim_no, state="planned")
    if not held.update(leased_until=_lease(at)):
        raise Refused(f"batch {batch.id} was taken over meanwhile")


def _lease(at: datetime) -> datetime:
    """A call waits for its turn and its answer, each bounded by one time-out, the answer's text by another."""
    return at + timedelta(seconds=4 * settings.ENTREPOT_REMOTE_TIMEOUT_S)


def hold_batch(*, batch: PushBatch) -> None:
    """Lock an open batch until the end of the caller's transaction.

    Raises:
        Refused: its lease ran out and another worker looked after it, or it is over.
    """
    rows = PushBatch.objects.system().filter(id=batch.id, claim_no=batch.claim_no).exclude(state__in=PUSH_BATCH.ends)
    if rows.select_for_update(no_key=True).first() is None:
        raise Refused(f"batch {batch.id} was taken over meanwhile")


def add_items(*, batch: PushBatch, items: Sequence[tuple[int, str, dict[str, Any]]]) -> None:
    """Keep (listing id, listing ref, what was sent) of each item."""
    PushItem.objects.system().bulk_create(
        [
            PushItem(seller_id=batch.seller_id, batch=batch, listing_id=listing, listing_ref=ref, sent=sent)
            for listing, ref, sent in items
        ],
        batch_size=1000,
    )
    batch.item_count = len(items)
    PushBatch.objects.system().filter(id=batch.id).update(item_count=len(items), state="planned")


def mark_sent(*, batch: PushBatch, reply: records.BatchReply, at: datetime) -> None:
    """The remote took the request and will answer later under its own number."""
    push = connector(batch.channel.connector).can[batch.capability]
    assert isinstance(push, Push)
    life = push.batch_life_s
    held = PushBatch.objects.system().filter(id=batch.id, claim_no=batch.claim_no, state="planned")
    held.update(
        state="submitted", batch_ref=reply.batch_ref or "", sent_at=at, not_before=at + timedelta(seconds=0.25),
        claimed_by="", leased_until=None, expires_at=at + timedelta(seconds=life) if life else None,
    )  # fmt: skip


def mark_unknown(*, batch: PushBatch, why: str, at: datetime) -> None:
    """It was sent, and what became of it has to be looked up before anything of it is sent again."""
    held = PushBatch.objects.system().filter(id=batch.id, claim_no=batch.claim_no)
    held.exclude(state__in=PUSH_BATCH.ends).update(
        state="unknown", sent_at=at, not_before=at, claimed_by="", leased_until=None, last_error=why[:2000]
    )


def close_batch(
    *, batch: PushBatch, state: str, verdicts: Mapping[int, records.Verdict], error: str = "", at: datetime
) -> None:
    """Keep each item's verdict and end a batch that the caller holds."""
    items = {i.listing_id: i for i in PushItem.objects.system().filter(batch=batch, listing_id__in=verdicts)}
    for listing_id, verdict in verdicts.items():
        if listing_id in items:
            items[listing_id].is_ok, items[listing_id].reason = bool(verdict.is_ok), verdict.reason[:2000]
    PushItem.objects.system().bulk_update(items.values(), ["is_ok", "reason"], batch_size=1000)
    failed = sum(1 for v in verdicts.values() if v.is_ok is False)
    PushBatch.objects.system().filter(id=batch.id).update(
        state=state, settled_at=at, failed_count=failed, last_error=error[:2000], claimed_by="", leased_until=None
    )


def by_listing(*, batch: PushBatch, verdicts: Sequence[records.Verdict]) -> dict[int, records.Verdict]:
    """Verdicts by our listing id, a card's for each listing on it; what the remote did not mention is left out."""
    items = (
        PushItem.objects.system().filter(batch=batch).values_list("listing_id", "listing_ref", "listing__content_ref")
    )
    by_ref = {v.listing_ref: v for v in verdicts if v.listing_ref}
    by_card = {v.content_ref: v for v in verdicts if v.content_ref and not v.listing_ref}
    found = ((i, by_ref.get(ref) or (by_card.get(card) if card else None)) for i, ref, card in items)
    return {i: verdict for i, verdict in found if verdict is not None}
