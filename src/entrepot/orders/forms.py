"""What a person fills in about an order: addresses, what lines mean, a note."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from entrepot.catalog.queries import variant_ids_by_sku
from entrepot.core.errors import Invalid

from . import services
from .models import Line, Order, Party

PARTY_LABELS = {
    "name": gettext_lazy("Name"), "company": gettext_lazy("Company"), "lines": gettext_lazy("Address"),
    "postcode": gettext_lazy("Postcode"), "district": gettext_lazy("District"), "city": gettext_lazy("City"),
    "region": gettext_lazy("Region"), "country": gettext_lazy("Country"), "phone": gettext_lazy("Telephone"),
    "email": gettext_lazy("E-mail"), "tax_number": gettext_lazy("Tax number"), "tax_office": gettext_lazy("Tax office"),
}  # fmt: skip
_HINTS = {"lines": gettext_lazy("One line each."), "country": gettext_lazy("Two letters, such as DE.")}


def party_fields(role: str) -> Any:
    """The fields of one address, as it is kept."""

    def fields(_request: HttpRequest, row: Order | None) -> dict[str, forms.Field]:
        party = Party.objects.for_seller(row.seller_id).filter(order=row, role=role).first() if row else None
        asked: dict[str, forms.Field] = {}
        for name, label in PARTY_LABELS.items():
            width = None if name == "lines" else getattr(Party._meta.get_field(name), "max_length", None)
            value = getattr(party, name, "")
            hint = _HINTS.get(name, "")
            asked[name] = forms.CharField(required=False, label=label, max_length=width, initial=value, help_text=hint)
            if name == "lines":
                asked[name].initial = "\n".join(value)
                asked[name].widget = forms.Textarea(attrs={"rows": 3})
        return asked

    return fields


def edit_address(*, seller_id: int, order_id: int, role: str, at: Any, **values: Any) -> Order:
    """``edit_party`` with what the form holds; empty lines of an address do not count."""
    rows = [line.strip() for line in values["lines"].splitlines() if line.strip()]
    changes = {**values, "lines": rows, "country": values["country"].strip().upper()}
    return services.edit_party(seller_id=seller_id, order_id=order_id, role=role, changes=changes, at=at)


def line_fields(_request: HttpRequest, row: Order | None) -> dict[str, forms.Field]:
    """A SKU for each line."""
    found = (
        Line.objects.for_seller(row.seller_id).filter(order=row).select_related("variant").order_by("id") if row else []
    )
    return {
        f"line_{x.pk}": forms.CharField(
            required=False, max_length=100, initial=x.variant.sku if x.variant else "",
            label=f"{x.quantity} × {x.title} ({x.listing_ref})",
        )
        for x in found
    }  # fmt: skip


def edit_skus(*, seller_id: int, order_id: int, at: Any, **skus: str) -> Order:
    """``edit_lines`` with SKUs as a person types them; empty ones say nothing."""
    typed = {int(name.removeprefix("line_")): sku.strip() for name, sku in skus.items() if sku.strip()}
    ids = variant_ids_by_sku(seller_id=seller_id, skus=list(typed.values()))
    for line_id, sku in typed.items():
        if sku not in ids:
            raise Invalid("line", f"line_{line_id}", f"{sku!r} is not a SKU of this seller")
    wanted = {line_id: ids[sku] for line_id, sku in typed.items()}
    return services.edit_lines(seller_id=seller_id, order_id=order_id, variants=wanted, at=at)


def note_fields(_request: HttpRequest, row: Order | None) -> dict[str, forms.Field]:
    """The note, as it is."""
    shown = row.note if row else ""
    return {"note": forms.CharField(widget=forms.Textarea(attrs={"rows": 4}), initial=shown, required=False,
                                    max_length=4000, label=gettext_lazy("Note, travels to the store"))}  # fmt: skip
