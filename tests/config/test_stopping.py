"""Real processes that are asked to end finish what they are at, or give it back, and say so before."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from contextlib import contextmanager, suppress
from datetime import timedelta
from urllib.parse import quote

import pytest
from django.conf import settings
from django.db import connection
from django.db.models import Q

from entrepot.accounts.services import create_seller
from entrepot.channels.models import Channel
from entrepot.channels.services import add_channel
from entrepot.config.processes.ready import can_work, ready_file
from entrepot.core.clock import now
from entrepot.core.errors import Refused
from entrepot.egress.services.side_by_side import side_by_side
from entrepot.events.services import ensure_partitions
from entrepot.ingress.models import Feed
from entrepot.jobs.services import STOPPING, claim


def address():
    s = connection.settings_dict
    password = f":{quote(s['PASSWORD'])}" if s["PASSWORD"] else ""
    port = f"&port={s['PORT']}" if s["PORT"] else ""
    return f"postgresql://{quote(s['USER'])}{password}@/{s['NAME']}?host={quote(s['HOST'], safe='')}{port}"


@contextmanager
def running(home, *command):
    """One of our commands on the test's database; killed if it is still there in the end."""
    environment = {
        **os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p), "DATABASE_URL": address(),
        "ENTREPOT_HOME": str(home), "ENTREPOT_REMOTE_TIMEOUT_S": "100",
        "ENTREPOT_CREDENTIAL_KEYS": ",".join(settings.ENTREPOT_CREDENTIAL_KEYS),
    }  # fmt: skip
    command = [sys.executable, "-m", "entrepot.config.cli", *command]
    with (
        (home / "log").open("wb") as log,
        subprocess.Popen(command, env=environment, stderr=log, start_new_session=True) as process,
    ):
        try:
            yield process
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)  # also what it started


def until(condition, within_s=60.0):
    end = time.monotonic() + within_s
    while time.monotonic() < end:
        if found := condition():
            return found
        time.sleep(0.05)
    raise AssertionError("it never came to that")


def due_feed(remote):
    """Orders of a live channel, due now."""
    aydin = create_seller(code="aydin", name="Aydın Züccaciye")
    secrets = {"api_key": "k", "api_secret": "s"}
    channel = add_channel(
        seller_id=aydin.id, slug="trendyol", name="Trendyol", base_url=f"http://127.0.0.1:{remote}",
        account_ref="1", secrets=secrets, at=now(),
    )  # fmt: skip
    Channel.objects.system().filter(id=channel.id).update(state="live")
    return Feed.objects.create(seller=aydin, channel=channel, name="orders", every_s=60, not_before=now())


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_what_a_worker_only_reads_is_free_at_once_when_it_has_to_end(tmp_path):
    ensure_partitions()
    with socket.create_server(("127.0.0.1", 0)) as silent:  # a remote that takes the call and never answers
        feed, ready = due_feed(silent.getsockname()[1]), tmp_path / "ready"
        command = ("worker", "--no-migrate", "--lane", "orders", "--grace-s", "0.5", "--ready-file", str(ready))
        with running(tmp_path, *command) as worker:
            until(lambda: ready.exists() and Feed.objects.system().get(id=feed.id).leased_until)
            assert claim(Feed, where=Q(id=feed.id), at=now()) == []

            worker.send_signal(signal.SIGTERM)
            ended = worker.wait(30)

    assert ended == 1  # it was at a call that nothing shortens
    assert [f.id for f in claim(Feed, where=Q(id=feed.id), at=now())] == [feed.id]
    assert not ready.exists()


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_web_server_that_ends_says_so_and_answers_what_it_has_begun(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]

    def serving():
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5) as answer:
                return json.load(answer)["checks"]["serving"]
        except urllib.error.HTTPError as error:
            return json.load(error)["checks"]["serving"]
        except OSError:
            return None

    with running(tmp_path, "web", "--no-migrate", "--port", str(port), "--drain-s", "4") as web:
        until(lambda: serving() == "ok")
        with socket.create_connection(("127.0.0.1", port)) as slow:
            slow.sendall(b"POST /hooks/none HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\n\r\n{}")

            web.send_signal(signal.SIGTERM)

            assert until(lambda: serving() != "ok") == 1
            assert serving() == "this web server is ending"
            until(lambda: serving() is None)  # it takes no more
            slow.sendall(b"  ")
            answer = slow.recv(100)
        ended = web.wait(30)

    assert answer.startswith(b"HTTP/1.1 404 ")  # nobody has this token, and that was answered
    assert ended == 0
    assert list(tmp_path.glob("*.draining")) == []


def test_calls_that_were_not_begun_are_not_made_when_the_process_ends():
    made = []

    def call(item):
        made.append(item)
        STOPPING.set()

    try:
        results = side_by_side(call, [1]) + side_by_side(call, [2, 3])
    finally:
        STOPPING.clear()

    assert made == [1]
    assert [getattr(r, "retry_after_s", None) for r in results] == [None, 0, 0]


@pytest.mark.django_db
def test_claims_of_others_and_of_other_threads_are_not_given_back(aydin):
    from entrepot.jobs.services import give_back_all

    channel = add_channel(
        seller_id=aydin.id, slug="trendyol", name="T", account_ref="1", secrets={"api_key": "k", "api_secret": "s"},
        at=now(),
    )  # fmt: skip
    soon, rows = now() + timedelta(seconds=60), {"seller": aydin, "channel": channel, "every_s": 60}
    other = Feed.objects.create(**rows, name="orders", leased_until=soon, claimed_by=f"{socket.gethostname()}:1:t")
    Feed.objects.create(**rows, name="stock")

    ours = claim(Feed, where=Q(name="stock"), at=now())

    mine = threading.current_thread().name
    assert (len(ours), give_back_all(Feed, threads=["another"]), give_back_all(Feed, threads=[mine])) == (1, 0, 1)
    assert list(Feed.objects.system().filter(leased_until__isnull=False)) == [other]


def test_the_file_is_there_only_while_a_process_can_work_and_goes_as_it_is_told_to_stop(tmp_path, monkeypatch):
    monkeypatch.setattr("entrepot.config.processes.ready.EVERY_S", 0.0)
    path, stop, able = tmp_path / "ready", threading.Event(), threading.Event()

    with ready_file(path, stop=stop, is_ready=able.is_set):
        assert not path.exists()
        able.set()
        until(path.exists)
        able.clear()
        until(lambda: not path.exists())
        able.set()
        until(path.exists)
        stop.set()
        until(lambda: not path.exists())

    with pytest.raises(Refused, match="cannot be written"), ready_file(tmp_path / "no" / "f", stop=stop, is_ready=bool):
        pass


@pytest.mark.django_db(transaction=True)
def test_a_process_whose_schema_is_older_than_its_program_cannot_work():
    from django.db.migrations.recorder import MigrationRecorder

    assert can_work()
    applied = MigrationRecorder(connection).migration_qs.filter(app="web")
    rows = list(applied)
    applied.delete()
    try:
        assert not can_work()
    finally:
        MigrationRecorder.Migration.objects.bulk_create(rows)
