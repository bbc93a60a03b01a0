"""Who is calling: Basic or the query pair over TLS, one-legged OAuth 1.0a over plain http (reference §1.1)."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from .errors import WooError

if TYPE_CHECKING:
    from .routing import Call
    from .state import ApiKey, Store

REFUSED = "woocommerce_rest_authentication_error"
WINDOW_S = 15 * 60
OAUTH_FIELDS = ("consumer_key", "timestamp", "nonce", "signature", "signature_method")
HASHES = {"HMAC-SHA1": hashlib.sha1, "HMAC-SHA256": hashlib.sha256}
READS = {"GET", "HEAD"}


def caller(store: Store, call: Call) -> ApiKey | None:
    """The key of the call, or None for a call without usable credentials.

    Raises:
        WooError: 401, credentials that are wrong or not allowed to do this.
    """
    key = _tls(store, call) if call.is_tls else _oauth(store, call)
    if key is not None and call.method != "OPTIONS":
        needed = "read" if call.method in READS else "write"
        if needed not in key.permissions.split("_"):
            raise _no(f"The API key provided does not have {needed} permissions.")
    return key


def _no(text: str, code: str = REFUSED) -> WooError:
    return WooError(code, text, 401)


def _known(store: Store, consumer_key: str) -> ApiKey | None:
    return next((k for k in store.keys if k.consumer_key == consumer_key), None)


def _tls(store: Store, call: Call) -> ApiKey | None:
    """The query pair is looked at before the header; an unknown key is nobody, a bad secret is refused."""
    name, secret = call.query.get("consumer_key"), call.query.get("consumer_secret")
    if not (name and secret):
        name, secret = _basic(call.headers.get("authorization", ""))
    key = _known(store, str(name)) if name else None
    if key is None:
        return None
    if not hmac.compare_digest(key.consumer_secret, str(secret)):
        error = _no("Consumer secret is invalid.")
        error.headers["WWW-Authenticate"] = 'Basic realm="WooCommerce API"'
        raise error
    return key


def _basic(header: str) -> tuple[str | None, str | None]:
    scheme, _, coded = header.partition(" ")
    if scheme.lower() != "basic":
        return None, None
    try:
        name, _, secret = base64.b64decode(coded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None, None
    return name, secret


def _oauth(store: Store, call: Call) -> ApiKey | None:
    given = {name: str(value) for name, value in call.query.items() if name.startswith("oauth_")}
    given |= _oauth_header(call.headers.get("authorization", ""))
    if not given:
        return None
    missing = [f"oauth_{name}" for name in OAUTH_FIELDS if not given.get(f"oauth_{name}")]
    if missing:
        text = f"Missing OAuth parameters {', '.join(missing)}"
        raise _no(text, "woocommerce_rest_authentication_missing_parameter")
    key = _known(store, given["oauth_consumer_key"])
    if key is None:
        raise _no("Consumer key is invalid.")
    _check_signature(call, given, key)
    _check_nonce(store, given, key)
    return key


def _oauth_header(header: str) -> dict[str, str]:
    """``Authorization: OAuth k="v", …`` is read as well."""
    scheme, _, rest = header.partition(" ")
    if scheme.lower() != "oauth":
        return {}
    pairs = (part.strip().partition("=") for part in rest.split(","))
    return {name: value.strip('"') for name, _, value in pairs if name.startswith("oauth_")}


def _check_signature(call: Call, given: dict[str, str], key: ApiKey) -> None:
    method = given["oauth_signature_method"]
    if method not in HASHES:
        raise _no("Invalid signature - signature method is invalid.")
    params = {**call.query, **call.form, **given}
    params.pop("oauth_signature")
    text = "&".join([call.method, _encode(call.url), _encode("&".join(_joined(params)))])
    made = hmac.new(f"{key.consumer_secret}&".encode(), text.encode(), HASHES[method]).digest()
    if not hmac.compare_digest(base64.b64encode(made).decode(), given["oauth_signature"].replace(" ", "+")):
        raise _no("Invalid signature - provided signature does not match.")


def _encode(text: str) -> str:
    """RFC 3986: everything but letters, digits and ``-._~``."""
    return quote(text, safe="-._~")


def _joined(params: Any, path: str = "") -> list[str]:
    """``name=value`` in byte order of the encoded names, values encoded; nested names as ``a%5Bb%5D``."""
    items = params.items() if isinstance(params, dict) else ((str(n), v) for n, v in enumerate(params))
    found = []
    for name, value in sorted((_encode(str(n)), v) for n, v in items):
        whole = f"{path}%5B{name}%5D" if path else name
        found += _joined(value, whole) if isinstance(value, (dict, list)) else [f"{whole}={_encode(str(value))}"]
    return found


def _check_nonce(store: Store, given: dict[str, str], key: ApiKey) -> None:
    now = store.clock.time()
    stamp = given["oauth_timestamp"]
    if not stamp.isdigit() or abs(now - int(stamp)) > WINDOW_S:
        raise _no("Invalid timestamp.")
    while store.nonces and next(iter(store.nonces.values())) < now - 2 * WINDOW_S:  # oldest first
        del store.nonces[next(iter(store.nonces))]
    nonce = f"{key.consumer_key}:{given['oauth_nonce']}"
    if nonce in store.nonces:
        raise _no("Invalid nonce - nonce has already been used.")
    store.nonces[nonce] = now
