"""Raw records kept before anything is done with them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import connection
from psycopg.types.json import Jsonb

from entrepot.core.errors import Refused
from entrepot.core.ids import fingerprint
from entrepot.jobs.services import wake
from entrepot.kit import records

from ..models import Receipt
from .aside import storable

if TYPE_CHECKING:
    from entrepot.channels.models import Channel

_COLUMNS = (
    "seller_id", "channel_id", "kind", "subject_ref", "identity", "via", "raw", "body", "received_at", "told_at",
    "hooked_at", "polled_at", "status", "outcome", "not_before", "claim_no", "claimed_by", "attempts", "last_error",
)  # fmt: skip
_VALUES = f"({', '.join(['%s'] * len(_COLUMNS))})"
# By the other way, or at the same moment by the same: the first stays, and it is noted that it was told again.
# What waits after a failure is tried again with the news that came in; who holds a row meanwhile sees to it anyway.
_KEEP = f"""
WITH kept AS (
    INSERT INTO ingress_receipt AS r ({", ".join(_COLUMNS)}) VALUES {{values}}
    ON CONFLICT (channel_id, kind, identity) DO UPDATE
       SET hooked_at = coalesce(r.hooked_at, excluded.hooked_at), polled_at = coalesce(r.polled_at, excluded.polled_at),
           body = coalesce(r.body, excluded.body)
     WHERE (r.hooked_at IS NULL AND excluded.hooked_at IS NOT NULL)
        OR (r.polled_at IS NULL AND excluded.polled_at IS NOT NULL)
    RETURNING channel_id, kind, subject_ref, identity, status, xmax = 0 AS is_new
), hurried AS (
    UPDATE ingress_receipt SET not_before = %s
     WHERE id IN (SELECT r.id FROM ingress_receipt r JOIN kept USING (channel_id, kind, subject_ref)
                   WHERE kept.is_new AND kept.status = 'queued' AND r.status = 'queued' AND r.not_before > %s
                   ORDER BY r.id FOR NO KEY UPDATE OF r SKIP LOCKED)
)
SELECT channel_id, kind, identity, status FROM kept WHERE is_new"""
_KNOWN = """
SELECT channel_id, kind, identity, hooked_at IS NOT NULL, polled_at IS NOT NULL FROM ingress_receipt
 WHERE channel_id = ANY(%s) AND kind = ANY(%s) AND identity = ANY(%s)"""
_AT_ONCE = 500
Key = tuple[int, str, str]  # channel, kind, identity


def receipts_of(
    *, channel: Channel, kind: str, raws: Sequence[Any], records_: Sequence[records.Package], via: str, at: datetime,
    body: bytes | None = None,
) -> list[Receipt]:  # fmt: skip
    """Receipts of raw packages, not kept yet. Identity is the package, the remote's own stamp, and what it says.

    ``body`` is the delivery that brought them all; the first carries it.
    """
    by_hook = via == "webhook"
    return [
        Receipt(
            seller_id=channel.seller_id, channel_id=channel.id, kind=kind, subject_ref=record.order_ref[:120], via=via,
            identity=f"{record.package_ref[:80]}:{int(record.modified_at.timestamp() * 1000)}:{fingerprint(raw)[:16]}",
            raw=storable(raw), body=body if n == 0 else None, received_at=at, not_before=at, told_at=record.modified_at,
            hooked_at=at if by_hook else None, polled_at=None if by_hook else at,
        )
        for n, (raw, record) in enumerate(zip(raws, records_, strict=True))
    ]  # fmt: skip


def keep_receipts(
    *, channel: Channel, kind: str, raws: Sequence[Any], records_: Sequence[records.Package], via: str, at: datetime
) -> int:
    """Keep raw packages; the number that say something new. The same business fact, however it comes, is kept once."""
    return len(keep_rows(receipts_of(channel=channel, kind=kind, raws=raws, records_=records_, via=via, at=at), at=at))


def keep_rows(rows: Sequence[Receipt], *, at: datetime, looks_first: bool = True) -> set[Key]:
    """Keep receipts of any channels; the keys of those that say something new, which are applied soon.

    Of what is known it is noted that it came this way, too. Who expects to know most of them looks first, so that
    nothing is written for those: one SQL query where nothing is new, else two.
    """
    known = _known(rows) if looks_first else {}
    telling = {key_of(r): r for r in reversed(rows) if _tells_more(r, known.get(key_of(r)))}
    some = [telling[key] for key in sorted(telling)]  # in one order, so that two who keep the same never deadlock
    fresh: dict[Key, str] = {}
    for i in range(0, len(some), _AT_ONCE):
        fresh |= _insert(some[i : i + _AT_ONCE], at)
    if "queued" in fresh.values():
        wake("orders")
    return set(fresh)


def key_of(row: Receipt) -> Key:
    """What there is once."""
    return row.channel_id, row.kind, row.identity


def _known(rows: Sequence[Receipt]) -> dict[Key, tuple[bool, bool]]:
    """Of those that are kept already: whether a webhook, and whether a poll brought them."""
    if not rows:
        return {}
    some = ({r.channel_id for r in rows}, {r.kind for r in rows}, {r.identity for r in rows})
    with connection.cursor() as cursor:
        cursor.execute(_KNOWN, [list(values) for values in some])
        return {(c, k, i): (hooked, polled) for c, k, i, hooked, polled in cursor.fetchall()}


def _tells_more(row: Receipt, known: tuple[bool, bool] | None) -> bool:
    if known is None:
        return True
    hooked, polled = known
    return (row.hooked_at is not None and not hooked) or (row.polled_at is not None and not polled)


def _insert(rows: Sequence[Receipt], at: datetime) -> dict[Key, str]:
    """Those that are new, and their status."""
    values = [v for r in rows for v in _values(r)]
    with connection.cursor() as cursor:
        cursor.execute(_KEEP.format(values=", ".join([_VALUES] * len(rows))), [*values, at, at])
        return {(c, k, i): status for c, k, i, status in cursor.fetchall()}


def _values(row: Receipt) -> list[Any]:
    kept = {"raw": Jsonb(row.raw)}
    return [kept.get(name, getattr(row, name)) for name in _COLUMNS]


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
