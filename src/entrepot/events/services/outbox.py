"""Record what happened, in the transaction in which it happened."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from entrepot.core.clock import now
from entrepot.core.ids import event_id

from ..models import Outbox


def record(
    *, type: str, key: int | str, seller_id: int, payload: Mapping[str, Any], subject: str = "", at: datetime | None = None
) -> None:
    """Append one happening; call it after the subject's row is locked or moved, so that ids follow its commits.

    ``type`` is ``<topic>.<past tense>``. ``payload`` carries ids and words, never buyers' data.
    """
    record_many(type=type, seller_id=seller_id, rows=[(key, payload)], subject=subject, at=at)


def record_many(
    *, type: str, seller_id: int, rows: Sequence[tuple[int | str, Mapping[str, Any]]], subject: str = "",
    at: datetime | None = None,
) -> None:  # fmt: skip
    """Append one happening a row of (key, payload), in order."""
    topic = type.split(".", 1)[0]
    moment = at or now()
    Outbox.objects.bulk_create(
        [
            Outbox(
                event_id=event_id(), topic=topic, key=str(key), type=type, seller_id=seller_id,
                subject=subject or f"{topic}/{key}", payload=dict(payload), at=moment,
            )
            for key, payload in rows
        ],
        batch_size=1000,
    )  # fmt: skip
