"""Give a parked event another chance, with all that waits behind it."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from entrepot.core.actor import Actor
from entrepot.core.errors import Invalid, Refused
from entrepot.events.models import Event, ParkedEvent

from .deliver import CursorMovedError, hold_cursor, is_transient
from .record import record
from .subscribers import Subscriber, load_subscribers


def replay_parked(parked_id: int, *, subscriber: Subscriber | None = None) -> int:
    """Deliver a parked event and those of its key that wait behind it, in order; how many went through.

    The key stays parked at the first that fails again, with its new error. One transaction per event.

    Raises:
        ParkedEvent.DoesNotExist: not parked, or replayed already.
        Refused: its handler is wired no more, or the dispatcher is at work for it; ask again.
    """
    row = ParkedEvent.objects.get(id=parked_id)
    wired = subscriber or next((s for s in load_subscribers() if s.name == row.subscriber), None)
    if wired is None:
        raise Refused(f"handler {row.subscriber} is wired no more: drop the event or wire it again")
    passed = 0
    while (waiting := _first(row, wired)) is not None:
        if not _replay_one(wired, waiting):
            break
        passed += 1
        if not wired.in_order:
            break
    return passed


def drop_parked(*, parked_id: int, reason: str, who: Actor, at: datetime) -> None:
    """Give up a parked event; what waits behind it goes with the next replay. Who, what and why stay in the events.

    Raises:
        ParkedEvent.DoesNotExist: not parked, or dealt with already.
        Invalid: no reason.
    """
    if not reason.strip():
        raise Invalid(f"parked event {parked_id}", "reason", "is missing: say why its effect may be given up")
    with transaction.atomic():
        row = ParkedEvent.objects.select_for_update().get(id=parked_id)
        told = {"type": row.type, "seq": row.seq, "subscriber": row.subscriber, "error": row.error[:500]}
        record(
            type="parked_event.dropped", key=row.key, seller_id=row.seller_id, subject=row.subject, at=at,
            payload={**told, "reason": reason.strip()[:1000], "by": who.name},
        )  # fmt: skip
        row.delete()


def _first(row: ParkedEvent, wired: Subscriber) -> ParkedEvent | None:
    if not wired.in_order:
        return ParkedEvent.objects.filter(id=row.id).first()
    line = ParkedEvent.objects.filter(subscriber=row.subscriber, topic=row.topic, key=row.key)
    return line.order_by("seq").first()


def _replay_one(wired: Subscriber, row: ParkedEvent) -> bool:
    event = Event(**{f.attname: getattr(row, f.attname) for f in Event._meta.concrete_fields})
    try:
        with transaction.atomic():
            hold_cursor(wired.name)
            if not ParkedEvent.objects.filter(id=row.id).delete()[0]:
                return True
            wired.handler([event])
    except CursorMovedError:
        raise Refused(f"the dispatcher is delivering to {wired.name}: ask again") from None
    except Exception as error:
        if is_transient(error):
            raise
        ParkedEvent.objects.filter(id=row.id).update(
            is_guilty=True, error=f"{type(error).__name__}: {error}"[:4000], tries=row.tries + 1
        )
        return False
    return True
