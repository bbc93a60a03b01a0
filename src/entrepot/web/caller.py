"""Where a request comes from."""

from __future__ import annotations

import ipaddress

from django.conf import settings
from django.http import HttpRequest


def caller_address(request: HttpRequest) -> str:
    """The caller's IP address; of IPv6 its /64 network, all of which one customer has; empty: unknown.

    Behind proxies (``ENTREPOT_BEHIND_PROXY``) it is the entry of X-Forwarded-For that the outermost of ours wrote,
    ``ENTREPOT_PROXY_HOPS`` from the right: what stands left of it anybody may have made up.
    """
    return address_of(caller_ip(request))


def caller_ip(request: HttpRequest) -> str:
    """The caller's whole IP address, found as :func:`caller_address` finds it; empty: unknown."""
    hops: int = settings.ENTREPOT_PROXY_HOPS
    told = [entry.strip() for entry in request.headers.get("X-Forwarded-For", "").split(",")] if hops else []
    found = _parsed(told[-hops]) if 0 < hops <= len(told) else None
    found = found or _parsed(request.META.get("REMOTE_ADDR", ""))
    return "" if found is None else str(found)


def address_of(text: str) -> str:
    """An address as it is counted; empty when ``text`` is none. Ports, brackets and zones are left out."""
    found = _parsed(text)
    if isinstance(found, ipaddress.IPv6Address):
        return str(ipaddress.IPv6Network((found, 64), strict=False))
    return "" if found is None else str(found)


def _parsed(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    text = text.partition("]")[0].lstrip("[")
    if text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        found = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return getattr(found, "ipv4_mapped", None) or found
