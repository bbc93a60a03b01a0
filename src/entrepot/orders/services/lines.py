"""Lines of an order, each piece counted once, however its packages are split and in whatever order they are told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from entrepot.channels.models import Storefront
from entrepot.kit import records
from entrepot.listings import queries as listings

from ..models import Line, Order
from ..sums import line_total


@dataclass(frozen=True, slots=True)
class Counted:
    """Packages that told of pieces for the first time. ``is_whole``: their amounts stand for all that was told before.

    ``grown`` are lines that turned out to be more pieces than thought.
    """

    packages: list[records.Package]
    is_whole: bool
    grown: list[Line]


def take_lines(order: Order, packages: Sequence[records.Package], front: Storefront | None) -> Counted:
    """Add the lines of packages that tell of pieces not told before.

    A package made by a split of one that was told holds pieces of known lines: what it calls them is kept with the
    line. One that is told only after its successors says how much there is in all.
    """
    known = {ref: x for x in order.lines.order_by("id") for ref in (x.line_ref, *x.split_refs)}
    told, replaced = set(order.told_refs), set(order.replaced_refs)
    fresh = [p for p in packages if p.package_ref not in told]
    late = [p for p in fresh if p.package_ref in replaced and p.lines]
    roots = told | {p.package_ref for p in packages if p.lines}
    first = [p for p in fresh if p not in late and not roots & set(p.origin_refs) and p.lines]
    grown = [line for p in late for line in _grow(order, p, known)]
    _add(order, [*late, *first], known, front)
    for package in packages:
        _name_pieces(package, known)
    order.told_refs = sorted(told | {p.package_ref for p in packages})
    order.replaced_refs = sorted(replaced.union(*(p.origin_refs for p in packages)))
    return Counted([*late, *first], bool(late), grown)


def _grow(order: Order, package: records.Package, known: dict[str, Line]) -> list[Line]:
    """Of a listing that was told only in part there are as many pieces, at that price, as the whole package says."""
    _name_pieces(package, known)
    grown = []
    for listing_ref in dict.fromkeys(x.listing_ref for x in package.lines):
        told = [x for x in package.lines if x.listing_ref == listing_ref]
        held = sorted({x.id: x for x in known.values() if x.listing_ref == listing_ref}.values(), key=lambda x: x.id)
        missing = sum(x.quantity for x in told) - sum(x.quantity for x in held)
        if held and missing > 0:
            line, *others = held
            whole = sum((line_total(x, order.currency) for x in told), Decimal(0))
            line.quantity += missing
            line.line_total = whole - sum((x.line_total for x in others), Decimal(0))
            line.save(update_fields=["quantity", "line_total"])
            grown.append(line)
    return grown


def _add(order: Order, counted: Sequence[records.Package], known: dict[str, Line], front: Storefront | None) -> None:
    pieces: dict[str, list[records.Line]] = {}
    for package in counted:
        for theirs in package.lines:
            if theirs.line_ref not in known:
                pieces.setdefault(theirs.line_ref, []).append(theirs)
    refs = [x[0].listing_ref for x in pieces.values()]
    variants = listings.variant_ids(storefront_id=front.id, listing_refs=refs) if front else {}
    made = [_line(order, ref, told, variants) for ref, told in pieces.items()]
    known.update({x.line_ref: x for x in Line.objects.system().bulk_create(made)})


def _line(order: Order, ref: str, told: Sequence[records.Line], variants: dict[str, int]) -> Line:
    x = told[0]
    return Line(
        seller_id=order.seller_id, order=order, line_ref=ref, listing_ref=x.listing_ref, sku=x.sku,
        title=x.title[:300], quantity=sum(t.quantity for t in told), unit_gross=x.unit_gross,
        unit_seller_discount=x.unit_seller_discount, unit_channel_discount=x.unit_channel_discount,
        unit_price=x.unit_price, vat_rate=x.vat_rate, variant_id=variants.get(x.listing_ref),
        line_total=sum((line_total(t, order.currency) for t in told), Decimal(0)),
    )  # fmt: skip


def _name_pieces(package: records.Package, known: dict[str, Line]) -> None:
    """A split gives pieces of a line another ref: it is the line of the same listing, the largest where several are."""
    for theirs in package.lines:
        if theirs.line_ref in known:
            continue
        same = [x for x in known.values() if x.listing_ref == theirs.listing_ref]
        if same:
            line = max(same, key=lambda x: (x.quantity, -x.id))
            line.split_refs = [*line.split_refs, theirs.line_ref]
            line.save(update_fields=["split_refs"])
            known[theirs.line_ref] = line
