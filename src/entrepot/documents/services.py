"""Files kept once."""

from __future__ import annotations

import hashlib
from typing import Any

from django.core.files.base import ContentFile

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


def content_of(document: Document) -> bytes:
    """The bytes of a stored file."""
    with document.file.open("rb") as file:
        found: bytes = file.read()
    return found
