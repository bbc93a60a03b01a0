"""Every variable is described, has a default that works, and a bad value names itself."""

from __future__ import annotations

import re
import stat
from pathlib import Path

import pytest

from entrepot.config import environment as env

ROOT = Path(__file__).resolve().parents[2]
ASKED = re.compile(r"(?:text|number|flag|words|kept_secret|web_address)\(\s*[\"'](ENTREPOT_[A-Z_]+|DATABASE_URL)[\"']")


def test_every_variable_that_the_settings_ask_for_is_described_and_no_other():
    asked = set()
    for path in (ROOT / "src" / "entrepot" / "config").glob("*.py"):
        asked |= set(ASKED.findall(path.read_text()))
    page = (ROOT / "docs" / "settings.md").read_text()
    described = set(re.findall(r"^\| `(ENTREPOT_[A-Z_]+|DATABASE_URL)` \|", page, re.MULTILINE))

    assert asked == described


def test_a_secret_is_made_once_and_readable_by_us_only(tmp_path, monkeypatch):
    monkeypatch.setenv("ENTREPOT_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("ENTREPOT_SECRET_KEY", raising=False)

    first = env.kept_secret("ENTREPOT_SECRET_KEY", "secret_key")

    assert len(first) >= 50
    assert env.kept_secret("ENTREPOT_SECRET_KEY", "secret_key") == first
    assert stat.S_IMODE((tmp_path / "home" / "secret_key").stat().st_mode) == 0o600
    assert [p.name for p in (tmp_path / "home").iterdir()] == ["secret_key"]
    monkeypatch.setenv("ENTREPOT_SECRET_KEY", "given")
    assert env.kept_secret("ENTREPOT_SECRET_KEY", "secret_key") == "given"


def test_a_database_url_becomes_djangos_settings():
    found = env.database("postgresql://a%20b:p%40ss@db.example:6432/shop?sslmode=require", pool=3)

    assert (found["USER"], found["PASSWORD"], found["HOST"]) == ("a b", "p@ss", "db.example")
    assert (found["PORT"], found["NAME"]) == ("6432", "shop")
    assert found["OPTIONS"]["sslmode"] == "require"
    assert found["OPTIONS"]["pool"]["max_size"] == 3
    assert "pool" not in env.database("postgresql:///shop?host=/run/pg", pool=0)["OPTIONS"]
    assert env.database("postgresql:///shop?host=/run/pg", pool=0)["HOST"] == "/run/pg"


def test_a_bad_value_names_its_variable(monkeypatch):
    monkeypatch.setenv("ENTREPOT_DB_POOL", "many")

    with pytest.raises(ValueError, match="ENTREPOT_DB_POOL must be a number"):
        env.number("ENTREPOT_DB_POOL", 16)
    with pytest.raises(ValueError, match="DATABASE_URL"):
        env.database("mysql://x/y", pool=0)


@pytest.mark.parametrize(
    ("text", "on"), [("1", True), ("true", True), ("On", True), ("0", False), ("no", False), ("", False)]
)
def test_a_flag_is_on_by_four_words(monkeypatch, text, on):
    monkeypatch.setenv("ENTREPOT_DEBUG", text)

    assert env.flag("ENTREPOT_DEBUG") is on
