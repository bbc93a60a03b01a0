"""Files kept once."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import partial
from typing import Any

from django.core.files.base import ContentFile
from django.db import transaction

from entrepot.core.errors import Invalid

from .models import Document


def keep(
    *, seller_id: int, kind: str, name: str, media_type: str, content: bytes, facts: dict[str, Any] | None = None
) -> Document:
    """Store ``content``; the same content under the same name is stored once."""
    digest = hashlib.sha256(content).hexdigest()
    known = Document.objects.for_seller(seller_id).filter(kind=kind, name=name, sha256=digest).first()
    if known:
        return known
    row = Document(
        seller_id=seller_id, kind=kind, name=name, media_type=media_type, size=len(content), sha256=digest,
        facts=facts or {},
    )  # fmt: skip
    row.file.save(f"{digest[:16]}-{name}", ContentFile(content), save=False)
    row.save()
    return row


def draw_label(
    *, code: str, carrier: str, name: str, company: str, lines: Sequence[str], order_ref: str, package_ref: str
) -> bytes:
    """A label as PDF, with ``code`` as Code 128; ``lines`` are the address under the name.

    Raises:
        Invalid: the address is written in letters that the font lacks, or the code cannot be drawn.
    """
    from .labels import LabelFacts, label_pdf, missing_letters  # only who draws loads what draws

    facts = LabelFacts(
        code=code, carrier=carrier, name=name, company=company, lines=tuple(lines), order_ref=order_ref,
        package_ref=package_ref,
    )  # fmt: skip
    if missing := missing_letters(facts):
        why = f"has letters that our labels cannot show ({missing}); print the carrier's"
        raise Invalid(f"package {package_ref}", "ship_to", why)
    return label_pdf(facts)


def delete(*, seller_id: int, document_ids: Sequence[int]) -> int:
    """Delete documents, and their files after the commit; how many."""
    with transaction.atomic():
        rows = list(Document.objects.for_seller(seller_id).filter(id__in=document_ids))
        for row in rows:
            transaction.on_commit(partial(row.file.storage.delete, row.file.name), robust=True)
        Document.objects.for_seller(seller_id).filter(id__in=[row.pk for row in rows]).delete()
    return len(rows)


def content_of(document: Document) -> bytes:
    """The bytes of a stored file."""
    with document.file.open("rb") as file:
        found: bytes = file.read()
    return found
