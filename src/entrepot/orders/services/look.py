"""The picture of an order as everybody here sees it: by its news, or as a person has accepted it."""

from __future__ import annotations

from collections.abc import Collection

from entrepot.core.ids import fingerprint
from entrepot.core.money import minor_unit

from ..living import Picture, as_it_lives, picture
from ..models import Order


def look(order: Order, *, gone: Collection[str] | None = None) -> Picture:
    """``gone``: refs of the packages that are cancelled or not supplied; None: as their own news says."""
    minor = minor_unit(order.currency)
    seen = picture(order.parts, minor=minor, gone=gone)
    return as_it_lives(seen, minor) if is_accepted(order) else seen


def is_accepted(order: Order) -> bool:
    """Whether a person has accepted what lives of it, and nothing has changed since."""
    return bool(order.accepted) and order.accepted == mark(picture(order.parts, minor=minor_unit(order.currency)))


def mark(seen: Picture) -> str:
    """In short, all that matters of it: another one means that something has changed."""
    return fingerprint(seen.text())[:16]
