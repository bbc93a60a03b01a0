"""Labels that we make: printed, and read again by a scanner."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from entrepot.accounts.services import create_seller
from entrepot.core.errors import Invalid
from entrepot.documents import services as documents
from entrepot.documents.labels import LabelFacts, label_pdf, missing_letters
from entrepot.documents.models import Document

DPI = 203  # of a common label printer: 8 dots a millimetre
needs_printer = pytest.mark.skipif(
    not (shutil.which("pdftoppm") and shutil.which("zbarimg")),
    reason="pdftoppm (Debian: poppler-utils) and zbarimg (Debian: zbar-tools) print and read the label",
)
ADDRESS = ("Iğdır Sk. 3/B, Şair Eşref Mah.", "35040 Bornova İzmir", "TR")


def facts(code="7250027500000018", **more):
    given = {"carrier": "Yurtiçi Kargo", "name": "Şükrü Işık", "company": "", "lines": ADDRESS, **more}
    return LabelFacts(code=code, order_ref="10900000001", package_ref="3400000001", **given)


def printed(pdf, folder):
    """The page as a printer of 203 dpi draws it: the PNG's path."""
    (folder / "label.pdf").write_bytes(pdf)
    command = ["pdftoppm", "-r", str(DPI), "-mono", "-png", "-singlefile", folder / "label.pdf", folder / "label"]
    subprocess.run(command, check=True, capture_output=True)
    return folder / "label.png"


def scanned(png):
    answer = subprocess.run(
        ["zbarimg", "--quiet", "-Sdisable", "-Scode128.enable", png], check=False, capture_output=True
    )
    return answer.stdout.decode().strip()


@needs_printer
@pytest.mark.parametrize(
    "code",
    ["7250027500000018", "3400000001", "AB-12345/XY", "1Z999AA10123456784EXTRA", "JD0123456789012345678901234567"],
)
def test_a_scanner_reads_the_code_that_was_printed(tmp_path, code):
    assert scanned(printed(label_pdf(facts(code)), tmp_path)) == f"CODE-128:{code}"


@needs_printer
def test_turkish_letters_are_drawn_and_can_be_copied_out(tmp_path):
    (tmp_path / "label.pdf").write_bytes(label_pdf(facts(name="İRFAN ıŞIK ğüşöç")))

    answer = subprocess.run(["pdftotext", tmp_path / "label.pdf", "-"], check=True, capture_output=True)

    text = answer.stdout.decode()
    assert "İRFAN ıŞIK ğüşöç" in text and "Iğdır Sk. 3/B, Şair Eşref Mah." in text
    assert missing_letters(facts(name="İıŞşĞğÇçÖöÜü")) == ""


@needs_printer
def test_a_long_address_stays_on_the_page(tmp_path):
    lines = tuple(f"{i}. satır: Çok uzun bir sokak adı, apartman adı ve daire numarası ile birlikte" for i in range(12))

    text = _text(label_pdf(facts(name="W" * 120, lines=lines)), tmp_path)

    assert "1. satır" in text and "Order 10900000001" in text


def _text(pdf, folder):
    (folder / "label.pdf").write_bytes(pdf)
    return subprocess.run(["pdftotext", folder / "label.pdf", "-"], check=True, capture_output=True).stdout.decode()


def test_letters_that_cannot_be_drawn_are_named_and_emoji_are_left_out():
    assert missing_letters(facts(name="Иван 🌷 Петров")) == "".join(sorted("ИванПетро"))
    assert missing_letters(facts(name="Şükrü 🌷")) == ""
    assert label_pdf(facts(name="Şükrü 🌷")).startswith(b"%PDF-")


def test_a_code_wider_than_the_label_is_refused():
    with pytest.raises(Invalid, match="too long for a bar code of 100 mm"):
        label_pdf(facts("X" * 64))


def test_the_same_facts_make_the_same_bytes():
    assert label_pdf(facts()) == label_pdf(facts())


def test_the_same_content_is_stored_once_and_is_only_its_sellers(db, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    aydin, borealis = (create_seller(code=c, name=c) for c in ("aydin", "borealis"))
    keep = {"kind": "label", "name": "1.pdf", "media_type": "application/pdf", "content": b"%PDF-1"}

    first = documents.keep(seller_id=aydin.id, **keep)
    again = documents.keep(seller_id=aydin.id, **keep)
    other = documents.keep(seller_id=borealis.id, **keep)

    assert first.id == again.id != other.id
    assert documents.content_of(first) == b"%PDF-1" and first.size == 6
    assert Document.objects.for_seller(borealis.id).get().id == other.id
