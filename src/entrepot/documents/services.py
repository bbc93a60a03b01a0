"""Files kept once, where every machine reads them; in storage before their row is, and gone after it.

No transaction waits for storage, and none leaves a file behind: a file without a row has a `Leftover`, written before
the file is, which `sweep` finds after a crash.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from pathlib import PurePath
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, default_storage
from django.db import IntegrityError, connection, transaction
from structlog import get_logger

from entrepot.core.clock import now
from entrepot.core.errors import Invalid, Refused, RemoteBusy

from .models import Document, Leftover

_BEING_MADE = timedelta(minutes=10)
log = get_logger(__name__)


def keep(
    *, seller_id: int, kind: str, name: str, media_type: str, content: bytes, facts: dict[str, Any] | None = None
) -> Document:
    """Store ``content``; the same content under the same name is stored once.

    Raises:
        RemoteBusy: the bucket did not take it.
        Refused: called inside an open transaction, where documents are in a bucket.
    """
    digest = hashlib.sha256(content).hexdigest()
    same = Document.objects.for_seller(seller_id).filter(kind=kind, name=name, sha256=digest)
    if known := same.first():
        return known
    file = _put(content, PurePath(name).suffix)
    try:
        with transaction.atomic():
            row = Document.objects.create(
                seller_id=seller_id, kind=kind, name=name, media_type=media_type, size=len(content), sha256=digest,
                facts=facts or {}, file=file,
            )  # fmt: skip
            Leftover.objects.filter(file=file).delete()
    except IntegrityError:  # somebody else kept the same meanwhile
        _remove([file])
        return same.get()
    return row


def _put(content: bytes, suffix: str) -> str:
    """Write a new file, under a name that says nothing; the name. It is a leftover until a row takes it."""
    if connection.in_atomic_block and not isinstance(default_storage, FileSystemStorage):
        raise Refused("a document must not be put into a bucket inside an open transaction")
    at = now()
    file = f"documents/{at:%Y/%m}/{uuid.uuid4().hex}{suffix}"
    Leftover.objects.create(file=file, not_before=at + _BEING_MADE)
    return default_storage.save(file, ContentFile(content))


def _remove(files: Sequence[str]) -> None:
    """Delete files, each with its leftover; what storage does not delete now is swept later."""
    for file in files:
        try:
            default_storage.delete(file)
        except (RemoteBusy, OSError) as error:
            log.warning("document.not_deleted", file=file, why=str(error))
        else:
            Leftover.objects.filter(file=file).delete()


def sweep(*, at: datetime, limit: int = 500) -> int:
    """Delete files that no row took, or that outlived theirs; how many were due."""
    rows = Leftover.objects.filter(not_before__lte=at).order_by("id").values_list("file", flat=True)
    due = list(rows[:limit])
    _remove(due)
    return len(due)


def require_storage() -> None:
    """Ask whether documents can be kept where the settings say.

    Raises:
        RemoteBusy: the bucket does not answer, is not there, or refuses our key; says which setting to look at.
    """
    if not isinstance(default_storage, FileSystemStorage):
        default_storage.check()  # type: ignore[attr-defined]  # it is a Bucket


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
    """Delete documents, and their files after the commit or, where storage is away, as soon as it is back; how many."""
    with transaction.atomic():
        rows = list(Document.objects.for_seller(seller_id).filter(id__in=document_ids).select_for_update())
        files = [str(row.file.name) for row in rows]
        Leftover.objects.bulk_create([Leftover(file=f, not_before=now()) for f in files], ignore_conflicts=True)
        Document.objects.for_seller(seller_id).filter(id__in=[row.pk for row in rows]).delete()
        transaction.on_commit(partial(_remove, files), robust=True)
    return len(rows)


def content_of(document: Document) -> bytes:
    """The bytes of a stored file.

    Raises:
        RemoteBusy: the bucket does not give it now.
    """
    with document.file.open("rb") as file:
        found: bytes = file.read()
    return found
