"""Whether the hub has come to rest, and what is still open when it does not."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

from django.db import OperationalError, connections

from entrepot.core.clock import now

from .counters import Finding
from .ledgers import Ledgers
from .rows import claimable_tables, rows

# Counter → what is open, as text; each statement gives one row for each thing.
OPEN = {
    "receipts_open": [("SELECT 'receipt ' || id || ' of ' || subject_ref || ': ' || status || ' ' || last_error"
                      "  FROM ingress_receipt WHERE status <> 'done'"),
                      ("SELECT subject || ' set aside: ' || field || ' ' || reason FROM ingress_setaside"
                      " WHERE state = 'open' AND kind IN ('package', 'webhook')")],
    "intents_open": [("SELECT kind || ' ' || subject_id || ' ' || step || ': ' || state || ' ' || last_error"
                     "  FROM channels_intent WHERE state IN ('planned', 'sent', 'unknown')")],
    "items_open": [
        ("SELECT 'batch ' || id || ' ' || capability || ': ' || state || ' ' || last_error FROM egress_pushbatch"
        " WHERE state IN ('planned', 'submitted', 'polling', 'unknown')"),
        ("SELECT 'item ' || i.listing_ref || ' of batch ' || b.id || ', which is ' || b.state"
        "  FROM egress_pushitem i JOIN egress_pushbatch b ON b.id = i.batch_id"
        " WHERE i.is_ok IS NULL AND b.state = 'settled'"),
        ("SELECT 'listing ' || listing_ref || ': ' || state FROM listings_listing"
        " WHERE state IN ('queued', 'submitted', 'closing')"),
        ("SELECT l.lane || ' of listing ' || l.listing_id || ': '"
        "       || CASE WHEN l.is_due THEN 'due ' ELSE 'in batch ' || l.batch_id END || l.last_error"
        "  FROM listings_listinglevel l JOIN listings_listing g ON g.id = l.listing_id"
        " WHERE (l.is_due AND g.state IN ('live', 'update')) OR l.batch_id IS NOT NULL"),
        "SELECT 'mark ' || kind || ' ' || subject_id FROM events_dirty",
        "SELECT 'outbox ' || type || ' ' || key FROM events_outbox",
        "SELECT 'parked ' || type || ' ' || key || ' for ' || subscriber || ': ' || error FROM events_parkedevent",
        (
            "SELECT 'event ' || type || ' ' || key || ', number ' || seq || ', is not seen yet' FROM events_event e"
            " WHERE NOT EXISTS (SELECT 1 FROM proof.seen s WHERE s.event_id = e.event_id)"
        ),
        "SELECT 'run ' || id || ' ' || kind || ': ' || state FROM jobs_run WHERE state IN ('queued', 'running')",
    ],
}  # fmt: skip
_CLAIMS = "SELECT id, claimed_by FROM {table} WHERE leased_until > now()"
# The watchdog of webhooks looks at subscriptions only: no news waits for it.
_UNREAD = """
SELECT name || ' of channel ' || channel_id || ' ' || last_error FROM ingress_feed
 WHERE is_enabled AND name <> 'webhooks'
   AND (coalesce(last_began_at, '-infinity') < %s OR coalesce(last_done_at, '-infinity') < %s)"""
_LOOK_S = 0.25


def open_things() -> Iterator[Finding]:
    """Everything without an end."""
    for counter, statements in OPEN.items():
        for sql in statements:
            yield from (Finding(counter, text) for (text,) in rows(sql))


def claims(pids: Sequence[int]) -> Iterator[Finding]:
    """Claims of processes that are none of ``pids``, those of the living. Feeds at work are claimed at any time."""
    living = {str(pid) for pid in pids}
    for table in claimable_tables():
        for id_, by in rows(_CLAIMS.format(table=table)):
            if _pid(by) not in living:
                yield Finding("claims_open", f"{table} {id_} claimed by {by}")


def _pid(claimed_by: str) -> str:
    """Of a worker's name, ``host:pid:thread``."""
    return claimed_by.partition(":")[2].partition(":")[0]


def unread(since: datetime) -> list[str]:
    """Feeds that have not begun a pull since then and finished it."""
    return [text for (text,) in rows(_UNREAD, [since, since])]


def bury(pids: Sequence[int]) -> int:
    """Let the leases of claims end now whose processes are none of ``pids``, as time would; how many."""
    living, count = {str(pid) for pid in pids}, 0
    for table in claimable_tables():
        dead = [id_ for id_, by in rows(_CLAIMS.format(table=table)) if _pid(by) not in living]
        if dead:
            rows(f"UPDATE {table} SET leased_until = now() WHERE id = ANY(%s) RETURNING id", [dead])
            count += len(dead)
    return count


def come_to_rest(
    ledgers: Ledgers, *, pids: Callable[[], Sequence[int]], seconds: float, times: int = 2, is_hurried: bool = False
) -> list[Finding]:  # fmt: skip
    """Wait until nothing is open and every feed was read since, so many ``times``; what is open after ``seconds``.

    ``is_hurried``: the leases of the dead are cut short instead of waited for.
    """
    until, began, rounds = time.monotonic() + seconds, now(), 0
    found: list[Finding] = []
    while time.monotonic() < until:
        try:
            if is_hurried:
                bury(pids())
            found = [*open_things(), *claims(pids()), *_unheard(ledgers, began)]
        except OperationalError as lost:
            found = [Finding("items_open", f"the database does not answer: {lost}")]
            connections.close_all()
        if not found:
            rounds, began = rounds + 1, now()
            if rounds >= times:
                return []
        connections.close_all()
        time.sleep(_LOOK_S)
    return found


def _unheard(ledgers: Ledgers, began: datetime) -> Iterator[Finding]:
    yield from (Finding("items_open", f"feed {text} has not been read since") for text in unread(began))
    ledgers.read()
    known = {ref for (ref,) in rows("SELECT order_ref FROM orders_order")}
    yield from (Finding("receipts_open", f"order {n} is not known yet") for n in ledgers.bought if n not in known)
