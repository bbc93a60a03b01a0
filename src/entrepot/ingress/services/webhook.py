"""What a remote posts to us: verified, kept and answered in one transaction."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from entrepot.channels import queries as channel_queries
from entrepot.channels.services.hooks import allowed_networks, webhook_secrets
from entrepot.core.errors import EntrepotError
from entrepot.core.ids import fingerprint
from entrepot.kit.read import Aside
from entrepot.kit.receiving import is_genuine
from entrepot.kit.registry import connector
from entrepot.kit.spec import Receive

from .aside import keep_aside
from .deliveries import keep_delivery, read_delivery

if TYPE_CHECKING:
    from entrepot.channels.models import Channel

MAX_BYTES = 2 * 1024 * 1024
_KNOWN_S = 2.0  # so long a channel is not asked for again, though it be retired meanwhile
_MOST_KNOWN = 1000
_SEEN_S, _MOST_SEEN = 60.0, 10_000


@dataclass(frozen=True, slots=True)
class _Door:
    """A channel, how its remote proves itself, and until when (monotonic) that is known."""

    channel: Channel
    way: Receive
    secrets: tuple[str, ...]
    networks: tuple[str, ...]
    until: float


class _Seen:
    """Bytes that were kept a minute ago or less: a repetition of them is answered without being read again."""

    def __init__(self) -> None:
        self._until: dict[bytes, float] = {}
        self._lock = threading.Lock()

    def has(self, channel_id: int, body: bytes) -> bool:
        """Whether the same was added for the same channel, within the last minute."""
        return self._until.get(_digest(channel_id, body), 0.0) > time.monotonic()

    def add(self, channel_id: int, body: bytes) -> None:
        """Remember it; the oldest are forgotten."""
        with self._lock:
            while len(self._until) >= _MOST_SEEN:
                del self._until[next(iter(self._until))]
            self._until[_digest(channel_id, body)] = time.monotonic() + _SEEN_S


def _digest(channel_id: int, body: bytes) -> bytes:
    return hashlib.blake2b(body, digest_size=16, key=str(channel_id).encode()).digest()


_DOORS: dict[str, _Door] = {}
_SEEN = _Seen()


def receive(*, token: str, headers: Mapping[str, str], body: bytes, at: datetime, address: str = "") -> int:
    """Take one webhook; the HTTP status to answer with, after the commit.

    200 taken, seen before, or a ping · 401 not from where, not signed as, or not as young as it should be · 404 nobody
    has this token · 413 too large · 422 cannot be read (kept aside). A full payload is kept as receipts and applied
    under the remote's own stamp; a thin one names what to fetch. ``address`` is the caller's; empty: unknown.
    """
    if len(body) > MAX_BYTES:
        return 413
    door = _door(token, at)
    if door is None:
        return 404
    way, lower = door.way, {k.lower(): v for k, v in headers.items()}
    if way.is_ping(lower, body):
        return 200
    if not _is_believed(door, lower, body, address, at):
        _DOORS.pop(token, None)  # its secret may be new since we asked
        door = _door(token, at)
        if door is None or not _is_believed(door, lower, body, address, at):
            return 401
    return 200 if _SEEN.has(door.channel.id, body) else _take(door, lower, body, at)


def _is_believed(door: _Door, headers: Mapping[str, str], body: bytes, address: str, at: datetime) -> bool:
    return is_genuine(door.way, headers, body, secrets=door.secrets, address=address, networks=door.networks, at=at)


def _take(door: _Door, headers: Mapping[str, str], body: bytes, at: datetime) -> int:
    try:
        news = door.way.read(headers, body)
    except (EntrepotError, ValueError, KeyError, TypeError) as error:
        _keep_unread(door.channel, body, error, at)
        return 422
    delivery = read_delivery(channel=door.channel, news=news, body=body, at=at)
    keep_delivery(delivery)
    if delivery.is_applied:
        _SEEN.add(door.channel.id, body)
    return 200


def _door(token: str, at: datetime) -> _Door | None:
    """Whose address this is. Not asked for again within two seconds, but what is not known always is."""
    known, tick = _DOORS.get(token), time.monotonic()
    if known is not None and known.until > tick:
        return known
    channel = channel_queries.channel_of_token(token=token)
    way = connector(channel.connector).can.get("read_webhook") if channel else None
    if channel is None or not isinstance(way, Receive):
        return None
    if len(_DOORS) >= _MOST_KNOWN:
        _DOORS.clear()
    door = _Door(channel, way, webhook_secrets(channel, at=at), allowed_networks(channel), tick + _KNOWN_S)
    _DOORS[token] = door
    return door


def _keep_unread(channel: Channel, body: bytes, error: Exception, at: datetime) -> None:
    """A message from the remote itself that is no message: kept, so that a person sees what was cut or changed."""
    text = body[:2000].decode("utf-8", "replace").replace("\x00", "")
    aside = Aside(f"webhook {fingerprint(text)[:16]}", "(body)", str(error)[:500], {"body": text})
    keep_aside(channel=channel, kind="webhook", asides=[aside], at=at)
