"""Trendyol's refusals: five envelopes, and the ones whose status does not say what they mean (page "Errors")."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from entrepot.core.errors import RemoteChanged, RemoteError, RemoteRefused
from entrepot.kit import records
from entrepot.kit.requests import Account, Request
from entrepot.kit.wire import Wire

from . import assumed
from .types import because

CLOSED = 426
_DEPTH = 4  # no envelope is deeper
PACKAGE_GROUPS = ("package_moves", "package_rare")
_NOT_YOURS = "TrendyolAuthorizationException"


class Error(Wire):
    """A refusal in any of its envelopes."""

    exception: str | None = None
    errors: list[Any] | None = None
    error: Any = None
    message: str | None = None
    messages: list[Any] | None = None
    IGNORED: ClassVar[dict[str, str]] = because("the status and the words are enough", "timestamp hasError status")


def words(body: Any) -> str:
    """What the remote says, without its envelope."""
    if isinstance(body, str):
        return "an HTML page" if "<html" in body[:2000].lower() else body.strip()[:500] or "without a word"
    if not isinstance(body, dict):
        return str(body)[:500] if body else "without a word"
    said = list(dict.fromkeys(_said(body, 0)))
    return "; ".join(said)[:500] or str(body.get("exception") or "without a word")


def _said(node: Any, depth: int) -> Iterator[str]:
    if isinstance(node, str) and node:
        yield node
    elif isinstance(node, list) and depth < _DEPTH:
        for child in node:
            yield from _said(child, depth + 1)
    elif isinstance(node, dict) and depth < _DEPTH:
        text = node.get("message") or node.get("title") or node.get("content")
        if isinstance(text, str) and text:
            key = node.get("key")
            yield f"{key}: {text}" if isinstance(key, str) and key else text
        for name in ("errors", "error", "messages"):
            yield from _said(node.get(name), depth + 1)


def classify(request: Request, status: int, body: Any) -> RemoteError | None:
    """Refusals whose status misleads; None: the status says enough.

    A 401 about one package means that it is another seller's, not that the keys are wrong. 426 is a service that was
    closed for good. The 15-minute refusal is one, whatever its undocumented status.
    """
    text = f"Trendyol refused {request.method} {request.path} ({status}): {words(body)}"
    if request.group == "offers" and assumed.is_repeat(body):
        return RemoteRefused(text, status=status, body=body)
    if status == CLOSED:
        return RemoteChanged(f"Trendyol has closed {request.path}: {words(body)}", status=status)
    is_theirs = status == 401 and isinstance(body, dict) and body.get("exception") == _NOT_YOURS  # noqa: PLR2004
    if is_theirs and request.group in PACKAGE_GROUPS:
        return RemoteRefused(text, status=status, body=body)
    return None


def error_raws(document: Any) -> list[Any]:
    """One answer is one refusal."""
    return [document]


def error(theirs: Error, account: Account) -> records.Verdict:
    """A refusal as a verdict on nothing in particular."""
    said = words(theirs.model_dump(exclude_none=True))
    return records.Verdict(listing_ref="", is_ok=False, reason=said, is_repeat=assumed.is_repeat(said, account))
