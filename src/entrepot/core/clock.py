"""Instants are aware and UTC. Services are told the time; only edges ask for it."""

from __future__ import annotations

from datetime import UTC, datetime

from .errors import Invalid


def now() -> datetime:
    """The present instant, aware, UTC."""
    return datetime.now(UTC)


def instant(value: datetime | str, *, record: str = "time", field: str = "at") -> datetime:
    """``value`` as an aware UTC instant.

    Raises:
        Invalid: not ISO 8601, or without an offset (a naive time is a guess).
    """
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    except ValueError:
        raise Invalid(record, field, f"is not an ISO 8601 time: {value!r}") from None
    if moment.tzinfo is None:
        raise Invalid(record, field, f"has no offset: {value!r}")
    return moment.astimezone(UTC)


def from_ms(milliseconds: int) -> datetime:
    """The UTC instant of epoch milliseconds."""
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def to_ms(at: datetime) -> int:
    """Epoch milliseconds of an aware instant."""
    return round(at.timestamp() * 1000)
