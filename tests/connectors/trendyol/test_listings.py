from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from entrepot.connectors.trendyol import SPEC
from entrepot.core.errors import RemoteError
from entrepot.kit.read import pull, read_raws
from entrepot.kit.requests import Reply, Request, Window

BASE = "/product/sellers/9001/products"


def asked_for(account, capability, window, answer) -> list[Request]:
    asked: list[Request] = []

    def send(request: Request) -> Reply:
        asked.append(request)
        return Reply(200, answer(request))

    list(pull(SPEC, capability, account, window, send))
    return asked


def variant(**fields: Any) -> dict[str, Any]:
    stock, price = {"quantity": 40}, {"salePrice": Decimal("299.9"), "listPrice": 349, "priceSeenByCustomer": 284}
    return {"barcode": "A", "stockCode": "S", "stock": stock, "price": price, **fields}


def listed(account, raw):
    found = read_raws(SPEC, "listing", [raw], account)
    assert found.drift == []
    return found


def test_approved_cards_come_first_and_then_what_is_not(account):
    def answer(request: Request) -> Any:
        return {"totalPages": 1, "content": [], "nextPageToken": None}

    asked = asked_for(account, "pull_listings", Window(since_ms=1, until_ms=2), answer)

    dates = {"startDate": "1", "endDate": "2", "page": "0"}
    assert [(r.path, dict(r.query)) for r in asked] == [
        (f"{BASE}/approved", {**dates, "dateQueryType": "VARIANT_MODIFIED_DATE", "size": "100"}),
        (f"{BASE}/unapproved", {**dates, "dateQueryType": "LAST_MODIFIED_DATE", "size": "1000"}),
    ]


def test_up_to_fifty_barcodes_are_asked_for_at_once(account):
    def answer(request: Request) -> Any:
        return {"totalPages": 1, "content": []}

    for capability in ("pull_listings", "pull_observed"):
        asked = asked_for(account, capability, Window(refs=("A", "B")), answer)
        assert {r.query["barcodes"] for r in asked} == {"A,B"}
        assert SPEC.can[capability].max_refs == 50


def test_beyond_ten_thousand_the_token_leads_on(account):
    tokens = iter(["t101", "t102", None])

    def answer(request: Request) -> Any:
        if "unapproved" in request.path:
            return {"totalPages": 0, "content": []}
        if "page" in request.query and request.query["page"] != "99":
            return {"totalPages": 300, "content": [{}], "nextPageToken": "early"}
        return {"totalPages": 300, "content": [{}], "nextPageToken": next(tokens)}

    asked = asked_for(account, "pull_listings", Window(), answer)

    by_page = [r.query["page"] for r in asked if "page" in r.query and r.path.endswith("/approved")]
    by_token = [(r.query["nextPageToken"], "page" in r.query) for r in asked if "nextPageToken" in r.query]
    assert by_page == [str(n) for n in range(100)]
    assert by_token == [("t101", False), ("t102", False)]


def test_no_token_where_one_is_needed_is_for_us_to_mend(account):
    with pytest.raises(RemoteError, match="no nextPageToken"):
        asked_for(account, "pull_listings", Window(), lambda _: {"totalPages": 300, "content": [{}]})


@pytest.mark.parametrize(
    ("fields", "state", "reason"),
    [
        ({}, "live", ""),
        ({"archived": True}, "closed", ""),
        ({"locked": True, "lockReason": "LOW_PRICE"}, "locked", "LOW_PRICE"),
        ({"blacklisted": True}, "locked", "blacklisted"),
        ({"locked": True, "archived": True}, "closed", ""),
        ({"locked": None, "archived": None}, "live", ""),
    ],
)
def test_the_state_of_an_approved_variant(account, fields, state, reason):
    found = listed(account, {"approved": {"contentId": 880001, "title": "T", "variants": [variant(**fields)]}})

    (one,) = found.records
    assert (one.listing_ref, one.content_ref, one.sku, one.title) == ("A", "880001", "S", "T")
    assert (one.state, one.reason) == (state, reason)
    assert (one.quantity, one.sale_price, one.list_price) == (40, Decimal("299.9"), 349)


@pytest.mark.parametrize(
    ("stock", "quantity"),
    [({"quantity": 0, "lastModifiedDate": 1}, 0), ({"lastModifiedDate": None}, None), (None, None)],
)
def test_stock_that_was_never_set_is_not_zero(account, stock, quantity):
    found = listed(account, {"approved": {"contentId": 1, "variants": [variant(stock=stock)]}})

    assert [o.quantity for o in found.records] == [quantity]


def test_what_is_not_approved_says_why(account):
    raw = {
        "barcode": "A", "status": "rejected", "title": "T", "quantity": 0, "listPrice": 2, "salePrice": 1,
        "rejectReasonDetails": [{"rejectReason": "Hatalı marka", "rejectReasonDetail": "Marka uyuşmuyor."}, {"rejectReason": "X"}],
    }  # fmt: skip

    refused, pending = (listed(account, {"unapproved": {**raw, "status": s}}) for s in ("rejected", "pendingApproval"))

    assert [(o.state, o.quantity, o.reason) for o in refused.records] == [
        ("refused", 0, "Hatalı marka: Marka uyuşmuyor.; X")
    ]
    assert [o.state for o in pending.records] == ["pending"]
    strange = listed(account, {"unapproved": {**raw, "status": "melted"}})
    assert (strange.set_aside[0].where, strange.set_aside[0].field) == ("listing A", "status")


def test_figures_do_not_tell_a_state(account):
    raw = {
        "contentId": 1,
        "variants": [{"barcode": "A", "quantity": 0, "salePrice": 1, "listPrice": 2}, {"barcode": "B"}],
    }

    found = read_raws(SPEC, "observed", [raw], account).records

    assert [(o.listing_ref, o.state, o.quantity, o.sale_price) for o in found] == [
        ("A", "", 0, 1),
        ("B", "", None, None),
    ]


@pytest.mark.parametrize(
    ("updates", "is_ok"),
    [
        ([("TITLE", "SUCCESS", [])], True),
        ([("TITLE", "SUCCESS", []), ("MEDIA", "RUNNING", [])], None),
        ([("TITLE", "FAIL", ["BANNED_WORD_IN_ATTRIBUTE"]), ("MEDIA", "RUNNING", [])], False),
        ([("TITLE", "FAIL", ["CHANGES_NOT_FOUND"]), ("MEDIA", "SUCCESS", [])], True),
        ([], None),
    ],
)
def test_quality_control_decides_a_cards_change(account, updates, is_ok):
    raw = {
        "barcode": "A", "contentId": 880001,
        "updates": [
            {"type": t, "status": s, "rejectReasons": [{"type": r, "reason": "Why", "detail": "More"} for r in reasons]}
            for t, s, reasons in updates
        ],
    }  # fmt: skip

    (verdict,) = read_raws(SPEC, "update_audit", [raw], account).records

    assert (verdict.listing_ref, verdict.content_ref, verdict.is_ok) == ("A", "880001", is_ok)
    if is_ok is False:
        assert verdict.reason == "TITLE: Why: More"


@pytest.mark.parametrize("begins_at", [0, 1])
def test_audits_are_read_to_the_end_wherever_their_pages_begin(account, begins_at):
    def answer(request: Request) -> Any:
        page = int(request.query.get("page", begins_at))
        rows = [{"contentId": 1, "updates": []}] * (100 if page < begins_at + 2 else 7)
        return {"page": page, "size": 100, "totalPage": 3, "content": rows}

    assert len(asked_for(account, "pull_audits", Window(refs=("880001",)), answer)) == 3


@pytest.mark.parametrize(
    ("fields", "state"), [({}, "live"), ({"archived": True}, "closed"), ({"approved": False}, "pending")]
)
def test_the_short_answer_about_a_barcode(account, fields, state):
    raw = {"barcode": "A", "approved": True, "archived": False, "contentId": 9, "listingId": "ab", **fields}

    (one,) = read_raws(SPEC, "base", [raw], account).records

    assert (one.listing_ref, one.state, one.content_ref) == ("A", state, "9")
