"""Consistent news of one order: packages that are split, split again and cancelled, and what lives of them in the end."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field, replace
from decimal import Decimal

from hypothesis import strategies as st

from entrepot.kit import records

from .conftest import AT, line, package

GOODS = (("TEA", "10.00"), ("TEA", "5.00"), ("CUP", "8.29"), ("POT", "0.07"))


@dataclass
class World:
    """``news`` as the marketplace made it; ``living``: SKU → pieces and amount of what lives in the end."""

    news: list[records.Package] = field(default_factory=list)
    living: dict[str, tuple[int, Decimal]] = field(default_factory=dict)
    shipping: Decimal = Decimal(0)

    @property
    def total(self) -> Decimal:
        """What the buyer still pays."""
        return sum((amount for _, amount in self.living.values()), self.shipping)


@st.composite
def worlds(draw, *, shipped: bool = True) -> World:
    """One or two packages, each of up to three rows; ``shipped``: some come with shipping, which is never split."""
    world, refs = World(), itertools.count(1)
    for name in draw(st.sampled_from(["P", "PQ"])):
        rows = [
            line(str(next(refs)), sku, draw(st.integers(1, 3)), price)
            for sku, price in draw(st.lists(st.sampled_from(GOODS), min_size=1, max_size=3))
        ]
        shipping = draw(st.sampled_from(["0", "0", "4.90"])) if shipped else "0"
        _tell(world, draw, refs, _package(name, rows, 1, shipping=shipping), root="")
    return world


def _package(ref, rows, minute, *, origin="", state="created", shipping="0"):
    total = sum((x.unit_price * x.quantity for x in rows), Decimal(shipping))
    return package(
        ref, lines=rows, minutes=minute, state=state, total=total, gross=total, shipping=Decimal(shipping),
        origin_refs=(origin,) if origin else (),
    )  # fmt: skip


def _tell(world, draw, refs, told, *, root, depth=0):
    """Tell of a package, and what becomes of it: it lives, is cancelled, or is split."""
    world.news.append(told)
    minute = (told.modified_at - AT).seconds // 60
    fates = ["lives", "lives", "cancelled"] + (["split"] * 3 if depth < 2 and _pieces(told.lines) > 1 else [])
    fate = draw(st.sampled_from(fates))
    if fate == "lives":
        world.shipping += told.shipping
        for x in told.lines:
            pieces, amount = world.living.get(x.sku, (0, Decimal(0)))
            world.living[x.sku] = (pieces + x.quantity, amount + x.unit_price * x.quantity)
        return
    end = "superseded" if fate == "split" else "cancelled"
    world.news.append(replace(told, state=end, their_status=end, modified_at=AT.replace(minute=minute + 4)))
    if fate == "split":
        halves = _halves(draw, refs, told.lines)
        for number, rows in enumerate(halves, start=1):
            ref = f"{told.package_ref}{number}"
            origin = told.package_ref if not root or draw(st.booleans()) else root
            ship = str(told.shipping) if number == 1 else "0"
            part = _package(ref, rows, minute + 4, origin=origin, shipping=ship)
            _tell(world, draw, refs, part, root=root or told.package_ref, depth=depth + 1)


def _pieces(rows):
    return sum(x.quantity for x in rows)


def _halves(draw, refs, rows):
    """Pieces in two packages, none empty; the first part of a line keeps its ref, another gets a new one."""
    left = [draw(st.integers(0, x.quantity)) for x in rows]
    if not sum(left):
        left[0] = 1
    if sum(left) == _pieces(rows):
        left[-1] -= 1
    first = [replace(x, quantity=n) for x, n in zip(rows, left, strict=True) if n]
    second = [
        replace(x, quantity=x.quantity - n, line_ref=f"{x.line_ref}.{next(refs)}" if n else x.line_ref)
        for x, n in zip(rows, left, strict=True)
        if x.quantity - n
    ]
    return [half for half in (first, second) if half]


@st.composite
def arrivals(draw, world: World) -> list[records.Package]:
    """The news in any order, some of it twice."""
    again = draw(st.lists(st.sampled_from(world.news), max_size=2))
    return draw(st.permutations([*world.news, *again]))
