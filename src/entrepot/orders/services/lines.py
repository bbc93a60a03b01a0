"""Lines of an order, by the rows of its picture: each piece counted once, however its packages are split."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from entrepot.core.money import minor_unit

from ..living import Picture
from ..models import Line, Order
from ..parts import FACTS
from ..rows import Row, by_ref
from .entry import Entry, in_store, nothing_sent
from .lowering import drop_planned

_ZERO = Decimal(0)


def take_lines(entry: Entry, seen: Picture, variants: Mapping[str, int], *, at: datetime) -> None:
    """``variants``: listing ref → variant id. As long as nothing was sent, and once the order has ended, the lines are
    what is told; one that is told no more has no pieces, and what a person mapped stays. Lines that the store was given
    stay as they are: what is more than these are lines of their own, which follow the news as long as the store has not
    got them.
    """
    variants = {**{x.listing_ref: x.variant_id for x in entry.lines if x.variant_id}, **variants}
    if nothing_sent(entry.order) or entry.order.state == "cancelled":
        _follow(entry, entry.lines, list(by_ref(seen.whole).values()), variants)
    else:
        there = in_store(entry.order, entry.lines)
        sent, free = ([x for x in entry.lines if (x.pk in there) is given] for given in (True, False))
        _take_from(entry, sent, seen, at)
        _follow(entry, free, _beyond(sent, seen.whole), variants)
    _name(entry)
    for line in entry.lines:
        if line.variant_id is None and line.listing_ref in variants:
            line.variant_id = variants[line.listing_ref]
            entry.touched.append(line)


def _follow(entry: Entry, lines: Sequence[Line], rows: Sequence[Row], variants: Mapping[str, int]) -> None:
    """Make ``lines``, some of the order's, the same as ``rows``."""
    left, matched = list(lines), list[tuple[Row, Line | None]]()
    for names in (_own_name, _any_name, _goods):  # the nearest first, for all rows
        done = {row.ref for row, _ in matched}
        for row in (row for row in rows if row.ref not in done):
            if line := next((x for x in left if names(x, row)), None):
                left.remove(line)
                matched.append((row, line))
    for row, line in matched:
        if line is not None:
            _set(entry, line, row, variants)
    done = {row.ref for row, _ in matched}
    entry.lines += [_made(entry.order, row, variants) for row in rows if row.ref not in done]
    for line in left:
        if line.quantity:
            line.quantity, line.line_total = 0, _ZERO
            _changed(entry, line)


def _own_name(line: Line, row: Row) -> bool:
    return line.line_ref == row.ref


def _any_name(line: Line, row: Row) -> bool:
    return row.ref in line.split_refs and line.listing_ref == row.listing


def _goods(line: Line, row: Row) -> bool:
    return (line.listing_ref, line.unit_price) == (row.listing, row.price) and bool(line.quantity)


def _set(entry: Entry, line: Line, row: Row, variants: Mapping[str, int]) -> None:
    """What a person mapped stays as long as the listing does."""
    told = {name: Decimal(row.facts[name]) for name in FACTS}
    told |= {"quantity": row.pieces, "line_total": row.amount}
    if line.listing_ref != row.listing:
        told |= {
            "listing_ref": row.listing, "sku": row.facts["sku"], "title": row.facts["title"],
            "variant_id": variants.get(row.listing),
        }  # fmt: skip
    changed = {name for name, value in told.items() if getattr(line, name) != value}
    for name in changed:
        setattr(line, name, told[name])
    if {"quantity", "variant_id"} & changed:
        _changed(entry, line)
    elif changed:
        entry.touched.append(line)


def _changed(entry: Entry, line: Line) -> None:
    """It is promised anew; what of it is cancelled is counted anew after this."""
    if line.cancelled_quantity > line.quantity:
        line.cancelled_quantity, line.cancelled_total = line.quantity, line.line_total
    entry.touched.append(line)
    entry.grown.append(line)


def _made(order: Order, row: Row, variants: Mapping[str, int]) -> Line:
    return Line(
        seller_id=order.seller_id, order=order, line_ref=row.ref, listing_ref=row.listing, sku=row.facts["sku"],
        title=row.facts["title"], quantity=row.pieces, line_total=row.amount, variant_id=variants.get(row.listing),
        **{name: Decimal(row.facts[name]) for name in FACTS},
    )  # fmt: skip


def _take_from(entry: Entry, sent: Sequence[Line], seen: Picture, at: datetime) -> None:
    """Pieces that turn out to live, and that the store's order has no more or never had: from now on they are of lines
    that it was not given. What is only planned to be taken out stays in.
    """
    if not _lost(sent, in_store(entry.order, sent), seen):
        return
    drop_planned(entry.order, at=at)
    minor = minor_unit(entry.order.currency)
    for line, pieces in _lost(sent, in_store(entry.order, sent), seen):
        living = [row for row in seen.living if row.listing == line.listing_ref]
        price = sum((row.amount for row in living), _ZERO) / sum(row.pieces for row in living)
        amount = line.line_total
        if pieces < line.quantity:
            amount = min(amount, (price * pieces).quantize(minor, ROUND_HALF_UP))
        line.quantity, line.line_total = line.quantity - pieces, line.line_total - amount
        line.cancelled_quantity -= pieces
        if line.cancelled_total is not None:
            line.cancelled_total = min(line.line_total, max(_ZERO, line.cancelled_total - amount))
        entry.touched.append(line)


def _lost(sent: Sequence[Line], there: Mapping[int, int], seen: Picture) -> list[tuple[Line, int]]:
    """Lines with the pieces of them that live, and are cancelled here because the store's order has them no more."""
    found = []
    for listing in dict.fromkeys(x.listing_ref for x in sent):
        same = [x for x in sent if x.listing_ref == listing]
        lost = {x.pk: max(0, min(x.cancelled_quantity, x.quantity - there[x.pk])) for x in same}
        lives, ever = (sum(r.pieces for r in rows if r.listing == listing) for rows in (seen.living, seen.whole))
        lacks = lives - (max(ever, sum(x.quantity for x in same)) - sum(lost.values()))
        for line in same:
            pieces = max(0, min(lacks, lost[line.pk]))
            found += [(line, pieces)] if pieces else []
            lacks -= pieces
    return found


def _beyond(sent: Sequence[Line], whole: Sequence[Row]) -> list[Row]:
    """Rows of what there is more than the lines that the store was given: rows of other names first."""
    known = {ref: x for x in sent for ref in (*x.split_refs, x.line_ref)}
    rows = sorted(by_ref(whole).values(), key=lambda row: row.ref in known)
    found = []
    for listing in dict.fromkeys(row.listing for row in rows):
        same, held = [row for row in rows if row.listing == listing], [x for x in sent if x.listing_ref == listing]
        more = sum(row.pieces for row in same) - sum(x.quantity for x in held)
        owed = sum((row.amount for row in same), _ZERO) - sum((x.line_total for x in held), _ZERO)
        for row in same:
            pieces = min(more, row.pieces if row.ref not in known else more)
            if pieces > 0:
                amount = row.amount if row.ref not in known and pieces == row.pieces else max(_ZERO, owed)
                found.append((row.ref, _row_of_more(row, pieces, amount, known)))
                more, owed = more - pieces, owed - amount
    position = {row.ref: n for n, row in enumerate(by_ref(whole).values())}
    return [more for _, more in sorted(found, key=lambda x: position[x[0]])]


def _row_of_more(row: Row, pieces: int, amount: Decimal, known: Mapping[str, Line]) -> Row:
    """More pieces of a line that the store has go by its name and a number."""
    line = known.get(row.ref)
    ref = row.ref
    if line is not None:
        base = line.line_ref.partition("+")[0]
        ref = f"{base}+{sum(x.line_ref.partition('+')[0] == base for x in {id(x): x for x in known.values()}.values())}"
    return Row(ref=ref, listing=row.listing, pieces=pieces, amount=amount, facts=row.facts)


def _name(entry: Entry) -> None:
    """Every ref that a package uses is a line: a split gives pieces of a line another ref, and it stays that line's. It
    is one of the same listing: of those that the split package had, of several the largest with its price.
    """
    parts, own = entry.order.parts, {x.line_ref for x in entry.lines}
    known = {(ref, x.listing_ref): x for x in entry.lines for ref in x.split_refs}
    names: dict[int, set[str]] = {}
    for ref, part in parts.items():
        had = {row["ref"] for origin in _origins(parts, ref) for row in parts[origin]["rows"]}
        for row in (row for row in part["rows"] if row["ref"] not in own):
            same = [x for x in entry.lines if x.listing_ref == row["listing"]]
            near = [x for x in same if had & {x.line_ref, *x.split_refs}] or same
            if near:
                line = known.get((row["ref"], row["listing"])) or _nearest(near, Decimal(row["unit_price"]))
                names.setdefault(id(line), set()).add(row["ref"])
    for line in entry.lines:
        refs = sorted(names.get(id(line), ()))
        if refs != line.split_refs:
            line.split_refs = refs
            entry.touched.append(line)


def _nearest(lines: Sequence[Line], price: Decimal) -> Line:
    return max(lines, key=lambda x: (x.unit_price == price, x.quantity))  # the oldest of the largest


def _origins(parts: Mapping[str, Any], ref: str) -> set[str]:
    """The told packages that one came from, first and last."""
    found, left = set[str](), [ref]
    while left:
        more = {origin for origin in parts[left.pop()]["origins"] if origin in parts} - found
        found |= more
        left += more
    return found


def shares(
    lines: Sequence[Line], rows: Sequence[Row], minor: Decimal, *, room: Mapping[int, int] | None = None
) -> dict[int, tuple[int, Decimal]]:  # fmt: skip
    """Line id → pieces and amount of ``rows`` that are of it: by its name first, then its price, then its listing, as
    far as it has ``room`` (line id → pieces; None: for all that it has).
    """
    room = {x.id: x.quantity for x in lines} if room is None else dict(room)
    found = dict[int, tuple[int, Decimal]]()
    for row in rows:
        rest, owed = row.pieces, row.amount
        same = [x for x in lines if x.listing_ref == row.listing]
        for line in sorted(same, key=lambda x: (not _is_named(x, row), x.unit_price != row.price, x.id)):
            if taken := min(rest, room[line.id]):
                share = owed if taken == rest else (owed * taken / rest).quantize(minor, ROUND_HALF_UP)
                before = found.get(line.id, (0, _ZERO))
                found[line.id] = (before[0] + taken, before[1] + share)
                room[line.id], rest, owed = room[line.id] - taken, rest - taken, owed - share
    return found


def _is_named(line: Line, row: Row) -> bool:
    base = line.line_ref.partition("+")[0]
    return row.ref in (line.line_ref, base, *line.split_refs)
