"""Reads of history, cursors and parked events."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count

from .models import Event, EventCursor, Outbox, ParkedEvent, StateChange


@dataclass(frozen=True, slots=True)
class Lag:
    """How far behind a subscriber is: events not yet seen (of any type), and what is parked for it."""

    subscriber: str
    seq: int
    behind: int
    parked: int
    cut_off_at: datetime | None
    last_error: str


def history(*, machine: str, subject_id: int) -> list[StateChange]:
    """Every move of one subject, oldest first. One SQL query."""
    return list(StateChange.objects.filter(machine=machine, subject_id=subject_id).order_by("id"))


def lags() -> list[Lag]:
    """Every subscriber's lag, by name. Three SQL queries, however many there are."""
    head = Event.objects.order_by("-seq").values_list("seq", flat=True).first() or 0
    counts = ParkedEvent.objects.values_list("subscriber").annotate(Count("id")).order_by("subscriber")
    parked: dict[str, int] = dict(counts)
    return [
        Lag(c.subscriber, c.seq, max(0, head - c.seq), parked.get(c.subscriber, 0), c.cut_off_at, c.last_error)
        for c in EventCursor.objects.order_by("subscriber")
    ]


def unsequenced() -> int:
    """Events in the outbox that the sequencer has not numbered. One SQL query."""
    return Outbox.objects.count()


def parked(*, limit: int = 100) -> list[ParkedEvent]:
    """Guilty events, oldest first; what waits behind them is not listed."""
    return list(ParkedEvent.objects.filter(is_guilty=True).order_by("id")[:limit])
