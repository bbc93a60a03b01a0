"""``entrepot secrets``: a new key in front, everything encrypted with it, the old one out."""

from __future__ import annotations

import contextlib
import json
import stat

import pytest
from cryptography.fernet import Fernet
from typer.testing import CliRunner

from entrepot.channels.models import Channel
from entrepot.channels.services import vault
from entrepot.config import django, environment
from entrepot.config.cli.app import app

from ..goods_rows import store

OLD = Fernet.generate_key().decode()


@pytest.fixture
def home(db, monkeypatch, settings, tmp_path, aydin):
    """An installation whose key is kept in its home, with one channel; commands run on the test's database."""

    @contextlib.contextmanager
    def running(**_):
        yield None

    monkeypatch.setattr(django, "running", running)
    monkeypatch.setenv("ENTREPOT_HOME", str(tmp_path))
    monkeypatch.delenv("ENTREPOT_CREDENTIAL_KEYS", raising=False)
    (tmp_path / "credential_keys").write_text(OLD)
    settings.ENTREPOT_CREDENTIAL_KEYS = [OLD]
    channel = store(aydin)
    channel.secrets = vault.seal({"key": "ck_1"})
    channel.save()
    return tmp_path


def run(settings, *arguments):
    """A command as a process started now: it has the keys that are kept now."""
    settings.ENTREPOT_CREDENTIAL_KEYS = environment.fernet_keys(
        environment.kept_secret("ENTREPOT_CREDENTIAL_KEYS", "credential_keys")
    )
    return CliRunner().invoke(app, ["secrets", *arguments])


def test_a_new_key_takes_the_place_of_the_old_one_step_by_step(home, settings):
    file = home / "credential_keys"
    added = run(settings, "add-key")
    new, old = file.read_text().strip().split(",")
    assert (added.exit_code, old) == (0, OLD)
    assert new not in added.output  # it is in the file, and nowhere else
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [x.name for x in home.iterdir()] == ["credential_keys"]

    early = run(settings, "drop-keys")
    assert early.exit_code == 1
    assert "entrepot secrets rotate" in early.stderr
    assert json.loads(run(settings, "rotate", "--json").stdout) == {"rewritten": 1, "kept": 0, "lost": []}
    assert json.loads(run(settings, "rotate", "--json").stdout) == {"rewritten": 0, "kept": 1, "lost": []}
    assert run(settings, "drop-keys").exit_code == 0

    assert file.read_text().strip() == new
    settings.ENTREPOT_CREDENTIAL_KEYS = [new]
    assert vault.unseal(Channel.objects.get().secrets) == {"key": "ck_1"}
    assert "one key only" in run(settings, "drop-keys").output


def test_keys_of_the_environment_are_told_and_never_written(home, settings, monkeypatch):
    monkeypatch.setenv("ENTREPOT_CREDENTIAL_KEYS", OLD)
    new = run(settings, "add-key").stdout.strip()
    assert environment.fernet_keys(new) == [new]

    monkeypatch.setenv("ENTREPOT_CREDENTIAL_KEYS", f"{new},{OLD}")
    assert "rewritten" in run(settings, "rotate").output
    told = run(settings, "drop-keys").output

    assert "take all but the first out of ENTREPOT_CREDENTIAL_KEYS" in told
    assert (home / "credential_keys").read_text() == OLD


def test_what_no_key_opens_ends_with_1_and_names_the_channel(home, settings):
    Channel.objects.update(secrets=Fernet(Fernet.generate_key()).encrypt(b"{}"))

    done = run(settings, "rotate")

    assert done.exit_code == 1
    assert f"channels {Channel.objects.get().id})" in done.stderr
