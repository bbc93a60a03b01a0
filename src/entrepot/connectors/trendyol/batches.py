"""What became of a batch. Trendyol forgets it four hours after the call."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from entrepot.core.errors import MappingError, RemoteChanged, RemoteError
from entrepot.kit.records import BatchReply, Verdict
from entrepot.kit.requests import Account, Reply, Request
from entrepot.kit.wire import validated

from . import assumed
from .calls import seller
from .wire_batches import Accepted, Batch, Item

LIFE_S = 14_400  # "results live 4 hours"
_GONE = 404
# PROCESSING is what an unknown id answers, and a very young one may.
_UNDER_WAY = {"IN_PROGRESS": True, "PROCESSING": True, "COMPLETED": False}
_IS_OK = {"SUCCESS": True, "FAILED": False, "IN_PROGRESS": None}


def accepted(account: Account, items: Sequence[Any], reply: Reply) -> BatchReply:
    """The batch to ask for.

    Raises:
        RemoteChanged: the answer names none.
    """
    try:
        return BatchReply(batch_ref=validated(Accepted, reply.body, "batch").batchRequestId)
    except MappingError as error:
        raise RemoteChanged(f"trendyol took a batch and gave no id: {error}", status=reply.status) from None


def request(account: Account, batch_ref: str) -> Request:
    """Asks for one batch, of whatever type."""
    path = f"/product/sellers/{seller(account)}/products/batch-requests/{batch_ref}"
    return Request("GET", path, endpoint="batch_result", group="product_read")


def outcome(account: Account, reply: Reply) -> BatchReply:
    """The verdicts so far.

    Raises:
        RemoteChanged: an answer that is no batch, or has a status that nobody declared.
    """
    try:
        return batch(validated(Batch, reply.body, "batch"), account)
    except MappingError as error:
        raise RemoteChanged(f"trendyol poll_batch: {error}", status=reply.status) from None


def forgotten(account: Account, batch_ref: str, error: RemoteError) -> BatchReply | None:
    """404 means that the batch is not known, or not any more."""
    return BatchReply(batch_ref=batch_ref, is_known=False) if error.status == _GONE else None


def batch(theirs: Batch, account: Account) -> BatchReply:
    """A batch. One of prices and stock has no status: it is over when all its items are there and none is under way.

    Raises:
        MappingError: a status that nobody declared.
    """
    record = f"batch {theirs.batchRequestId}"
    verdicts = tuple(_verdict(item, record, account) for item in theirs.items)
    if theirs.status is None:
        is_over = bool(verdicts) and len(verdicts) >= (theirs.itemCount or 0)
    elif theirs.status in _UNDER_WAY:
        is_over = not _UNDER_WAY[theirs.status]
    else:
        raise MappingError(record, "status", f"{theirs.status!r} is not known; known: {', '.join(_UNDER_WAY)}")
    is_done = is_over and all(v.is_ok is not None for v in verdicts)
    return BatchReply(batch_ref=theirs.batchRequestId, verdicts=verdicts, is_done=is_done)


def _verdict(item: Item, record: str, account: Account) -> Verdict:
    if item.status not in _IS_OK:
        raise MappingError(record, "items.status", f"{item.status!r} is not known; known: {', '.join(_IS_OK)}")
    asked = item.requestItem
    echoes = [asked, *(e for e in (asked.product, asked.updateRequest, asked.request) if e is not None)]
    key = next((e.barcode for e in echoes if e.barcode), None)
    content_ref = None if key else next((e.contentId for e in echoes if e.contentId), None)
    if key is None and content_ref is None:
        raise MappingError(record, "requestItem", "names neither barcode nor contentId")
    reason = "; ".join(filter(None, item.failureReasons))
    is_repeat = item.status == "FAILED" and assumed.is_repeat(reason, account)
    return Verdict(
        listing_ref=key or "", content_ref=content_ref, is_ok=_IS_OK[item.status], reason=reason, is_repeat=is_repeat
    )
