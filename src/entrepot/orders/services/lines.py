"""Lines of an order, each piece counted once, however its packages are split and in whatever order they are told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from entrepot.kit import records

from ..living import pieces_of
from ..models import Line, Order
from ..sums import line_total
from .entry import Entry, nothing_sent

_OWN = ("id", "split_refs", "cancelled_quantity", "cancelled_total")  # of a line, not of what it is of


@dataclass(frozen=True, slots=True)
class Counted:
    """Packages that told of pieces for the first time, but for those that came from one that was told.

    The amounts of ``late`` ones stand for those of the packages that came from them. ``within`` are the refs of
    packages that were counted, and turn out to be pieces of others that are.
    """

    first: list[records.Package]
    late: list[records.Package]
    within: set[str]


def take_lines(entry: Entry, variants: Mapping[str, int]) -> Counted:
    """Add the lines of packages that tell of pieces not told before; ``variants``: listing ref → variant id.

    A package made by a split of one that was told holds pieces of known lines: what it calls them is kept with the
    line. One that is told only after its successors says how much there is in all.
    """
    order, packages = entry.order, entry.packages
    told, replaced = set(order.told_refs), set(order.replaced_refs)
    empty = set(order.empty_refs)  # told of, but not of what is in them
    fresh = [p for p in packages if p.lines and (p.package_ref not in told or p.package_ref in empty)]
    roots = (told - empty) | {p.package_ref for p in packages if p.lines}
    stray = {ref: order.parts[ref] for ref, x in order.counted.items() if ref in order.parts and _is_stray(x, roots)}
    # The others hold pieces of what is told.
    new = [p for p in fresh if not roots & set(p.origin_refs) and not _is_of_a_whole(p, order, replaced)]
    late = [p for p in new if p.package_ref in replaced or _is_whole_of(p, stray)]
    first = [p for p in new if p not in late]
    split = {p.package_ref for p in fresh} & replaced
    within = {ref for ref, x in order.counted.items() if split & set(x["origins"])}
    within |= stray.keys() if any(_is_whole_of(p, stray) for p in late) else set()
    for package in late:
        _grow(entry, package)
    _add(entry, [*late, *first], variants)
    for package in packages:
        if package.origin_refs:
            _name_pieces(entry, package)
    order.told_refs = sorted(told | {p.package_ref for p in packages})
    bare = {p.package_ref for p in packages if not p.lines} - roots
    order.empty_refs = sorted((empty | bare) - {p.package_ref for p in fresh})
    order.replaced_refs = sorted(replaced.union(*(p.origin_refs for p in packages)))
    return Counted(first, late, within)


def _is_stray(kept: Mapping[str, Any], roots: set[str]) -> bool:
    """Whether a counted package came from one that was not told: perhaps by way of it from one that was, or will be."""
    return bool(kept["origins"]) and not roots & set(kept["origins"])


def _is_of_a_whole(package: records.Package, order: Order, replaced: set[str]) -> bool:
    """Whether what came from a package that was not told can be pieces of one that came from none, and was told."""
    if not package.origin_refs or package.package_ref in replaced:
        return False
    whole = pieces_of(part for ref, part in order.parts.items() if not part["origins"])
    wanted = Counter[str]()
    for x in package.lines:
        wanted[x.listing_ref] += x.quantity
    return bool(whole) and not wanted - whole


def _is_whole_of(package: records.Package, stray: Mapping[str, Any]) -> bool:
    """Whether a package that came from none can be what packages came from by way of one that was not told."""
    whole = Counter[str]()
    for x in package.lines:
        whole[x.listing_ref] += x.quantity
    return bool(stray) and not package.origin_refs and not pieces_of(stray.values()) - whole


def name_variants(entry: Entry, variants: Mapping[str, int]) -> None:
    """Lines whose listing was not ours when they were told, and is now."""
    for line in entry.lines:
        if line.variant_id is None and line.listing_ref in variants:
            line.variant_id = variants[line.listing_ref]
            entry.touched.append(line)


def _grow(entry: Entry, package: records.Package) -> None:
    """Of a listing that was told only in part there are as many pieces, at that price, as the whole package says."""
    _name_pieces(entry, package)
    for listing_ref in dict.fromkeys(x.listing_ref for x in package.lines):
        told = [x for x in package.lines if x.listing_ref == listing_ref]
        held = [x for x in entry.lines if x.listing_ref == listing_ref]
        missing = sum(x.quantity for x in told) - sum(x.quantity for x in held)
        if held and missing > 0:
            line, *others = held
            whole = sum((line_total(x, entry.order.currency) for x in told), Decimal(0))
            whole -= sum((x.line_total for x in others), Decimal(0))
            if not nothing_sent(entry.order):
                more_pieces(entry, line, line.quantity + missing, whole)
                continue
            line.quantity += missing
            line.line_total = whole
            entry.grown.append(line)
            entry.touched.append(line)


def more_pieces(entry: Entry, line: Line, quantity: int, total: Decimal) -> None:
    """The store has, or is about to have, fewer pieces of a line than there are: the rest is a line of its own."""
    same = [line, *(x for x in entry.lines if x.line_ref.startswith(f"{line.line_ref}+"))]
    missing = quantity - sum(x.quantity for x in same)
    if missing > 0:
        total = max(Decimal(0), total - sum((x.line_total for x in same), Decimal(0)))
        entry.lines.append(piece_line(line, same, missing, total))


def piece_line(line: Line, known: Sequence[Line], pieces: int, total: Decimal) -> Line:
    """A line, not saved, of more pieces of another; ``known``: the lines of its order."""
    kept = {f.attname: getattr(line, f.attname) for f in Line._meta.concrete_fields if f.attname not in _OWN}
    count = sum(x.line_ref == line.line_ref or x.line_ref.startswith(f"{line.line_ref}+") for x in known)
    return Line(**{**kept, "line_ref": f"{line.line_ref}+{count}", "quantity": pieces, "line_total": total})


def _add(entry: Entry, counted: Sequence[records.Package], variants: Mapping[str, int]) -> None:
    known = entry.by_ref()
    pieces: dict[str, list[records.Line]] = {}
    for package in counted:
        for theirs in package.lines:
            if theirs.line_ref not in known:
                pieces.setdefault(theirs.line_ref, []).append(theirs)
    entry.lines += [made_line(entry.order, ref, told, variants) for ref, told in pieces.items()]


def made_line(order: Order, ref: str, told: Sequence[records.Line], variants: Mapping[str, int]) -> Line:
    """A line of all the pieces that are told under ``ref``, not saved; ``variants``: listing ref → variant id."""
    x = told[0]
    return Line(
        seller_id=order.seller_id, order=order, line_ref=ref, listing_ref=x.listing_ref, sku=x.sku,
        title=x.title[:300], quantity=sum(t.quantity for t in told), unit_gross=x.unit_gross,
        unit_seller_discount=x.unit_seller_discount, unit_channel_discount=x.unit_channel_discount,
        unit_price=x.unit_price, vat_rate=x.vat_rate, variant_id=variants.get(x.listing_ref),
        line_total=sum((line_total(t, order.currency) for t in told), Decimal(0)),
    )  # fmt: skip


def _name_pieces(entry: Entry, package: records.Package) -> None:
    """A split gives pieces of a line another ref: it is the line of the same listing, of several the largest with
    its price.
    """
    known = entry.by_ref()
    for theirs in package.lines:
        if theirs.line_ref in known:
            continue
        same = [x for x in entry.lines if x.listing_ref == theirs.listing_ref]
        if same:
            line = max(same, key=lambda x: (x.unit_price == theirs.unit_price, x.quantity))  # the oldest of the largest
            line.split_refs = [*line.split_refs, theirs.line_ref]
            entry.touched.append(line)
            known[theirs.line_ref] = line
