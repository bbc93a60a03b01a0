"""Shipping labels as PDF, 100 × 150 mm, with a Code 128 that a scanner reads."""

from __future__ import annotations

import io
import unicodedata
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import reportlab
from reportlab.graphics.barcode import code128
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from entrepot.core.errors import Invalid

WIDTH, HEIGHT = 100 * mm, 150 * mm
_EDGE = 6 * mm
_ROWS = 10  # of the address, above the foot
_CODE_LETTERS = 40


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


def missing_letters(facts: LabelFacts) -> str:
    """Letters of the address that the font cannot draw, each once; signs that are no letters are left out anyway."""
    known = pdfmetrics.getFont(_font()).face.charToGlyph
    text = "".join([facts.name, facts.company, facts.carrier, *facts.lines])
    return "".join(sorted({c for c in text if ord(c) not in known and unicodedata.category(c)[0] in "LN"}))


def label_pdf(facts: LabelFacts) -> bytes:
    """One page of 100 × 150 mm: carrier, bar code with its text, addressee, order and package."""
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(WIDTH, HEIGHT), invariant=1)
    canvas.setTitle(f"Label {facts.package_ref}")
    font = _font()
    canvas.setFont(font, 14)
    canvas.drawString(_EDGE, HEIGHT - 12 * mm, _fitting(_plain(facts.carrier) or "Shipment", 14))
    bars = _bars(facts.code)
    bars.drawOn(canvas, (WIDTH - bars.width) / 2, HEIGHT - 48 * mm)
    canvas.setFont(font, 11 if len(facts.code) <= _CODE_LETTERS else 7)
    canvas.drawCentredString(WIDTH / 2, HEIGHT - 54 * mm, facts.code)
    canvas.setFont(font, 11)
    rows = [row for text in (facts.name, facts.company, *facts.lines) for row in _wrapped(_plain(text), 11)]
    for i, row in enumerate(rows[:_ROWS]):
        canvas.drawString(_EDGE, HEIGHT - 70 * mm - i * 5.5 * mm, row)
    canvas.setFont(font, 8)
    canvas.drawString(_EDGE, 8 * mm, _fitting(f"Order {facts.order_ref} · Package {facts.package_ref}", 8))
    canvas.showPage()
    canvas.save()
    return out.getvalue()


def _bars(code: str) -> code128.Code128:
    """As wide as a scanner likes, and never wider than the label with its quiet zones.

    A narrow bar of 0.45 mm fits some 16 characters; the narrowest that printers of 8 dots a millimetre draw is 0.25 mm.
    """
    for width in (0.45, 0.375, 0.33, 0.25, 0.19):
        bars = code128.Code128(code, barHeight=28 * mm, barWidth=width * mm, quiet=True)
        if bars.width <= WIDTH:
            return bars
    raise Invalid(f"label {code}", "code", "is too long for a bar code of 100 mm")


def _plain(text: str) -> str:
    """Without emoji and other signs that the font lacks; letters stay, also those it lacks."""
    known = pdfmetrics.getFont(_font()).face.charToGlyph
    return " ".join("".join(c for c in text if ord(c) in known or c.isspace()).split())


def _wrapped(text: str, size: float) -> list[str]:
    rows, row = [], ""
    for word in text.split():
        longer = f"{row} {word}".strip()
        if row and _width(longer, size) > WIDTH - 2 * _EDGE:
            rows.append(row)
            longer = word
        row = longer
    return [_fitting(r, size) for r in [*rows, row] if r]


def _fitting(text: str, size: float) -> str:
    while _width(text, size) > WIDTH - 2 * _EDGE:
        text = text[:-1]
    return text


def _width(text: str, size: float) -> float:
    return float(pdfmetrics.stringWidth(text, _font(), size))
