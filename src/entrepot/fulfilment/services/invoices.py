"""What an invoice's number may look like, before it is kept or told to a marketplace."""

from __future__ import annotations

from entrepot.core.errors import Invalid

from ..models import Package

LONGEST = Package._meta.get_field("invoice_number").max_length or 0
_MARKS = frozenset("-/._ ")
ALLOWED = f"1 to {LONGEST} letters, digits, and the marks - / . _ and space are allowed"
_WAITS = "waits for an invoice number"
NO_INVOICE = f"{_WAITS}: set it in the store's order, or type it in here"


def checked_invoice_number(record: str, text: str) -> str:
    """The number without blanks around it. Nothing is cut and no character is left out.

    Trendyol wants 3 letters or digits and 13 digits of Turkish e-invoices; other countries' invoices look otherwise,
    so that only what no invoice has is refused here.

    Raises:
        Invalid: empty, too long, or with other characters than letters, digits, ``-``, ``/``, ``.``, ``_`` and space.
    """
    number = text.strip()
    if not 0 < len(number) <= LONGEST:
        raise Invalid(record, "invoice_number", f"has {len(number)} characters; {ALLOWED}")
    if odd := next((c for c in number if not (c.isalpha() or c in "0123456789" or c in _MARKS)), ""):
        raise Invalid(record, "invoice_number", f"holds {odd!r}; {ALLOWED}")
    return number


def keep_number(row: Package, number: str) -> None:
    """Put a checked number on the package, which then waits for none."""
    row.invoice_number = number
    if waits_for_number(row):
        row.stuck_reason = ""


def take_store_number(row: Package, text: str) -> bool:
    """Put the store's number on the package; whether that or what the package says changed. One that cannot be used
    stays out, and the package says why it waits.
    """
    try:
        keep_number(row, checked_invoice_number("", text))
    except Invalid as refused:
        why = f"{_WAITS}: the store's own cannot be used, it {refused.why}"
        changed, row.stuck_reason = row.stuck_reason != why, why
        return changed
    return True


def waits_for_number(row: Package) -> bool:
    """Whether the package says that it waits for its invoice's number: being picked does not end that."""
    return row.stuck_reason.startswith(_WAITS)
