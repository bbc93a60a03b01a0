"""Record what happened, in the transaction in which it happened."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction

from entrepot.core.clock import now
from entrepot.events.models import Outbox
from entrepot.jobs.notices import NOTICES

WORD = "events"  # what the dispatcher listens for


@dataclass(frozen=True, slots=True)
class Happening:
    """One event to record. ``at`` None: now."""

    type: str
    key: int | str
    payload: Mapping[str, Any]
    seller_id: int | None
    subject: str = ""
    at: datetime | None = field(default=None)

    def row(self) -> Outbox:
        topic = self.type.split(".", 1)[0]
        return Outbox(
            type=self.type, topic=topic, key=str(self.key), seller_id=self.seller_id, payload=dict(self.payload),
            subject=self.subject or f"{topic}/{self.key}", at=self.at or now(),
        )  # fmt: skip


def record(
    *, type: str, key: int | str, payload: Mapping[str, Any], seller_id: int | None, subject: str = "",
    at: datetime | None = None,
) -> None:  # fmt: skip
    """Append to the outbox; call it after the subject's row is locked or moved, so that ids follow its commits.

    The payload carries ids and amounts, never a buyer's data.
    """
    record_many([Happening(type, key, payload, seller_id, subject, at)])


def record_many(happenings: Iterable[Happening]) -> None:
    """Append many in their order, in sets of a thousand. As :func:`record`, lock or move the subjects first."""
    rows = [h.row() for h in happenings]
    if rows:
        Outbox.objects.bulk_create(rows, batch_size=1000)
        announce()


def announce() -> None:
    """Tell the dispatcher after commit that there is news; for services that fill the outbox by INSERT … SELECT."""
    transaction.on_commit(_tell, robust=True)


def _tell() -> None:
    NOTICES.send(WORD)
