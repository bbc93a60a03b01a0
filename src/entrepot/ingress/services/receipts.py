"""Raw records kept before anything is done with them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import connection

from entrepot.core.errors import Refused
from entrepot.core.ids import fingerprint
from entrepot.jobs.services import wake
from entrepot.kit import records

from ..models import Receipt
from .aside import storable

if TYPE_CHECKING:
    from entrepot.channels.models import Channel

# What waits after a failure is tried again with the news that came in; who holds a row meanwhile sees to it anyway.
_HURRY = """
UPDATE ingress_receipt SET not_before = %s
 WHERE id IN (SELECT id FROM ingress_receipt
               WHERE channel_id = %s AND kind = %s AND subject_ref = ANY(%s) AND status = 'queued' AND not_before > %s
               ORDER BY id FOR NO KEY UPDATE SKIP LOCKED)"""


def keep_receipts(
    *, channel: Channel, kind: str, raws: Sequence[Any], records_: Sequence[records.Package], via: str, at: datetime
) -> int:
    """Keep raw packages; the number that say something new. The same business fact, however it comes, is kept once.

    Identity is the package, its status, and the remote's own stamp, with what it says.
    """
    rows = [
        Receipt(
            seller_id=channel.seller_id, channel=channel, kind=kind, subject_ref=record.order_ref[:120], via=via,
            identity=f"{record.package_ref[:80]}:{int(record.modified_at.timestamp() * 1000)}:{fingerprint(raw)[:16]}",
            raw=storable(raw), received_at=at, not_before=at,
        )
        for raw, record in zip(raws, records_, strict=True)
    ]  # fmt: skip
    known = set(
        Receipt.objects.system()
        .filter(channel=channel, kind=kind, identity__in=[r.identity for r in rows])
        .values_list("identity", flat=True)
    )
    fresh = [r for r in rows if r.identity not in known]
    Receipt.objects.system().bulk_create(fresh, batch_size=1000, ignore_conflicts=True)
    if fresh:
        with connection.cursor() as cursor:
            cursor.execute(_HURRY, [at, channel.id, kind, sorted({r.subject_ref for r in fresh}), at])
        wake("orders")
    return len(fresh)


def retry_receipts(*, seller_id: int, channel_id: int, subject_ref: str, at: datetime) -> int:
    """Apply again what was given up after ten tries, once its cause is mended; the number of receipts queued."""
    rows = Receipt.objects.for_seller(seller_id).filter(channel_id=channel_id, subject_ref=subject_ref, status="dead")
    count = rows.update(status="queued", attempts=0, not_before=at)
    if count:
        wake("orders")
    return count


def retry_receipt(*, seller_id: int, receipt_id: int, at: datetime) -> int:
    """Apply again what was given up of the order that this receipt is about; the number of receipts queued.

    Raises:
        Receipt.DoesNotExist: not this seller's.
        Refused: none of its order was given up.
    """
    row = Receipt.objects.for_seller(seller_id).get(id=receipt_id)
    count = retry_receipts(seller_id=seller_id, channel_id=row.channel_id, subject_ref=row.subject_ref, at=at)
    if not count:
        raise Refused(f"{row.kind} {row.subject_ref}: nothing of it was given up; it is {row.status}")
    return count
