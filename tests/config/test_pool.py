"""A process whose pool cannot hold what its threads may hold does not start, and says what to set."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote

import pytest
from django.db import connection
from typer.testing import CliRunner

from entrepot.config import environment as env
from entrepot.config.cli.app import app
from entrepot.config.processes.pool import refuse_small_pool, worker_needs
from entrepot.core.errors import Refused
from entrepot.jobs.services import LANES, Drainer
from entrepot.jobs.services.lanes import load_drainers

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "settings.md").read_text("utf-8")
CLI = [sys.executable, "-m", "entrepot.config.cli"]


def told(who):
    """The last column of the row of docs/settings.md that begins with ``who``."""
    (row,) = [line for line in PAGE.splitlines() if re.match(rf"\| (\*\*)?{re.escape(who)}", line)]
    return int(row.strip("| *").rsplit("|", 1)[1].strip(" *"))


def test_a_drainer_may_hold_a_connection_for_each_thread_and_each_thread_beside_it():
    assert Drainer("calls", "orders", lambda _: 0, threads=3, beside=4).connections == 3 + 3 * 4
    assert Drainer("alone", "orders", lambda _: 0).connections == 1


def test_the_page_of_settings_says_what_a_worker_needs():
    parts = ("pulls of news", "passes over", "intents", "other drainers", "jobs that people", "the worker's main")

    assert worker_needs(lanes=LANES, with_jobs=True, with_dispatcher=False) == sum(map(told, parts)) == told("worker**")
    both = told("worker**") + told("dispatcher")
    assert worker_needs(lanes=LANES, with_jobs=True, with_dispatcher=True) == both == told("worker with dispatcher")


def test_a_worker_of_some_lanes_needs_what_their_drainers_need():
    orders = {d.name: d.connections for d in load_drainers() if d.lane == "orders"}

    assert orders == {"feeds": told("pulls of news"), "receipts": 2, "intents": told("intents")}
    assert worker_needs(lanes=("orders",), with_jobs=False, with_dispatcher=False) == 1 + 6 + 2 + 15


def test_the_pool_is_large_enough_when_nobody_sets_it(monkeypatch):
    monkeypatch.delenv("ENTREPOT_DB_POOL", raising=False)

    needed = worker_needs(lanes=LANES, with_jobs=True, with_dispatcher=True)
    refuse_small_pool("worker", needed)
    assert env.pool_size() >= needed


@pytest.mark.parametrize(("size", "starts"), [("44", False), ("1", False), ("45", True), ("90", True), ("0", True)])
def test_a_pool_below_the_need_is_refused_with_what_to_set_and_no_pool_is_never_too_small(monkeypatch, size, starts):
    monkeypatch.setenv("ENTREPOT_DB_POOL", size)

    if starts:
        refuse_small_pool("worker", 45)
    else:
        with pytest.raises(Refused, match=f"ENTREPOT_DB_POOL is {size}, .* set it to 45 or more, or to 0"):
            refuse_small_pool("worker", 45)


@pytest.mark.parametrize("size", ["-1", "2.5", "many"])
def test_a_size_that_is_none_names_its_variable(monkeypatch, size):
    monkeypatch.setenv("ENTREPOT_DB_POOL", size)

    with pytest.raises(ValueError, match="ENTREPOT_DB_POOL must be a"):
        env.pool_size()


def test_a_web_server_with_more_threads_than_connections_is_refused(monkeypatch, tmp_path):
    monkeypatch.setenv("ENTREPOT_DB_POOL", "8")
    monkeypatch.setenv("ENTREPOT_HOME", str(tmp_path))
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody@127.0.0.1:9/none")

    done = CliRunner().invoke(app, ["web", "--no-migrate", "--threads", "9", "--port", "18999"])

    assert done.exit_code == 1
    assert "ENTREPOT_DB_POOL is 8, and the web server may hold 9" in done.stderr


@pytest.fixture
def started(transactional_db, tmp_path):
    """Runs a command of ours on the test's database, with a pool of this size."""
    known = connection.settings_dict
    url = f"postgresql://{quote(known['USER'])}@/{known['NAME']}?host={quote(known['HOST'])}&port={known['PORT']}"
    given = {**os.environ, "DATABASE_URL": url, "PGPASSWORD": known["PASSWORD"], "ENTREPOT_HOME": str(tmp_path)}

    def start(*command, pool):
        return subprocess.run(
            [*CLI, *command], capture_output=True, text=True, check=False, timeout=120,
            env={**given, "ENTREPOT_DB_POOL": pool},
        )  # fmt: skip

    return start


def test_a_worker_that_only_looks_ends_well_with_a_pool_that_suffices(started):
    done = started("worker", "--with-dispatcher", "--check", pool="45")

    assert (done.returncode, done.stdout) == (0, ""), done.stderr


@pytest.mark.parametrize("command", [["worker", "--with-dispatcher"], ["up", "--port", "18998"]])
def test_a_worker_and_all_of_it_do_not_start_with_a_pool_that_is_too_small(started, command):
    done = started(*command, pool="44")

    assert done.returncode == 1
    needed = "entrepot: ENTREPOT_DB_POOL is 44, and the worker may hold 45 database connections at once: set it to 45"
    assert needed in done.stderr
    assert "Traceback" not in done.stderr
    assert "Entrepot is at" not in done.stderr
