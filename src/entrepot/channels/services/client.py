"""The only way to a client: ports of the kit on PostgreSQL."""

from __future__ import annotations

import atexit
import json
import threading
from collections.abc import Sequence
from typing import Any

import httpx
from django.conf import settings
from django.db import connection

from entrepot.channels.models import BreakerState, BudgetUse, Channel, Storefront
from entrepot.core.correlation import correlation_ids
from entrepot.core.errors import Refused
from entrepot.kit.client import Client, http_client
from entrepot.kit.ports import Allowance, CallRecord
from entrepot.kit.registry import connector
from entrepot.kit.requests import Account

from . import vault

# A remote counts when a call arrives, we when it leaves: calls that leave a window apart may arrive closer together.
# On a long window more of them can be held up, so the margin grows with it.
_WINDOW_MARGIN_S, _WINDOW_MARGIN = 0.5, 0.025

_BREAKER_AFTER, _BREAKER_OPEN_S, _BREAKER_FRESH_S = 10, 5.0, 0.25


# All budgets of a call or none, in one statement: rows are locked in key order, what left the window is forgotten, and
# the call is written down where every budget has room. The answer: budgets that have a row, and the longest wait. The
# commit waits for the disk: after a crash of the server the remote still counts the calls of the last half second.
_TAKE = """
WITH wanted AS (SELECT * FROM unnest(%s::text[], %s::int[], %s::float8[]) AS w(key, count, window_s)),
held AS (
    SELECT b.key, b.taken, w.count, w.window_s FROM channels_budgetuse b JOIN wanted w ON w.key = b.key
     ORDER BY b.key FOR NO KEY UPDATE OF b
), kept AS (
    SELECT key, count, window_s, ARRAY(SELECT t FROM unnest(taken) t WHERE t > %s - window_s ORDER BY t) AS taken
      FROM held
), waits AS (
    SELECT CASE WHEN cardinality(taken) >= count
                THEN taken[cardinality(taken) - count + 1] + window_s - %s END AS wait_s
      FROM kept
), used AS (
    UPDATE channels_budgetuse b SET taken = kept.taken || %s::float8 FROM kept
     WHERE b.key = kept.key AND (SELECT count(*) = %s AND count(wait_s) = 0 FROM waits)
)
SELECT (SELECT count(*) FROM waits), (SELECT max(wait_s) FROM waits)"""


# A call that took its time, wherever: the remote may have counted it as late as it answered.
_ANSWERED = """
WITH held AS (
    SELECT key FROM channels_budgetuse WHERE key = ANY(%s) ORDER BY key FOR NO KEY UPDATE
)
UPDATE channels_budgetuse b SET taken = array_replace(b.taken, %s::float8, %s::float8)
  FROM held, (SELECT set_config('synchronous_commit', 'off', true)) soon WHERE b.key = held.key"""


class PgBudget:
    """A sliding window in one row a budget, shared by every worker on this database."""

    def take(self, wanted: Sequence[Allowance], at_s: float) -> float | None:
        values = [
            [w.key for w in wanted], [w.count for w in wanted],
            [w.per_s + max(_WINDOW_MARGIN_S, w.per_s * _WINDOW_MARGIN) for w in wanted],
            at_s, at_s, at_s, len(wanted),
        ]  # fmt: skip
        while True:
            with connection.cursor() as cursor:
                cursor.execute(_TAKE, values)
                found, wait_s = cursor.fetchone()
            if found == len(wanted):
                return None if wait_s is None else float(wait_s)
            BudgetUse.objects.bulk_create([BudgetUse(key=w.key) for w in wanted], ignore_conflicts=True)

    def answered(self, wanted: Sequence[Allowance], at_s: float, until_s: float) -> None:
        if until_s - at_s <= _WINDOW_MARGIN_S:
            return  # the margin has it
        with connection.cursor() as cursor:
            cursor.execute(_ANSWERED, [[w.key for w in wanted], at_s, until_s])


# Of the log a power cut may take the last half second: nobody waits for a disk to write down what was answered.
_SOON = "(SELECT set_config('synchronous_commit', 'off', true)) soon"


class PgCalls:
    """Appends to the call log, in a transaction of its own."""

    def __init__(self, channel: Channel) -> None:
        self.channel = channel

    def record(self, call: CallRecord) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO channels_calllog (recorded_at, seller_id, channel_id, method, path, endpoint, status, ms,"
                " sent_bytes, received_bytes, outcome, attempt, error, correlation, request_body, response_body)"
                " SELECT now(), %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s::text[], %s::jsonb, %s::jsonb"
                " FROM " + _SOON,
                [
                    self.channel.seller_id, self.channel.id, call.method, call.path, call.endpoint, call.status,
                    call.ms, call.sent_bytes, call.received_bytes, call.outcome, call.attempt, call.error,
                    list(correlation_ids()), _json(call.request_body), _json(call.response_body),
                ],
            )  # fmt: skip


_BREAKER = "SELECT failures, open_until FROM channels_breakerstate WHERE channel_id = %s"


class PgBreaker:
    """Opens after ten failures in a row, for five seconds; all workers see it within a quarter of a second."""

    def __init__(self, channel_id: int) -> None:
        self.channel_id = channel_id
        self._had_failures = True
        self._open_until_s, self._read_at_s = 0.0, float("-inf")

    def wait_s(self, at_s: float) -> float | None:
        if not self._read_at_s <= at_s < self._read_at_s + _BREAKER_FRESH_S:
            with connection.cursor() as cursor:
                cursor.execute(_BREAKER, [self.channel_id])
                failures, self._open_until_s = cursor.fetchone() or (0, 0.0)
            self._had_failures, self._read_at_s = bool(failures), at_s
        return self._open_until_s - at_s if at_s < self._open_until_s else None

    def succeeded(self) -> None:
        if self._had_failures:
            BreakerState.objects.filter(channel_id=self.channel_id).update(failures=0, open_until=0)

    def failed(self, at_s: float) -> None:
        self._read_at_s = float("-inf")  # what was read is old
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO channels_breakerstate (channel_id, failures, open_until) VALUES (%s, 1, 0)"
                " ON CONFLICT (channel_id) DO UPDATE SET failures = channels_breakerstate.failures + 1,"
                " open_until = CASE WHEN channels_breakerstate.failures + 1 >= %s THEN %s ELSE 0 END",
                [self.channel_id, _BREAKER_AFTER, at_s + _BREAKER_OPEN_S],
            )


class SealedTokens:
    """Opens a channel's secrets for the length of a call."""

    def __init__(self, channel: Channel) -> None:
        self._sealed = bytes(channel.secrets)

    def secrets(self) -> dict[str, str]:
        return vault.unseal(self._sealed)


_HTTP: dict[tuple[float, bool], httpx.Client] = {}
_HTTP_LOCK = threading.Lock()


def _http() -> httpx.Client:
    timeout_s, private_allowed = settings.ENTREPOT_REMOTE_TIMEOUT_S, settings.ENTREPOT_PRIVATE_REMOTES
    key = (timeout_s, private_allowed)
    with _HTTP_LOCK:
        if key not in _HTTP:
            _HTTP[key] = http_client(timeout_s=timeout_s, private_allowed=private_allowed)
        return _HTTP[key]


def close_http() -> None:
    """Close the shared connections; the next call opens new ones. Done by itself when the process ends."""
    with _HTTP_LOCK:
        while _HTTP:
            _HTTP.popitem()[1].close()


atexit.register(close_http)


def _refuse_in_transaction() -> None:
    if connection.in_atomic_block:
        raise Refused("a remote must not be called inside an open transaction")


def account_of(channel: Channel, storefront: Storefront | None = None) -> Account:
    """The account as a connector sees it: the spec's defaults under the channel's settings."""
    spec = connector(channel.connector)
    defaults = {s.name: s.default for s in spec.settings}
    return Account(
        base_url=channel.base_url,
        account_ref=channel.account_ref,
        storefront=storefront.code if storefront else "",
        settings={**defaults, **channel.settings},
    )


def client_for(channel: Channel, storefront: Storefront | None = None) -> Client:
    """A client for one channel, and one storefront of it where that matters.

    Raises:
        Refused: the call is made inside an open transaction (when it is made, not here).
    """
    return Client(
        spec=connector(channel.connector),
        account=account_of(channel, storefront),
        tokens=SealedTokens(channel),
        budget=PgBudget(),
        calls=PgCalls(channel),
        breaker=PgBreaker(channel.id),
        http=_http(),
        guard=_refuse_in_transaction,
    )


def _json(value: Any) -> str | None:
    return None if value is None else json.dumps(value, ensure_ascii=False, default=str).replace("\\u0000", "")
