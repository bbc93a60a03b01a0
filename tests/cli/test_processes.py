"""Processes start, say that they are ready, and end when asked; the supervisor starts again what ends by itself."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.request

import pytest

from entrepot.config.processes.supervise import Child, run_children

CLI = [sys.executable, "-m", "entrepot.config.cli"]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_sandbox_prints_one_line_serves_and_ends_when_asked(tmp_path, number):
    command = [*CLI, "sandbox", "--port", "0", "--seed", "7", "--state-dir", str(tmp_path / "state")]
    environment = {k: v for k, v in os.environ.items() if k != "DJANGO_SETTINGS_MODULE"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        try:
            told = json.loads(process.stdout.readline())
            base = told["woocommerce"]["url"].removesuffix("/woocommerce")
            with urllib.request.urlopen(base, timeout=5) as answer:  # noqa: S310 - our own sandbox
                status = answer.status
        finally:
            process.send_signal(number)
        ended = process.wait(10)

    assert status == 200
    assert {"woocommerce", "trendyol"} <= set(told)
    assert ended == 0


def test_the_sandbox_refuses_a_catalogue_that_is_not_there():
    done = subprocess.run([*CLI, "sandbox", "--catalogue", "/nowhere.csv"], capture_output=True, text=True, check=False)

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "entrepot: /nowhere.csv is not a file\n"


def test_a_port_that_is_taken_is_said_before_anything_starts(tmp_path):
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        command = [*CLI, "up", "--port", str(taken.getsockname()[1])]
        done = subprocess.run(
            command, capture_output=True, text=True, check=False, env={**os.environ, "ENTREPOT_HOME": str(tmp_path)}
        )

    assert done.returncode == 1
    assert "choose another --port" in done.stderr
    assert not list(tmp_path.iterdir())


def supervised(monkeypatch, *scripts, for_s, grace_s=1.0):
    """Run children for a while; how long stopping took."""
    import entrepot.config.processes.supervise as module

    children = [Child(f"c{n}", ["-c", script]) for n, script in enumerate(scripts)]

    def start(self, environment):
        self.process = subprocess.Popen([sys.executable, *self.command], start_new_session=True)
        self.started_at = time.monotonic()

    monkeypatch.setattr(module.Child, "start", start)
    stop = threading.Event()
    threading.Timer(for_s, stop.set).start()
    began = time.monotonic()
    run_children(children, stop=stop, environment={}, grace_s=grace_s)
    return children, time.monotonic() - began - for_s


def test_what_ends_by_itself_is_started_again(monkeypatch, tmp_path):
    log = tmp_path / "log"
    script = f"open({str(log)!r}, 'a').write('x')"

    supervised(monkeypatch, script, for_s=2.5)

    assert 2 <= len(log.read_text()) <= 3  # again after 1 s, then after 2 s more


def test_a_child_that_does_not_listen_is_killed_after_the_deadline(monkeypatch):
    deaf = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(60)"
    polite = "import time; time.sleep(60)"

    children, took = supervised(monkeypatch, deaf, polite, for_s=1.0, grace_s=1.0)

    assert [c.process.poll() for c in children] == [-signal.SIGKILL, -signal.SIGTERM]
    assert 0.9 < took < 5


def test_a_stop_that_hangs_ends_at_its_deadline():
    code = (
        "import os, signal, time\n"
        "from entrepot.config.processes.stop import on_signals\n"
        "stop = on_signals(deadline_s=0.3)\n"
        "os.kill(os.getpid(), signal.SIGTERM)\n"
        "time.sleep(30)\n"
    )

    began = time.monotonic()
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)

    assert done.returncode == 1
    assert time.monotonic() - began < 10


def test_who_watches_over_others_loads_no_django():
    code = (
        "import sys\n"
        "import entrepot.config.cli.app, entrepot.config.cli.session, entrepot.config.processes.supervise\n"
        "import entrepot.config.processes.web, entrepot.config.database, entrepot.config.logs\n"
        "assert 'django' not in sys.modules and 'ninja' not in sys.modules\n"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr


def test_what_draws_labels_is_loaded_by_who_draws_them():
    code = (
        "import sys, django\n"
        "django.setup()\n"
        "import entrepot.api.v1, entrepot.egress.services\n"
        "assert 'reportlab' not in sys.modules\n"
    )
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "entrepot.config.settings"}

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, env=environment)

    assert done.returncode == 0, done.stderr


def test_a_worker_whose_dispatcher_cannot_go_on_ends(monkeypatch):
    from entrepot.config.cli import serve

    def broken(stop):
        raise RuntimeError("no wiring")

    monkeypatch.setattr("entrepot.events.dispatcher.run_dispatcher", broken)
    stop = threading.Event()

    with pytest.raises(RuntimeError, match="no wiring"), serve._dispatching(stop):
        assert stop.wait(5)  # the worker beside it is told to end, and the supervisor starts both again
