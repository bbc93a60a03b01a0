"""Names and addresses as they become known."""

from __future__ import annotations

from collections.abc import Sequence

from entrepot.kit import records

from ..models import Order, Party
from .hold import MASK

FIELDS = (
    "name", "company", "phone", "email", "district", "city", "region", "postcode", "country", "tax_number",
    "tax_office",
)  # fmt: skip


def take_parties(order: Order, packages: Sequence[records.Package]) -> None:
    """Addresses may be empty or masked at first and are filled later; what is known is never emptied or masked again.

    What a person typed stays, and older news only fills what is empty.
    """
    newest = max(packages, key=lambda p: p.modified_at)
    is_older = newest.modified_at < order.modified_at
    for role, party in (("ship_to", newest.ship_to), ("bill_to", newest.bill_to)):
        row = Party.objects.system().filter(order=order, role=role).first() or Party(
            seller_id=order.seller_id, order=order, role=role
        )
        for name in FIELDS:
            value = getattr(party, name)[: Party._meta.get_field(name).max_length]
            if _is_better(value, getattr(row, name), is_older=is_older) and name not in row.typed:
                setattr(row, name, value)
        text, held = "\n".join(party.lines), "\n".join(row.lines)
        if _is_better(text, held, is_older=is_older) and "lines" not in row.typed:
            row.lines = list(party.lines)
        row.save()


def _is_better(told: str, held: str, *, is_older: bool) -> bool:
    if not held or MASK in held:
        return bool(told)
    return bool(told) and MASK not in told and not is_older
