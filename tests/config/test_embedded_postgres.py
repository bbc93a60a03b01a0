"""The embedded server has one owner, survives kill -9, and ends with who needs it."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psycopg
import pytest

from entrepot.config.database import DatabaseDownError, backup, ensure_database, restore, status
from entrepot.config.database.owner import Owner
from entrepot.config.database.places import ROOMY, places

HOLD = """
import sys, time
from entrepot.config.database import ensure_database
with ensure_database() as handle:
    print(handle.url, handle.is_owner, flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def home(monkeypatch):
    folder = Path(tempfile.mkdtemp(prefix="ent-"))
    monkeypatch.setenv("ENTREPOT_HOME", str(folder))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    yield folder
    shutil.rmtree(folder)


def ask(url, statement="SELECT 1"):
    with psycopg.connect(url, connect_timeout=5) as connection:
        return connection.execute(statement).fetchone()[0]


def tell(url, statement):
    with psycopg.connect(url, connect_timeout=5) as connection:
        connection.execute(statement)


def answers(url):
    try:
        return ask(url) == 1
    except psycopg.OperationalError:
        return False


def until(condition, timeout_s=15.0):
    end = time.monotonic() + timeout_s
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.05)
    return False


class Holder:
    """Another process that holds the database until its input ends."""

    def __init__(self):
        path = os.pathsep.join(p for p in sys.path if p)
        self.process = subprocess.Popen(
            [sys.executable, "-c", HOLD], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            env={**os.environ, "PYTHONPATH": path},
        )  # fmt: skip
        self.url, is_owner = self.process.stdout.readline().split()
        self.is_owner = is_owner == "True"

    def end(self):
        self.process.stdin.close()
        self.process.wait(30)

    def kill(self):
        self.process.kill()
        self.process.wait()

    def close(self):
        self.kill()
        self.process.stdin.close()
        self.process.stdout.close()


@pytest.fixture
def holder(home):
    made = Holder()
    yield made
    made.close()


def postmaster_pid(handle):
    return int((handle.places.data / "postmaster.pid").read_text().split()[0])


def test_it_starts_exports_its_address_and_stops(home):
    with ensure_database() as handle:
        assert handle.is_embedded
        assert handle.is_owner
        assert os.environ["DATABASE_URL"] == handle.url
        assert ask(handle.url, "SHOW server_version").startswith("18.")
        assert ask(handle.url, "SHOW listen_addresses") == ""
        assert ask(handle.url, "SELECT current_user || '@' || current_database()") == "entrepot@entrepot"
        tell(handle.url, "CREATE TABLE kept AS SELECT 7 AS n")

    assert "DATABASE_URL" not in os.environ
    assert not answers(handle.url)
    with ensure_database() as again:
        assert ask(again.url, "SELECT n FROM kept") == 7


def test_only_its_user_gets_in(home):
    with ensure_database() as handle:
        sockets = handle.places.sockets
        assert sockets.stat().st_mode & 0o777 == 0o700
        assert handle.places.data.stat().st_mode & 0o777 == 0o700
        hba = ask(handle.url, "SELECT string_agg(type || ' ' || auth_method, ',') FROM pg_hba_file_rules")
        assert hba == "local peer"
        if os.geteuid() == 0:
            assert sockets.stat().st_uid != 0
            stranger = subprocess.run(
                [str(handle.places.programs / "psql"), "-h", str(sockets), "-U", "entrepot", "-c", "SELECT 1"],
                user="daemon", group="daemon", extra_groups=[], capture_output=True, cwd="/", check=False,
            )  # fmt: skip
            assert b"Permission denied" in stranger.stderr


def test_the_second_uses_the_server_of_the_first_and_takes_over_when_it_goes(holder):
    url = holder.url
    assert holder.is_owner
    with ensure_database() as handle:
        assert handle.url == url
        assert not handle.is_owner
        assert answers(url)

        holder.end()

        assert until(lambda: handle.is_owner and answers(url))
    assert not answers(url)


def test_a_killed_postmaster_is_started_again(home):
    with ensure_database() as handle:
        tell(handle.url, "CREATE TABLE kept AS SELECT 7 AS n")
        killed = postmaster_pid(handle)

        os.kill(killed, signal.SIGKILL)

        assert until(lambda: answers(handle.url) and postmaster_pid(handle) != killed)
        assert ask(handle.url, "SELECT n FROM kept") == 7


def test_a_killed_owner_takes_its_server_along_and_the_next_one_is_up_at_once(holder):
    url = holder.url
    tell(url, "CREATE TABLE kept AS SELECT 7 AS n")

    holder.kill()

    began = time.monotonic()
    with ensure_database() as handle:
        assert handle.is_owner
        assert ask(handle.url, "SELECT n FROM kept") == 7
    assert time.monotonic() - began < 15
    assert not answers(url)


@pytest.mark.skipif(shutil.which("setpriv") is None, reason="the server cannot know of its owner's death")
def test_nothing_runs_on_after_a_killed_owner(holder, home):
    assert answers(holder.url)

    holder.kill()

    assert until(lambda: not answers(holder.url))
    assert until(lambda: not (places(home).data / "postmaster.pid").exists())


def test_a_deep_home_gets_a_short_socket_folder(home, monkeypatch):
    deep = home / ("d" * 60) / ("e" * 60)
    monkeypatch.setenv("ENTREPOT_HOME", str(deep))

    with ensure_database() as handle:
        assert len(str(handle.places.sockets)) < 90
        assert answers(handle.url)
    shutil.rmtree(handle.places.sockets)
    if handle.places.sockets.is_relative_to(ROOMY):
        shutil.rmtree(handle.places.sockets.parent)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root's server runs as somebody else")
def test_a_home_that_the_servers_user_cannot_reach_keeps_its_data_elsewhere_and_its_parents_closed(home, monkeypatch):
    home.chmod(0o700)
    inner = home / "inner"
    monkeypatch.setenv("ENTREPOT_HOME", str(inner))

    with ensure_database() as handle:
        assert answers(handle.url)
        assert handle.places.data.is_relative_to(ROOMY)
        assert handle.places.log.is_relative_to(inner)
    assert home.stat().st_mode & 0o777 == 0o700
    shutil.rmtree(handle.places.data.parent)


def test_a_folder_of_somebody_else_is_refused(home):
    if os.geteuid() != 0:
        pytest.skip("only root can give a folder away")
    (home / "run").mkdir()
    os.chown(home / "run", 1, 1)

    with pytest.raises(DatabaseDownError, match="must be a folder of ours"):
        places(home)


def test_a_server_that_cannot_start_says_why(home):
    owner = Owner(places(home), {"shared_buffers": "nonsense"})

    with pytest.raises(DatabaseDownError, match="shared_buffers"):
        owner.start()


def test_a_named_server_is_used_as_it_is(home, monkeypatch):
    with ensure_database() as embedded:
        url = embedded.url
        monkeypatch.setenv("DATABASE_URL", url)
        with ensure_database() as handle:
            assert (handle.url, handle.is_embedded, handle.is_owner) == (url, False, False)
            assert status(handle.url).version.startswith("18.")
        assert answers(url)
        monkeypatch.delenv("DATABASE_URL")
        os.environ["DATABASE_URL"] = url  # the outer block takes it away


def test_a_broken_backup_changes_nothing(home):
    with ensure_database() as handle:
        tell(handle.url, "CREATE TABLE kept AS SELECT 7 AS n")
        bad = home / "bad.dump"
        bad.write_bytes(b"PGDMP and then nothing")

        with pytest.raises(DatabaseDownError):
            restore(handle.url, bad)
        assert ask(handle.url, "SELECT n FROM kept") == 7

        tell(handle.url, "CREATE TABLE big AS SELECT gen_random_uuid() AS id FROM generate_series(1, 50000)")
        good = home / "good.dump"
        assert backup(handle.url, good) == good.stat().st_size
        assert good.stat().st_mode & 0o777 == 0o600
        tell(handle.url, "UPDATE kept SET n = 8")
        with pytest.raises(DatabaseDownError, match="missing"):
            restore(handle.url.replace("/entrepot?", "/missing?"), good)
        cut = home / "cut.dump"
        cut.write_bytes(good.read_bytes()[:-200_000])
        with pytest.raises(DatabaseDownError):
            restore(handle.url, cut)
        assert ask(handle.url, "SELECT n FROM kept") == 8
        restore(handle.url, good)
        assert ask(handle.url, "SELECT n FROM kept") == 7
