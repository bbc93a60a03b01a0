"""Input that no command can use ends in one line that says what to do, whatever it is."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from entrepot.core.clock import now

from .test_commands import refused, run

__all__ = ["run"]
CLI = [sys.executable, "-m", "entrepot.config.cli"]


def real(*arguments, **environment):
    """A process of its own, as a person starts it; (status, standard error)."""
    done = subprocess.run(
        [*CLI, *arguments], capture_output=True, text=True, check=False, env={**os.environ, **environment}
    )
    assert "Traceback" not in done.stderr
    return done.returncode, done.stderr


@pytest.fixture
def store(aydin):
    from entrepot.channels.services import add_channel

    return add_channel(
        seller_id=aydin.id, slug="woocommerce", name="Dükkân", base_url="http://127.0.0.1:9/",
        secrets={"consumer_key": "ck_1", "consumer_secret": "cs_1"}, at=now(),
    )  # fmt: skip


SECRETS = {
    "nested deeply": (b"[" * 200_000, "it is nested too deeply"),
    "binary": (b'{"a": "\xff"}', "byte 7 is not UTF-8"),
    "empty": (b"", "is not JSON"),
    "a name twice": (b'{"consumer_key": "a", "consumer_key": "b"}', "has the name 'consumer_key' twice"),
    "a huge number": (b'{"consumer_key": ' + b"9" * 9000 + b"}", "a number beyond all measure"),
    "no texts": (b'{"consumer_key": ["a"]}', "must be an object of texts"),
}


@pytest.mark.parametrize("from_stdin", [True, False])
@pytest.mark.parametrize("name", SECRETS)
def test_secrets_that_cannot_be_read_say_why(run, aydin, tmp_path, name, from_stdin):
    content, why = SECRETS[name]
    (tmp_path / "s.json").write_bytes(content)
    file = "-" if from_stdin else str(tmp_path / "s.json")

    done = run(
        "channel", "add", "woocommerce", "S", "--seller", "aydin", "--url", "http://127.0.0.1:9/",
        "--secrets-file", file, stdin=content if from_stdin else None,
    )  # fmt: skip

    assert why in refused(done)


def test_a_store_has_neither_words_nor_storefronts(run, store):
    assert "is a store: only marketplaces have words to learn" in refused(run("channel", "learn", "Dükkân"))
    assert "is a store and has no storefronts" in refused(run("channel", "storefront", "Dükkân", "ZZ"))
    added = run("channel", "add", "woocommerce", "B", "--seller", "aydin", "--storefront", "TR")
    assert "is a store and has no storefronts" in refused(added)


def test_a_list_of_channels_can_be_read_at_80_columns(run, store):
    type(store).objects.system().update(last_error="the shop answers HTML instead of JSON " * 9, is_push_paused=True)

    shown = run("channel", "list").output.splitlines()

    assert max(len(line) for line in shown) <= 80
    assert "woocommerce" in shown[1].split()  # no cell is cut to pieces
    assert {"aydin", "Dükkân", "draft", "paused"} <= set(shown[1].split())
    assert len(shown) < 8
    assert json.loads(run("channel", "list", "--json").output)[0]["base_url"] == "http://127.0.0.1:9"


def test_a_list_of_runs_can_be_read_at_80_columns(run, aydin):
    from entrepot.jobs.services import start_run

    start_run(kind="channel_check", title="Check Kehribar Dükkân", at=now(), seller_id=aydin.id, total=10)

    shown = run("run", "list").output.splitlines()

    assert len(shown) == 2
    assert max(len(line) for line in shown) <= 80
    assert "Check Kehribar Dükkân" in shown[1]
    assert "0/10" in shown[1].split()
    assert json.loads(run("run", "list", "--json").output)[0]["kind"] == "channel_check"


def test_a_key_opens_only_areas_that_there_are(run, aydin):
    add = ("key", "add", "erp", "--seller", "aydin", "--scope")

    assert "'zz:read' is not like orders:read or *:write; areas: accounts, channels" in refused(run(*add, "zz:read"))
    assert run(*add, "*:read").exit_code == 0
    assert run(*add, "set_aside:write").exit_code == 0


def test_who_waits_for_a_run_without_a_worker_is_told_so(run, aydin, monkeypatch):
    from entrepot.config.cli import run as module
    from entrepot.jobs.models import DrainerHealth, Run
    from entrepot.jobs.services import finish_run, start_run

    waited = start_run(kind="import", title="Products", at=now(), seller_id=aydin.id)
    monkeypatch.setattr(module, "_PATIENCE_S", -1.0)
    naps = iter([None, None, None])

    def nap(_):
        if next(naps, 0) == 0:
            Run.objects.filter(id=waited.id).update(state="running")
            finish_run(run_id=waited.id, at=now(), outcome="ok")

    monkeypatch.setattr(module.time, "sleep", nap)
    alone = run("run", "watch", str(waited.id))
    assert alone.stderr.count("no worker is running") == 1
    assert "entrepot worker" in alone.stderr

    naps = iter([None])
    Run.objects.filter(id=waited.id).update(state="queued", finished_at=None)
    DrainerHealth.objects.create(drainer="receipts", worker="w1", lane="orders", beat_at=now())
    assert "no worker" not in run("run", "watch", str(waited.id)).stderr


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("DATABASE_URL", "postgresql://", "DATABASE_URL names no database: postgresql://"),
        ("DATABASE_URL", "postgresql://u:geheim@h:5432", "DATABASE_URL names no database"),
        ("DATABASE_URL", "mysql://x/y", "DATABASE_URL is not a PostgreSQL URL"),
        ("ENTREPOT_PUBLIC_URL", "zz", "ENTREPOT_PUBLIC_URL must be an address such as https://hub.example:8000, not 'zz'"),
        ("ENTREPOT_PUBLIC_URL", "ftp://hub.example", "ENTREPOT_PUBLIC_URL must be an address"),
        ("ENTREPOT_PUBLIC_URL", "https://hub.example:port", "ENTREPOT_PUBLIC_URL must be an address"),
        ("ENTREPOT_CREDENTIAL_KEYS", "zz", "ENTREPOT_CREDENTIAL_KEYS must be Fernet keys"),
        ("ENTREPOT_CREDENTIAL_KEYS", ",", "ENTREPOT_CREDENTIAL_KEYS must be Fernet keys"),
    ],
)  # fmt: skip
def test_a_variable_that_cannot_be_used_stops_the_command(tmp_path, name, value, why):
    given = {"ENTREPOT_HOME": str(tmp_path), "DATABASE_URL": "postgresql://u@127.0.0.1:9/none", name: value}

    status, said = real("seller", "list", **given)

    assert status == 1
    assert why in said
    assert "geheim" not in said


BACKUPS = {"empty": b"", "text": b"SELECT 1;\n", "binary": bytes(range(256)), "cut off": b"PGDMP\x01\x10\x00\x04\x08"}


@pytest.mark.parametrize("name", BACKUPS)
def test_a_file_that_is_no_backup_is_refused_before_the_database_is_touched(tmp_path, name):
    (tmp_path / "b.dump").write_bytes(BACKUPS[name])
    nowhere = "postgresql://u@127.0.0.1:9/none"  # a touch would say that it does not answer

    status, said = real("db", "restore", str(tmp_path / "b.dump"), "--yes", DATABASE_URL=nowhere)

    assert status == 1
    assert "this is not a backup" in said
    assert "nothing was changed" in said


def test_a_sandbox_that_cannot_be_served_says_what_to_do(tmp_path):
    import socket

    (tmp_path / "shop.csv").write_bytes(bytes(range(256)))
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        busy = real("sandbox", "--port", port)

    assert busy[0] == 1
    assert busy[1].startswith(f"entrepot: port {port} cannot be listened on: ")
    assert "choose another --port" in busy[1]
    assert real("sandbox", "--port", "0", "--catalogue", str(tmp_path / "shop.csv")) == (
        1, "entrepot: shop.csv is no text: byte 128 is not UTF-8\n",
    )  # fmt: skip


def test_every_connector_is_checked_when_none_is_named():
    done = subprocess.run([*CLI, "connector", "check", "--json"], capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
    assert isinstance(json.loads(done.stdout), list)
    told = subprocess.run([*CLI, "connector", "check"], capture_output=True, text=True, check=False).stdout
    assert "trendyol" in told
    assert "woocommerce" in told
