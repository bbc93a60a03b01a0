"""Whether a delivery is the remote's own: where it comes from, how it proves itself, and when it was sent."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache

from .spec import Receive

_Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def is_genuine(
    way: Receive, headers: Mapping[str, str], body: bytes, *, secrets: Sequence[str], address: str,
    networks: Sequence[str] = (), at: datetime,
) -> bool:  # fmt: skip
    """Whether to believe a delivery. Header names in lower case.

    Args:
        secrets: any of them may have signed; more than one while a new one is being taken up.
        address: the sender's IP address; empty: unknown, which is on no list.
        networks: what a person narrowed it down to, on top of the connector's own list; empty: no narrower.
    """
    if not (is_from(address, way.networks) and is_from(address, networks)):
        return False
    if not any(way.verify(headers, body, secret) for secret in secrets):
        return False
    return way.sent_at is None or _is_fresh(way, headers, body, at)


def is_from(address: str, networks: Sequence[str]) -> bool:
    """Whether ``address`` lies in one of ``networks``, or there are none to lie in."""
    if not networks:
        return True
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    found = getattr(found, "ipv4_mapped", None) or found
    return any(found in network for network in _parsed(tuple(networks)))


@lru_cache(maxsize=256)
def _parsed(networks: tuple[str, ...]) -> tuple[_Network, ...]:
    return tuple(ipaddress.ip_network(text) for text in networks)


def _is_fresh(way: Receive, headers: Mapping[str, str], body: bytes, at: datetime) -> bool:
    assert way.sent_at is not None
    try:
        sent = way.sent_at(headers, body)
    except (ValueError, LookupError, TypeError, ArithmeticError, OSError):
        return False
    return abs((at - sent).total_seconds()) <= way.replay_window_s
