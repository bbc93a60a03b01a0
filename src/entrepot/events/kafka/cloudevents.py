"""Events as CloudEvents 1.0 in binary mode: attributes in headers, the payload alone in the value.

Source: CloudEvents specification 1.0.2, "Kafka Protocol Binding" §3.2: headers ``ce_<attribute>`` and ``content-type``.
Extension attributes of ours: ``seq``, ``topic``, ``sellerid``, ``recordedat``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from entrepot.events.models import Event

SOURCE = "/entrepot"
_FIXED: list[tuple[str, str | bytes | None]] = [
    ("content-type", b"application/json"),
    ("ce_specversion", b"1.0"),
    ("ce_source", SOURCE.encode()),
]
_FIELDS = [f.attname for f in Event._meta.concrete_fields]

# One row a message, ready to be published; see ``headers`` for the order of the columns.
COLUMNS = """
seq, event_id::text, type, topic, key, seller_id::text, subject, payload::text,
to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
to_char(recorded_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')"""


class NotOursError(Exception):
    """A message that is no event of ours; says why."""


def headers(row: Sequence[Any]) -> list[tuple[str, str | bytes | None]]:
    """The headers of a row of ``COLUMNS``. An event of the operator's has no ``ce_sellerid``."""
    seq, event_id, type_, topic, _, seller_id, subject, _, at, recorded_at = row
    found = [
        *_FIXED,
        ("ce_id", event_id.encode()),
        ("ce_type", type_.encode()),
        ("ce_subject", subject.encode()),
        ("ce_time", at.encode()),
        ("ce_seq", str(seq).encode()),
        ("ce_topic", topic.encode()),
        ("ce_recordedat", recorded_at.encode()),
    ]
    if seller_id is not None:
        found.append(("ce_sellerid", seller_id.encode()))
    return found


def type_of(told: Mapping[str, bytes | None]) -> str:
    """The event's type; empty when the headers have none."""
    return (told.get("ce_type") or b"").decode(errors="replace")


def event(told: Mapping[str, bytes | None], key: bytes | None, value: bytes | None) -> Event:
    """The event of a message, as the event log has it.

    Raises:
        NotOursError: a header is missing, or something cannot be read.
    """
    try:
        seller = told.get("ce_sellerid")
        # In the order of the model's fields: a row of the database is made into an object twice as fast.
        values = [
            int(_text(told, "ce_seq")), UUID(_text(told, "ce_id")), _text(told, "ce_type"), _text(told, "ce_topic"),
            (key or b"").decode(), int(seller) if seller else None, _text(told, "ce_subject"),
            json.loads(value or b"{}"), _instant(_text(told, "ce_time")), _instant(_text(told, "ce_recordedat")),
        ]  # fmt: skip
        return Event.from_db(None, _FIELDS, values)
    except (KeyError, ValueError, RecursionError, OverflowError) as error:
        raise NotOursError(f"{type(error).__name__}: {error}") from None


def _text(told: Mapping[str, bytes | None], name: str) -> str:
    value = told[name]
    if value is None:
        raise KeyError(name)
    return value.decode()


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)
