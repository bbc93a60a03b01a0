"""The order list with its window and paging rules, and the stream with its cursors."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any

from . import orders
from .gate import Ask, Call
from .lookups import page_of
from .model import Package
from .packages import MOVES
from .payload import package_json

if TYPE_CHECKING:
    from .world import World

DAY_MS = 86_400_000
HOUR_MS = 3_600_000
WINDOW_MS = 14 * DAY_MS
HISTORY_MS = 30 * DAY_MS
STREAM_HISTORY_MS = 90 * DAY_MS
MOST_ROWS = 10_000
MOST_IDS = 50
CURSORS_KEPT = 5_000

Test = Callable[[Package], bool]


def list_orders(world: World, ask: Ask) -> Any:
    """Packages of one storefront, a page of them."""
    page = ask.number("page", 0)
    size = ask.number("size", world.switches.orders_default_size, most=200, least=1)
    if (page + 1) * size > MOST_ROWS:
        raise ask.refuse(400, "invalid.page", f"page x size must not exceed {MOST_ROWS}")
    field = _one_of(ask, "orderByField", ("PackageLastModifiedDate", "CreatedDate"))
    direction = _one_of(ask, "orderByDirection", ("DESC", "ASC"))
    if page and world.faults.strikes("shifting_pages"):
        orders.place_random(world, ask.storefront.code)
    by_change = field == "PackageLastModifiedDate"
    found = list(_matching(world, ask, by_change))
    if not by_change:
        found.sort(key=lambda p: (p.ordered_ms, p.id), reverse=True)
    if direction == "ASC":
        found.reverse()
    shown = [package_json(world, p) for p in found[page * size : (page + 1) * size]]
    return page_of(shown, len(found), page, size)


def _one_of(ask: Ask, name: str, allowed: tuple[str, ...]) -> str:
    value = ask.query.get(name) or allowed[0]
    if value not in allowed:
        raise ask.refuse(400, "invalid.parameter", f"{name} must be one of {', '.join(allowed)}")
    return value


def _matching(world: World, ask: Ask, by_change: bool) -> Iterator[Package]:
    """Youngest change first."""
    numbers, ids = ask.query.get("orderNumber"), _ids(ask)
    start, end = _window(world, ask, is_look_up=bool(numbers or ids))
    tests = _tests(ask, "status")
    if numbers or ids:
        wanted = set(ids) if ids else set(world.by_order.get(numbers or "", []))
        wanted &= set(world.by_order.get(numbers, [])) if numbers else wanted
        some = sorted((world.packages[i] for i in wanted if i in world.packages), key=lambda p: -p.change_no)
    else:
        some = None
    youngest = (end, 1 << 62) if by_change else (1 << 62, 1 << 62)
    for package in world.changed_before(youngest) if some is None else some:
        at = package.modified_ms if by_change else package.ordered_ms
        if by_change and at < start and some is None:
            return
        if start <= at <= end and package.storefront == ask.storefront.code and all(test(package) for test in tests):
            yield package


def _ids(ask: Ask) -> list[int]:
    """``shipmentPackageIds``: repeated, or with commas; at most 50."""
    texts = [part for value in ask.query.getlist("shipmentPackageIds") for part in value.split(",") if part]
    if len(texts) > MOST_IDS or not all(text.isdecimal() for text in texts):
        raise ask.refuse(400, "invalid.parameter", f"shipmentPackageIds must be at most {MOST_IDS} numbers")
    return [int(text) for text in texts]


def _tests(ask: Ask, name: str) -> list[Test]:
    words = [word for word in ask.query.get(name, "").split(",") if word]
    unknown = [word for word in words if word not in MOVES]
    if unknown:
        raise ask.refuse(400, "invalid.status", f"{name} {unknown[0]} is unknown; known: {', '.join(MOVES)}")
    return [lambda package: package.status in words] if words else []


def _window(world: World, ask: Ask, *, is_look_up: bool) -> tuple[int, int]:
    """From and to in UTC ms, both within. A look-up by number or id sees the whole month (assumed)."""
    shift = world.switches.order_query_shift_h * HOUR_MS
    now, given = world.clock.ms(), ("startDate" in ask.query, "endDate" in ask.query)
    oldest = now - HISTORY_MS
    if not any(given):
        return (oldest if is_look_up else now - 7 * DAY_MS), now + DAY_MS
    start, end = ask.number("startDate", 0) - shift, ask.number("endDate", 0) - shift
    start = start if given[0] else end - 7 * DAY_MS
    end = end if given[1] else min(now + DAY_MS, start + WINDOW_MS)
    return max(oldest, _not_too_wide(ask, start, end)), end


def _not_too_wide(ask: Ask, start: int, end: int) -> int:
    if start > end:
        raise ask.refuse(400, "invalid.date.range", "the start must not be after the end")
    if end - start > WINDOW_MS:
        raise ask.refuse(400, "invalid.date.range", "start and end must not be more than 14 days apart")
    return start


# -- stream ----------------------------------------------------------------------------------------------------------

FILTERS = ("packageItemStatuses", "lastModifiedStartDate", "lastModifiedEndDate")


def stream(world: World, ask: Ask) -> Any:
    """Packages by last change, newest first; the cursor continues behind the last one shown."""
    size = ask.number("size", 50, most=200, least=1)
    start, end = _stream_window(world, ask)
    words = [word for test in ("packageItemStatuses",) for word in ask.query.get(test, "").split(",") if word]
    _tests(ask, "packageItemStatuses")
    told = {name: ask.query.get(name, "") for name in FILTERS} | {"storefront": ask.storefront.code}
    mark = hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()
    position = _position(world, ask, mark) or (end, 1 << 62)
    if "nextCursor" in ask.query and world.faults.strikes("shifting_pages"):
        orders.place_random(world, ask.storefront.code)

    rows = _stream_rows(world, ask.storefront.code, position, start, set(words))
    shown = list(islice(rows, size + 1))
    has_more, shown = len(shown) > size, shown[:size]
    cursor = _keep_cursor(world, mark, shown[-1]) if has_more else None
    return {"hasMore": has_more, "nextCursor": cursor, "size": size, "content": [package_json(world, p) for p in shown]}


def _stream_rows(
    world: World, storefront: str, position: tuple[int, int], start: int, words: set[str]
) -> Iterator[Package]:
    for package in world.changed_before(position):
        if package.modified_ms < start:
            return
        has_word = not words or any(line.status in words for line in package.lines)
        if package.storefront == storefront and has_word:
            yield package


def _stream_window(world: World, ask: Ask) -> tuple[int, int]:
    now = world.clock.ms()
    start = ask.number("lastModifiedStartDate", 0) or None
    end = ask.number("lastModifiedEndDate", 0) or None
    if start is None:
        start = (end or now) - WINDOW_MS
    if end is None:
        end = min(now + DAY_MS, start + WINDOW_MS) if "lastModifiedStartDate" in ask.query else now + DAY_MS
        return max(start, now - STREAM_HISTORY_MS), end
    return max(_not_too_wide(ask, start, end), now - STREAM_HISTORY_MS), end


def _position(world: World, ask: Ask, mark: str) -> tuple[int, int] | None:
    name = ask.query.get("nextCursor")
    if not name:
        return None
    cursor = world.cursors.get(name)
    if cursor is None:
        raise ask.refuse(400, "invalid.cursor", "nextCursor is not known")
    if cursor["mark"] != mark:
        raise ask.refuse(400, "invalid.cursor", "filters must not change while a cursor is sent")
    return cursor["at"][0], cursor["at"][1]


def _keep_cursor(world: World, mark: str, last: Package) -> str:
    name = world.uuid()
    world.cursors[name] = {"mark": mark, "at": [last.modified_ms, last.change_no]}
    while len(world.cursors) > CURSORS_KEPT:
        del world.cursors[next(iter(world.cursors))]
    return name


def version_one(world: World, ask: Ask) -> Any:
    """Closed since 15 Oct 2026."""
    if world.switches.v1_orders == "open":
        return list_orders(world, ask)
    raise ask.refuse(426, "upgrade.required", "This service is closed; use /v2/orders")


BASE = "/order/sellers/{seller_id}"
CALLS = [
    Call("GET", f"{BASE}/v2/orders", list_orders, "order_list"),
    Call("GET", f"{BASE}/orders/stream", stream, "order_stream"),
    Call("GET", f"{BASE}/orders", version_one, "order_list"),
]
