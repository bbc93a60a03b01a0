"""How a call is signed. The client asks for headers and query; secrets never leave through ``repr``."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol
from urllib.parse import quote


@dataclass(frozen=True, slots=True)
class Signing:
    """What a signature may depend on. ``url`` is absolute, without query. ``nonce`` is never used twice."""

    method: str
    url: str
    query: Mapping[str, str]
    timestamp: int
    nonce: str
    secrets: Mapping[str, str] = field(repr=False, default_factory=dict)


@dataclass(frozen=True, slots=True)
class Signed:
    """What to add to the call."""

    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    query: Mapping[str, str] = field(default_factory=dict, repr=False)


class Auth(Protocol):
    """One way of signing a call."""

    def sign(self, what: Signing) -> Signed:
        """Headers and query parameters that prove who we are."""
        ...


@dataclass(frozen=True, slots=True)
class NoAuth:
    """Nothing is added."""

    def sign(self, what: Signing) -> Signed:  # noqa: ARG002 - one of several ways with one signature
        return Signed()


@dataclass(frozen=True, slots=True)
class Basic:
    """HTTP Basic (RFC 7617) from two named credentials."""

    user: str
    password: str

    def sign(self, what: Signing) -> Signed:
        pair = f"{what.secrets[self.user]}:{what.secrets[self.password]}"
        return Signed(headers={"Authorization": "Basic " + base64.b64encode(pair.encode()).decode()})


@dataclass(frozen=True, slots=True)
class Header:
    """One credential in one header, such as ``Authorization: Bearer …``."""

    name: str
    credential: str
    prefix: str = ""

    def sign(self, what: Signing) -> Signed:
        return Signed(headers={self.name: self.prefix + what.secrets[self.credential]})


@dataclass(frozen=True, slots=True)
class OAuth1:
    """OAuth 1.0a one-legged, HMAC-SHA256, parameters in the query (RFC 5849 §3.4, without a token)."""

    key: str
    secret: str

    def sign(self, what: Signing) -> Signed:
        own = {
            "oauth_consumer_key": what.secrets[self.key],
            "oauth_nonce": what.nonce,
            "oauth_signature_method": "HMAC-SHA256",
            "oauth_timestamp": str(what.timestamp),
        }
        pairs = sorted((_escape(k), _escape(v)) for k, v in {**what.query, **own}.items())
        joined = "&".join(f"{k}={v}" for k, v in pairs)
        base = "&".join([what.method.upper(), _escape(what.url), _escape(joined)])
        digest = hmac.new((what.secrets[self.secret] + "&").encode(), base.encode(), hashlib.sha256).digest()
        return Signed(query={**own, "oauth_signature": base64.b64encode(digest).decode()})


@dataclass(frozen=True, slots=True)
class ByScheme:
    """One way over TLS, another over plain http."""

    https: Auth
    http: Auth

    def sign(self, what: Signing) -> Signed:
        return (self.https if what.url.startswith("https:") else self.http).sign(what)


def _escape(text: str) -> str:
    return quote(text, safe="-._~")
