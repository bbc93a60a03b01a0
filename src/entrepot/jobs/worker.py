"""A worker: a thread per drainer, a listener for wake-ups, and one for Procrastinate's jobs."""

from __future__ import annotations

import os
import random
import socket
import threading
import time
from collections.abc import Sequence
from datetime import datetime

import structlog
from django.db import connections

from entrepot.core.clock import now

from . import notices
from .models import DrainerHealth
from .procrastination import run_jobs
from .services.claims import give_back_all, give_back_of_the_dead
from .services.lanes import LANES, Drainer, load_drainers
from .services.stopping import STOPPING
from .services.wake import BELLS

_BEAT_S = 5.0
_BACK_OFF_MAX_S = 30.0
_SWEEP_S = 1.0  # the longest sleep of a drainer that finds nothing

log = structlog.get_logger(__name__)


class DrainerThread:
    """Runs one drainer until told to stop: work while there is work, else sleep until rung or ``idle_s`` is up."""

    def __init__(self, drainer: Drainer, number: int, stop: threading.Event) -> None:
        self.drainer, self.stop = drainer, stop
        self.name = drainer.name if drainer.threads == 1 else f"{drainer.name}-{number}"
        self.worker = f"{socket.gethostname()[:60]}:{os.getpid()}"
        self.failures, self.row_count = 0, 0
        self.worked_at: datetime | None = None
        self.error = ""
        self.failed_at: datetime | None = None
        self._beaten = float("-inf")
        self._is_busy, self._empty = False, 0  # how often in a row there was nothing
        self._has_left_claims = False

    def run(self) -> None:
        """The thread's body; returns soon after ``stop``."""
        try:
            while not self.stop.is_set():
                heard = BELLS.heard(self.drainer.lane)
                count = self._work()
                self._beat()
                if bool(count) != self._is_busy:
                    self._tell_others()
                self._is_busy, self._empty = bool(count), 0 if count else self._empty + 1
                if not count:
                    connections.close_all()  # with a pool: give it back while we sleep
                    self._sleep(heard)
        finally:
            connections.close_all()

    def _work(self) -> int:
        try:
            self._give_back()
            self._has_left_claims = True
            count = self.drainer.claim_and_work(now())
            self._has_left_claims = False
        except Exception as error:  # the edge of a worker: keep why, go on later
            self.failures += 1
            self.error, self.failed_at = f"{type(error).__name__}: {error}"[:2000], now()
            log.exception("drainer.failed", drainer=self.name, failures=self.failures)
            connections.close_all()
            self._beaten = float("-inf")
            return 0
        self.failures = 0
        if count:
            self.row_count += count
            self.worked_at = now()
        return count

    def _give_back(self) -> None:
        """What this thread had claimed when it failed, as when the database went away, is anybody's again."""
        if self._has_left_claims:
            for model in self.drainer.lets_go:
                give_back_all(model, threads=[threading.current_thread().name])

    def _sleep(self, heard: int) -> None:
        if self.failures:  # a ring does not shorten a back-off
            self.stop.wait(random.uniform(0.5, 1) * min(_BACK_OFF_MAX_S, 2.0**self.failures))  # noqa: S311
        else:
            rest_s = min(_SWEEP_S, self.drainer.idle_s * 2 ** min(self._empty - 1, 4))
            BELLS.wait(self.drainer.lane, heard, max(rest_s, self.drainer.idle_s))

    def _tell_others(self) -> None:
        """Work has begun or has ended here: what it leaves behind is work for others, who may be resting by now."""
        for lane in LANES:
            BELLS.ring(lane)

    def _beat(self) -> None:
        if time.monotonic() - self._beaten < _BEAT_S:
            return
        self._beaten = time.monotonic()
        pulse = {
            "lane": self.drainer.lane, "beat_at": now(), "worked_at": self.worked_at, "row_count": self.row_count,
            "failures": self.failures, "last_error": self.error, "last_error_at": self.failed_at,
        }  # fmt: skip
        try:
            DrainerHealth.objects.update_or_create(drainer=self.name, worker=self.worker, defaults=pulse)
        except Exception:
            log.exception("drainer.no_pulse", drainer=self.name)
            connections.close_all()


def run_worker(
    stop: threading.Event, *, lanes: Sequence[str] = LANES, drainers: Sequence[Drainer] | None = None,
    with_jobs: bool = True,
) -> None:  # fmt: skip
    """Drain the rows of ``lanes`` and run Procrastinate's jobs until ``stop``; returns when every thread has ended.

    Raises:
        ImproperlyConfigured: a drainer has no lane that we know, or is no drainer.
    """
    wired = [d for d in (load_drainers() if drainers is None else drainers) if d.lane in lanes]
    _give_back_of_the_dead(wired)
    notices.NOTICES.start()
    threads = [threading.Thread(target=notices.listen, args=(_hear, stop), kwargs={"own": False}, name="worker-listen")]
    threads += [
        threading.Thread(target=DrainerThread(d, n, stop).run, name=name)
        for d in wired
        for n, name in enumerate(d.thread_names)
    ]
    if with_jobs:
        threads.append(threading.Thread(target=run_jobs, args=(stop,), name="procrastinate"))
    for thread in threads:
        thread.start()
    stop.wait()
    STOPPING.set()
    for lane in LANES:
        BELLS.ring(lane)
    for thread in threads:
        thread.join()
    STOPPING.clear()  # whoever goes on in this process, as a demo does, may call remotes again


def give_back_reads() -> None:
    """Free what this process only reads, so that other workers take it at once; the process ends after this."""
    for drainer in load_drainers():
        for model in drainer.lets_go:
            count = give_back_all(model, threads=drainer.thread_names)
            log.info("claims.given_back", drainer=drainer.name, model=model.__name__, count=count)


def _give_back_of_the_dead(drainers: Sequence[Drainer]) -> None:
    """A worker was killed here, and started again by who watches over it: what it read is read on at once."""
    for drainer in drainers:
        for model in drainer.lets_go:
            if count := give_back_of_the_dead(model, threads=drainer.thread_names):
                log.warning("claims.of_the_dead_given_back", drainer=drainer.name, model=model.__name__, count=count)
    connections.close_all()  # this thread only waits from here on


def _hear(word: str) -> None:
    if word in LANES:
        BELLS.ring(word)
