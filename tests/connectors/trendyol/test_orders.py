from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import pytest

from entrepot.connectors.trendyol import SPEC
from entrepot.core.errors import RemoteError
from entrepot.kit.read import pull
from entrepot.kit.requests import Account, Reply, Request, Window

DAY_MS, SINCE = 86_400_000, 1_790_000_000_000
HOUR_MS = 3_600_000
WINDOW = Window(since_ms=SINCE, until_ms=SINCE + DAY_MS)


@pytest.fixture
def together(account):
    """An account for which the plain question brings orders that await payment, too."""
    return dataclasses.replace(account, settings={**account.settings, "awaiting_apart": False})


def asked_for(capability: str, account: Account, window: Window, answer: Callable[[Request], Any]) -> list[Request]:
    asked: list[Request] = []

    def send(request: Request) -> Reply:
        asked.append(request)
        return Reply(200, answer(request))

    for _ in pull(SPEC, capability, account, window, send):
        pass
    return asked


def test_the_stream_follows_its_cursor_and_keeps_its_filters(together):
    cursors = iter(["a", "b", None])

    def answer(request: Request) -> Any:
        cursor = next(cursors)
        return {"hasMore": cursor is not None, "nextCursor": cursor, "size": 200, "content": []}

    asked = asked_for("pull_orders", together, WINDOW, answer)

    filters = {"size": "200", "lastModifiedStartDate": str(SINCE), "lastModifiedEndDate": str(SINCE + DAY_MS)}
    assert {r.path for r in asked} == {"/order/sellers/9001/orders/stream"}
    assert [dict(r.query) for r in asked] == [filters, {**filters, "nextCursor": "a"}, {**filters, "nextCursor": "b"}]


def test_orders_that_await_payment_are_asked_for_too(account):
    def answer(request: Request) -> Any:
        return {"hasMore": False, "nextCursor": "z", "totalPages": 1, "content": []}

    stream = asked_for("pull_orders", account, WINDOW, answer)
    pages = asked_for("pull_orders_page", account, WINDOW, answer)

    assert [r.query.get("packageItemStatuses") for r in stream] == [None, "Awaiting"]
    assert [r.query.get("status") for r in pages] == [None, "Awaiting"]
    assert "nextCursor" not in stream[1].query


def test_a_stream_can_go_on_from_a_cursor(together):
    request = SPEC.can["pull_orders"].first(together, Window(cursor="c7"))

    assert dict(request.query) == {"size": "200", "nextCursor": "c7"}


def test_the_page_services_window_holds_in_both_clocks(account):
    request = SPEC.can["pull_orders_page"].first(account, WINDOW)

    assert request.path == "/order/sellers/9001/v2/orders"
    assert request.query["startDate"] == str(SINCE)
    assert request.query["endDate"] == str(SINCE + DAY_MS + 3 * HOUR_MS)
    widest = SPEC.can["pull_orders_page"].max_window_days * DAY_MS + 3 * HOUR_MS
    assert widest == 14 * DAY_MS


@pytest.mark.parametrize("capability", ["pull_orders", "pull_orders_page"])
def test_up_to_fifty_packages_are_asked_for_by_id(account, capability):
    way = SPEC.can[capability]

    asked = asked_for(capability, account, Window(refs=("1", "2")), lambda _: {"totalPages": 1, "content": [7]})

    assert way.max_refs == 50
    assert [(r.path, r.query["shipmentPackageIds"]) for r in asked] == [("/order/sellers/9001/v2/orders", "1,2")]


def test_a_window_beyond_what_pages_reach_is_never_cut_silently(together):
    def answer(request: Request) -> Any:
        return {"totalPages": 51, "totalElements": 10_001, "content": [{}]}

    asked: list[Request] = []
    with pytest.raises(RemoteError, match="ask for a shorter one"):
        asked += asked_for("pull_orders_page", together, WINDOW, answer)


def test_pages_reach_ten_thousand(together):
    asked = asked_for("pull_orders_page", together, WINDOW, lambda _: {"totalPages": 50, "content": [{}]})

    assert [r.query["page"] for r in asked] == [str(n) for n in range(50)]


@pytest.mark.parametrize("body", [None, "200 OK", [], {"content": []}, {"hasMore": True}])
def test_what_is_no_page_is_for_us_to_mend(account, body):
    with pytest.raises(RemoteError, match="is no page"):
        asked_for("pull_orders", account, WINDOW, lambda _: body)
