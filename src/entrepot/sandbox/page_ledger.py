"""The ledger as a table: when, what, and the facts that matter, with the entry itself behind each row."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from .page_tables import more, rows_of
from .page_view import escape, label, plain

if TYPE_CHECKING:
    from .page_view import View
    from .remote import Remote

FIRST = ("order_number", "number", "id", "order_id", "package_id", "barcode", "sku", "storefront", "status", "quantity")
KEYS = {"order_number", "order_id", "package_id", "barcode", "sku"}  # what a reader wants to follow
HIDDEN = {"seq", "at", "kind", "old", "new", "description", "images", "attributes", "parts"}
LONGEST = 90
SEARCHED = 20_000  # entries behind these take longer than a reader waits


def ledger(remote: Remote, view: View) -> str:
    """The youngest entries that are asked for."""
    entries = remote.ledger.entries
    looked_at = entries[-SEARCHED:] if view.search else entries
    found = [entry for entry in reversed(looked_at) if _is_wanted(entry, view)]
    today = remote.clock.now().date()
    if found:
        lines = [_row(entry, view, today) for entry in found[: view.limit]]
        inner = rows_of(["time", "kind", "facts", "entry"], lines) + more(len(found), view)
    else:
        inner = f"<p class='none'>{'Nothing fits the filter.' if entries else 'Nothing happened yet.'}</p>"
    part = f", the last {SEARCHED} searched" if len(looked_at) < len(entries) else ""
    head = f"<h2>Ledger <small>{len(entries)} entries, youngest first, times in UTC{part}</small></h2>"
    raw = f"<p><a href='/control/{remote.slug}/ledger?after=0'>All of it as JSON</a></p>"
    return f"<section id='ledger'>{head}{_kinds(entries, view)}{inner}{raw}</section>"


def _is_wanted(entry: dict[str, Any], view: View) -> bool:
    is_kind = not view.kind or entry["kind"] == view.kind
    return is_kind and (not view.search or view.keeps(str(entry)))


def _kinds(entries: list[dict[str, Any]], view: View) -> str:
    """A link for each kind that has happened."""
    links = []
    for kind in sorted({entry["kind"] for entry in entries}):
        where = view.address(kind="" if kind == view.kind else kind)
        mark = " aria-current='true'" if kind == view.kind else ""
        links.append(f"<a href='{where}#ledger'{mark}>{escape(kind)}</a>")
    return f"<p class='chips'>{' '.join(links)}</p>" if links else ""


def _row(entry: dict[str, Any], view: View, today: date) -> str:
    at = datetime.fromtimestamp(entry["at"] / 1000, UTC)
    shown = at.strftime("%H:%M:%S" if at.date() == today else "%d %b %H:%M:%S")
    moment = f"<time datetime='{at.isoformat(timespec='milliseconds')}'>{shown}</time>"
    facts = " ".join(f"<span class='fact'>{_name(name)}{text}</span>" for name, text in _facts(entry, view))
    whole = escape(json.dumps(entry, ensure_ascii=False, default=str, indent=1))
    raw = f"<details class='raw'><summary>JSON</summary><pre>{whole}</pre></details>"
    cells = f"<td>{moment}</td><td class='state'>{escape(entry['kind'])}</td><td class='facts'>{facts}</td>"
    return f"<tr>{cells}<td>{raw}</td></tr>"


def _name(name: str) -> str:
    return f"<i>{label(name)}</i> " if name else ""


def _facts(entry: dict[str, Any], view: View) -> list[tuple[str, str]]:
    """Names and HTML, what identifies the thing first; a move is told as one fact."""
    names = [n for n in FIRST if n in entry] + [n for n in entry if n not in FIRST]
    facts = [(n, _fact(n, entry[n], view)) for n in names if n not in HIDDEN and _says_something(entry[n])]
    if "old" in entry and "new" in entry:
        move = f"{entry['old']} → {entry['new']}"
        facts.insert(min(2, len(facts)), ("", f"<b>{escape(move)}</b>"))
    return facts


def _says_something(value: Any) -> bool:
    return value is not None and value is not False and value not in ("", [], {})


def _fact(name: str, value: Any, view: View) -> str:
    if name in KEYS:
        return f"<a href='{view.address(q=str(value))}#ledger'>{escape(str(value))}</a>"
    text = _told(value)
    return escape(text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…")


def _told(value: Any) -> str:
    if isinstance(value, list) and all(isinstance(part, dict) for part in value):
        return "; ".join(_part(part) for part in value)
    if isinstance(value, dict):
        return "; ".join(f"{name} {plain(part)}" for name, part in value.items())
    return "yes" if value is True else plain(value)


def _part(part: dict[str, Any]) -> str:
    """A line of an order as ``2 × CAY``, anything else by its values."""
    thing = part.get("barcode") or part.get("sku")
    if thing and "quantity" in part:
        return f"{part['quantity']} × {thing}"
    return " ".join(plain(value) for value in part.values())
