"""A worker drains while there is something, sleeps while there is not, and survives its drainers' mistakes."""

from __future__ import annotations

import threading
import time

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connections, transaction

from entrepot.jobs import notices
from entrepot.jobs.models import DrainerHealth
from entrepot.jobs.queries import failing_drainers
from entrepot.jobs.services import Drainer, wake
from entrepot.jobs.services.lanes import LANES, load_drainers
from entrepot.jobs.worker import DrainerThread, run_worker

GOOD = Drainer("good", "orders", lambda at: 0)
LANELESS = Drainer("lost", "somewhere", lambda at: 0)
NOT_A_DRAINER = object()


@pytest.fixture
def worker(transactional_db):
    """Start a worker over these drainers; it is stopped at the end."""
    stop, threads = threading.Event(), []

    def start(*drainers, **options):
        options = {"with_jobs": False, **options}
        thread = threading.Thread(target=run_worker, args=(stop,), kwargs={"drainers": drainers, **options})
        thread.start()
        threads.append(thread)

    yield start
    stop.set()
    for thread in threads:
        thread.join(20)
        assert not thread.is_alive()
    notices.NOTICES.stop()
    connections.close_all()


def until(condition, timeout_s=10.0):
    end = time.monotonic() + timeout_s
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.01)
    return False


def test_it_works_without_a_pause_while_there_is_work(worker):
    left, idle = [5], threading.Event()

    def work(at):
        if not left[0]:
            idle.set()
            return 0
        left[0] -= 1
        return 1

    began = time.monotonic()
    worker(Drainer("d", "orders", work, idle_s=30))

    assert idle.wait(5)
    assert time.monotonic() - began < 5


def test_a_wake_up_after_commit_shortens_the_sleep_and_not_before(worker):
    seen = []
    worker(Drainer("d", "orders", lambda at: seen.append(at) or 0, idle_s=30))
    assert until(lambda: len(seen) == 1)

    with transaction.atomic():
        wake("orders")
        wake("bulk")
        time.sleep(0.1)
        assert len(seen) == 1

    assert until(lambda: len(seen) == 2, 5)


def test_a_wake_up_reaches_another_process(worker):
    seen = []
    worker(Drainer("d", "offers", lambda at: seen.append(at) or 0, idle_s=30))
    assert until(lambda: len(seen) == 1)

    # Another process is a connection that only sends the notice.
    def hears():
        with notices.connect() as other:
            other.execute("SELECT pg_notify(%s, 'offers')", [notices.CHANNEL])
        return len(seen) >= 2

    assert until(hears)


def test_a_failure_is_told_and_the_drainer_goes_on(worker, caplog):
    calls = []

    def work(at):
        calls.append(at)
        if len(calls) == 1:
            raise ValueError("the remote spoke in tongues")
        return 0

    worker(Drainer("d", "orders", work, idle_s=0.01))

    assert until(lambda: len(calls) >= 2)
    health = DrainerHealth.objects.get(drainer="d")
    assert health.last_error == "ValueError: the remote spoke in tongues"
    assert "drainer.failed" in caplog.text


def test_only_the_lanes_asked_for_are_drained(worker):
    seen = []
    orders = Drainer("o", "orders", lambda at: seen.append("orders") or 0, idle_s=0.01)
    bulk = Drainer("b", "bulk", lambda at: seen.append("bulk") or 0, idle_s=0.01)

    worker(orders, bulk, lanes=["bulk"])

    assert until(lambda: seen.count("bulk") > 3)
    assert "orders" not in seen


def test_two_threads_of_one_drainer_work_at_once(worker):
    together = threading.Barrier(2)

    def work(at):
        together.wait(10)
        return 0

    worker(Drainer("d", "orders", work, idle_s=30, threads=2))

    assert until(lambda: together.n_waiting == 0 and DrainerHealth.objects.count() == 2)


def test_a_drainer_that_fails_again_and_again_is_counted_by_thread_while_it_is_heard_of(db):
    from datetime import UTC, datetime, timedelta

    at = datetime(2026, 3, 1, tzinfo=UTC)
    DrainerHealth.objects.create(drainer="fine", worker="w", lane="orders", beat_at=at)
    late = at - timedelta(seconds=31)
    DrainerHealth.objects.create(drainer="gone", worker="w", lane="orders", beat_at=late, failures=9)
    for worker, failures in (("a", 2), ("b", 3), ("c", 4)):
        DrainerHealth.objects.create(drainer="sick", worker=worker, lane="orders", beat_at=at, failures=failures)

    assert failing_drainers(at=at) == {"fine": 0, "sick": 2}


def test_a_drainer_without_a_lane_does_not_boot():
    here = __name__
    import sys

    sys.modules.setdefault("tests_of_the_worker", sys.modules[here])

    assert load_drainers(["tests_of_the_worker.GOOD"]) == [GOOD]
    with pytest.raises(ImproperlyConfigured, match="lane 'somewhere'"):
        load_drainers(["tests_of_the_worker.LANELESS"])
    with pytest.raises(ImproperlyConfigured, match="is no Drainer"):
        load_drainers(["tests_of_the_worker.NOT_A_DRAINER"])
    with pytest.raises(ImproperlyConfigured, match="two drainers"):
        load_drainers(["tests_of_the_worker.GOOD", "tests_of_the_worker.GOOD"])


def test_an_unknown_lane_cannot_be_woken():
    with pytest.raises(ValueError, match="somewhere"):
        wake("somewhere")


@pytest.mark.django_db(transaction=True)
def test_a_drainer_with_nothing_to_do_rests_up_to_a_second_and_others_are_called_when_it_works(monkeypatch):
    """Idle is cheap: half a poll a second is not felt by whoever waits, twenty threads at four a second are."""
    rests, rung = [], []
    stop = threading.Event()
    results = iter([0, 0, 0, 0, 0, 0, 3, 0])

    def work(at):
        count = next(results, None)
        if count is None:
            stop.set()
            return 0
        return count

    monkeypatch.setattr("entrepot.jobs.worker.BELLS.wait", lambda lane, heard, seconds: rests.append(seconds))
    monkeypatch.setattr("entrepot.jobs.worker.BELLS.ring", rung.append)
    DrainerThread(Drainer("idle", "offers", work, idle_s=0.25), 0, stop).run()

    assert rests[:6] == [0.25, 0.5, 1.0, 1.0, 1.0, 1.0]
    assert rests[6] == 0.25  # the pause after work is short again
    assert rung == [*LANES, *LANES]  # work came, and it fell idle again
