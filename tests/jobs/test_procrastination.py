"""The worker runs the jobs that people started, and gives those of a killed worker to another."""

from __future__ import annotations

import asyncio
import threading
import time

import pytest
from asgiref.sync import SyncToAsync
from django.db import connection, connections, transaction
from procrastinate.contrib.django import app

from entrepot.jobs.procrastination import run_jobs

pytestmark = pytest.mark.django_db(transaction=True)
RAN, TICKS = [], []


@app.task(name="tests.note")
def note(word):
    RAN.append(word)


@pytest.fixture(autouse=True)
def clean():
    """Procrastinate's models are unmanaged: a flush leaves them."""
    RAN.clear()
    yield
    with connection.cursor() as cursor:  # one after the other: a worker that is about to end holds locks of its own
        for name in ("events", "periodic_defers", "jobs", "workers"):
            cursor.execute(f"DELETE FROM procrastinate_{name}")


@pytest.fixture
def working():
    """Run the worker's thread; it is stopped at the end."""
    stop = threading.Event()
    thread = threading.Thread(target=run_jobs, args=(stop,))

    yield thread.start

    stop.set()
    thread.join(30)
    assert not thread.is_alive()
    connections.close_all()


def until(condition, timeout_s=15.0):
    end = time.monotonic() + timeout_s
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.02)
    return False


def states():
    with connection.cursor() as cursor:
        cursor.execute("SELECT status::text FROM procrastinate_jobs WHERE task_name = 'tests.note' ORDER BY id")
        return [row[0] for row in cursor.fetchall()]


def test_a_job_runs_when_its_transaction_commits(working):
    with transaction.atomic():
        note.defer(word="kept")
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        note.defer(word="rolled back")
        1 / 0

    working()

    assert until(lambda: RAN == ["kept"])
    assert until(lambda: states() == [])  # a job that succeeded is deleted


@app.periodic(cron="* * * * * *")  # every second
@app.task(name="tests.tick")
def tick(timestamp):
    TICKS.append(timestamp)


def test_periodic_tasks_run_at_their_time_once(working):
    TICKS.clear()

    working()

    assert until(lambda: len(TICKS) >= 2)
    assert len(set(TICKS)) == len(TICKS)


def test_jobs_and_periodic_tasks_go_on_after_the_database_was_away(working, monkeypatch):
    """Periodic tasks are deferred by one thread, whose connection Django does not renew by itself."""
    monkeypatch.setattr("entrepot.jobs.procrastination._RETRY_S", 0.1)
    TICKS.clear()

    def connected():
        connection.ensure_connection()
        return connection.connection.info.backend_pid

    lost = SyncToAsync.single_thread_executor.submit(connected).result()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [lost])
    working()
    note.defer(word="after")

    assert until(lambda: TICKS and RAN == ["after"])


def test_a_job_deferred_while_the_worker_runs_rolls_back_with_its_transaction(working):
    working()
    note.defer(word="first")
    assert until(lambda: RAN == ["first"])

    with pytest.raises(ZeroDivisionError), transaction.atomic():
        note.defer(word="never")
        1 / 0

    note.defer(word="last")
    assert until(lambda: "last" in RAN)
    assert RAN == ["first", "last"]


def test_the_job_of_a_killed_worker_is_given_to_another(working):
    from procrastinate import PsycopgConnector
    from procrastinate.contrib.django.utils import connector_params

    from entrepot.jobs.tasks import retry_stalled_jobs

    note.defer(word="again")
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '1 hour') RETURNING id"
        )
        dead = cursor.fetchone()[0]
        cursor.execute("UPDATE procrastinate_jobs SET status = 'doing', worker_id = %s, attempts = 1", [dead])

    async def upkeep():
        connector = PsycopgConnector(kwargs=connector_params(), min_size=1, max_size=2)
        with app.replace_connector(connector):
            async with app.open_async():

                class Context:
                    app = None

                Context.app = app
                await retry_stalled_jobs.func(Context, 0)

    asyncio.run(upkeep())
    assert states() == ["todo"]
    working()

    assert until(lambda: RAN == ["again"])
