"""The dispatcher: number what is new, then deliver it. NOTIFY shortens the wait; a poll every second is the truth."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Sequence

import structlog
from django.conf import settings
from django.db import connections

from entrepot.jobs import notices

from .models import EventCursor
from .services.deliver import deliver_once
from .services.record import WORD
from .services.sequence import sequence_once
from .services.subscribers import Subscriber, load_subscribers
from .services.wiring import check_wiring

POLL_S = 1.0
_SEQUENCED = 10_000

log = structlog.get_logger(__name__)


class Dispatcher:
    """One sequencing thread and a few delivering ones; several processes may run it, one at a time sequences.

    ``deliver`` gives a subscriber its next list and says how long it was.
    """

    def __init__(
        self, subscribers: Sequence[Subscriber], *, threads: int, stop: threading.Event,
        deliver: Callable[[Subscriber], int] = deliver_once,
    ) -> None:  # fmt: skip
        self.subscribers, self.stop, self.deliver = list(subscribers), stop, deliver
        self.shares = [s for s in (self.subscribers[i::threads] for i in range(threads)) if s]
        self._outbox_bell = threading.Event()
        self._log_bells = [threading.Event() for _ in self.shares]

    def run(self) -> None:
        """Until ``stop``; every thread ends within the statement it is in."""
        notices.NOTICES.start()
        threads = [threading.Thread(target=notices.listen, args=(self._hear, self.stop), name="dispatch-listen")]
        threads += [
            threading.Thread(target=self._deliver, args=(share, bell), name=f"dispatch-{i}")
            for i, (share, bell) in enumerate(zip(self.shares, self._log_bells, strict=True))
        ]
        for thread in threads:
            thread.start()
        self._sequence()
        for thread in threads:
            thread.join()

    def _hear(self, word: str) -> None:
        if word == WORD:
            self._outbox_bell.set()

    def _sequence(self) -> None:
        wait_s = POLL_S
        while not self.stop.is_set():
            self._outbox_bell.wait(wait_s)
            self._outbox_bell.clear()
            try:
                while (moved := sequence_once()) and not self.stop.is_set():
                    self._ring()
                    if moved < _SEQUENCED:
                        break
                wait_s = POLL_S
            except Exception:
                log.exception("sequencer.failed")
                wait_s = min(30.0, wait_s * 2) * random.uniform(0.5, 1)  # noqa: S311
            finally:
                connections.close_all()
        self._ring()

    def _ring(self) -> None:
        for bell in self._log_bells:
            bell.set()

    def _deliver(self, share: Sequence[Subscriber], bell: threading.Event) -> None:
        while not self.stop.is_set():
            bell.wait(POLL_S)
            bell.clear()
            for subscriber in share:
                self._drain(subscriber)
            connections.close_all()

    def _drain(self, subscriber: Subscriber) -> None:
        try:
            while not self.stop.is_set() and self.deliver(subscriber):
                pass
        except Exception as error:
            log.exception("delivery.failed", subscriber=subscriber.name)
            self._note(subscriber, error)
            connections.close_all()

    def _note(self, subscriber: Subscriber, error: Exception) -> None:
        try:
            EventCursor.objects.filter(subscriber=subscriber.name).update(last_error=str(error)[:2000])
        except Exception:
            log.exception("delivery.not_noted", subscriber=subscriber.name)


def dispatcher_connections() -> int:
    """Connections of the pool that a dispatcher may hold at once: one sequences, the others deliver."""
    return 1 + int(settings.ENTREPOT_DISPATCH_THREADS)


def run_dispatcher(stop: threading.Event) -> None:
    """Sequence and deliver until ``stop`` is set. Returns when every thread has ended.

    Raises:
        ImproperlyConfigured: the wiring table forgets an event type, or names a handler that does not exist.
    """
    check_wiring()
    Dispatcher(load_subscribers(), threads=settings.ENTREPOT_DISPATCH_THREADS, stop=stop).run()
