"""Names and addresses as they become known."""

from __future__ import annotations

from entrepot.kit import records

from ..models import Party
from .entry import ROLES, Entry
from .hold import MASK

FIELDS = (
    "name", "company", "phone", "email", "district", "city", "region", "postcode", "country", "tax_number",
    "tax_office",
)  # fmt: skip
_WIDTHS = {name: getattr(Party._meta.get_field(name), "max_length", None) for name in FIELDS}


def take_parties(entry: Entry) -> None:
    """Addresses may be empty or masked at first and are filled later; what is known is never emptied or masked again.

    What a person typed stays, and older news only fills what is empty.
    """
    newest = max(entry.packages, key=lambda p: p.modified_at)
    is_older = newest.modified_at < entry.order.modified_at
    for role in ROLES:
        row = entry.parties.get(role)
        if row is None:
            row = entry.parties[role] = Party(seller_id=entry.order.seller_id, order=entry.order, role=role)
        is_changed = _fill(row, getattr(newest, role), is_older=is_older)
        if is_changed or row.pk is None:
            entry.written.append(row)


def _fill(row: Party, told: records.Party, *, is_older: bool) -> bool:
    better = {
        name: value
        for name in FIELDS
        if _is_better(value := getattr(told, name)[: _WIDTHS[name]], getattr(row, name), is_older=is_older)
    }
    if _is_better("\n".join(told.lines), "\n".join(row.lines), is_older=is_older):
        better["lines"] = list(told.lines)
    changes = {n: v for n, v in better.items() if n not in row.typed and v != getattr(row, n)}
    for name, value in changes.items():
        setattr(row, name, value)
    return bool(changes)


def _is_better(told: str, held: str, *, is_older: bool) -> bool:
    if not held or MASK in held:
        return bool(told)
    return bool(told) and MASK not in told and not is_older
