"""Checks of webhooks. The sample of ``read_webhook`` holds a genuine delivery and its secret."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from dataclasses import dataclass

from entrepot.kit.receiving import is_from
from entrepot.kit.spec import PROOFS, Receive

from .bench import Bench

_WIDEST = {4: 8, 6: 16}  # bits of a network that one remote may have


@dataclass(frozen=True, slots=True)
class Delivery:
    """What was posted, and the secret of its subscription."""

    way: Receive
    headers: dict[str, str]
    body: bytes
    secret: str
    signs_body: bool


def forged_deliveries_are_rejected(bench: Bench) -> Iterator[str]:
    """The genuine one passes; without, or with another, signature or secret it does not, nor with a changed body."""
    if "read_webhook" not in bench.spec.can:
        return
    given = _delivery(bench)
    if given is None:
        yield "no sample of read_webhook"
        return
    if not given.way.verify(given.headers, given.body, given.secret):
        yield "the genuine delivery is rejected"
        return
    for what, headers, body, secret in _forgeries(given):
        if given.way.verify(headers, body, secret):
            yield f"accepted with {what}"


def _forgeries(given: Delivery) -> Iterator[tuple[str, dict[str, str], bytes, str]]:
    """Only headers that matter are forged: those without which the delivery is rejected."""
    headers, body, secret = given.headers, given.body, given.secret
    yield "another secret", headers, body, secret + "x"
    yield "an empty secret", headers, body, ""
    yield "no headers", {}, body, secret
    yield "no headers and an empty secret", {}, body, ""
    if given.signs_body:
        yield "a changed body", headers, body + b" ", secret
        yield "an empty body", headers, b"", secret
    for name, value in headers.items():
        without = {k: v for k, v in headers.items() if k != name}
        if not given.way.verify(without, body, secret):
            yield f"{name} empty", {**headers, name: ""}, body, secret
            yield f"{name} empty and an empty secret", {**headers, name: ""}, body, ""
            yield f"{name} cut short", {**headers, name: value[:-2]}, body, secret
            yield (
                f"{name} changed",
                {**headers, name: value[:-2] + ("xx" if value[-2:] != "xx" else "yy")},
                body,
                secret,
            )


def a_ping_is_no_news(bench: Bench) -> Iterator[str]:
    """The hello of a new subscription is recognised, names nothing, and no delivery is taken for one."""
    given = _delivery(bench)
    if given is None:
        return
    if given.way.is_ping(given.headers, given.body):
        yield "a genuine delivery is taken for a ping"
    sample = bench.one("read_webhook")
    ping = sample.document.get("ping") if sample else None
    if ping is None:
        return
    headers, body = ping.get("headers", {}), ping["body"].encode()
    if not given.way.is_ping(headers, body):
        yield "the ping is not recognised"
        return
    news = given.way.read(headers, body)
    if news.raws or news.subject_refs or news.is_full:
        yield "the ping is read as news"


def deliveries_are_told_apart(bench: Bench) -> Iterator[str]:
    """The same delivery has one identity, another body another; it says something of a declared kind."""
    given = _delivery(bench)
    if given is None:
        return
    news = given.way.read(given.headers, given.body)
    again = given.way.read(given.headers, given.body)
    if not news.identity or news.identity != again.identity:
        yield "the identity of a delivery is empty, or changes"
    if news.kind not in bench.spec.kinds:
        yield f"news of kind {news.kind!r}, which is not declared"
    if not news.raws and not news.subject_refs:
        yield "the delivery of the sample says nothing"
    if news.is_full and not news.raws:
        yield "full news without records"
    other = given.way.read(given.headers, _changed(given.body))
    if other.identity == news.identity:
        yield "two deliveries with other bodies have one identity"


def _changed(body: bytes) -> bytes:
    """Another body with the same fields: its last digit is one more."""
    at = max((i for i, byte in enumerate(body) if chr(byte).isdigit()), default=None)
    if at is None:
        return body
    return body[:at] + str((int(chr(body[at])) + 1) % 10).encode() + body[at + 1 :]


def proofs_are_what_is_verified(bench: Bench) -> Iterator[str]:
    """What a delivery is known by is declared, and true: a signature covers the body, a key or password does not."""
    given = _delivery(bench)
    if given is None:
        return
    proofs = given.way.proofs
    if not proofs or set(proofs) - set(PROOFS):
        yield f"proofs {proofs!r}: name some of {', '.join(PROOFS)}"
        return
    covers = not given.way.verify(given.headers, given.body + b" ", given.secret)
    if covers and "hmac" not in proofs:
        yield "the body is signed, and proofs do not name hmac"
    if not covers and "hmac" in proofs:
        yield "proofs name hmac, and a changed body is accepted"


def networks_can_be_told_apart(bench: Bench) -> Iterator[str]:
    """An allow-list names networks, and is no list of the whole world."""
    given = _delivery(bench)
    for text in given.way.networks if given else ():
        try:
            network = ipaddress.ip_network(text)
        except ValueError as error:
            yield f"networks: {error}"
            continue
        if network.prefixlen < _WIDEST[network.version]:
            yield f"networks: {text} is too wide to tell anybody apart"
        elif not is_from(str(network.network_address), given.way.networks if given else ()):
            yield f"networks: {text} does not admit its own address"


def sent_at_is_signed(bench: Bench) -> Iterator[str]:
    """The instant of sending is aware, and who changes it is refused: otherwise anybody replays what he overheard."""
    given = _delivery(bench)
    if given is None or given.way.sent_at is None:
        return
    told = given.way.sent_at(given.headers, given.body)
    if told.tzinfo is None:
        yield "sent_at is a wall clock's: it needs a time zone"
    if given.way.replay_window_s <= 0:
        yield "replay_window_s must be more than 0"
    for name, value in given.headers.items():
        later = {**given.headers, name: _changed(value.encode()).decode()}
        try:
            moved = given.way.sent_at(later, given.body) != told
        except (ValueError, KeyError):
            continue
        if moved and given.way.verify(later, given.body, given.secret):
            yield f"sent_at is read from {name}, which nothing signs"


def _delivery(bench: Bench) -> Delivery | None:
    way, sample = bench.spec.can.get("read_webhook"), bench.one("read_webhook")
    if not isinstance(way, Receive) or sample is None:
        return None
    given = sample.document
    headers = {name.lower(): value for name, value in given.get("headers", {}).items()}
    signs = bool(given.get("signs_body", False))
    return Delivery(way, headers, given["body"].encode(), given["secret"], signs)


CHECKS = (
    forged_deliveries_are_rejected, a_ping_is_no_news, deliveries_are_told_apart, proofs_are_what_is_verified,
    networks_can_be_told_apart, sent_at_is_signed,
)  # fmt: skip
