"""Listings in: cards that are approved, then what is not, and price and stock as they stand (page "Product filter")."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

from entrepot.core.errors import MappingError
from entrepot.kit import records
from entrepot.kit.requests import Account, Reply, Request, Window
from entrepot.kit.spec import Paged

from . import wire_products as wire
from .calls import DEEPEST, rows, seller, to_page

MAX_REFS = 50
_APPROVED, _UNAPPROVED = "/products/approved", "/products/unapproved"
_FIGURES = "/products/approved/inventory-and-price"
_SIZE = {"listings_approved": 100, "listings_unapproved": 1000, "listings_figures": 100}
_STATES = {"pendingApproval": "pending", "rejected": "refused"}


def first(account: Account, window: Window) -> Request:
    """Approved cards; the pages of what is not approved follow after the last of them."""
    return _ask(account, _APPROVED, "listings_approved", _query(window, "VARIANT_MODIFIED_DATE"))


def page(account: Account, asked: Request, reply: Reply) -> Paged:
    """Each raw record under the name of its kind, ``approved`` or ``unapproved``."""
    found, following = _page(asked, reply)
    if asked.endpoint == "listings_unapproved":
        return [{"unapproved": raw} for raw in found], following
    return [{"approved": raw} for raw in found], following or _unapproved(account, asked)


def figures_first(account: Account, window: Window) -> Request:
    """Price and stock of approved listings. The service knows no dates: a window's instants are not asked for."""
    query = {"barcodes": ",".join(window.refs)} if window.refs else {}
    return _ask(account, _FIGURES, "listings_figures", query)


def figures_page(account: Account, asked: Request, reply: Reply) -> Paged:
    """Cards with figures."""
    return _page(asked, reply)


def audits_first(account: Account, window: Window) -> Request:
    """What quality control made of the changes of one card.

    Raises:
        MappingError: the window does not name the card.
    """
    if len(window.refs) != 1 or not window.refs[0].isdigit():
        raise MappingError("pull_audits", "refs", f"must be one content_ref, not {window.refs!r}")
    path = f"/product/sellers/{seller(account)}/products/{window.refs[0]}/update-audits"
    return Request("GET", path, {"size": "100"}, endpoint="update_audits", group="product_read")


def audits_page(account: Account, asked: Request, reply: Reply) -> Paged:
    """Pages until one is not full: the answer does not say whether its numbers begin at 0 or 1."""
    found = reply.body["content"]
    is_full = len(found) >= reply.body["size"] > 0
    return found, to_page(asked, reply.body["page"] + 1) if is_full else None


def listing_raws(document: Any) -> list[Any]:
    """Rows of either page, told apart by what only a card has."""
    return [{"approved" if isinstance(r, dict) and "variants" in r else "unapproved": r} for r in rows(document)]


def listing(theirs: wire.Listing, account: Account) -> tuple[records.Observed, ...]:
    """Every barcode of a card, or the one that is not approved.

    Raises:
        MappingError: a status that nobody declared.
    """
    if theirs.unapproved is not None:
        return (_unapproved_row(theirs.unapproved),)
    if theirs.approved is None:
        raise MappingError("listing", "approved", "and unapproved are both missing")
    return tuple(_variant(v, theirs.approved) for v in theirs.approved.variants)


def observed(theirs: wire.Observed, account: Account) -> tuple[records.Observed, ...]:
    """The figures of a card's barcodes. ``state`` is empty: this answer does not tell it."""
    return tuple(
        records.Observed(
            listing_ref=v.barcode, state="", content_ref=theirs.contentId, sku=v.stockCode or None,
            quantity=v.quantity, sale_price=v.salePrice, list_price=v.listPrice,
        )
        for v in theirs.variants
    )  # fmt: skip


def base(theirs: wire.Base, account: Account) -> records.Observed:
    """The short answer about one barcode."""
    state = "closed" if theirs.archived else "live" if theirs.approved else "pending"
    return records.Observed(listing_ref=theirs.barcode, state=state, content_ref=theirs.contentId)


def audit(theirs: wire.Audit, account: Account) -> records.Verdict:
    """One change of a card: refused when a part was, decided when no part is under way.

    A part refused as CHANGES_NOT_FOUND already holds what we want, so it counts as taken.

    Raises:
        MappingError: a status that nobody declared.
    """
    verdicts = [_review(update, f"card {theirs.contentId}") for update in theirs.updates]
    reasons = [f"{u.type}: {_reason(r)}" for u in theirs.updates for r in u.rejectReasons]
    return records.Verdict(
        listing_ref=theirs.barcode or "",
        content_ref=theirs.contentId,
        batch_ref=theirs.batchRequestId,
        is_ok=False if False in verdicts else None if None in verdicts or not verdicts else True,
        reason="; ".join(reasons),
    )


def _review(theirs: wire.Review, record: str) -> bool | None:
    words = {"SUCCESS": True, "FAIL": False, "RUNNING": None}
    if theirs.status not in words:
        raise MappingError(record, "updates.status", f"{theirs.status!r} is not known; known: {', '.join(words)}")
    is_same = {reason.type for reason in theirs.rejectReasons} == {"CHANGES_NOT_FOUND"}
    return True if is_same else words[theirs.status]


def _reason(theirs: wire.Reason) -> str:
    text = ": ".join(filter(None, (theirs.reason, theirs.detail)))
    return text or theirs.type


def _variant(theirs: wire.Variant, card: wire.Card) -> records.Observed:
    is_locked = theirs.locked or theirs.blacklisted
    return records.Observed(
        listing_ref=theirs.barcode,
        state="closed" if theirs.archived else "locked" if is_locked else "live",
        content_ref=card.contentId,
        sku=theirs.stockCode or None,
        title=card.title or None,
        quantity=theirs.stock.quantity if theirs.stock else None,
        sale_price=theirs.price.salePrice if theirs.price else None,
        list_price=theirs.price.listPrice if theirs.price else None,
        reason=theirs.lockReason or ("blacklisted" if theirs.blacklisted else ""),
        category_ref=card.category.id if card.category else None,
        brand_ref=card.brand.id if card.brand else None,
    )


def _unapproved_row(theirs: wire.Unapproved) -> records.Observed:
    record = f"listing {theirs.barcode}"
    if theirs.status not in _STATES:
        raise MappingError(record, "status", f"{theirs.status!r} is not known; known: {', '.join(_STATES)}")
    reasons = [": ".join(filter(None, (r.rejectReason, r.rejectReasonDetail))) for r in theirs.rejectReasonDetails]
    return records.Observed(
        listing_ref=theirs.barcode, state=_STATES[theirs.status], sku=theirs.stockCode or None,
        title=theirs.title or None, quantity=theirs.quantity, sale_price=theirs.salePrice,
        list_price=theirs.listPrice, reason="; ".join(reasons),
    )  # fmt: skip


def _query(window: Window, dates: str) -> dict[str, str]:
    query = {"barcodes": ",".join(window.refs)} if window.refs else {}
    if window.since_ms is not None:
        query["startDate"] = str(window.since_ms)
    if window.until_ms is not None:
        query["endDate"] = str(window.until_ms)
    return {**query, "dateQueryType": dates} if "startDate" in query or "endDate" in query else query


def _ask(account: Account, path: str, endpoint: str, query: dict[str, str]) -> Request:
    query = {**query, "page": "0", "size": str(_SIZE[endpoint])}
    return Request("GET", f"/product/sellers/{seller(account)}{path}", query, endpoint=endpoint, group="product_read")


def _unapproved(account: Account, asked: Request) -> Request:
    query = {name: value for name, value in asked.query.items() if name not in ("page", "size", "nextPageToken")}
    if "dateQueryType" in query:
        query["dateQueryType"] = "LAST_MODIFIED_DATE"
    return _ask(account, _UNAPPROVED, "listings_unapproved", query)


def _page(asked: Request, reply: Reply) -> tuple[Sequence[Any], Request | None]:
    """One page and the request for the next: by number as far as numbers go, then by the token of the last page."""
    found, size = reply.body["content"], int(asked.query["size"])
    token = reply.body.get("nextPageToken")
    if "page" not in asked.query:
        return found, _by_token(asked, token) if found and token else None
    following = int(asked.query["page"]) + 1
    if not found or following >= reply.body["totalPages"]:
        return found, None
    if (following + 1) * size > DEEPEST:
        if not token:
            raise ValueError("has more pages than numbers reach, and no nextPageToken")
        return found, _by_token(asked, token)
    return found, to_page(asked, following)


def _by_token(asked: Request, token: str) -> Request:
    kept = {name: value for name, value in asked.query.items() if name != "page"}
    return dataclasses.replace(asked, query={**kept, "nextPageToken": token})
