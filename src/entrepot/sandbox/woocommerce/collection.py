"""Lists: shared filters, order, slices and the paging headers."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import parse_qsl, urlencode

from .dates import filter_instant
from .params import DATES, Query
from .routing import Call, Reply
from .state import Row, Store

View = Callable[[Row], dict[str, Any]]


def dated(store: Store, asked: Query, rows: Iterable[Row]) -> list[Row]:
    """Rows inside the four date filters, which compare strictly, by whole seconds."""
    is_gmt = bool(asked.yes("dates_are_gmt"))
    texts = {name: asked.date(name) for name in DATES}
    asked.refuse()
    found = list(rows)
    for name, text in texts.items():
        if text is None:
            continue
        at = filter_instant(text, store.zone, is_gmt=is_gmt)
        column = "modified" if name.startswith("modified") else "created"
        if name.endswith("after"):
            found = [row for row in found if row[column] > at]
        else:
            found = [row for row in found if row[column] < at]
    return found


def chosen(asked: Query, rows: Iterable[Row]) -> list[Row]:
    """Rows by ``include``, ``exclude``, ``parent`` and ``parent_exclude``."""
    include, exclude = set(asked.numbers("include")), set(asked.numbers("exclude"))
    parents, no_parents = set(asked.numbers("parent")), set(asked.numbers("parent_exclude"))
    asked.refuse()
    found = [row for row in rows if row["id"] not in exclude]
    if include:
        found = [row for row in found if row["id"] in include]
    if parents or no_parents:
        found = [r for r in found if (not parents or r["parent_id"] in parents) and r["parent_id"] not in no_parents]
    return found


SORTS: dict[str, Callable[[Row], Any]] = {
    "id": lambda row: row["id"],
    "date": lambda row: (row["created"], row["id"]),
    "modified": lambda row: (row["modified"], row["id"]),
    "title": lambda row: (row.get("name", "").casefold(), row["id"]),
    "name": lambda row: (row.get("name", "").casefold(), row["id"]),
    "slug": lambda row: (row.get("slug", ""), row["id"]),
    "menu_order": lambda row: (row.get("menu_order", 0), row["id"]),
}


def ordered(asked: Query, rows: list[Row], names: tuple[str, ...], default: str, direction: str = "desc") -> list[Row]:
    """Sorted by ``orderby`` and ``order``; ``include`` keeps the caller's order."""
    by = asked.choice("orderby", names, default)
    is_down = asked.choice("order", ("asc", "desc"), direction) == "desc"
    asked.refuse()
    if by == "include":
        place = {id_: n for n, id_ in enumerate(asked.numbers("include"))}
        return sorted(rows, key=lambda row: place.get(row["id"], len(place)))
    return sorted(rows, key=SORTS.get(by, SORTS["id"]), reverse=is_down)


def page_of(call: Call, asked: Query, rows: list[Row], view: View) -> Reply:
    """One page, with totals and links. A page past the end is empty and links back to the last real one."""
    page = asked.page()
    asked.refuse()
    total = len(rows)
    pages = math.ceil(total / page.size)
    number = page.start // page.size + 1
    headers = {"X-WP-Total": str(total), "X-WP-TotalPages": str(pages)}
    links = []
    if number > 1:
        links.append(f'<{_at(call, min(number - 1, max(pages, 1)))}>; rel="prev"')
    if number < pages:
        links.append(f'<{_at(call, number + 1)}>; rel="next"')
    if links:
        headers["Link"] = ", ".join(links)
    start = page.start - _shift(call, asked, number)
    return Reply([view(row) for row in rows[start : start + page.size]], 200, headers)


def _shift(call: Call, asked: Query, number: int) -> int:
    """1 when something newer came in since the first page was read; only readers of the newest first see it."""
    is_newest_first = asked.text("order") != "asc" and asked.text("orderby") in {None, "date", "id", "modified"}
    return 1 if number > 1 and is_newest_first and call.strikes("shifting_pages") else 0


def _at(call: Call, number: int) -> str:
    """The same address with another page; every parameter is repeated, credentials and nonce too."""
    pairs = dict(parse_qsl(call.raw_query, keep_blank_values=True))
    return f"{call.url}?{urlencode({**pairs, 'page': number})}"


def trimmed(body: Any, fields: list[str]) -> Any:
    """``_fields``: only these, and always the id."""
    if not fields:
        return body
    if isinstance(body, list):
        return [trimmed(item, fields) for item in body]
    if not isinstance(body, dict):
        return body
    tops = {field.split(".")[0] for field in fields} | {"id"}
    return {name: value for name, value in body.items() if name in tops}
