"""Receipts into orders and packages: claimed by subject in sets, a channel's set applied in one transaction."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import Q

from entrepot.channels.models import Channel
from entrepot.channels.services import account_of
from entrepot.core.correlation import correlated, correlation_id
from entrepot.core.errors import EntrepotError
from entrepot.events.services import is_transient
from entrepot.fulfilment import services as fulfilment
from entrepot.jobs.services import claim, release
from entrepot.kit import records
from entrepot.kit.read import Aside, read_raws
from entrepot.kit.registry import connector
from entrepot.orders import services as orders

from ..models import Receipt
from .aside import keep_aside

log = structlog.get_logger(__name__)

KIND = "package"
_MAX_TRIES = 10
_LEASE_S = 60.0
_WAITING = Q(status="queued", kind=KIND)

# Only what is still ours is applied: who claimed it after our lease ran out applies it, not we.
_HOLD = """
SELECT r.id FROM ingress_receipt r
  JOIN unnest(%s::bigint[], %s::bigint[]) AS mine(id, claim_no) ON r.id = mine.id AND r.claim_no = mine.claim_no
 WHERE r.status = 'queued' ORDER BY r.id FOR NO KEY UPDATE OF r"""

_CLOSE = """
UPDATE ingress_receipt r
   SET status = 'done', outcome = done.outcome, applied_at = %s, claimed_by = '', leased_until = NULL, attempts = 0,
       last_error = ''
  FROM unnest(%s::bigint[], %s::bigint[], %s::text[]) AS done(id, claim_no, outcome)
 WHERE r.id = done.id AND r.claim_no = done.claim_no"""


@dataclass(slots=True)
class _Subject:
    """All waiting receipts of one order, and what they say: the youngest news of each package, outcomes by receipt."""

    ref: str
    rows: list[Receipt]
    packages: list[records.Package]
    outcomes: dict[int, str]
    receipt_of: dict[str, int]  # package ref → the receipt that brought its youngest news
    asides: list[Aside]


def apply_receipts(*, limit: int, at: datetime) -> int:
    """Apply the queued receipts of up to ``limit`` orders; receipts done.

    A set of a channel's orders is one transaction. One that fails is halved until the guilty order stands alone: its
    receipts wait with the reason, those of the others are done.
    """
    rows = claim(
        Receipt, where=_WAITING, at=at, limit=limit, lease_s=_LEASE_S, together=("channel", "kind", "subject_ref")
    )
    by_channel: dict[int, dict[str, list[Receipt]]] = {}
    for row in sorted(rows, key=lambda r: r.pk):
        by_channel.setdefault(row.channel_id, {}).setdefault(row.subject_ref, []).append(row)
    done = 0
    for channel in Channel.objects.system().filter(id__in=list(by_channel)).order_by("id"):
        done += _apply_set(channel, by_channel[channel.id], at)
    return done


def _apply_set(channel: Channel, rows: dict[str, list[Receipt]], at: datetime) -> int:
    try:
        with correlated(correlation_id(channel.id, ref) for ref in rows):
            return _apply(channel, _read(channel, rows), at)
    except (OperationalError, InterfaceError) as lost:
        if not is_transient(lost) or connection.connection is None or connection.connection.closed:
            raise  # the database went away, not a record: the lease brings them back
        return _halved(channel, rows, lost, at)
    except Exception as error:  # noqa: BLE001 - the edge of the worker: one order must not stop the others
        return _halved(channel, rows, error, at)


def _halved(channel: Channel, rows: dict[str, list[Receipt]], error: Exception, at: datetime) -> int:
    refs = list(rows)
    if len(refs) > 1:
        half = len(refs) // 2
        return sum(_apply_set(channel, {r: rows[r] for r in some}, at) for some in (refs[:half], refs[half:]))
    if isinstance(error, EntrepotError):
        why = str(error)
    else:
        with correlated([correlation_id(channel.id, refs[0])]):
            log.error("receipt.failed", channel=channel.id, kind=KIND, exc_info=error)
        why = f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}"
    _postpone(rows[refs[0]], why, at)
    return 0


def _read(channel: Channel, rows: dict[str, list[Receipt]]) -> list[_Subject]:
    """What the receipts say through the connector as it is now. Of one package the youngest news counts."""
    spec, account = connector(channel.connector), account_of(channel)
    found = []
    for ref, some in rows.items():
        subject = _Subject(ref, some, [], {}, {}, [])
        youngest: dict[str, records.Package] = {}
        for row in some:
            read = read_raws(spec, row.kind, [row.raw], account)
            subject.asides += read.set_aside
            subject.outcomes[row.id] = "set_aside" if read.set_aside else "applied"
            for package in read.records:
                known = youngest.get(package.package_ref)
                if known is not None and known.modified_at > package.modified_at:
                    subject.outcomes[row.id] = "stale"
                    continue
                if known is not None:
                    subject.outcomes[subject.receipt_of[package.package_ref]] = "stale"
                youngest[package.package_ref] = package
                subject.receipt_of[package.package_ref] = row.id
        subject.packages = list(youngest.values())
        found.append(subject)
    return found


def _apply(channel: Channel, subjects: Sequence[_Subject], at: datetime) -> int:
    with transaction.atomic():
        ours = _held([row for s in subjects for row in s.rows])
        subjects = [s for s in subjects if all(row.id in ours for row in s.rows)]
        keep_aside(channel=channel, kind=KIND, asides=[a for s in subjects for a in s.asides], at=at)
        telling = {s.ref: s for s in subjects if s.packages}
        # By the ref that the marketplace gives, of which the receipt keeps the first 120 letters.
        refs = {s.packages[0].order_ref: s.packages for s in telling.values()}
        if refs:
            taken = orders.take_orders(channel=channel, told=refs, at=at)
            told = [fulfilment.Told(taken[ref].order, taken[ref].line_ids, some) for ref, some in refs.items()]
            results = fulfilment.apply_told(told=told, at=at)
            for subject in telling.values():
                subject.outcomes |= {
                    subject.receipt_of[p.package_ref]: results[p.package_ref] for p in subject.packages
                }
        return _close(subjects, at)


def _held(rows: Sequence[Receipt]) -> set[int]:
    with connection.cursor() as cursor:
        cursor.execute(_HOLD, [[r.id for r in rows], [r.claim_no for r in rows]])
        return {row[0] for row in cursor.fetchall()}


def _close(subjects: Sequence[_Subject], at: datetime) -> int:
    rows = [row for s in subjects for row in s.rows]
    outcomes = [s.outcomes[row.id] for s in subjects for row in s.rows]
    with connection.cursor() as cursor:
        cursor.execute(_CLOSE, [at, [r.id for r in rows], [r.claim_no for r in rows], outcomes])
    return len(rows)


def _postpone(rows: Sequence[Receipt], why: str, at: datetime) -> None:
    """Tried again later, ten times; then it is dead until a person says so."""
    for attempts, some in _by_attempts(rows):
        if attempts >= _MAX_TRIES:
            release(Receipt, some, not_before=at, error=why, status="dead")
        else:
            release(Receipt, some, not_before=at + timedelta(seconds=min(300, 2**attempts)), error=why)


def _by_attempts(rows: Sequence[Receipt]) -> Iterator[tuple[int, list[Receipt]]]:
    for attempts in sorted({r.attempts for r in rows}):
        yield attempts + 1, [r for r in rows if r.attempts == attempts]
