"""Shipping labels as PDF, 100 × 150 mm, with a Code 128 that a scanner reads."""

from __future__ import annotations

import io
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import reportlab
from reportlab.graphics.barcode import code128
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

WIDTH, HEIGHT = 100 * mm, 150 * mm


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelFacts:
    """What stands on a label. ``code`` becomes the bar code; ``lines`` are the address under the name."""

    code: str
    carrier: str
    name: str
    company: str
    lines: tuple[str, ...]
    order_ref: str
    package_ref: str


@cache
def _font() -> str:
    """A font with İ, ı and ş, which the PDF standard fonts lack; it comes with reportlab."""
    path = Path(reportlab.__file__).parent / "fonts" / "Vera.ttf"
    pdfmetrics.registerFont(TTFont("Label", str(path)))
    return "Label"


def label_pdf(facts: LabelFacts) -> bytes:
    """One page of 100 × 150 mm: carrier, bar code with its text, addressee, order and package."""
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(WIDTH, HEIGHT), invariant=1)
    canvas.setTitle(f"Label {facts.package_ref}")
    font = _font()
    canvas.setFont(font, 14)
    canvas.drawString(6 * mm, HEIGHT - 12 * mm, facts.carrier[:40] or "Shipment")
    bars = code128.Code128(facts.code, barHeight=28 * mm, barWidth=0.45 * mm, quiet=True)
    bars.drawOn(canvas, max(0, (WIDTH - bars.width) / 2), HEIGHT - 48 * mm)
    canvas.setFont(font, 11)
    canvas.drawCentredString(WIDTH / 2, HEIGHT - 54 * mm, facts.code)
    y = HEIGHT - 70 * mm
    for text in filter(None, [facts.name, facts.company, *facts.lines]):
        for part in _wrapped(text, 44):
            canvas.drawString(6 * mm, y, part)
            y -= 5.5 * mm
    canvas.setFont(font, 8)
    canvas.drawString(6 * mm, 8 * mm, f"Order {facts.order_ref} · Package {facts.package_ref}")
    canvas.showPage()
    canvas.save()
    return out.getvalue()


def _wrapped(text: str, width: int) -> list[str]:
    rows, row = [], ""
    for word in text.split():
        if row and len(row) + 1 + len(word) > width:
            rows.append(row)
            row = word
        else:
            row = f"{row} {word}".strip()
    return [*rows, row]
