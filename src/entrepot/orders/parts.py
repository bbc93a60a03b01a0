"""The youngest news of each package of an order, as it is kept. Pure.

A part is {"at": ISO instant, "since": of the oldest news, "ended": of the oldest that told it split or gone (absent:
none did), "told_at": of the news that its rows are of, "state": …, "origins": [refs], the five ``AMOUNTS`` as text,
"off": what its total differs by from its lines and shipping, "rows": […]}. A row is {"ref", "listing", "sku",
"title", "pieces", "amount": what the buyer pays for all of them, "averaged": units that have only an average,
"units": the price of each where that is told, the five ``FACTS``}, numbers as text. docs/rules/order-life.md §3 has
the rule.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from entrepot.core.money import minor_unit
from entrepot.kit import records

from .sums import averaged_units, difference, line_total

AMOUNTS = ("gross", "seller_discount", "channel_discount", "shipping", "total")
ENDED = ("superseded", "cancelled", "unsupplied")
FACTS = ("unit_gross", "unit_seller_discount", "unit_channel_discount", "unit_price", "vat_rate")


def told_parts(parts: Mapping[str, Any], packages: Iterable[records.Package]) -> dict[str, Any]:
    """``parts`` after more news: older than known says nothing; without lines the youngest rows that are known stay."""
    kept = dict(parts)
    for p in sorted(packages, key=lambda p: p.modified_at):
        before, at = kept.get(p.package_ref), p.modified_at.isoformat()
        since = {"since": _oldest(before, "since", at)}
        if p.state in ENDED:
            since["ended"] = _oldest(before, "ended", at)
        if before is not None and at < before["at"]:
            kept[p.package_ref] = {**before, **since}
            if p.lines and (not before["rows"] or at >= before.get("told_at", before["at"])):
                kept[p.package_ref] |= _contents(p)
            continue
        now: dict[str, Any] = {"at": at, **since, "state": p.state, "origins": sorted(p.origin_refs)}
        if p.lines or before is None:
            now |= _contents(p)
        kept[p.package_ref] = {**(before or {}), **now}
    return kept


def _oldest(before: Mapping[str, Any] | None, name: str, at: str) -> str:
    """The instant kept under a name, or this one if it is older, or the only one."""
    return min(at, (before or {}).get(name, at))


def _contents(package: records.Package) -> dict[str, Any]:
    """A difference that averaging explains goes on the row that was averaged over most units; any other is kept."""
    rows: dict[str, dict[str, Any]] = {}
    for x in package.lines:
        fresh = {
            "ref": x.line_ref, "listing": x.listing_ref, "sku": x.sku, "title": x.title[:300], "pieces": 0,
            "amount": Decimal(0), "averaged": 0, "units": [], **{name: str(getattr(x, name)) for name in FACTS},
        }  # fmt: skip
        row = rows.setdefault(x.line_ref, fresh)
        row["pieces"] += x.quantity
        row["amount"] += line_total(x, package.currency)
        row["averaged"] += averaged_units(x)
        row["units"] += [str(u) for u in x.unit_prices] if len(x.unit_prices) == x.quantity else []
    off = difference(package.total, package.lines, package.shipping, package.currency)
    if off and abs(off) <= minor_unit(package.currency) / 2 * sum(row["averaged"] for row in rows.values()):
        most = max(rows.values(), key=lambda row: row["averaged"])
        most["amount"] += off
        off = Decimal(0)
    told = [{**row, "amount": str(row["amount"])} for row in rows.values()]
    at = package.modified_at.isoformat()
    return {"told_at": at, "rows": told, "off": str(off), **{name: str(getattr(package, name)) for name in AMOUNTS}}
