"""Which addresses a remote may have: one that a user gave must not lead back into our own network.

It is looked at twice: as text, where it is given, and as the address that a connection is really made to, since a name
may lead anywhere, and elsewhere the next time.
"""

from __future__ import annotations

import re
import socket
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Any
from urllib.parse import urlsplit

import httpcore
import httpx

_NAT64 = IPv6Network("64:ff9b::/96")  # the last 32 bits are an IPv4 address. Source: RFC 6052 §2.1
# Metadata services of clouds that are no link-local addresses: Amazon's over IPv6, Alibaba's, Oracle's.
_METADATA = frozenset(ip_address(text) for text in ("fd00:ec2::254", "100.100.100.200", "192.0.0.192"))
_INSIDE = (".localhost", ".local", ".internal")
_BARE_NUMBER = re.compile(r"(0x[0-9a-f]*|[0-9]+)(\.(0x[0-9a-f]*|[0-9]+)){0,3}")
_FORBIDDEN = re.compile(r"[\s\\\x00-\x1f\x7f]")


class AddressRefused(Exception):
    """A connection would lead to an address that no remote may have; says to which and why."""


def why_not_url(url: str, *, private_allowed: bool) -> str | None:
    """Why ``url`` is no base address of a remote, as the end of a sentence; None: it is one, as far as its text tells.

    Nothing is looked up: what a name leads to is checked when a connection is made.
    """
    try:
        parts = urlsplit(url)
        host, _ = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:
        return "is no address of the web; allowed: https://shop.example, with a port and a path where it has them"
    if "@" in parts.netloc:  # its words are not repeated: they may be a password
        return "must be an http or https address without credentials; those have fields of their own"
    if parts.scheme not in ("https", "http") or not host or _FORBIDDEN.search(url):
        return f"must be an http or https address without credentials, not {url!r}"
    if parts.query or parts.fragment or url.endswith(("?", "#")):
        return f"must end with its path, without ? and #, not {url!r}"
    why = _why_not_host(host, private_allowed=private_allowed)
    return f"leads to {host}, {why}" if why else None


def why_not_address(text: str, *, private_allowed: bool) -> str | None:
    """Why nothing is sent to an IP address, as the end of a sentence; None: it may be a remote's.

    With ``private_allowed`` this machine and its own network may be; metadata services, multicast and what is reserved
    never. An IPv4 address inside of an IPv6 one counts as what it is. Source: IANA's special-purpose registries.
    """
    found = _plain(ip_address(text.partition("%")[0]))
    if found.is_link_local or found in _METADATA:
        return "an address where clouds keep their metadata"
    if found.is_multicast or found.is_unspecified or (found.is_reserved and not found.is_loopback):
        return "an address that is no single machine's"
    if found.is_global and not (isinstance(found, IPv6Address) and found.is_site_local):
        return None
    if private_allowed:
        return None
    kind = "this machine itself" if found.is_loopback else "a private address"
    return f"{kind}; remotes must have public ones here (ENTREPOT_PRIVATE_REMOTES)"


def _plain(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    if isinstance(address, IPv4Address):
        return address
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or address


def _why_not_host(host: str, *, private_allowed: bool) -> str | None:
    if host == "localhost" or host.endswith(_INSIDE):
        return None if private_allowed else "a name of our own network; remotes must have public ones here"
    if _BARE_NUMBER.fullmatch(host):  # 2130706433, 0x7f.1 and 0177.0.0.1 are all 127.0.0.1
        try:
            host = socket.inet_ntoa(socket.inet_aton(host))
        except OSError:
            return "which is no address"
    try:
        return why_not_address(host, private_allowed=private_allowed)
    except ValueError:  # a name
        return None


class GuardedBackend(httpcore.SyncBackend):
    """Makes connections only to addresses that a remote may have, and to the very ones that were checked."""

    def __init__(self, *, private_allowed: bool) -> None:
        self._private_allowed = private_allowed

    def connect_tcp(
        self, host: str, port: int, timeout: float | None = None, local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:  # fmt: skip
        """As httpcore's.

        Raises:
            AddressRefused: one of the addresses of ``host`` is none that a remote may have.
        """
        addresses = _addresses(host, port)
        for address in addresses:
            if why := why_not_address(address, private_allowed=self._private_allowed):
                raise AddressRefused(f"leads to {address}, {why}")
        for address in addresses[:-1]:
            try:
                return super().connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                continue
        return super().connect_tcp(addresses[-1], port, timeout, local_address, socket_options)


def _addresses(host: str, port: int) -> list[str]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as unknown:
        raise httpcore.ConnectError(f"{host} is not known: {unknown}") from unknown
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


class GuardedTransport(httpx.HTTPTransport):
    """httpx's transport over a :class:`GuardedBackend`; TLS is checked against the name, as ever."""

    def __init__(self, *, limits: httpx.Limits, private_allowed: bool) -> None:
        context = httpx.create_ssl_context(trust_env=False)
        super().__init__(verify=context, limits=limits, trust_env=False)
        self._pool = httpcore.ConnectionPool(
            ssl_context=context, max_connections=limits.max_connections,
            max_keepalive_connections=limits.max_keepalive_connections, keepalive_expiry=limits.keepalive_expiry,
            network_backend=GuardedBackend(private_allowed=private_allowed),
        )  # fmt: skip
