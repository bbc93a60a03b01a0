"""Raw records kept before anything is done with them, and applied by subject: all of one order together."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.db import InterfaceError, OperationalError, transaction

from entrepot.channels.models import Channel
from entrepot.channels.services import account_of
from entrepot.core.errors import EntrepotError
from entrepot.core.ids import fingerprint
from entrepot.fulfilment import services as fulfilment
from entrepot.jobs.services import wake
from entrepot.kit import records
from entrepot.kit.read import read_raws
from entrepot.kit.registry import connector
from entrepot.orders import services as orders

from ..models import Receipt
from .aside import keep_aside, storable

log = structlog.get_logger(__name__)

_MAX_TRIES = 10


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
        wake("orders")
    return len(fresh)


def apply_receipts(*, limit: int, at: datetime) -> int:
    """Apply the queued receipts of up to ``limit`` subjects, each in a transaction of its own; receipts done."""
    done = 0
    for channel_id, subject in _subjects(limit, at):
        done += _apply_subject(channel_id, subject, at)
    return done


def _subjects(limit: int, at: datetime) -> list[tuple[int, str]]:
    rows = (
        Receipt.objects.system()
        .filter(status="queued", kind="package", not_before__lte=at)
        .order_by("id")
        .values_list("channel_id", "subject_ref")[: limit * 4]
    )
    return list(dict.fromkeys(rows))[:limit]


def _apply_subject(channel_id: int, subject: str, at: datetime) -> int:
    channel = Channel.objects.system().get(id=channel_id)
    queued = Receipt.objects.system().filter(
        channel_id=channel_id, kind="package", subject_ref=subject, status="queued", not_before__lte=at
    )
    try:
        with transaction.atomic():
            rows = list(queued.order_by("id").select_for_update(no_key=True, skip_locked=True))
            if not rows:
                return 0
            outcomes = _apply(channel, rows, at)
            for row in rows:
                row.status, row.outcome, row.applied_at = "done", outcomes.get(row.id, "applied"), at
            Receipt.objects.system().bulk_update(rows, ["status", "outcome", "applied_at"])
            return len(rows)
    except (OperationalError, InterfaceError):
        raise  # the database went away, not the record
    except EntrepotError as error:
        _postpone(queued, str(error), at)
    except Exception as error:  # the edge of the worker: one order must not stop the others
        log.exception("receipt.failed", channel=channel_id, kind="package")
        _postpone(queued, f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}", at)
    return 0


def _apply(channel: Channel, rows: Sequence[Receipt], at: datetime) -> dict[int, str]:
    """Outcome by receipt id. Of one package the youngest news counts; older ones are recorded."""
    spec, account = connector(channel.connector), account_of(channel)
    packages: dict[str, tuple[records.Package, int]] = {}
    outcomes: dict[int, str] = {}
    for row in rows:
        read = read_raws(spec, row.kind, [row.raw], account)
        keep_aside(channel=channel, kind=row.kind, asides=read.set_aside, at=at)
        outcomes[row.id] = "set_aside" if read.set_aside else "applied"
        for package in read.records:
            known = packages.get(package.package_ref)
            if known is None or known[0].modified_at <= package.modified_at:
                if known:
                    outcomes[known[1]] = "stale"
                packages[package.package_ref] = (package, row.id)
            else:
                outcomes[row.id] = "stale"
    if packages:
        told = [p for p, _ in packages.values()]
        taken = orders.take_order(channel=channel, packages=told, at=at)
        results = fulfilment.apply_packages(order=taken.order, line_ids=taken.line_ids, packages=told, at=at)
        outcomes |= {packages[ref][1]: outcome for ref, outcome in results.items()}
    return outcomes


def retry_receipts(*, seller_id: int, channel_id: int, subject_ref: str, at: datetime) -> int:
    """Apply again what was given up after ten tries, once its cause is mended; the number of receipts queued."""
    rows = Receipt.objects.for_seller(seller_id).filter(channel_id=channel_id, subject_ref=subject_ref, status="dead")
    count = rows.update(status="queued", attempts=0, not_before=at)
    if count:
        wake("orders")
    return count


def _postpone(queued: Any, why: str, at: datetime) -> None:
    for row in queued:
        row.attempts += 1
        row.last_error = why[:2000]
        row.status = "dead" if row.attempts >= _MAX_TRIES else "queued"
        row.not_before = at + timedelta(seconds=min(300, 2**row.attempts))
        row.save(update_fields=["attempts", "last_error", "status", "not_before"])
