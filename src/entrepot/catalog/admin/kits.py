"""What a kit is made of, as lines that a person types."""

from __future__ import annotations

import re
from collections.abc import Sequence

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from entrepot.catalog import services
from entrepot.catalog.models import Variant
from entrepot.catalog.queries import parts_of, variant_ids_by_sku
from entrepot.core.errors import Invalid

_TIMES = re.compile(r"(.*\S)\s*(?:×|\s[xX*])\s*(\S+)")
_SPACED = re.compile(r"(.*\S)\s+([-+]?\d+(?:[.,]\d+)?)")
_WHOLE = re.compile(r"[-+]?\d{1,9}")
_ROW = re.compile(r"parts\[(\d+)\]\.")


def parts_field(_request: HttpRequest, row: Variant | None) -> dict[str, forms.Field]:
    """The parts as they are, a line each."""
    found = parts_of(variant_ids=[row.pk]).get(row.pk, []) if row else []
    shown = "\n".join(f"{c.part.sku} × {c.quantity}" for c in found)
    return {
        "parts": forms.CharField(
            widget=forms.Textarea(attrs={"rows": 8}), initial=shown, required=False, max_length=20_000,
            label=gettext_lazy("Parts of one kit"),
            help_text=gettext_lazy("A line a part: SKU × 2, SKU 2, or SKU alone for one piece. Empty: it is no kit."),
        ),
    }  # fmt: skip


def make_kit_of_lines(*, seller_id: int, variant_id: int, parts: str) -> Variant:
    """``make_kit`` with parts as a person types them; wrong lines are named by their number."""
    lines = {number: text for number, line in enumerate(parts.splitlines(), 1) if (text := line.strip())}
    skus = variant_ids_by_sku(seller_id=seller_id, skus=list(lines.values()))
    typed = [(text, 1) if text in skus else _read(text) for text in lines.values()]
    try:
        return services.make_kit(seller_id=seller_id, variant_id=variant_id, parts=typed)
    except Invalid as error:
        faults = [(_said(field, list(lines)), why) for field, why in error.faults]
        raise Invalid(error.record, *faults[0], *faults[1:]) from None


def _read(text: str) -> tuple[str, int | str]:
    """SKU and pieces of a line; what is no whole number stays as typed, and is refused by the service."""
    found = _TIMES.fullmatch(text) or _SPACED.fullmatch(text)
    if found is None:
        return text, 1
    sku, pieces = found.groups()
    return sku, int(pieces) if _WHOLE.fullmatch(pieces) else pieces


def _said(field: str, numbers: Sequence[int]) -> str:
    found = _ROW.match(field)
    return _("line %(number)d:") % {"number": numbers[int(found[1])]} if found else field
