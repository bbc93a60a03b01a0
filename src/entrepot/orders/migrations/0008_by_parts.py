"""Lines and amounts are those of the parts, which keep the whole of their rows."""

from __future__ import annotations

from typing import Any

from django.db import migrations

_FACTS = ("unit_gross", "unit_seller_discount", "unit_channel_discount", "unit_price", "vat_rate")
_AMOUNTS = ("gross", "seller_discount", "channel_discount")


def keep_whole_rows(apps: Any, schema_editor: Any) -> None:
    """A row named its listing, pieces and amount: the rest is that of the line."""
    order_model, line_model = apps.get_model("orders", "Order"), apps.get_model("orders", "Line")
    for order in order_model.objects.exclude(parts={}).iterator():
        lines = list(line_model.objects.filter(order=order).order_by("-quantity", "id"))
        order.parts = {ref: _whole(order, ref, part, lines) for ref, part in order.parts.items()}
        order.save(update_fields=["parts"])


def _whole(order: Any, ref: str, part: dict[str, Any], lines: list[Any]) -> dict[str, Any]:
    amounts = order.counted.get(ref, {}).get("amounts", ["0", "0", "0"])
    rows = [_row(_line(lines, listing, pieces, amount), pieces, amount, averaged)
            for listing, pieces, amount, averaged in part.get("rows", [])]  # fmt: skip
    told = {"shipping": "0", "total": "0", **part, **dict(zip(_AMOUNTS, amounts[:3], strict=True))}
    return {**told, "rows": rows, "off": str(order.difference) if ref == min(order.parts) else "0"}


def _line(lines: list[Any], listing: str, pieces: int, amount: str) -> Any:
    """Every listing that was told of has a line; of several the one that comes nearest."""
    same = [x for x in lines if x.listing_ref == listing]
    return next((x for x in same if x.quantity == pieces and str(x.line_total) == amount), same[0])


def _row(line: Any, pieces: int, amount: str, averaged: int) -> dict[str, Any]:
    return {
        "ref": line.line_ref, "listing": line.listing_ref, "sku": line.sku, "title": line.title, "pieces": pieces,
        "amount": amount, "averaged": averaged, "units": [], **{name: str(getattr(line, name)) for name in _FACTS},
    }  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [("orders", "0007_parts")]
    operations = [migrations.RunPython(keep_whole_rows, migrations.RunPython.noop)]
