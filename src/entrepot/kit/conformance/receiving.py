"""Checks of webhooks. The sample of ``read_webhook`` holds a genuine delivery and its secret."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from entrepot.kit.spec import Receive

from .bench import Bench


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


def _delivery(bench: Bench) -> Delivery | None:
    way, sample = bench.spec.can.get("read_webhook"), bench.one("read_webhook")
    if not isinstance(way, Receive) or sample is None:
        return None
    given = sample.document
    headers = {name.lower(): value for name, value in given.get("headers", {}).items()}
    signs = bool(given.get("signs_body", False))
    return Delivery(way, headers, given["body"].encode(), given["secret"], signs)


CHECKS = (forged_deliveries_are_rejected, a_ping_is_no_news, deliveries_are_told_apart)
